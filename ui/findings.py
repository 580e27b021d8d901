"""Draw what a probe found: sentence, picture, caption, and the numbers to take away."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from mer_core.probes.base import Finding
from mer_core.views import figure, to_csv
from ui.downloads import downloads

_MODEBAR = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoom2d", "pan2d", "autoScale2d"],
    "toImageButtonOptions": {"format": "svg", "filename": "mer-lab"},
}
"""Of figures that are wide enough for a tool bar."""


def is_dark() -> bool:
    """Whether the page is drawn dark."""
    return st.context.theme.type == "dark"


def draw(drawing: go.Figure, key: str, alt: str) -> str:
    """Put a figure on the page, its caption below as text that wraps on narrow screens.

    Args:
        drawing: From `mer_core.views.figure`; its last annotation is the caption.
        key: Unique on the page.
        alt: The picture in words.

    Returns:
        The caption.
    """
    caption, trimmed = without_caption(drawing)
    st.plotly_chart(trimmed, key=key, theme=None, config=_MODEBAR, alt=alt)
    if caption:
        st.caption(caption)
    return caption


def draw_compact(drawing: go.Figure, key: str, alt: str) -> str:
    """Put a figure into a small box, without tool bar; returns its caption for the box's foot."""
    caption, trimmed = without_caption(drawing)
    layout: Any = trimmed.layout  # plotly's layout is typed by name only
    height = int(layout.height)
    margin = {"t": 0, "b": 0, "l": 0, "r": 0}
    trimmed.update_layout(height=round(0.68 * height), margin=margin, font_size=14, bargap=0.28)
    traces: Any = trimmed.data
    room = 1.3 if len(traces) == 1 else 1.6  # for the number of a full bar, and its change
    trimmed.update_xaxes(range=[0, room])
    st.plotly_chart(trimmed, key=key, theme=None, config={"displayModeBar": False}, alt=alt)
    return caption


def without_caption(drawing: go.Figure) -> tuple[str, go.Figure]:
    """The caption as plain text, and the figure without it: the same one, for copies are slow."""
    layout: Any = drawing.layout
    notes = list(layout.annotations)
    if not notes or notes[-1].yshift is None or notes[-1].xref != "paper":
        return "", drawing
    lines = str(notes[-1].text).split("<br>")
    gap = -int(notes[-1].yshift)
    saved = int(layout.margin.b) - gap
    layout.annotations = notes[:-1]
    drawing.update_layout(height=int(layout.height) - saved, margin_b=gap)
    return " ".join(lines), drawing


def show_finding(finding: Finding, key: str, sample: int = 0) -> None:
    """Sentence from the numbers, picture, caption, and both to take away."""
    sentence = finding.says(sample)
    st.markdown(sentence)
    caption = draw(figure(finding, sample=sample, dark=is_dark()), key, sentence)
    downloads(key, lambda: to_csv(finding), sentence, caption)
