"""One stage over the sticker, to click on; and the words that one place reads."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from mer_core.probes.places import PlaceWords, StageLook
from mer_core.views.colours import MODALITY, WEIGHTS, pale_ink
from mer_core.views.frame import figure, framed
from mer_core.views.maps import nothing_to_draw, scale
from mer_core.views.pictures import data_uri

SIDE = 400
"""Pixels of the picture on the page, about."""


@figure.register
def draw_look(
    finding: StageLook, sample: int = 0, dark: bool = False, marked: int | None = None
) -> go.Figure:
    """The map over the picture. Chosen places carry their number as `customdata`, for clicks.

    Args:
        finding: Of one sticker.
        sample: Always 0.
        dark: For a dark page.
        marked: A place to be framed.
    """
    if finding.image is None:
        return nothing_to_draw(finding.says(), finding.caption(), dark)
    stage = finding.stage
    centres = [(i + 0.5) * stage.cell for i in range(stage.grid)]
    what = "reading" if finding.word is not None else "looking"
    drawing = go.Figure(
        go.Heatmap(
            z=finding.values.numpy(), x=centres, y=centres, coloraxis="coloraxis",
            opacity=1.0 if finding.word is not None else 0.6, hoverongaps=False,
            hovertemplate=f"%{{z:.1f}} times even {what}<extra></extra>",
        )
    )  # fmt: skip
    drawing.add_layout_image(
        source=data_uri(finding.image), xref="x", yref="y", x=0, y=0, sizex=1, sizey=1,
        sizing="stretch", layer="below",
    )  # fmt: skip
    _targets(drawing, finding, dark)
    if marked is not None:
        row, column = divmod(marked, stage.grid)
        box = {"x0": column, "x1": column + 1, "y0": row, "y1": row + 1}
        at = {key: value * stage.cell for key, value in box.items()}
        drawing.add_shape(type="rect", line={"color": MODALITY["text"], "width": 3}, **at)
    top = max(2.0, float(np.nanmax(finding.values.numpy())))
    drawing.update_layout(coloraxis=scale(f"times even {what}", top), clickmode="event+select")
    drawing.update_xaxes(visible=False, range=[0, 1], constrain="domain")
    drawing.update_yaxes(
        visible=False, range=[1, 0], scaleanchor="x", constrain="domain", constraintoward="top"
    )
    return framed(drawing, finding.caption(sample), dark, SIDE, gap=8)


def _targets(drawing: go.Figure, finding: StageLook, dark: bool) -> None:
    """A dot on each place that read words; the dot that was clicked stands out."""
    stage, places = finding.stage, finding.clickable()
    cell = SIDE * stage.cell
    shown = {"size": min(7.0, 0.45 * cell), "color": "#FFFFFF", "line": {"width": 1.2}}
    drawing.add_scatter(
        x=[_middle(p % stage.grid, stage.cell) for p in places],
        y=[_middle(p // stage.grid, stage.cell) for p in places],
        mode="markers",
        customdata=places,
        marker={**shown, "symbol": "circle", "line": {"width": 1.2, "color": "#222222"}},
        selected={"marker": {"size": min(18.0, cell), "color": MODALITY["text"], "opacity": 1}},
        unselected={"marker": {"opacity": 0.75}},
        hovertemplate=[_hover(finding, place) for place in places],
    )


def _middle(i: int, cell: float) -> float:
    """Of a row or column, as far as it lies on the picture: coarse maps may reach past it."""
    return (i * cell + min(1.0, (i + 1) * cell)) / 2


def _hover(finding: StageLook, place: int) -> str:
    row, column = divmod(place, finding.stage.grid)
    value = float(finding.values[row, column])
    what = f"“{finding.spoken}”" if finding.word is not None else "looked at"
    where = f"row {row + 1}, column {column + 1}"
    return f"{where}: {what} {value:.1f} times even; click for its words<extra></extra>"


@figure.register
def draw_place(finding: PlaceWords, sample: int = 0, dark: bool = False) -> go.Figure:
    """The words in their order, each as far as it is read; a line at even reading."""
    if not finding.words:
        return nothing_to_draw(finding.says(), finding.caption(), dark)
    count = len(finding.words)
    weights = finding.weights.tolist()
    places: list[Any] = list(range(count))
    times = [weight * count for weight in weights]
    drawing = go.Figure(
        go.Bar(
            x=weights, y=places, orientation="h",
            marker={"color": times, "colorscale": WEIGHTS, "cmin": 0, "cmax": max(2.0, *times)},
            text=[f" {weight:.0%}" for weight in weights], textposition="outside",
            cliponaxis=False,
            hovertext=[f"“{word}”" for word in finding.words],
            hovertemplate="%{hovertext}: %{x:.1%}<extra></extra>",
        )
    )  # fmt: skip
    even = {"color": pale_ink(dark), "width": 1, "dash": "dot"}
    drawing.add_vline(x=1 / count, line=even)
    drawing.update_xaxes(
        range=[0, 1.25 * max(weights)], showticklabels=False, showgrid=False,
        zeroline=False, title="share of its reading (dotted: even)",
    )  # fmt: skip
    drawing.update_yaxes(
        autorange="reversed", showgrid=False, zeroline=False, tickmode="array", tickvals=places,
        ticktext=[f"{word} " for word in finding.words], ticks="",
    )  # fmt: skip
    return framed(drawing, finding.caption(), dark, max(120, 25 * count + 30), gap=42)
