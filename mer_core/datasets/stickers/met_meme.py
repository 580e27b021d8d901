"""MET-MEME: English and Chinese memes with one of seven sentiments, other ones than SER30K's.

    label_E.csv, label_C.csv   labels; GB18030, hundreds of nameless columns
    E_text.csv, C_text.csv     the words in the picture
    Eimages/, Cimages/         pictures, unpacked

Columns are read by name: the Chinese table calls the first one images_name, and swaps source and
target domain. The set has no official split: 60/20/20 within each sentiment, kept on disk.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from mer_core.datasets.location import existing
from mer_core.datasets.stickers.collection import (
    Absent,
    Gathering,
    Source,
    StickerSet,
    find,
    real,
)
from mer_core.datasets.stickers.splits import kept_split
from mer_core.datasets.stickers.tables import Row, Table, read_table
from mer_core.errors import BadInput, DataMissing
from mer_core.types import Sample, View

CLASSES = ("happiness", "love", "anger", "sorrow", "fear", "hate", "surprise")
"""Sentiment 1, 2, ... 7, as the tables print them."""

LANGUAGES = {"E": "English", "C": "Chinese"}
ENCODINGS = ("utf-8", "gb18030")
SOURCE = Source(
    "MET-Meme (Xu et al., 2022, MET-Meme: A Multimodal Meme Dataset Rich in Metaphors, SIGIR).",
    "For research; the authors' repository names no licence",
)
_NAMES = ("file_name", "images_name")
_SENTIMENT = "sentiment category"
_CELL = re.compile(r"\s*(\d+)\s*(?:[(\uff08]\s*(.*?)\s*[)\uff09])?\s*")
_UNDESCRIBED = "MET-MEME has no descriptions; `mer describe` writes them."


def met_meme_set(
    folder: Path | None = None, languages: Sequence[str] = tuple(LANGUAGES), seed: int = 0
) -> StickerSet:
    """MET-MEME: sentiment and the words in the picture. Ids are "language/file".

    Args:
        folder: Holds the tables and the pictures; None for `met_meme` among the real data.
        languages: "E", "C" or both.
        seed: Of the split, which is kept in `folder` as split_E_seed0.json.

    Raises:
        DataMissing: There is no folder, or no table of labels in it.
        BadInput: A table or the kept split is damaged.
    """
    if unknown := [name for name in languages if name not in LANGUAGES]:
        raise BadInput(
            f"There is no language {unknown[0]!r}; choose among E (English), C (Chinese)."
        )
    folder = existing(folder, "met_meme", "MET-MEME")
    if not any((folder / f"label_{language}.csv").is_file() for language in languages):
        wanted = " and ".join(f"label_{language}.csv" for language in languages)
        raise DataMissing(f"{folder} has no {wanted}: is this the folder of MET-MEME?")
    gathered, notes = Gathering(), []
    for language in languages:
        notes += _gather(folder, language, seed, gathered)
    stickers, missing = tuple(gathered.stickers.values()), tuple(gathered.missing)
    return StickerSet("met-meme", stickers, CLASSES, missing, SOURCE, tuple(notes))


def _gather(folder: Path, language: str, seed: int, gathered: Gathering) -> list[str]:
    """Take the rows of one language; returns notes."""
    table = folder / f"label_{language}.csv"
    if not table.is_file():
        gathered.lack(
            table.name, f"There is no such file: nothing is read in {LANGUAGES[language]}."
        )
        return []
    labelled, other = _labels(table, gathered)
    words = _words(folder / f"{language}_text.csv", gathered)
    kept = folder / f"split_{language}_seed{seed}.json"
    splits, note = kept_split(kept, labelled, seed)
    for name, sentiment in labelled.items():
        told = Sample(
            f"{language}/{name}",
            text=words.get(name) or None,
            target=sentiment,
            provenance=real(views=False),
            missing=dict.fromkeys(View, _UNDESCRIBED),
        )
        gathered.take(told, _picture(folder, language, name), told.id, splits.get(name))
    told_notes = [note] if note else []
    if other:
        told_notes.append(
            f"{other} cells of {table.name} name another sentiment than their number: "
            "the number counts."
        )
    return told_notes


def _labels(path: Path, gathered: Gathering) -> tuple[dict[str, str], int]:
    """File -> sentiment; and how many cells say another word than their number."""
    table = _table(path, (_SENTIMENT,))
    labels: dict[str, str] = {}
    other = 0
    for row in table.rows:
        name, cell = _name(row), row.cells[_SENTIMENT]
        match = _CELL.fullmatch(cell)
        number = int(match[1]) if match else 0
        if not name:
            gathered.lack(f"{path.name} line {row.line}", "It names no picture.")
        elif not match or not 1 <= number <= len(CLASSES):
            why = f"Its sentiment is {cell!r}; a number from 1 to 7 is expected, as in 4(sorrow)."
            gathered.lack(name, why)
        elif name in labels:
            gathered.lack(name, f"{path.name} names it twice: the first row is used.")
        else:
            labels[name] = CLASSES[number - 1]
            other += bool(match[2]) and match[2].casefold() != labels[name]
    return labels, other


def _words(path: Path, gathered: Gathering) -> dict[str, str]:
    """File -> words in the picture; nothing where there is no such table."""
    if not path.is_file():
        gathered.lack(path.name, "There is no such file: the words in the pictures are unknown.")
        return {}
    words: dict[str, str] = {}
    for row in _table(path, ("text",)).rows:
        words.setdefault(_name(row), row.cells["text"])
    return words


def _table(path: Path, needed: Sequence[str]) -> Table:
    table = read_table(path, (*_NAMES, *needed), ENCODINGS)
    lacking = [column for column in needed if column not in table.columns]
    if lacking or not set(_NAMES) & set(table.columns):
        raise BadInput(
            f"{path} needs the columns {' or '.join(_NAMES)} and {', '.join(needed)}; "
            f"it has {', '.join(table.columns)}."
        )
    return table


def _name(row: Row) -> str:
    return next((row.cells[column] for column in _NAMES if row.cells.get(column)), "")


def _picture(folder: Path, language: str, name: str) -> Path | Absent:
    """Where archives unpack to: Eimages/, Eimages/Eimages/, or beside the tables."""
    inner = f"{language}images"
    places = (folder / inner, folder / inner / inner, folder)
    found = [find(place, name) for place in places]
    paths = [path for path in found if isinstance(path, Path)]
    return paths[0] if paths else found[0]
