"""The pickles of MSE-Adapter, which EGMF stands on: MELD, CHERMA and IEMOCAP with voice and face.

    {meld, cherma, iemocap}_{train, valid, test}.pkl:
    [{features: {text, audio (time, feature), video (time, feature), audio_len, video_len}, label}]

Sequences are padded on the right; every line stands alone, without the dialogue.

Source: Yang et al. (2025), MSE-Adapter: A Lightweight Plugin Endowing LLMs with the Capability to
Perform Multimodal Sentiment Analysis and Emotion Recognition, whose loader names files and fields.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.datasets.stickers.collection import Source
from mer_core.datasets.utterances.collection import Utterances, UtteranceSet
from mer_core.datasets.utterances.layout import REAL, described, is_numbers, listed, located, word
from mer_core.datasets.utterances.meld import EMOTIONS
from mer_core.datasets.utterances.pickles import read_pickle
from mer_core.datasets.utterances.tracks import cleaned, heard, without_back
from mer_core.errors import BadInput
from mer_core.types import Modality, Sample

SETS = ("meld", "cherma", "iemocap")
SPLITS = ("train", "valid", "test")
CHERMA = {
    "愤怒": "anger",
    "厌恶": "disgust",
    "恐惧": "fear",
    "高兴": "happiness",
    "平静": "neutral",
    "悲伤": "sadness",
    "惊奇": "surprise",
}
"""Label in the file -> class, in the order of the numbers that MSE-Adapter gives them."""

FIELDS = {Modality.AUDIO: "audio", Modality.VISION: "video"}
_SOURCE = Source(
    "MELD, CHERMA or IEMOCAP with features as distributed with MSE-Adapter (Yang et al., 2025)",
    "That of the set inside; for research",
)


def mse_adapter_set(path: Path | None = None) -> UtteranceSet:
    """MELD, CHERMA or IEMOCAP as MSE-Adapter distributes them: words, voice, face and a class.

    Args:
        path: One of the three files of a set, whose others are looked for beside it, or a folder
            that has one of the sets; None for `mse-adapter` among the real data.

    Raises:
        DataMissing: There is none of them.
        BadInput: A file is laid out otherwise, or is no pickle of data.
    """
    names = [f"{name}_{split}.pkl" for name in SETS for split in SPLITS]
    file = located(path, ("mse-adapter",), names, "a set of MSE-Adapter")
    stem = file.stem.rpartition("_")[0]
    problems: list[str] = []
    items: dict[str, list[dict[str, Any]]] = {}
    for split in SPLITS:
        if (part := file.with_name(f"{stem}_{split}.pkl")).is_file():
            items[split] = _items(part)
        else:
            problems.append(f"There is no {part.name} in {part.parent}: {split} is empty.")
    if not items:  # a file under a name of its own
        items = {"train": _items(file)}
    classes = _classes(stem, [str(item["label"]) for part in items.values() for item in part])
    splits = {split: _split(split, part, classes, problems) for split, part in items.items()}
    return UtteranceSet(
        "mse-adapter",
        f"{stem.upper() or file.stem} of MSE-Adapter",
        "classes",
        splits,
        _widths(file, [item for part in items.values() for item in part]),
        tuple(dict.fromkeys(classes.values())),
        tuple(problems),
        source=_SOURCE,
        notes=("Each line stands alone, without the dialogue.",),
    )


def _items(file: Path) -> list[dict[str, Any]]:
    found = read_pickle(file)
    if not isinstance(found, list) or not found:
        raise BadInput(f"{file} should be a list of utterances; it is {described(found)}.")
    for i, item in enumerate(found):
        inside = item.get("features") if isinstance(item, dict) else None
        if not isinstance(inside, dict) or "label" not in item:
            raise BadInput(
                f"{file}: utterance {i} should have features and a label; it is {described(item)}."
            )
        if lacking := [name for name in ("text", *FIELDS.values()) if name not in inside]:
            raise BadInput(
                f"{file}: the features of utterance {i} lack {listed(lacking)}; there are "
                f"{listed(map(str, inside))}."
            )
    return found


def _classes(stem: str, labels: Sequence[str]) -> dict[str, str]:
    """Label in the file -> class, in the order of the model's logits."""
    if stem.lower() == "meld":
        return {name: name for name in EMOTIONS}
    if stem.lower() == "cherma" or set(labels) <= set(CHERMA):
        return CHERMA
    return {name: name for name in sorted(set(labels))}


def _split(
    split: str, items: list[dict[str, Any]], classes: Mapping[str, str], problems: list[str]
) -> Utterances:
    known = [i for i, item in enumerate(items) if str(item["label"]) in classes]
    unknown = Counter(str(item["label"]) for item in items if str(item["label"]) not in classes)
    for label, count in unknown.items():
        problems.append(f"{count} of {split} are labelled {label!r}, no class, and left out.")

    def make(row: int) -> Sample:
        inside = items[row]["features"]
        return Sample(
            f"{split}-{row}",
            text=word(inside["text"]).strip() or None,
            target=classes[str(items[row]["label"])],
            provenance=REAL,
            features=heard({m: _track(inside, field) for m, field in FIELDS.items()}),
        )

    return Utterances(make, known)


def _track(inside: Mapping[str, Any], field: str) -> np.ndarray:
    """Up to its length; where that is none, up to its last row that says something."""
    found, length = cleaned(inside[field]), inside.get(f"{field}_len")
    if isinstance(length, int | np.integer) and 0 <= length <= len(found):
        return found[:length]
    return without_back(found)


def _widths(file: Path, items: Sequence[Mapping[str, Any]]) -> dict[Modality, int]:
    """Channels of voice and face, the same in every utterance."""
    found: dict[Modality, int] = {}
    for modality, field in FIELDS.items():
        shapes = {
            np.shape(item["features"][field])[1:] if is_numbers(item["features"][field]) else None
            for item in items
        }
        one = shapes.pop() if len(shapes) == 1 else None
        if one is None or len(one) != 1:
            raise BadInput(
                f"{file}: {field} should be numbers (time, features), of one number of features in "
                f"every utterance; the first is {described(items[0]['features'][field])}."
            )
        found[modality] = int(one[0])
    return found
