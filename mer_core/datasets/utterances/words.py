"""A word-aligned extract of CMU-MOSI with its words: `mosi_aligned.npz` beside its GloVe vectors.

mosi_aligned.npz           offsets (n + 1,), word_ids, words, audio (., 74), vision (., 47),
                           label (n,), segment (n,), video (n,): flat, cut by `offsets`
mosi_glove840b_300d.npz    words (v,), vectors (v, 300): `word_ids` point into it
"""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mer_core.datasets.stickers.collection import Source
from mer_core.datasets.utterances.collection import Utterances, UtteranceSet
from mer_core.datasets.utterances.layout import REAL, described, listed
from mer_core.datasets.utterances.tracks import cleaned, heard
from mer_core.errors import BadInput, DataMissing
from mer_core.types import Modality, Sample

EXTRACT, VECTORS = "mosi_aligned.npz", "mosi_glove840b_300d.npz"
MOST = 1 << 31
"""Bytes that the arrays of such a file may take; one that announces more is refused."""

_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, OverflowError, MemoryError)
_FIELDS = ("offsets", "word_ids", "words", "audio", "vision", "label", "segment", "video")
_SOURCE = Source(
    "CMU-MOSI (Zadeh et al., 2016), word-aligned through the CMU Multimodal SDK; words as GloVe "
    "840B vectors (Pennington et al., 2014)",
    "Research use",
)


def words_set(file: Path, name: str, what: str) -> UtteranceSet:
    """The extract: whole videos are kept together, the last is the test, the one before validation.

    Args:
        file: `mosi_aligned.npz`; the vectors lie beside it.
        name: Key of the set.
        what: What it is called on screen.

    Raises:
        BadInput: A file is damaged or laid out otherwise.
    """
    arrays = read_arrays(file, _FIELDS)
    problems, vectors = [], None
    try:
        vectors = read_arrays(file.with_name(VECTORS), ("words", "vectors"))["vectors"]
    except DataMissing as error:
        problems.append(f"The words have no vectors, so they are read as text: {error}")
    _check(file, arrays, vectors)

    def make(row: int) -> Sample:
        return _sample(arrays, vectors, row)

    features = {
        Modality.AUDIO: arrays["audio"].shape[1],
        Modality.VISION: arrays["vision"].shape[1],
    }
    if vectors is not None:
        features = {Modality.TEXT: vectors.shape[1], **features}
    return UtteranceSet(
        name,
        what,
        "sentiment",
        {split: Utterances(make, rows) for split, rows in _splits(arrays["video"]).items()},
        features,
        problems=tuple(problems),
        source=_SOURCE,
        notes=("No official split: the last video is the test, the one before it validation.",),
    )


def read_arrays(file: Path, fields: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The named arrays of an .npz file; objects in it are refused, not run.

    Raises:
        DataMissing: There is no such file.
        BadInput: It is no such file, is far too large, or lacks one of them.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MOST:
            raise BadInput(f"{file} would take {size / 2**30:.0f} GB of memory: it is no extract.")
        with np.load(file, allow_pickle=False) as found:
            if lacking := [name for name in fields if name not in found.files]:
                raise BadInput(
                    f"{file} lacks {listed(lacking)}; it has {listed(found.files)}. Is it the "
                    "word-aligned extract?"
                )
            return {name: found[name] for name in fields}
    except FileNotFoundError as cause:
        raise DataMissing(f"There is no {file.name} in {file.parent}.") from cause
    except OSError as cause:
        raise DataMissing(f"{file} cannot be opened: {cause.strerror or cause}.") from cause
    except (ValueError, RuntimeError, EOFError, KeyError, *_DAMAGE) as cause:
        raise BadInput(f"{file} is no whole .npz file of plain arrays: copy it again.") from cause


_KINDS = {"offsets": "iu", "word_ids": "iu", "audio": "f", "vision": "f", "label": "fiu"}
"""Array -> what its numbers may be: whole, real."""


def _check(file: Path, arrays: Mapping[str, np.ndarray], vectors: np.ndarray | None) -> None:
    offsets, ids = arrays["offsets"], arrays["word_ids"]
    for name, array in arrays.items():
        axes = 2 if name in ("audio", "vision") else 1
        if array.ndim != axes or array.dtype.kind not in _KINDS.get(name, "U"):
            raise BadInput(f"{file}: {name} is {described(array)}: is it the extract?")
    if vectors is not None and (vectors.ndim != 2 or vectors.dtype.kind != "f"):
        raise BadInput(f"{file.with_name(VECTORS)}: vectors is {described(vectors)}.")
    if len(offsets) < 2 or offsets[0] != 0 or bool((offsets[1:] < offsets[:-1]).any()):
        raise BadInput(f"{file}: offsets should rise from 0; they are {described(offsets)}.")
    for name in ("word_ids", "words", "audio", "vision"):
        if len(arrays[name]) != offsets[-1]:
            raise BadInput(f"{file}: {name} has {len(arrays[name])} rows; offsets: {offsets[-1]}.")
    for name in ("label", "segment", "video"):
        if len(arrays[name]) != len(offsets) - 1:
            raise BadInput(
                f"{file}: {name} has {len(arrays[name])} rows for {len(offsets) - 1} utterances."
            )
    if vectors is not None and len(ids) and not 0 <= ids.min() <= ids.max() < len(vectors):
        raise BadInput(f"{file}: its word_ids point beyond the {len(vectors)} vectors beside it.")


def _sample(arrays: Mapping[str, np.ndarray], vectors: np.ndarray | None, row: int) -> Sample:
    at = slice(*arrays["offsets"][row : row + 2])
    tracks = {m: cleaned(arrays[str(m)][at]) for m in (Modality.AUDIO, Modality.VISION)}
    if vectors is not None:
        tracks = {Modality.TEXT: cleaned(vectors[arrays["word_ids"][at]]), **tracks}
    return Sample(
        str(arrays["segment"][row]),
        text=" ".join(arrays["words"][at].tolist()),
        sentiment=float(arrays["label"][row]),
        provenance=REAL,
        features=heard(tracks),
    )


def _splits(videos: np.ndarray) -> dict[str, list[int]]:
    order = list(dict.fromkeys(videos.tolist()))
    held = {video: split for video, split in zip(order[:0:-1], ("test", "valid"), strict=False)}
    found: dict[str, list[int]] = {"train": [], "valid": [], "test": []}
    for row, video in enumerate(videos.tolist()):
        found[held.get(video, "train")].append(row)
    return found
