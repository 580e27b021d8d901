"""A face drawn from facial action units: the one face of stickers and of clips.

`UNITS` are action units of the Facial Action Coding System, each 0 (absent) to 1 (fully there);
`PROTOTYPES` are the combinations by which the basic emotions are told apart.

Source: Ekman, Friesen & Hager (2002), Facial Action Coding System; emotion combinations after
    EMFACS (Friesen & Ekman, 1983): happiness 6+12, sadness 1+4+15, surprise 1+2+5B+26,
    fear 1+2+4+5+7+20+26, anger 4+5+7+23/24, disgust 9+15+16 with tongue show (AD 19).
Departs: intensities are ours, chosen so that a person reads the face at 64 pixels; happiness and
    anger part the lips a little, which EMFACS allows and does not ask.
"""

import math

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from mer_core.datasets.puppets.heads import HEADS, paint_head
from mer_core.datasets.puppets.pen import (
    STYLE_LOOKS,
    Colour,
    Pen,
    Point,
    StyleLook,
    mix,
    oval,
)
from mer_core.errors import UnknownName

UNITS: tuple[str, ...] = (
    "inner_brow_raise",  # AU 1
    "outer_brow_raise",  # AU 2
    "brow_lower",  # AU 4
    "upper_lid_raise",  # AU 5
    "cheek_raise",  # AU 6
    "lid_tighten",  # AU 7
    "nose_wrinkle",  # AU 9
    "upper_lip_raise",  # AU 10
    "lip_corner_pull",  # AU 12
    "lip_corner_depress",  # AU 15
    "lip_stretch",  # AU 20
    "lip_press",  # AU 24
    "jaw_drop",  # AU 26
    "tongue_show",  # AD 19
)


def _prototype(**units: float) -> np.ndarray:
    return np.array([units.get(name, 0.0) for name in UNITS], dtype=np.float32)


PROTOTYPES: dict[str, np.ndarray] = {
    "anger": _prototype(
        brow_lower=1.0, upper_lid_raise=0.3, lid_tighten=0.55, lip_press=1.0, jaw_drop=0.35,
        lip_corner_depress=0.5,
    ),
    "disgust": _prototype(
        brow_lower=0.45, nose_wrinkle=1.0, upper_lip_raise=0.9, lip_corner_depress=0.7,
        lid_tighten=0.85, tongue_show=0.9, cheek_raise=0.1,
    ),
    "fear": _prototype(
        inner_brow_raise=0.95, outer_brow_raise=0.35, brow_lower=0.4, upper_lid_raise=1.0,
        lip_stretch=1.0, jaw_drop=0.4,
    ),
    "happiness": _prototype(cheek_raise=0.9, lip_corner_pull=1.0, jaw_drop=0.65),
    "neutral": _prototype(),
    "sadness": _prototype(
        inner_brow_raise=1.0, brow_lower=0.45, lip_corner_depress=1.0, lid_tighten=0.3
    ),
    "surprise": _prototype(
        inner_brow_raise=1.0, outer_brow_raise=1.0, upper_lid_raise=0.8, jaw_drop=1.0
    ),
}  # fmt: skip
"""Emotion -> (len(UNITS),) float32 in [0, 1], the full expression; scale it for intensity."""

_AT = {name: i for i, name in enumerate(UNITS)}
_DARK: Colour = (46, 36, 44)
_MOUTH: Colour = (122, 32, 48)
_TONGUE: Colour = (240, 120, 132)
_TEETH: Colour = (255, 253, 248)


class _Units:
    """Named access to one row of units, clipped to [0, 1]."""

    def __init__(self, row: np.ndarray) -> None:
        self._row = [min(1.0, max(0.0, float(u))) for u in row]

    def __getitem__(self, name: str) -> float:
        return self._row[_AT[name]]


def _paint_brows(pen: Pen, u: _Units, ink: Colour) -> None:
    up_in, up_out, low = u["inner_brow_raise"], u["outer_brow_raise"], u["brow_lower"]
    low = max(low, 0.5 * u["nose_wrinkle"])
    inner = -0.16 * up_in + 0.24 * low * (1 - up_in)
    outer = -0.17 * up_out - 0.07 * low * (1 - up_in) + 0.15 * up_in * (1 - up_out)
    middle = 0.5 * (inner + outer) - 0.05 * max(up_in * up_out, 0.4) + 0.03 * low
    near = 0.19 - 0.05 * low
    for side in (-1, 1):
        ends = (near, -0.47 + inner), (0.38, -0.47 + middle), (0.57, -0.45 + outer)
        pen.line([(side * x, y) for x, y in ends], 0.055 + 0.02 * low, ink)


