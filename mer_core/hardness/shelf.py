"""The tables that ship, and where tables that were made here lie."""

from pathlib import Path

from mer_core.checkpoints import folder_of, read_card
from mer_core.errors import MerError
from mer_core.hardness.sets import CLIPS, STICKERS
from mer_core.hardness.table import HardTable

FOLDER = "hard"
"""Under checkpoints/, beside the weights that the tables are about."""

SHIPPED: dict[str, int | None] = {CLIPS: None, STICKERS: 600}
"""Sets whose test split ships as a table -> how many of its samples; None for all."""


def table_path(name: str, split: str = "test") -> Path:
    """Where the table of a split lies."""
    return folder_of(FOLDER) / f"{name}-{split}.npz"


def recorded_tables() -> dict[str, Path]:
    """Name and split, as in "puppet-utterances-test", -> file; those that ship come first."""
    files = {path.stem: path for path in sorted(folder_of(FOLDER).glob("*.npz"))}
    first = [table_path(name).stem for name in SHIPPED if table_path(name).stem in files]
    return {name: files[name] for name in (*first, *files)}


def outdated(table: HardTable) -> tuple[str, ...]:
    """Models whose weights are others now than when the table was made."""
    changed = []
    for name, told in table.manifest.get("models", {}).items():
        try:
            now = read_card(name)["weights_sha256"]
        except (MerError, KeyError):
            continue  # without a card nobody can tell
        if now != told["weights"]:
            changed.append(name)
    return tuple(changed)
