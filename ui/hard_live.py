"""Ask the models about a further set while somebody watches."""

from typing import Any

import streamlit as st

from mer_core.errors import MerError
from mer_core.hardness import HardTable
from mer_core.hardness.making import hard_table, readers_of, reads_stickers
from mer_core.hardness.representations import representable
from mer_core.hardness.sets import CLIPS, STICKERS, Progress, examined
from mer_core.models import NAMES
from ui.jobs import Job, watch
from ui.resources import called, loading_state, shelf

LIVE = "live:"
"""Begins the names of tables that were made in this session."""

SIZES = (50, 100, 300, 1000)
_SETS = {
    "Generated clips, validation": (CLIPS, "valid"),
    "Generated clips, test": (CLIPS, "test"),
    "Generated stickers, validation": (STICKERS, "valid"),
    "Generated stickers, test": (STICKERS, "test"),
    "Emoji that people rated": ("emoji", "test"),
    "MUStARD: sarcasm, words alone": ("mustard", "test"),
    "MELD: sentences of a TV series": ("meld", "valid"),
}
"""What can be asked live; the rest goes by `mer hard`."""

_STICKERS = (STICKERS, "emoji")
MAPS = 4
"""How many inner readings can be drawn at once; each costs seconds, and minutes on large sets."""


def live_tables() -> dict[str, HardTable]:
    """Tables of this session; what the last run made is taken in."""
    made: dict[str, HardTable] = st.session_state.setdefault("hard-live", {})
    job = st.session_state.get("hard-job")
    if job is not None and job.result is not None:
        table = job.result
        made[f"{LIVE}{table.data['name']}-{table.data['split']}"] = table
        st.session_state["hard-job"] = None
    return made


def ask_live() -> None:
    """Choose a set and how much of it; while the models answer, how far they are."""
    job: Job | None = st.session_state.get("hard-job")
    if job is not None and job.busy:
        watch(job, "hard")
        return
    if job is not None and job.failure:
        st.error(job.failure, icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.selectbox("Set", list(_SETS), key="hard-live-set", width=280)
        st.select_slider("Samples", SIZES, value=SIZES[1], key="hard-live-size", width=220)
        offered = _offered()
        st.multiselect(
            "Maps of",
            list(offered),
            key=_maps_key(),
            max_selections=MAPS,
            format_func=lambda tap: f"{tap} ({', '.join(offered[tap])})",
            placeholder="the well-known readings",
            disabled=not offered,
            width=330,
            help="Which inner reading of a model samples are laid out by (taps): anything that "
            f"becomes one vector a sample, at most {MAPS}. A model without it gets its well-known "
            "ones.",
        )
        st.button(
            "Ask the models",
            key="hard-live-run",
            icon=":material/play_arrow:",
            disabled=loading_state().busy,
            help="Every model hears every sample, whole and one modality at a time.",
            on_click=_begin,
        )
    st.caption(
        "Your own stickers: `mer hard folder --path FOLDER --save` makes a table that then stands "
        "in the list above. It stays on this machine."
    )


def _begin() -> None:
    """Start a run of this session; an earlier one ends at its next step."""
    name, split = _set()
    size = st.session_state.get("hard-live-size")
    limit = size if size in SIZES else SIZES[0]  # bounds of widgets hold in the browser only
    wanted = tuple(tap for tap in st.session_state.get(_maps_key()) or () if tap in _offered())
    if previous := st.session_state.get("hard-job"):
        previous.stop.set()
    st.session_state["hard-job"] = Job(
        lambda told: _made(name, split, limit, wanted[:MAPS], told), "Opening the samples"
    )


def _set() -> tuple[str, str]:
    """Name and split of the set that is chosen."""
    return _SETS.get(str(st.session_state.get("hard-live-set")), _SETS[next(iter(_SETS))])


def _maps_key() -> str:
    """Of the choice of maps: stickers and clips are read by other models."""
    return "hard-live-maps-stickers" if _set()[0] in _STICKERS else "hard-live-maps-clips"


def _offered() -> dict[str, list[str]]:
    """Tap -> the models that have it, as they are written, among those that are loaded."""
    found: dict[str, list[str]] = {}
    for name in NAMES:
        if reads_stickers(name) == (_set()[0] in _STICKERS) and shelf().ready(name):
            for tap in representable(shelf().get(name)):
                found.setdefault(tap, []).append(called(name))
    return found


def _made(name: str, split: str, limit: int, wanted: tuple[str, ...], told: Progress) -> HardTable:
    found = examined(name, split, limit)
    models: dict[str, Any] = {}
    for model in readers_of(found.samples[0]):
        try:
            models[model] = shelf().get(model)
        except MerError:
            continue  # the others can answer without it
    return hard_table(found, tuple(models), wanted, progress=told, models=models)
