"""From a scene to a sticker of 224 x 224 pixels: background, edge, body, face, prop, words."""

from functools import lru_cache

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from mer_core.datasets.puppets.bodies import HEAD_SIZE, POSES, paint_arms, paint_body
from mer_core.datasets.puppets.face import PROTOTYPES, paint_features
from mer_core.datasets.puppets.heads import HEADS, paint_head
from mer_core.datasets.puppets.pen import STYLE_LOOKS, Colour, Number, Pen, mix
from mer_core.datasets.puppets.props import BEHIND, PAINTERS
from mer_core.datasets.puppets.views import Scene
from mer_core.datasets.puppets.world import pick

SIZE = 224
"""Side of a sticker in pixels."""

_FACTOR = 2
_BIG = SIZE * _FACTOR

Box = tuple[int, int, int, int]

BACKGROUNDS: tuple[Colour, ...] = (
    (244, 226, 214), (214, 232, 240), (226, 238, 216), (240, 222, 236), (250, 240, 204),
    (222, 222, 242), (210, 236, 228), (236, 234, 230), (200, 214, 226), (246, 214, 206),
)  # fmt: skip


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _to_box(extent: list[Number]) -> Box:
    left, top, right, bottom = (v / _FACTOR for v in extent)
    return (
        max(0, int(left)), max(0, int(top)), min(SIZE, int(right) + 1), min(SIZE, int(bottom) + 1),
    )  # fmt: skip


def _background(generator: np.random.Generator, dark: bool) -> Image.Image:
    colour = pick(generator, BACKGROUNDS)
    colour = mix(colour, (24, 16, 52), 0.88) if dark else colour
    other = mix(colour, (255, 255, 255), 0.12 if dark else 0.45)
    picture = Image.new("RGB", (_BIG, _BIG), colour)
    draw, kind = ImageDraw.Draw(picture), int(generator.random() * 4)
    step = 64
    for k in range(-1, 8):
        if kind == 1:
            draw.line((k * step, 0, k * step + 120, _BIG), fill=other, width=22)
        elif kind == 2:
            for j in range(8):
                x, y = k * step + 32 * (j % 2), j * step
                draw.ellipse((x - 9, y - 9, x + 9, y + 9), fill=other)
        elif kind == 3 and k == 0:
            draw.ellipse((40, 60, _BIG - 40, _BIG - 20), fill=other)
    return picture


def _write(layer: Image.Image, text: str, dark: bool) -> Box:
    """The caption at the foot of the sticker; as large as fits."""
    draw = ImageDraw.Draw(layer)
    size = 58
    while size > 30 and draw.textlength(text, font=_font(size)) > _BIG - 60:
        size -= 4
    ink, edge = ((255, 236, 120), (40, 16, 80)) if dark else ((48, 38, 60), (255, 255, 255))
    at = (_BIG / 2, _BIG - 40)
    width = 6
    for grown in (0, 1):  # drawn twice, a hair apart: the bundled font has no bold
        draw.text((at[0] + grown, at[1]), text, font=_font(size), fill=ink, anchor="mm",
                  stroke_width=0 if grown else width, stroke_fill=edge)  # fmt: skip
    box = draw.textbbox(at, text, font=_font(size), anchor="mm", stroke_width=width)
    return _to_box(list(box))


def _figure(layer: Image.Image, scene: Scene, face: str | None, intensity: float) -> dict[str, Box]:
    """Body, head, face and prop onto a transparent layer; where each carrier lies."""
    look, head, pose = STYLE_LOOKS[scene.style], HEADS[scene.character], POSES[scene.posture]
    half = _BIG * (0.40 if scene.caption else 0.44)
    pen = Pen(layer, (_BIG / 2, half + _BIG * 0.075), half, look, half)
    boxes: dict[str, Box] = {}

    def add_prop() -> None:
        mine = pen.fresh()
        PAINTERS[scene.prop](mine)
        boxes["prop"] = _to_box(mine.extent)

    if scene.prop in BEHIND:
        add_prop()
    ink = (150, 240, 250) if scene.style == "neon" else (92, 80, 104)
    body = pen.fresh()
    paint_body(body, head, pose, ink)
    x, y = pose.head
    paint_head(pen.moved((x, y), HEAD_SIZE), head)
    size = HEAD_SIZE * head.face_size
    spot = (x + pose.look[0] * HEAD_SIZE, y + (head.face_y + pose.look[1]) * HEAD_SIZE)
    centre = pen.at(*spot)
    mine = Pen(layer, centre, half * size, look.still(), half * size)
    skin = look.flat_body or look.fill(head.skin)
    paint_features(mine, PROTOTYPES[face or "neutral"] * intensity, skin, head.nose)
    boxes["face"] = _to_box(mine.extent)
    if pose.front:
        paint_arms(body, head, pose)
    boxes["posture"] = _to_box(body.extent)
    if scene.prop in PAINTERS and scene.prop not in BEHIND:
        add_prop()
    return boxes


def _edge(layer: Image.Image, width: int) -> Image.Image:
    """The silhouette of a layer, grown: the white edge that stickers are cut with."""
    small = layer.getchannel("A").reduce(4).filter(ImageFilter.GaussianBlur(width))
    mask = small.point([min(255, a * 6) for a in range(256)])
    return mask.resize(layer.size, Image.Resampling.BILINEAR)


def _finish(picture: Image.Image, style: str, generator: np.random.Generator) -> Image.Image:
    """What a style does to the whole picture."""
    if style == "pixel":
        return picture.resize((90, 90), Image.Resampling.BOX).resize(
            (SIZE, SIZE), Image.Resampling.NEAREST
        )
    if style == "watercolour":
        grain = (222 + 33 * generator.random((9, 9))).astype(np.uint8)
        wash = Image.fromarray(grain).resize((SIZE, SIZE), Image.Resampling.BICUBIC)
        return ImageChops.multiply(picture, Image.merge("RGB", (wash, wash, wash)))
    return picture


def paint_sticker(
    scene: Scene, face: str | None, intensity: float, generator: np.random.Generator
) -> tuple[UInt8[np.ndarray, "224 224 3"], dict[str, Box]]:
    """Draw a scene.

    Args:
        scene: What is drawn.
        face: Emotion on the face, or None for a neutral one.
        intensity: 0..1, how strong the expression is.
        generator: Chooses the background.

    Returns:
        The picture, and carrier -> (left, top, right, bottom) in pixels where it is drawn.
    """
    neon = scene.style == "neon"
    layer = Image.new("RGBA", (_BIG, _BIG), (0, 0, 0, 0))
    boxes = _figure(layer, scene, face, intensity)
    if scene.caption:
        boxes["caption"] = _write(layer, scene.caption, neon)
    picture = _background(generator, neon)
    mask = _edge(layer, 3)
    if scene.style == "bold":
        picture.paste((36, 30, 44), (12, 12), mask)
    else:
        shade = mix(picture.getpixel((2, 2)), (20, 10, 40), 0.25)  # type: ignore[arg-type]
        picture.paste(shade, (5, 7), mask)
    picture.paste((104, 60, 190) if neon else (255, 255, 255), (0, 0), mask)
    picture.paste(layer, (0, 0), layer)
    return np.asarray(_finish(picture.reduce(_FACTOR), scene.style, generator)), boxes
