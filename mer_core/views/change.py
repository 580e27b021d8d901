"""An answer beside the one that it came from: full bars now, outlines before."""

import plotly.graph_objects as go

from mer_core.probes.base import percent
from mer_core.probes.change import STILL, AnswerChange
from mer_core.views.answers import ROW
from mer_core.views.colours import emotion_colour, ink, pale_ink
from mer_core.views.frame import figure, framed


@figure.register
def draw_change(finding: AnswerChange, sample: int = 0, dark: bool = False) -> go.Figure:
    """Probability of each emotion now, an outline where it was, and the points between."""
    names = finding.after.names
    now, was = finding.after.probs[sample].tolist(), finding.before.probs[sample].tolist()
    best = max(range(len(now)), key=now.__getitem__)
    spoken = [f"<b>{name}</b>" if i == best else name for i, name in enumerate(names)]
    across = [max(pair) for pair in zip(now, was, strict=True)]
    drawing = go.Figure()
    drawing.add_bar(
        x=now, y=spoken, orientation="h", width=0.66,
        marker={"color": [emotion_colour(name) for name in names]},
        customdata=was,
        hovertemplate="%{y}: %{x:.1%}, was %{customdata:.1%}<extra></extra>",
    )  # fmt: skip
    drawing.add_bar(
        x=was, y=spoken, orientation="h", width=0.86, hoverinfo="skip",
        marker={"color": "rgba(0,0,0,0)", "line": {"color": pale_ink(dark), "width": 1.5}},
    )  # fmt: skip
    drawing.add_scatter(
        x=across, y=spoken, mode="text", textposition="middle right", cliponaxis=False,
        text=[_label(n, w, i == best) for i, (n, w) in enumerate(zip(now, was, strict=True))],
        textfont={"color": ink(dark)}, hoverinfo="skip",
    )  # fmt: skip
    drawing.update_layout(barmode="overlay")
    drawing.update_xaxes(range=[0, 1.35], visible=False)
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    caption = (
        f"n = 1; outlined: before the edits. Probability of each emotion, calibrated (temperature "
        f"{finding.after.temperature:.2f})."
    )
    return framed(drawing, caption, dark, ROW * len(now), gap=10)


def _label(now: float, was: float, best: bool) -> str:
    share = f" <b>{percent(now)}</b>" if best else f" {percent(now)}"
    if abs(now - was) < STILL * 10:
        return share
    arrow, size = ("▲" if now > was else "▼"), abs(100 * (now - was))
    return f"{share}  {arrow} {size:.0f}" if size >= 0.95 else f"{share}  {arrow} {size:.1f}"
