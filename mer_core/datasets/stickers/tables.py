"""JSON files and tables as people save them: any usual encoding, any usual delimiter."""

import codecs
import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mer_core.errors import BadInput, DataMissing

DELIMITERS = ",;\t|"

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_file(path: Path) -> bytes:
    """The bytes of a file that must be there.

    Raises:
        DataMissing: It is not there, or may not be read.
    """
    try:
        return path.read_bytes()
    except OSError as cause:
        raise DataMissing(f"{path} cannot be opened: {cause.strerror or cause}.") from cause


def read_text(path: Path, encodings: Sequence[str] = ("utf-8",)) -> str:
    """The text of a file: in the encoding that its byte order mark names, or the first that fits.

    Raises:
        DataMissing: There is no such file.
        BadInput: It is in none of the encodings.
    """
    data = read_file(path)
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            encodings = (name,)
            break
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(
        f"{path} is not written in {' or '.join(encodings)}: save it as UTF-8 "
        "(in a spreadsheet: 'CSV UTF-8') and try again."
    )


def read_json(path: Path) -> Any:
    """What a JSON file holds; UTF-8, with or without a byte order mark.

    Raises:
        DataMissing: There is no such file.
        BadInput: It is no text or no JSON; the message says where it breaks.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as cause:
        raise BadInput(
            f"{path} is no whole JSON: {cause.msg} in line {cause.lineno}, column {cause.colno}. "
            "Copy the file again."
        ) from cause
    except RecursionError as cause:
        raise BadInput(f"{path} is nested too deeply to be a table of stickers.") from cause


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        line: Line of the file on which it ends, counted from 1.
        cells: Column -> text without blanks around it; every column is there.
        surplus: The row has text beyond the last column.
    """

    line: int
    cells: Mapping[str, str]
    surplus: bool = False


@dataclass(frozen=True)
class Table:
    """A table with named columns; their order means nothing.

    Attributes:
        columns: Names in lower case, in the order of the file; nameless columns are dropped.
        rows: Those with any text.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_table(path: Path, known: Collection[str], encodings: Sequence[str] = ("utf-8",)) -> Table:
    """A CSV, read by the names of its columns.

    The delimiter is the comma, semicolon, tab or bar that gives most of the known columns.

    Args:
        path: The file.
        known: Names of columns, in lower case.
        encodings: To try in that order where there is no byte order mark.

    Raises:
        DataMissing: There is no such file.
        BadInput: Another encoding, a quote that never ends, a column named twice, or no known
            column at all.
    """
    return parsed(read_text(path, encodings), path, known)


def parsed(text: str, path: Path, known: Collection[str]) -> Table:
    """The same of a text that was read from `path` already.

    Raises:
        BadInput: As `read_table`.
    """
    text = text.lstrip("\n\r")
    head = text.split("\n", 1)[0]
    counts = {d: len(set(_names(head, d)) & set(known)) for d in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda d: counts[d])
    if not counts[delimiter]:
        raise BadInput(
            f"The first line of {path} names none of the columns {', '.join(known)}: "
            f"it is {head.strip()[:80]!r}."
        )
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        names = [_name(cell) for cell in next(lines)]
        rows = tuple(_row(names, cells, lines.line_num) for cells in lines if any(cells))
    except csv.Error as cause:
        raise BadInput(f"{path} is no whole table: {cause}. Look for an open quote.") from cause
    columns = tuple(name for name in names if name)
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise BadInput(f"{path} names the column {twice[0]!r} twice: rename one of them.")
    return Table(columns, rows)


def _row(names: Sequence[str], cells: Sequence[str], line: int) -> Row:
    padded = [*cells, *[""] * (len(names) - len(cells))]
    told = {name: cell.strip() for name, cell in zip(names, padded, strict=False) if name}
    return Row(line, told, any(cell.strip() for cell in cells[len(names) :]))


def _names(head: str, delimiter: str) -> list[str]:
    return [_name(cell) for cell in head.replace('"', "").split(delimiter)]


def _name(cell: str) -> str:
    return " ".join(cell.split()).casefold()
