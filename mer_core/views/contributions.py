"""Signed contributions: bars from a zero in the middle, blue against and vermilion for."""

from collections.abc import Sequence

import plotly.graph_objects as go

from mer_core.probes.base import points
from mer_core.probes.knockout import Knockout
from mer_core.probes.silence import Shares, Silences
from mer_core.views.colours import modality_colour, pale_ink, signed
from mer_core.views.frame import figure, framed


@figure.register
def draw_silences(finding: Silences, sample: int = 0, dark: bool = False) -> go.Figure:
    """What the answer loses when each modality falls silent."""
    title = f"← speaks against    {finding.target[sample]}    speaks for →"
    lost = finding.lost[:, sample].tolist()
    return _of_modalities(finding, lost, title, sample, dark)


@figure.register
def draw_shares(finding: Shares, sample: int = 0, dark: bool = False) -> go.Figure:
    """What each modality adds between nothing heard and everything heard."""
    title = f"← takes from    {finding.target[sample]}    adds to →"
    adds = finding.shapley[:, sample].tolist()
    return _of_modalities(finding, adds, title, sample, dark)


@figure.register
def draw_knockout(finding: Knockout, sample: int = 0, dark: bool = False) -> go.Figure:
    """What the answer loses without each part; an arrow says what the answer turns to."""
    target = finding.target[sample]
    lost, gone = finding.lost[:, sample].tolist(), finding.absent[:, sample].tolist()
    labels = [f"{p} (missing) " if g else f"{p} " for p, g in zip(finding.parts, gone, strict=True)]
    turned = [finding.turned(i, sample) for i in range(len(lost))]
    notes = ["" if t == target else f" → {t}" for t in turned]
    drawing = diverging_bars(labels, lost, f"← speaks against    {target}    speaks for →", notes)
    return framed(drawing, finding.caption(sample), dark, 50 * len(lost) + 10, gap=42)


def _of_modalities(
    finding: Silences, values: list[float], title: str, sample: int, dark: bool
) -> go.Figure:
    gone = finding.absent[:, sample].tolist()
    labels = [dotted(m, g, dark) for m, g in zip(finding.modalities, gone, strict=True)]
    drawing = diverging_bars(labels, values, title)
    return framed(drawing, finding.caption(sample), dark, 50 * len(values) + 10, gap=42)


def dotted(name: str, absent: bool, dark: bool) -> str:
    """A modality's name with a dot of its colour; grey and "(absent)" where there is none."""
    colour = pale_ink(dark) if absent else modality_colour(name)
    note = " (absent)" if absent else ""
    return f"{name}{note} <span style='color:{colour}'>●</span> "


def diverging_bars(
    labels: Sequence[str], values: Sequence[float], title: str, notes: Sequence[str] = ()
) -> go.Figure:
    """Horizontal bars around a zero line in the middle, each with its number.

    Args:
        labels: One word or two per bar.
        values: Differences of probability.
        title: What left and right mean.
        notes: Words after each number; none means no words.
    """
    notes = notes or [""] * len(values)
    reach = max(0.02, *(abs(v) for v in values)) * (2.0 if any(notes) else 1.35)
    bars = go.Bar(
        x=list(values),
        y=list(labels),
        orientation="h",
        marker={"color": signed(values)},
        text=[f" {points(v)}{note} " for v, note in zip(values, notes, strict=True)],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{text}<extra></extra>",
    )
    drawing = go.Figure(bars)
    drawing.update_xaxes(
        range=[-reach, reach],
        zeroline=True,
        zerolinewidth=1.5,
        showgrid=False,
        showticklabels=False,
        title=title,
    )
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return drawing
