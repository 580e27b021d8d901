"""Start: one sticker and one clip, three models side by side."""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.start import examples, lead, next_examples

top = st.container()
answers = examples()
with top:
    lead(answers)
next_examples()
