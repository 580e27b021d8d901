"""Maps over a sticker: the picture below, the chosen places on it."""

import base64
import io

import numpy as np
import plotly.graph_objects as go
from PIL import Image
from plotly.subplots import make_subplots

from mer_core.probes.soft_fusion import SoftFusionMap, StageMap
from mer_core.processing.pixels import square
from mer_core.views.frame import figure, framed
from mer_core.views.maps import nothing_to_draw, scale

SIDE = 280  # pixels of the embedded picture
FADE = 0.45  # the picture stands back behind the map


def data_uri(image: np.ndarray) -> str:
    """A picture, uint8 (row, column, channel), as a JPEG that a figure can carry."""
    out = io.BytesIO()
    Image.fromarray(square(image, SIDE)).save(out, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


@figure.register
def draw_soft_fusion(finding: SoftFusionMap, sample: int = 0, dark: bool = False) -> go.Figure:
    """Each stage's chosen places over the sticker; their colour is the leading word's share."""
    image = finding.images[sample]
    if image is None:
        return nothing_to_draw(finding.says(sample), finding.caption(sample), dark)
    stages = finding.stages
    titles = [_titled(stage, sample) for stage in stages]
    drawing = make_subplots(1, len(stages), subplot_titles=titles, horizontal_spacing=0.02)
    picture = data_uri(image)
    for i, stage in enumerate(stages, start=1):
        _panel(drawing, stage, sample, picture, i)
    drawing.update_annotations(font_size=13.5)
    drawing.update_layout(coloraxis=scale("share of word", _top(finding, sample)))
    return framed(drawing, finding.caption(sample), dark, 250 if len(stages) > 1 else 460, gap=8)


def _titled(stage: StageMap, sample: int) -> str:
    if stage.hollow(sample):
        return f"<b>{stage.view}</b><br>nothing to read"
    return f"<b>{stage.view}</b><br>“{stage.words[sample][stage.leading(sample)]}”"


def _top(finding: SoftFusionMap, sample: int) -> float:
    """Top of the scale: twice even reading at least, so that even reading never looks sharp."""
    full = [s for s in finding.stages if not s.hollow(sample)]
    even = [2 / len(s.words[sample]) for s in full]
    seen = [float(s.weights[sample, :, s.leading(sample)].max()) for s in full]
    return min(1.0, max([*even, *seen, 0.1]))


def _panel(drawing: go.Figure, stage: StageMap, sample: int, picture: str, column: int) -> None:
    """One stage. Axes run over the picture, 0 to 1, rows downwards."""
    axis = "" if column == 1 else str(column)
    drawing.add_layout_image(
        source=picture,
        xref=f"x{axis}",
        yref=f"y{axis}",
        x=0,
        y=0,
        sizex=1,
        sizey=1,
        sizing="stretch",
        opacity=FADE,
        layer="below",
    )
    drawing.add_trace(_heat(stage, sample), 1, column)
    drawing.update_xaxes(visible=False, range=[0, 1], constrain="domain", row=1, col=column)
    drawing.update_yaxes(
        visible=False,
        range=[1, 0],
        scaleanchor=f"x{axis}",
        constrain="domain",
        row=1,
        col=column,
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
    hover = f"“{stage.words[sample][word]}” %{{z:.0%}}<extra></extra>"
    z = stage.share(sample, word).numpy()
    return go.Heatmap(
        z=z, x=centres, y=centres, coloraxis="coloraxis", hovertemplate=hover, hoverongaps=False
    )
