"""JSON files and tables as people save them: any usual encoding, any usual delimiter."""

import json
from pathlib import Path
from typing import Any

from mer_core.errors import BadInput, DataMissing


def read_file(path: Path) -> bytes:
    """The bytes of a file that must be there.

    Raises:
        DataMissing: It is not there, or may not be read.
    """
    try:
        return path.read_bytes()
    except OSError as cause:
        raise DataMissing(f"{path} cannot be opened: {cause.strerror or cause}.") from cause


def read_json(path: Path) -> Any:
    """What a JSON file holds; UTF-8, with or without a byte order mark.

    Raises:
        DataMissing: There is no such file.
        BadInput: It is no UTF-8 or no JSON; the message says where it breaks.
    """
    try:
        return json.loads(read_file(path).decode("utf-8-sig"))
    except UnicodeDecodeError as cause:
        raise BadInput(f"{path} is not UTF-8 at byte {cause.start}: save it as UTF-8.") from cause
    except json.JSONDecodeError as cause:
        raise BadInput(
            f"{path} is no whole JSON: {cause.msg} in line {cause.lineno}, column {cause.colno}. "
            "Copy the file again."
        ) from cause
    except RecursionError as cause:
        raise BadInput(f"{path} is nested too deeply to be a table of stickers.") from cause
