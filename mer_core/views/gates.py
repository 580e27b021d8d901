"""Gates as bars, and the grid of stages by views."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mer_core.probes.base import percent
from mer_core.probes.gates import Gate
from mer_core.probes.soft_fusion import StageView
from mer_core.types import View
from mer_core.views.colours import WEIGHTS, ink, modality_colour, pale_ink
from mer_core.views.frame import figure, framed

PLAIN = "#8A8FA3"  # parts that are no modality have no colour of their own


@figure.register
def draw_gate(finding: Gate, sample: int = 0, dark: bool = False) -> go.Figure:
    """One bar per part, a line at equal weights, and a ring where the first stage stood."""
    weights = finding.weights[sample].tolist()
    of_modality = finding.of == "modality"
    labels = [f"{n}  <b>{percent(w)}</b> " for n, w in zip(finding.names, weights, strict=True)]
    drawing = go.Figure(
        go.Bar(
            x=weights,
            y=labels,
            orientation="h",
            marker={"color": [modality_colour(n) if of_modality else PLAIN for n in finding.names]},
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
    )
    title = "weight of each modality, ω" if of_modality else "weight of each expert, α"  # noqa: RUF001
    if finding.before is not None:
        _add_first_stage(drawing, finding.before[sample].tolist(), labels, dark)
        title += "    (○ first stage, w)"
    even = 1 / len(weights)
    drawing.add_vline(x=even, line={"color": pale_ink(dark), "width": 1, "dash": "dot"})
    drawing.update_xaxes(range=[0, 1], showticklabels=False, showgrid=False, title=title)
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return framed(drawing, finding.caption(sample), dark, 46 * len(weights) + 10, gap=42)


def _add_first_stage(
    drawing: go.Figure, before: Sequence[float], labels: Sequence[str], dark: bool
) -> None:
    ring = {"symbol": "circle-open", "size": 13, "color": ink(dark), "line": {"width": 2}}
    drawing.add_scatter(
        x=list(before),
        y=list(labels),
        mode="markers",
        marker=ring,
        hovertemplate="first stage %{x:.3f}<extra></extra>",
    )


@figure.register
def draw_stage_view(finding: StageView, sample: int = 0, dark: bool = False) -> go.Figure:
    """Stages down, views across; the view that a stage is named after is framed."""
    gone = finding.absent[sample].tolist()
    views = [f"{v} (missing)" if off else str(v) for v, off in zip(View, gone, strict=True)]
    stages = [f"{i}  {v}" for i, v in enumerate(View, start=1)]
    weights = finding.weights[sample].tolist()
    heat = go.Heatmap(
        z=weights,
        x=views,
        y=stages,
        zmin=0,
        zmax=max(0.5, float(finding.weights[sample].max())),
        colorscale=WEIGHTS,
        text=[[percent(w) for w in row] for row in weights],
        texttemplate="%{text}",
        textfont={"size": 15},
        xgap=3,
        ygap=3,
        showscale=False,
        hovertemplate="stage %{y} takes %{z:.1%} from the %{x} view<extra></extra>",
    )
    drawing = go.Figure(heat)
    for i in range(len(View)):
        box = {"x0": i - 0.47, "x1": i + 0.47, "y0": i - 0.47, "y1": i + 0.47}
        drawing.add_shape(type="rect", line={"color": ink(dark), "width": 2.5}, **box)
    drawing.update_xaxes(title="view of the text", showgrid=False, side="bottom")
    drawing.update_yaxes(title="stage, finest first", autorange="reversed", showgrid=False)
    return framed(drawing, finding.caption(sample), dark, 270, gap=66)
