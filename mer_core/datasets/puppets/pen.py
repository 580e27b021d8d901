"""A pen: draws curved shapes in unit coordinates onto a supersampled Pillow picture.

It knows colours, lines and a drawing style; it does not know faces, bodies or emotions.
Coordinates: x right and y down, 0 is the centre of the pen's box and 1 its half side.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Number = float | int
"""A length or place; whole numbers are numbers too."""

Point = tuple[Number, Number]

_CIRCLE = tuple((math.cos(a * math.pi / 16), math.sin(a * math.pi / 16)) for a in range(32))


def mix(a: Colour, b: Colour, share: Number) -> Colour:
    """Colour `a` moved towards `b` by `share` in [0, 1]."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


@dataclass(frozen=True)
class StyleLook:
    """How a drawing style treats fills and lines.

    Attributes:
        line: Colour of contours, or None for a darker tone of each fill.
        width: Width of contours relative to the ordinary one; 0 draws none around bodies.
        tint: Colour that fills are mixed with, and by how much.
        wobble: How unsteady the hand is, in units of the box.
        flat_body: Fill of every body in styles that ignore the character's colours.
        paper: Colour behind a face drawn alone.
        shadow: Offset in pixels of a shadow under each body, as layers of paper cast.
    """

    line: Colour | None = (58, 46, 52)
    width: float = 1.0
    tint: tuple[Colour, float] = ((255, 255, 255), 0.0)
    wobble: float = 0.0
    flat_body: Colour | None = None
    paper: Colour = (238, 240, 245)
    shadow: float = 0.0

    def fill(self, colour: Colour) -> Colour:
        """A colour of the palette as this style paints it."""
        return mix(colour, *self.tint)

    def still(self) -> "StyleLook":
        """The same style with a steady hand, for features that must stay legible."""
        return replace(self, wobble=0.25 * self.wobble)

    def ink(self, fill: Colour) -> Colour:
        """Colour of the contour around a fill."""
        return self.line if self.line is not None else mix(fill, (40, 20, 40), 0.42)


