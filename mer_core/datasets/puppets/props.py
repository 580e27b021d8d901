"""Things beside the character: tears, hearts, an anger mark, a rain cloud, a mug and so on."""

import math
from collections.abc import Callable

from mer_core.datasets.puppets.pen import Colour, Number, Pen, Point, oval

_INK: Colour = (58, 46, 60)

BEHIND: frozenset[str] = frozenset({"flames", "starburst"})
"""Props that are drawn before the body."""


def _star(x: Number, y: Number, outer: Number, inner: Number, points: int) -> list[Point]:
    out = []
    for i in range(2 * points):
        r, a = (outer, inner)[i % 2], math.pi * i / points - math.pi / 2
        out.append((x + r * math.cos(a), y + r * math.sin(a)))
    return out


def _heart(pen: Pen, x: float, y: float, r: float) -> None:
    points = []
    for i in range(24):
        a = 2 * math.pi * i / 24
        px = 16 * math.sin(a) ** 3
        py = 13 * math.cos(a) - 5 * math.cos(2 * a) - 2 * math.cos(3 * a) - math.cos(4 * a)
        points.append((x + r * px / 16, y - r * py / 16))
    pen.shape(points, (248, 82, 112), (190, 40, 80), 0.02)


def _drop(pen: Pen, x: float, y: float, r: float) -> None:
    points = [(x, y - 1.9 * r), *[(px, py) for px, py in oval(x, y, r, r)[0:17]]]
    points = [(x, y - 1.9 * r), (x + r, y), *oval(x, y, r, r)[1:16], (x - r, y)]
    pen.shape(points, (110, 190, 250), (52, 120, 200), 0.018)


def _hearts(pen: Pen) -> None:
    for x, y, r in (
        (-0.76, -0.5, 0.15),
        (0.78, -0.56, 0.18),
        (0.86, -0.1, 0.1),
        (-0.86, -0.06, 0.09),
    ):
        _heart(pen, x, y, r)


def _sparkles(pen: Pen) -> None:
    for x, y, r in ((-0.78, -0.52, 0.2), (0.8, -0.6, 0.22), (0.84, -0.08, 0.13),
                    (-0.88, -0.06, 0.12),
                    (-0.56, -0.86, 0.1)):  # fmt: skip
        pen.shape(_star(x, y, r, 0.3 * r, 4), (255, 214, 64), (222, 156, 24), 0.016)


def _tears(pen: Pen) -> None:
    for s in (-1, 1):
        for x, y, r in ((0.4, 0.06, 0.075), (0.58, 0.24, 0.095), (0.7, 0.5, 0.08)):
            _drop(pen, s * x, y, r)


def _cloud(pen: Pen) -> None:
    for k in range(5):
        x = -0.42 + 0.21 * k
        pen.line(
            [(x, -0.62 + 0.05 * (k % 2)), (x - 0.05, -0.46 + 0.05 * (k % 2))], 0.032, (80, 150, 220)
        )
    for x, y, r in (
        (-0.34, -0.8, 0.16),
        (0.32, -0.8, 0.17),
        (0.0, -0.86, 0.21),
        (0.0, -0.75, 0.16),
    ):
        pen.dot(x, y, r, (132, 142, 162), r * 0.7)
    for x, y, r in ((-0.3, -0.84, 0.1), (0.02, -0.92, 0.13)):
        pen.dot(x, y, r, (164, 172, 190), r * 0.55)


def _anger_mark(pen: Pen) -> None:
    x, y = 0.62, -0.62
    for dx, dy in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        bend = [
            (x + dx * 0.05, y + dy * 0.24),
            (x + dx * 0.07, y + dy * 0.07),
            (x + dx * 0.24, y + dy * 0.05),
        ]
        pen.line(bend, 0.1, (120, 10, 24))
        pen.line(bend, 0.065, (232, 40, 52))


def _flames(pen: Pen) -> None:
    for size, colour in ((1.0, (236, 72, 40)), (0.78, (252, 150, 44)), (0.55, (255, 220, 92))):
        tongues: list[Point] = [(-0.9 * size, 0.8)]
        for k in range(7):
            x = (-0.9 + 0.3 * k) * size
            top = (-0.25, -0.62, -0.5, -0.98, -0.56, -0.72, -0.2)[k]
            tongues += [
                (x, 0.8 - (0.8 - top) * size),
                (x + 0.15 * size, 0.8 - (0.8 - top) * 0.55 * size),
            ]
        pen.shape([*tongues, (0.9 * size, 0.8)], colour, None)


