"""A real sticker set: what is known of every sticker, and its picture read when asked for."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, final, overload

import numpy as np

from mer_core.datasets.puppets.world import SPLITS
from mer_core.errors import BadInput, DataMissing, UnknownName
from mer_core.types import Provenance, Sample

if TYPE_CHECKING:
    Samples = Sequence[Sample]
else:
    Samples = Sequence  # a type checked at run time looks at an item, which would read a picture


@dataclass(frozen=True)
class Absent:
    """Something that the set names and does not have. Listed, not fatal.

    Attributes:
        what: A file, or a row of a table.
        why: One sentence.
    """

    what: str
    why: str


@dataclass(frozen=True)
class Source:
    """Where a set comes from.

    Attributes:
        citation: Who made it, where it was published.
        licence: Under which terms it may be used.
    """

    citation: str
    licence: str


@dataclass(frozen=True)
class Sticker:
    """One row of a set, before its picture is read.

    Attributes:
        told: Everything but the picture.
        path: The picture.
        group: What it shares with others: its emoji, its pack. A split by group tests on things
            that training never saw.
        split: "train", "valid" or "test" where the set says so.
    """

    told: Sample
    path: Path
    group: str
    split: str | None = None


@final
@dataclass(frozen=True, eq=False)
class StickerSet(Samples):
    """An opened real set; sample i reads its picture each time that it is asked for.

    Attributes:
        name: What the set is called.
        stickers: Its rows, in the order of its files.
        classes: Its own emotions, in the order of its labels; empty where it has no labels.
        missing: What it names and does not have.
        source: Where it comes from.
        notes: What was done that its owner might not expect, a sentence each.
    """

    name: str
    stickers: tuple[Sticker, ...]
    classes: tuple[str, ...]
    missing: tuple[Absent, ...]
    source: Source
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.stickers)

    def __iter__(self) -> Iterator[Sample]:
        return (self[i] for i in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> "StickerSet": ...
    def __getitem__(self, index: int | slice) -> "Sample | StickerSet":
        """A sample with its picture; of a slice, a smaller set that has read nothing yet.

        Raises:
            DataMissing: The picture has gone since the set was opened.
            BadInput: It is no picture that can be read.
        """
        if isinstance(index, slice):
            return replace(self, stickers=self.stickers[index])
        if not -len(self) <= index < len(self):
            raise IndexError(f"Sticker {index} of {len(self)}.")
        sticker = self.stickers[index]
        return replace(sticker.told, image=read_image(sticker.path, sticker.told.id))

    @property
    def told(self) -> tuple[Sample, ...]:
        """What is known of every sticker, without its picture: nothing is read from disk."""
        return tuple(sticker.told for sticker in self.stickers)

    @property
    def groups(self) -> tuple[str, ...]:
        """Of every sticker, the group that must stay on one side of a split."""
        return tuple(sticker.group for sticker in self.stickers)

    @property
    def rated(self) -> "StickerSet":
        """The rows whose emotions people rated."""
        return self.where(lambda sticker: bool(sticker.told.rated))

    @property
    def unrated(self) -> "StickerSet":
        """The other rows."""
        return self.where(lambda sticker: not sticker.told.rated)

    def where(self, keep: Callable[[Sticker], bool]) -> "StickerSet":
        """The rows that `keep` says yes to; classes stay, so that indices stay the same."""
        return replace(self, stickers=tuple(s for s in self.stickers if keep(s)))

    def select(self, rows: Iterable[int]) -> "StickerSet":
        """The rows given, in that order."""
        return replace(self, stickers=tuple(self.stickers[int(i)] for i in rows))

    def split(self, name: str) -> "StickerSet":
        """The rows of one split.

        Raises:
            UnknownName: `name` is no split.
        """
        if name not in SPLITS:
            raise UnknownName(name, SPLITS)
        return self.where(lambda sticker: sticker.split == name)

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many stickers each split has; "unsplit" counts those without one."""
        counts = Counter(sticker.split or "unsplit" for sticker in self.stickers)
        return {name: counts[name] for name in (*SPLITS, "unsplit") if counts[name]}


@dataclass
class Gathering:
    """Rows and gaps of a set while its files are read; an id is taken once."""

    stickers: dict[str, Sticker] = field(default_factory=dict)
    missing: list[Absent] = field(default_factory=list)

    def lack(self, what: object, why: str) -> None:
        """Note a gap."""
        self.missing.append(Absent(str(what), why))

    def take(
        self, told: Sample, found: "Path | Absent", group: str, split: str | None = None
    ) -> None:
        """Keep a row if its picture was found and its id is new; otherwise note why not."""
        if isinstance(found, Absent):
            self.missing.append(found)
        elif told.id in self.stickers:
            self.lack(told.id, "It is named twice: the first row is used.")
        else:
            self.stickers[told.id] = Sticker(told, found, group, split)


def find(root: Path, name: str) -> Path | Absent:
    """A picture that a table names, below `root`; its content is not read.

    A name that leads out of the folder, directly or by a link, is refused and never opened.

    Args:
        root: Folder of the pictures.
        name: Path below it; backslashes count as slashes.
    """
    plain = name.strip().replace("\\", "/")
    try:
        path = (root / plain).resolve()
        if Path(plain).is_absolute() or not path.is_relative_to(root.resolve()):
            return Absent(name, "This path leaves the folder of the set: it is not opened.")
        return path if path.is_file() else Absent(name, "There is no such picture.")
    except (OSError, ValueError):  # too long, a loop of links, a null character
        return Absent(name, "This is no path to a file.")


def read_image(path: Path, name: str) -> np.ndarray:
    """A sticker's picture, uint8 (row, column, 3), transparent parts on white.

    Raises:
        DataMissing: There is no such file, or it cannot be opened.
        BadInput: It is no picture that can be read.
    """
    from mer_core.processing.media import read_picture

    try:
        data = path.read_bytes()
    except OSError as cause:
        why = cause.strerror or str(cause)
        raise DataMissing(
            f"The picture of sticker {name} cannot be opened: {path}: {why}."
        ) from cause
    try:
        return read_picture(data).image
    except BadInput as cause:
        raise BadInput(f"The picture of sticker {name}, {path}: {cause}") from cause


def real(views: bool = True) -> dict[str, str]:
    """Provenance of a sticker from a real set."""
    given = ("image", "views") if views else ("image",)
    return {part: str(Provenance.REAL) for part in given}
