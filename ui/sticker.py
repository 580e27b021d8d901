"""The parts of the page Sticker lab."""

import streamlit as st

from mer_core.probes.base import percent
from ui.answer import Answered
from ui.inside import mattered, show

MAPS = "Which places of the sticker read which words?"
WITHOUT = "What if one view were missing?"
QUESTIONS = (MAPS, WITHOUT)


def lead(answered: Answered) -> None:
    """The answer and what told it, in a sentence or two."""
    told = mattered(WITHOUT, "mghft", answered)
    st.markdown(f"MGHFT says **{answered.emotion}** ({percent(answered.confidence)}). {told}")


def what_told_it(answered: Answered) -> None:
    """Soft-Fusion of each stage over the picture, and the answer without each description."""
    st.subheader("Which places of the picture took which words", anchor=False)
    st.caption(
        "The picture is read four times, from fine to coarse. Each reading (stage) has its own "
        "description and adds its words to the places that it chose: Soft-Fusion."
    )
    show(MAPS, "mghft", answered, "soft-fusion")
    st.subheader("The answer without each description", anchor=False)
    st.caption("Each is taken away in turn and the model answers again: a knock-out.")
    show(WITHOUT, "mghft", answered, "without-view")
