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
        f"agree (n = {found.counts[0]})",
        f"disagree (n = {found.counts[1]})",
        "difference",
    ]
    drawing = make_subplots(1, 3, subplot_titles=titles, horizontal_spacing=0.1)
    for column, (values, axis) in enumerate(
        ((same, "coloraxis"), (other, "coloraxis"), (other - same, "coloraxis2")), start=1
    ):
        _add(drawing, found, values.tolist(), axis, column)
    top = max(1.2, float(same.max()), float(other.max()))
    reach = max(0.05, float((other - same).abs().max()))
    left, right = scale("", top), scale("", reach)
    left["colorbar"] |= {"x": 0.645, "xanchor": "left", "tickfont_size": 12}
    right["colorbar"] |= {"tickfont_size": 12}
    right |= {"cmin": -reach, "colorscale": diverging(dark)}
    drawing.update_layout(coloraxis=left, coloraxis2=right)
    drawing.update_annotations(font_size=14)
    drawing.update_yaxes(title=f"way through {coloured(found.query)}, which looks", row=1, col=1)
    return framed(drawing, finding.caption(), dark, HEIGHT, gap=52)


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
    drawing.update_xaxes(
        title=f"way through {coloured(found.key)}", tickformat=".0%", nticks=3, showgrid=False, **at
    )
    drawing.update_yaxes(
        autorange="reversed", tickformat=".0%", nticks=5, showgrid=False,
        showticklabels=column == 1, **at,
    )  # fmt: skip
