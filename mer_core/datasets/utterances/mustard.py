"""MUStARD: is this line of a sitcom meant as it is said?

    sarcasm_data.json   {id: {utterance, speaker, context, context_speakers, show, sarcasm}}
    split_indices.p     [(train, test)] five times: places in the order of the first file;
                        or the same as split_indices.json: [{train, test}]
    audio_features.p    {id: (283, moments)}, if you have it

Source: Castro et al. (2019), Towards Multimodal Sarcasm Detection (An _Obviously_ Perfect Paper),
github.com/soujanyaporia/MUStARD.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.datasets.stickers.collection import Source
from mer_core.datasets.stickers.splits import stratified
from mer_core.datasets.stickers.tables import read_json
from mer_core.datasets.utterances.collection import Utterances, UtteranceSet
from mer_core.datasets.utterances.layout import REAL, described, is_numbers, located
from mer_core.datasets.utterances.multibench import PAIRS
from mer_core.datasets.utterances.pickles import read_pickle
from mer_core.datasets.utterances.tracks import cleaned, heard
from mer_core.errors import BadInput, UnknownName
from mer_core.types import Modality, Sample

HELD_SHOW = "FRIENDS"
"""The show whose lines are the test where no speaker may be known from training."""

FOLDS = 5
_SOURCE = Source(
    "MUStARD (Castro et al., 2019, Towards Multimodal Sarcasm Detection, ACL)",
    "MIT; clips under fair use, not read here",
)


def mustard_set(path: Path | None = None, fold: int | None = None) -> UtteranceSet:
    """MUStARD: 690 lines with their words, and the voice where `audio_features.p` is there.

    The official protocols have no validation split: a fifth of the training part, the same in
    both classes and chosen by a hash of the names, is set aside for it.

    Args:
        path: `sarcasm_data.json` or the folder with it; None for `mustard` among the real data.
        fold: 1 to 5 for one of the official folds; None for the speaker-independent protocol,
            whose test is every line of FRIENDS.

    Raises:
        DataMissing: It is not there.
        BadInput: A file is damaged or laid out otherwise.
        UnknownName: There is no such fold.
    """
    file = located(path, ("mustard",), ("sarcasm_data.json", "data/sarcasm_data.json"), "MUStARD")
    told = _lines(file)
    problems: list[str] = []
    voices = _voices(file.parent / "audio_features.p", problems)
    tested = _others(told) if fold is None else _fold(file.parent, len(told), fold)
    ids = list(told)

    def make(row: int) -> Sample:
        return _sample(ids[row], told[ids[row]], voices)

    return UtteranceSet(
        "mustard",
        "MUStARD",
        "binary",
        {name: Utterances(make, rows) for name, rows in _splits(told, tested).items()},
        {Modality.AUDIO: next(iter(voices.values())).shape[0]} if voices else {},
        PAIRS["sarcasm"],
        tuple(problems),
        source=_SOURCE,
        notes=(
            f"Speaker-independent: the test is {HELD_SHOW}."
            if fold is None
            else f"Official fold {fold} of {FOLDS}: speakers are in training and test.",
            "A fifth of the official training part is set aside for validation.",
            "The line alone, without the context before it.",
        ),
    )


def _lines(file: Path) -> dict[str, dict[str, Any]]:
    found = read_json(file)
    if not isinstance(found, dict) or not found:
        raise BadInput(
            f"{file} should be a dictionary with an entry for each id; it is {described(found)}."
        )
    for id, line in found.items():
        if not isinstance(line, dict) or {"utterance", "show", "sarcasm"} - set(line):
            raise BadInput(
                f"{file}: {id!r} should have utterance, show and sarcasm; it is {described(line)}."
            )
    return found


def _voices(file: Path, problems: list[str]) -> dict[str, np.ndarray]:
    """Id -> (feature, time); nothing where the file is not there."""
    if not file.is_file():
        problems.append(f"There is no {file.name} beside the lines: voices are silent.")
        return {}
    found = read_pickle(file)
    if not isinstance(found, dict) or not all(
        is_numbers(v) and v.ndim == 2 for v in found.values()
    ):
        raise BadInput(
            f"{file} should be a dictionary of arrays (283, moments); it is {described(found)}."
        )
    if len(widths := {len(v) for v in found.values()}) > 1:
        raise BadInput(f"{file} has voices of {sorted(widths)} features; one number is expected.")
    return found


def _others(told: Mapping[str, Mapping[str, Any]]) -> set[int]:
    return {i for i, line in enumerate(told.values()) if line["show"] == HELD_SHOW}


def _fold(folder: Path, count: int, fold: int) -> set[int]:
    """Places of the test lines of an official fold."""
    if not 1 <= fold <= FOLDS:
        raise UnknownName(str(fold), [str(i) for i in range(1, FOLDS + 1)])
    file = located(folder, (), ("split_indices.p", "split_indices.json"), "the folds of MUStARD")
    folds = read_json(file) if file.suffix == ".json" else read_pickle(file)
    try:
        part = folds[fold - 1]
        train, test = (part["train"], part["test"]) if isinstance(part, dict) else part
        places, rest = ({int(i) for i in side} for side in (test, train))
    except (TypeError, ValueError, KeyError, IndexError) as cause:
        raise BadInput(
            f"{file} should hold {FOLDS} pairs of places, for training and test; it is "
            f"{described(folds)}."
        ) from cause
    if places & rest or places | rest != set(range(count)):
        raise BadInput(f"{file}: fold {fold} does not part the {count} lines beside it in two.")
    return places


def _splits(told: Mapping[str, Mapping[str, Any]], tested: set[int]) -> dict[str, list[int]]:
    """The test as the protocol says; the rest parted in training and validation."""
    rest = {
        id: str(line["sarcasm"]) for i, (id, line) in enumerate(told.items()) if i not in tested
    }
    held = stratified(rest)
    parts: dict[str, list[int]] = {"train": [], "valid": [], "test": sorted(tested)}
    for i, id in enumerate(told):
        if i not in tested:
            parts["valid" if held[id] == "valid" else "train"].append(i)
    return parts


def _sample(id: str, line: Mapping[str, Any], voices: Mapping[str, np.ndarray]) -> Sample:
    voice = {Modality.AUDIO: cleaned(voices[id]).T} if id in voices else {}
    return Sample(
        id,
        text=str(line["utterance"]).strip() or None,
        target=PAIRS["sarcasm"][bool(line["sarcasm"])],
        provenance=REAL,
        features=heard(voice),
    )
