"""A user's own stickers: a folder of pictures, or a CSV that names them and says more.

Columns of the CSV, in any order, all but the first optional:

    file or picture                     path of the picture, beside the CSV or below it
    emotion or label                    what it expresses, in the user's own words
    intention, style, role, posture     the four views
    text                                the words in the picture
    missing_intention, ...              why a view is empty, as `mer describe` writes it
"""

import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from mer_core.datasets.stickers.collection import Gathering, Source, StickerSet, find, real
from mer_core.datasets.stickers.tables import Row, Table, read_table
from mer_core.errors import BadInput, DataMissing
from mer_core.types import Sample, View

PICTURE, EMOTION = ("file", "picture"), ("emotion", "label")
WHY = {view: f"missing_{view}" for view in View}
COLUMNS = (*PICTURE, *EMOTION, *(str(v) for v in View), "text")
TABLES = (".csv", ".tsv")
READ = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp")
UNREAD = (".heic", ".heif", ".avif", ".svg", ".tif", ".tiff", ".ico", ".psd")
SOURCE = Source("A folder on this machine.", "Its owner's")


def folder_set(path: Path | None = None, encodings: Sequence[str] = ("utf-8",)) -> StickerSet:
    """Stickers of a folder, or of a CSV.

    A folder with one CSV is read by it. Without one every picture in it and below is a sticker.
    Where no column says the emotion, the first folder on the way to a picture does. Emotions are
    found in the data, in lower case and alphabetical order; a sticker without one has no target.

    Args:
        path: Folder or CSV.
        encodings: Of the CSV, to try in that order where it has no byte order mark.

    Raises:
        DataMissing: There is no such path, or none was given.
        BadInput: It is neither, there are several CSVs to choose from, or the CSV is no table of
            stickers.
    """
    if path is None:
        raise DataMissing("Say where your stickers are with --path: a folder or a CSV.")
    if not path.exists():
        raise DataMissing(f"There is no file or folder {path}.")
    table = _table_in(path) if path.is_dir() else path
    if table is None:
        return _of_pictures(path)
    if table.suffix.casefold() not in TABLES:
        raise BadInput(f"{path} is neither a folder nor a CSV: give one of them.")
    return _of_table(table, encodings)


def _table_in(folder: Path) -> Path | None:
    tables = sorted(p for p in _listed(folder) if p.suffix.casefold() in TABLES and p.is_file())
    if len(tables) > 1:
        names = ", ".join(p.name for p in tables)
        raise BadInput(f"{folder} has several tables ({names}): say which one with --path.")
    return tables[0] if tables else None


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as cause:
        raise DataMissing(f"{folder} cannot be opened: {cause.strerror or cause}.") from cause


def _of_pictures(folder: Path) -> StickerSet:
    gathered = Gathering()
    unsaid = dict.fromkeys(View, "A folder of pictures has no descriptions.")
    for path in _walk(folder):
        name = path.relative_to(folder).as_posix()
        if path.suffix.casefold() in UNREAD:
            gathered.lack(name, "This kind of picture is not read: save it as PNG.")
        elif path.suffix.casefold() in READ:
            emotion = _folder_of(name) or None
            told = Sample(name, target=emotion, provenance=real(views=False), missing=unsaid)
            gathered.take(told, find(folder, name), name)
    return _made(gathered, [], by_folder=True)


def _folder_of(name: str) -> str:
    """First folder on the way to a picture, in lower case; "" where there is none."""
    first, slash, _ = name.replace("\\", "/").partition("/")
    return first.strip().casefold() if slash and first.strip(". ") else ""


def _walk(folder: Path) -> Iterator[Path]:
    """Files in a fixed order, hidden ones left out; links to folders are not followed."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place) / name for name in sorted(files) if not name.startswith("."))


def _of_table(path: Path, encodings: Sequence[str]) -> StickerSet:
    table = read_table(path, COLUMNS, encodings)
    picture, emotion = _one_of(table, PICTURE, path), _one_of(table, EMOTION, path)
    if picture is None:
        raise BadInput(
            f"{path} has no column 'file' that names the pictures; "
            f"it has {', '.join(table.columns)}."
        )
    gathered = Gathering()
    for row in table.rows:
        name = row.cells[picture]
        if row.surplus:
            why = "It has more cells than there are columns: put quotes around text with commas."
            gathered.lack(f"{path.name} line {row.line}", why)
        elif not name:
            gathered.lack(f"{path.name} line {row.line}", "It names no picture.")
        else:
            told = _told(row, name, row.cells[emotion] if emotion else _folder_of(name))
            gathered.take(told, find(path.parent, name), name)
    return _made(gathered, _unknown(table, path), by_folder=emotion is None)


def _told(row: Row, name: str, emotion: str) -> Sample:
    views = {view: row.cells[view] for view in View if row.cells.get(view)}
    why = {view: row.cells.get(WHY[view]) or _why(row, view) for view in View if view not in views}
    return Sample(
        name,
        text=row.cells.get("text") or None,
        views=views,
        target=emotion.casefold() or None,
        provenance=real(bool(views)),
        missing=why,
    )


def _why(row: Row, view: View) -> str:
    return "Its cell is empty." if view in row.cells else f"The CSV has no column '{view}'."


def _one_of(table: Table, names: Sequence[str], path: Path) -> str | None:
    """Which of two names of one column the table uses."""
    found = [name for name in names if name in table.columns]
    if len(found) > 1:
        raise BadInput(f"{path} has both '{found[0]}' and '{found[1]}': keep one of them.")
    return found[0] if found else None


def _unknown(table: Table, path: Path) -> list[str]:
    notes = []
    for column in (c for c in table.columns if c not in (*COLUMNS, *WHY.values())):
        near = get_close_matches(column, COLUMNS, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(COLUMNS)}."
        notes.append(f"The column '{column}' of {path.name} is not read. {hint}")
    return notes


def _made(gathered: Gathering, notes: Sequence[str], by_folder: bool) -> StickerSet:
    stickers, missing = tuple(gathered.stickers.values()), tuple(gathered.missing)
    classes = tuple(sorted({s.told.target for s in stickers if s.told.target}))
    if by_folder and classes:
        notes = [*notes, f"Folders are taken as emotions: {', '.join(classes)}."]
    return StickerSet("folder", stickers, classes, missing, SOURCE, tuple(notes))
