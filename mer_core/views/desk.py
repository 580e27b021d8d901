"""The triangle of mixtures, and the strengths of Soft-Fusion stage by stage."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots
from torch import Tensor

from mer_core.desk.flip import Flip
from mer_core.desk.maps import GateMap, StrengthMap
from mer_core.probes.base import percent
from mer_core.views.colours import emotion_colour, ink, ink_on
from mer_core.views.frame import figure, framed

TRIANGLE = 500
"""Pixels of the triangle's height."""

STRIP = 86
"""Pixels of one stage."""

_CORNERS = np.array([[0.5, 3**0.5 / 2], [0.0, 0.0], [1.0, 0.0]])
"""Where the first, second and third part alone stand: top, left, right."""

_AROUND = (
    np.array([[2, -1, -1], [1, 1, -2], [-1, 2, -1], [-2, 1, 1], [-1, -1, 2], [1, -2, 1]], float) / 3
)
"""From a point of the grid to the corners of its cell, in steps."""

_SURE = ((0.8, 1.0), (0.5, 0.7), (0.0, 0.42))
"""(confidence from which on, opacity)."""

_NAMED = 0.03
"""A region smaller than this share of the triangle carries no name."""


class Marks(NamedTuple):
    """What stands on a map beside its colours.

    Attributes:
        present: Where the controls stand.
        flip: The nearest setting that answers otherwise.
    """

    present: Float[Tensor, " part"]
    flip: Flip | None = None


@figure.register
def draw_gate_map(
    finding: GateMap, sample: int = 0, dark: bool = False, marks: Marks | None = None
) -> go.Figure:
    """Each mixture in the colour of its answer, the fainter the less sure.

    The points of the grid carry their number as `customdata`, for clicks.

    Args:
        finding: Of one sample.
        sample: Always 0.
        dark: For a dark page.
        marks: Where the controls stand, and the flip.
    """
    drawing = go.Figure(_regions(finding))
    _name_regions(drawing, finding, marks)
    drawing.add_trace(_targets(finding))
    _add_marks(drawing, finding, marks, dark)
    _name_corners(drawing, finding.parts, dark)
    drawing.update_layout(clickmode="event+select", dragmode=False)
    drawing.update_xaxes(visible=False, range=[-0.08, 1.08], fixedrange=True, constrain="domain")
    drawing.update_yaxes(
        visible=False, range=[-0.09, 0.95], scaleanchor="x", fixedrange=True, constrain="domain"
    )
    bands = "full colour from 80 % on, faint below 50 %"
    legend = "Ring: the model's own mixture"
    if marks is not None:
        legend += ". Diamond: where the sliders stand"
        if marks.flip is not None and marks.flip.at is not None:
            legend += ". Cross: the nearest flip"
    caption = f"{finding.caption(sample)} {len(finding.settings):,} mixtures; {bands}. {legend}."
    return framed(drawing, caption, dark, TRIANGLE, gap=6)


def _flat(weights: Any) -> np.ndarray:
    """Weights -> places on the page."""
    return np.asarray(weights, dtype=float) @ _CORNERS


def _cell(point: Sequence[float], steps: int) -> np.ndarray:
    """Corners of what lies nearest to a point of the grid, cut off at the triangle's sides."""
    corners = list(np.asarray(point) + _AROUND / steps)
    for side in range(3):
        kept: list[np.ndarray] = []
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
            if a[side] >= 0:
                kept.append(a)
            if (a[side] >= 0) != (b[side] >= 0):
                share = a[side] / (a[side] - b[side])
                kept.append(a + share * (b - a))
        corners = kept
    return np.array(corners)


def _regions(finding: GateMap) -> list[go.Scatter]:
    """One trace for each emotion and confidence: its cells, one after another."""
    labels, sure = finding.labels.tolist(), finding.probs.max(dim=-1).values.tolist()
    cells: dict[tuple[int, float], list[np.ndarray]] = {}
    gap = np.full((1, 2), np.nan)
    for point, label, p in zip(finding.settings.tolist(), labels, sure, strict=True):
        opacity = next(o for least, o in _SURE if p >= least)
        outline = _flat(_cell(point, finding.steps))
        cells.setdefault((label, opacity), []).extend((outline, outline[:1], gap))
    return [_region(finding.names[e], opacity, np.concatenate(each[:-1]))
            for (e, opacity), each in cells.items()]  # fmt: skip


