"""A sweep of noise: what the answer and the gate do from level to level."""

import math
from collections.abc import Callable
from itertools import accumulate
from typing import Any, NamedTuple

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from torch import Tensor

from mer_core.probes.base import percent
from mer_core.probes.noise import GateSweep, NoiseSweep, decibels
from mer_core.views.colours import emotion_colour, ink, modality_colour, pale_ink
from mer_core.views.frame import figure, framed

HEIGHT = 470  # pixels of both panels
TOLD = 3  # emotions that get a colour and a name
DASHES = ("solid", "dash", "dot")
FAINT = 0.16
GAP = 0.12  # share of a panel between two names
LEAST = 1e-9  # weights below are drawn there, where powers of ten are drawn


@figure.register
def draw_noise_sweep(finding: NoiseSweep, sample: int = 0, dark: bool = False) -> go.Figure:
    """Above the probabilities, below the gate; more noise to the right, the told level marked."""
    gate = finding.gate
    stuck = gate is not None and gate.stuck(sample)
    titles = ["what the model answers"]
    if gate is not None:
        titles.append(f"what its gate does: {gate.called}{', powers of ten' if stuck else ''}")
    drawing = make_subplots(len(titles), 1, subplot_titles=titles, vertical_spacing=0.2)
    _add_panel(drawing, 1, _answers(finding, sample), finding, dark)
    if gate is not None:
        _add_panel(drawing, 2, _weights(gate, sample, dark), finding, dark, stuck)
    last = len(finding.levels) - 1
    drawing.update_xaxes(
        range=[-0.25, last + 2.3], tickvals=list(range(last + 1)), showgrid=False, zeroline=False,
        ticktext=["none", *(decibels(x).replace(" dB", "") for x in finding.levels[1:])],
        tickangle=0, tickfont_size=12,
    )  # fmt: skip
    drawing.update_xaxes(title=f"signal over noise in {finding.modality}, dB", row=len(titles))
    drawing.update_annotations(font_size=14, x=0, xanchor="left")
    mark: Any = {"x": finding.at, "row": "all", "col": 1}
    drawing.add_vline(line={"color": ink(dark), "width": 1.5, "dash": "dot"}, **mark)
    height = HEIGHT if gate is not None else HEIGHT // 2
    return framed(drawing, finding.caption(sample), dark, height, gap=62)


class Line(NamedTuple):
    """One line of a panel: its name, its values (level, draw), and how it is drawn."""

    name: str
    values: Tensor
    colour: str
    dash: str = "solid"


def _answers(finding: NoiseSweep, sample: int) -> list[Line]:
    """The emotions that matter somewhere on the way, by their greatest probability."""
    probs = finding.probs[:, :, sample]
    top = probs.mean(dim=1).amax(dim=0).tolist()
    chosen = sorted(range(len(top)), key=lambda i: -top[i])[:TOLD]
    names = finding.names
    return [Line(names[i], probs[..., i], emotion_colour(names[i])) for i in chosen]


def _weights(gate: GateSweep, sample: int, dark: bool) -> list[Line]:
    """Modalities in their colours; experts, which have none, by dashes."""
    weights = gate.weights[:, :, sample]
    of_modality = gate.of == "modality"
    return [
        Line(
            name.replace(" expert", ""),
            weights[..., i],
            modality_colour(name) if of_modality else ink(dark),
            "solid" if of_modality else DASHES[i],
        )
        for i, name in enumerate(gate.names)
    ]


def _add_panel(
    drawing: go.Figure, row: int, lines: list[Line], finding: NoiseSweep, dark: bool,
    powers: bool = False,
) -> None:  # fmt: skip
    """Lines, bands, dots at the told level, and names at the end that keep apart."""
    scale = _log if powers else (lambda value: value)
    low = min(0.0, *(scale(float(line.values.min())) for line in lines))
    top = 0.0 if powers else 1.0
    for line in lines:
        _add_line(drawing, row, line, finding, scale, dark)
    ends = [scale(float(line.values[-1].mean())) for line in lines]
    apart = kept_apart(ends, GAP * (top - low), low, top)
    drawing.add_scatter(
        x=[len(finding.levels) - 0.75] * len(lines), y=apart, mode="text",
        text=[line.name for line in lines], textposition="middle right", hoverinfo="skip",
        textfont={"color": ink(dark), "size": 13}, cliponaxis=False, row=row, col=1,
    )  # fmt: skip
    room = 0.06 * (top - low)
    axis: dict[str, Any] = {"range": [low - room, top + room], "zeroline": False}
    if powers:
        at = list(range(math.floor(low), 1, max(1, round(-low / 4))))
        axis |= {"tickvals": at, "ticktext": [f"10<sup>{p}</sup>" if p else "1" for p in at]}
    else:
        axis |= {"tickvals": [0, 0.5, 1], "tickformat": ".0%"}
    drawing.update_yaxes(**axis, row=row, col=1)


def _add_line(
    drawing: go.Figure, row: int, line: Line, finding: NoiseSweep,
    scale: Callable[[float], float], dark: bool,
) -> None:  # fmt: skip
    """A line of means, a band from the least to the greatest, a dot at the told level."""
    values, steps = line.values, list(range(len(line.values)))
    mean = values.mean(1).tolist()
    low, high = ([scale(v) for v in t.tolist()] for t in (values.amin(1), values.amax(1)))
    told = [
        f"{line.name} {percent(m)}, {decibels(level)}"
        for m, level in zip(mean, finding.levels, strict=True)
    ]
    drawing.add_scatter(
        x=[*steps, *reversed(steps)], y=[*low, *reversed(high)], fill="toself", mode="none",
        fillcolor=line.colour, opacity=FAINT, hoverinfo="skip", row=row, col=1,
    )  # fmt: skip
    drawing.add_scatter(
        x=steps, y=[scale(m) for m in mean], mode="lines", row=row, col=1,
        line={"color": line.colour, "width": 2.5, "dash": line.dash},
        customdata=told, hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    drawing.add_scatter(
        x=[finding.at], y=[scale(mean[finding.at])], mode="markers", hoverinfo="skip",
        marker={"color": line.colour, "size": 10, "line": {"color": pale_ink(dark), "width": 1}},
        row=row, col=1,
    )  # fmt: skip


def _log(value: float) -> float:
    return math.log10(max(value, LEAST))


def kept_apart(values: list[float], gap: float, low: float, high: float) -> list[float]:
    """Places for names: as near to their values as can be, in the same order, `gap` apart.

    All stay between low and high where there is room.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    up = _pushed([values[i] for i in order], gap)
    down = [-p for p in reversed(_pushed([-values[i] for i in reversed(order)], gap))]
    middle = [(a + b) / 2 for a, b in zip(up, down, strict=True)]
    lowest = _pushed([max(middle[0], low), *middle[1:]], gap)
    inside = [-p for p in _pushed([-min(lowest[-1], high), *(-p for p in lowest[-2::-1])], gap)]
    return [inside[len(order) - 1 - order.index(i)] for i in range(len(values))]


def _pushed(places: list[float], gap: float) -> list[float]:
    """Each at least `gap` above the one before."""
    return list(accumulate(places, lambda last, place: max(place, last + gap)))
