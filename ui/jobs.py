"""Long work in a thread of its own, watched from a page and stopped when somebody asks.

It runs beside the gate of the pages and not behind it: it takes long, and they must go on
answering. One job at a time; a second waits and its page says so.
"""

import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import streamlit as st

from mer_core.errors import MerError

Progress = Callable[[str, int, int], None]

_LOG = logging.getLogger("mer_lab")


class Stopped(Exception):
    """Somebody pressed Stop."""


class Job:
    """One piece of work: how far it is, what came of it.

    Args:
        work: Does it, and tells how far it is; it may be stopped wherever it tells.
        begins: What is done first, in words.
        about: Anything that the page wants to know it by.

    Attributes:
        stop: Set it, and the work ends at its next step.
        words, share: What is being done, and how much of that.
        result: What `work` returned, once it has ended well.
        failure: Why it did not end well, in one sentence; empty where it did or was stopped.
    """

    def __init__(self, work: Callable[[Progress], Any], begins: str, about: Any = None) -> None:
        self.about, self.stop = about, threading.Event()
        self.words, self.share = "Waiting for another run to end", 0.0
        self.result: Any = None
        self.failure = ""
        self._future: Future[None] = _pool().submit(self._run, work, begins)

    @property
    def busy(self) -> bool:
        """Whether it waits or runs."""
        return not self._future.done()

    def _run(self, work: Callable[[Progress], Any], begins: str) -> None:
        try:
            self._told(begins, 0, 1)
            self.result = work(self._told)
        except Stopped:
            return
        except MerError as error:
            self.failure = str(error)
        except Exception:  # a thread's error would vanish
            number = secrets.token_hex(3)
            _LOG.exception("A job failed; reference %s", number)
            self.failure = f"The run failed; the server's log has it under reference {number}."

    def _told(self, words: str, done: int, total: int) -> None:
        if self.stop.is_set():
            raise Stopped
        self.words, self.share = words, min(done / max(total, 1), 1.0)


@st.cache_resource(show_spinner=False)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="job")


def watch(job: Job, key: str) -> None:
    """Draw the progress twice a second; the page is drawn anew when the job has ended.

    Args:
        job: That is busy.
        key: Of the button that stops it, before "-stop".
    """

    @st.fragment(run_every=0.5)
    def progress() -> None:
        if not job.busy:
            st.rerun()
        st.progress(job.share, f"{job.words} ({job.share:.0%})")
        st.button(
            "Stop",
            key=f"{key}-stop",
            icon=":material/stop:",
            disabled=job.stop.is_set(),
            on_click=job.stop.set,
        )

    progress()