def _eye_curves(u: _Units, side: int) -> tuple[list[Point], list[Point]]:
    """Upper and lower lid of one eye, inner corner at the middle of the face."""
    wide, tight = u["upper_lid_raise"], u["lid_tighten"]
    frown, grief = u["brow_lower"] * (1 - u["inner_brow_raise"]), u["inner_brow_raise"]
    squint = max(tight, 0.8 * u["nose_wrinkle"])
    rx, ry = 0.18 * (1 + 0.12 * wide), 0.235
    top = ry * (1 + 0.35 * wide - 0.5 * squint)
    low = ry * (1 - 0.45 * squint - 1.75 * u["cheek_raise"] + 0.1 * wide)
    slant = (0.13 * frown - 0.12 * grief * (1 - u["outer_brow_raise"])) * (1 - 0.6 * wide * grief)
    upper, lower = [], []
    for i in range(13):
        t = -1 + i / 6
        arch = math.sqrt(max(0.0, 1 - t * t))
        x = side * (0.36 + rx * t)
        # t = -1 is the inner corner: a frown presses the lid down there, grief at the outer one.
        lid = -top * arch + slant * (-t + 0.6) * arch
        floor = low * arch
        upper.append((x, -0.06 + min(lid, floor - 0.03 * arch)))
        lower.append((x, -0.06 + floor))
    return upper, lower


def _paint_eyes(pen: Pen, u: _Units, ink: Colour) -> None:
    for side in (-1, 1):
        upper, lower = _eye_curves(u, side)
        if lower[6][1] - upper[6][1] < 0.15:
            # Closed by the cheeks or the lids: one bold arc is what people draw.
            pen.line([(x, (y + v) / 2) for (x, y), (_, v) in zip(upper, lower, strict=True)],
                     0.07, ink)  # fmt: skip
            continue
        pen.shape(upper + lower[::-1], (255, 255, 255), ink, 0.025)
        pen.line(upper, 0.045, ink)
        r = 0.135 - 0.055 * u["upper_lid_raise"] * max(u["lip_stretch"], 0.35)
        centre = 0.5 * (upper[6][1] + lower[6][1])
        x0, pupil = side * 0.345, []
        for x, y in oval(x0, centre * 0.6 - 0.06 * 0.4, r, r * 1.15):
            t = (side * x - 0.36) / 0.18
            k = min(12, max(0, round((t + 1) * 6)))
            pupil.append((x, min(max(y, upper[k][1]), lower[k][1])))
        pen.shape(pupil, _DARK, None)
        pen.dot(x0 - 0.035, max(centre - 0.05, upper[6][1] + 0.035), 0.033, (255, 255, 255))


def _paint_cheeks(pen: Pen, u: _Units, skin: Colour) -> None:
    glow = 0.3 + 0.5 * max(u["cheek_raise"], u["lip_corner_pull"])
    for side in (-1, 1):
        pen.dot(side * 0.6, 0.2, 0.13, mix(skin, (255, 110, 120), glow), 0.085)


def _paint_nose(pen: Pen, u: _Units, ink: Colour, nose: Colour | None) -> None:
    wrinkle = u["nose_wrinkle"]
    if nose is not None:
        y = 0.14 - 0.05 * wrinkle
        pen.shape(oval(0, y, 0.085, 0.055), nose, None)
    if wrinkle > 0.15:
        for i in range(3):
            y, w = -0.1 + 0.075 * i, (0.07 + 0.022 * i) * (0.5 + 0.5 * wrinkle)
            pen.line([(-w, y + 0.025), (0, y - 0.03), (w, y + 0.025)], 0.03, ink)


def _mouth_curves(u: _Units) -> tuple[list[Point], list[Point]]:
    """Upper and lower edge of the mouth, from left to right."""
    pull, sink, stretch = (
        u["lip_corner_pull"],
        u["lip_corner_depress"],
        u["lip_stretch"],
    )
    press, jaw, raised = u["lip_press"], u["jaw_drop"], u["upper_lip_raise"]
    ring = jaw * (1 - pull) * (1 - stretch) * (1 - press)
    width = 0.27 * (1 + 0.7 * pull + 0.65 * stretch + 0.35 * press + 0.25 * sink - 0.25 * ring)
    corner = 0.35 - 0.1 * pull + 0.11 * sink + 0.03 * stretch + 0.07 * ring
    bow = 0.15 * pull - 0.2 * sink * (1 - 0.5 * press) - 0.15 * ring + 0.02
    gape = 0.58 * jaw * (1 - 0.1 * press) * (1 - 0.2 * pull) * (1 - 0.1 * stretch)
    upper, lower = [], []
    for i in range(15):
        t = -1 + i / 7
        arch = 1 - t * t
        wave = 0.03 * stretch * math.sin(3.5 * math.pi * t)
        sneer = -0.1 * raised * math.exp(-(((t - 0.45) / 0.35) ** 2))
        y = corner + bow * arch + wave + sneer
        open_ = gape * (math.sqrt(arch) if pull < 0.5 else arch)
        box = gape * min(1.0, 2.2 * math.sqrt(arch))
        gap = open_ * (1 - max(press, stretch)) + box * max(press, stretch)
        upper.append((width * t, y))
        lower.append((width * t, y + gap + 0.3 * wave))
    return upper, lower


