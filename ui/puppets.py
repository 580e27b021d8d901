"""The generated examples: drawn when asked for, shown as a wall of pictures to pick from."""

import random

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.types import Sample
from ui.gallery import Tile, gallery
from ui.media import data_uri, jpeg

STICKERS, UTTERANCES = "puppet-stickers", "puppet-utterances"
WALL = 12
"""How many are shown at once."""


@st.cache_resource(max_entries=64, show_spinner=False)
def puppet(dataset: str, index: int) -> Sample:
    """One generated sample of the test split; read only."""
    from mer_core.datasets import open_dataset

    return open_dataset(dataset, "test")[index]


@st.cache_resource(show_spinner=False)
def count(dataset: str) -> int:
    """How many samples the test split has."""
    from mer_core.datasets import open_dataset

    return len(open_dataset(dataset, "test"))


@st.cache_data(max_entries=400, max_size="16MB", show_spinner=False)
def _tile(dataset: str, index: int) -> tuple[str, str]:
    sample = puppet(dataset, index)
    if sample.image is not None:
        return f"Sticker {index}", data_uri(jpeg(sample.image, 128))
    assert sample.clip is not None
    frames = sample.clip.frames
    return f"Clip {index}: {sample.text}", data_uri(jpeg(frames[len(frames) // 2], 128))


def pick_puppet(dataset: str, key: str, bar: DeltaGenerator) -> Sample:
    """A wall of examples and their number, which stands in the page's address.

    Args:
        dataset: STICKERS or UTTERANCES.
        key: Name of the number in the address.
        bar: Where the number goes.
    """
    total = count(dataset)
    what = "sticker" if dataset == STICKERS else "clip"
    bar.number_input(f"Number of the {what}", 0, total - 1, key=key, bind="query-params", width=170)
    bar.button(
        "Surprise me",
        key=f"{key}-any",
        icon=":material/casino:",
        on_click=lambda: st.session_state.update({key: random.randrange(total)}),
    )
    index = bounded(st.session_state.get(key), total)
    first = min(index // WALL * WALL, max(0, total - WALL))
    shown = range(first, min(first + WALL, total))
    with st.spinner(f"Drawing {len(shown)} {what}s"):
        tiles = [Tile(i, *_tile(dataset, i)) for i in shown]
    gallery(
        f"Pick a {what}", tiles, index, f"{key}-wall", lambda i: st.session_state.update({key: i})
    )
    return puppet(dataset, index)


def bounded(value: object, total: int) -> int:
    """A number from an address or a browser, forced into 0 .. total - 1."""
    return min(max(value if isinstance(value, int) else 0, 0), total - 1)
