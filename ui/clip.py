"""The parts of the page Clip lab."""

from collections.abc import Iterator

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.probes.base import percent
from mer_core.processing.operations import has
from mer_core.types import Modality, Sample
from ui.answer import Answered, answer_card, trust_line, try_model
from ui.inside import further, show
from ui.onward import address_here
from ui.resources import NAMES, called

MODELS = ("egmf", "hct_dmg")
WEIGHTS = {"egmf": "How much does each expert count?", "hct_dmg": "Which modality leads?"}
SILENT = "What if a modality fell silent?"
LOOKS = "Where does one modality look in another?"


def both_answers(sample: Sample) -> dict[str, Answered]:
    """The two answers side by side, and what to think of the weights."""
    answers: dict[str, Answered] = {}
    for name, place in zip(MODELS, st.columns(2, gap="medium"), strict=True):
        with place:
            answered = try_model(name, sample)
            if answered is not None:
                answers[name] = answered
                answer_card(name, answered, f"clip-{name}")
    trust_line(MODELS, sample)
    return answers


def lead(answers: dict[str, Answered]) -> None:
    """Both answers in one sentence."""
    said = [
        f"{NAMES[n]} says **{a.emotion}** ({percent(a.confidence)})" for n, a in answers.items()
    ]
    if said:
        st.markdown(" and ".join(said) + ".")


def believed(answers: dict[str, Answered]) -> None:
    """What each model went by: mixing weights, what silence would change, one attention map."""
    if not answers:
        return
    st.subheader("How the parts were weighed", anchor=False)
    for name, place in _beside(answers):
        with place:
            st.markdown(f"**{NAMES[name]}**")
            show(WEIGHTS[name], name, answers[name], f"weights-{name}")
    chosen = st.segmented_control(
        "Look inside",
        list(answers),
        default=next(iter(answers)),
        required=True,
        format_func=NAMES.__getitem__,
        key="inside",
        bind="query-params",
    )
    st.subheader("The answer without words, voice or face", anchor=False)
    show(SILENT, chosen, answers[chosen], f"silent-{chosen}")
    st.subheader("Where one looks in another", anchor=False)
    st.caption("Each row is a moment or a word that looks; bright is where it looks (attention).")
    show(LOOKS, chosen, answers[chosen], f"looks-{chosen}")
    _closer(chosen, answers[chosen])
    further(chosen, answers[chosen], (WEIGHTS[chosen], SILENT, LOOKS), f"clip-{chosen}")


def _closer(name: str, answered: Answered) -> None:
    """The way to the same clip on the page of single heads; what is uploaded stays on its page."""
    sample = answered.recording.samples[0]
    here = address_here("clip", sample)
    if here is not None:
        if sum(has(sample, modality) for modality in Modality) > 1:  # one looks in another
            st.page_link(
                "pages/cross_attention.py",
                label="Every head of it, with the sound",
                icon=":material/grid_on:",
                query_params=here | {"cross-model": called(name)},
            )
        st.page_link(
            "pages/mixing_desk.py",
            label="Set its weights by hand",
            icon=":material/tune:",
            query_params=here | {"desk-model": called(name)},
        )
        if name == "egmf":
            st.page_link(
                "pages/experts.py",
                label="Its experts, and whether they are heard",
                icon=":material/groups:",
                query_params=here,
            )


def _beside(answers: dict[str, Answered]) -> Iterator[tuple[str, DeltaGenerator]]:
    return iter(zip(answers, st.columns(len(answers), gap="medium"), strict=True))
