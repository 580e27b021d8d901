"""The way from one page to another with the sample that is open."""

import streamlit as st

from mer_core.types import Sample
from ui.header import is_puppet
from ui.sets import WAY, WRITER

_PARTS = ("from", "set", "split", "number")


def address_here(key: str, sample: Sample) -> dict[str, str] | None:
    """What the address of another page needs to open the sample that is open on this one.

    Args:
        key: "clip" or "sticker": name of the sample in the address.
        sample: The one that is open.

    Returns:
        None where no other page can: what was uploaded or recorded stays on its page.
    """
    held = st.session_state
    if is_puppet(sample):
        return {key: str(held.get(key) or 0)}
    if held.get(f"{key}-from") != WAY:
        return None
    told = {f"{key}-{part}": str(held.get(f"{key}-{part}", "")) for part in _PARTS}
    return told | ({"writer": WRITER} if held.get("writer") == WRITER else {})
