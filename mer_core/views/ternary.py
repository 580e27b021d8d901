"""Three weights that sum to 1, as a place in a triangle."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from torch import Tensor

from mer_core.probes.base import percent
from mer_core.probes.experts import EXPERT_NAMES, Mix
from mer_core.probes.experts_set import ExpertMap
from mer_core.views.colours import emotion_colour, ink, line, pale_ink
from mer_core.views.frame import figure, framed

HEIGHT = 400
TALL = math.sqrt(3) / 2
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, TALL]])
"""Where the first, second and third weight is 1: left, right and top."""

SHAKEN = 0.04
"""Points of a set are moved by at most so much, or those in a corner would be one point."""

DRAWN = 1200
"""Points of a set drawn at most: further ones would cover each other."""


def place(weights: Float[np.ndarray, "*lead part"]) -> Float[np.ndarray, "*lead 2"]:
    """Where weights lie in the triangle.

    Example:
        >>> place(np.array([0.0, 1.0, 0.0])).tolist()
        [1.0, 0.0]
    """
    return weights @ CORNERS


def triangle(names: Sequence[str], dark: bool) -> go.Figure:
    """An empty triangle with a grid at each quarter and a cross at equal weights."""
    drawing = go.Figure()
    round_ = np.array([*CORNERS, CORNERS[0]])
    lines: list[Any] = [(round_, pale_ink(dark), 1.5)]
    for part in range(3):
        others = [i for i in range(3) if i != part]
        for level in (0.25, 0.5, 0.75):
            ends = np.zeros((2, 3))
            ends[:, part] = level
            ends[0, others[0]] = ends[1, others[1]] = 1 - level
            lines.append((place(ends), line(dark), 1))
    for points, colour, width in lines:
        drawing.add_scatter(
            x=points[:, 0].tolist(), y=points[:, 1].tolist(), mode="lines", hoverinfo="skip",
            line={"color": colour, "width": width}, showlegend=False,
        )  # fmt: skip
    middle = place(np.full(3, 1 / 3)).tolist()
    drawing.add_scatter(
        x=[middle[0]], y=[middle[1]], mode="markers", showlegend=False,
        marker={"symbol": "cross-thin", "size": 12, "line": {"width": 1.5, "color": ink(dark)}},
        hovertemplate="equal weights<extra></extra>",
    )  # fmt: skip
    for name, (x, y), side in zip(
        names, CORNERS.tolist(), ("bottom", "bottom", "top"), strict=True
    ):
        drawing.add_annotation(
            x=x, y=y, text=f"<b>{name}</b>", showarrow=False, font={"size": 14},
            yshift=26 if side == "top" else -26,
        )  # fmt: skip
    drawing.update_xaxes(visible=False, range=[-0.16, 1.16])
    drawing.update_yaxes(visible=False, range=[-0.1, TALL + 0.1], scaleanchor="x")
    return drawing


def finished(drawing: go.Figure, caption: str, dark: bool, legend: bool = False) -> go.Figure:
    """The common look, without axes."""
    framed(drawing, caption, dark, HEIGHT, gap=16)
    drawing.update_xaxes(visible=False)
    drawing.update_yaxes(visible=False)
    if legend:
        below: dict[str, Any] = {"orientation": "h", "x": 0.5, "xanchor": "center", "y": 1.0}
        drawing.update_layout(showlegend=True, legend={**below, "yanchor": "bottom"})
        drawing.update_layout(margin_t=64, height=int(drawing.layout.height) + 40)  # type: ignore
    return drawing


def add_set(drawing: go.Figure, found: ExpertMap, pale: bool = False) -> None:
    """The samples of a set, coloured by their class; `customdata` is the row in the set."""
    shown = slice(0, DRAWN)
    moved = np.random.default_rng(0).uniform(-SHAKEN, SHAKEN, (len(found.alpha), 2))
    places = place(found.alpha.double().numpy()) + moved
    of = found.truth if bool((found.truth >= 0).any()) else found.answer
    for i, name in enumerate(found.names):
        rows = (of[shown] == i).nonzero()[:, 0].tolist()
        if not rows:
            continue
        drawing.add_scatter(
            x=places[rows, 0].tolist(), y=places[rows, 1].tolist(), mode="markers",
            name=f"{name} ({len(rows):,})", customdata=rows, showlegend=not pale,
            marker={"color": emotion_colour(name), "size": 5 if pale else 6,
                    "opacity": 0.28 if pale else 0.6},
            text=[_told(found, row) for row in rows],
            hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip


def _told(found: ExpertMap, row: int) -> str:
    weights = _spoken(found.alpha[row])
    truth = int(found.truth[row])
    meant = f"{found.names[truth]} is right, " if truth >= 0 else ""
    return f"{found.ids[row]}<br>{meant}answered {found.names[int(found.answer[row])]}<br>{weights}"


def _spoken(weights: Tensor) -> str:
    told = zip(EXPERT_NAMES, weights.tolist(), strict=True)
    return ", ".join(f"{name.removesuffix(' expert')} {percent(w)}" for name, w in told)


@figure.register
def draw_map(finding: ExpertMap, sample: int = 0, dark: bool = False) -> go.Figure:
    """Every sample of a set in the triangle, and the mean of each class as a diamond."""
    drawing = triangle(EXPERT_NAMES, dark)
    add_set(drawing, finding)
    for name, rows in finding.classes():
        mean = finding.alpha[rows].mean(dim=0)
        x, y = place(mean.double().numpy()).tolist()
        drawing.add_scatter(
            x=[x], y=[y], mode="markers", showlegend=False,
            marker={"symbol": "diamond", "size": 15, "color": emotion_colour(name),
                    "line": {"width": 2, "color": ink(dark)}},
            hovertemplate=f"mean of {name}, n = {len(rows):,}<br>{_spoken(mean)}<extra></extra>",
        )  # fmt: skip
    return finished(drawing, f"{finding.caption()} {_how(finding)}", dark, legend=True)


def _how(found: ExpertMap) -> str:
    count = len(found.alpha)
    some = f"The first {DRAWN:,} are drawn. " if count > DRAWN else ""
    of = "right answer" if bool((found.truth >= 0).any()) else "answer"
    return (
        f"{some}Colour: the {of}; diamonds: mean of a class. Points are moved by up to "
        f"{SHAKEN:.1%} of a side at random (seed 0), so that piles can be seen."
    )


@figure.register
def draw_mix(finding: Mix, sample: int = 0, dark: bool = False) -> go.Figure:
    """Both stages of one sample in the triangle; `draw_on` puts a set behind them."""
    return draw_on(finding, None, sample, dark)


def draw_on(
    finding: Mix, ground: ExpertMap | None, sample: int = 0, dark: bool = False
) -> go.Figure:
    """Both stages of one sample, before the samples of a set.

    Args:
        finding: The sample's mixture.
        ground: Set drawn behind it; None for none.
        sample: Which sample of the batch.
        dark: For a dark page.
    """
    drawing = triangle(EXPERT_NAMES, dark)
    if ground is not None:
        add_set(drawing, ground, pale=True)
    first, alpha = (x[sample] for x in (finding.first, finding.alpha))
    (x0, y0), (x1, y1) = (place(w.double().numpy()).tolist() for w in (first, alpha))
    if math.hypot(x1 - x0, y1 - y0) > 0.05:
        drawing.add_annotation(
            x=x1, y=y1, ax=x0, ay=y0, xref="x", yref="y", axref="x", ayref="y", text="",
            arrowhead=2, arrowwidth=2, arrowcolor=ink(dark), standoff=9, startstandoff=9,
        )  # fmt: skip
    colour = emotion_colour(finding.target[sample]) if finding.target else "#BBBBBB"
    for words, weights, (x, y), look in (
        ("first stage, w", first, (x0, y0), {"symbol": "circle-open", "color": ink(dark)}),
        ("second stage, α", alpha, (x1, y1), {"symbol": "circle", "color": colour}),  # noqa: RUF001
    ):
        drawing.add_scatter(
            x=[x], y=[y], mode="markers", showlegend=False,
            marker={"size": 17, "line": {"width": 2.5, "color": ink(dark)}, **look},
            hovertemplate=f"{words}: {_spoken(weights)}<extra></extra>",
        )  # fmt: skip
    behind = ""
    if ground is not None:
        behind = (
            f" Pale: {min(len(ground.alpha), DRAWN):,} samples of {ground.about.data} by class, "
            f"weights {ground.about.weights[:6]}; moved by up to {SHAKEN:.1%} of a side."
        )
    told = "○ first stage, w; ● second stage, α, in the colour of the answer."  # noqa: RUF001
    return finished(drawing, f"{finding.caption(sample)} {told}{behind}", dark)
