"""EGMF's experts over a whole set: a survey that was saved, or one made here; and its alarms."""

import re
from typing import Any

import streamlit as st

from mer_core.checkpoints import folder_of, read_card
from mer_core.errors import MerError
from mer_core.probes.experts_alarms import Alarm
from mer_core.probes.experts_kept import COMMAND, FILE, read_survey
from mer_core.probes.experts_set import PICTURES, ExpertMap
from mer_core.probes.experts_survey import ExpertSurvey, Told, survey
from mer_core.views import figure, to_csv
from ui.answer import Answered
from ui.downloads import downloads
from ui.experts_inputs import MODEL
from ui.findings import is_dark, show_finding, without_caption
from ui.grades import grade_note
from ui.jobs import Job, watch
from ui.puppets import UTTERANCES
from ui.resources import loading_state, shelf

SIZES = (50, 100, 200, 400)
DATA = "puppet-utterances, valid split (demo data)"
_OPENS = re.compile(r"puppet-utterance-test-(\d+)")
"""Samples that the page can open: those of the split that its examples come from."""
_ICONS = {"rings": ":material/notification_important:", "quiet": ":material/check_circle:",
          "unknown": ":material/help:"}  # fmt: skip
_COLOURS = {"rings": "orange", "quiet": "green", "unknown": "gray"}


@st.cache_resource(max_entries=2, show_spinner=False)
def _kept(_path: str, _changed: float) -> ExpertSurvey:
    return read_survey(folder_of(MODEL) / FILE)


def survey_here() -> ExpertSurvey | None:
    """The survey made in this session, or the one that came with the weights; None for neither."""
    job: Job | None = st.session_state.get("experts-job")
    if job is not None and job.result is not None:
        return job.result
    path = folder_of(MODEL) / FILE
    if not path.is_file():
        return None
    try:
        return _kept(str(path), path.stat().st_mtime)
    except MerError as error:
        st.caption(f":material/info: {error}")
        return None


def over_a_set(_answered: Answered | None, found: ExpertSurvey | None) -> None:
    """Pictures of a survey, and a button to make one."""
    st.subheader("Who does the work over a whole set", anchor=False)
    if found is None:
        st.caption(f"No survey is saved here: make one below, or run `{COMMAND}`.")
    else:
        _about(found)
        chosen = st.segmented_control(
            "Picture",
            list(PICTURES),
            default=next(iter(PICTURES)),
            required=True,
            key="experts-picture",
            bind="query-params",
        )
        kind = PICTURES.get(str(chosen), ExpertMap)
        if kind is ExpertMap:
            _map(found.mix.drawn_as(ExpertMap))
        else:
            show_finding(found.mix.drawn_as(kind), f"set-{chosen}".lower().replace(" ", "-"))
        grade_note("alpha", MODEL)
    _live()


def _about(found: ExpertSurvey) -> None:
    """Where the numbers come from, and whether other weights made them."""
    about = found.about
    with st.container(horizontal=True, gap="small"):
        if "demo data" in about.data:
            st.badge("demo data", icon=":material/toys:", color="orange")
        st.badge(f"{about.split} split", color="gray")
        st.badge(f"n = {about.n:,}", color="gray")
        seed = "" if about.seed is None else f", seed {about.seed}"
        st.badge(f"weights {about.weights[:6]}{seed}", color="gray")
    try:
        card = read_card(MODEL)
    except MerError:
        return
    if card["weights_sha256"] != about.weights:
        st.caption(
            ":material/info: This survey was made with other weights than those that answer here: "
            f"make it anew below, or run `{COMMAND}`."
        )


def _map(finding: ExpertMap) -> None:
    """The triangle; a click on a generated clip opens it."""
    sentence = finding.says()
    st.markdown(sentence)
    caption, drawing = without_caption(figure(finding, dark=is_dark()))
    st.plotly_chart(
        drawing,
        key="set-map",
        theme=None,
        on_select=_clicked,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=sentence,
    )
    opens = any(_OPENS.fullmatch(id) for id in finding.ids[:1])
    st.caption(f"{'Click a point to open its clip. ' if opens else ''}{caption}")
    downloads("set-map", lambda: to_csv(finding), sentence, caption)
    st.session_state["experts-ids"] = finding.ids


def _clicked() -> None:
    state: Any = st.session_state["set-map"]
    points = state["selection"]["points"]
    if not points or points[0].get("customdata") is None:
        return
    told = points[0]["customdata"]
    row = int(told[0] if isinstance(told, list) else told)
    ids: tuple[str, ...] = st.session_state.get("experts-ids", ())
    opened = _OPENS.fullmatch(ids[row]) if 0 <= row < len(ids) else None
    if opened:
        st.session_state["experts-from"] = "A clip"
        st.session_state["clip-from"] = "Example"
        st.session_state["clip"] = int(opened[1])
        st.session_state["experts-look"] = "The mixture"
        st.session_state["experts-opened"] = True


def alarms(_answered: Answered | None, found: ExpertSurvey | None) -> None:
    """Each alarm with its number, its threshold and what it means, quiet ones too."""
    st.subheader("Has the mixture collapsed?", anchor=False)
    if found is None:
        st.caption("No survey is saved here: make one under “Over a set”.")
        return
    _about(found)
    told = found.alarms()
    show_finding(told, "alarms")
    for alarm in told.alarms:
        _alarm(alarm)
    st.subheader("Does the language model heed its pseudo tokens?", anchor=False)
    show_finding(found.swapped, "swapped")


def _alarm(alarm: Alarm) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.badge(alarm.state, icon=_ICONS[alarm.state], color=_COLOURS[alarm.state])  # type: ignore[arg-type]
            st.markdown(f"**{alarm.name[0].upper()}{alarm.name[1:]}**")
        st.markdown(alarm.says())


def _live() -> None:
    """A button to read the validation split here."""
    job: Job | None = st.session_state.get("experts-job")
    if job is not None and job.busy:
        watch(job, "experts")
        return
    if job is not None and job.failure:
        st.error(job.failure, icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.select_slider("Clips", SIZES, value=SIZES[0], key="experts-size", width=220)
        st.button(
            "Make a survey here",
            key="experts-run",
            icon=":material/play_arrow:",
            disabled=loading_state().busy,
            help="Reads the first clips of the validation split, then once more for each of three "
            "shuffles of the pseudo tokens.",
            on_click=_begin,
        )
        if job is not None and job.result is not None:
            st.button(
                "Back to the saved one",
                key="experts-back",
                icon=":material/undo:",
                on_click=lambda: st.session_state.pop("experts-job", None),
            )


def _begin() -> None:
    """Start in a thread; an earlier one of this session ends at its next step."""
    size = st.session_state.get("experts-size")
    count = size if size in SIZES else SIZES[0]  # bounds of widgets hold in the browser only
    if previous := st.session_state.get("experts-job"):
        previous.stop.set()

    def work(told: Told) -> ExpertSurvey:
        from mer_core.datasets import open_dataset

        samples = open_dataset(UTTERANCES, "valid", count)
        return survey(shelf().get(MODEL), samples, DATA, "valid", told)

    st.session_state["experts-job"] = Job(work, "Opening the clips", MODEL)
