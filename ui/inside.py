"""What happened inside: the questions that a recording or a model can answer."""

import streamlit as st

from mer_core.errors import MerError
from mer_core.grading import graded_question
from mer_core.probes import ask, questions
from mer_core.probes.base import Finding
from mer_core.recording import Recording
from ui.answer import Answered
from ui.findings import show_finding
from ui.grades import grade_note
from ui.resources import called, gate, load_model


@st.cache_resource(scope="session", max_entries=48, show_spinner=False)
def _asked(question: str, name: str, key: str, _recording: Recording) -> Finding:
    model = load_model(name)
    with gate():
        return ask(question, _recording, model)


def find(question: str, name: str, answered: Answered) -> Finding | None:
    """What the probe of that question found; None where it does not apply to this model.

    Raises:
        MerError: The probe says why it cannot answer.
    """
    if not answered.live or question not in questions(answered.recording, load_model(name)):
        return None
    return _asked(question, name, answered.key, answered.recording)


def show(question: str, name: str, answered: Answered, key: str) -> bool:
    """Ask and draw; an expected failure is a sentence. Returns whether anything was drawn."""
    try:
        with st.spinner(f"Asking: {question}", show_time=True):
            finding = find(question, name, answered)
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        return False
    if finding is not None:
        show_finding(finding, key)
        if graded := graded_question(question):
            grade_note(graded, name)
    return finding is not None


def mattered(question: str, name: str, answered: Answered) -> str:
    """The sentence of a finding, for an answer's box; empty where it does not apply."""
    try:
        finding = find(question, name, answered)
    except MerError:
        return ""
    return "" if finding is None else finding.says(0)


def further(name: str, answered: Answered, shown: tuple[str, ...], key: str) -> None:
    """A menu, closed at first, of the questions that the page has not answered yet."""
    if not _rest(name, answered, shown):
        return
    with st.expander(
        f"Ask {called(name)} more", icon=":material/help:", key=f"more-{key}", on_change="rerun"
    ) as box:
        if box.open:
            ask_more(name, answered, shown, key)


def ask_more(name: str, answered: Answered, shown: tuple[str, ...], key: str) -> None:
    """The questions that the page has not answered yet, one at a time."""
    rest = _rest(name, answered, shown)
    if rest:
        question = st.selectbox("Question", rest, key=f"question-{key}")
        show(question, name, answered, f"more-{key}-{rest.index(question)}")


def _rest(name: str, answered: Answered, shown: tuple[str, ...]) -> list[str]:
    return [q for q in questions(answered.recording, load_model(name)) if q not in shown]
