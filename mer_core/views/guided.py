"""The text-guided look: shares of views and stages as bars, chosen places on the sticker."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from mer_core.probes.base import percent
from mer_core.probes.guided import KINDS, GuidedLook
from mer_core.probes.shuffled import ShuffledLook
from mer_core.types import View
from mer_core.views.colours import MODALITY, WEIGHTS, ink, pale_ink
from mer_core.views.frame import figure, framed
from mer_core.views.maps import nothing_to_draw
from mer_core.views.panels import add_map, maps_height, scale_bar, sheet

BARS = 210  # pixels of the bars
PALE = 0.5
TWICE = 2.0
"""Top of the scale at least: even looking never looks sharp."""


@figure.register
def draw_guided(finding: GuidedLook, sample: int = 0, dark: bool = False) -> go.Figure:
    """Shares of the views and of the stages, each with its even share; places below."""
    stages = finding.sources[1:]
    maps = [f"<b>{s.name}</b>: {s.size} looks at {s.grid} × {s.grid} places" for s in stages]  # noqa: RUF001
    titles = ["looks at the <b>text</b> (A1)", "looks at the <b>picture</b> (A2)", *maps]
    drawing = sheet(BARS, titles, wide=False)
    _add_views(drawing, finding, sample)
    _add_even(drawing, [0.25] * len(View), _views(finding, sample), 1, dark)
    shares = finding.shares(sample)
    _add_shares(drawing, shares)
    names = _numbered(list(shares), [got for got, _ in shares.values()])
    _add_even(drawing, [even for _, even in shares.values()], names, 2, dark)
    top = TWICE
    for i, source in enumerate(stages):
        values = finding.place(source, sample)
        top = max(top, float(values.nan_to_num(0.0).max()))
        add_map(drawing, source, values, finding.images[sample], i, "%{z:.1f} times even")
    drawing.update_annotations(font_size=14)
    bar = scale_bar("times even looking", BARS)
    drawing.update_layout(
        coloraxis={"colorscale": WEIGHTS, "cmin": 0, "cmax": top, "colorbar": bar},
        barmode="stack",
    )
    caption = f"{finding.caption(sample)} Diamond: even share. Pale: T', what the stage made of it."
    return framed(drawing, caption, dark, maps_height(BARS), gap=10)


def _views(finding: GuidedLook, sample: int) -> list[str]:
    """Names of the views with their shares, which would hide the diamonds beside the bars."""
    gone = finding.absent[sample].tolist()
    names = [f"{v} (missing)" if off else str(v) for v, off in zip(View, gone, strict=True)]
    return _numbered(names, finding.slots[sample].sum(dim=0).tolist())


def _numbered(names: Sequence[str], shares: Sequence[float]) -> list[str]:
    return [f"{name}  <b>{percent(s)}</b> " for name, s in zip(names, shares, strict=True)]


def _add_views(drawing: go.Figure, finding: GuidedLook, sample: int) -> None:
    names, slots = _views(finding, sample), finding.slots[sample]
    for k, (kind, values) in enumerate(zip(KINDS, slots.tolist(), strict=True)):
        bars = go.Bar(
            x=values,
            y=names,
            orientation="h",
            marker={"color": MODALITY["text"], "opacity": 1 - PALE * k},
            hovertemplate=f"{kind} of %{{y}}: %{{x:.1%}}<extra></extra>",
        )
        drawing.add_trace(bars, row=1, col=1)
    _quiet(drawing, max(slots.sum(dim=0).tolist()), 1)


def _add_shares(drawing: go.Figure, shares: dict[str, tuple[float, float]]) -> None:
    values = [got for got, _ in shares.values()]
    bars = go.Bar(
        x=values,
        y=_numbered(list(shares), values),
        orientation="h",
        marker={"color": MODALITY["vision"]},
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    drawing.add_trace(bars, row=1, col=2)
    _quiet(drawing, max(v for pair in shares.values() for v in pair), 2)


def _quiet(drawing: go.Figure, top: float, column: int) -> None:
    at: dict[str, Any] = {"row": 1, "col": column}
    drawing.update_xaxes(range=[0, top * 1.08], showticklabels=False, showgrid=False, **at)
    drawing.update_yaxes(autorange="reversed", showgrid=False, tickfont_size=13, **at)


def _add_even(
    drawing: go.Figure, even: Sequence[float], names: Sequence[str], column: int, dark: bool
) -> None:
    marks = go.Scatter(
        x=list(even),
        y=list(names),
        mode="markers",
        marker={"symbol": "diamond", "size": 8, "color": ink(dark), "line": {"width": 0}},
        hovertemplate="even: %{x:.1%}<extra></extra>",
    )
    drawing.add_trace(marks, row=1, col=column)


@figure.register
def draw_shuffled(finding: ShuffledLook, sample: int = 0, dark: bool = False) -> go.Figure:
    """Shares under the trained weights (filled) and under each shuffle (rings)."""
    if bool(finding.trained.blank[sample]):
        return nothing_to_draw(finding.says(sample), finding.caption(sample), dark)
    drawing = go.Figure()
    even = _even(finding.trained, sample)
    names = list(even)
    _add_dots(drawing, names, list(even.values()), "even", _even_mark(dark))
    for seed, look in enumerate(finding.shuffled):
        ring = {"symbol": "circle-open", "size": 12, "color": pale_ink(dark), "line": {"width": 2}}
        _add_dots(drawing, names, _shares(look, sample), f"shuffled, seed {seed}", ring)
    colours = [MODALITY["text"]] * len(View) + [MODALITY["vision"]] * len(finding.trained.sources)
    dot = {"symbol": "circle", "size": 15, "color": colours}
    _add_dots(drawing, names, _shares(finding.trained, sample), "trained", dot)
    drawing.update_xaxes(rangemode="tozero", tickformat=".0%", title="share of attention")
    drawing.update_yaxes(autorange="reversed", showgrid=True)
    caption = f"{finding.caption(sample)} Filled: trained; rings: shuffled; diamond: even."
    return framed(drawing, caption, dark, 34 * len(names) + 20, gap=60)


def _even_mark(dark: bool) -> dict[str, Any]:
    return {"symbol": "diamond", "size": 8, "color": ink(dark)}


def _even(look: GuidedLook, sample: int) -> dict[str, float]:
    """Every row of the figure with its even share."""
    views = {f"{v} view": 1 / len(View) for v in View}
    return views | {f"{name} (picture)": even for name, (_, even) in look.shares(sample).items()}


def _shares(look: GuidedLook, sample: int) -> list[float]:
    views = look.slots[sample].sum(dim=0).tolist()
    return [*views, *(got for got, _ in look.shares(sample).values())]


def _add_dots(
    drawing: go.Figure, names: list[str], values: list[float], name: str, marker: dict[str, Any]
) -> None:
    drawing.add_scatter(
        x=values,
        y=names,
        mode="markers",
        marker=marker,
        hovertemplate=f"%{{y}}, {name}: %{{x:.1%}}<extra></extra>",
    )
