"""Do clips whose parts disagree look different inside? Two mean maps, saved or made here."""

import streamlit as st

from mer_core.errors import MerError
from mer_core.probes.cross_groups import GroupMaps, Progress, group_maps
from mer_core.probes.cross_kept import shipped_groups
from mer_core.views import to_csv
from mer_core.views.cross_groups import draw_group
from ui.cross import Chosen
from ui.downloads import downloads
from ui.findings import draw, is_dark
from ui.grades import grade_note
from ui.jobs import Job, watch
from ui.puppets import UTTERANCES
from ui.resources import called, load_model

SIZES = (100, 200, 400)
DATA = "puppet-utterances, valid split (demo data)"


def groups(name: str, weights: str, chosen: Chosen) -> None:
    """The two mean maps of the chosen head, and a button to make them anew.

    Args:
        name: Of the model.
        weights: sha256 of the weights that answer now.
        chosen: Which head.
    """
    st.subheader("Clips whose parts disagree, against clips whose parts agree", anchor=False)
    job = _job(name)
    found = job.result if job and job.result is not None else _saved(name)
    if found is not None:
        _show(found, name, weights, chosen)
    else:
        st.caption(f"No mean maps of {called(name)} are saved here: make them below.")
    if job and job.busy:
        watch(job, "groups")
    else:
        _offer(name, job)


def _saved(name: str) -> GroupMaps | None:
    try:
        return shipped_groups(name)
    except MerError as error:
        st.caption(f":material/info: {error}")
        return None


def _show(found: GroupMaps, name: str, weights: str, chosen: Chosen) -> None:
    if found.weights != weights:
        st.caption(":material/info: These were made with other weights: make them anew below.")
    crossing, layer, head = chosen
    try:
        one = found.only(crossing.name)
    except KeyError:
        st.caption("Too few of these clips have this pair of modalities: take more, or another.")
        return
    sentence = one.tells(one.maps[0], layer, head)
    st.markdown(sentence)
    key = f"groups-{name}-{crossing.place}-{crossing.query}-{crossing.key}".replace(".", "-")
    drawing = draw_group(one, one.maps[0], layer, head, is_dark())
    caption = draw(drawing, key, sentence)
    grade_note("attention", name)
    downloads(key, lambda: to_csv(one), sentence, caption)


def _job(name: str) -> Job | None:
    job = st.session_state.get("cross-job")
    return job if job and job.about == name else None


def _offer(name: str, job: Job | None) -> None:
    """A button to read the validation split here."""
    if job and job.failure:
        st.error(job.failure, icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.select_slider("Clips", SIZES, value=SIZES[0], key="cross-size", width=220)
        st.button(
            "Make the maps here",
            key="cross-run",
            icon=":material/play_arrow:",
            help="Reads the first clips of the validation split; it takes a minute or more.",
            on_click=_begin,
            args=(name,),
        )


def _begin(name: str) -> None:
    """Start in a thread; an earlier one of this session ends at its next step."""
    size = st.session_state.get("cross-size")
    count = size if size in SIZES else SIZES[0]  # bounds of widgets hold in the browser only
    if previous := st.session_state.get("cross-job"):
        previous.stop.set()
    model = load_model(name)

    def work(told: Progress) -> GroupMaps:
        from mer_core.datasets import open_dataset

        return group_maps(model, open_dataset(UTTERANCES, "valid", count), DATA, told)

    st.session_state["cross-job"] = Job(work, "Opening the clips", name)