class Pen:
    """Draws into a square box of a picture, in unit coordinates.

    Attributes:
        extent: Left, top, right and bottom of all that it drew, in pixels of the picture.
    """

    def __init__(
        self,
        picture: Image.Image,
        centre: Point,
        half: Number,
        style: StyleLook,
        unit: Number,
    ) -> None:
        self.picture, self.style, self.unit = picture, style, unit
        self.draw = ImageDraw.Draw(picture)
        self.centre, self.half = centre, half
        self._turn = 0
        self.extent: list[Number] = [math.inf, math.inf, -math.inf, -math.inf]

    def moved(self, centre: Point, half: Number) -> "Pen":
        """A pen for another box (unit coordinates of this one) of the same picture."""
        pen = Pen(self.picture, self.at(*centre), self.half * half, self.style, self.unit)
        pen.extent = self.extent
        return pen

    def fresh(self) -> "Pen":
        """The same pen, with nothing drawn yet as far as `extent` knows."""
        return Pen(self.picture, self.centre, self.half, self.style, self.unit)

    def _saw(self, pixels: Sequence[Point]) -> None:
        e, xs, ys = self.extent, [x for x, _ in pixels], [y for _, y in pixels]
        e[0], e[1] = min(e[0], *xs), min(e[1], *ys)
        e[2], e[3] = max(e[2], *xs), max(e[3], *ys)

    def at(self, x: Number, y: Number) -> Point:
        """Unit coordinates -> pixels of the supersampled picture."""
        return self.centre[0] + x * self.half, self.centre[1] + y * self.half

    def _points(self, points: Sequence[Point]) -> list[Point]:
        cx, cy, half, shake = *self.centre, self.half, self.style.wobble
        if not shake:
            return [(cx + x * half, cy + y * half) for x, y in points]
        self._turn += 1
        # A fixed wave in place of random numbers: the same latent always gives the same picture.
        t = self._turn * 1.7
        return [
            (
                cx + (x + shake * math.sin(0.59 * i + t)) * half,
                cy + (y + shake * math.cos(0.79 * i + t)) * half,
            )
            for i, (x, y) in enumerate(points)
        ]

    def stroke_width(self, share: Number) -> int:
        """Pixels of a line that is `share` of the picture's unit wide, at least 1."""
        return max(1, round(share * self.unit))

    def line(self, points: Sequence[Point], width: Number, colour: Colour) -> None:
        """An open line with round ends; `width` in shares of the unit."""
        # Thick lines are limbs, drawn twice for their contour: a wobble would part the two.
        plain = width > 0.1
        pixels = [self.at(*p) for p in points] if plain else self._points(points)
        w = self.stroke_width(width)
        self._saw(pixels)
        self.draw.line(pixels, fill=colour, width=w, joint="curve")
        r = w / 2
        for x, y in (pixels[0], pixels[-1]):
            self.draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def shape(
        self,
        points: Sequence[Point],
        fill: Colour | None,
        ink: Colour | None,
        width: Number = 0.022,
    ) -> None:
        """A closed shape, filled, with a contour when `ink` is given and the style draws lines."""
        pixels = self._points(points)
        self._saw(pixels)
        if fill is not None:
            self.draw.polygon(pixels, fill=fill)
        if ink is not None and width > 0:
            pixels += pixels[:2]
            self.draw.line(pixels, fill=ink, width=self.stroke_width(width), joint="curve")

    def body(self, points: Sequence[Point], colour: Colour) -> None:
        """A closed shape as this style paints bodies."""
        fill = self.style.flat_body or self.style.fill(colour)
        ink = self.style.ink(fill) if self.style.width else None
        if self.style.shadow:
            d = self.style.shadow
            pixels = [(x + d, y + d) for x, y in (self.at(*p) for p in points)]
            self.draw.polygon(pixels, fill=mix(fill, (60, 50, 60), 0.35))
        self.shape(points, fill, ink, 0.024 * self.style.width)

    def dot(
        self, x: Number, y: Number, r: Number, colour: Colour, ry: Number | None = None
    ) -> None:
        """A filled ellipse without contour."""
        (a, b), h, v = (
            self.at(x, y),
            r * self.half,
            (r if ry is None else ry) * self.half,
        )
        self._saw(((a - h, b - v), (a + h, b + v)))
        self.draw.ellipse((a - h, b - v, a + h, b + v), fill=colour)


def oval(x: Number, y: Number, rx: Number, ry: Number, squareness: Number = 0.0) -> list[Point]:
    """Points of an ellipse; `squareness` 0..1 bends it towards a rounded rectangle."""
    power = 1.0 - 0.62 * squareness
    return [
        (
            x + rx * math.copysign(abs(c) ** power, c),
            y + ry * math.copysign(abs(s) ** power, s),
        )
        for c, s in _CIRCLE
    ]


def curve(a: Point, b: Point, c: Point, steps: int = 8) -> list[Point]:
    """A quadratic Bezier curve from `a` to `c`, pulled towards `b`."""
    out = []
    for i in range(steps + 1):
        t = i / steps
        u = 1 - t
        out.append(
            (
                u * u * a[0] + 2 * u * t * b[0] + t * t * c[0],
                u * u * a[1] + 2 * u * t * b[1] + t * t * c[1],
            )
        )
    return out


STYLE_LOOKS: dict[str, StyleLook] = {
    "flat": StyleLook(line=None, width=0.0),
    "outline": StyleLook(line=(38, 34, 44), width=1.5, flat_body=(255, 255, 255)),
    "pastel": StyleLook(line=(150, 118, 140), tint=((255, 244, 250), 0.45), paper=(252, 240, 246)),
    "sketchy": StyleLook(line=(72, 66, 76), width=0.8, tint=((250, 246, 236), 0.3), wobble=0.022),
    "pixel": StyleLook(line=(36, 30, 48), width=1.3),
    "bold": StyleLook(line=(20, 18, 28), width=2.2),
    "watercolour": StyleLook(line=None, width=0.7, tint=((255, 252, 244), 0.28)),
    "neon": StyleLook(
        line=(70, 255, 226), width=1.1, tint=((26, 16, 62), 0.55), paper=(18, 12, 40)
    ),
    "papercut": StyleLook(line=(255, 255, 255), width=0.9, paper=(214, 206, 192), shadow=4.0),
}
"""Style -> how it paints."""
