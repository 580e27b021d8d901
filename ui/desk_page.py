"""The mixing desk as one fragment: a slider draws anew what depends on it and nothing else."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.desk import Standing
from ui.desk_controls import controls
from ui.desk_map import answer_now, lead, map_of, marked_unseen
from ui.onward import address_here


@st.fragment
def mixing(standing: Standing, top: DeltaGenerator) -> None:
    """Controls and answer on the left, the map of all settings on the right.

    Args:
        standing: The sample on its desk.
        top: Where the page's sentence stands.
    """
    left, right = st.columns([2, 3], gap="large")
    with left:
        setting = controls(standing)
        if setting is None:
            return
        found = answer_now(standing, setting)
        marked_unseen(standing, setting)
    with top:
        lead(standing, found)
    with right:
        map_of(standing, setting)
    here = address_here("sticker" if standing.name == "mghft" else "clip", standing.sample)
    if here is not None:
        _further(standing, here)
        st.caption(
            ":material/link: The page's address holds model, sample and setting: copy it to come "
            "back or to show somebody."
        )


def _further(standing: Standing, here: dict[str, str]) -> None:
    """The way to the same sample, by its address, on the page that looks inside this gate."""
    if standing.name == "egmf":
        st.page_link(
            "pages/experts.py",
            label="What these experts do, and whether they are heard",
            icon=":material/groups:",
            query_params=here,
        )
    elif standing.name == "mghft":
        st.page_link(
            "pages/sticker_lab.py",
            label="What told it, description by description",
            icon=":material/add_reaction:",
            query_params=here,
        )
