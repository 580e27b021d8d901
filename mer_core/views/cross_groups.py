"""Mean maps of congruent and of incongruent utterances, and how they differ."""

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mer_core.probes.cross_grid import BINS
from mer_core.probes.cross_groups import GroupMap, GroupMaps
from mer_core.views.colours import diverging
from mer_core.views.frame import figure, framed
from mer_core.views.maps import coloured, scale

HEIGHT = 280


@figure.register
def draw_groups(finding: GroupMaps, sample: int = 0, dark: bool = False) -> go.Figure:
    """The mean of the heads of the first crossing's last layer; `draw_group` for another."""
    first = finding.maps[0]
    return draw_group(finding, first, first.p.shape[0] - 1, None, dark)


def draw_group(
    finding: GroupMaps, found: GroupMap, layer: int, head: int | None, dark: bool = False
) -> go.Figure:
    """Two mean maps on one scale, and their difference on another with zero in its middle.

    Args:
        finding: For the caption.
        found: One of its maps.
        layer: From 0.
        head: From 0; None for the mean of the heads.
        dark: For a dark page.
    """
    at = -1 if head is None else head
    same, other = (m[layer, at] for m in (found.congruent, found.incongruent))
    titles = [
        "parts agree",
        "disagree",
        "difference",
    ]
    drawing = make_subplots(1, 3, subplot_titles=titles, horizontal_spacing=0.05)
    for column, (values, axis) in enumerate(
        ((same, "coloraxis"), (other, "coloraxis"), (other - same, "coloraxis2")), start=1
    ):
        _add(drawing, found, values.tolist(), axis, column)
    top = max(1.2, float(same.max()), float(other.max()))
    reach = max(0.05, float((other - same).abs().max()))
    left, right = _scale("times even", top, 0.316, 0.6), _scale("difference", reach, 0.85, 0.28)
    right |= {"cmin": -reach, "colorscale": diverging(dark)}
    drawing.update_layout(coloraxis=left, coloraxis2=right)
    drawing.update_annotations(font_size=14)
    drawing.update_yaxes(title=f"{coloured(found.query)}, which looks", row=1, col=1)
    drawing.update_xaxes(title=f"{coloured(found.key)}, looked at", row=1, col=2)
    return framed(drawing, finding.caption(), dark, HEIGHT, gap=118)


def _scale(title: str, top: float, middle: float, length: float) -> dict[str, Any]:
    """A scale whose bar lies below the panels, so that it fits narrow screens too."""
    found = scale(title, top)
    found["colorbar"] |= {
        "orientation": "h",
        "x": middle,
        "xanchor": "center",
        "len": length,
        "y": -0.22,
        "yanchor": "top",
        "tickfont_size": 12,
    }
    found["colorbar"]["title"] |= {"side": "top"}
    return found


def _add(
    drawing: go.Figure, found: GroupMap, values: list[list[float]], axis: str, column: int
) -> None:
    places = [(i + 0.5) / BINS for i in range(BINS)]
    heat = go.Heatmap(
        z=values,
        x=places,
        y=places,
        coloraxis=axis,
        hovertemplate=f"{found.query} at %{{y:.0%}}, {found.key} at %{{x:.0%}}: "
        "%{z:.2f}<extra></extra>",
    )
    at: dict[str, Any] = {"row": 1, "col": column}
    drawing.add_trace(heat, **at)
    way: dict[str, Any] = {"tickvals": [0.03, 0.97], "ticktext": ["begin", "end"], "ticks": ""}
    way |= {"showgrid": False, "tickangle": 0, "tickfont_size": 12}
    drawing.update_xaxes(**way, showticklabels=column == 2, **at)
    drawing.update_yaxes(**way, autorange="reversed", showticklabels=column == 1, **at)
