"""Every picture of a folder described, several at a time; a run that was stopped goes on."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np

from mer_core.encoders.interpreter import Description
from mer_core.errors import BadInput, InterpreterFailed, InterpreterRefused
from mer_core.interpreters import Describer
from mer_core.interpreters.store import Store, picture_digest
from mer_core.processing.media import MAX_BYTES, read_picture
from mer_core.types import View

Progress = Callable[[str, int, int], None]

ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"}
UNASKED = "It was not asked about: the run was stopped before."
PATIENCE = 8
"""Pictures in a row of which nothing was said; then the interpreter is held to be gone."""


@dataclass(frozen=True)
class Outcome:
    """What became of one picture.

    Attributes:
        file: Its path within the folder, with slashes.
        said: The answer; None where there is none.
        why: Why there is none, one sentence.
        picture: Whether the file is a picture at all.
        kept: Whether the answer lay in the store already.
    """

    file: str
    said: Description | None = None
    why: str = ""
    picture: bool = True
    kept: bool = False

    @property
    def failed(self) -> bool:
        """Whether not a single view could be had."""
        return self.said is None or not self.said.views


@dataclass(frozen=True)
class Run:
    """What became of a folder.

    Attributes:
        describer: Name and version of the interpreter.
        outcomes: One a file, in the order of their names.
        stopped: Why it ended early, one sentence; "" where it did not.
    """

    describer: tuple[str, str]
    outcomes: tuple[Outcome, ...]
    stopped: str = ""

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Pictures without any view."""
        return tuple(o for o in self.outcomes if o.failed)

    def summary(self) -> dict[str, Any]:
        """How many, and what failed, as plain data."""
        name, version = self.describer
        said = [o.said for o in self.outcomes if o.said]
        return {
            "interpreter": name,
            "version": version,
            "pictures": len(self.outcomes),
            "described now": sum(o.said is not None and not o.kept for o in self.outcomes),
            "kept from before": sum(o.kept for o in self.outcomes),
            "views": {str(v): sum(v in d.views for d in said) for v in View},
            "failed": len(self.failures),
            "stopped": self.stopped,
        }

    def reasons(self) -> list[tuple[str, str, str]]:
        """File, views that are missing, why; one row for each reason of each file."""
        rows = []
        for outcome in self.outcomes:
            missing = outcome.said.missing if outcome.said else dict.fromkeys(View, outcome.why)
            for why in dict.fromkeys(missing.values()):
                views = [str(view) for view in View if missing.get(view) == why]
                rows.append((outcome.file, "all" if len(views) == 4 else ", ".join(views), why))
        return rows


def pictures_in(folder: Path) -> list[Path]:
    """The files with a picture's ending in a folder and the folders below, by name.

    Raises:
        BadInput: It is no folder, or holds no pictures.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder: give one with pictures in it.")
    found: list[Path] = []
    for here, below, files in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        shown = (name for name in files if not name.startswith("."))
        found += [Path(here, n) for n in shown if Path(n).suffix.lower() in ENDINGS]
    if not found:
        endings = ", ".join(sorted(ENDINGS))
        raise BadInput(f"{folder} holds no pictures ({endings}): give a folder that does.")
    return sorted(path for path in found if path.is_file())  # a pipe would be waited for


@dataclass
class _Work:
    """One run: what its threads share."""

    folder: Path
    describer: Describer
    store: Store
    again: bool
    stop: Event = field(default_factory=Event)  # ask about nothing more; what is kept still counts
    leave: Event = field(default_factory=Event)  # read nothing more either
    why: str = ""
    silent: int = 0
    lock: Lock = field(default_factory=Lock)
    turns: dict[str, Lock] = field(default_factory=dict)

    def one(self, path: Path) -> Outcome:
        """Read one picture, look into the store, ask."""
        try:
            return self._read(path)
        except BaseException:  # it concerns more than one picture: look at no other
            self.leave.set()
            raise

    def _read(self, path: Path) -> Outcome:
        file = path.relative_to(self.folder).as_posix()
        if self.leave.is_set():
            return Outcome(file, why=UNASKED)
        try:
            file.encode()  # a name of broken bytes could be written nowhere
            with path.open("rb") as opened:
                image = read_picture(opened.read(MAX_BYTES + 1)).image
        except UnicodeEncodeError:
            shown = file.encode("utf-8", "backslashreplace").decode()
            return Outcome(shown, why="Its name is no valid text: rename it.", picture=False)
        except OSError as cause:
            why = f"It cannot be opened: {cause.strerror or cause}."
            return Outcome(file, why=why, picture=False)
        except BadInput as cause:
            return Outcome(file, why=str(cause), picture=False)
        return self._described(file, image)

    def _described(self, file: str, image: np.ndarray) -> Outcome:
        digest = picture_digest(image)
        with self._turn(digest):  # the same picture under two names is asked about once
            kept = self.store.get(self.describer, digest)
            if kept is not None and not (self.again and kept.missing):
                return Outcome(file, kept, kept=True)
            if self.stop.is_set():
                return Outcome(file, why=UNASKED)
            try:
                said = self.describer.describe(image)
            except InterpreterFailed as cause:
                self._failed(cause)
                return Outcome(file, why=str(cause))
            self.store.put(self.describer, digest, said)
        self.silent = 0
        return Outcome(file, said)

    def halt(self, why: str) -> None:
        """Stop asking; the first reason counts."""
        with self.lock:
            self.why = self.why or why
        self.stop.set()

    def _turn(self, digest: str) -> Lock:
        with self.lock:
            return self.turns.setdefault(digest, Lock())

    def _failed(self, cause: InterpreterFailed) -> None:
        with self.lock:
            self.silent += 1
            gone = self.silent >= PATIENCE
        if isinstance(cause, InterpreterRefused):
            self.halt(str(cause))
        elif gone:
            self.halt(f"Nothing was said of {PATIENCE} pictures in a row. The last time: {cause}")


def describe_folder(
    folder: Path,
    describer: Describer,
    store: Store,
    workers: int | None = None,
    limit: int | None = None,
    again: bool = False,
    progress: Progress = lambda message, done, total: None,
) -> Run:
    """Ask an interpreter about every picture of a folder, except where its answer is kept.

    Args:
        folder: Looked through with the folders below it.
        workers: Requests at a time; otherwise what suits the interpreter.
        limit: Only the first so many pictures, by name.
        again: Ask anew about pictures whose kept answer lacks a view.
        progress: Is told how many pictures are done.

    Returns:
        What became of each picture. Ctrl+C ends the run early; what was answered is kept.

    Raises:
        BadInput: No folder, or none with pictures.
        MerError: The interpreter's weights cannot be had.
    """
    paths = pictures_in(folder)[:limit]
    store.sweep()
    work = _Work(folder, describer, store, again)
    message = f"{describer.name} describes pictures"
    progress(message, 0, len(paths))
    with ThreadPoolExecutor(workers or describer.at_once, "describe") as pool:
        asked: dict[Future[Outcome], Path] = {pool.submit(work.one, p): p for p in paths}
        try:
            for done, future in enumerate(as_completed(asked), start=1):
                future.result()
                progress(message, done, len(paths))
        except KeyboardInterrupt:
            work.leave.set()
            work.halt("It was stopped by hand. The same command goes on where it was.")
        finished = {asked[future]: future.result() for future in asked}
    outcomes = tuple(finished[path] for path in paths)
    return Run((describer.name, describer.version), outcomes, work.why)
