"""Run an experiment again on few stickers while somebody watches.

It runs in a thread of its own and not behind the gate of the pages: it takes long, and they must
go on answering. One run at a time; a second waits and the page says so.
"""

import logging
import secrets
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from mer_core.errors import MerError
from mer_core.experiments.base import Ask, PaperExperiment, Result
from ui.resources import loading_state

SIZES = (50, 100, 200)
SPLIT = "valid"
"""Live runs read the validation split: the test split was read for the saved results."""

_LOG = logging.getLogger("mer_lab")


class Stopped(Exception):
    """Somebody pressed Stop."""


class Job:
    """One run: what it asks, how far it is, what came of it.

    Args:
        experiment: To run.
        ask: How much of it.

    Attributes:
        stop: Set it, and the run ends at its next step.
        words, share: What is being done, and how much of that.
        result: What was found, once it has ended well.
        failure: Why it did not end well, in one sentence; empty where it did or was stopped.
    """

    def __init__(self, experiment: PaperExperiment, ask: Ask) -> None:
        self.experiment, self.ask = experiment, ask
        self.stop = threading.Event()
        self.words, self.share = "Waiting for another run to end", 0.0
        self.result: Result | None = None
        self.failure = ""
        self._future: Future[None] = _pool().submit(self._run)

    @property
    def busy(self) -> bool:
        """Whether it waits or runs."""
        return not self._future.done()

    def _run(self) -> None:
        try:
            self._told("Opening the stickers", 0, 1)
            self.result = self.experiment.run(self.ask, self._told)
        except Stopped:
            return
        except MerError as error:
            self.failure = str(error)
        except Exception:  # a thread's error would vanish
            number = secrets.token_hex(3)
            _LOG.exception("A live experiment failed; reference %s", number)
            self.failure = f"The run failed; the server's log has it under reference {number}."

    def _told(self, words: str, done: int, total: int) -> None:
        if self.stop.is_set():
            raise Stopped
        self.words, self.share = words, min(done / max(total, 1), 1.0)


@st.cache_resource(show_spinner=False)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="experiment")


def _job(experiment: PaperExperiment) -> Job | None:
    job = st.session_state.get("experiment_job")
    return job if job and job.experiment.name == experiment.name else None


def live_result(experiment: PaperExperiment) -> Result | None:
    """What this session's last live run of the experiment found."""
    job = _job(experiment)
    return job.result if job else None


def run_again(experiment: PaperExperiment) -> None:
    """A button to run it here; while it runs, how far it is and a button to stop it."""
    if not experiment.live:
        st.caption("This one takes training, and is not run live.")
        return
    job = _job(experiment)
    if job and job.busy:
        _watch(job)
        return
    if job and job.failure:
        st.error(job.failure, icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.select_slider("Stickers", SIZES, value=SIZES[0], key="live-size", width=220)
        st.button(
            "Run it here",
            key="live-run",
            icon=":material/play_arrow:",
            disabled=loading_state().busy,
            help="On the first stickers of the validation split, with the shipped weights.",
            on_click=_begin,
            args=(experiment,),
        )


def _begin(experiment: PaperExperiment) -> None:
    """Start a run of this session; an earlier one ends at its next step."""
    size = st.session_state.get("live-size")
    limit = size if size in SIZES else SIZES[0]  # bounds of widgets hold in the browser only
    if previous := st.session_state.get("experiment_job"):
        previous.stop.set()
    st.session_state["experiment_job"] = Job(experiment, Ask(SPLIT, limit))


def _watch(job: Job) -> None:
    """Draw the progress twice a second; the page is drawn anew when the run has ended."""

    @st.fragment(run_every=0.5)
    def watch() -> None:
        if not job.busy:
            st.rerun()
        st.progress(job.share, f"{job.words} ({job.share:.0%})")
        st.button(
            "Stop",
            key="live-stop",
            icon=":material/stop:",
            disabled=job.stop.is_set(),
            on_click=job.stop.set,
        )

    watch()
