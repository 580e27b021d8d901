"""One hard sample: what it is, what every model made of it, and the ways on into the labs."""

import math

import numpy as np
import pandas as pd
import streamlit as st

from mer_core.errors import MerError
from mer_core.hardness import HardTable
from mer_core.hardness.sets import CLIPS, NONE, STICKERS
from mer_core.hardness.table import UNKNOWN
from mer_core.types import Sample
from ui.grades import grade_note
from ui.hard import Opened
from ui.header import plain, sample_header
from ui.puppets import puppet
from ui.resources import called
from ui.sets import address_of, kind_of_set, sample_of

LABS = {
    "clip": ("clip_lab", "surgery", "cross_attention", "experts", "mixing_desk"),
    "sticker": ("sticker_lab", "mixing_desk"),
}
"""Kind of a sample -> files of the pages that open it by their address."""

_GENERATED = {CLIPS: "clip", STICKERS: "sticker"}
_ALSO = {("mixing_desk", "sticker"): {"desk-model": called("mghft")}}
"""File of a page and kind of a sample -> what else its address must say."""


def sample_card(opened: Opened) -> None:
    """A number to open a sample by, and the sample once there is one."""
    places = opened.table.places
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        number = st.number_input(
            "Open the sample with the number",
            int(places.min()),
            int(places.max()),
            value=None,
            key="hard-sample",
            bind="query-params",
            placeholder="or click one",
            width=230,
        )
    found = np.flatnonzero(places == number) if number is not None else []
    if not len(found):
        st.caption("Click a point of the map, tick a row of the list, or type a number.")
        return
    _card(opened.table, int(found[0]))


def _card(table: HardTable, row: int) -> None:
    sample = _sample(table, row)
    if sample is None:
        st.markdown(f"##### “{plain(table.words[row])}”")
        st.caption(f"{table.ids[row]}: only its words and numbers are in the table.")
    else:
        sample_header(sample)
        for view, sentence in sample.views.items():
            st.caption(f"{view}: {plain(sentence)}")
    st.markdown(_conflict(table, row))
    st.dataframe(said(table, row), hide_index=True, alt="What each model says of this sample")
    st.caption(
        "Alone: the answer with that modality heard and the others silent. Bits: how far apart "
        "these answers lie (disagreement)."
    )
    for name, heard in table.models.items():
        if math.isfinite(float(heard.disagreement[row])):
            grade_note("disagreement", name, named=True)
    _ways_on(table, row, sample)


def _sample(table: HardTable, row: int) -> Sample | None:
    """The sample itself, drawn or read now; None where only the table knows it."""
    name, split, place = table.data["name"], table.data["split"], int(table.places[row])
    try:
        if name in (CLIPS, STICKERS) and split == "test":
            return puppet(name, place)
        if name in _GENERATED:
            return _of_a_split(name, split, place)
        sample = sample_of(name, split, place) if kind_of_set(name) else None
    except (MerError, IndexError):
        return None  # the set is not on this machine
    return sample if sample is not None and sample.id == table.ids[row] else None


@st.cache_resource(max_entries=32, show_spinner="Drawing the sample")
def _of_a_split(name: str, split: str, place: int) -> Sample:
    from mer_core.datasets import open_dataset

    return open_dataset(name, split)[place]


def _conflict(table: HardTable, row: int) -> str:
    kind, liar = table.kind[row], table.liar[row]
    if kind == UNKNOWN:
        told = "Nobody knows whether a part of it lies."
    elif liar == NONE:
        told = "Nothing lies here: it is **congruent**."
    elif liar == UNKNOWN:
        told = f"People call it **{kind}**; which part lies, they do not say."
    else:
        told = f"The kind of conflict is **{kind}**: the one that lies is {liar}."
    spread = float(table.spread[row])
    people = f" People's labels spread over {spread:.2f} bits." if math.isfinite(spread) else ""
    return told + people


def said(table: HardTable, row: int) -> pd.DataFrame:
    """Every model's answer to one sample, whole and by modality, one line each."""
    lines = []
    for name, heard in table.models.items():
        right = float(table.correct(name)[row])
        line = {
            "model": called(name),
            "answer": f"{heard.answers[row]} {heard.confidence[row]:.0%}",
            "right": {1.0: "✓", 0.0: "✗"}.get(right, "unknown"),
        }
        for i, modality in enumerate(heard.modalities):
            code = int(heard.alone[i, row])
            alone = f"{heard.names[code]} {heard.alone_confidence[i, row]:.0%}" if code >= 0 else ""
            line[f"{modality} alone"] = alone or "absent"
        bits = float(heard.disagreement[row])
        line["bits"] = f"{bits:.2f}" if math.isfinite(bits) else ""
        lines.append(line)
    return pd.DataFrame(lines)


def _ways_on(table: HardTable, row: int, sample: Sample | None) -> None:
    """Links to the pages that open this sample; a sentence where none can."""
    from ui.shell import ROOMS  # here: the shell stands above the pages' parts

    name = table.data["name"]
    kind = str(_GENERATED.get(name) or kind_of_set(name))
    if why := closed(table, sample):
        st.caption(f":material/info: {why}")
        return
    rooms = {room.file: room for room in ROOMS}
    with st.container(horizontal=True, gap="medium"):
        for file in (file for file in LABS[kind] if file in rooms):
            st.page_link(
                f"pages/{file}.py",
                label=f"Open in {rooms[file].menu}",
                icon=rooms[file].icon,
                query_params=_address(table, row, sample) | _ALSO.get((file, kind), {}),
            )


def closed(table: HardTable, sample: Sample | None) -> str:
    """Why no lab can open a sample of this table; empty where they can."""
    name, split = table.data["name"], table.data["split"]
    if name in _GENERATED:
        told = "The labs draw generated samples of the test split only; this one is of another."
        return "" if split == "test" else told
    if kind_of_set(name) is None:
        return (
            f"The labs cannot open {plain(name)} by themselves: where it lies was told to the "
            "command only. Upload the sample there."
        )
    if sample is None:
        return (
            "The labs cannot open this sample: its set does not lie where real data are looked "
            "for (MER_DATA_DIR), or another version of it does."
        )
    return ""


def _address(table: HardTable, row: int, sample: Sample | None) -> dict[str, str]:
    name, place = table.data["name"], int(table.places[row])
    if name in _GENERATED:
        return {_GENERATED[name]: str(place)}
    described = sample is not None and bool(sample.views)
    return address_of(name, table.data["split"], place, described)
