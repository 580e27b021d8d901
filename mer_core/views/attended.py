"""Does attention follow, does it look as usual, and how much noise does the answer bear?"""

import math
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mer_core.probes.corruption import Corruption
from mer_core.probes.divergence import Divergence
from mer_core.probes.highlight import Highlight
from mer_core.views.colours import ink, modality_colour, pale_ink, signed
from mer_core.views.frame import figure, framed

CURVE = 280


@figure.register
def draw_highlight(finding: Highlight, sample: int = 0, dark: bool = False) -> go.Figure:
    """One bar a map, from no relation in the middle; a map too short to say has no bar."""
    r = [float(v) for v in finding.correlation[:, sample]]
    shown = [0.0 if math.isnan(v) else v for v in r]
    drawing = go.Figure(
        go.Bar(
            x=shown,
            y=[finding.label(i, sample) for i in range(len(r))],
            orientation="h",
            marker={"color": signed(shown)},
            text=[" too few positions " if math.isnan(v) else f" {v:+.2f} " for v in r],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:+.3f}<extra></extra>",
        )
    )
    drawing.update_xaxes(
        range=[-1.25, 1.25], zeroline=True, zerolinewidth=1.5, showgrid=False,
        title="← turns from what mattered    follows it →",
    )  # fmt: skip
    drawing.update_yaxes(autorange="reversed", showgrid=False)
    return framed(drawing, finding.caption(sample), dark, 38 * len(r) + 20, gap=52)


@figure.register
def draw_divergence(finding: Divergence, sample: int = 0, dark: bool = False) -> go.Figure:
    """Where attention falls along what is looked at, beside the mean of congruent samples."""
    across, count = min(2, len(finding.maps)), len(finding.maps)
    down = -(-count // across)
    bits = finding.bits[:, sample].tolist()
    titles = [f"{name}: KL {b:.2f} bits" for name, b in zip(finding.maps, bits, strict=True)]
    drawing = make_subplots(down, across, subplot_titles=titles, vertical_spacing=0.3 / down)
    for i in range(count):
        at: dict[str, Any] = {"row": i // across + 1, "col": i % across + 1}
        for values, colour, dash in (
            (finding.falls[i, sample], ink(dark), "solid"),
            (finding.centres[i], pale_ink(dark), "dot"),
        ):
            n = len(values)
            curve = go.Scatter(
                x=[(j + 0.5) / n for j in range(n)],
                y=values.tolist(),
                mode="lines",
                line={"color": colour, "dash": dash, "width": 2, "shape": "hvh"},
                hovertemplate="%{y:.1%} of the attention<extra></extra>",
            )
            drawing.add_trace(curve, **at)
    drawing.update_annotations(font_size=14)
    drawing.update_xaxes(range=[0, 1], tickvals=[0, 1], ticktext=["start", "end"], showgrid=False)
    drawing.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=4)
    return framed(drawing, finding.caption(sample), dark, 190 * down + 20, gap=36)


@figure.register
def draw_corruption(finding: Corruption, sample: int = 0, dark: bool = False) -> go.Figure:
    """The answer's probability as noise in one modality grows, one line a modality."""
    start = float(finding.clean[sample].max())
    words = ["none", *(f"{level:.0f} dB" for level in finding.levels)]
    drawing = go.Figure()
    for i, m in enumerate(finding.modalities):
        gone = bool(finding.absent[i, sample])
        values = [start, *finding.told[i, :, sample].tolist()]
        drawing.add_scatter(
            x=list(range(len(values))),
            y=values,
            name=str(m),
            mode="lines+markers+text",
            line={"color": modality_colour(m), "width": 2.5, "dash": "dot" if gone else "solid"},
            text=[""] * (len(values) - 1) + [f"  {m}{' (silent)' if gone else ''}"],
            textposition="middle right",
            cliponaxis=False,
            hovertemplate=f"noise in {m}: %{{y:.1%}}<extra></extra>",
        )
    drawing.update_xaxes(
        range=[-0.2, len(words) - 0.2], tickvals=list(range(len(words))), ticktext=words,
        showgrid=False, title="noise, signal to noise ratio",
    )  # fmt: skip
    drawing.update_yaxes(range=[0, 1.02], tickformat=".0%", title=finding.target[sample])
    return framed(drawing, finding.caption(sample), dark, CURVE, left=60, gap=56)