def _region(name: str, opacity: float, outline: np.ndarray) -> go.Scatter:
    colour = emotion_colour(name)
    return go.Scatter(
        x=outline[:, 0].astype("float32"),
        y=outline[:, 1].astype("float32"),
        mode="lines",
        fill="toself",
        fillcolor=colour,
        line={"color": colour, "width": 0.4},
        opacity=opacity,
        hoverinfo="skip",
        name=name,
    )


def _name_regions(drawing: go.Figure, finding: GateMap, marks: Marks | None) -> None:
    """The emotion's name inside its region, so that no answer is told by colour alone."""
    places, labels = _flat(finding.settings.tolist()), finding.labels.numpy(force=True)
    signs = [finding.own] if marks is None else [finding.own, marks.present]
    if marks is not None and marks.flip is not None and marks.flip.at is not None:
        signs.append(marks.flip.at)
    taken = _flat([sign.tolist() for sign in signs])
    for name, share in finding.shares().items():
        if share < _NAMED:
            continue
        mine = labels == finding.names.index(name)
        here = places[mine]
        free = np.minimum(_distance(here, taken), _sides(finding.settings.numpy(force=True)[mine]))
        if not mine.all():
            free = np.minimum(free, _distance(here, places[~mine]))
        inner = here[free.argmax()]
        drawing.add_annotation(
            x=inner[0], y=inner[1], text=f"<b>{name}</b>", showarrow=False, borderpad=2,
            font={"color": ink_on(emotion_colour(name)), "size": 14},
            bgcolor=emotion_colour(name), opacity=0.92,
        )  # fmt: skip


def _distance(these: np.ndarray, those: np.ndarray) -> np.ndarray:
    """From each place to the nearest of others."""
    return np.sqrt(((these[:, None] - those[None]) ** 2).sum(axis=-1)).min(axis=1)


def _sides(weights: np.ndarray) -> np.ndarray:
    """From each place to the nearest side of the triangle."""
    return weights.min(axis=1) * 3**0.5 / 2


def _targets(finding: GateMap) -> go.Scatter:
    """An unseen dot on each mixture, to point at and to click on."""
    places = _flat(finding.settings.tolist()).astype("float32")
    unseen = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=places[:, 0],
        y=places[:, 1],
        mode="markers",
        marker={"size": max(7.0, 0.8 * TRIANGLE / finding.steps), "opacity": 0},
        selected=unseen,
        unselected=unseen,
        customdata=list(range(len(places))),
        text=[_hover(finding, i) for i in range(len(places))],
        hovertemplate="%{text}<extra></extra>",
        name="mixtures",
    )


def _hover(finding: GateMap, i: int) -> str:
    weights = finding.settings[i].tolist()
    told = ", ".join(f"{p} {percent(w)}" for p, w in zip(finding.parts, weights, strict=True))
    best = int(finding.labels[i])
    return f"{told}: {finding.names[best]} {percent(float(finding.probs[i, best]))}"


def _add_marks(drawing: go.Figure, finding: GateMap, marks: Marks | None, dark: bool) -> None:
    flip = None if marks is None else marks.flip
    if marks is not None and flip is not None and flip.at is not None:
        way = _flat([marks.present.tolist(), flip.at.tolist()])
        drawing.add_scatter(
            x=way[:, 0], y=way[:, 1], mode="lines", hoverinfo="skip", name="way to the flip",
            line={"color": "#111111", "width": 2, "dash": "dot"},
        )  # fmt: skip
        _mark(drawing, flip.at, "x-thin", 11, f"nearest flip: {flip.to}", "flip")
    _mark(drawing, finding.own, "circle-open", 17, "the model's own mixture", "own")
    if marks is not None:
        _mark(drawing, marks.present, "diamond", 11, "where the sliders stand", "present")


