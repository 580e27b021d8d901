"""What words, moments and places did for the answer: signed bars, and a signed map."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mer_core.probes.attribution import Attribution, Push
from mer_core.probes.base import points
from mer_core.types import Modality
from mer_core.views.colours import modality_colour, pale_ink, signed
from mer_core.views.frame import figure, framed
from mer_core.views.maps import nothing_to_draw
from mer_core.views.pictures import data_uri

CLEAR = [[0.0, "rgba(0,114,178,0.95)"], [0.5, "rgba(128,128,128,0)"], [1.0, "rgba(213,94,0,0.95)"]]
"""Blue to vermilion, see-through in the middle: where nothing pushed, the picture is seen."""
ROW = 120  # pixels of one row of bars
AIR = 1.15  # how far the scale reaches beyond the longest bar


@figure.register
def draw_attribution(finding: Attribution, sample: int = 0, dark: bool = False) -> go.Figure:
    """One row of bars for each modality or view on one scale; the picture, if any, on the left."""
    pushes = [p for p in finding.pushes if p.seen(sample)]
    has_map = finding.places is not None and (finding.totals[Modality.VISION][sample] != 0).item()
    if not pushes and not has_map:
        return nothing_to_draw(finding.says(sample), finding.caption(sample), dark)
    rows = max(1, len(pushes))
    drawing = _sheet(rows, bool(has_map), [_titled(p) for p in pushes])
    column = 2 if has_map else 1
    reach = max((abs(v) for p in pushes for _, v in p.seen(sample)), default=0.01) * AIR
    for i, push in enumerate(pushes, start=1):
        _add_row(drawing, push, sample, reach, {"row": i, "col": column}, dark)
    if has_map:
        _add_map(drawing, finding, sample)
    drawing.update_annotations(font_size=14)
    height = max(ROW * rows + 40, 330 if has_map else 0)
    return framed(drawing, finding.caption(sample), dark, height, gap=70)


def _sheet(rows: int, has_map: bool, titles: list[str]) -> go.Figure:
    spacing = min(0.14, 0.45 / rows)
    if not has_map:
        return make_subplots(rows, 1, subplot_titles=titles, vertical_spacing=spacing)
    first: list[Any] = [{"rowspan": rows}, {}]
    rest: list[Any] = [[None, {}] for _ in range(rows - 1)]
    return make_subplots(
        rows,
        2,
        specs=[first, *rest],
        column_widths=[0.42, 0.58],
        horizontal_spacing=0.08,
        vertical_spacing=spacing,
        subplot_titles=["<b>picture</b>", *(titles or [""])],
    )


def _titled(push: Push) -> str:
    kind = push.where.kinds[0]
    return f"<span style='color:{modality_colour(kind)}'><b>{push.name}</b></span>"


def _add_row(
    drawing: go.Figure, push: Push, sample: int, reach: float, at: dict[str, Any], dark: bool
) -> None:
    """Bars from a zero line; words under each, seconds under every so many."""
    seen = push.seen(sample)
    labels, values = [label for label, _ in seen], [value for _, value in seen]
    bars = go.Bar(
        x=list(range(len(values))),
        y=values,
        marker={"color": signed(values)},
        text=[f"{label}: {points(value)}" for label, value in seen],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )
    drawing.add_trace(bars, **at)
    stride = max(1, len(labels) // 8) if labels[0].endswith(" s") else max(1, len(labels) // 20)
    chosen = list(range(0, len(labels), stride))
    drawing.update_xaxes(
        tickmode="array",
        tickvals=chosen,
        ticktext=[labels[i] for i in chosen],
        tickfont_size=12,
        showgrid=False,
        showline=False,
        zeroline=False,
        ticks="",
        **at,
    )
    drawing.update_yaxes(
        range=[-reach, reach],
        zeroline=True,
        zerolinecolor=pale_ink(dark),
        showgrid=False,
        showline=False,
        tickmode="array",
        tickvals=[-reach / AIR, 0, reach / AIR],
        ticktext=[points(-reach / AIR), "0", points(reach / AIR)],
        tickfont_size=11,
        ticks="",
        **at,
    )


def _add_map(drawing: go.Figure, finding: Attribution, sample: int) -> None:
    """Places on the picture; the scale ends at the 99th percentile, so one cell cannot hide all."""
    if finding.places is None:
        return
    values = finding.places[sample].numpy()
    top = float(np.percentile(np.abs(values), 99)) or 1e-9
    centres = [(i + 0.5) / len(values) for i in range(len(values))]
    image = finding.images[sample] if finding.images else None
    if image is not None:
        drawing.add_layout_image(
            source=data_uri(image), xref="x", yref="y", x=0, y=0, sizex=1, sizey=1,
            sizing="stretch", layer="below",
        )  # fmt: skip
    heat = go.Heatmap(
        z=values,
        x=centres,
        y=centres,
        zmin=-top,
        zmid=0,
        zmax=top,
        colorscale=CLEAR,
        showscale=False,
        hovertemplate="%{z:+.2%}<extra></extra>",
    )
    drawing.add_trace(heat, row=1, col=1)
    drawing.update_xaxes(visible=False, range=[0, 1], constrain="domain", row=1, col=1)
    fixed: dict[str, Any] = {"scaleanchor": "x", "constrain": "domain", "constraintoward": "top"}
    drawing.update_yaxes(visible=False, range=[1, 0], row=1, col=1, **fixed)
