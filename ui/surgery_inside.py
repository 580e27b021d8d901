"""What the page Surgery shows of the inside: the lattice of modalities, and a sweep of noise."""

import time
from collections.abc import Mapping

import streamlit as st

from mer_core.errors import MerError
from mer_core.probes.lattice import Lattice, SplitsByModality
from mer_core.probes.noise import CLEAN, LEVELS, AddNoise, NoiseSweep
from mer_core.processing.operations import SPOKEN, has
from mer_core.recording import Recording
from mer_core.task import EMOTIONS
from mer_core.types import Modality, Sample
from ui.answer import Answered
from ui.findings import show_finding
from ui.grades import grade_note
from ui.inside import show
from ui.resources import called, gate, load_model
from ui.surgery import Case

COMBINATIONS, NOISE, BITS = "Every combination", "Noise", "Do the parts agree?"
AGREE = "Do the modalities agree?"
ANSWER = "the answer"
_MARKS = {"no noise" if x == CLEAN else f"{x:.0f} dB": x for x in LEVELS}
"""Levels as the slider and the address name them."""


@st.fragment
def inside(found: Mapping[str, Case], sample: Sample) -> None:
    """One question at a time: all combinations of parts, noise, or the parts alone."""
    section = st.segmented_control(
        "Look at",
        [COMBINATIONS, NOISE, BITS],
        default=COMBINATIONS,
        required=True,
        key="look",
        bind="query-params",
        label_visibility="collapsed",
    )
    if section == NOISE:
        _noise(found, sample)
    elif section == BITS:
        _agree(found)
    else:
        _combinations(found)
    st.caption(
        ":material/link: The page's address holds clip, donor, steps and this view: copy it to "
        "come back or to show somebody. Uploads are not in it."
    )


@st.cache_resource(scope="session", max_entries=48, show_spinner=False)
def _lattice(name: str, key: str, _recording: Recording) -> tuple[Lattice, float]:
    model = load_model(name)
    with gate():
        start = time.perf_counter()
        found = SplitsByModality().run(model, _recording.batch)
        return found, time.perf_counter() - start


def _combinations(found: Mapping[str, Case]) -> None:
    """The lattice of one model, as a diagram and as terms."""
    st.subheader("The answer with every combination of parts", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = _whom(found, "lattice")
        emotion = st.selectbox(
            "Explain", [ANSWER, *EMOTIONS], key="explain", bind="query-params", width=190
        )
    answered = found[name].answered
    try:
        with st.spinner("Answering with every combination of words, voice and face"):
            lattice, seconds = _lattice(name, answered.key, answered.recording)
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        return
    if emotion in lattice.names:
        lattice = lattice.of(emotion)
    left, right = st.columns(2, gap="large")
    with left:
        show_finding(lattice, f"lattice-{name}")
        st.caption(
            f":material/bolt: All {len(lattice.heard)} combinations in one batch: "
            f"{seconds:.2f} s in the model."
        )
    with right:
        show_finding(lattice.in_terms(), f"terms-{name}")
        grade_note("conflict", name)


def _whom(found: Mapping[str, Case], key: str) -> str:
    """Draw the choice among the models that answered."""
    written = {called(name): name for name in found}
    chosen = st.segmented_control(
        "Inside", list(written), default=next(iter(written)), required=True, key=key,
        bind="query-params",
    )  # fmt: skip
    return written.get(chosen, next(iter(found)))


@st.cache_resource(scope="session", max_entries=36, show_spinner=False)
def _sweep(name: str, modality: Modality, key: str, _recording: Recording) -> NoiseSweep:
    model = load_model(name)
    with gate():
        return AddNoise(modality).run(model, _recording.batch)


def _noise(found: Mapping[str, Case], sample: Sample) -> None:
    """Which part is noisy and how loud; every model's sweep beside the others'."""
    st.subheader("The answer and the gates under noise", anchor=False)
    parts = {SPOKEN[m]: m for m in Modality if has(sample, m)}
    if not parts:
        st.markdown("All parts are silent, so there is nothing to add noise to.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
        noisy = st.segmented_control(
            "Noise in", list(parts), default=next(iter(parts)), required=True, key="noisy",
            bind="query-params",
        )  # fmt: skip
        level = st.select_slider(
            "Signal over noise (SNR)",
            list(_MARKS),
            key="level",
            bind="query-params",
            width=420,
            help="At 0 dB the noise is as strong as the signal. It is added where the part enters "
            "the model as numbers; what you hear and see here stays clean.",
        )
    modality = parts.get(noisy, next(iter(parts.values())))
    places = st.columns(len(found), gap="medium")
    for (name, case), place in zip(found.items(), places, strict=True):
        with place:
            st.markdown(f"**{called(name)}**")
            _swept(name, case.answered, modality, _MARKS.get(level, CLEAN))
            grade_note("corruption", name)


def _swept(name: str, answered: Answered, modality: Modality, level: float) -> None:
    try:
        with st.spinner(f"Adding noise, {len(LEVELS)} levels at once"):
            sweep = _sweep(name, modality, answered.key, answered.recording)
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        return
    now, share = sweep.marked(level).answer(sweep.marked(level).at, 0)
    st.markdown(f"#### {now} :gray[{100 * share:.0f} %]")
    show_finding(sweep.marked(level), f"noise-{name}-{modality}")


def _agree(found: Mapping[str, Case]) -> None:
    """What each part says alone, and by how many bits they disagree."""
    st.subheader("What each part says alone", anchor=False)
    for (name, case), place in zip(
        found.items(), st.columns(len(found), gap="medium"), strict=True
    ):
        with place:
            st.markdown(f"**{called(name)}**")
            show(AGREE, name, case.answered, f"agree-{name}")
