"""What a run found, as a file: the table that the reader of sticker folders reads, or JSON."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mer_core.disk import write_bytes, write_json
from mer_core.errors import BadInput
from mer_core.interpreters.answers import silent
from mer_core.interpreters.folder import Outcome, Run
from mer_core.types import View


def write_run(path: Path, run: Run) -> None:
    """A table of stickers and their views: .csv, or .json with everything that is known.

    The CSV has the columns file, intention, style, role, posture, and for each of the four one
    that says why it is empty where it is: missing_intention, ... Files are named within the
    folder. Those that are no pictures are left out.

    Raises:
        BadInput: Another ending than .csv or .json, or no place to write to.
    """
    rows = [o for o in run.outcomes if o.picture]
    try:
        if checked_ending(path) == ".csv":
            write_bytes(path, _csv(rows))
        else:
            write_json(path, {**run.summary(), "stickers": [_told(o) for o in rows]})
    except OSError as cause:
        raise BadInput(f"{path} cannot be written: {cause.strerror or cause}.") from cause


def checked_ending(path: Path) -> str:
    """ ".csv" or ".json".

    Raises:
        BadInput: Another ending.
    """
    if (ending := path.suffix.lower()) not in (".csv", ".json"):
        raise BadInput(f"{path.name} ends neither in .csv nor in .json: name the file so.")
    return ending


def _csv(rows: Sequence[Outcome]) -> bytes:
    names = [str(view) for view in View]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["file", *names, *(f"missing_{name}" for name in names)])
    for outcome in rows:
        said = outcome.said or silent(outcome.why)
        told = (said.views.get(view, "") for view in View)
        writer.writerow([outcome.file, *told, *(said.missing.get(view, "") for view in View)])
    return table.getvalue().encode()


def _told(outcome: Outcome) -> dict[str, Any]:
    said = outcome.said or silent(outcome.why)
    return {
        "file": outcome.file,
        "views": {str(view): text for view, text in said.views.items()},
        "missing": {str(view): why for view, why in said.missing.items()},
        "confidence": {str(view): round(p, 4) for view, p in said.confidence.items()},
        "guessed": sorted(str(view) for view in said.guessed),
    }
