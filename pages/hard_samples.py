"""Hard samples: a set as a map and a list, and what sets the hard ones apart."""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.hard import drawing_controls, lead, open_table
from ui.hard_compare import comparison
from ui.hard_filters import filters, says
from ui.hard_live import ask_live
from ui.hard_map import list_of, map_of
from ui.hard_sample import sample_card

top = st.container()
opened = open_table()
if opened is not None:
    with top:
        lead(opened)
    found = filters(opened)
    drawn = drawing_controls(opened)
    rows = found.rows(opened.table)
    st.markdown(says(found, int(rows.sum()), opened.table))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        map_of(opened, found, rows, drawn)
    with right:
        list_of(opened, found, rows, drawn)
    sample_card(opened)
    comparison(opened, rows)
with st.expander("Ask about another set", icon=":material/bolt:", key="hard-ask"):
    ask_live()
