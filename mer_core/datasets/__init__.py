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
from mer_core.datasets.utterances import UtteranceSet
from mer_core.datasets.utterances.meld import meld_set
from mer_core.datasets.utterances.mmsa import ch_sims_set, mmsa_set
from mer_core.datasets.utterances.mse_adapter import mse_adapter_set
from mer_core.datasets.utterances.mult import iemocap_set, mosei_set, mosi_set
from mer_core.datasets.utterances.multibench import multibench_set
from mer_core.datasets.utterances.mustard import mustard_set
from mer_core.datasets.utterances.shelf import RealUtterances
from mer_core.datasets.utterances.ur_funny import ur_funny_set
from mer_core.errors import BadInput, UnknownName
from mer_core.types import Sample

DATASETS: dict[str, Callable[[str, int | None], Sequence[Sample]]] = {
    "puppet-stickers": collection.stickers,
    "puppet-utterances": collection.utterances,
    "emoji": RealStickers("emoji that people rated", emoji_set, "emoji_stickers"),
    "ser30k": RealStickers("SER30K stickers", ser30k_set, "ser30k"),
    "met-meme": RealStickers("MET-MEME memes", met_meme_set, "met_meme"),
    "folder": RealStickers("your own stickers", folder_set),
    "mosi": RealUtterances("CMU-MOSI", mosi_set, "mosi or mosi_word_aligned"),
    "mosei": RealUtterances("CMU-MOSEI", mosei_set, "mosei"),
    "iemocap": RealUtterances("IEMOCAP", iemocap_set, "iemocap"),
    "mmsa": RealUtterances("a set of MMSA", mmsa_set, "mmsa"),
    "ch-sims-v2": RealUtterances("CH-SIMS v2", ch_sims_set, "ch-sims-v2"),
    "multibench": RealUtterances("a pack of MultiBench", multibench_set, "multibench"),
    "ur-funny": RealUtterances("UR-FUNNY", ur_funny_set, "ur-funny"),
    "mustard": RealUtterances("MUStARD", mustard_set, "mustard"),
    "meld": RealUtterances("MELD", meld_set, "meld or meld_text"),
    "mse-adapter": RealUtterances("a set of MSE-Adapter", mse_adapter_set, "mse-adapter"),
}
"""Name -> what gives a split of it. `RealStickers` and `RealUtterances` may be absent here."""


def open_dataset(
    name: str, split: str, limit: int | None = None, path: Path | None = None
) -> Sequence[Sample] | StickerSet:
    """A split of a data set by name; samples are made or read when asked for.

    Of utterances of the field, `open_utterances` gives the whole set and what is known of it.

    Args:
        name: A key of DATASETS.
        split: "train", "valid" or "test".
        limit: Only the first so many.
        path: Where a real set lies, file or folder; None to look in MER_DATA_DIR.

    Raises:
        UnknownName: No such data set or split.
        BadInput: A path for a set that is generated; or a damaged set.
        DataMissing: A real set that is not there.
    """
    if split not in SPLITS:
        raise UnknownName(split, SPLITS)
    if path is not None:
        return real_set(name)(split, limit, path)
    if name not in DATASETS:
        raise UnknownName(name, DATASETS)
    return DATASETS[name](split, limit)


def open_utterances(name: str, path: Path | None = None) -> UtteranceSet:
    """A whole set of the field: all its splits, what it asks, how many channels it has.

    Args:
        name: A key of DATASETS whose value is `RealUtterances`.
        path: Where it lies: file or folder; None to look among the real data (MER_DATA_DIR).

    Raises:
        UnknownName: No such data set.
        BadInput: It holds no features of utterances, is damaged, or its pickle is refused.
        DataMissing: It is not there.
    """
    sets = {key: found for key, found in DATASETS.items() if isinstance(found, RealUtterances)}
    if name in sets:
        return sets[name].open(path)
    if name not in DATASETS:
        raise UnknownName(name, sets)
    raise BadInput(f"{name} holds no features of utterances. Those that do: {', '.join(sets)}.")


def real_set(name: str) -> RealStickers | RealUtterances:
    """A real set by name, opened or not.

    Raises:
        UnknownName: No such data set.
        BadInput: It is generated, so it lies nowhere.
    """
    if name not in DATASETS:
        raise UnknownName(name, DATASETS)
    found = DATASETS[name]
    if not isinstance(found, RealStickers | RealUtterances):
        raise BadInput(f"{name} is generated here and lies in no folder: leave the path out.")
    return found


def real_stickers(name: str) -> RealStickers:
    """A real sticker set by name, opened or not.

    Raises:
        UnknownName: No such data set.
        BadInput: It is generated, or holds no stickers.
    """
    found = real_set(name)
    if not isinstance(found, RealStickers):
        raise BadInput(f"{name} holds utterances, no stickers.")
    return found
