"""Clip lab: words, voice and face of one clip, read by EGMF and HCT-DMG."""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.clip import believed, both_answers, lead
from ui.failures import told
from ui.header import sample_header
from ui.inputs import pick_clip
from ui.silencing import heard

top = st.container()
with told():
    sample = pick_clip()
if sample is None:
    top.markdown("Type a sentence, give a voice, show a face: one of them is enough.")
    st.stop()
head = st.container()
sample = heard(sample)
answers = both_answers(sample)
with top:
    lead(answers)
with head:
    sample_header(sample, tuple(a.recording.manifest for a in answers.values()))
believed(answers)
