"""Run an experiment again on few samples while somebody watches."""

import streamlit as st

from mer_core.experiments.base import Ask, PaperExperiment, Result
from ui.jobs import Job, watch
from ui.resources import loading_state

SIZES = (50, 100, 200)
SPLIT = "valid"
"""Live runs read the validation split: the test split was read for the saved results."""


def _job(experiment: PaperExperiment) -> Job | None:
    job = st.session_state.get("experiment_job")
    return job if job and job.about == _name(experiment) else None


def live_result(experiment: PaperExperiment) -> Result | None:
    """What this session's last live run of the experiment found."""
    job = _job(experiment)
    return job.result if job else None


def run_again(experiment: PaperExperiment) -> None:
    """A button to run it here; while it runs, how far it is and a button to stop it."""
    if not experiment.live:
        st.caption(experiment.still)
        return
    job = _job(experiment)
    if job and job.busy:
        watch(job, "live")
        return
    if job and job.failure:
        st.error(job.failure, icon=":material/error:")
    if experiment.cost:
        st.caption(f":material/timer: {experiment.cost}")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.select_slider(_samples(experiment), SIZES, value=SIZES[0], key="live-size", width=220)
        st.button(
            "Run it here",
            key="live-run",
            icon=":material/play_arrow:",
            disabled=loading_state().busy,
            help=f"On the first {_samples(experiment).lower()} of the validation split.",
            on_click=_begin,
            args=(experiment,),
        )


def _name(experiment: PaperExperiment) -> str:
    return f"{experiment.model} {experiment.name}"


def _samples(experiment: PaperExperiment) -> str:
    return "Stickers" if experiment.model == "mghft" else "Utterances"


def _begin(experiment: PaperExperiment) -> None:
    """Start a run of this session; an earlier one ends at its next step."""
    size = st.session_state.get("live-size")
    limit = size if size in SIZES else SIZES[0]  # bounds of widgets hold in the browser only
    if previous := st.session_state.get("experiment_job"):
        previous.stop.set()
    st.session_state["experiment_job"] = Job(
        lambda told: experiment.run(Ask(SPLIT, limit, quick=True), told),
        f"Opening the {_samples(experiment).lower()}",
        _name(experiment),
    )
