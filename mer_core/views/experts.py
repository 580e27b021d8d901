"""Experts: weight beside contribution, likeness, evenness, classes, alarms."""

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from torch import Tensor

from mer_core.probes.base import percent
from mer_core.probes.experts import EXPERT_NAMES, LEAST, SHORT, MixCosine, MixShares
from mer_core.probes.experts_alarms import ExpertAlarms
from mer_core.probes.experts_set import (
    ExpertClasses,
    ExpertEvenness,
    ExpertLikeness,
    ExpertMeans,
)
from mer_core.views.colours import FOR, diverging, emotion_colour, ink, pale_ink
from mer_core.views.frame import figure, framed
from mer_core.views.gates import PLAIN

PUT_IN = "#CC79A7"
"""What an expert puts in, and what the experts hand over: reddish purple (Okabe and Ito, 2008)."""

BINS = 20


@figure.register
def draw_shares(finding: MixShares, sample: int = 0, dark: bool = False) -> go.Figure:
    """Weight and contribution of each expert, one above the other; a line at the first stage."""
    alpha, share, first = (x[sample] for x in (finding.alpha, finding.share, finding.first))
    return _shares(alpha, share, first, finding.caption(sample), dark)


@figure.register
def draw_means(finding: ExpertMeans, sample: int = 0, dark: bool = False) -> go.Figure:
    """The same, mean of a set."""
    parts = (finding.alpha, finding.share, finding.first)
    alpha, share, first = (x.mean(dim=0) for x in parts)
    return _shares(alpha, share, first, finding.caption(), dark)


def _shares(alpha: Tensor, share: Tensor, first: Tensor, caption: str, dark: bool) -> go.Figure:
    drawing = go.Figure()
    for weights, colour, words, up in (
        (alpha, PLAIN, "weight, α", 8),  # noqa: RUF001
        (share, PUT_IN, "contribution", -8),
    ):
        drawing.add_bar(
            x=weights.tolist(), y=list(EXPERT_NAMES), orientation="h", name=words,
            marker={"color": colour},
            hovertemplate=f"%{{y}}, {words}: %{{x:.3f}}<extra></extra>",
        )  # fmt: skip
        for value, name in zip(weights.tolist(), EXPERT_NAMES, strict=True):
            drawing.add_annotation(  # in a column, where no line of the first stage is
                x=1.14, y=name, text=percent(value), xanchor="right", yshift=up, showarrow=False
            )
    drawing.add_scatter(
        x=first.tolist(), y=list(EXPERT_NAMES), mode="markers", name="first stage, w",
        marker={"symbol": "line-ns-open", "size": 34, "color": ink(dark), "line": {"width": 2}},
        hovertemplate="%{y}, first stage: %{x:.3f}<extra></extra>",
    )  # fmt: skip
    drawing.add_vline(x=1 / 3, line={"color": pale_ink(dark), "width": 1, "dash": "dot"})
    drawing.update_xaxes(range=[0, 1.15], showticklabels=False, showgrid=False)
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    framed(drawing, caption, dark, 220, gap=14)
    return _legend(drawing)


def _legend(drawing: go.Figure) -> go.Figure:
    """A legend above the picture."""
    place: dict[str, Any] = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
    return drawing.update_layout(showlegend=True, legend=place, margin_t=48, bargap=0.25)


@figure.register
def draw_cosine(finding: MixCosine, sample: int = 0, dark: bool = False) -> go.Figure:
    """Experts by experts."""
    return _matrix(finding.cosine[sample], finding.caption(sample), dark)


@figure.register
def draw_likeness(finding: ExpertLikeness, sample: int = 0, dark: bool = False) -> go.Figure:
    """The same, mean of a set."""
    return _matrix(finding.mean, finding.caption(), dark)


def _matrix(cosine: Tensor, caption: str, dark: bool) -> go.Figure:
    values = cosine.tolist()
    heat = go.Heatmap(
        z=values,
        x=list(SHORT),
        y=list(SHORT),
        zmin=-1,
        zmid=0,
        zmax=1,
        colorscale=diverging(dark),
        text=[[f"{v:.2f}" for v in row] for row in values],
        texttemplate="%{text}",
        textfont={"size": 15},
        xgap=3,
        ygap=3,
        showscale=False,
        hovertemplate="%{y} and %{x}: %{z:.3f}<extra></extra>",
    )
    drawing = go.Figure(heat)
    drawing.update_xaxes(showgrid=False, side="bottom")
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return framed(drawing, caption, dark, 230, gap=36)


