"""Heads of the characters: shape, colours, ears and what grows on top.

A head is drawn in its own box: the skull reaches about 0.85 of the half side, ears go beyond.
"""

from dataclasses import dataclass

from mer_core.datasets.puppets.pen import Colour, Pen, curve, mix, oval


@dataclass(frozen=True)
class Head:
    """What makes a character's head.

    Attributes:
        fur: Main colour.
        skin: Colour around the features.
        accent: Colour of inner ears, leaves, patches and the like.
        ears: Which ears or tops, a key of `_TOPS`.
        width, height: Half axes of the skull.
        square: 0 for an ellipse, 1 for nearly a box.
        nose: Colour of the nose; None for none.
        muzzle: Colour of a muzzle or mask around the mouth; None for none.
        face_y: Where the middle of the features stands.
        face_size: Size of the features.
    """

    fur: Colour
    skin: Colour
    accent: Colour
    ears: str
    width: float = 0.86
    height: float = 0.76
    square: float = 0.0
    nose: Colour | None = None
    muzzle: Colour | None = None
    face_y: float = 0.06
    face_size: float = 1.02


HEADS: dict[str, Head] = {
    "cat": Head((247, 178, 90), (247, 178, 90), (255, 206, 196), "pointed", nose=(226, 104, 110)),
    "bear": Head((186, 130, 88), (186, 130, 88), (232, 196, 158), "round", nose=(70, 44, 40),
                 muzzle=(236, 206, 172)),
    "rabbit": Head((250, 240, 238), (250, 240, 238), (255, 186, 198), "long", nose=(240, 136, 152),
                   height=0.74),
    "frog": Head((134, 204, 110), (134, 204, 110), (220, 240, 178), "bumps", width=0.92,
                 height=0.7),
    "penguin": Head((72, 92, 132), (250, 250, 252), (255, 178, 60), "tuft", nose=(255, 166, 48),
                    muzzle=(250, 250, 252)),
    "ghost": Head((236, 238, 252), (236, 238, 252), (190, 196, 232), "none", height=0.84,
                  square=0.2),
    "robot": Head((150, 184, 204), (206, 228, 238), (255, 122, 96), "antenna", square=0.75,
                  width=0.82, height=0.7),
    "dumpling": Head((252, 236, 206), (252, 236, 206), (222, 186, 136), "pleats", height=0.72,
                     width=0.9),
    "cactus": Head((112, 182, 122), (112, 182, 122), (246, 122, 158), "flower", width=0.74,
                   height=0.82, square=0.25),
    "fox": Head((240, 128, 66), (240, 128, 66), (255, 246, 236), "pointed", nose=(62, 42, 44),
                muzzle=(255, 246, 236)),
    "chick": Head((255, 220, 92), (255, 220, 92), (255, 150, 54), "tuft", nose=(255, 142, 50)),
    "panda": Head((250, 250, 248), (250, 250, 248), (58, 56, 64), "round", nose=(58, 56, 64)),
    "alien": Head((176, 150, 236), (176, 150, 236), (140, 236, 190), "stalks", width=0.84,
                  height=0.8),
    "mushroom": Head((252, 234, 214), (252, 234, 214), (226, 74, 74), "cap", width=0.72,
                     height=0.74, square=0.2, face_y=0.16, face_size=0.92),
}  # fmt: skip
"""Character -> its head."""


def _pointed(pen: Pen, head: Head) -> None:
    for s in (-1, 1):
        pen.body([(s * 0.78, -0.3), (s * 0.72, -1.04), (s * 0.22, -0.68)], head.fur)
        pen.shape([(s * 0.68, -0.5), (s * 0.66, -0.86), (s * 0.4, -0.66)],
                  pen.style.fill(head.accent), None)  # fmt: skip


def _round(pen: Pen, head: Head) -> None:
    outer = head.accent if sum(head.accent) < 300 else head.fur
    for s in (-1, 1):
        pen.body(oval(s * 0.62, -0.62, 0.28, 0.28), outer)
        pen.dot(s * 0.62, -0.62, 0.16, pen.style.fill(mix(outer, head.accent, 0.8)))


