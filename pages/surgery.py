"""Surgery: silence or swap the parts of a clip, add noise, and see what the models make of it."""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.failures import told
from ui.header import sample_header
from ui.inputs import pick_clip
from ui.surgery import answers, lead, operate, pick_models
from ui.surgery_inside import inside

top = st.container()
with told():
    sample = pick_clip()
if sample is None:
    top.markdown("Type a sentence, give a voice, show a face: one of them is enough.")
    st.stop()
done = operate(sample)
head = st.container()
found = answers(sample, done, pick_models())
with top:
    lead(found)
with head:
    sample_header(done, tuple(case.answered.recording.manifest for case in found.values()))
if found:
    inside(found, done)
