"""A sweep of noise: what the answer and the gate do from level to level."""

from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from torch import Tensor

from mer_core.probes.base import percent
from mer_core.probes.noise import NoiseSweep, decibels
from mer_core.views.colours import emotion_colour, ink, modality_colour, pale_ink
from mer_core.views.frame import figure, framed

HEIGHT = 470  # pixels of both panels
TOLD = 3  # emotions that get a colour and a name
DASHES = ("solid", "dash", "dot")
FAINT = 0.16


@figure.register
def draw_noise_sweep(finding: NoiseSweep, sample: int = 0, dark: bool = False) -> go.Figure:
    """Above the probabilities, below the gate; more noise to the right, the told level marked."""
    gate = finding.gate
    titles = ["what the model answers"] + (
        [] if gate is None else [f"what its gate does: {gate.called}"]
    )
    drawing = make_subplots(len(titles), 1, subplot_titles=titles, vertical_spacing=0.2)
    for i in _ranked(finding, sample):
        name = finding.names[i]
        _add(drawing, finding.probs[:, :, sample, i], name, emotion_colour(name), 1, finding, dark)
    if gate is not None:
        for i, name in enumerate(gate.names):
            colour = modality_colour(name) if gate.of == "modality" else ink(dark)
            dash = "solid" if gate.of == "modality" else DASHES[i]
            values = gate.weights[:, :, sample, i]
            _add(drawing, values, name, colour, 2, finding, dark, dash)
    last = len(finding.levels) - 1
    drawing.update_xaxes(
        range=[-0.25, last + 2.1], tickvals=list(range(last + 1)), showgrid=False, zeroline=False,
        ticktext=[decibels(level).replace(" dB", "") for level in finding.levels],
    )  # fmt: skip
    drawing.update_xaxes(title=f"signal over noise in {finding.modality}, dB", row=len(titles))
    drawing.update_yaxes(range=[0, 1.04], tickformat=".0%", nticks=4, zeroline=False)
    drawing.update_annotations(font_size=14, x=0, xanchor="left")
    mark: Any = {"x": finding.at, "row": "all", "col": 1}
    drawing.add_vline(line={"color": ink(dark), "width": 1.5, "dash": "dot"}, **mark)
    height = HEIGHT if gate is not None else HEIGHT // 2
    return framed(drawing, finding.caption(sample), dark, height, gap=62)


def _ranked(finding: NoiseSweep, sample: int) -> list[int]:
    """The emotions that matter somewhere on the way, by their greatest probability."""
    top = finding.probs[:, :, sample].mean(dim=1).amax(dim=0).tolist()
    return sorted(range(len(top)), key=lambda i: -top[i])[:TOLD]


def _add(
    drawing: go.Figure, values: Tensor, name: str, colour: str, row: int,
    finding: NoiseSweep, dark: bool, dash: str = "solid",
) -> None:  # fmt: skip
    """A line of means with its name, a band from least to greatest, a dot at the told level."""
    steps = list(range(len(values)))
    low, mean, high = (t.tolist() for t in (values.amin(1), values.mean(1), values.amax(1)))
    told = [
        f"{name} {percent(m)}, {decibels(level)}"
        for m, level in zip(mean, finding.levels, strict=True)
    ]
    band = go.Scatter(
        x=[*steps, *reversed(steps)], y=[*low, *reversed(high)], fill="toself", mode="none",
        fillcolor=colour, opacity=FAINT, hoverinfo="skip",
    )  # fmt: skip
    line = go.Scatter(
        x=steps, y=mean, mode="lines", line={"color": colour, "width": 2.5, "dash": dash},
        customdata=told, hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    dot = go.Scatter(
        x=[finding.at], y=[mean[finding.at]], mode="markers", hoverinfo="skip",
        marker={"color": colour, "size": 10, "line": {"color": pale_ink(dark), "width": 1}},
    )  # fmt: skip
    end = go.Scatter(
        x=[steps[-1]], y=[mean[-1]], mode="text", text=[f"  {name}"], hoverinfo="skip",
        textposition="middle right", textfont={"color": ink(dark), "size": 13}, cliponaxis=False,
    )  # fmt: skip
    drawing.add_traces([band, line, dot, end], rows=row, cols=1)
