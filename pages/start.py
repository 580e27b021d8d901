"""Start: one sticker and one clip, three models side by side."""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.start import lead, next_examples, sides

top = st.container()
left, right = st.columns([1, 2], gap="medium")
answers = sides(left, right)
with top:
    lead(answers)
next_examples()
