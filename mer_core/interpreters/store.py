"""Answers kept on disk, so that nobody is asked twice.

One file an answer, whole or absent (written beside, renamed): a process that is killed loses what
was under way, nothing else, and several processes may share a folder. An entry is found by

* the picture: sha256 of its pixels as every part of this package sees them (upright, on white,
  at most 1024 a side), so that the page and the command share entries and a file that was only
  renamed or saved again without loss is known;
* the interpreter's name and version: model and prompt, or the weights of the embedded one.

An entry that is damaged, as after a power cut, or found under a name that is not its own, counts
as absent.
"""

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
from jaxtyping import UInt8

from mer_core.disk import cache_folder, write_json
from mer_core.encoders.interpreter import Description
from mer_core.errors import BadInput
from mer_core.interpreters import Describer
from mer_core.types import View

FORMAT = 1
ABANDONED = 3_600.0
"""Seconds after which half a file is one that a killed process has left."""


def picture_digest(image: UInt8[np.ndarray, "row column channel"]) -> str:
    """Sha256 of a picture's size and pixels."""
    size = "x".join(map(str, image.shape)).encode()
    return hashlib.sha256(size + b"\n" + np.ascontiguousarray(image).tobytes()).hexdigest()


@final
class Store:
    """A folder of answers.

    Args:
        folder: Otherwise `descriptions` in the cache folder (MER_CACHE).
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or cache_folder() / "descriptions"

    def path(self, describer: Describer, digest: str) -> Path:
        """Where the answer about a picture lies, whether it is there or not."""
        asked = hashlib.sha256(f"{describer.name}\n{describer.version}".encode()).hexdigest()
        return self.folder / f"{describer.name}-{asked[:16]}" / digest[:2] / f"{digest}.json"

    def get(self, describer: Describer, digest: str) -> Description | None:
        """The answer kept for a picture, or None."""
        try:
            entry = json.loads(self.path(describer, digest).read_bytes())
            whole = entry.pop("sha256") == _check(entry)
            ours = whole and entry["format"] == FORMAT and entry["picture"] == digest
            if not ours or _asked(entry) != (describer.name, describer.version):
                return None
            return _description(entry)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None  # absent, cut off or edited: it is asked for again

    def put(self, describer: Describer, digest: str, said: Description) -> None:
        """Keep an answer; one that was there is replaced.

        Raises:
            BadInput: The folder cannot be written.
        """
        entry = {
            "format": FORMAT,
            "picture": digest,
            "interpreter": describer.name,
            "version": describer.version,
            "views": {str(v): text for v, text in said.views.items()},
            "missing": {str(v): why for v, why in said.missing.items()},
            "confidence": {str(v): p for v, p in said.confidence.items()},
            "attributes": {name: dict(probs) for name, probs in said.attributes.items()},
            "guessed": sorted(str(v) for v in said.guessed),
        }
        try:
            kept = {**entry, "sha256": _check(entry)}
            write_json(self.path(describer, digest), kept, sync=False)
        except OSError as cause:
            raise BadInput(
                f"Answers cannot be kept in {self.folder}: {cause.strerror or cause}. "
                "Make room, or name another folder with --cache or MER_CACHE."
            ) from cause

    def sweep(self) -> int:
        """Delete half-written files that killed processes have left; returns how many."""
        left = [
            path
            for path in self.folder.glob("*/*/.*.part")
            if time.time() - path.stat().st_mtime > ABANDONED
        ]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


@final
@dataclass(frozen=True)
class Remembered:
    """An interpreter that looks into a store before it asks, and keeps what it was told.

    Attributes:
        describer: Is asked where the store knows nothing.
        store: Keeps the answers.
    """

    describer: Describer
    store: Store

    @property
    def name(self) -> str:
        return self.describer.name

    @property
    def version(self) -> str:
        return self.describer.version

    @property
    def at_once(self) -> int:
        return self.describer.at_once

    @property
    def sends_to(self) -> str:
        return self.describer.sends_to

    def describe(self, image: np.ndarray) -> Description:
        """What is kept of this picture, or a fresh answer."""
        digest = picture_digest(image)
        kept = self.store.get(self.describer, digest)
        if kept is not None:
            return kept
        said = self.describer.describe(image)
        self.store.put(self.describer, digest, said)
        return said


def _check(entry: dict[str, Any]) -> str:
    """Sha256 over an entry, so that a changed or rotten file is noticed."""
    told = json.dumps(entry, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def _asked(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["interpreter"], entry["version"]


def _description(entry: dict[str, Any]) -> Description:
    return Description(
        {View(v): text for v, text in entry["views"].items()},
        {View(v): p for v, p in entry["confidence"].items()},
        entry["attributes"],
        frozenset(View(v) for v in entry["guessed"]),
        {View(v): why for v, why in entry["missing"].items()},
    )
