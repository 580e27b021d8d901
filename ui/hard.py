"""The parts of the page Hard samples: which table, whose answers, and the page in one sentence."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from mer_core.errors import MerError
from mer_core.hardness import HardTable, load_table
from mer_core.hardness.shelf import outdated, recorded_tables
from mer_core.hardness.summing import says
from mer_core.views.hardness import colours_of
from ui.grades import grade_note
from ui.hard_live import LIVE, live_tables
from ui.resources import called

AGAIN = "`mer hard all`"
"""Makes the tables that ship."""

_OF_A_TABLE = (
    *("hard-model", "hard-map", "hard-colour", "hard-sample", "hard-chosen", "hard-pinned"),
    *("hard-preset", "hard-kind", "hard-meant", "hard-answer"),
)
"""What another table makes meaningless."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A table on the page.

    Attributes:
        key: Tells it from other tables and from other versions of itself.
        table: The set.
        model: Whose answers and numbers count.
        live: Whether it was made in this session.
    """

    key: str
    table: HardTable
    model: str
    live: bool


@st.cache_resource(max_entries=4, show_spinner="Reading the table")
def _loaded(path: Path, _changed: float) -> HardTable:
    return load_table(path)


def open_table() -> Opened | None:
    """Choose a table and a model; None where there is no table, and the page then says so."""
    recorded, live = recorded_tables(), live_tables()
    options = {_titled(name): name for name in [*live, *recorded]}
    if not options:
        st.error(
            "The tables that ship are not on this machine. Restore checkpoints/hard, make them "
            f"with {AGAIN}, or ask the models below.",
            icon=":material/error:",
        )
        return None
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    title = bar.selectbox(
        "Samples", list(options), key="hard-set", bind="query-params", on_change=_forget, width=330
    )
    name = options.get(str(title), next(iter(options.values())))
    try:
        table = live[name] if name in live else _read(recorded[name])
        version = len(table) if name in live else recorded[name].stat().st_mtime_ns
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        return None
    model = bar.segmented_control(
        "Answers of",
        list(table.models),
        default=next(iter(table.models)),
        required=True,
        format_func=called,
        key="hard-model",
        bind="query-params",
    )
    model = model if model in table.models else next(iter(table.models))
    return Opened(f"{name} {version}", table, str(model), name in live)


def _read(path: Path) -> HardTable:
    return _loaded(path, path.stat().st_mtime)


def _titled(name: str) -> str:
    """'puppet-utterances-test' -> 'puppet utterances, test'; live ones say so."""
    words, _, split = name.removeprefix(LIVE).rpartition("-")
    told = f"{words.replace('-', ' ')}, {split}"
    return f"just now: {told}" if name.startswith(LIVE) else told


def _forget() -> None:
    """Another table: what was chosen in the last one means nothing in it."""
    for key in _OF_A_TABLE:
        st.session_state.pop(key, None)


def lead(opened: Opened) -> None:
    """The page in one sentence, on what it rests, and how far to trust the disagreement."""
    table, data = opened.table, opened.table.data
    st.markdown(says(table, opened.model, called(opened.model)))
    told = opened.table.manifest.get("models", {}).get(opened.model, {})
    made = "asked just now" if opened.live else "recorded"
    with st.container(horizontal=True, gap="small"):
        if data.get("demo"):
            st.badge("demo data", icon=":material/toys:", color="orange")
        st.badge(f"{data['split']} split", color="gray")
        st.badge(f"n = {len(table):,}", color="gray")
        st.badge(
            f"{called(opened.model)} {str(told.get('weights', ''))[:6]}",
            icon=":material/receipt_long:",
            color="gray",
            help=f"{made}; seed of the weights {told.get('seed')}; {table.manifest.get('map', '')}",
        )
    st.caption(f"{str(data['what']).capitalize()}.")
    if changed := outdated(table):
        names = ", ".join(called(name) for name in changed)
        st.caption(
            f":material/info: Other weights of {names} lie here now than when this table was "
            f"made. Make it again with {AGAIN}."
        )
    if np.isfinite(table.models[opened.model].disagreement).any():
        grade_note("disagreement", opened.model)


@dataclass(frozen=True)
class Drawing:
    """How the map is drawn.

    Attributes:
        representation: Key of the model's maps.
        colour: What colours it.
        mouse: What dragging does, as plotly calls it.
    """

    representation: str
    colour: str
    mouse: str


_MICE = {"Click opens a sample": "pan", "Draw around a set": "lasso"}


def drawing_controls(opened: Opened) -> Drawing:
    """What the map shows of each sample, where it lies, and what the mouse does."""
    colours = colours_of(opened.table, opened.model)
    places = list(opened.table.models[opened.model].maps)
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    colour = bar.selectbox("Colour", colours, key="hard-colour", bind="query-params", width=250)
    place = bar.selectbox(
        "Near each other: alike in",
        places,
        key="hard-map",
        bind="query-params",
        width=290,
        help="Which inner reading of the model the map is made of. Near samples are alike to it.",
    )
    mouse = bar.segmented_control(
        "Mouse on the map",
        list(_MICE),
        default="Click opens a sample",
        required=True,
        key="hard-mouse",
        bind="query-params",
    )
    return Drawing(
        str(place) if place in places else places[0],
        str(colour) if colour in colours else colours[0],
        _MICE.get(str(mouse), "pan"),
    )
