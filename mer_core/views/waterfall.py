"""What every waterfall is made of: dotted steps between bars, a mark at both ends, numbers."""

from typing import Any

import plotly.graph_objects as go

from mer_core.views.colours import ink, pale_ink


def path(way: list[float], dark: bool) -> go.Scatter:
    """Dotted steps from one end of a bar down to the start of the next; gaps between the steps.

    Args:
        way: Where each row begins, and where the last one ends; row 0 is the start.
        dark: For a dark page.
    """
    return go.Scatter(
        x=[x for value in way for x in (value, value, None)][:-1],
        y=[y for row in range(len(way)) for y in (row, row + 1, None)][:-1],
        mode="lines",
        line={"color": pale_ink(dark), "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )


def ends(way: list[float], dark: bool) -> go.Scatter:
    """Where the way begins and where it leads: marks, for a score has no zero to start a bar."""
    return go.Scatter(
        x=[way[0], way[-1]],
        y=[0, len(way)],
        mode="markers",
        marker={"symbol": "diamond", "size": 12, "color": ink(dark)},
        hovertemplate="%{x:.3f}<extra></extra>",
    )


def beside(x: float, row: int, text: str) -> dict[str, Any]:
    """A number to the right of a bar or a mark, as an annotation."""
    return {
        "x": x, "y": row, "text": text, "xanchor": "left", "xshift": 9, "showarrow": False,
        "font": {"size": 14},
    }  # fmt: skip
