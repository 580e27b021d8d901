"""The pickles that came with MulT: CMU-MOSI, CMU-MOSEI and IEMOCAP, word-aligned or not.

    {train, valid, test}: {text (n, time, 300) GloVe, audio (n, time, 74 or 5) COVAREP,
                           vision (n, time, 35 or 20) FACET, labels (n, 1, 1) or (n, 4, 2), id}

Sequences are padded on the left with zeros; audio has minus infinity where it is silent.

Source: Tsai et al. (2019), Multimodal Transformer for Unaligned Multimodal Language Sequences,
whose repository (yaohungt/Multimodal-Transformer) names where the files lie.
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
from mer_core.datasets.utterances.pickles import read_pickle
from mer_core.datasets.utterances.tracks import cleaned, heard, without_front
from mer_core.datasets.utterances.words import EXTRACT, words_set
from mer_core.errors import BadInput
from mer_core.types import Modality, Sample

IEMOCAP = ("neutral", "happy", "sad", "angry")
"""The four questions, in the order of the labels."""

FIELDS = ("text", "audio", "vision", "labels")
Tracks = Mapping[Modality, np.ndarray]

_MOSI = Source(
    "CMU-MOSI (Zadeh et al., 2016, MOSI: Multimodal Corpus of Sentiment Intensity), features as "
    "distributed with MulT (Tsai et al., 2019)",
    "Research use",
)
_MOSEI = Source(
    "CMU-MOSEI (Zadeh et al., 2018, Multimodal Language Analysis in the Wild), features as "
    "distributed with MulT (Tsai et al., 2019)",
    "Research use",
)
_IEMOCAP = Source(
    "IEMOCAP (Busso et al., 2008, IEMOCAP: Interactive emotional dyadic motion capture database), "
    "features as distributed with MulT (Tsai et al., 2019)",
    "On application to the University of Southern California, for research",
)


def mosi_set(path: Path | None = None) -> UtteranceSet:
    """CMU-MOSI: a sentiment in [-3, 3] for each of 2,199 opinions.

    Args:
        path: `mosi_data_noalign.pkl`, `mosi_data.pkl`, a folder with either, or the word-aligned
            extract `mosi_aligned.npz`; None for `mosi` or `mosi_word_aligned` among the real data.

    Raises:
        DataMissing: It is not there.
        BadInput: It is laid out otherwise, or is no pickle of data.
    """
    names = ("mosi_data_noalign.pkl", "mosi_data.pkl", EXTRACT)
    file = located(path, ("mosi", "mosi_word_aligned"), names, "CMU-MOSI as MulT distributes it")
    if file.suffix == ".npz":
        return words_set(file, "mosi", "CMU-MOSI, word-aligned extract")
    return _sentiment(file, "mosi", "CMU-MOSI", _MOSI)


def mosei_set(path: Path | None = None) -> UtteranceSet:
    """CMU-MOSEI: a sentiment in [-3, 3] for each of some 22,800 opinions.

    Args:
        path: `mosei_senti_data_noalign.pkl`, `mosei_senti_data.pkl` or a folder with either; None
            for `mosei` among the real data.

    Raises:
        DataMissing, BadInput: As `mosi_set`.
    """
    names = ("mosei_senti_data_noalign.pkl", "mosei_senti_data.pkl")
    file = located(path, ("mosei",), names, "CMU-MOSEI as MulT distributes it")
    return _sentiment(file, "mosei", "CMU-MOSEI", _MOSEI)


def iemocap_set(path: Path | None = None) -> UtteranceSet:
    """IEMOCAP: four questions of yes or no for each of some 4,450 utterances.

    Args:
        path: `iemocap_data_noalign.pkl`, `iemocap_data.pkl` or a folder with either; None for
            `iemocap` among the real data.

    Raises:
        DataMissing, BadInput: As `mosi_set`.
    """
    names = ("iemocap_data_noalign.pkl", "iemocap_data.pkl")
    file = located(path, ("iemocap",), names, "IEMOCAP as MulT distributes it")
    return _pack(file, ("iemocap", "IEMOCAP", "four-binary"), _IEMOCAP, _four, IEMOCAP)


def _sentiment(file: Path, name: str, what: str, source: Source) -> UtteranceSet:
    return _pack(file, (name, what, "sentiment"), source, _numbers)


Answers = Callable[[Path, str, Any, int], list[dict[str, Any]]]


def _pack(
    file: Path,
    about: tuple[str, str, str],
    source: Source,
    answers: Answers,
    emotions: tuple[str, ...] = (),
) -> UtteranceSet:
    """A whole pickle; its samples are cut out of the arrays when asked for."""
    found = parts(file, read_pickle(file), FIELDS, "a MulT pickle")
    arrays = {split: tracks_of(file, split, part) for split, part in found.items()}
    splits = {}
    for split, part in found.items():
        count = len(arrays[split][Modality.TEXT])
        said = answers(file, split, part["labels"], count)
        make = _cutter(arrays[split], names_of(part, split, count), said)
        splits[split] = Utterances(make, range(count))
    name, what, task = about
    return UtteranceSet(
        name,
        what,
        task,
        splits,
        widths_of(file, arrays.values()),
        emotions,
        problems=absent_splits(found, file),
        source=source,
        notes=(
            _alignment(next(iter(arrays.values()))),
            "Minus infinity in the audio is read as 0.",
        ),
    )


def absent_splits(found: Mapping[str, Any], file: Path) -> tuple[str, ...]:
    """A sentence for each split that is not in a file."""
    return tuple(
        f"There is no split {split!r} in {file.name}."
        for split in ("train", "valid", "test")
        if split not in found
    )


def aligned(arrays: Tracks) -> bool:
    """Whether the modalities have one time axis: then row i of each stands at word i."""
    return len({values.shape[1] for values in arrays.values()}) == 1


def _alignment(arrays: Tracks) -> str:
    if aligned(arrays):
        return (
            "Word-aligned: the padding is cut off all modalities together, at the first word at "
            "which any says something."
        )
    return "Not aligned: the padding is cut off each modality on its own."


def _cutter(
    arrays: Tracks, names: list[str], answers: list[dict[str, Any]]
) -> Callable[[int], Sample]:
    together = aligned(arrays)

    def make(row: int) -> Sample:
        tracks = {m: cleaned(values[row]) for m, values in arrays.items()}
        features = heard(without_front(tracks, together))
        return Sample(names[row], features=features, provenance=REAL, **answers[row])

    return make


def _numbers(file: Path, split: str, labels: Any, count: int) -> list[dict[str, Any]]:
    """Labels of shape (n, 1, 1), or (n, 1, 7) where six emotions follow the sentiment."""
    numbers = column(file, split, "labels", labels, count).reshape(count, -1)
    if count and numbers.shape[1] == 0:
        raise BadInput(f"{file}: labels of {split!r} are empty.")
    return [{"sentiment": float(row[0])} for row in numbers]


def _four(file: Path, split: str, labels: Any, count: int) -> list[dict[str, Any]]:
    """Labels of shape (n, 4, 2): for each question, no and yes."""
    table = column(file, split, "labels", labels, count)
    if table.shape[1:] != (len(IEMOCAP), 2):
        raise BadInput(
            f"{file}: labels of {split!r} should have shape ({count}, 4, 2), no and yes for each "
            f"of {', '.join(IEMOCAP)}; they have {table.shape}."
        )
    return [_yes(row) for row in table.argmax(axis=2)]


def _yes(row: np.ndarray) -> dict[str, Any]:
    rated = {name: float(answer) for name, answer in zip(IEMOCAP, row, strict=True)}
    said = [name for name, answer in rated.items() if answer]
    return {"rated": rated, "target": said[0] if len(said) == 1 else None}
