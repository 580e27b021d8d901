"""The parts of the page Experts: the sentence on top, the sections, and one sample's mixture.

The address holds everything: `/experts?clip=12&experts-look=Over+a+set&experts-picture=By+class`.
"""

from collections.abc import Callable

import streamlit as st

from mer_core.probes.base import percent
from mer_core.probes.experts import Mix, ReadsCosines, ReadsMix, ReadsShares, moved_share
from mer_core.probes.experts_set import ExpertMap
from mer_core.probes.experts_survey import ExpertSurvey
from mer_core.views import to_csv
from mer_core.views.ternary import draw_on
from ui.answer import Answered
from ui.downloads import downloads
from ui.experts_inputs import MODEL
from ui.experts_language import answers, looks, pseudo_tokens
from ui.experts_set import alarms, over_a_set
from ui.findings import draw, is_dark, show_finding
from ui.grades import grade_note
from ui.onward import address_here
from ui.resources import called

Section = Callable[[Answered | None, ExpertSurvey | None], None]


def lead(answered: Answered | None, found: ExpertSurvey | None) -> None:
    """The page in two sentences: who does the work here, and whether the mixture has collapsed."""
    if answered is not None:
        mix = ReadsMix().read(answered.recording)
        st.markdown(
            f"EGMF says **{answered.emotion}** ({percent(answered.confidence)}). {mix.says()}"
        )
        if not answered.live:
            st.caption(":material/history: From a recording: the model was not run for this.")
    st.caption(
        "An expert is a small network; EGMF has three, reads words, voice and face together, lets "
        "a gate weigh what the experts say, and hands the mixture to a language model, which "
        "answers in words."
    )
    if found is not None:
        about = found.about
        st.caption(
            f":material/notifications: {found.alarms().says()} "
            f"n = {about.n:,} utterances of {about.data}."
        )


@st.fragment
def look_inside(answered: Answered | None, found: ExpertSurvey | None) -> None:
    """One question at a time."""
    if st.session_state.pop("experts-opened", False):
        st.rerun()  # a click in here chose another clip, which stands outside of this fragment
    chosen = st.segmented_control(
        "Look at",
        list(SECTIONS),
        default=next(iter(SECTIONS)),
        required=True,
        key="experts-look",
        bind="query-params",
        label_visibility="collapsed",
    )
    SECTIONS.get(str(chosen), _mixture)(answered, found)
    if answered is not None and address_here("clip", answered.recording.samples[0]) is not None:
        st.caption(
            ":material/link: The page's address holds clip and view: copy it to come back or to "
            "show somebody. Uploads are not in it."
        )


def nothing_chosen() -> None:
    """Say that a section waits for a clip."""
    st.markdown("This is about one clip: choose or give one above.")


def _mixture(answered: Answered | None, found: ExpertSurvey | None) -> None:
    """Both stages in the triangle, weight beside contribution, likeness of the outputs."""
    if answered is None:
        nothing_chosen()
        return
    recording, key = answered.recording, answered.key[:8]
    st.subheader("Who does the work in this clip", anchor=False)
    mix = ReadsMix().read(recording)
    left, right = st.columns(2, gap="large")
    with left:
        _triangle(mix, found, key)
        grade_note("alpha", MODEL)
    with right:
        _numbers(mix)
        show_finding(ReadsShares().read(recording), f"shares-{key}")
    _by_hand(answered)
    st.subheader("Do the experts say the same?", anchor=False)
    show_finding(ReadsCosines().read(recording), f"cosine-{key}")


def _by_hand(answered: Answered) -> None:
    """The way to the same clip on the desk; what is uploaded stays on its page."""
    here = address_here("clip", answered.recording.samples[0])
    if answered.live and here is not None:
        st.page_link(
            "pages/mixing_desk.py",
            label="Mix them by hand",
            icon=":material/tune:",
            query_params=here | {"desk-model": called(MODEL)},
        )


def _triangle(mix: Mix, found: ExpertSurvey | None, key: str) -> None:
    ground = found.mix.drawn_as(ExpertMap) if found is not None else None
    sentence = mix.says()  # the page begins with it
    caption = draw(draw_on(mix, ground, 0, is_dark()), f"triangle-{key}", sentence)
    downloads(f"triangle-{key}", lambda: to_csv(mix), sentence, caption)


def _numbers(mix: Mix) -> None:
    """How even, and how far the second stage moves, as numbers."""
    moved = percent(float(moved_share(mix.alpha[0], mix.first[0])))
    with st.container(horizontal=True, gap="large"):
        st.metric(
            "Evenness of the weights",
            percent(float(mix.even[0])),
            help="Entropy of α as a share of ln 3. 0: one expert alone; 100 %: equal weights.",  # noqa: RUF001
        )
        st.metric(
            "Weight moved by stage 2",
            moved,
            help="The first stage, w, looks at the features alone; the second, α, at features and "  # noqa: RUF001
            "w. This is the share of the weight that it gives to other experts.",
        )
        st.metric(
            "KL of the stages",
            f"{float(mix.bits[0]):.2f} bits",
            help="KL(α‖w). A weight of the first stage counts as at least 1e-12.",  # noqa: RUF001
        )


SECTIONS: dict[str, Section] = {
    "The mixture": _mixture,
    "Over a set": over_a_set,
    "Collapse alarms": alarms,
    "Pseudo tokens": pseudo_tokens,
    "What the language model looks at": looks,
    "The answer, token by token": answers,
}
"""What can be looked at, by the words of the control and of the address."""
