"""The packs of MultiBench: mosi_raw, mosei_raw, humor (UR-FUNNY) and sarcasm (MUStARD).

    {train, valid, test}: {text (n, 50, 300) GloVe, vision (n, 50, 371 or 35), audio (n, 50, 81 or
                           74 or 5), labels (n, 1) or (n, 1, k), id}

Sequences are word-aligned and padded on the left. An utterance without words is left out; the
first word says where every modality begins, as in the loader of MultiBench.

Source: Liang et al. (2021), MultiBench: Multiscale Benchmarks for Multimodal Representation
Learning, github.com/pliang279/MultiBench, datasets/affect.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.datasets.stickers.collection import Source
from mer_core.datasets.utterances.collection import Utterances, UtteranceSet
from mer_core.datasets.utterances.layout import (
    REAL,
    column,
    located,
    names_of,
    parts,
    tracks_of,
    widths_of,
)
from mer_core.datasets.utterances.mult import FIELDS, absent_splits, aligned
from mer_core.datasets.utterances.pickles import read_pickle
from mer_core.datasets.utterances.tracks import cleaned, first_said, heard, without_front
from mer_core.errors import BadInput
from mer_core.types import Modality, Sample

PAIRS = {"humor": ("not humorous", "humorous"), "sarcasm": ("not sarcastic", "sarcastic")}
"""Pack -> its two classes; the second is the one whose label is above 0."""

_SOURCE = Source(
    "A pack of MultiBench (Liang et al., 2021): CMU-MOSI, CMU-MOSEI, UR-FUNNY or MUStARD",
    "That of the set inside; for research",
)
Kept = Callable[[int], Sample]


def multibench_set(path: Path | None = None) -> UtteranceSet:
    """A pack of MultiBench.

    What it asks is known by its name, `humor` or `sarcasm` for one of two classes and `mosi` or
    `mosei` for a sentiment; under another name by its labels.

    Args:
        path: The pack, or a folder with exactly one; None for `multibench` among the real data.

    Raises:
        DataMissing: It is not there.
        BadInput: It is laid out otherwise, is no pickle of data, or a folder holds several packs.
    """
    names = ("sarcasm.pkl", "humor.pkl", "mosi_raw.pkl", "mosei_raw.pkl", "mosei_senti_data.pkl")
    file = located(path, ("multibench",), names, "a pack of MultiBench")
    if path != file and len(there := [n for n in names if (file.parent / n).is_file()]) > 1:
        raise BadInput(f"{file.parent} holds {', '.join(there)}: say which one with --path.")
    found = parts(file, read_pickle(file), FIELDS, "a pack of MultiBench")
    arrays = {split: tracks_of(file, split, part) for split, part in found.items()}
    labels = {s: _labels(file, s, part, arrays[s]) for s, part in found.items()}
    pair = _pair(file.stem, labels)
    splits, left_out = {}, []
    for split, part in found.items():
        spoken = np.flatnonzero(arrays[split][Modality.TEXT].any(axis=(1, 2)))
        names_here = names_of(part, split, len(labels[split]))
        make = _cutter(arrays[split], names_here, labels[split], pair)
        splits[split] = Utterances(make, spoken.tolist())
        if silent := len(labels[split]) - len(spoken):
            left_out.append(f"{silent} utterances of {split} have no words and are left out.")
    return UtteranceSet(
        "multibench",
        f"MultiBench pack {file.stem}",
        "binary" if pair else "sentiment",
        splits,
        widths_of(file, arrays.values()),
        pair,
        problems=(*absent_splits(found, file), *left_out),
        source=_SOURCE,
        notes=("Features are as in the file: not normalised within an utterance.",),
    )


def _labels(
    file: Path, split: str, part: Mapping[str, Any], arrays: Mapping[Modality, np.ndarray]
) -> np.ndarray:
    """One number an utterance: the first where emotions follow the sentiment (CMU-MOSEI)."""
    count = len(arrays[Modality.TEXT])
    found = column(file, split, "labels", part["labels"], count).reshape(count, -1)
    if count and not found.shape[1]:
        raise BadInput(f"{file}: labels of {split!r} are empty.")
    return found[:, 0]


def _pair(stem: str, labels: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    """The two classes; none where a number is asked for."""
    for name, pair in PAIRS.items():
        if name in stem.lower():
            return pair
    values = set(np.concatenate([*labels.values()]).tolist())
    binary = values <= {0.0, 1.0} or values <= {-1.0, 1.0}
    return ("no", "yes") if binary and "mos" not in stem.lower() else ()


def _cutter(
    arrays: Mapping[Modality, np.ndarray], names: list[str], labels: np.ndarray, pair: tuple
) -> Kept:
    together = aligned(arrays)

    def make(row: int) -> Sample:
        tracks = {m: cleaned(values[row]) for m, values in arrays.items()}
        if together:  # the first word says where every modality begins
            start = first_said(tracks[Modality.TEXT])
            tracks = {m: track[start:] for m, track in tracks.items()}
        else:
            tracks = without_front(tracks, together=False)
        said = float(labels[row])
        answer: dict[str, Any] = {"target": pair[said > 0]} if pair else {"sentiment": said}
        return Sample(names[row], features=heard(tracks), provenance=REAL, **answer)

    return make
