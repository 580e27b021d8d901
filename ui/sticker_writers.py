"""Who writes a sticker's four descriptions, asked once a sticker and session."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from mer_core.errors import MerError
from mer_core.probes.base import percent
from mer_core.types import Provenance, Sample, View
from ui.header import is_puppet, plain
from ui.media import digest
from ui.resources import gate
from ui.sets import WRITER

if TYPE_CHECKING:
    from mer_core.encoders.interpreter import Description
    from mer_core.interpreters import Describer

EMBEDDED, MAKER = "The interpreter", "The drawing's maker"
_NAMES = {"embedded": EMBEDDED, "llava": "LLaVA-NeXT", "server": "Server"}
_LEFT_OUT = "Its maker says nothing here."
_NOT_IN_SET = "The set says nothing here."


@dataclass(frozen=True)
class Written:
    """Four descriptions as they came, before any edit.

    Attributes:
        views: What was written.
        missing: View -> why there is nothing.
        notes: View -> how sure the writer is, as Markdown.
        source: Where they come from.
        by: The writer in words, for a caption; how long it took.
    """

    views: Mapping[View, str]
    missing: Mapping[View, str]
    notes: Mapping[View, str]
    source: Provenance
    by: str


@dataclass(frozen=True)
class _Said:
    """An answer of an interpreter, or the sentence that says why there is none."""

    description: "Description | None"
    seconds: float
    kept: bool = False
    failed: str = ""


def pick_writer(sample: Sample, key: str) -> str:
    """Draw the choice of who writes; returns the label chosen."""
    own = [MAKER] if is_puppet(sample) else [WRITER] if sample.views else []
    names = [EMBEDDED, *own, "LLaVA-NeXT", "Server"]
    return st.segmented_control(
        "Written by",
        names,
        default=EMBEDDED,
        required=True,
        key=f"{key}writer",
        bind="query-params",
        label_visibility="collapsed",
        help="The interpreter ships with this program. The maker of a puppet knows what it meant. "
        "LLaVA-NeXT and a server of your own are asked where they are set up.",
    )


def written(sample: Sample, writer: str, key: str) -> Written:
    """Four descriptions by the writer chosen; where there are none, the page says why.

    Raises:
        MerError: The interpreter that ships cannot be had.
    """
    if writer == MAKER and is_puppet(sample):
        missing = {v: _LEFT_OUT for v in View if not sample.views.get(v)}
        return Written(sample.views, missing, {}, Provenance.GENERATED, "Written by its maker.")
    if writer == WRITER and sample.views:
        missing = {v: _NOT_IN_SET for v in View if not sample.views.get(v)}
        source = Provenance(sample.provenance.get("views", Provenance.REAL))
        return Written(sample.views, missing, {}, source, "As they stand in the set.")
    name = next((name for name, label in _NAMES.items() if label == writer), "embedded")
    said = _by_model(sample, name, key)
    if said.description is None:
        missing = dict.fromkeys(View, said.failed)
        return Written({}, missing, {}, Provenance.WRITTEN, "")
    found = said.description
    notes = {view: _sure(found, view) for view in View}
    source = Provenance.CACHED if said.kept else Provenance.WRITTEN
    how = "read from the cache" if said.kept else f"written in {said.seconds:.2f} s"
    missing = {v: found.missing.get(v, "It was not said.") for v in View if v not in found.views}
    return Written(found.views, missing, notes, source, f"{_sentence(how)} by {_who(name)}.")


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _who(name: str) -> str:
    return "the interpreter" if name == "embedded" else f"{_NAMES[name]} ({_version(name)})"


def _version(name: str) -> str:
    return plain(_describer(name).version.split(",")[0])


def _sure(found: "Description", view: View) -> str:
    sure = found.confidence.get(view)
    note = "" if sure is None else f":gray[{percent(sure)} sure]"
    if view in found.guessed:
        note += " :orange-badge[guessed]"
    return note


def _by_model(sample: Sample, name: str, key: str) -> _Said:
    """What a model says of the picture; a failure is shown with what can be done about it."""
    if name == "embedded":
        with st.spinner("The interpreter is describing the picture", show_time=True):
            return _embedded(digest(replace(sample, views={})), sample)
    if problem := _lacking(name):
        return _failure(problem, key)
    try:
        describer = _ready(name)
    except MerError as error:
        return _failure(str(error), key)
    if describer.sends_to and not _may_send(describer.sends_to, key):
        return _Said(None, 0.0, failed="Nobody was asked yet.")
    attempt = st.session_state.get(f"{key}attempt", 0)
    with st.spinner(f"{_NAMES[name]} is describing the picture", show_time=True):
        said = _asked(name, digest(replace(sample, views={})), attempt, sample)
    return said if said.description is not None else _failure(said.failed, key, again=True)


@st.cache_resource(scope="session", max_entries=32, show_spinner=False)
def _embedded(key: str, _sample: Sample) -> _Said:
    from mer_core.stickers import interpreter

    assert _sample.image is not None
    with gate():
        loaded = interpreter()  # the first time takes longer than any picture
        start = time.perf_counter()
        return _Said(loaded.describe(_sample.image), time.perf_counter() - start)


@st.cache_resource(scope="session", max_entries=32, show_spinner=False)
def _asked(name: str, key: str, attempt: int, _sample: Sample) -> _Said:
    """One question to a model outside of this program. It waits without holding the gate."""
    from mer_core.interpreters.store import Store, picture_digest

    assert _sample.image is not None
    describer, start = _describer(name), time.perf_counter()
    kept = Store().get(describer, picture_digest(_sample.image))
    if kept is not None:
        return _Said(kept, time.perf_counter() - start, kept=True)
    try:
        said = describer.describe(_sample.image)
    except MerError as error:
        return _Said(None, time.perf_counter() - start, failed=str(error))
    return _Said(said, time.perf_counter() - start)


def _lacking(name: str) -> str:
    from mer_core.interpreters import available

    return dict(available()).get(name, "")


def _ready(name: str) -> "Describer":
    with st.spinner(f"Looking for {_NAMES[name]}", show_time=True):
        return _describer(name)


@st.cache_resource(max_entries=4, show_spinner=False)
def _describer(name: str) -> "Describer":
    """One interpreter for all sessions. A page cannot wait as long as a command can."""
    from mer_core.interpreters import interpreter

    patience = {"timeout": 60.0, "retries": 1} if name == "server" else {}
    return interpreter(name, **patience)


def _may_send(address: str, key: str) -> bool:
    """Whether the user lets pictures go to another machine in this session."""
    allowed = st.session_state.setdefault("may-send-to", set())
    if address in allowed:
        st.caption(f":material/upload: The picture was sent to {plain(address)}.")
        return True
    st.warning(
        f"The server is another machine: the picture would leave this one, for {plain(address)}.",
        icon=":material/upload:",
    )
    st.button("Send it", key=f"{key}send", on_click=lambda: allowed.add(address))
    return False


def _failure(why: str, key: str, again: bool = False) -> _Said:
    """The sentence, and the ways on."""
    st.error(
        f"{why} Until then the picture answers alone, or say the four things yourself.",
        icon=":material/error:",
    )
    state = st.session_state
    with st.container(horizontal=True):
        st.button(
            "Let the interpreter write",
            key=f"{key}fallback",
            on_click=lambda: state.update({f"{key}writer": EMBEDDED}),
        )
        if again:
            tries = state.get(f"{key}attempt", 0)
            st.button(
                "Try again",
                key=f"{key}again",
                icon=":material/refresh:",
                on_click=lambda: state.update({f"{key}attempt": tries + 1}),
            )
    return _Said(None, 0.0, failed=why)
