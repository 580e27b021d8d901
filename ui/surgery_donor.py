"""Who gives a part, and recipes that build a clip which contradicts itself."""

import random

import streamlit as st

from mer_core.processing.operations import SPOKEN
from mer_core.types import Modality, Sample
from ui.failures import told
from ui.header import plain
from ui.inputs import pick_clip
from ui.media import digest, moving, wav
from ui.puppets import UTTERANCES, count

PREFIX = "donor-"
"""Of the donor's keys in the address: `donor-clip` is its number."""

_RECIPES = {
    Modality.TEXT: ("Make it sarcastic", "Words of another clip that says something else."),
    Modality.AUDIO: ("Feign the voice", "Voice of another clip that says something else."),
    Modality.VISION: ("Put on a mask", "Face of another clip that says something else."),
}
_TRIES = 400


def pick_donor() -> Sample | None:
    """Draw the choice of the donor and what it looks and sounds like; None while there is none."""
    with st.container(border=True):
        st.markdown("**The donor**")
        donor = None
        with told(stop=False):
            donor = pick_clip(PREFIX)
        if donor is not None:
            _portrait(donor)
    return donor


def _portrait(donor: Sample) -> None:
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        if donor.clip is not None:
            st.image(moving(digest(donor), donor.clip), width=88, alt="The donor's face")
        with st.container(width="stretch", gap="small"):
            if donor.text:
                st.markdown(f"“{plain(donor.text)}”")
            if donor.sound is not None:
                st.audio(wav(donor.sound), format="audio/wav", alt="The donor's voice")
            said = ", ".join(f"{SPOKEN[m]}: {e}" for m, e in donor.labels.items())
            if said:
                st.caption(f"By its labels {said}.")


def recipes(sample: Sample) -> None:
    """Draw buttons that build an incongruent clip from this one and another, and one to undo."""
    with st.popover("Build an incongruent clip", icon=":material/science:"):
        st.caption(
            "Two clips become one that contradicts itself: one part from a donor whose words, "
            "voice and face agree on another emotion, the rest from this clip."
        )
        for modality, (label, help) in _RECIPES.items():
            st.button(
                label,
                key=f"recipe-{SPOKEN[modality]}",
                help=help,
                on_click=_build,
                args=(modality, sample.target),
                width="stretch",
            )
        st.button(
            "Put everything back",
            key="recipe-none",
            icon=":material/undo:",
            on_click=_set,
            args=(None,),
            width="stretch",
        )


def _build(modality: Modality, target: str | None) -> None:
    """Swap one part, with a donor that says something else."""
    _set(modality)
    if st.session_state.get(f"{PREFIX}clip-from", "Example") == "Example":
        _point(f"{PREFIX}clip", disagreeing(target, random.Random()))


def _point(key: str, number: int) -> None:
    """Set a bound number, whether its field is on the page by now or comes with this run.

    A field that comes with a value of the session's state does not write it into the address; one
    that finds it in the address takes it from there.
    """
    if key in st.session_state:
        st.session_state[key] = number
    else:
        st.query_params[key] = str(number)


def _set(swapped: Modality | None) -> None:
    for modality, name in SPOKEN.items():
        st.session_state[name] = "Swap" if modality == swapped else "Keep"


def disagreeing(target: str | None, draw: random.Random) -> int:
    """Number of a generated clip, congruent in itself, whose emotion is of the other sign.

    Args:
        target: What the patient means; None where nobody knows, and any congruent clip will do.
        draw: Gives the numbers that are tried.
    """
    from mer_core.datasets.puppets.utterances import utterance_latent
    from mer_core.task import VALENCE

    total, sign = count(UTTERANCES), 0.0 if target is None else VALENCE.get(target, 0.0)
    best = draw.randrange(total)
    for _ in range(_TRIES):
        number = draw.randrange(total)
        truth = utterance_latent(number, "test")
        if truth.kind != "congruent" or truth.target == target:
            continue
        best = number
        if target is None or VALENCE[truth.target] * sign < 0:
            return number
    return best
