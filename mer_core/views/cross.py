"""Attention between words and seconds: all heads small, one head large."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots
from torch import Tensor

from mer_core.probes.base import percent
from mer_core.probes.cross_looks import Look
from mer_core.probes.cross_maps import Crossing, CrossMaps, Heads
from mer_core.probes.cross_sides import Side
from mer_core.probes.cross_windows import TopWindows
from mer_core.views.colours import FOR, modality_colour
from mer_core.views.frame import figure, framed
from mer_core.views.maps import coloured, nothing_to_draw, scale

ACROSS = 5
"""Panels beside each other where there is one layer; otherwise a layer is a row."""
PANEL = 118
"""Pixels of a panel's height."""
MEAN = 99
"""Stands for the mean of the heads in what a click tells."""
ROW = 26
"""Pixels of a word's row in the large map, where there is room."""
_TARGETS = (9, 4)
"""Invisible marks over a panel, across and down: a heat map itself reports no click."""


@figure.register
def draw_maps(finding: CrossMaps, sample: int = 0, dark: bool = False) -> go.Figure:
    """All heads of the first crossing that is heard; `finding.only(name)` for another."""
    heard = finding.heard(sample)
    if not heard:
        return nothing_to_draw(finding.says(sample), finding.caption(sample), dark)
    return draw_heads(finding, heard[0], sample, dark)


