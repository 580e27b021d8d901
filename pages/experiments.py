"""Experiments: what a paper asks of its own model, asked here again."""

from ui.shell import require_frame

require_frame()

import streamlit as st

from ui.experiments import pick_experiment, show_claim, show_found, show_notes
from ui.experiments_live import live_result, run_again

experiment = pick_experiment()
st.subheader(experiment.question, anchor=False)
show_claim(experiment)
live = live_result(experiment)
show_found(experiment, live)
run_again(experiment)
show_notes(experiment)
