"""Mixing desk: set a model's gate by hand and see what it answers, everywhere and at once."""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.desk import pick_model, pick_sample, stand
from ui.desk_page import mixing

top = st.container()
name = pick_model()
sample = pick_sample(name)
if sample is None:
    top.markdown("Give a sticker, or a clip with words, a voice or a face.")
    st.stop()
standing = stand(name, sample)
if standing is not None:
    mixing(standing, top)
