"""Maps of the visual sequence on the sticker, two by two under a row of bars."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots
from torch import Tensor

from mer_core.probes.sources import Source
from mer_core.types import View
from mer_core.views.pictures import data_uri

ACROSS = 2
MAP = 300  # pixels of one row of maps


def sheet(bars: int, titles: list[str], wide: bool) -> go.Figure:
    """Room for bars on top and for the maps of the four stages below.

    Args:
        bars: Pixels of the bars.
        titles: Of the panels of bars, then of the maps.
        wide: One panel of bars across the sheet; otherwise two beside each other.
    """
    maps = len(View) // ACROSS
    first: list[Any] = [{"colspan": ACROSS}, None] if wide else [{}, {}]
    return make_subplots(
        1 + maps,
        ACROSS,
        specs=[first, *([{}] * ACROSS for _ in range(maps))],
        row_heights=[bars, *[MAP] * maps],
        subplot_titles=titles,
        horizontal_spacing=0.04 if wide else 0.26,
        vertical_spacing=0.09,
    )


def maps_height(bars: int) -> int:
    """Height of a sheet in pixels, caption aside."""
    return bars + MAP * (len(View) // ACROSS) + 60


def add_map(
    drawing: go.Figure,
    source: Source,
    values: Float[Tensor, "row column"],
    image: np.ndarray | None,
    stage: int,
    hover: str,
) -> None:
    """One stage's map over the sticker; axes run over the picture, 0 to 1, rows downwards.

    Args:
        drawing: From `sheet`.
        source: The stage.
        values: By place, NaN where there is nothing to see.
        image: The sticker, or None.
        stage: Number of the stage, finest is 0.
        hover: Template for one place.
    """
    at: dict[str, Any] = {"row": 2 + stage // ACROSS, "col": 1 + stage % ACROSS}
    centres = [(i + 0.5) * source.cell for i in range(source.grid)]
    heat = go.Heatmap(
        z=values.tolist(),
        x=centres,
        y=centres,
        coloraxis="coloraxis",
        hoverongaps=False,
        hovertemplate=f"{source.name}: {hover}<extra></extra>",
    )
    drawing.add_trace(heat, **at)
    placed: Any = drawing.data[-1]  # by now it knows its axes
    x, y = placed.xaxis, placed.yaxis
    if image is not None:
        drawing.add_layout_image(
            source=data_uri(image), xref=x, yref=y, x=0, y=0, sizex=1, sizey=1,
            sizing="stretch", layer="below",
        )  # fmt: skip
    drawing.update_xaxes(visible=False, range=[0, 1], constrain="domain", **at)
    drawing.update_yaxes(visible=False, range=[1, 0], scaleanchor=x, constrain="domain", **at)


def scale_bar(title: str, bars: int) -> dict[str, Any]:
    """A slim colour bar beside the maps only, not beside the bars on top."""
    words = {"text": title, "side": "right", "font": {"size": 13}}
    share = 1 - bars / maps_height(bars)
    place = {"y": 0, "yanchor": "bottom", "len": 0.92 * share, "thickness": 10, "nticks": 5}
    return {"title": words, "outlinewidth": 0, **place}
