"""Real sticker sets by name: where each is looked for, and what is there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mer_core.datasets.location import VARIABLE
from mer_core.datasets.stickers.collection import StickerSet
from mer_core.errors import MerError


@dataclass(frozen=True)
class RealStickers:
    """A real sticker set that may or may not be on this machine.

    Attributes:
        what: What it is called on screen.
        open: Opens it in a folder, or where it is looked for.
        folder: Its folder among the real data; "" where only the user knows.
    """

    what: str
    open: Callable[[Path | None], StickerSet]
    folder: str = ""

    def __call__(
        self, split: str, limit: int | None = None, path: Path | None = None
    ) -> StickerSet:
        """A split, the first `limit` of it. A set that has no splits at all is given whole.

        Raises:
            MerError: The set is not there, or damaged.
        """
        whole = self.open(path)
        part = whole if set(whole.sizes) <= {"unsplit"} else whole.split(split)
        return replace(part, stickers=part.stickers[:limit])

    def place(self, path: Path | None = None) -> str:
        """Where it is looked for."""
        if path is not None:
            return str(path)
        return f"{VARIABLE}/{self.folder}" if self.folder else "--path"

    def look(self, path: Path | None = None) -> dict[str, Any]:
        """Whether it is there, how many stickers each split has, how much is missing.

        Never raises what the set raises: `says` is then its sentence.
        """
        return self._looked(path)[0]

    def describe(self, path: Path | None = None, shown: int = 10) -> dict[str, Any]:
        """The same, with classes, origin, notes and the first `shown` gaps and their reasons."""
        told, found = self._looked(path)
        if found is None:
            return told
        return told | {
            "classes": list(found.classes),
            "citation": found.source.citation,
            "licence": found.source.licence,
            "notes": list(found.notes),
            "first missing": {gap.what: gap.why for gap in found.missing[:shown]},
        }

    def _looked(self, path: Path | None) -> tuple[dict[str, Any], StickerSet | None]:
        told: dict[str, Any] = {"present": False, "where": self.place(path)}
        try:
            found = self.open(path)
        except MerError as error:
            return told | {"says": str(error)}, None
        return told | {"present": True, **found.sizes, "missing": len(found.missing)}, found