@figure.register
def draw_evenness(finding: ExpertEvenness, sample: int = 0, dark: bool = False) -> go.Figure:
    """How many samples are how even, and how far the second stage moves how many."""
    titles = ["evenness of α (entropy / ln 3)", "weight moved by stage 2"]  # noqa: RUF001
    drawing = make_subplots(1, 2, subplot_titles=titles, horizontal_spacing=0.14)
    for column, values in enumerate((finding.even, finding.moved), start=1):
        counts = values.clamp(0, 1).histc(BINS, 0, 1).tolist()
        bars = go.Bar(
            x=[(i + 0.5) / BINS for i in range(BINS)],
            y=counts,
            marker={"color": PLAIN},
            customdata=[f"{i / BINS:.2f} to {(i + 1) / BINS:.2f}" for i in range(BINS)],
            hovertemplate="%{customdata}: %{y} samples<extra></extra>",
        )
        drawing.add_trace(bars, row=1, col=column)
        mean = {"color": ink(dark), "width": 2}
        drawing.add_vline(x=float(values.mean()), line=mean, row=1, col=column)  # type: ignore[arg-type]
    drawing.update_annotations(font_size=14)
    drawing.update_xaxes(range=[0, 1], showgrid=False, tickvals=[0, 0.5, 1])
    drawing.update_yaxes(title="samples", col=1)
    told = f"Line: mean. In the KL a weight of the first stage counts as at least {LEAST:.0e}."
    framed(drawing, f"{finding.caption()} {told}", dark, 240, gap=36)
    return drawing.update_layout(bargap=0.06)


@figure.register
def draw_classes(finding: ExpertClasses, sample: int = 0, dark: bool = False) -> go.Figure:
    """A panel an expert, a dot a class, the mean of all as a line."""
    told = finding.means()
    drawing = make_subplots(1, 3, subplot_titles=SHORT, shared_yaxes=True, horizontal_spacing=0.05)
    names = [f"{name} ({n:,}) " for name, n, _ in told]
    overall = finding.alpha.mean(dim=0).tolist()
    for i, mean in enumerate(overall):
        values = [each[i][0] for _, _, each in told]
        dots = go.Scatter(
            x=values,
            y=names,
            mode="markers",
            marker={"size": 12, "color": [emotion_colour(name) for name, _, _ in told]},
            error_x={
                "array": [each[i][2] - each[i][0] for _, _, each in told],
                "arrayminus": [each[i][0] - each[i][1] for _, _, each in told],
                "color": pale_ink(dark),
                "thickness": 1.5,
                "width": 4,
            },
            hovertemplate="%{y}%{x:.3f}<extra></extra>",
        )
        drawing.add_trace(dots, row=1, col=i + 1)
        look = {"color": ink(dark), "width": 1.5, "dash": "dot"}
        drawing.add_vline(x=mean, line=look, row=1, col=i + 1)  # type: ignore[arg-type]
    drawing.update_annotations(font_size=14)
    drawing.update_xaxes(range=[-0.04, 1.04], tickvals=[0, 0.5, 1], tickformat=".0%")
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return framed(drawing, finding.caption(), dark, 34 * max(len(told), 2) + 30, gap=36)


@figure.register
def draw_alarms(finding: ExpertAlarms, sample: int = 0, dark: bool = False) -> go.Figure:
    """Each number on a scale of its own: the threshold in the middle, the alarm to the right."""
    names = [alarm.name for alarm in finding.alarms]
    places, told = [], []
    for alarm in finding.alarms:
        known = alarm.rings is not None
        side = (alarm.number - alarm.threshold) * (1 if alarm.above else -1) if known else 0.0
        # a number far on the quiet side must not shrink the others: at most one to either side
        places.append(max(-1.0, min(1.0, side)))
        told.append(f" {alarm.number:.3f}" if known else " cannot be told")
    colours = [FOR if alarm.rings else PLAIN for alarm in finding.alarms]
    drawing = go.Figure(
        go.Scatter(
            x=places,
            y=names,
            mode="markers+text",
            marker={"size": 15, "color": colours},
            text=told,
            textposition="top center",
            cliponaxis=False,
            hovertemplate="%{y}:%{text}<extra></extra>",
        )
    )
    drawing.add_vline(x=0, line={"color": ink(dark), "width": 2})
    drawing.update_xaxes(
        range=[-1.1, 1.1], showticklabels=False, showgrid=False, zeroline=False,
        title="← quiet    threshold    rings →",
    )  # fmt: skip
    drawing.update_yaxes(autorange="reversed")
    return framed(drawing, finding.caption(), dark, 52 * len(names) + 20, gap=46)
