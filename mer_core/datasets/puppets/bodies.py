"""Bodies in their postures: where head, arms and feet go, and marks of motion."""

from dataclasses import dataclass

from mer_core.datasets.puppets.heads import Head
from mer_core.datasets.puppets.pen import Colour, Pen, Point, curve, mix, oval

Arm = tuple[Point, Point]
"""Elbow and hand."""


@dataclass(frozen=True)
class Pose:
    """Where the parts of a body go, in unit coordinates of the sticker.

    Attributes:
        left, right: Arms, as seen by the viewer.
        head: Where the middle of the head stands.
        look: How far the features are turned aside.
        lift: How far the whole body is above the ground.
        squash: 1 for upright, less for crouching.
        feet: "stand", "sit", "air", "step".
        front: Whether the arms are drawn over the head.
        marks: Which marks of motion are drawn, or "".
    """

    left: Arm = ((-0.44, 0.5), (-0.42, 0.66))
    right: Arm = ((0.44, 0.5), (0.42, 0.66))
    head: Point = (0.0, -0.2)
    look: Point = (0.0, 0.0)
    lift: float = 0.0
    squash: float = 1.0
    feet: str = "stand"
    front: bool = False
    marks: str = ""


POSES: dict[str, Pose] = {
    "standing": Pose(),
    "sitting": Pose(left=((-0.4, 0.58), (-0.24, 0.72)), right=((0.4, 0.58), (0.24, 0.72)),
                    head=(0.0, -0.12), lift=0.02, feet="sit"),
    "waving": Pose(right=((0.6, 0.42), (0.7, 0.16))),
    "jumping": Pose(left=((-0.6, 0.22), (-0.72, -0.14)), right=((0.6, 0.22), (0.72, -0.14)),
                    head=(0.0, -0.26), lift=0.08, feet="air", marks="jump"),
    "dancing": Pose(left=((-0.58, 0.3), (-0.66, 0.02)), right=((0.58, 0.56), (0.34, 0.64)),
                    head=(0.1, -0.22), lift=0.02, feet="step", marks="notes"),
    "stomping": Pose(left=((-0.6, 0.5), (-0.66, 0.26)), right=((0.62, 0.5), (0.68, 0.26)),
                     head=(0.0, -0.18), feet="step", marks="stomp"),
    "fists on hips": Pose(left=((-0.66, 0.44), (-0.32, 0.64)), right=((0.66, 0.44), (0.32, 0.64)),
                          marks="huff"),
    "slumped": Pose(left=((-0.4, 0.62), (-0.36, 0.84)), right=((0.4, 0.62), (0.36, 0.84)),
                    head=(-0.06, -0.08), look=(-0.04, 0.08), squash=0.86, marks="droop"),
    "hugging itself": Pose(left=((-0.42, 0.56), (0.16, 0.56)), right=((0.42, 0.62), (-0.16, 0.68)),
                           head=(0.0, -0.1), look=(0.0, 0.06), squash=0.9, lift=0.02, feet="sit",
                           front=True),
    "cowering": Pose(left=((-0.7, 0.3), (-0.5, -0.2)), right=((0.7, 0.3), (0.5, -0.2)),
                     head=(0.0, 0.06), squash=0.7, feet="stand", front=True, marks="shake"),
    "hands at mouth": Pose(left=((-0.42, 0.54), (-0.15, 0.27)), right=((0.42, 0.54), (0.15, 0.27)),
                           head=(0.0, -0.16), squash=0.94, front=True, marks="shake"),
    "thrown back": Pose(left=((-0.5, 0.2), (-0.76, 0.3)), right=((0.56, 0.3), (0.8, 0.1)),
                        head=(-0.2, -0.22), lift=0.03, feet="air", marks="jolt"),
    "hands in the air": Pose(left=((-0.64, 0.3), (-0.64, -0.08)),
                             right=((0.64, 0.3), (0.64, -0.08)),
                             marks="jolt"),
    "pushing away": Pose(left=((0.1, 0.56), (0.6, 0.4)), right=((0.56, 0.5), (0.8, 0.28)),
                         head=(-0.16, -0.2), look=(-0.08, 0.0), front=True, marks="stop"),
    "turning away": Pose(left=((-0.44, 0.5), (-0.46, 0.66)), right=((0.56, 0.4), (0.82, 0.42)),
                         head=(-0.14, -0.18), look=(-0.24, 0.02), marks="stop"),
}  # fmt: skip
"""Posture -> pose."""

HEAD_SIZE = 0.58


def _limb(pen: Pen, joints: list[Point], colour: Colour) -> None:
    style = pen.style
    fill = style.flat_body or style.fill(colour)
    path = curve(joints[0], joints[1], joints[2])
    if style.width:
        pen.line(path, 0.155 + 0.045 * style.width, style.ink(fill))
    pen.line(path, 0.155, fill)


