"""Another sticker gives some of its descriptions: what would the answer be with them?"""

import streamlit as st

from mer_core.probes.base import percent
from mer_core.types import Sample, View
from ui.answer import try_model
from ui.descriptions import Boxes
from ui.failures import told
from ui.header import plain
from ui.inputs import pick_sticker
from ui.media import jpeg
from ui.sticker_writers import EMBEDDED, MAKER, written


def donor(boxes: Boxes, writer: str) -> None:
    """Draw the choice of a donor, what it says, and which of its descriptions to take.

    Args:
        boxes: That are given to.
        writer: Who wrote what stands in them; the donor is described by the same if it can be
            had at once, and otherwise by the interpreter that ships.
    """
    prefix = f"{boxes.prefix}donor-"
    sample = None
    with told(stop=False):
        sample = pick_sticker(f"{prefix}sticker")
    if sample is None:
        st.caption("Give a picture of the sticker that is to lend its descriptions.")
        return
    by = MAKER if writer == MAKER else EMBEDDED
    with told(stop=False):
        _offer(boxes, prefix, sample, by)


def _offer(boxes: Boxes, prefix: str, sample: Sample, writer: str) -> None:
    """The donor with its own answer, its sentences, and the button that takes them."""
    from dataclasses import replace

    said = written(sample, writer, prefix)
    views = {view: text for view, text in said.views.items() if text.strip()}
    left, right = st.columns([1, 3], gap="medium")
    with left:
        assert sample.image is not None
        st.image(jpeg(sample.image), width=120, alt=f"The donor {sample.id}")
        answered = try_model("mghft", replace(sample, views=views))
        if answered is not None:
            st.caption(f"By itself: **{answered.emotion}** {percent(answered.confidence)}")
    with right:
        chosen = st.pills(
            "Take its description of",
            [str(view) for view in views],
            selection_mode="multi",
            default=["posture"] if View.POSTURE in views else [],
            key=f"{prefix}views",
        )
        for view in chosen:
            st.markdown(f"“{plain(views[View(view)])}”")
        st.button(
            "Put in",
            key=f"{prefix}take",
            type="primary",
            icon=":material/swap_horiz:",
            disabled=not chosen,
            on_click=_take,
            args=(boxes, _named(sample), {View(v): views[View(v)] for v in chosen}),
        )


def _named(sample: Sample) -> str:
    return sample.id.replace("sticker-test-", "sticker ")


def _take(boxes: Boxes, name: str, views: dict[View, str]) -> None:
    for view, text in views.items():
        boxes.put(view, name, text)
