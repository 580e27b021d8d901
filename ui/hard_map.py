"""Map and list of the page Hard samples, and what is chosen in either."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from mer_core.hardness import HardTable
from mer_core.hardness.selecting import MEASURES, PRESETS, Filter, hardest
from mer_core.hardness.table import UNKNOWN
from mer_core.views.hardness import PALE_UP_TO, Look, hard_map
from ui.findings import is_dark
from ui.hard import Drawing, Opened
from ui.resources import called

ROWS = 300
"""Rows of the list; a browser shows no more to anybody's use."""

LARGE = 5_000
"""The browser sends every chosen point with every later click. Beyond so many the chosen ones are
drawn into the figure, which makes it forget them."""

MAP, LIST = "hard-points", "hard-rows"
_CONFIG = {
    "displaylogo": False,
    "scrollZoom": True,
    "modeBarButtonsToRemove": ["autoScale2d"],
    "toImageButtonOptions": {"format": "svg", "filename": "hard-samples"},
}


def chosen(opened: Opened) -> np.ndarray:
    """(sample,) True for what was lassoed in this table."""
    key, rows = st.session_state.get("hard-chosen", ("", ()))
    found = np.zeros(len(opened.table), bool)
    if key == opened.key:
        found[list(rows)] = True
    return found


def choose(opened: Opened, rows: list[int]) -> None:
    """Remember a set of rows; an empty one forgets the last."""
    st.session_state["hard-chosen"] = (opened.key, tuple(rows))


def map_of(opened: Opened, found: Filter, rows: np.ndarray, drawn: Drawing) -> None:
    """The map; a click opens a sample, a shape drawn around points chooses them."""
    look = Look(opened.model, drawn.representation, drawn.colour, drawn.mouse, is_dark())
    figure = _figure(
        (opened.key, found, look), opened.table, rows, look, _pinned(opened, found, look)
    )
    alt = f"Map of {int(rows.sum()):,} samples, coloured by {drawn.colour}"
    st.plotly_chart(
        figure,
        key=MAP,
        theme=None,
        config=_CONFIG,
        on_select=lambda: _map_used(opened),
        selection_mode=("points", "box", "lasso"),
        alt=alt,
    )
    away = "" if rows.all() else " The pale ones do not pass the filters."
    away = away if len(opened.table) <= PALE_UP_TO else ""
    st.caption(
        f"n = {int(rows.sum()):,}; each point is one sample, coloured by {drawn.colour}.{away} "
        f"{opened.table.manifest.get('map', '')} The camera saves the map as SVG."
    )


def _pinned(opened: Opened, found: Filter, look: Look) -> tuple[int, ...]:
    """Rows that are drawn as chosen: those that were when the figure last had to change anyway."""
    drawn = (opened.key, found, look)
    rows = np.flatnonzero(chosen(opened))
    before = st.session_state.get("hard-pinned", (None, ()))
    if before[0] != drawn or len(rows) > LARGE or (before[1] and not len(rows)):
        before = (drawn, tuple(rows.tolist()))
        st.session_state["hard-pinned"] = before
    return before[1]


@st.cache_resource(max_entries=6, show_spinner=False)
def _drawn(key: Any, pinned: int, _table: HardTable, _rows: np.ndarray, _look: Look, _chosen: Any):
    return hard_map(_table, _rows, _look, _chosen)


def _figure(
    key: Any, table: HardTable, rows: np.ndarray, look: Look, pinned: tuple[int, ...]
) -> go.Figure:
    return _drawn(repr(key), hash(pinned), table, rows, look, pinned)


def _map_used(opened: Opened) -> None:
    """A point or a set was chosen on the map."""
    picked = (st.session_state.get(MAP) or {}).get("selection") or {}
    points = [p["customdata"] for p in picked.get("points", ()) if "customdata" in p]
    rows = [int(p[0] if isinstance(p, list) else p) for p in points]
    drawn = bool(picked.get("box") or picked.get("lasso"))
    if len(rows) == 1 and not drawn:
        open_sample(opened, rows[0])
    else:
        choose(opened, [row for row in rows if 0 <= row < len(opened.table)])


def open_sample(opened: Opened, row: int) -> None:
    """Show a sample below the map; its number stands in the address."""
    if 0 <= row < len(opened.table):
        st.session_state["hard-sample"] = int(opened.table.places[row])


def list_of(opened: Opened, found: Filter, rows: np.ndarray, drawn: Drawing) -> None:
    """The first rows as a table, the hardest on top; a row opens its sample."""
    first = PRESETS[found.preset].first if found.preset else drawn.colour
    order = hardest(
        opened.table, opened.model, rows, first if first in MEASURES else "disagreement"
    )
    order = order[:ROWS]
    st.dataframe(
        frame_of(opened.table, opened.model, order),
        key=LIST,
        hide_index=True,
        height=560,
        column_config=_columns(),
        on_select=lambda: _list_used(opened, order),
        selection_mode="single-row",
        alt="The samples as a table, the hardest first",
    )
    which = MEASURES[first].title if first in MEASURES else MEASURES["disagreement"].title
    least = "All" if len(order) == rows.sum() else f"The first {len(order):,} of {rows.sum():,}"
    st.caption(f"{least}, highest {which} first. Tick a row to open it.")


def _list_used(opened: Opened, order: np.ndarray) -> None:
    picked = (st.session_state.get(LIST) or {}).get("selection") or {}
    rows = picked.get("rows") or []
    if rows and 0 <= rows[0] < len(order):
        open_sample(opened, int(order[rows[0]]))


def frame_of(table: HardTable, model: str, order: np.ndarray) -> pd.DataFrame:
    """Rows of a table as people read them; columns of which nothing is known are left out."""
    heard, right = table.models[model], table.correct(model)
    frame = pd.DataFrame({"No.": table.places[order]})
    answered = table.target.present() != (UNKNOWN,)
    if answered:
        frame["right"] = [{1.0: "✓", 0.0: "✗"}.get(float(r), "") for r in right[order]]
    frame["words"] = [table.words[i] for i in order]
    if answered:
        frame["meant"] = table.target.words()[order]
    frame["answer"] = heard.answers.words()[order]
    frame["sure"] = 100 * heard.confidence[order]
    frame["bits"] = heard.disagreement[order]
    if table.kind.present() != (UNKNOWN,):
        frame["kind"] = table.kind.words()[order]
    if np.isfinite(table.spread).any():
        frame["people"] = table.spread[order]
    for other, said in table.models.items():
        if other != model:
            frame[called(other)] = said.answers.words()[order]
    return frame


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "No.": column.NumberColumn(width=62, help="Number of the sample in its split"),
        "right": column.TextColumn(width=50, help="Whether the answer is right"),
        "sure": column.ProgressColumn(
            format="%.0f %%", min_value=0.0, max_value=100.0, width=105, help="Confidence"
        ),
        "bits": column.NumberColumn(
            format="%.2f", width=58, help="Disagreement of the modalities, each heard alone"
        ),
        "people": column.NumberColumn(
            format="%.2f", width=70, help="Spread of people's labels, in bits"
        ),
        "words": column.TextColumn(width=190),
    }
