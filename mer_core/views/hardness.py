"""Hard samples on a map, and a chosen set beside the rest."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Bool

from mer_core.hardness.comparing import MEAN, Difference
from mer_core.hardness.selecting import MEASURES
from mer_core.hardness.table import UNKNOWN, HardTable, Labels
from mer_core.types import Modality
from mer_core.views.colours import (
    AGAINST,
    EMOTION,
    FOR,
    MODALITY,
    WEIGHTS,
    ink,
    line,
    pale_ink,
)
from mer_core.views.frame import FONT, framed

CORRECT, KIND, MEANT, ANSWERED = "correctness", "kind of conflict", "what was meant", "the answer"
"""What a map can be coloured by besides MEASURES."""

WORDS_UP_TO = 5_000
"""Beyond so many points the map tells their numbers and not their words: words would weigh more
than the map."""

PALE_UP_TO = 20_000
"""Beyond so many points those that a filter took out are not drawn at all."""

_KINDS = {
    "congruent": "#9AA3AE",
    "sarcasm": MODALITY[Modality.TEXT],
    "feigned voice": MODALITY[Modality.AUDIO],
    "mask": MODALITY[Modality.VISION],
    UNKNOWN: "#9AA3AE",
}
"""Kinds of conflict take the colour of the modality that lies."""

_FURTHER = ("#CC79A7", "#56B4E9", "#D55E00", "#8C6D00", "#7F3FBF", "#0072B2", "#E69F00", "#009E73")
_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "star", "x", "pentagon")
_RIGHT = ("right", "wrong", UNKNOWN)
_RIGHT_COLOURS = {"right": "#9AA3AE", "wrong": FOR, UNKNOWN: "#C9CED6"}


@dataclass(frozen=True)
class Look:
    """How a map is to be drawn.

    Attributes:
        model: Whose map, answers and numbers.
        representation: Key of its maps.
        colour: Key of MEASURES, or CORRECT, KIND, MEANT or ANSWERED.
        mouse: What dragging does: "pan" (a click then chooses a point), "lasso" or "select".
        dark: For a dark page.
        height: In pixels.
    """

    model: str
    representation: str
    colour: str
    mouse: str = "pan"
    dark: bool = False
    height: int = 560


def colours_of(table: HardTable, model: str) -> list[str]:
    """What this table's map can be coloured by."""
    known = [CORRECT] if np.isfinite(table.correct(model)).any() else []
    known += [k for k, m in MEASURES.items() if np.isfinite(m.of(table, model)).any()]
    known += [KIND] if table.kind.present() != (UNKNOWN,) else []
    return [*known, *([MEANT] if table.target.present() != (UNKNOWN,) else []), ANSWERED]


def hard_map(
    table: HardTable, rows: Bool[np.ndarray, " sample"], look: Look, chosen: Sequence[int] = ()
) -> go.Figure:
    """Every sample as a point of one WebGL layer; `customdata` is its row in the table.

    Args:
        table: The set.
        rows: Those that pass the filters; the others are pale, or left out where there are many.
        look: How to draw.
        chosen: Rows that stand out; empty for all alike.
    """
    places = table.models[look.model].maps[look.representation]
    drawing = go.Figure()
    if len(table) <= PALE_UP_TO and not rows.all():
        away = np.flatnonzero(~rows)
        drawing.add_trace(_points(places, away, color=line(look.dark), size=4.0, told=None))
    for trace in _layers(table, rows, places, look):
        if chosen:
            here = np.asarray(trace.customdata)
            trace.selectedpoints = np.flatnonzero(np.isin(here, chosen)).astype(np.int32)
        drawing.add_trace(trace)
    _frame(drawing, look)
    return drawing


def _layers(
    table: HardTable, rows: Bool[np.ndarray, " sample"], places: np.ndarray, look: Look
) -> Iterator[go.Scattergl]:
    size = point_size(int(rows.sum()))
    if look.colour in MEASURES:
        yield from _measured(table, rows, places, look, size)
        return
    labels, colours = labels_of(table, look)
    for i, name in enumerate(labels.present()):
        here = np.flatnonzero(labels.is_any([name]) & rows)
        if not len(here):
            continue
        symbol = _SYMBOLS[i % len(_SYMBOLS)] if len(table) <= WORDS_UP_TO else "circle"
        told = _told(table, here, name)
        yield _points(
            places, here, color=colours[name], size=size, told=told, symbol=symbol,
            name=f"{name} ({len(here):,})",
        )  # fmt: skip


def _measured(
    table: HardTable, rows: Bool[np.ndarray, " sample"], places: np.ndarray, look: Look, size: float
) -> Iterator[go.Scattergl]:
    """Points with a number by its size; those without one pale and below."""
    measure = MEASURES[look.colour]
    values = measure.of(table, look.model).astype(np.float32)
    known = np.isfinite(values)
    if (absent := np.flatnonzero(rows & ~known)).size:
        told = _told(table, absent, "no number")
        yield _points(places, absent, color=line(look.dark), size=size, told=told, name="no number")
    here = np.flatnonzero(rows & known)
    title = {"text": f"{measure.title}, {measure.unit}", "side": "top", "font": {"size": 13}}
    place = {"orientation": "h", "x": 0.0, "xanchor": "left", "y": 1.0, "yanchor": "bottom"}
    bar = {"title": title, "thickness": 8, "outlinewidth": 0, "nticks": 5, "len": 0.55, **place}
    trace = _points(places, here, color=values[here], size=size, told=_told(table, here))
    trace.marker.update(colorscale=WEIGHTS, showscale=True, colorbar=bar)  # pyright: ignore
    yield trace


