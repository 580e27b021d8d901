"""Grades as dots: each number's AUROC with its interval, beside guessing, doubt and the oracle."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from mer_core.grading import CONTROLS, REFERENCES, SHORT, WHAT, Grade, Grades, Score
from mer_core.views.colours import FOR, ink, pale_ink
from mer_core.views.frame import figure, framed

ROW = 30  # pixels of one number with its air


@figure.register
def draw_grades(finding: Grades, sample: int = 0, dark: bool = False) -> go.Figure:
    """How well each number tells samples in which something lies."""
    return draw_scores(finding, "incongruent", dark)


def draw_scores(grades: Grades, what: str, dark: bool = False) -> go.Figure:
    """One dot a number, best first; dotted lines where guessing, doubt and the oracle stand.

    Args:
        grades: Of one model.
        what: "incongruent" for AUROC, "liar" for how often the liar is named.
        dark: For a dark page.

    Raises:
        ValueError: No number was graded so.
    """
    asked = [(g, getattr(g, what)) for g in grades.grades if getattr(g, what) is not None]
    shown = sorted((p for p in asked if p[0].name not in REFERENCES), key=lambda p: -p[1].value)
    if not shown:
        raise ValueError(f"No number of {grades.model} was graded by {what!r}.")
    drawing = go.Figure(_dots([s for _, s in shown], [g for g, _ in shown], dark))
    for grade, score in asked:
        if grade.name in REFERENCES:
            _add_line(drawing, grade.name, score, dark)
    title = "AUROC" if what == "incongruent" else "share of liars named"
    low = min(score.low for _, score in asked)
    chance = shown[0][1].chance
    drawing.update_xaxes(range=[min(low, chance) - 0.03, 1.04], title=title, nticks=6)
    drawing.update_yaxes(autorange="reversed", showgrid=False, ticksuffix="  ")
    n = shown[0][1].n
    caption = (
        f"n = {n:,} puppets ({grades.split} split, demo data); lines: 95 % bootstrap interval over "
        f"samples; 1 is perfect, {chance:.2f} guessing."
    )
    if any(g.name in CONTROLS for g, _ in shown):
        caption += " In italics: controls, which read the inputs and not the model."
    return framed(drawing, caption, dark, ROW * len(shown) + 40, gap=52)


def _dots(scores: Sequence[Score], grades: Sequence[Grade], dark: bool) -> go.Scatter:
    return go.Scatter(
        x=[s.value for s in scores],
        y=[_label(g.name) for g in grades],
        mode="markers+text",
        text=[f"   {s.value:.2f}" for s in scores],
        textposition="top right",
        textfont={"size": 12, "color": pale_ink(dark)},
        cliponaxis=False,
        marker={
            "size": 10,
            "color": [FOR if s.low > s.chance else pale_ink(dark) for s in scores],
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [s.high - s.value for s in scores],
            "arrayminus": [s.value - s.low for s in scores],
            "color": ink(dark),
            "thickness": 1.5,
            "width": 0,
        },
        customdata=[
            f"{WHAT.get(g.name, g.name)}<br>{s.value:.3f} ({s.low:.3f} to {s.high:.3f})<br>"
            f"{100 * s.share:.0f} % of the oracle's way from guessing; n = {s.n:,}"
            for g, s in zip(grades, scores, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _label(name: str) -> str:
    short = SHORT.get(name, name)
    if name in CONTROLS:
        return f"<i>{short}</i>"
    return f"<b>{short}</b>" if name == "combination" else short


def _add_line(drawing: go.Figure, name: str, score: Score, dark: bool) -> None:
    """Where a reference stands, with its name above the plot."""
    short = {"confidence": "doubt", "oracle": "oracle", "random": "random"}[name]
    place: dict[str, Any] = {"x": score.value, "line": {"color": pale_ink(dark), "dash": "dot"}}
    drawing.add_vline(**place)
    drawing.add_annotation(
        x=score.value, y=1, yref="paper", yanchor="bottom", showarrow=False, text=short,
        font={"size": 12, "color": pale_ink(dark)},
    )  # fmt: skip
