"""Pseudo tokens: nearest words, what they carry, and what a swap costs."""

import math

import plotly.graph_objects as go

from mer_core.probes.base import percent
from mer_core.probes.pseudo import Pseudo
from mer_core.probes.pseudo_set import PseudoSet
from mer_core.probes.pseudo_swapped import Swapped
from mer_core.views.colours import ink, ink_on, modality_colour, pale_ink
from mer_core.views.experts import PUT_IN
from mer_core.views.frame import figure, framed
from mer_core.views.gates import PLAIN

ROW = 30


@figure.register
def draw_pseudo(finding: Pseudo, sample: int = 0, dark: bool = False) -> go.Figure:
    """Nearest words of each different token, beside what chance gets."""
    count = 1 if finding.same(sample) else finding.length.shape[1]
    drawing, chance = go.Figure(), finding.chance
    names: list[str] = []
    for t in range(count):
        words, values = finding.words[sample][t], finding.cosine[sample, t].tolist()
        which = "" if count == 1 else f" · {t + 1}"
        here = [f"{i + 1}. {word}{which} " for i, word in enumerate(words)]
        names += here
        drawing.add_bar(
            x=values, y=here, orientation="h", marker={"color": PUT_IN},
            text=[f"{v:.2f}" for v in values], textposition="inside", insidetextanchor="start",
            textfont={"color": ink_on(PUT_IN)}, constraintext="none", textangle=0,
            hovertemplate="%{y}: cosine %{x:.3f}<extra></extra>",
        )  # fmt: skip
    drawing.add_vrect(x0=chance.mean, x1=chance.top, fillcolor=PLAIN, opacity=0.3, line_width=0)
    drawing.add_vline(x=chance.top, line={"color": ink(dark), "width": 1.5, "dash": "dot"})
    drawing.add_vline(x=chance.words, line={"color": pale_ink(dark), "width": 1.5})
    reach = max(chance.words, float(finding.cosine[sample].max())) * 1.15
    drawing.update_xaxes(range=[0, reach], showgrid=False, title="cosine with the nearest words")
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    told = "Solid line: a word and its nearest other word, mean."
    tokens = "The tokens are one vector. " if count == 1 else "After the dot: which token. "
    caption = f"{finding.caption(sample)} {tokens}{told}"
    return framed(drawing, caption, dark, ROW * len(names) + 20, gap=56)


@figure.register
def draw_pseudo_set(finding: PseudoSet, sample: int = 0, dark: bool = False) -> go.Figure:
    """Likeness to each representation, with a tick where shuffled samples end."""
    told = finding.carried
    values = [0.0 if math.isnan(c.cka) else c.cka for c in told]
    names = [c.name for c in told]
    drawing = go.Figure(
        go.Bar(
            x=values,
            y=names,
            orientation="h",
            marker={"color": [modality_colour(n) for n in names]},
            text=[" too few samples" if math.isnan(c.cka) else f" {c.cka:.2f}" for c in told],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
    )
    drawing.add_scatter(
        x=[c.chance for c in told], y=names, mode="markers", hoverinfo="skip",
        marker={"symbol": "line-ns", "size": 20, "line": {"width": 2, "color": ink(dark)}},
    )  # fmt: skip
    drawing.update_xaxes(
        range=[min(0.0, *values) - 0.02, 1.12], showgrid=False, tickvals=[0, 0.5, 1]
    )
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return framed(drawing, finding.caption(), dark, 38 * len(told) + 10, gap=36)


@figure.register
def draw_swapped(finding: Swapped, sample: int = 0, dark: bool = False) -> go.Figure:
    """Accuracy with a sample's own pseudo tokens, and with another's."""
    own, others = finding.accuracies()
    lost, low, high = finding.lost()
    told = [f"<b>{percent(v)}</b>" if v == v else "no right answers" for v in (own, others)]
    names = [f"its own pseudo tokens {told[0]} ", f"another sample's {told[1]} "]
    values = [0.0 if math.isnan(v) else v for v in (own, others)]
    drawing = go.Figure(
        go.Bar(
            x=values,
            y=names,
            orientation="h",
            marker={"color": [PUT_IN, PLAIN]},
            hovertemplate="%{x:.1%}<extra></extra>",
        )
    )
    if not math.isnan(lost):
        drawing.add_scatter(
            x=[others], y=[names[1]], mode="markers", marker={"size": 1, "color": ink(dark)},
            error_x={"array": [max(0.0, high - lost)], "arrayminus": [max(0.0, lost - low)],
                     "color": ink(dark), "thickness": 2, "width": 5}, hoverinfo="skip",
        )  # fmt: skip
    drawing.update_xaxes(range=[0, 1], tickvals=[0, 0.5, 1], tickformat=".0%")
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    caption = f"{finding.caption()} Whisker: of the difference, set at the lower bar."
    return framed(drawing, caption, dark, 120, gap=36)
