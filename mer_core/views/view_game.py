"""What the four descriptions add: a waterfall from the baseline to the answer, and the pairs."""

from typing import Any

import plotly.graph_objects as go

from mer_core.probes.view_game import ViewContributions, ViewPairs, score
from mer_core.types import View
from mer_core.views.colours import AGAINST, FOR, diverging, ink, pale_ink
from mer_core.views.frame import figure, framed

ROW = 46  # pixels of one bar with its air


@figure.register
def draw_view_contributions(
    finding: ViewContributions, sample: int = 0, dark: bool = False
) -> go.Figure:
    """From the baseline's score, view by view, to the score of the answer."""
    start = float(finding.told(finding.bare, sample))
    end = float(finding.told(finding.full, sample))
    steps = finding.told(finding.shapley, sample).tolist()
    labels = [finding.start, *_views(finding, sample), "<b>all four, as said</b> "]
    steady = {"color": pale_ink(dark)}
    bars = go.Waterfall(
        orientation="h",
        measure=["absolute", *["relative"] * len(steps), "total"],
        x=[start, *steps, end],
        y=labels,
        text=[f" {score(v, i not in (0, 5))} " for i, v in enumerate([start, *steps, end])],
        textposition="outside",
        textfont={"color": ink(dark)},
        cliponaxis=False,
        increasing={"marker": {"color": FOR}},
        decreasing={"marker": {"color": AGAINST}},
        totals={"marker": steady},
        connector={"line": {"color": pale_ink(dark), "width": 1, "dash": "dot"}},
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    drawing = go.Figure(bars)
    drawing.update_xaxes(
        range=_reach(start, steps),
        showgrid=False,
        zeroline=False,
        showticklabels=False,
        title=f"← against    score of {finding.target[sample]}    for →",
    )
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return framed(drawing, finding.caption(sample), dark, ROW * len(labels) + 10, gap=42)


def _views(finding: ViewContributions, sample: int) -> list[str]:
    known = finding.known[sample].tolist()
    return [f"{v} " if said else f"{v} (missing) " for v, said in zip(View, known, strict=True)]


def _reach(start: float, steps: list[float]) -> list[float]:
    """The axis, from the least to the greatest score on the way, with room for the numbers."""
    way = [start]
    for step in steps:
        way.append(way[-1] + step)
    low, high = min(way), max(way)
    room = max(high - low, 0.1)
    return [low - 0.45 * room, high + 0.3 * room]


@figure.register
def draw_view_pairs(finding: ViewPairs, sample: int = 0, dark: bool = False) -> go.Figure:
    """A square for each pair of views; the diagonal is empty, for no view pairs with itself."""
    values = finding.told(finding.pairs, sample).tolist()
    size = range(len(values))
    names, top = [str(v) for v in View], max(abs(v) for row in values for v in row) or 1.0
    heat = go.Heatmap(
        z=[[None if i == j else values[i][j] for j in size] for i in size],
        x=names,
        y=names,
        zmin=-top,
        zmid=0,
        zmax=top,
        colorscale=diverging(dark),
        showscale=False,
        xgap=3,
        ygap=3,
        text=[["" if i == j else score(values[i][j]) for j in size] for i in size],
        texttemplate="%{text}",
        hovertemplate="%{x} and %{y}: %{z:+.3f}<extra></extra>",
        hoverongaps=False,
    )
    drawing = go.Figure(heat)
    plain: dict[str, Any] = {"showgrid": False, "zeroline": False, "ticks": "", "showline": False}
    drawing.update_xaxes(**plain, side="bottom")
    drawing.update_yaxes(**plain, autorange="reversed")
    return framed(drawing, finding.caption(sample), dark, 52 * len(names) + 30, gap=46)
