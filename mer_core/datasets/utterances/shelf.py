"""Real sets of utterances by name: where each is looked for, and what is there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mer_core.datasets.location import VARIABLE
from mer_core.datasets.utterances.collection import UtteranceSet
from mer_core.errors import MerError
from mer_core.types import Sample


def asked(opened: UtteranceSet) -> str:
    """What a set asks, in plain words."""
    low, high = opened.limits
    return {
        "sentiment": f"a number from {low:g} to {high:g}",
        "binary": "one of two",
        "classes": f"one of {len(opened.emotions)}",
        "four-binary": f"yes or no, {len(opened.emotions)} times",
    }[opened.task]


@dataclass(frozen=True)
class RealUtterances:
    """A real set of utterances that may or may not be on this machine.

    Attributes:
        what: What it is called on screen.
        open: Opens it at a file or folder, or where it is looked for.
        folder: Its folder among the real data, for sentences: `open` looks there itself.
    """

    what: str
    open: Callable[[Path | None], UtteranceSet]
    folder: str

    def __call__(
        self, split: str, limit: int | None = None, path: Path | None = None
    ) -> Sequence[Sample]:
        """A split, the first `limit` of it; empty where the files have no such split.

        Raises:
            MerError: The set is not there, or damaged.
        """
        return self.open(path).splits.get(split, ())[:limit]

    def place(self, path: Path | None = None) -> str:
        """Where it is looked for."""
        return str(path) if path is not None else f"{VARIABLE}/{self.folder}"

    def look(self, path: Path | None = None) -> dict[str, Any]:
        """Whether it is there, how many utterances each split has, how much is missing.

        Never raises what the set raises: `says` is then its sentence.
        """
        return self._looked(path)[0]

    def describe(self, path: Path | None = None, shown: int = 10) -> dict[str, Any]:
        """The same, with task, channels, classes, origin, notes and the first `shown` problems."""
        told, found = self._looked(path)
        if found is None:
            return told
        about = {
            "what": found.what,
            "asks": asked(found),
            "features": {str(m): n for m, n in found.features.items()},
            "classes": list(found.emotions),
            "notes": list(found.notes),
            "problems": list(found.problems[:shown]),
        }
        if found.source is not None:
            about |= {"citation": found.source.citation, "licence": found.source.licence}
        return told | about

    def _looked(self, path: Path | None) -> tuple[dict[str, Any], UtteranceSet | None]:
        told: dict[str, Any] = {"present": False, "where": self.place(path)}
        try:
            found = self.open(path)
        except MerError as error:
            return told | {"says": str(error)}, None
        return told | {"present": True, **found.sizes, "missing": len(found.problems)}, found