def _sweat(pen: Pen) -> None:
    for x, y, r in (
        (-0.66, -0.5, 0.09),
        (-0.8, -0.22, 0.075),
        (0.66, -0.54, 0.1),
        (0.82, -0.2, 0.07),
    ):
        _drop(pen, x, y, r)


def _lightning(pen: Pen) -> None:
    for s in (-1, 1):
        bolt = [
            (0.62, -0.98),
            (0.9, -0.98),
            (0.8, -0.68),
            (0.96, -0.68),
            (0.66, -0.18),
            (0.74, -0.54),
            (0.58, -0.54),
        ]
        pen.shape([(s * x, y) for x, y in bolt], (74, 50, 116), (30, 16, 60), 0.02)


def _exclamation(pen: Pen) -> None:
    for x, tilt, scale in ((-0.74, -0.08, 0.85), (0.7, 0.05, 1.0), (0.9, 0.1, 0.8)):
        top, low = -0.92, -0.92 + 0.4 * scale
        top_edge = [(x + tilt - 0.075, top), (x + tilt + 0.075, top)]
        pen.shape([*top_edge, (x + 0.035, low), (x - 0.035, low)],
                  (255, 196, 30), (150, 90, 10), 0.02)  # fmt: skip
        pen.shape(oval(x - 0.01, low + 0.12, 0.06, 0.06), (255, 196, 30), (150, 90, 10), 0.02)


def _starburst(pen: Pen) -> None:
    pen.shape(_star(0.0, -0.05, 1.04, 0.76, 14), (255, 150, 40), None)
    pen.shape(_star(0.0, -0.05, 0.9, 0.66, 14), (255, 228, 96), None)


def _stink(pen: Pen) -> None:
    for x, y in ((-0.9, -0.1), (-0.74, -0.4), (0.74, -0.42), (0.9, -0.12)):
        wave = [(x + 0.055 * math.sin(1.3 * i), y + 0.06 * i - 0.3) for i in range(9)]
        pen.line(wave, 0.055, (70, 110, 30))
        pen.line(wave, 0.03, (150, 196, 62))


def _flies(pen: Pen) -> None:
    for x, y in ((-0.74, -0.62), (0.76, -0.66), (0.9, -0.24), (-0.9, -0.2)):
        for s in (-1, 1):
            pen.shape(oval(x + s * 0.07, y - 0.06, 0.065, 0.045), (206, 222, 234), _INK, 0.012)
        pen.shape(oval(x, y, 0.05, 0.065), (44, 52, 40), None)
        for k in range(3):
            pen.dot(x + 0.1 + 0.06 * k, y + 0.1 + 0.02 * (k % 2), 0.014, (96, 110, 70))


def _mug(pen: Pen) -> None:
    pen.line([(0.72, 0.66), (0.88, 0.68), (0.86, 0.84), (0.72, 0.84)], 0.05, _INK)
    pen.shape([(0.42, 0.58), (0.76, 0.58), (0.73, 0.92), (0.45, 0.92)], (96, 160, 200), _INK, 0.022)
    pen.shape(oval(0.59, 0.58, 0.17, 0.045), (120, 76, 50), _INK, 0.02)


def _book(pen: Pen) -> None:
    pen.shape([(0.36, 0.62), (0.84, 0.56), (0.88, 0.88), (0.4, 0.94)], (150, 92, 150), _INK, 0.022)
    pen.shape([(0.41, 0.86), (0.87, 0.8), (0.88, 0.88), (0.4, 0.94)], (250, 246, 234), _INK, 0.014)
    pen.line([(0.5, 0.7), (0.74, 0.67)], 0.03, (240, 214, 130))


PAINTERS: dict[str, Callable[[Pen], None]] = {
    "mug": _mug, "book": _book, "hearts": _hearts, "sparkles": _sparkles, "tears": _tears,
    "rain cloud": _cloud, "anger mark": _anger_mark, "flames": _flames, "sweat drops": _sweat,
    "dark lightning": _lightning, "exclamation marks": _exclamation, "starburst": _starburst,
    "stink lines": _stink, "flies": _flies,
}  # fmt: skip
"""Prop -> what paints it; "none" has no painter."""
