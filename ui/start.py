"""The parts of the page Start: a sticker and a clip, read by three models."""

import streamlit as st

from mer_core.probes.base import percent
from mer_core.types import Sample
from ui.answer import Answered, answer_card, try_model
from ui.examples import recorded
from ui.header import sample_header
from ui.inside import mattered
from ui.puppets import STICKERS, UTTERANCES, count, puppet
from ui.resources import NAMES, shelf

_CLIP_MODELS = ("egmf", "hct_dmg")
_WIDTHS = (2, 3)
"""Of the sticker's side and the clip's."""
_WHAT_MATTERED = {
    "mghft": "What if one view were missing?",
    "egmf": "What if a modality fell silent?",
    "hct_dmg": "What if a modality fell silent?",
}


def _turn() -> int:
    """How often this session asked for other examples."""
    return st.session_state.setdefault("turn", 0)


def next_examples() -> None:
    """The page's one control, and the ways on."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Show two others",
            icon=":material/shuffle:",
            key="others",
            type="primary",
            disabled=shelf().busy(),
            help="Another generated sticker and another generated clip.",
            on_click=lambda: st.session_state.update(turn=_turn() + 1),
        )
        st.page_link(
            "pages/sticker_lab.py", label="Try your own sticker", icon=":material/add_reaction:"
        )
        st.page_link("pages/clip_lab.py", label="Try your own clip", icon=":material/graphic_eq:")


def _example(models: tuple[str, ...], dataset: str) -> Sample:
    """The recorded sample first, then generated ones."""
    if _turn() == 0:
        for name in models:
            if (answered := recorded(name)) is not None:
                return answered.recording.samples[0]
    return puppet(dataset, (7 * _turn()) % count(dataset))


def _answer(name: str, sample: Sample) -> Answered | None:
    """Live where the model is there; a recording of the same sample while it loads."""
    kept = recorded(name)
    same = kept is not None and kept.recording.samples[0].id == sample.id
    if not shelf().ready(name) and same:
        return kept
    if shelf().busy() and not shelf().ready(name):
        st.caption(f":material/hourglass_top: {NAMES[name]} is still loading; its answer comes.")
        return None
    return try_model(name, sample)


def examples() -> dict[str, Answered]:
    """Draw both samples and, below them, the answers; returns the answers there are."""
    sticker, clip = _example(("mghft",), STICKERS), _example(_CLIP_MODELS, UTTERANCES)
    heads = st.columns(_WIDTHS, gap="medium")
    left, right = st.columns(_WIDTHS, gap="medium")
    answers: dict[str, Answered] = {}
    with left:
        _answers(("mghft",), sticker, answers)
    with right:
        _answers(_CLIP_MODELS, clip, answers)
    for place, sample, models in zip(
        heads, (sticker, clip), (("mghft",), _CLIP_MODELS), strict=True
    ):
        with place:
            here = (answers[n].recording.manifest for n in models if n in answers)
            sample_header(sample, tuple(here))
    return answers


def _answers(models: tuple[str, ...], sample: Sample, answers: dict[str, Answered]) -> None:
    places = (
        st.columns(len(models), gap="small")
        if len(models) > 1
        else [st.container(height="stretch")]
    )
    for name, place in zip(models, places, strict=True):
        with place:
            answered = _answer(name, sample)
            if answered is not None:
                answers[name] = answered
                told = mattered(_WHAT_MATTERED[name], name, answered)
                answer_card(name, answered, f"start-{name}", told)


def lead(answers: dict[str, Answered]) -> None:
    """The page in one sentence, made from the answers."""
    parts = []
    if "mghft" in answers:
        parts.append(f"The sticker looks like {_says(answers['mghft'])} to MGHFT")
    if len(clips := [answers[n] for n in _CLIP_MODELS if n in answers]) == 2:
        first, second = clips
        same = first.emotion == second.emotion
        last = f"HCT-DMG agrees ({percent(second.confidence)})"
        if not same:
            last = f"HCT-DMG says {_says(second)}"
        parts.append(f"EGMF takes the clip for {_says(first)}, and {last}")
    if parts:
        st.markdown("; ".join(parts) + ".")
    st.caption(
        "Both are puppets: demo data that this program draws and speaks itself, so that the right "
        "answer is known. The models run on this computer; nothing leaves it."
    )


def _says(answered: Answered) -> str:
    return f"**{answered.emotion}** ({percent(answered.confidence)})"