def _long(pen: Pen, head: Head) -> None:
    for s in (-1, 1):
        pen.body(oval(s * 0.36, -0.82, 0.19, 0.46), head.fur)
        pen.shape(oval(s * 0.36, -0.82, 0.09, 0.32), pen.style.fill(head.accent), None)


def _bumps(pen: Pen, head: Head) -> None:
    for s in (-1, 1):
        pen.body(oval(s * 0.46, -0.58, 0.3, 0.3), head.fur)


def _tuft(pen: Pen, head: Head) -> None:
    for dx in (-0.14, 0.0, 0.14):
        pen.body(oval(dx, -0.82, 0.08, 0.2), head.fur)


def _antenna(pen: Pen, head: Head) -> None:
    pen.line([(0, -0.6), (0, -0.92)], 0.05 * pen.half / pen.unit, pen.style.ink(head.fur))
    pen.body(oval(0, -0.96, 0.11, 0.11), head.accent)
    for s in (-1, 1):
        pen.body(oval(s * 0.86, 0.0, 0.12, 0.22, 0.6), head.accent)


def _flower(pen: Pen, head: Head) -> None:
    for dx, dy in ((-0.17, 0.0), (0.17, 0.0), (0.0, -0.16), (-0.1, 0.1), (0.1, 0.1)):
        pen.body(oval(0.1 + dx, -0.84 + dy, 0.12, 0.12), head.accent)
    pen.dot(0.1, -0.84, 0.1, pen.style.fill((255, 222, 92)))


def _stalks(pen: Pen, head: Head) -> None:
    for s in (-1, 1):
        stalk = curve((s * 0.3, -0.6), (s * 0.36, -0.9), (s * 0.56, -0.96))
        pen.line(stalk, 0.05 * pen.half / pen.unit, pen.style.ink(head.fur))
        pen.body(oval(s * 0.58, -0.96, 0.11, 0.11), head.accent)


def _none(pen: Pen, head: Head) -> None:
    """No ears."""


_TOPS = {
    "pointed": _pointed, "round": _round, "long": _long, "bumps": _bumps, "tuft": _tuft,
    "antenna": _antenna, "flower": _flower, "stalks": _stalks, "none": _none, "pleats": _none,
    "cap": _none,
}  # fmt: skip


def _paint_marks(pen: Pen, head: Head) -> None:
    """What lies on the skull and under the features."""
    fill = pen.style.fill
    if head.ears == "pleats":
        for dx in (-0.3, -0.1, 0.1, 0.3):
            line = curve((dx, -0.68 + abs(dx) * 0.25), (dx * 1.5, -0.62), (dx * 1.9, -0.5))
            pen.line(line, 0.03 * pen.half / pen.unit, fill(head.accent))
    if head.ears == "cap":
        top = [(x, min(y, -0.28)) for x, y in oval(0, -0.3, 1.0, 0.66)]
        pen.body(top, head.accent)
        for x, y, r in ((-0.5, -0.54, 0.13), (0.08, -0.72, 0.14), (0.58, -0.5, 0.11)):
            pen.dot(x, y, r, fill((255, 250, 242)))
    if head.skin != head.fur and pen.style.flat_body is None:
        pen.shape(
            oval(0, 0.1, 0.72 * head.width / 0.86, 0.6, head.square),
            fill(head.skin),
            None,
        )
    if head.muzzle is not None and head.skin == head.fur:
        soft = mix(head.muzzle, head.fur, 0.15)
        pen.shape(oval(0, 0.4, 0.46, 0.33), pen.style.flat_body or fill(soft), None)
    if head.ears == "round" and sum(head.accent) < 300 and pen.style.flat_body is None:
        for s in (-1, 1):
            pen.shape(
                oval(s * 0.34, 0.02, 0.23, 0.29),
                fill(mix(head.accent, head.fur, 0.35)),
                None,
            )


def paint_head(pen: Pen, head: Head) -> None:
    """Ears, skull and markings, without features."""
    _TOPS[head.ears](pen, head)
    pen.body(oval(0, 0.05, head.width, head.height, head.square), head.fur)
    _paint_marks(pen, head)
