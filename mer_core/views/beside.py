"""Stages beside views: how alike they are; and attention beside what a view did."""

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mer_core.probes.base import percent, points
from mer_core.probes.heeded import LOOKS, HeededViews
from mer_core.probes.logits import signed
from mer_core.probes.resemblance import Resemblance
from mer_core.types import View
from mer_core.views import colours
from mer_core.views.colours import MODALITY, diverging, ink, pale_ink
from mer_core.views.frame import figure, framed


@figure.register
def draw_resemblance(finding: Resemblance, sample: int = 0, dark: bool = False) -> go.Figure:
    """Stages down, views across: cosine in each cell, its colour by what is beyond offsets."""
    gone = finding.absent[sample].tolist()
    views = [f"{v} (missing)" if off else str(v) for v, off in zip(View, gone, strict=True)]
    beyond, cosine = finding.beyond[sample].tolist(), finding.cosine[sample].tolist()
    top = max(0.05, float(finding.beyond[sample].abs().max()))
    text = [
        [f"<b>{signed(c)}</b><br><span style='font-size:11px'>{signed(b)}</span>" for c, b in pair]
        for pair in (zip(cs, bs, strict=True) for cs, bs in zip(cosine, beyond, strict=True))
    ]
    heat = go.Heatmap(
        z=beyond,
        x=views,
        y=[f"{i}  {v}" for i, v in enumerate(View, start=1)],
        zmin=-top,
        zmid=0,
        zmax=top,
        colorscale=diverging(dark),
        text=text,
        customdata=cosine,
        texttemplate="%{text}",
        textfont={"size": 15},
        xgap=3,
        ygap=3,
        showscale=False,
        hovertemplate="stage %{y}, %{x} view: cosine %{customdata:.3f}, beyond offsets "
        "%{z:+.3f}<extra></extra>",
    )
    drawing = go.Figure(heat)
    for i in range(len(View)):
        box = {"x0": i - 0.47, "x1": i + 0.47, "y0": i - 0.47, "y1": i + 0.47}
        drawing.add_shape(type="rect", line={"color": ink(dark), "width": 2.5}, **box)
    drawing.update_xaxes(title="view of the text", showgrid=False, side="bottom")
    drawing.update_yaxes(title="stage, finest first", autorange="reversed", showgrid=False)
    return framed(drawing, finding.caption(sample), dark, 290, gap=66)


@figure.register
def draw_heeded(finding: HeededViews, sample: int = 0, dark: bool = False) -> go.Figure:
    """Left the attention that each view gets, right what its removal does to the answer."""
    gone = finding.absent[:, sample].tolist()
    names = [f"{p} (missing)" if off else p for p, off in zip(finding.parts, gone, strict=True)]
    titles = ["attention to the view", f"← against    <b>{finding.target[sample]}</b>    for →"]
    drawing = make_subplots(1, 2, shared_yaxes=True, subplot_titles=titles, horizontal_spacing=0.06)
    _add_attention(drawing, finding, sample, names)
    _add_lost(drawing, finding, sample, names)
    even: Any = {"x": 1 / len(View), "row": 1, "col": 1}
    drawing.add_vline(line={"color": pale_ink(dark), "width": 1, "dash": "dot"}, **even)
    drawing.update_annotations(font_size=14)
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    caption = (
        f"{finding.caption(sample)} Left, upper bars: text-guided block; lower: global "
        "Soft-Fusion; dotted: even, 25 %."
    )
    return framed(drawing, caption, dark, 60 * len(names) + 10, gap=14)


def _add_attention(drawing: go.Figure, finding: HeededViews, sample: int, names: list[str]) -> None:
    top = 0.0
    for i, (look, spoken) in enumerate(LOOKS.items()):
        values = getattr(finding, look)[sample].tolist()
        top = max(top, *values)
        bars = go.Bar(
            x=values,
            y=names,
            orientation="h",
            marker={"color": MODALITY["text"], "opacity": 1 - 0.5 * i},
            text=[f" {percent(v)}" for v in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=f"{spoken}, %{{y}}: %{{x:.1%}}<extra></extra>",
        )
        drawing.add_trace(bars, row=1, col=1)
    drawing.update_xaxes(range=[0, 1.3 * top], visible=False, row=1, col=1)


def _add_lost(drawing: go.Figure, finding: HeededViews, sample: int, names: list[str]) -> None:
    values, target = finding.lost[:, sample].tolist(), finding.target[sample]
    turned = [finding.turned(i, sample) for i in range(len(values))]
    text = [
        f" {points(v)}{'' if turn == target else f' → {turn}'} "
        for v, turn in zip(values, turned, strict=True)
    ]
    reach = max(0.02, *(abs(v) for v in values)) * (2.2 if any("→" in t for t in text) else 1.6)
    bars = go.Bar(
        x=values,
        y=names,
        orientation="h",
        marker={"color": colours.signed(values)},
        text=text,
        textposition="outside",
        cliponaxis=False,
        hovertemplate="without %{y}: %{text}<extra></extra>",
    )
    drawing.add_trace(bars, row=1, col=2)
    drawing.update_xaxes(
        range=[-reach, reach], zeroline=True, zerolinewidth=1.5, showgrid=False,
        showticklabels=False, row=1, col=2,
    )  # fmt: skip
