"""Four sentences about a sticker: written by the interpreter, always editable."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from mer_core.probes.base import percent
from mer_core.types import Provenance, Sample, View
from ui.header import is_puppet
from ui.media import digest
from ui.resources import gate

if TYPE_CHECKING:
    from mer_core.encoders.interpreter import Description

LABELS: Mapping[View, str] = {
    View.INTENTION: "What it is sent for (intention)",
    View.STYLE: "How it is drawn (style)",
    View.ROLE: "Who is on it (main role)",
    View.POSTURE: "Posture and expression",
}
"""A view as a newcomer would call it."""


@st.cache_resource(scope="session", max_entries=16, show_spinner=False)
def _described(key: str, _sample: Sample) -> "Description":
    from mer_core import describe

    assert _sample.image is not None
    with gate():
        return describe(_sample.image)


def described(sample: Sample) -> Sample:
    """Draw the four editable sentences; returns the sample with what stands in them.

    Raises:
        MerError: The interpreter's weights cannot be had.
    """
    writers = ["The interpreter"] + (["The drawing's maker"] if is_puppet(sample) else [])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Four descriptions** :gray[(views)], yours to edit")
        writer = writers[0]
        if len(writers) > 1:
            writer = st.segmented_control(
                "Written by",
                writers,
                default=writers[0],
                required=True,
                key="writer",
                label_visibility="collapsed",
                help="An upload is always described by the interpreter, which looks at the "
                "picture. The maker of a puppet knows what it meant.",
            )
    if writer == writers[0]:
        return _edited(sample, *_by_interpreter(sample), Provenance.WRITTEN)
    return _edited(sample, sample.views, {}, Provenance.GENERATED)


def _by_interpreter(sample: Sample) -> tuple[Mapping[View, str], Mapping[View, str]]:
    with st.spinner("The interpreter is describing the picture", show_time=True):
        found = _described(digest(replace(sample, views={})), sample)
    notes = {}
    for view in View:
        sure = found.confidence.get(view)
        note = "" if sure is None else f":gray[{percent(sure)} sure]"
        if view in found.guessed:
            note += " :orange-badge[guessed]"
        notes[view] = note
    return found.views, notes


def _edited(
    sample: Sample, views: Mapping[View, str], notes: Mapping[View, str], source: Provenance
) -> Sample:
    key = digest(replace(sample, views=views))[:12]
    written: dict[View, str] = {}
    for row in (tuple(View)[:2], tuple(View)[2:]):
        for view, place in zip(row, st.columns(2, gap="small"), strict=True):
            with place:
                text = st.text_area(
                    f"{LABELS[view]} {notes.get(view, '')}".strip(),
                    views.get(view, ""),
                    key=f"view-{view}-{key}",
                    height=100,
                    max_chars=400,
                )
            if text and text.strip():
                written[view] = text.strip()
    if any("guessed" in note for note in notes.values()):
        st.caption("Guessed: a picture cannot show what it is sent for. Say it yourself.")
    changed = any(written.get(v, "") != views.get(v, "").strip() for v in View)
    kind = Provenance.EDITED if changed else source
    return replace(sample, views=written, provenance={**sample.provenance, "views": kind})
