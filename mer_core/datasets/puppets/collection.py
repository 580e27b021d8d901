"""The generated world as sequences of samples, drawn when asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import overload

from mer_core.datasets.puppets.stickers import sticker
from mer_core.datasets.puppets.utterances import utterance
from mer_core.datasets.puppets.world import WORLD, World
from mer_core.errors import UnknownName
from mer_core.types import Sample


class Collection(Sequence[Sample]):
    """One split of the world. Sample i is a function of the world's knobs, the split and i alone.

    Args:
        make: Draws one sample.
        split: "train", "valid" or "test".
        count: How many samples.
        world: The knobs.
    """

    def __init__(
        self, make: Callable[[int, str, World], Sample], split: str, count: int, world: World
    ) -> None:
        self.make, self.split, self._count, self.world = make, split, count, world

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Sample]:
        return (self[i] for i in range(self._count))

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | Sequence[Sample]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._count))]
        if not -self._count <= index < self._count:
            raise IndexError(f"Sample {index} of {self._count}.")
        return self.make(index % self._count, self.split, self.world)


def stickers(split: str, limit: int | None = None, world: World = WORLD) -> Collection:
    """Generated stickers of a split, the first `limit` of them. Raises UnknownName."""
    count = _count(world.stickers, split)
    return Collection(sticker, split, count if limit is None else min(limit, count), world)


def utterances(split: str, limit: int | None = None, world: World = WORLD) -> Collection:
    """Generated utterances of a split, the first `limit` of them. Raises UnknownName."""
    count = _count(world.utterances, split)
    return Collection(utterance, split, count if limit is None else min(limit, count), world)


def _count(counts: Mapping[str, int], split: str) -> int:
    if split not in counts:
        raise UnknownName(split, counts)
    return counts[split]