def _mark(drawing: go.Figure, at: Tensor, symbol: str, size: int, hover: str, name: str) -> None:
    """A black sign with a white rim, to be seen on every colour."""
    place = _flat(at.tolist())
    thin = symbol in ("x-thin", "circle-open")
    for colour, width in (("#FFFFFF", 5.5), ("#111111", 2.5)) if thin else (("#111111", 2),):
        rim = {"color": colour if thin else "#FFFFFF", "width": width}
        drawing.add_scatter(
            x=[place[0]], y=[place[1]], mode="markers", name=name, hoverinfo="text", text=[hover],
            marker={"symbol": symbol, "size": size, "color": colour, "line": rim},
        )  # fmt: skip


def _name_corners(drawing: go.Figure, parts: Sequence[str], dark: bool) -> None:
    anchors = (("center", "bottom", 10), ("left", "top", -10), ("right", "top", -10))
    for part, place, (across, up, shift) in zip(parts, _CORNERS, anchors, strict=True):
        x = place[0] + {"center": 0.0, "left": -0.07, "right": 0.07}[across]
        drawing.add_annotation(
            x=x, y=place[1], text=f"{part} alone", showarrow=False, xanchor=across, yanchor=up,
            yshift=shift, font={"size": 14, "color": ink(dark)},
        )  # fmt: skip


@figure.register
def draw_strength_map(finding: StrengthMap, sample: int = 0, dark: bool = False) -> go.Figure:
    """For each stage its strength across, and the probabilities of the answers stacked."""
    titles = [f"stage {i}: {part}" for i, part in enumerate(finding.parts, start=1)]
    rows = len(finding.parts)
    drawing = make_subplots(
        rows, 1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.085
    )
    for i in range(rows):
        _strip(drawing, finding, i)
        _line(drawing, i, 1.0, "dot")
        _line(drawing, i, float(finding.around[i]), "solid")
    drawing.update_annotations(font_size=14)
    for i in range(rows):
        _name_answers(drawing, finding, i)
    drawing.update_xaxes(range=[0, float(finding.levels[-1])], showgrid=False, fixedrange=True)
    drawing.update_xaxes(title="strength of Soft-Fusion", row=rows, col=1)
    drawing.update_yaxes(range=[0, 1], visible=False, fixedrange=True)
    caption = (
        f"{finding.caption(sample)} {finding.labels.numel()} settings; one strength moves at a "
        "time, the others stay where the sliders are. Solid line: the slider; dotted: as trained."
    )
    return framed(drawing, caption, dark, (STRIP + 26) * rows, gap=46)


def _strip(drawing: go.Figure, finding: StrengthMap, i: int) -> None:
    """The probabilities of one stage, stacked, in the order of the emotions."""
    levels, probs = finding.levels.numpy(force=True), finding.probs[i].numpy(force=True)
    for e, name in enumerate(finding.names):
        drawing.add_scatter(
            x=levels, y=probs[:, e], mode="lines", stackgroup=f"stage{i}", name=name,
            line={"width": 0.5, "color": emotion_colour(name)}, fillcolor=emotion_colour(name),
            hovertemplate=f"strength %{{x:.2f}}: {name} %{{y:.0%}}<extra></extra>",
            row=i + 1, col=1,
        )  # fmt: skip


def _line(drawing: go.Figure, i: int, at: float, dash: str) -> None:
    """A line across the strip of one stage."""
    place: dict[str, Any] = {"row": i + 1, "col": 1}
    drawing.add_vline(x=at, line={"color": "#111111", "width": 2, "dash": dash}, **place)


def _name_answers(drawing: go.Figure, finding: StrengthMap, i: int) -> None:
    """A name in each band that is wide enough, where it is widest."""
    probs = finding.probs[i].numpy(force=True)
    base = np.concatenate([np.zeros_like(probs[:, :1]), probs.cumsum(axis=1)[:, :-1]], axis=1)
    last = len(probs) - 1
    for e, name in enumerate(finding.names):
        at = min(max(int(probs[:, e].argmax()), last // 8), last - last // 8)
        if probs[at, e] < 0.18:
            continue
        drawing.add_annotation(
            x=float(finding.levels[at]), y=float(base[at, e] + probs[at, e] / 2), text=name,
            showarrow=False, row=i + 1, col=1,
            font={"color": ink_on(emotion_colour(name)), "size": 13},
        )  # fmt: skip
