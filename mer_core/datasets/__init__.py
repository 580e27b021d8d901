"""The data sets by name. A further one is one file and one line here."""

from collections.abc import Callable, Sequence

from mer_core.datasets.puppets import collection
from mer_core.datasets.puppets.world import SPLITS
from mer_core.errors import UnknownName
from mer_core.types import Sample

DATASETS: dict[str, Callable[[str, int | None], Sequence[Sample]]] = {
    "puppet-stickers": collection.stickers,
    "puppet-utterances": collection.utterances,
}


def open_dataset(name: str, split: str, limit: int | None = None) -> Sequence[Sample]:
    """A split of a data set by name; samples are made or read when asked for.

    Args:
        name: A key of DATASETS.
        split: "train", "valid" or "test".
        limit: Only the first so many.

    Raises:
        UnknownName: No such data set or split.
    """
    if name not in DATASETS:
        raise UnknownName(name, DATASETS)
    if split not in SPLITS:
        raise UnknownName(split, SPLITS)
    return DATASETS[name](split, limit)
