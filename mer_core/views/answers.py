"""Answers: one bar per emotion, or one stacked bar per way of hearing."""

from collections.abc import Sequence

import plotly.graph_objects as go
from torch import Tensor

from mer_core.probes.base import percent
from mer_core.probes.incongruity import Alone
from mer_core.types import Prediction
from mer_core.views.colours import emotion_colour, ink, ink_on
from mer_core.views.frame import figure, framed

ROW = 34  # pixels of one bar with its air


@figure.register
def draw_answer(finding: Prediction, sample: int = 0, dark: bool = False) -> go.Figure:
    """Probability of each emotion, in the fixed order and the fixed colours."""
    probs = finding.probs[sample].tolist()
    best = max(range(len(probs)), key=probs.__getitem__)
    labels = [
        f" <b>{percent(p)}</b>" if i == best else f" {percent(p)}" for i, p in enumerate(probs)
    ]
    bars = go.Bar(
        x=probs,
        y=_spoken(finding.names, best),
        orientation="h",
        marker={"color": [emotion_colour(name) for name in finding.names]},
        text=labels,
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    drawing = go.Figure(bars)
    drawing.update_xaxes(range=[0, 1.08], visible=False)
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    caption = (
        f"n = 1; probability of each emotion, calibrated (temperature {finding.temperature:.2f})."
    )
    return framed(drawing, caption, dark, ROW * len(probs), gap=10)


def _spoken(names: Sequence[str], best: int) -> list[str]:
    return [f"<b>{name}</b>" if i == best else name for i, name in enumerate(names)]


@figure.register
def draw_alone(finding: Alone, sample: int = 0, dark: bool = False) -> go.Figure:
    """One stacked bar for each modality alone, and one for all together."""
    here = finding.present[:, sample].tolist()
    said: dict[str, Tensor] = {
        f"{m} alone": finding.alone[i, sample] for i, m in enumerate(finding.modalities) if here[i]
    }
    said["<b>all together</b>"] = finding.together[sample]
    drawing = stacked(said, finding.names)
    drawing.add_annotation(**_disagreement(finding, sample, dark))
    return framed(drawing, finding.caption(sample), dark, 46 * len(said) + 30, gap=14)


def _disagreement(finding: Alone, sample: int, dark: bool) -> dict:
    bits = float(finding.bits[sample])
    words = "only one modality is here" if bits != bits else f"disagreement {bits:.2f} bits"
    place = {"xref": "paper", "yref": "paper", "x": 1, "y": 1, "xanchor": "right"}
    look = {"size": 14, "color": ink(dark)}
    return {"text": words, "showarrow": False, "yanchor": "bottom", "font": look, **place}


def stacked(said: dict[str, Tensor], names: Sequence[str]) -> go.Figure:
    """Stacked bars of probabilities; a segment wide enough carries its emotion's name."""
    drawing = go.Figure()
    rows = list(said)
    for e, name in enumerate(names):
        values = [float(probs[e]) for probs in said.values()]
        colour = emotion_colour(name)
        drawing.add_bar(
            x=values,
            y=rows,
            orientation="h",
            name=name,
            marker={"color": colour, "line": {"width": 0}},
            text=[f"{name} {percent(v)}" if v > 0.16 else name if v > 0.1 else "" for v in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": ink_on(colour), "size": 13},
            constraintext="none",
            hovertemplate=f"%{{y}}: {name} %{{x:.1%}}<extra></extra>",
        )
    drawing.update_layout(barmode="stack")
    drawing.update_xaxes(range=[0, 1], visible=False)
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return drawing
