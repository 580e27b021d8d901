"""Maps over a sticker: the picture below, the chosen places on it."""

import base64
import io
from math import ceil
from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image
from plotly.subplots import make_subplots

from mer_core.probes.soft_fusion import SoftFusionMap, StageMap
from mer_core.processing.pixels import square
from mer_core.views.frame import figure, framed
from mer_core.views.maps import nothing_to_draw, scale

SIDE = 280  # pixels of the embedded picture
FADE = 0.5  # how far the picture steps back behind the map, towards white


def data_uri(image: np.ndarray) -> str:
    """A picture, uint8 (row, column, channel), paled, as a JPEG that a figure can carry."""
    out, full = io.BytesIO(), square(image, SIDE)
    pale = full + (255.0 - full) * FADE
    Image.fromarray(pale.astype(np.uint8)).save(out, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


@figure.register
def draw_soft_fusion(finding: SoftFusionMap, sample: int = 0, dark: bool = False) -> go.Figure:
    """Each stage's chosen places over the sticker, coloured by how much they read of one word."""
    image = finding.images[sample]
    if image is None:
        return nothing_to_draw(finding.says(sample), finding.caption(sample), dark)
    stages, across = finding.stages, min(2, len(finding.stages))
    down = ceil(len(stages) / across)
    titles = [_titled(stage, sample) for stage in stages]
    drawing = make_subplots(
        down, across, subplot_titles=titles, horizontal_spacing=0.04, vertical_spacing=0.08
    )
    picture = data_uri(image)
    for i, stage in enumerate(stages):
        _panel(drawing, stage, sample, picture, i, across)
    drawing.update_annotations(font_size=14)
    drawing.update_layout(coloraxis=scale("times even reading", _top(finding, sample)))
    return framed(drawing, finding.caption(sample), dark, 300 * down + 30, gap=8)


def _titled(stage: StageMap, sample: int) -> str:
    if stage.hollow(sample):
        return f"<b>{stage.view}</b>: nothing to read"
    return f"<b>{stage.view}</b>: reading “{stage.words[sample][stage.leading(sample)]}”"


def _top(finding: SoftFusionMap, sample: int) -> float:
    """Top of the scale: twice even reading at least, so that even reading never looks sharp."""
    return max([2.0, *(s.sharpness(sample) for s in finding.stages if not s.hollow(sample))])


def _panel(
    drawing: go.Figure, stage: StageMap, sample: int, picture: str, i: int, across: int
) -> None:
    """One stage. Axes run over the picture, 0 to 1, rows downwards."""
    axis = "" if i == 0 else str(i + 1)
    at: dict[str, Any] = {"row": i // across + 1, "col": i % across + 1}
    drawing.add_layout_image(
        source=picture,
        xref=f"x{axis}",
        yref=f"y{axis}",
        x=0,
        y=0,
        sizex=1,
        sizey=1,
        sizing="stretch",
        layer="below",
    )
    drawing.add_trace(_heat(stage, sample), **at)
    drawing.update_xaxes(visible=False, range=[0, 1], constrain="domain", **at)
    drawing.update_yaxes(
        visible=False,
        range=[1, 0],
        scaleanchor=f"x{axis}",
        constrain="domain",
        **at,
    )


def _heat(stage: StageMap, sample: int) -> go.Heatmap:
    """Chosen cells only; a stage that had nothing to read shows where it looked, without scale."""
    centres = [(i + 0.5) * stage.cell for i in range(stage.grid)]
    if stage.hollow(sample):
        z = np.where(stage.chosen(sample).numpy(), 1.0, np.nan)
        plain = {"colorscale": [[0, "#888888"], [1, "#888888"]], "showscale": False}
        hover = "chosen; nothing to read<extra></extra>"
        return go.Heatmap(z=z, x=centres, y=centres, hovertemplate=hover, opacity=0.7, **plain)
    word = stage.leading(sample)
    share = stage.share(sample, word).numpy()
    hover = (
        f"“{stage.words[sample][word]}” %{{customdata:.0%}}, %{{z:.1f}} times even<extra></extra>"
    )
    return go.Heatmap(
        z=share * len(stage.words[sample]),
        customdata=share,
        x=centres,
        y=centres,
        coloraxis="coloraxis",
        hovertemplate=hover,
        hoverongaps=False,
    )