def labels_of(table: HardTable, look: Look) -> tuple[Labels, dict[str, str]]:
    """The label of every sample that a map is coloured by, and the colour of each label."""
    if look.colour == CORRECT:
        right = table.correct(look.model)
        codes = np.where(np.isfinite(right), 1 - np.nan_to_num(right), 2).astype(np.int16)
        return Labels(codes, _RIGHT), _RIGHT_COLOURS
    if look.colour == KIND:
        return table.kind, _coloured(table.kind.names, _KINDS)
    labels = table.target if look.colour == MEANT else table.models[look.model].answers
    return labels, _coloured(labels.names, EMOTION)


def _coloured(names: Sequence[str], known: dict[str, str]) -> dict[str, str]:
    others = [name for name in names if name not in known]
    return known | {name: _FURTHER[i % len(_FURTHER)] for i, name in enumerate(others)}


def point_size(count: int) -> float:
    """Diameter of a point in pixels: many points are small ones."""
    return 9.0 if count <= 1_500 else 6.0 if count <= 10_000 else 3.0


def _points(
    places: np.ndarray,
    rows: np.ndarray,
    color: Any,
    size: float,
    told: list[str] | None,
    symbol: str = "circle",
    name: str = "",
) -> go.Scattergl:
    hover: dict[str, Any] = {"hoverinfo": "skip"}
    if told is not None:
        hover = {
            "customdata": rows.astype(np.int32),
            "text": told or None,
            "hovertemplate": ("%{text}" if told else "row %{customdata}") + "<extra></extra>",
        }
    return go.Scattergl(
        x=places[rows, 0],
        y=places[rows, 1],
        mode="markers",
        marker={"color": color, "size": size, "symbol": symbol, "opacity": 0.85},
        unselected={"marker": {"opacity": 0.12}},
        name=name,
        showlegend=bool(name),
        **hover,
    )


def _told(table: HardTable, rows: np.ndarray, label: str = "") -> list[str]:
    """What stands beside the mouse: number, label and words; empty for many points."""
    if len(table) > WORDS_UP_TO:
        return []
    ends = f" · {label}" if label else ""
    return [
        f"{int(table.places[i])}{ends}<br>{'<br>'.join(wrap(table.words[i], 44)[:5])}" for i in rows
    ]


def _frame(drawing: go.Figure, look: Look) -> None:
    bare = {"visible": False, "showgrid": False, "zeroline": False}
    drawing.update_layout(
        template="none",
        height=look.height,
        margin={"l": 4, "r": 4, "t": 64, "b": 4},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 14, "color": ink(look.dark)},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "itemsizing": "constant"},
        hoverlabel={"font": {"family": FONT, "size": 13}, "align": "left"},
        modebar={"orientation": "v", "bgcolor": "rgba(0,0,0,0)", "color": pale_ink(look.dark)},
        dragmode=look.mouse,
        hovermode="closest",
        uirevision=f"{look.model} {look.representation}",
        xaxis=bare,
        yaxis=bare,
    )


def forest(differences: Sequence[Difference], caption: str, dark: bool = False) -> go.Figure:
    """Sizes of differences with their intervals, zero in the middle.

    Args:
        differences: From `mer_core.hardness.comparing.compared`.
        caption: What stands under the figure.
        dark: For a dark page.
    """
    shown = [d for d in differences if math.isfinite(d.effect)]
    names = [f"{d.what} <i>({'g' if d.kind == MEAN else 'h'})</i>" for d in shown]
    sure = [d.effect_low > 0 or d.effect_high < 0 for d in shown]
    colours = [
        pale_ink(dark) if not s else FOR if d.effect > 0 else AGAINST
        for s, d in zip(sure, shown, strict=True)
    ]
    hover = [
        f"{d.what}: {d.effect:+.2f} ({d.effect_low:+.2f} to {d.effect_high:+.2f}), "
        f"n = {d.n_chosen:,} and {d.n_rest:,}"
        for d in shown
    ]
    drawing = go.Figure(
        go.Scatter(
            x=[d.effect for d in shown],
            y=names,
            mode="markers",
            marker={"color": colours, "size": 9},
            error_x={
                "array": [d.effect_high - d.effect for d in shown],
                "arrayminus": [d.effect - d.effect_low for d in shown],
                "thickness": 1.5,
                "width": 0,
                "color": pale_ink(dark),
            },
            text=hover,
            hovertemplate="%{text}<extra></extra>",
        )
    )
    drawing.update_xaxes(title="standard deviations; right: more in the set", zeroline=True)
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return framed(drawing, caption, dark, 60 + 26 * max(1, len(shown)))
