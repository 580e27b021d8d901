"""The parts of the page Surgery: a clip, what is done to its parts, and who answers.

The address holds everything: `/surgery?clip=12&words=Swap&donor-clip=34&look=Noise`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from mer_core.checkpoints import folder_of
from mer_core.probes.base import percent
from mer_core.processing.operations import SPOKEN, Step, expectation, has, operated
from mer_core.types import Modality, Sample
from ui.answer import Answered, answer_card, trust_line, try_model
from ui.failures import told
from ui.header import plain
from ui.resources import FURTHER, NAMES, called
from ui.surgery_donor import pick_donor, recipes

MODELS = ("egmf", "hct_dmg", "hct_dmg_sample", "mult")
"""Whom this page can ask; those of FURTHER where their weights are here."""

_KEEP, _SILENCE, _SWAP = "Keep", "Silence", "Swap"
_STEPS = {_KEEP: Step.KEEP, _SILENCE: Step.SILENCE, _SWAP: Step.SWAP}

Plan = Mapping[Modality, Step]


@dataclass(frozen=True)
class Case:
    """One model's answers on the page.

    Attributes:
        answered: To the clip as it is now.
        before: To the clip as it came; None where nothing was done to it.
    """

    answered: Answered
    before: Answered | None


def pick_models() -> tuple[str, ...]:
    """Draw the choice of models; by default the two papers' and the gate by sample."""
    here = [name for name in MODELS if name in NAMES or _shipped(name)]
    written = {called(name): name for name in here}
    default = [called(name) for name in here if name != "mult"]
    chosen = st.pills(
        "Who answers",
        list(written),
        selection_mode="multi",
        default=default,
        key="models",
        bind="query-params",
        help="The paper's HCT-DMG has one gate for all inputs; with a gate by sample another part "
        "may lead in each clip. MulT has no gate.",
    )
    absent = [called(name) for name in FURTHER if name in MODELS and name not in here]
    if absent:
        st.caption(f":material/info: Not on this machine: {', '.join(absent)}. Run `mer train`.")
    return tuple(written[label] for label in chosen or default[:1])


def _shipped(name: str) -> bool:
    return (folder_of(name) / "card.json").is_file()


def operate(sample: Sample) -> Sample:
    """Draw what can be done to each part, and the donor; returns the clip after it."""
    plan, donor = _plan(sample), None
    if Step.SWAP in plan.values():
        donor = pick_donor()
        if donor is None:
            st.markdown("Give the donor a sentence, a voice or a face.")
            return sample
    done = sample
    with told(stop=False):
        done = operated(sample, plan, donor)
    if done is not sample:
        st.markdown(f"{_whose(sample, plan, donor)} {expectation(done)}")
    return done


def _plan(sample: Sample) -> dict[Modality, Step]:
    """Three controls side by side, and recipes that set them."""
    plan: dict[Modality, Step] = {}
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        for modality, name in SPOKEN.items():
            chosen = st.segmented_control(
                f"{name.capitalize()} ({modality})",
                list(_STEPS),
                default=_KEEP,
                required=True,
                key=name,
                bind="query-params",
                help=_help(sample, modality),
            )
            plan[modality] = _STEPS.get(chosen, Step.KEEP)
        recipes(sample)
    return plan


def _help(sample: Sample, modality: Modality) -> str:
    name = SPOKEN[modality]
    if not has(sample, modality):
        return f"This clip has no {name}: the models hear their learned silence, or a donor's."
    return (
        f"Silence: the models hear their learned silence in place of the {name}. Swap: they get "
        f"the {name} of a donor, which you choose below."
    )


def _whose(sample: Sample, plan: Plan, donor: Sample | None) -> str:
    """Which part comes from whom, in a sentence."""
    parts = []
    for modality, name in SPOKEN.items():
        step = plan[modality]
        if step == Step.SILENCE or (step == Step.KEEP and not has(sample, modality)):
            parts.append(f"{name} silent")
        else:
            source = donor if step == Step.SWAP and donor is not None else sample
            parts.append(f"{name} of {plain(_short(source.id))}")
    said = ", ".join(parts)
    return f"{said[0].upper()}{said[1:]}."


def _short(name: str) -> str:
    """A puppet's id as the page names it: 'clip 12'."""
    start, _, number = name.rpartition("-")
    return f"clip {int(number)}" if start == "puppet-utterance-test" and number.isdigit() else name


def answers(sample: Sample, done: Sample, names: tuple[str, ...]) -> dict[str, Case]:
    """The answers side by side, each with outlines of what it was before."""
    found: dict[str, Case] = {}
    for name, place in zip(names, st.columns(len(names), gap="medium"), strict=True):
        with place:
            answered = try_model(name, done)
            if answered is None:
                continue
            before = try_model(name, sample) if done is not sample else None
            found[name] = Case(answered, before)
            answer_card(name, answered, f"surgery-{name}", before=before)
    trust_line(tuple(found), done)
    return found


def lead(found: Mapping[str, Case]) -> None:
    """The page in one sentence: what everybody says now, and said before."""
    parts = []
    for name, case in found.items():
        now, was = case.answered, case.before
        turned = "" if was is None or was.emotion == now.emotion else f", before **{was.emotion}**"
        parts.append(f"{called(name)} says **{now.emotion}** ({percent(now.confidence)}){turned}")
    if parts:
        st.markdown("; ".join(parts) + ".")
