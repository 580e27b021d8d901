"""Switches that take words, voice or face away from a clip."""

import streamlit as st

from mer_core.processing.operations import has, silenced
from mer_core.types import Modality, Sample

_SWITCHES = {
    Modality.TEXT: "Hear the words",
    Modality.AUDIO: "Hear the voice",
    Modality.VISION: "See the face",
}


def heard(sample: Sample) -> Sample:
    """Draw the three switches; returns the sample without what was switched off."""
    off = []
    with st.container(horizontal=True, gap="medium"):
        for modality, label in _SWITCHES.items():
            here = has(sample, modality)
            on = st.toggle(
                label,
                value=True,
                key=f"hear-{modality}",
                bind="query-params",
                disabled=not here,
                help=f"Off: the models hear their learned silence in place of it ({modality})."
                if here
                else "This clip has none: the models hear their learned silence.",
            )
            if here and not on:
                off.append(modality)
    for modality in off:
        sample = silenced(sample, modality)
    return sample
