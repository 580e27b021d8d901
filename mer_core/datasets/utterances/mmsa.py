"""The pickles of the MMSA platform: CMU-MOSI, CMU-MOSEI and CH-SIMS, with words as BERT vectors.

    {train, valid, test}: {raw_text, text (n, 50, 768), text_bert (n, 3, 50), audio, vision,
                           audio_lengths, vision_lengths, id, regression_labels (n,),
                           and for CH-SIMS regression_labels_T, _A, _V (n,)}

Sequences are padded on the right; the lengths say where each ends, and the second row of
`text_bert` which positions of the text are real.

Source: Mao et al. (2022), github.com/thuiar/MMSA; Liu et al. (2022), github.com/thuiar/ch-sims-v2.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.datasets.stickers.collection import Source
from mer_core.datasets.stickers.tables import read_table
from mer_core.datasets.utterances.collection import Utterances, UtteranceSet
from mer_core.datasets.utterances.layout import (
    REAL,
    column,
    located,
    names_of,
    parts,
    tracks_of,
    widths_of,
    word,
)
from mer_core.datasets.utterances.mult import absent_splits
from mer_core.datasets.utterances.pickles import read_pickle
from mer_core.datasets.utterances.tracks import Track, cleaned, heard, without_back
from mer_core.errors import BadInput, DataMissing
from mer_core.types import Modality, Sample

ALONE = {Modality.TEXT: "T", Modality.AUDIO: "A", Modality.VISION: "V"}
"""Modality -> letter of the labels that people gave to it alone."""

FIELDS = ("text", "audio", "vision", "regression_labels")
_MMSA = Source(
    "A set of the MMSA platform (Mao et al., 2022, M-SENA: An Integrated Platform for Multimodal "
    "Sentiment Analysis)",
    "That of the set inside",
)
_SIMS = Source(
    "CH-SIMS v2 (Liu et al., 2022, Make Acoustic and Visual Cues Matter: CH-SIMS v2.0 Dataset and "
    "AV-Mixup Consistent Module)",
    "Research use",
)
_ROWS = ("video_id", "clip_id", "text", "label", "label_t", "label_a", "label_v", "mode")


def mmsa_set(path: Path | None = None) -> UtteranceSet:
    """Any MMSA pickle: a sentiment, and for CH-SIMS what text, voice and face say alone.

    Args:
        path: The pickle, or a folder with `unaligned_50.pkl` or `aligned_50.pkl`; None for `mmsa`
            among the real data.

    Raises:
        DataMissing: It is not there.
        BadInput: It is laid out otherwise, or is no pickle of data.
    """
    names = ("unaligned_50.pkl", "aligned_50.pkl", "unaligned_39.pkl")
    file = located(path, ("mmsa",), names, "a pickle of MMSA")
    return _pack(file, "mmsa", "A set of MMSA", _MMSA)


def ch_sims_set(path: Path | None = None) -> UtteranceSet:
    """CH-SIMS v2, the supervised part: sentiment in [-1, 1], of all and of each modality alone.

    Args:
        path: A folder with `ch-simsv2s.pkl`, and `meta.csv` for the words where the pickle has
            none; or the pickle. None for `ch-sims-v2` among the real data.

    Raises:
        DataMissing, BadInput: As `mmsa_set`.
    """
    file = located(path, ("ch-sims-v2",), ("ch-simsv2s.pkl",), "CH-SIMS v2")
    found = _pack(file, "ch-sims-v2", "CH-SIMS v2", _SIMS)
    try:
        names = ("meta.csv", "meta(s).csv", "meta_s.csv", "label.csv")
        said, why = _told(located(file.parent, (), names, "its table")), ()
    except (DataMissing, BadInput) as error:
        said, why = {}, (f"Words and labels were not compared with the table: {error}",)
    splits = {name: _worded(part, said) for name, part in found.splits.items()}
    return replace(found, splits=splits, problems=(*found.problems, *why))


def _pack(file: Path, name: str, what: str, source: Source) -> UtteranceSet:
    read = read_pickle(file)
    found = parts(file, read, FIELDS, "an MMSA pickle")
    splits, arrays, alone = {}, {}, False
    for split, part in found.items():
        arrays[split] = tracks_of(file, split, part)
        count = len(arrays[split][Modality.TEXT])
        make = _cutter(file, split, part, arrays[split])
        alone |= "regression_labels_T" in part
        splits[split] = Utterances(make, range(count))
    others = [str(key) for key in read if key not in found]
    return UtteranceSet(
        name,
        what,
        "sentiment",
        splits,
        widths_of(file, arrays.values()),
        problems=absent_splits(found, file)
        + tuple(f"{file.name} has {other!r} too, which is not read." for other in others),
        limits=(-1.0, 1.0) if alone else (-3.0, 3.0),
        source=source,
        notes=("Words are vectors of BERT, special tokens included.",),
    )


def _cutter(
    file: Path, split: str, part: Mapping[str, Any], arrays: Mapping[Modality, np.ndarray]
) -> Callable[[int], Sample]:
    """What makes the sample of a row; labels and lengths are checked now, tracks cut then."""
    count = len(arrays[Modality.TEXT])
    names, texts = names_of(part, split, count), _texts(part, count)
    labels = _labels(file, split, part, "", count)
    assert labels is not None  # `parts` saw to it
    alone = {m: _labels(file, split, part, f"_{x}", count) for m, x in ALONE.items()}
    ends = {m: _ends(file, split, part, arrays, m) for m in arrays}

    def make(row: int) -> Sample:
        tracks = {m: cleaned(values[row]) for m, values in arrays.items()}
        cut = {m: ends[m](track, row) for m, track in tracks.items()}
        return Sample(
            names[row],
            text=texts[row],
            sentiment=float(labels[row]),
            tendencies={m: float(v[row]) for m, v in alone.items() if v is not None},
            provenance=REAL,
            features=heard(cut),
        )

    return make


def _labels(
    file: Path, split: str, part: Mapping[str, Any], letter: str, count: int
) -> np.ndarray | None:
    field = f"regression_labels{letter}"
    if field not in part:
        return None
    found = column(file, split, field, part[field], count).reshape(count, -1)
    if count and found.shape[1] != 1:
        raise BadInput(f"{file}: {field} of {split!r} has {found.shape[1]} numbers an utterance.")
    return found.reshape(count)


def _texts(part: Mapping[str, Any], count: int) -> list[str | None]:
    given = part.get("raw_text")
    rows = given.tolist() if isinstance(given, np.ndarray) else given
    if not isinstance(rows, list | tuple) or len(rows) != count:
        return [None] * count
    return [word(row).strip() or None for row in rows]


Cut = Callable[[Track, int], Track]
"""A padded track and its row -> the track without padding."""


def _ends(
    file: Path,
    split: str,
    part: Mapping[str, Any],
    arrays: Mapping[Modality, np.ndarray],
    modality: Modality,
) -> Cut:
    """How the tracks of a modality end.

    Where the file has its lengths, there; text, where its mask says. Voice and face of an aligned
    file have no lengths: they end with the words, or later where they go on to say something.
    """
    said = _said_ends(file, split, part, arrays, modality)
    if said is not None:
        return lambda track, row: track[: said[row]]
    longest, count = arrays[modality].shape[1], len(arrays[modality])
    words = _words_end(part, count, longest)
    if words is None:
        return lambda track, row: without_back(track)
    if modality == Modality.TEXT:
        return lambda track, row: track[: words[row]]
    return lambda track, row: track[: max(words[row], len(without_back(track)))]


def _said_ends(
    file: Path,
    split: str,
    part: Mapping[str, Any],
    arrays: Mapping[Modality, np.ndarray],
    modality: Modality,
) -> np.ndarray | None:
    """Lengths as the file has them; None where it has none."""
    longest, count = arrays[modality].shape[1], len(arrays[modality])
    field = f"{modality}_lengths"
    if field not in part:
        return None
    found = column(file, split, field, part[field], count).reshape(count, -1)
    if found.shape[1:] != (1,) or (count and not 0 <= found.min() <= found.max() <= longest):
        raise BadInput(
            f"{file}: {field} of {split!r} should lie between 0 and {longest}, the padded length."
        )
    return found.reshape(count).astype(int)


def _words_end(part: Mapping[str, Any], count: int, longest: int) -> np.ndarray | None:
    """Length of each text, special tokens included, where the positions are those of its mask."""
    mask = part.get("text_bert")
    if not isinstance(mask, np.ndarray) or mask.shape != (count, 3, longest):
        return None
    return mask[:, 1].astype(bool).sum(axis=1)


def _told(file: Path) -> dict[str, str]:
    """Name of an utterance, as the pickle writes it -> its words."""
    table = read_table(file, _ROWS, ("utf-8", "gb18030"))
    if lacking := {"video_id", "clip_id", "text"} - set(table.columns):
        raise BadInput(f"{file} lacks the column {' and '.join(sorted(lacking))}.")
    cells = [row.cells for row in table.rows]
    return {_key(c["video_id"], c["clip_id"]): c["text"] for c in cells}


def _key(video: str, clip: str) -> str:
    """Video and clip as one name; a spreadsheet drops the zeros before a number."""
    return f"{video}$_${clip.lstrip('0') or '0'}"


def _worded(part: Any, said: Mapping[str, str]) -> Utterances:
    """The same utterances with the words of the table where the pickle has none."""

    def make(row: int) -> Sample:
        sample = part[row]
        video, _, clip = sample.id.rpartition("$_$")
        return sample if sample.text else replace(sample, text=said.get(_key(video, clip)))

    return Utterances(make, range(len(part)))
