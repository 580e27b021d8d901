"""What the language model gets, looks at and says: three sections of the page Experts."""

import streamlit as st

from mer_core.errors import MerError
from mer_core.probes.base import Experiment, Finding
from mer_core.probes.experts_read import same_weights
from mer_core.probes.experts_survey import ExpertSurvey
from mer_core.probes.pseudo import MeetsPseudo
from mer_core.probes.spoken import Speaks
from mer_core.probes.spoken_looks import LooksAtPrompt
from mer_core.recording import Recording
from ui.answer import Answered
from ui.experts_inputs import MODEL
from ui.findings import show_finding
from ui.resources import gate, load_model

_WAITS = "This part is about one clip: choose or give one above."


@st.cache_resource(scope="session", max_entries=24, show_spinner=False)
def _asked(kind: str, key: str, _experiment: Experiment, _recording: Recording) -> Finding:
    model = load_model(MODEL)
    with gate():
        return _experiment.run(model, _recording.batch)


def _show(experiment: Experiment, answered: Answered | None, doing: str, key: str) -> None:
    """Ask the model further about the clip, where it is the model that read it."""
    if answered is None:
        st.markdown(_WAITS)
        return
    try:
        if not answered.live and not same_weights(answered.recording, load_model(MODEL)):
            st.caption(
                ":material/info: This recording was made with other weights than those that lie "
                "here, so what only the model can tell is left out. Record the clip again."
            )
            return
        with st.spinner(doing, show_time=True):
            kind = type(experiment).__name__
            finding = _asked(kind, answered.key, experiment, answered.recording)
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        return
    show_finding(finding, f"{key}-{answered.key[:8]}".replace("/", "-"))


def pseudo_tokens(answered: Answered | None, found: ExpertSurvey | None) -> None:
    """What the experts hand over: in this clip as words, over a set by what it resembles."""
    st.subheader("What the experts hand to the language model", anchor=False)
    st.caption(
        "The mixture of the experts becomes a few vectors in the space of the language model's "
        "words (pseudo tokens), which it reads before the sentence itself."
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**In this clip: the nearest words**")
        _show(MeetsPseudo(), answered, "Comparing with every word of the vocabulary", "pseudo")
    with right:
        st.markdown("**Over a set: what they carry**")
        if found is None:
            st.caption("No survey is saved here: make one under “Over a set”.")
            return
        show_finding(found.pseudo, "pseudo-set")
        st.markdown(found.pseudo.says_words())
        st.caption(
            "“Experts' mixture” is what the pseudo tokens are made of by one linear layer; “fused "
            "features” is what the experts read; text, audio and vision are means over a clip of "
            "what enters the model."
        )


def looks(answered: Answered | None, found: ExpertSurvey | None) -> None:
    """Shares of attention by layer, of this clip and over a set."""
    st.subheader("Where it looks before it answers", anchor=False)
    st.caption(
        "Attention of the position that answers, by layer: to the pseudo tokens, to the words that "
        "were said, and to the prompt around both (opening, full stop, questions)."
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**In this clip**")
        if answered is None:
            st.markdown(_WAITS)
        elif LooksAtPrompt().fits(answered.recording):
            finding = LooksAtPrompt().read(answered.recording)
            show_finding(finding, f"looks-{answered.key[:8]}".replace("/", "-"))
        else:
            st.caption(
                ":material/info: This recording does not say what stands where in the prompt. "
                "Record the clip again with `mer record egmf`."
            )
    with right:
        st.markdown("**Over a set**")
        if found is None:
            st.caption("No survey is saved here: make one under “Over a set”.")
        else:
            show_finding(found.looks, "looks-set")


def answers(answered: Answered | None, found: ExpertSurvey | None) -> None:
    """Both answers with what else might have been said."""
    st.subheader("What it says, and what it nearly said", anchor=False)
    st.caption(
        "The language model is free to say any word of its vocabulary. EGMF's own probabilities "
        "compare the answer words with each other only, and are calibrated; these are not."
    )
    _show(Speaks(), answered, "Letting the language model answer", "spoken")
    if found is not None and (told := found.looks.says_unread()):
        st.caption(f"{told} n = {found.about.n:,} utterances of {found.about.data}.")
