"""The language model: where it looks before it answers, and what it might have said."""

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from torch import Tensor

from mer_core.probes.base import percent
from mer_core.probes.spoken import Speech, Spoken
from mer_core.probes.spoken_looks import GROUPS, PromptLooks
from mer_core.probes.spoken_set import LooksSet
from mer_core.types import Modality
from mer_core.views.colours import ink_on, modality_colour
from mer_core.views.experts import PUT_IN
from mer_core.views.frame import figure, framed
from mer_core.views.gates import PLAIN

COLOURS = dict(zip(GROUPS, (PUT_IN, modality_colour(Modality.TEXT), PLAIN), strict=True))
EVEN = "<i>even look</i> "


@figure.register
def draw_looks(finding: PromptLooks, sample: int = 0, dark: bool = False) -> go.Figure:
    """A stacked bar a layer, for each question; below, where an even look would go."""
    looks, even = finding.grouped()[sample], finding.evenly_grouped()[sample]
    return _looks(looks, even, finding.questions, finding.caption(sample), dark)


@figure.register
def draw_looks_set(finding: LooksSet, sample: int = 0, dark: bool = False) -> go.Figure:
    """The same, mean of a set."""
    parts = finding.grouped(), finding.evenly_grouped(), finding.questions
    return _looks(*parts, finding.caption(), dark)


def _looks(
    looks: Tensor, even: Tensor, questions: tuple[str, ...], caption: str, dark: bool
) -> go.Figure:
    titles = [f"before the {question}" for question in questions]
    drawing = make_subplots(
        1, len(questions), subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.05
    )
    rows = [f"layer {i + 1} " for i in range(looks.shape[1])] + [EVEN]
    for q in range(len(questions)):
        for g, (name, colour) in enumerate(COLOURS.items()):
            values = [*looks[q, :, g].tolist(), float(even[q, g])]
            bar = go.Bar(
                x=values,
                y=rows,
                orientation="h",
                name=name,
                legendgroup=name,
                showlegend=q == 0,
                marker={"color": colour, "opacity": [1.0] * (len(rows) - 1) + [0.5]},
                text=[percent(v) if v > 0.2 else "" for v in values],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                constraintext="none",
                textfont={"color": ink_on(colour), "size": 12.5},
                hovertemplate=f"%{{y}}: {name} %{{x:.1%}}<extra></extra>",
            )
            drawing.add_trace(bar, row=1, col=q + 1)
    drawing.update_annotations(font_size=14)
    drawing.update_xaxes(range=[0, 1], visible=False)
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    framed(drawing, caption, dark, 38 * len(rows) + 20, gap=14)
    place: dict[str, Any] = {"orientation": "h", "x": 0, "y": 1.12, "yanchor": "bottom"}
    return drawing.update_layout(barmode="stack", showlegend=True, legend=place, margin_t=72)


@figure.register
def draw_spoken(finding: Spoken, sample: int = 0, dark: bool = False) -> go.Figure:
    """A panel a token: the most probable words, what is said on top."""
    panels = [(speech, i) for speech in finding.speeches[sample] for i in range(len(speech.steps))]
    drawing = make_subplots(
        len(panels),
        1,
        subplot_titles=[_title(speech, i) for speech, i in panels],
        vertical_spacing=0.3 / len(panels),
    )
    for row, (speech, i) in enumerate(panels, start=1):
        drawing.add_trace(_step(speech, i), row=row, col=1)
    drawing.update_annotations(font_size=14, xanchor="left", x=0)
    drawing.update_xaxes(range=[0, 1.15], visible=False)
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return framed(drawing, finding.caption(sample), dark, 168 * len(panels), left=40, gap=10)


def _title(speech: Speech, i: int) -> str:
    step = speech.steps[i]
    said = "the end of the answer" if step.end else f"<b>{step.word}</b>"
    if len(speech.steps) == 1:
        return f"“{speech.asked}” → {said}"
    return f"{speech.question}, token {i + 1} of {len(speech.steps)} → {said}"


def _step(speech: Speech, i: int) -> go.Bar:
    step = speech.steps[i]
    return go.Bar(
        x=list(step.probs),
        y=[f"{rank + 1}. {word} " for rank, word in enumerate(step.words)],
        orientation="h",
        marker={"color": [PUT_IN] + [PLAIN] * (len(step.probs) - 1)},
        text=[f" {percent(p)}" for p in step.probs],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.2%}<extra></extra>",
    )