def _feet(pen: Pen, pose: Pose, colour: Colour) -> None:
    base = 0.9 - pose.lift
    spots = {
        "stand": ((-0.18, base, 0.15, 0.085), (0.18, base, 0.15, 0.085)),
        "sit": ((-0.3, base - 0.06, 0.13, 0.15), (0.3, base - 0.06, 0.13, 0.15)),
        "air": ((-0.3, base - 0.06, 0.1, 0.13), (0.3, base - 0.1, 0.1, 0.13)),
        "step": ((-0.18, base, 0.15, 0.085), (0.36, base - 0.16, 0.14, 0.1)),
    }[pose.feet]
    for x, y, rx, ry in spots:
        pen.body(oval(x, y, rx, ry), colour)


def _marks(pen: Pen, kind: str, ink: Colour) -> None:
    """Marks of motion, as comics draw them."""
    if kind == "jump":
        for x in (-0.3, 0.0, 0.3):
            pen.line([(x, 0.93), (x, 1.0)], 0.03, ink)
    elif kind == "shake":
        for s in (-1, 1):
            for k in range(2):
                x = s * (0.78 + 0.1 * k)
                zig = [(x, 0.42), (x + 0.05, 0.5), (x - 0.03, 0.58), (x + 0.05, 0.66), (x, 0.74)]
                pen.line(zig, 0.025, ink)
    elif kind == "stomp":
        for x, y in ((0.6, 0.86), (0.7, 0.74), (0.2, 0.98), (-0.5, 0.92)):
            pen.line([(x, y), (x + 0.12 * (1 if x > 0 else -1), y + 0.03)], 0.035, ink)
    elif kind == "jolt":
        for x, y, dx, dy in ((-0.9, -0.5, -0.08, -0.08), (-0.98, -0.2, -0.1, 0.0),
                             (0.9, -0.5, 0.08, -0.08),
                             (0.98, -0.2, 0.1, 0.0)):  # fmt: skip
            pen.line([(0.86 * x, y), (0.86 * x + dx, y + dy)], 0.035, ink)
    elif kind == "stop":
        for y in (0.1, 0.28, 0.46):
            pen.line(curve((0.93, y - 0.07), (0.99, y), (0.93, y + 0.07)), 0.03, ink)
    else:
        _soft_marks(pen, kind, ink)


def _soft_marks(pen: Pen, kind: str, ink: Colour) -> None:
    if kind == "notes":
        for x, y in ((0.78, 0.1), (-0.84, 0.36)):
            pen.dot(x, y, 0.06, ink, 0.045)
            pen.line([(x + 0.05, y), (x + 0.05, y - 0.2), (x + 0.14, y - 0.14)], 0.03, ink)
    elif kind == "huff":
        for s in (-1, 1):
            for k in range(2):
                y = 0.22 + 0.12 * k
                pen.line([(s * 0.76, y), (s * 0.88, y - 0.05)], 0.035, ink)
    elif kind == "droop":
        for x in (-0.74, -0.64, 0.64, 0.74):
            pen.line([(x, 0.3), (x, 0.56)], 0.022, ink)


def paint_body(pen: Pen, head: Head, pose: Pose, ink: Colour) -> None:
    """Feet, torso, marks, and arms unless they belong in front of the head."""
    _marks(pen, pose.marks, ink)
    _feet(pen, pose, mix(head.fur, (60, 40, 50), 0.14))
    top, bottom = pose.head[1] + 0.3, 0.9 - pose.lift
    middle, ry = (top + bottom) / 2, max(0.24, (bottom - top) / 2)
    rx = 0.35 / max(0.8, pose.squash) ** 0.5
    torso = [
        (x + pose.head[0] * max(0.0, (0.9 - y)) * 0.6, y) for x, y in oval(0, middle, rx, ry, 0.15)
    ]
    pen.body(torso, head.fur)
    if pen.style.flat_body is None:
        belly = head.muzzle or mix(head.fur, (255, 255, 255), 0.4)
        pen.shape(
            oval(0.3 * pose.head[0], middle + 0.06, rx * 0.6, ry * 0.62),
            pen.style.fill(belly),
            None,
        )
    if not pose.front:
        paint_arms(pen, head, pose)


def paint_arms(pen: Pen, head: Head, pose: Pose) -> None:
    """Both arms from the shoulders to the hands."""
    y = pose.head[1] + 0.6
    colour = head.accent if head.ears == "round" and sum(head.accent) < 300 else head.fur
    for side, arm in ((-1, pose.left), (1, pose.right)):
        shoulder = (side * 0.26 + 0.5 * pose.head[0], min(y, 0.56))
        _limb(pen, [shoulder, arm[0], arm[1]], colour)
