"""What the app loads once and shares between sessions: models, and the gate before them."""

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from mer_core.errors import MerError

if TYPE_CHECKING:
    from mer_core.models import EmotionModel

NAMES = {"mghft": "MGHFT", "egmf": "EGMF", "hct_dmg": "HCT-DMG"}
"""The models in the order of every page: name -> how it is written."""

READS = {
    "mghft": "reads a sticker and four sentences about it",
    "egmf": "lets three experts mix words, voice and face for a language model",
    "hct_dmg": "lets one of words, voice and face lead, and two help",
}
"""What each model does, as the rest of a sentence that begins with its name."""

FURTHER = {"mult": "MulT", "hct_dmg_sample": "HCT-DMG, gate by sample"}
"""Models that load only when a page asks for one: name -> how it is written."""

_READS_FURTHER = {
    "mult": "lets each of words, voice and face look at both others; none leads",
    "hct_dmg_sample": "lets another of words, voice and face lead in each sample",
}

_AT_LATEST = 30.0
"""Seconds after which the models load even if no page was drawn to its end."""
_GATE = threading.BoundedSemaphore(1)


@st.cache_resource(show_spinner=False)
def warm() -> bool:
    """Take what is imported by now out of the garbage collector's way.

    Streamlit collects garbage after every script run; with torch imported that alone takes
    longer than most pages.
    """
    gc.freeze()
    return True


@contextmanager
def gate() -> Iterator[None]:
    """Let one computation in at a time; a superseded script run leaves here instead of computing.

    Streamlit starts a new run at every step of a slider while the old one goes on until its next
    `st` call. Reading session state is such a call.
    """
    with _GATE:
        if get_script_run_ctx(suppress_warning=True) is not None:
            st.session_state.get("_")
        yield


def called(name: str) -> str:
    """How a model is written, whether it loads with the server or later."""
    return NAMES.get(name) or FURTHER.get(name, name)


def reads(name: str) -> str:
    """What a model does, as the rest of a sentence that begins with its name."""
    return READS.get(name) or _READS_FURTHER[name]


class LoadingState(NamedTuple):
    """How far the background loading is, and the same in words."""

    busy: bool
    ready: int
    sentence: str


class Shelf:
    """The models, loaded one after another in a thread of their own, once someone begins."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="load")
        self._lock = threading.Lock()
        self._begun = threading.Event()
        self._pool.submit(self._begun.wait, _AT_LATEST)
        self._pool.submit(_import_and_freeze)
        self._models = {name: self._pool.submit(_load, name) for name in NAMES}
        self._encoders = self._pool.submit(_load_encoders)

    def begin(self) -> None:
        """Start loading. A page that shows something else first calls this when it is drawn."""
        self._begun.set()

    def ready(self, name: str) -> bool:
        """Whether the model answers without waiting."""
        future = self._models.get(name)
        return future is not None and future.done() and future.exception() is None

    def failed(self, name: str) -> bool:
        """Whether the last attempt to load the model failed."""
        future = self._models.get(name)
        return future is not None and future.done() and future.exception() is not None

    def busy(self) -> bool:
        """Whether any model of NAMES is still loading."""
        return not all(self._models[name].done() for name in NAMES)

    def get(self, name: str) -> "EmotionModel":
        """The model; waits while it loads. After a failure it tries once more.

        One of FURTHER begins to load here.

        Raises:
            WeightsMissing, WeightsAltered, CardInvalid: As `mer_core.load` says.
        """
        self.begin()
        with self._lock:
            if name not in self._models or self.failed(name):  # weights may have come since
                self._models[name] = self._pool.submit(_load, name)
            future: Future[EmotionModel] = self._models[name]
        return future.result()


def _import_and_freeze() -> None:
    import peft  # noqa: F401  # slow imports, before models so that the freeze covers them
    import timm  # noqa: F401
    import transformers  # noqa: F401

    gc.collect()
    gc.freeze()


def _load(name: str) -> "EmotionModel":
    from mer_core.checkpoints import load

    with gate():  # transformers swaps torch's defaults while it loads: nothing else may run then
        return load(name)


def _load_encoders() -> None:
    """What reading a sample needs besides the models, so that the first answer is not slow."""
    from mer_core.encoders.face import FaceEncoder
    from mer_core.encoders.text import TextEncoder
    from mer_core.stickers import interpreter

    for load in (TextEncoder.load, FaceEncoder.load, interpreter):
        with gate(), suppress(MerError):  # whoever needs it will say what is missing
            load()


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """The one shelf of this server."""
    return Shelf()


def load_model(name: str) -> "EmotionModel":
    """One shared model: eval mode, frozen. Says so on the page while it loads."""
    if not shelf().ready(name) and not shelf().failed(name):
        with st.spinner(f"Loading {called(name)} for the first time", show_time=True):
            return shelf().get(name)
    return shelf().get(name)


def loading_state() -> LoadingState:
    """How many models answer by now."""
    ready = sum(shelf().ready(name) for name in NAMES)
    if shelf().busy():
        return LoadingState(True, ready, f"Loading the models: {ready} of {len(NAMES)} answer.")
    if ready == len(NAMES):
        return LoadingState(False, ready, f"All {ready} models answer live, on {_device()}.")
    absent = [NAMES[name] for name in NAMES if not shelf().ready(name)]
    return LoadingState(
        False, ready, f"Without weights: {', '.join(absent)}. The page Models says what to do."
    )


def _device() -> str:
    ready = next(name for name in NAMES if shelf().ready(name))
    return device_name(str(next(shelf().get(ready).parameters()).device))


def device_name(device: str) -> str:
    """A device as people call it: "cpu" -> "the processor (CPU)"."""
    return "the processor (CPU)" if device == "cpu" else f"the graphics card ({device})"
