"""UR-FUNNY: is the last sentence of this passage of a talk a punchline?

    data_folds.pkl             {train, dev, test}: [id]
    language_sdk.pkl           {id: {punchline_embedding_indexes, punchline_sentence,
                                     punchline_intervals, context_...}}
    covarep_features_sdk.pkl   {id: {punchline_features (words, 81), context_features}}
    openface_features_sdk.pkl  {id: {punchline_features (words, 371; 75 in version 1), ...}}
    humor_label_sdk.pkl        {id: 1 or 0}
    word_embedding_list.pkl    [vector of 300]: the indexes point into it

Source: Hasan et al. (2019), UR-FUNNY: A Multimodal Language Dataset for Understanding Humor,
github.com/ROC-HCI/UR-FUNNY.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.datasets.location import existing
from mer_core.datasets.stickers.collection import Source
from mer_core.datasets.utterances.collection import Utterances, UtteranceSet
from mer_core.datasets.utterances.layout import REAL, described, word
from mer_core.datasets.utterances.multibench import PAIRS
from mer_core.datasets.utterances.pickles import read_pickle
from mer_core.datasets.utterances.tracks import Track, cleaned, heard
from mer_core.errors import BadInput, DataMissing
from mer_core.types import Modality, Sample

SPLITS = {"train": "train", "dev": "valid", "test": "test"}
TRACKS = {Modality.AUDIO: "covarep_features_sdk", Modality.VISION: "openface_features_sdk"}
WORDS = ("language_sdk", "word_embedding_indexes_sdk")
"""The file of the words in version 2, and in version 1."""

_SOURCE = Source(
    "UR-FUNNY (Hasan et al., 2019, UR-FUNNY: A Multimodal Language Dataset for Understanding "
    "Humor, EMNLP)",
    "Research use",
)


def ur_funny_set(path: Path | None = None) -> UtteranceSet:
    """UR-FUNNY, the punchline alone: words, voice and face by word, and whether people laughed.

    Args:
        path: The folder with the six pickles; None for `ur-funny` among the real data.

    Raises:
        DataMissing: There is no folder, or none of its labels or folds.
        BadInput: A file is laid out otherwise, or is no pickle of data.
    """
    folder = existing(path, "ur-funny", "UR-FUNNY")
    folds, labels = (_table(folder / f"{name}.pkl") for name in ("data_folds", "humor_label_sdk"))
    problems: list[str] = []
    said = _optional(folder, WORDS, problems)
    tracks = {m: _optional(folder, (name,), problems) for m, name in TRACKS.items()}
    vectors = _vectors(folder, problems) if said else None
    punchlines = Punchlines(said, tracks, vectors, labels)
    splits = {}
    for fold, split in SPLITS.items():
        known = [id for id in folds.get(fold, ()) if labels.get(id) in (0, 1)]
        if lacking := len(folds.get(fold, ())) - len(known):
            problems.append(f"{lacking} utterances of {split} have no label and are left out.")
        if fold not in folds:
            problems.append(f"There is no fold {fold!r} in data_folds.pkl.")
        splits[split] = Utterances(
            lambda row, ids=known: punchlines.sample(ids[row]), range(len(known))
        )
    return UtteranceSet(
        "ur-funny",
        "UR-FUNNY",
        "binary",
        splits,
        punchlines.widths(),
        PAIRS["humor"],
        tuple(problems),
        source=_SOURCE,
        notes=("The punchline alone, uncut; the official loader keeps its first 20 words.",),
    )


class Punchlines:
    """Words, voice and face of each punchline.

    Args:
        said: Id -> words and where their vectors stand.
        tracks: Modality -> id -> features.
        vectors: Of the words.
        labels: Id -> 1 or 0.
    """

    def __init__(
        self,
        said: Mapping[Any, Any],
        tracks: Mapping[Modality, Mapping[Any, Any]],
        vectors: np.ndarray | None,
        labels: Mapping[Any, Any],
    ) -> None:
        self.said, self.tracks, self.vectors, self.labels = said, tracks, vectors, labels

    def widths(self) -> dict[Modality, int]:
        """Channels of each modality that is there, as the first utterance that has it says."""
        found = {} if self.vectors is None else {Modality.TEXT: self.vectors.shape[1]}
        for modality, table in self.tracks.items():
            shapes = (self._track(id, modality).shape for id in table)
            if width := next((shape[1] for shape in shapes if shape[0]), 0):
                found[modality] = width
        return found

    def sample(self, id: Any) -> Sample:
        """One punchline.

        Raises:
            BadInput: Its features or its words are laid out otherwise.
        """
        told = self.said.get(id) or {}
        tracks = {m: self._track(id, m) for m in self.tracks}
        if self.vectors is not None:
            tracks = {Modality.TEXT: self._words(id, told), **tracks}
        features, moments = heard(tracks), _moments(told)
        return Sample(
            str(id),
            text=_sentence(told),
            target=PAIRS["humor"][int(self.labels[id])],
            provenance=REAL,
            features=features,
            seconds={
                m: moments
                for m in self.tracks
                if m in features and len(features[m]) == len(moments)
            },
        )

    def _track(self, id: Any, modality: Modality) -> Track:
        told = self.tracks[modality].get(id) or {}
        given = told.get("punchline_features", ()) if isinstance(told, dict) else ()
        if not len(given):
            return np.zeros((0, 1), np.float32)
        try:
            found = cleaned(given)
        except (TypeError, ValueError):
            found = np.zeros(0, np.float32)
        if found.ndim != 2:
            raise BadInput(
                f"{TRACKS[modality]}.pkl: punchline_features of {id} should be a list of numbers "
                f"for each word; it is {described(given)}."
            )
        return found

    def _words(self, id: Any, told: Mapping[str, Any]) -> Track:
        assert self.vectors is not None
        places = np.asarray(told.get("punchline_embedding_indexes", ()), int).reshape(-1)
        if len(places) and not 0 <= places.min() <= places.max() < len(self.vectors):
            raise BadInput(
                f"language_sdk.pkl: a word of {id} points beyond the {len(self.vectors)} vectors "
                "of word_embedding_list.pkl: are the files of one version?"
            )
        return cleaned(self.vectors[places])


def _table(file: Path) -> dict[Any, Any]:
    found = read_pickle(file)
    if not isinstance(found, dict):
        raise BadInput(
            f"{file} should be a dictionary with an entry for each id; it is {described(found)}."
        )
    return found


def _optional(folder: Path, names: tuple[str, ...], problems: list[str]) -> dict[Any, Any]:
    """The first of the files that is there; nothing where none is, which is then listed."""
    for name in names:
        if (file := folder / f"{name}.pkl").is_file():
            return _table(file)
    problems.append(f"There is no {names[0]}.pkl in {folder}.")
    return {}


def _vectors(folder: Path, problems: list[str]) -> np.ndarray | None:
    file = folder / "word_embedding_list.pkl"
    try:
        found = read_pickle(file)
    except DataMissing:
        problems.append(f"There is no {file.name} in {folder}: words are read as text.")
        return None
    try:
        vectors = np.asarray(found, np.float32)
    except (TypeError, ValueError):
        vectors = np.zeros(0, np.float32)
    if vectors.ndim != 2 or not len(vectors):
        raise BadInput(
            f"{file} should be a list of vectors of one length; it is {described(found)}."
        )
    return vectors


def _sentence(told: Mapping[str, Any]) -> str | None:
    given = told.get("punchline_sentence")
    words = given if isinstance(given, list | tuple) else [given] if given else []
    return " ".join(word(part) for part in words).strip() or None


def _moments(told: Mapping[str, Any]) -> np.ndarray:
    """The middle of each word in seconds after the first began."""
    try:
        found = np.asarray(told.get("punchline_intervals", ()), np.float32)
    except (TypeError, ValueError):
        found = np.zeros(0)
    if not len(found) or found.shape[1:] != (2,) or not np.isfinite(found).all():
        return np.zeros(0, np.float32)
    return found.mean(axis=1) - found.min()
