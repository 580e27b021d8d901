"""Sticker lab: one sticker or two, their four descriptions, MGHFT's answers and what told it."""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.sticker import compare_switch, inside, lead, side

top = st.container()
if compare_switch():
    left, right = st.columns(2, gap="large")
    with left:
        first = side(wide=False)
    with right:
        second = side("other-", wide=False)
    sides = [one for one in (first, second) if one is not None]
else:
    sides = [one for one in (side(),) if one is not None]
if sides:
    with top:
        lead(sides)
    inside(sides)