def draw_heads(
    finding: CrossMaps,
    crossing: Crossing,
    sample: int = 0,
    dark: bool = False,
    chosen: tuple[int, int | None] | None = None,
) -> go.Figure:
    """Layers down, heads across, their mean last; on one scale.

    Args:
        finding: For the caption.
        crossing: One that is heard.
        sample: Of the batch.
        dark: For a dark page.
        chosen: Layer and head to be framed, from 0; None for the mean of the heads.
    """
    heads = crossing.heads[sample]
    assert heads is not None, "a silent crossing has no heads"
    layers, count = heads.weights.shape[:2]
    panels: list[tuple[int, int | None]] = [
        (i, j) for i in range(layers) for j in (*range(count), None)
    ]
    across = count + 1 if layers > 1 else min(ACROSS, count + 1)
    down = -(-len(panels) // across)
    looks = [heads.look(*panel) for panel in panels]
    drawing = make_subplots(
        down,
        across,
        subplot_titles=[_title(p, look) for p, look in zip(panels, looks, strict=True)],
        row_titles=[f"layer {i + 1}" for i in range(layers)] if layers > 1 else None,
        horizontal_spacing=0.012,
        vertical_spacing=0.34 / down,
    )
    for i, (panel, look) in enumerate(zip(panels, looks, strict=True)):
        _panel(drawing, look, panel, {"row": i // across + 1, "col": i % across + 1})
        if panel == chosen:
            _frame(drawing)
    drawing.update_annotations(font_size=12)
    drawing.update_layout(coloraxis=scale("times even", top_of(heads)), clickmode="event+select")
    framed(drawing, _about(finding, crossing, sample), dark, PANEL * down + 40, gap=12)
    return drawing.update_layout(margin_t=44)  # two lines of a title


def _about(finding: CrossMaps, crossing: Crossing, sample: int) -> str:
    heads = crossing.heads[sample]
    assert heads is not None
    look = heads.look(0)
    what = f"{crossing.query} looks at {crossing.key}; {look.down.modality} downwards, "
    return (
        f"{what}{look.across.modality} from left to right. Percent: how much of a head's attention "
        f"would have to move to be even. {finding.caption(sample)}"
    )


def _title(panel: tuple[int, int | None], look: Look) -> str:
    name = "mean" if panel[1] is None else f"head {panel[1] + 1}"
    return f"{name}<br><b>{percent(look.misplaced())}</b>"


def top_of(heads: Heads) -> float:
    """Upper end of the scale: nearly the greatest value, so that one bright cell dims no other."""
    times = (heads.weights / heads.even).flatten()
    return max(2.0, float(np.quantile(times.numpy(), 0.995)))


def _panel(drawing: go.Figure, look: Look, panel: tuple[int, int | None], at: dict) -> None:
    times = look.times().numpy()
    rows, columns = times.shape
    heat = go.Heatmap(z=times, coloraxis="coloraxis", hoverinfo="skip")
    drawing.add_trace(heat, **at)
    steps = [np.linspace(-0.5, n - 0.5, 2 * k + 1)[1::2] for n, k in zip((columns, rows), _TARGETS)]  # noqa: B905
    x, y = np.meshgrid(*steps)
    name = "the mean of the heads" if panel[1] is None else f"head {panel[1] + 1}"
    window = look.window(None, 0.6)
    told = f", most at {window.begin:.1f} to {window.end:.1f} s" if window else ""
    targets = go.Scatter(
        x=x.ravel(),
        y=y.ravel(),
        mode="markers",
        marker={"size": 26, "symbol": "square", "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=[100 * panel[0] + (MEAN if panel[1] is None else panel[1])] * x.size,
        hovertemplate=f"layer {panel[0] + 1}, {name}: entropy {percent(look.entropy())} of even, "
        f"diagonal {look.diagonal():+.2f}{told}<extra></extra>",
    )
    drawing.add_trace(targets, **at)
    drawing.update_xaxes(visible=False, range=[-0.5, columns - 0.5], fixedrange=True, **at)
    drawing.update_yaxes(visible=False, range=[rows - 0.5, -0.5], fixedrange=True, **at)


def _frame(drawing: go.Figure) -> None:
    """A frame around the panel that was added last."""
    placed: Any = drawing.data[-1]
    box = {"x0": 0, "x1": 1, "y0": 0, "y1": 1, "line": {"color": FOR, "width": 3}}
    drawing.add_shape(
        type="rect", xref=f"{placed.xaxis} domain", yref=f"{placed.yaxis} domain", **box
    )


@figure.register
def draw_windows(finding: TopWindows, sample: int = 0, dark: bool = False) -> go.Figure:
    """One map, words downwards and seconds from left to right, each row's top window outlined."""
    look = finding.look
    times = look.times()
    drawing = go.Figure(
        go.Heatmap(
            z=times.numpy(), x=list(look.across.edges) or None, coloraxis="coloraxis",
            text=[[f"{a} and {b}" for b in look.across.labels] for a in look.down.labels],
            hovertemplate="%{text}: %{z:.1f} times even<extra></extra>",
        )
    )  # fmt: skip
    for row in range(len(look.down)):
        if (window := finding.window(row)) is not None:
            box = {"x0": window.begin, "x1": window.end, "y0": row - 0.5, "y1": row + 0.5}
            drawing.add_shape(type="rect", line={"color": "#FFFFFF", "width": 1.5}, **box)
    drawing.update_layout(coloraxis=scale("times even", max(2.0, high(times))))
    unit = "seconds of" if look.across.timed else "words of"
    drawing.update_xaxes(
        **named(look.across), title=f"{unit} {coloured(look.across.modality)}", showgrid=False
    )
    drawing.update_yaxes(**named(look.down, 24), autorange="reversed", showgrid=False)
    height = max(140, min(ROW * len(look.down), 640)) + 20
    return framed(drawing, finding.caption(sample), dark, height, gap=56)


def high(times: Float[Tensor, "row column"]) -> float:
    return float(np.quantile(times.numpy(), 0.995))


def named(side: Side, most: int = 16) -> dict[str, Any]:
    """Ticks of an edge: seconds by themselves, words as they fit."""
    colour = {"title_font_color": modality_colour(side.modality)}
    if side.timed and most == 16:
        return {"ticksuffix": " s", "nticks": 9, **colour}
    step = max(1, -(-len(side) // most))
    at = list(range(0, len(side), step))
    names = [side.labels[i] if len(side.labels[i]) <= 18 else side.labels[i][:17] + "…" for i in at]
    return {"tickmode": "array", "tickvals": at, "ticktext": names, "ticks": "", **colour}
