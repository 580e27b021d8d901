"""What each colour means, the same on every page. Chosen to be told apart by colour-blind eyes."""

from collections.abc import Sequence

from plotly.colors import sample_colorscale

from mer_core.task import EMOTIONS
from mer_core.types import Modality

MODALITY: dict[str, str] = {
    Modality.TEXT: "#0072B2",
    Modality.AUDIO: "#E69F00",
    Modality.VISION: "#009E73",
}
"""Blue, orange and bluish green. Source: Okabe and Ito (2008), Color Universal Design."""

EMOTION: dict[str, str] = dict(
    zip(
        EMOTIONS,
        ("#EE6677", "#228833", "#AA3377", "#CCBB44", "#AAAAAA", "#4477AA", "#66CCEE"),
        strict=True,
    )
)
"""Red, green, purple, yellow, grey (neutral), blue and cyan, in the order of EMOTIONS.

Source: Paul Tol, Colour schemes (2021), the bright scheme; its grey is darkened for white paper.
"""

AGAINST, FOR = "#0072B2", "#D55E00"
"""Signed numbers: blue speaks against, vermilion speaks for."""

BLACK = "#111111"
WEIGHTS = "Cividis"
"""The one scale of weights: even to the eye, and the same to colour-blind eyes."""


def modality_colour(name: str) -> str:
    """A modality's colour; grey for what is none of the three, such as a joined stream."""
    return MODALITY.get(name, "#7F7F7F")


def emotion_colour(name: str) -> str:
    """An emotion's colour; grey for a class that is none of the seven."""
    return EMOTION.get(name, "#BBBBBB")


def signed(values: Sequence[float]) -> list[str]:
    """Blue for negative, vermilion for positive."""
    return [FOR if value >= 0 else AGAINST for value in values]


def weight_colours(steps: int = 64) -> list[str]:
    """The scale of weights as so many colours, lowest first, for what plotly does not draw."""
    places = [i / (steps - 1) for i in range(steps)]
    colours = sample_colorscale(WEIGHTS, places, colortype="tuple")
    return ["#" + "".join(f"{round(255 * float(c)):02X}" for c in colour) for colour in colours]


def diverging(dark: bool) -> list[list[float | str]]:
    """Blue to vermilion with the background's tone in the middle; use it with `zmid=0`."""
    middle = "#262730" if dark else "#F4F4F4"
    return [[0.0, AGAINST], [0.5, middle], [1.0, FOR]]


def ink(dark: bool) -> str:
    """Colour of words."""
    return "#E8E8EC" if dark else "#1F2430"


def pale_ink(dark: bool) -> str:
    """Colour of captions, axes and units."""
    return "#A6A8B3" if dark else "#5F6470"


def line(dark: bool) -> str:
    """Colour of rules, grids and zero lines."""
    return "rgba(200,200,215,0.22)" if dark else "rgba(30,35,50,0.14)"


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour (WCAG 2 contrast)."""
    shade, black = luminance(colour) + 0.05, luminance(BLACK) + 0.05
    return "#FFFFFF" if 1.05 / shade > shade / black else BLACK


def luminance(colour: str) -> float:
    """Relative luminance of '#RRGGBB', 0 (black) to 1 (white). Source: WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
