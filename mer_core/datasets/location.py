"""Where real data lie on this machine."""

import os
from pathlib import Path

from mer_core.errors import DataMissing

VARIABLE = "MER_DATA_DIR"
"""Names the folder that holds one folder for each real data set."""


def data_folder() -> Path:
    """Where the real data lie.

    Raises:
        DataMissing: MER_DATA_DIR names no folder, and ../shared/data is none either.
    """
    default = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get(VARIABLE, default))
    if not folder.is_dir():
        raise DataMissing(f"There is no folder {folder}. Set {VARIABLE} to the real data.")
    return folder


def existing(folder: Path | None, name: str, what: str) -> Path:
    """The folder of one data set: the one given, or the one of that name among the real data.

    Args:
        folder: Given by the user; None to look among the real data.
        name: Name of the set's folder there.
        what: What the set is called on screen.

    Raises:
        DataMissing: There is no such folder.
    """
    found = data_folder() / name if folder is None else folder
    if not found.is_dir():
        raise DataMissing(
            f"There is no folder {found}. Put {what} there, or say where it is with --path."
        )
    return found
