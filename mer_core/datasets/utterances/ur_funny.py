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

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.datasets.location import existing
from mer_core.datasets.stickers.collection import Source
from mer_core.datasets.utterances.collection import Utterances, UtteranceSet
from mer_core.datasets.utterances.layout import REAL, described, is_numbers, word
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
    tracks = {m: _tracks(folder, name, problems) for m, name in TRACKS.items()}
    vectors = _vectors(folder, problems) if said else None
    if vectors is not None:
        tracks = {Modality.TEXT: _words(said, vectors, problems), **tracks}
    splits = {}
    for fold, split in SPLITS.items():
        ids = _ids(folds, fold, labels, problems)
        make = _maker(ids, labels, said, tracks)
        splits[split] = Utterances(make, range(len(ids)))
    return UtteranceSet(
        "ur-funny",
        "UR-FUNNY",
        "binary",
        splits,
        {m: next(iter(found.values())).shape[1] for m, found in tracks.items() if found},
        PAIRS["humor"],
        tuple(problems),
        source=_SOURCE,
        notes=("The punchline alone, uncut; the official loader keeps its first 20 words.",),
    )


def _maker(
    ids: Sequence[Any],
    labels: Mapping[Any, Any],
    said: Mapping[Any, Any],
    tracks: Mapping[Modality, Mapping[Any, Track]],
) -> Callable[[int], Sample]:
    """What makes the sample of a row."""

    def make(row: int) -> Sample:
        id = ids[row]
        told = _entry(said, id)
        features = heard({m: found[id] for m, found in tracks.items() if id in found})
        moments = _moments(told)
        timed = [m for m in TRACKS if m in features and len(features[m]) == len(moments)]
        return Sample(
            str(id),
            text=_sentence(told),
            target=PAIRS["humor"][labels[id] == 1],
            provenance=REAL,
            features=features,
            seconds=dict.fromkeys(timed, moments),
        )

    return make


def _ids(
    folds: Mapping[Any, Any], fold: str, labels: Mapping[Any, Any], problems: list[str]
) -> list[Any]:
    """The utterances of a fold that have a label."""
    if fold not in folds:
        problems.append(f"There is no fold {fold!r} in data_folds.pkl.")
        return []
    given = folds[fold]
    rows = given.tolist() if isinstance(given, np.ndarray) else given
    if not isinstance(rows, list | tuple) or not all(
        isinstance(id, int | str | np.integer) for id in rows
    ):
        raise BadInput(
            f"data_folds.pkl: {fold!r} should be a list of ids; it is {described(given)}."
        )
    found = [id for id in rows if is_answer(labels.get(id))]
    if lacking := len(rows) - len(found):
        split = SPLITS[fold]
        problems.append(f"{lacking} utterances of {split} have no label and are left out.")
    return found


def is_answer(value: Any) -> bool:
    """Whether a label is 0 or 1."""
    return isinstance(value, int | float | np.number) and value in (0, 1)


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


def _entry(table: Mapping[Any, Any], id: Any) -> Mapping[str, Any]:
    told = table.get(id)
    return told if isinstance(told, dict) else {}


def _tracks(folder: Path, name: str, problems: list[str]) -> dict[Any, Track]:
    """Id -> features of its punchline; those of the context are let go, they are far larger."""
    table = _optional(folder, (name,), problems)
    found = {id: numbers(_entry(table, id).get("punchline_features")) for id in table}
    widths = Counter(track.shape[1] for track in found.values() if track is not None and len(track))
    width = widths.most_common(1)[0][0] if widths else 0
    kept = {id: t for id, t in found.items() if t is not None and t.shape[1] == width and width}
    if lacking := len(table) - len(kept):
        problems.append(
            f"{name}.pkl: punchline_features of {lacking} utterances are no list of {width} "
            "numbers for each word; they are left out."
        )
    return kept


def numbers(given: Any) -> Track | None:
    """(time, feature) numbers of lists or an array; None where it is nothing of the kind."""
    try:
        found = np.asarray(given)
    except (TypeError, ValueError, OverflowError):
        return None
    return cleaned(found) if found.ndim == 2 and is_numbers(found) else None


def _words(said: Mapping[Any, Any], vectors: np.ndarray, problems: list[str]) -> dict[Any, Track]:
    """Id -> vectors of the words of its punchline."""
    found = {}
    for id in said:
        places = _places(_entry(said, id).get("punchline_embedding_indexes"))
        if len(places) and not 0 <= places.min() <= places.max() < len(vectors):
            raise BadInput(
                f"language_sdk.pkl: a word of {id} points beyond the {len(vectors)} vectors of "
                "word_embedding_list.pkl: are the files of one version?"
            )
        if len(places):
            found[id] = cleaned(vectors[places])
    if lacking := len(said) - len(found):
        problems.append(f"{lacking} utterances name no words.")
    return found


def _places(given: Any) -> np.ndarray:
    try:
        return np.asarray(given, int).reshape(-1)
    except (TypeError, ValueError, OverflowError):
        return np.zeros(0, int)


def _vectors(folder: Path, problems: list[str]) -> np.ndarray | None:
    file = folder / "word_embedding_list.pkl"
    try:
        found = read_pickle(file)
    except DataMissing:
        problems.append(f"There is no {file.name} in {folder}: words are read as text.")
        return None
    vectors = numbers(found)
    if vectors is None or not vectors.size:
        raise BadInput(
            f"{file} should be a list of vectors of one length; it is {described(found)}."
        )
    return vectors


def _sentence(told: Mapping[str, Any]) -> str | None:
    given = told.get("punchline_sentence")
    words = given if isinstance(given, list | tuple) else [given] if given is not None else []
    return " ".join(word(part) for part in words).strip() or None


def _moments(told: Mapping[str, Any]) -> np.ndarray:
    """The middle of each word in seconds after the first began."""
    found = numbers(told.get("punchline_intervals"))
    if found is None or found.shape[1:] != (2,) or not len(found):
        return np.zeros(0, np.float32)
    return found.mean(axis=1) - found.min()
