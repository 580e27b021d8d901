"""Experts: who does the work inside EGMF, and does its language model heed them?"""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.experts import lead, look_inside
from ui.experts_inputs import pick_answered
from ui.experts_set import survey_here
from ui.failures import told
from ui.header import sample_header

top = st.container()
with told():
    answered = pick_answered()
found = survey_here()
if answered is not None:
    sample_header(answered.recording.samples[0], (answered.recording.manifest,))
with top:
    lead(answered, found)
look_inside(answered, found)
