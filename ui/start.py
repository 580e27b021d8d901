"""The parts of the page Start: a sticker and a clip, read by three models."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.types import Sample
from ui.answer import Answered, answer_card, try_model
from ui.examples import recorded
from ui.header import sample_header
from ui.inside import mattered
from ui.puppets import STICKERS, UTTERANCES, count, puppet
from ui.resources import NAMES, shelf

_CLIP_MODELS = ("egmf", "hct_dmg")
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


def sides(left: DeltaGenerator, right: DeltaGenerator) -> dict[str, Answered]:
    """Draw both samples with their answers; returns the answers there are."""
    answers: dict[str, Answered] = {}
    with left:
        _side(("mghft",), STICKERS, answers)
    with right:
        _side(_CLIP_MODELS, UTTERANCES, answers)
    return answers


def _side(models: tuple[str, ...], dataset: str, answers: dict[str, Answered]) -> None:
    sample = _example(models, dataset)
    head = st.container()
    for name, place in zip(models, st.columns(len(models), gap="medium"), strict=True):
        with place:
            answered = _answer(name, sample)
            if answered is not None:
                answers[name] = answered
                told = mattered(_WHAT_MATTERED[name], name, answered)
                answer_card(name, answered, f"start-{name}", told)
    with head:
        here = tuple(answers[n].recording.manifest for n in models if n in answers)
        sample_header(sample, here)


def lead(answers: dict[str, Answered]) -> None:
    """The page in one sentence, made from the answers."""
    parts = []
    if "mghft" in answers:
        a = answers["mghft"]
        parts.append(f"The sticker looks like **{a.emotion}** to MGHFT ({a.confidence:.0%})")
    if len(clips := [answers[n] for n in _CLIP_MODELS if n in answers]) == 2:
        first, second = clips
        if first.emotion == second.emotion:
            both = f"({first.confidence:.0%} and {second.confidence:.0%})"
            parts.append(f"the clip is **{first.emotion}** to both EGMF and HCT-DMG {both}")
        else:
            parts.append(
                f"of the clip EGMF says **{first.emotion}** ({first.confidence:.0%}) and HCT-DMG "
                f"**{second.emotion}** ({second.confidence:.0%})"
            )
    if parts:
        sentence = "; ".join(parts)
        st.markdown(f"{sentence[0].upper()}{sentence[1:]}.")
    st.caption(
        "Both are puppets: demo data that this program draws and speaks itself, so that the right "
        "answer is known. The models run on this computer; nothing leaves it."
    )
