"""Samples of real data sets that lie on this machine: chosen by set, split and number.

The choice stands in the page's address, so that a sample of a set is a page and a few words:
`/clip_lab?clip-from=Data+set&clip-set=mustard&clip-split=test&clip-number=34`.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.datasets import DATASETS
from mer_core.datasets.puppets.world import SPLITS
from mer_core.datasets.stickers.shelf import RealStickers
from mer_core.datasets.utterances.shelf import RealUtterances
from mer_core.errors import BadInput
from mer_core.hardness.sets import Examined, examined
from mer_core.types import Sample

WAY = "Data set"
"""What the way of a sample that comes from a set is called in the pickers of the labs."""

WRITER = "As in the set"
"""Who wrote the descriptions of a sticker that has some of its own."""


def sets_of(key: str) -> list[str]:
    """Names of the real sets that a picker can open without being told where they lie.

    Args:
        key: Name of the sample in the address; it ends with "sticker" or "clip".
    """
    kind = RealStickers if key.endswith("sticker") else RealUtterances
    return [name for name, found in DATASETS.items() if isinstance(found, kind) and found.folder]


def kind_of_set(name: str) -> str | None:
    """ "sticker" or "clip"; None for a set that no picker opens."""
    return next((kind for kind in ("sticker", "clip") if name in sets_of(kind)), None)


def address_of(name: str, split: str, place: int, described: bool = False) -> dict[str, str]:
    """What a page's address says of one sample of a real set.

    Args:
        name: Of a set of `kind_of_set`.
        split: "train", "valid" or "test".
        place: Its number in the split.
        described: It has descriptions of its own, and these are to be read.

    Raises:
        BadInput: No picker opens the set.
    """
    key = kind_of_set(name)
    if key is None:
        raise BadInput(f"No page opens {name} by itself: it is generated, or lies where you say.")
    told = {f"{key}-from": WAY, f"{key}-set": name, f"{key}-split": split}
    writer = {"writer": WRITER} if described else {}
    return {**told, f"{key}-number": str(place), **writer}


@st.cache_resource(max_entries=3, show_spinner="Opening the set")
def opened(name: str, split: str) -> Examined:
    """A split of a real set, opened once for all sessions.

    Raises:
        MerError: It is not here, damaged, or has features that no shipped model reads.
    """
    return examined(name, split)


@st.cache_resource(max_entries=32, show_spinner="Reading the sample")
def sample_of(name: str, split: str, place: int) -> Sample:
    """One sample of a real set.

    Raises:
        MerError: See `opened`.
        IndexError: The split is shorter.
    """
    return opened(name, split).samples[place]


def pick_from_set(key: str, bar: DeltaGenerator) -> Sample:
    """Draw the choice of a set, a split and a number.

    Args:
        key: Name of the sample in the address; it ends with "sticker" or "clip".
        bar: Where the choices go.

    Raises:
        MerError: The set cannot be opened, or its split is shorter; the message says what to do.
    """
    names = sets_of(key)
    name = bar.selectbox("Set", names, key=f"{key}-set", bind="query-params", width=170)
    split = bar.selectbox(
        "Split", list(SPLITS), list(SPLITS).index("test"), key=f"{key}-split",
        bind="query-params", width=110,
    )  # fmt: skip
    number = bar.number_input(
        "Number in the split", 0, key=f"{key}-number", bind="query-params", width=170
    )
    name = name if name in names else names[0]
    split = split if split in SPLITS else "test"
    found = opened(name, split)
    total = len(found.samples)
    if not isinstance(number, int) or not 0 <= number < total:
        raise BadInput(f"The {split} split of {name} has the numbers 0 to {total - 1:,}.")
    st.caption(f":material/dataset: {found.what}, {split} split, number {number:,} of {total:,}.")
    return sample_of(name, split, number)
