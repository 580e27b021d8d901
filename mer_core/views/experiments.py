"""What an experiment of a paper found: a dot for each case, or a curve over doses.

`mer_core.views` does not import this file, for experiments stand on training, which takes long to
import: whoever draws a `Result` imports it.
"""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from mer_core.experiments.base import MILLISECONDS, PLAIN, Result, Row, said
from mer_core.views.colours import FOR, ink, pale_ink
from mer_core.views.frame import figure, framed

ROW = 30  # pixels of one case with its air
CURVE = 300
SAVED, LIVE = "saved", "live"


@figure.register
def draw_first(finding: Result, sample: int = 0, dark: bool = False) -> go.Figure:
    """The measure and the group to look at first."""
    return draw_result(finding, finding.measures[0], dark=dark)


def draw_result(
    result: Result,
    measure: str,
    group: str | None = None,
    dark: bool = False,
    live: Result | None = None,
) -> go.Figure:
    """One measure of one group of cases.

    Args:
        result: What was found.
        measure: One of its measures.
        group: One of its groups; None for the first that has the measure.
        dark: For a dark page.
        live: The same experiment run again on fewer samples, drawn beside it in another colour.

    Raises:
        ValueError: The result has no such numbers.
    """
    if group is None:
        group = next((r.group for r in result.of(measure)), "")
    rows, again = result.of(measure, group), live.of(measure, group) if live else ()
    if not rows:
        raise ValueError(f"{result.experiment} has no {measure!r} in the group {group!r}.")
    caption = result.caption(rows)
    if again and live:
        caption += f" Live, in vermilion: {live.caption(again)}"
    if all(r.dose is not None for r in rows):
        drawing = _curve(rows, again, result.dosage, dark)
        return framed(drawing, caption, dark, CURVE, left=60, gap=52)
    drawing = _dots(rows, again, dark)
    cases = len({r.case for r in (*rows, *again)})
    return framed(drawing, caption, dark, ROW * cases + 30, gap=46)


def _dots(rows: Sequence[Row], again: Sequence[Row], dark: bool) -> go.Figure:
    drawing = go.Figure()
    for row in (r for r in rows if r.reference):
        drawing.add_vline(x=row.value, line={"color": pale_ink(dark), "width": 1, "dash": "dot"})
    drawing.add_trace(_points(rows, SAVED, ink(dark), dark))
    if again:
        drawing.add_trace(_points(again, LIVE, FOR, dark))
    _scale(drawing.update_xaxes, (*rows, *again))
    drawing.update_yaxes(autorange="reversed", showgrid=False, ticksuffix="  ")
    return drawing


def _points(rows: Sequence[Row], name: str, colour: str, dark: bool) -> go.Scatter:
    """One dot a case, its interval as a line, its number beside it; diamonds are references."""
    labels = [_bold(r.case, r.reference) for r in rows]
    texts = [_told(r) for r in rows]
    return go.Scatter(
        x=[r.value for r in rows],
        y=labels,
        name=name,
        mode="markers+text" if name == SAVED else "markers",
        text=[f"   {said(r.measure, r.value)}" for r in rows],
        textposition="top right",
        textfont={"size": 12, "color": pale_ink(dark)},
        cliponaxis=False,
        marker={
            "color": colour,
            "size": [11 if r.reference else 9 for r in rows],
            "symbol": ["diamond" if r.reference else "circle" for r in rows],
        },
        error_x=_whiskers(rows, colour),
        customdata=texts,
        hovertemplate="%{customdata}<extra></extra>",
    )


def _curve(rows: Sequence[Row], again: Sequence[Row], dosage: str, dark: bool) -> go.Figure:
    drawing = go.Figure()
    for name, some, colour in ((SAVED, rows, ink(dark)), (LIVE, again, FOR)):
        if some:
            drawing.add_scatter(
                x=[r.dose for r in some],
                y=[r.value for r in some],
                name=name,
                mode="lines+markers",
                line={"color": colour, "width": 2, "dash": "solid" if name == SAVED else "dot"},
                marker={"size": 9},
                error_y=_whiskers(some, colour),
                customdata=[_told(r) for r in some],
                hovertemplate="%{customdata}<extra></extra>",
            )
    _scale(drawing.update_yaxes, (*rows, *again))
    drawing.update_xaxes(
        title=dosage,
        showgrid=False,
        tickvals=[r.dose for r in rows],
        ticktext=[r.case for r in rows],
    )
    return drawing


def _whiskers(rows: Sequence[Row], colour: str) -> dict[str, Any]:
    """Lines from `low` to `high`, where there are such."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [0 if r.high is None else r.high - r.value for r in rows],
        "arrayminus": [0 if r.low is None else r.value - r.low for r in rows],
        "color": colour,
        "thickness": 1.5,
        "width": 0,
    }


def _scale(update: Any, rows: Sequence[Row]) -> None:
    """An axis that fits what is measured: milliseconds from 0; shares end at 1."""
    measure = rows[0].measure
    values = [v for r in rows for v in (r.value, r.low, r.high) if v is not None]
    low, high = min(values), max(values)
    room = max(0.12 * (high - low), 0.02)
    if measure == MILLISECONDS:
        update(range=[0, 1.15 * high], title="milliseconds")
        return
    form = ".2f" if measure.startswith(PLAIN) else ".0%"
    top = high + 2 * room if high > 1 else min(high + 2 * room, 1 + room / 2)
    update(range=[low - room, top], tickformat=form, title=measure, nticks=6)


def _bold(case: str, reference: bool) -> str:
    return f"<b>{case}</b>" if reference else case


def _told(row: Row) -> str:
    """A row in a few words, for whoever points at it."""
    parts = [f"{row.case}: {said(row.measure, row.value)}"]
    if row.sd is not None:
        parts.append(f"sd over {row.seeds} seeds {said(row.measure, row.sd)}")
    if row.low is not None and row.high is not None:
        parts.append(f"{said(row.measure, row.low)} to {said(row.measure, row.high)}")
    parts += [f"n = {row.n:,}", row.note]
    return "<br>".join(p for p in parts if p)
