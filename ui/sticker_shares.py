"""How much each description adds to the answer: exact contributions, pairs, words."""

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from mer_core.errors import MerError
from mer_core.task import EMOTIONS
from mer_core.types import View
from ui.answer import Answered
from ui.findings import show_finding
from ui.resources import gate, load_model

if TYPE_CHECKING:
    from mer_core.probes.view_game import ViewContributions
    from mer_core.probes.view_words import WordContributions

_AGAINST = {"removed": "removed", "generic sentence": "generic", "mean over the data": "mean"}
"""A baseline in words, which also stand in the address -> its name in BASELINES."""
ANSWER, _PAIRS = "the answer", "pairs"


class Asked(NamedTuple):
    """What is explained: against which baseline, and for which emotion ("the answer": its own)."""

    baseline: str
    emotion: str


def pick_game() -> Asked:
    """Draw the choice of baseline and emotion, the same for all stickers on the page."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        baseline = st.segmented_control(
            "Compared with each description being",
            list(_AGAINST),
            default="removed",
            required=True,
            key="baseline",
            bind="query-params",
            help="A contribution is a difference, and says nothing without what it is a "
            "difference from (baseline).",
        )
        emotion = st.selectbox(
            "Explain",
            [ANSWER, *EMOTIONS],
            key="explain",
            bind="query-params",
            width=190,
        )
    return Asked(_AGAINST.get(baseline, "removed"), emotion)


@st.cache_resource(scope="session", max_entries=48, show_spinner=False)
def _shares(key: str, baseline: str, _answered: Answered) -> "ViewContributions":
    from mer_core.probes.view_game import ContributeViews

    model = load_model("mghft")
    with gate():
        return ContributeViews(baseline).run(model, _answered.recording.batch)


def contributions(answered: Answered, asked: Asked) -> "ViewContributions | None":
    """Contributions of the four views; an expected failure is a sentence and gives None."""
    try:
        with st.spinner("Answering with every combination of descriptions", show_time=True):
            found = _shares(answered.key, asked.baseline, answered)
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        return None
    emotion = asked.emotion if asked.emotion in found.names else answered.emotion
    return found.of(emotion)


def shares(answered: Answered, asked: Asked, key: str) -> None:
    """The waterfall from baseline to answer; on demand the pairs, or the words of one view."""
    found = contributions(answered, asked)
    if found is None:
        return
    show_finding(found, f"shares-{key}-{asked.baseline}")
    closer = st.segmented_control(
        "Look closer: pairs of descriptions, or the words of one",
        [_PAIRS, *(str(view) for view in View)],
        key=f"closer-{key}",
        help="Pairs: what two descriptions add together beyond what each adds alone (interaction). "
        "Words: what each word of one description adds.",
    )
    if closer == _PAIRS:
        show_finding(found.in_pairs(), f"pairs-{key}-{asked.baseline}")
    elif closer is not None:
        _words(answered, View(closer), asked, key)


def _words(answered: Answered, view: View, asked: Asked, key: str) -> None:
    try:
        with st.spinner(f"Asking what each word of {view} adds", show_time=True):
            found = _word_shares(answered.key, view, asked.baseline, answered)
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        return
    emotion = asked.emotion if asked.emotion in found.names else answered.emotion
    show_finding(found.of(emotion), f"words-{key}-{view}-{asked.baseline}")


@st.cache_resource(scope="session", max_entries=48, show_spinner=False)
def _word_shares(key: str, view: View, baseline: str, _answered: Answered) -> "WordContributions":
    from mer_core.probes.view_words import ContributeWords

    model = load_model("mghft")
    with gate():
        return ContributeWords(view, baseline).run(model, _answered.recording.batch)
