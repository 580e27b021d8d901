"""What all figures share: transparent ground, quiet axes, one caption."""

from functools import singledispatch
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from mer_core.views.colours import ink, line, pale_ink

FONT = "'Source Sans', 'Source Sans 3', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
CAPTION_COLUMNS = 98


@singledispatch
def figure(finding: Any, sample: int = 0, dark: bool = False) -> go.Figure:
    """Draw a finding, or a prediction.

    Args:
        finding: What a probe returned, or a model's Prediction.
        sample: Which sample of the batch.
        dark: For a dark page; the ground itself is transparent.

    Raises:
        NotImplementedError: No view is registered for this kind.
    """
    raise NotImplementedError(
        f"There is no view for {type(finding).__name__}. Register one in mer_core/views."
    )


def framed(
    drawing: go.Figure, caption: str, dark: bool, height: int, left: int = 20, gap: int = 46
) -> go.Figure:
    """Give a figure the common look.

    Args:
        drawing: Traces and axes, ready but for the look.
        caption: What stands under the picture: n, unit, sign, baseline.
        dark: For a dark page.
        height: Of the picture without its caption, in pixels.
        left: Left margin, in pixels; axes grow it when their labels need more.
        gap: Pixels between the picture and the caption, for the labels of the axis.
    """
    lines = wrap(caption, CAPTION_COLUMNS)
    below = gap + 18 * len(lines) + 8
    drawing.update_layout(
        template="none",
        height=height + below,
        margin={"l": left, "r": 24, "t": 28, "b": below},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 15, "color": ink(dark)},
        showlegend=False,
        hoverlabel={"font": {"family": FONT, "size": 14}},
        bargap=0.35,
    )
    quiet: dict[str, Any] = {
        "gridcolor": line(dark),
        "zerolinecolor": pale_ink(dark),
        "linecolor": line(dark),
    }
    drawing.update_xaxes(**quiet, automargin=True, title_font_size=14, title_standoff=10)
    drawing.update_yaxes(**quiet, automargin=True, title_font_size=14, title_standoff=10)
    return write_under(drawing, "<br>".join(lines), gap, dark)


def write_under(drawing: go.Figure, text: str, gap: int, dark: bool) -> go.Figure:
    """Write the caption under the picture, flush left."""
    place: dict[str, Any] = {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 0,
        "xanchor": "left",
        "yanchor": "top",
    }
    look = {"size": 12.5, "color": pale_ink(dark)}
    return drawing.add_annotation(
        text=text, showarrow=False, align="left", yshift=-gap, font=look, **place
    )
