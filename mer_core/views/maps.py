"""Maps of attention: who looks where, with words and seconds along the edges."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mer_core.probes.attention import AttentionMap, Flow
from mer_core.probes.positions import Positions
from mer_core.views.colours import WEIGHTS, modality_colour, pale_ink
from mer_core.views.frame import figure, framed

WORDS = 16
"""At most so many words along an edge; more cannot be read from the back of a room."""
RULE = {"color": "#FFFFFF", "width": 2}


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
    drawing.update_layout(coloraxis=scale("times uniform", top))
    layer = f"Layer {flows[0].layer + 1} of {finding.layers[-1] + 1}. "
    caption = layer * (len(finding.layers) > 1) + finding.caption(sample)
    return framed(drawing, caption, dark, 300 * down + 20, gap=64)


def scale(title: str, top: float) -> dict:
    """The scale of weights from 0 to `top`, with a slim bar beside the maps."""
    words = {"text": title, "side": "right", "font": {"size": 13}}
    bar = {"title": words, "thickness": 10, "outlinewidth": 0, "nticks": 5}
    return {"colorscale": WEIGHTS, "cmin": 0, "cmax": top, "colorbar": bar}


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
        hovertemplate="%{text}: %{z:.1f} times uniform, weight %{customdata:.3f}<extra></extra>",
    )
    drawing.add_trace(heat, row, column)
    below, beside = edge(flow.key, sample, 5), edge(flow.query, sample, 8)
    drawing.update_xaxes(**below, showgrid=False, zeroline=False, row=row, col=column)
    drawing.update_yaxes(**beside, autorange="reversed", showgrid=False, row=row, col=column)
    at: dict[str, Any] = {"row": row, "col": column}
    for border in borders(flow.key.kinds_kept(sample)):
        drawing.add_vline(x=border, line=RULE, **at)
    for border in borders(flow.query.kinds_kept(sample)):
        drawing.add_hline(y=border, line=RULE, **at)


def borders(kinds: Sequence[str]) -> list[float]:
    """Where one modality's positions end and the next one's begin."""
    return [i - 0.5 for i in range(1, len(kinds)) if kinds[i] != kinds[i - 1]]


def edge(positions: Positions, sample: int, moments: int) -> dict:
    """Which positions of an edge are named, each in its modality's colour where several are joined.

    All words are named while they fit, else every so many; of moments, about `moments`.
    """
    labels, kinds = positions.kept(sample), positions.kinds_kept(sample)
    timed = [label.endswith(" s") for label in labels]
    chosen: list[int] = []
    moments = ceil(moments / len(set(kinds)))
    for kind in dict.fromkeys(kinds):
        own = [i for i, k in enumerate(kinds) if k == kind]
        most = moments if timed[own[0]] else WORDS
        chosen += own[:: max(1, ceil(len(own) / most))]
    joined = len(set(kinds)) > 1
    text = [_tick(labels[i], kinds[i] if joined else None) for i in chosen]
    angle = 0 if any(timed) else None
    return {
        "tickmode": "array",
        "tickvals": chosen,
        "ticktext": text,
        "tickfont_size": 12,
        "tickangle": angle,
        "ticks": "",
        "showline": False,
    }


def _tick(label: str, kind: str | None) -> str:
    short = label if len(label) <= 14 else label[:13] + "…"
    return f"<span style='color:{modality_colour(kind)}'>{short}</span>" if kind else short


def nothing_to_draw(sentence: str, caption: str, dark: bool) -> go.Figure:
    """A figure that says why it is empty, in place of a map that would lie."""
    drawing = go.Figure(go.Scatter(x=[0.5], y=[0.5], mode="markers", marker={"opacity": 0}))
    drawing.add_annotation(
        text=sentence, x=0.5, y=0.5, showarrow=False, font={"size": 15, "color": pale_ink(dark)}
    )
    drawing.update_xaxes(visible=False, range=[0, 1])
    drawing.update_yaxes(visible=False, range=[0, 1])
    return framed(drawing, caption, dark, 120, gap=10)
