"""The data sets by name. A further one is one file and one line here."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mer_core.datasets.puppets import collection
from mer_core.datasets.puppets.world import SPLITS
from mer_core.datasets.stickers.collection import StickerSet
from mer_core.datasets.stickers.emoji import emoji_set
from mer_core.datasets.stickers.folder import folder_set
from mer_core.datasets.stickers.met_meme import met_meme_set
from mer_core.datasets.stickers.ser30k import ser30k_set
from mer_core.datasets.stickers.shelf import RealStickers
from mer_core.errors import BadInput, UnknownName
from mer_core.types import Sample

DATASETS: dict[str, Callable[[str, int | None], Sequence[Sample]]] = {
    "puppet-stickers": collection.stickers,
    "puppet-utterances": collection.utterances,
    "emoji": RealStickers("emoji that people rated", emoji_set, "emoji_stickers"),
    "ser30k": RealStickers("SER30K stickers", ser30k_set, "ser30k"),
    "met-meme": RealStickers("MET-MEME memes", met_meme_set, "met_meme"),
    "folder": RealStickers("your own stickers", folder_set),
}
"""Name -> what gives a split of it. Those that are `RealStickers` may be absent here."""


def open_dataset(
    name: str, split: str, limit: int | None = None, path: Path | None = None
) -> Sequence[Sample] | StickerSet:
    """A split of a data set by name; samples are made or read when asked for.

    Args:
        name: A key of DATASETS.
        split: "train", "valid" or "test".
        limit: Only the first so many.
        path: Where a real set lies; None to look among the real data (MER_DATA_DIR).

    Raises:
        UnknownName: No such data set or split.
        BadInput: A path for a set that is generated; or a damaged set.
        DataMissing: A real set that is not there.
    """
    if split not in SPLITS:
        raise UnknownName(split, SPLITS)
    if path is not None:
        return real_stickers(name)(split, limit, path)
    if name not in DATASETS:
        raise UnknownName(name, DATASETS)
    return DATASETS[name](split, limit)


def real_stickers(name: str) -> RealStickers:
    """A real sticker set by name, opened or not.

    Raises:
        UnknownName: No such data set.
        BadInput: It is generated, so it lies nowhere.
    """
    if name not in DATASETS:
        raise UnknownName(name, DATASETS)
    found = DATASETS[name]
    if not isinstance(found, RealStickers):
        raise BadInput(f"{name} is generated here and lies in no folder: leave the path out.")
    return found