def _paint_mouth(pen: Pen, u: _Units, ink: Colour) -> None:
    upper, lower = _mouth_curves(u)
    gape = lower[7][1] - upper[7][1]
    tongue = u["tongue_show"]
    if gape < 0.05:
        if tongue > 0.2:
            x, y = upper[8]
            pen.shape(
                oval(x + 0.03, y + 0.1 * tongue, 0.105, 0.15 * tongue, 0.3),
                _TONGUE,
                ink,
            )
            pen.line([(x + 0.03, y + 0.03), (x + 0.03, y + 0.13 * tongue)], 0.014,
                     mix(_TONGUE, _MOUTH, 0.5))  # fmt: skip
        pen.line(upper, 0.06, ink)
        return
    grit = max(u["lip_press"], u["lip_stretch"])
    pen.shape(upper + lower[::-1], _TEETH if grit > 0.4 else _MOUTH, None)
    if grit > 0.4:
        middle = [(x, (y + v) / 2) for (x, y), (_, v) in zip(upper, lower, strict=True)]
        pen.line(middle, 0.018, mix(ink, _TEETH, 0.3))
        for k in (3, 5, 7, 9, 11):
            pen.line([upper[k], lower[k]], 0.018, mix(ink, _TEETH, 0.3))
    else:
        _paint_inside(pen, upper, lower, u["lip_corner_pull"])
    pen.shape(upper + lower[::-1], None, ink, 0.045)


def _paint_inside(pen: Pen, upper: list[Point], lower: list[Point], pull: float) -> None:
    gape = lower[7][1] - upper[7][1]
    rise = [
        (x, max(v - 0.4 * gape * (1 - (x / upper[-1][0]) ** 2), y))
        for (x, y), (_, v) in zip(upper, lower, strict=True)
    ]
    pen.shape(rise[3:12] + lower[3:12][::-1], _TONGUE, None)
    if pull > 0.4:
        teeth = [(x, min(y + 0.26 * gape, v)) for (x, y), (_, v) in zip(upper, lower, strict=True)]
        pen.shape(upper[1:14] + teeth[1:14][::-1], _TEETH, None)


def paint_features(
    pen: Pen, units: Float[np.ndarray, " unit"], skin: Colour, nose: Colour | None
) -> None:
    """Brows, eyes, cheeks, nose and mouth onto whatever the pen's box holds.

    Args:
        pen: Its box is the face: features reach about 0.65 of its half side.
        units: (len(UNITS),) in [0, 1]; what lies outside is clipped.
        skin: Colour under the face as it was painted, for the blush and the ink.
        nose: Colour of the nose, or None for characters without one.
    """
    u = _Units(units)
    dark = sum(skin) < 330
    ink = (236, 250, 255) if dark else _DARK
    _paint_cheeks(pen, u, skin)
    _paint_brows(pen, u, ink)
    _paint_eyes(pen, u, ink if not dark else mix(skin, _DARK, 0.6))
    _paint_nose(pen, u, ink, nose)
    _paint_mouth(pen, u, ink)


def _style(name: str) -> StyleLook:
    if name not in STYLE_LOOKS:
        raise UnknownName(name, STYLE_LOOKS)
    return STYLE_LOOKS[name]


def draw_face(
    units: Float[np.ndarray, " unit"], character: str, style: str, size: int
) -> UInt8[np.ndarray, "size size 3"]:
    """One head, looking at you, antialiased by drawing larger and averaging.

    Args:
        units: (len(UNITS),) in [0, 1].
        character: One of `world.CHARACTERS`.
        style: One of `world.STYLES`.
        size: Side in pixels, about 32 to 512.

    Raises:
        UnknownName: There is no such character or style.
    """
    if character not in HEADS:
        raise UnknownName(character, HEADS)
    look, factor = _style(style), 3 if size <= 96 else 2
    big = size * factor
    picture = Image.new("RGB", (big, big), look.paper)
    pen = Pen(picture, (big / 2, big * 0.54), big * 0.5, look, big / 2)
    head = HEADS[character]
    paint_head(pen.moved((0, 0.02), 0.84), head)
    face = pen.moved((0, 0.02 + head.face_y * 0.84), 0.84 * head.face_size)
    face = Pen(picture, face.centre, face.half, look.still(), face.half)
    paint_features(face, units, look.flat_body or look.fill(head.skin), head.nose)
    return np.asarray(picture.reduce(factor))
