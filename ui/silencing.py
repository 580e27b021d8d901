"""Switches that take words, voice or face away from a clip."""

from dataclasses import replace

import streamlit as st

from mer_core.types import Modality, Provenance, Sample

_PARTS = {
    Modality.TEXT: ("text", "Hear the words", "text"),
    Modality.AUDIO: ("sound", "Hear the voice", "audio"),
    Modality.VISION: ("clip", "See the face", "vision"),
}


def heard(sample: Sample) -> Sample:
    """Draw the three switches; returns the sample without what was switched off."""
    off = []
    with st.container(horizontal=True, gap="medium"):
        for modality, (part, label, term) in _PARTS.items():
            here = _has(sample, modality)
            on = st.toggle(
                label,
                value=True,
                key=f"hear-{term}",
                bind="query-params",
                disabled=not here,
                help=f"Off: the models hear their learned silence in place of it ({term})."
                if here
                else "This clip has none: the models hear their learned silence.",
            )
            if here and not on:
                off.append((modality, part))
    for modality, part in off:
        sample = silenced(sample, modality, part)
    return sample


def _has(sample: Sample, modality: Modality) -> bool:
    given = {
        Modality.TEXT: sample.text,
        Modality.AUDIO: sample.sound,
        Modality.VISION: sample.clip,
    }
    return given[modality] is not None or modality in sample.features


def silenced(sample: Sample, modality: Modality, part: str) -> Sample:
    """The sample without one modality, as if it had never had it."""
    features = {m: f for m, f in sample.features.items() if m != modality}
    seconds = {m: s for m, s in sample.seconds.items() if m != modality}
    provenance = {**sample.provenance, part: Provenance.SILENT}
    absent = {part: None}
    return replace(sample, features=features, seconds=seconds, provenance=provenance, **absent)
