"""Sticker lab: one sticker, its four descriptions, MGHFT's answer and what told it."""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.answer import answer_card, trust_line, try_model
from ui.descriptions import described
from ui.failures import told
from ui.header import sample_header
from ui.inputs import pick_sticker
from ui.inside import further
from ui.sticker import QUESTIONS, lead, what_told_it

top = st.container()
with told():
    sample = pick_sticker()
if sample is None:
    top.markdown("Give a picture of a sticker: drawn or photographed, still or moving.")
    st.stop()
left, right = st.columns([3, 2], gap="medium")
head = left.container()
with left, told():
    sample = described(sample)
with right:
    answered = try_model("mghft", sample)
    if answered is not None:
        answer_card("mghft", answered, "sticker")
    trust_line(("mghft",), sample)
with head:
    sample_header(sample, () if answered is None else (answered.recording.manifest,))
if answered is None:
    st.stop()
with top:
    lead(answered)
what_told_it(answered)
further("mghft", answered, QUESTIONS, "sticker")
