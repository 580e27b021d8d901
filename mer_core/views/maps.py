"""Maps of attention: who looks where, with words and seconds along the edges."""

from collections.abc import Sequence
from math import ceil

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mer_core.probes.attention import AttentionMap, Flow
from mer_core.views.colours import WEIGHTS, modality_colour, pale_ink
from mer_core.views.frame import figure, framed

LABELS = 14
"""At most so many labels along an edge; more cannot be read from the back of a room."""


@figure.register
def draw_attention(finding: AttentionMap, sample: int = 0, dark: bool = False) -> go.Figure:
    """The last layer's maps side by side on one scale; `finding.only(layer=...)` for another."""
    flows = finding.drawable(sample)
    if not flows:
        return nothing_to_draw(finding.says(sample), finding.caption(sample), dark)
    across = min(2, len(flows))
    down = ceil(len(flows) / across)
    drawing = make_subplots(
        down,
        across,
        subplot_titles=[titled(flow) for flow in flows],
        horizontal_spacing=0.2,
        vertical_spacing=0.3 / down,
    )
    for i, flow in enumerate(flows):
        add_map(drawing, flow, sample, i // across + 1, i % across + 1)
    drawing.update_annotations(font_size=14)
    top = max(2.0, max(flow.sharpest(sample)[0] for flow in flows))
    bar = {"title": {"text": "× uniform", "side": "right"}, "thickness": 10, "outlinewidth": 0}
    drawing.update_layout(
        coloraxis={"colorscale": WEIGHTS, "cmin": 0, "cmax": top, "colorbar": bar}
    )
    layer = flows[0].layer + 1
    caption = f"Layer {layer}. {finding.caption(sample)}"
    return framed(drawing, caption, dark, 300 * down + 20, gap=80)


def titled(flow: Flow) -> str:
    """'audio looks at text', each word in its modality's colour."""
    return f"{coloured(flow.query.name)} looks at {coloured(flow.key.name)}"


def coloured(name: str) -> str:
    """A modality's name in its colour; several joined by '+' each in its own."""
    parts = (f"<span style='color:{modality_colour(p)}'>{p}</span>" for p in name.split("+"))
    return f"<b>{' + '.join(parts)}</b>"


def add_map(drawing: go.Figure, flow: Flow, sample: int, row: int, column: int) -> None:
    """One panel. Positions stand at their number; the edge names some of them."""
    seen = flow.seen(sample)
    queries, keys = flow.query.kept(sample), flow.key.kept(sample)
    relative = (seen * seen.shape[1]).tolist()
    hover = [[f"{q} → {k}" for k in keys] for q in queries]
    heat = go.Heatmap(
        z=relative,
        text=hover,
        customdata=seen.tolist(),
        coloraxis="coloraxis",
        hovertemplate="%{text}: %{z:.1f} × uniform, weight %{customdata:.3f}<extra></extra>",
    )
    drawing.add_trace(heat, row, column)
    drawing.update_xaxes(**edge(keys), showgrid=False, row=row, col=column)
    drawing.update_yaxes(**edge(queries), autorange="reversed", showgrid=False, row=row, col=column)


def edge(labels: Sequence[str]) -> dict:
    """Which positions of an edge are named: all words while they fit, else every so many."""
    stride = max(1, ceil(len(labels) / LABELS))
    chosen = list(range(0, len(labels), stride))
    text = [labels[i] if len(labels[i]) <= 14 else labels[i][:13] + "…" for i in chosen]
    return {"tickmode": "array", "tickvals": chosen, "ticktext": text, "tickfont_size": 12}


def nothing_to_draw(sentence: str, caption: str, dark: bool) -> go.Figure:
    """A figure that says why it is empty, in place of a map that would lie."""
    drawing = go.Figure(go.Scatter(x=[0.5], y=[0.5], mode="markers", marker={"opacity": 0}))
    drawing.add_annotation(
        text=sentence, x=0.5, y=0.5, showarrow=False, font={"size": 15, "color": pale_ink(dark)}
    )
    drawing.update_xaxes(visible=False, range=[0, 1])
    drawing.update_yaxes(visible=False, range=[0, 1])
    return framed(drawing, caption, dark, 120, gap=10)
