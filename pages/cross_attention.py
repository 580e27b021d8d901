"""Cross-attention: words by seconds, any pair, layer and head, with sound and face in step."""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.answer import trust_line, try_model
from ui.cross import large, maps_of, pick_head, pick_model, pick_pair
from ui.cross_groups import groups
from ui.failures import told
from ui.header import plain, sample_header
from ui.inputs import pick_clip
from ui.silencing import heard

top = st.container()
with told():
    sample = pick_clip()
if sample is None:
    top.markdown("Give words and a voice or a face: attention runs between two of them.")
    st.stop()
head = st.container()
sample = heard(sample)
bar = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
name = pick_model(bar)
answered = try_model(name, sample)
if answered is None:
    st.stop()
with head:
    sample_header(sample, (answered.recording.manifest,))
trust_line((name,), sample)
found = maps_of(name, answered.key, answered)
crossing = pick_pair(found, answered, bar)
if crossing is None:
    st.stop()
with top:
    st.markdown(plain(found.only(crossing.name).says()))
st.subheader("Every head", anchor=False)
chosen = pick_head(found, crossing)
st.subheader("One of them", anchor=False)
large(found, chosen, sample, answered.key)
groups(name, answered.recording.manifest.weights, chosen)
