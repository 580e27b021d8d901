"""Pictures: any mode, any orientation, first frame, on white, at most 1024 pixels a side."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from mer_core.errors import BadInput
from mer_core.processing.media.kinds import MAX_PIXELS, PICTURES, expect

SIDE = 1_024
LEAST_SIDE = 8
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
_MANY = "The picture claims to have over {limit} million pixels: make it smaller and try again."


@dataclass(frozen=True)
class Picture:
    """A picture that can be shown and fed to a model.

    Attributes:
        image: uint8 (row, column, 3), at most 1024 a side.
        notes: Sentences on what was done to it.
    """

    image: np.ndarray
    notes: tuple[str, ...] = ()


def read_picture(data: bytes) -> Picture:
    """Decode a PNG, JPEG, WebP, GIF or BMP.

    Raises:
        BadInput: Empty, too large, too small, damaged, or no such picture.
    """
    expect(data, PICTURES, "picture")
    image = open_picture(data)
    notes = []
    if animated(image):
        notes.append("The picture is animated: its first frame is used.")
    try:
        if image.format == "JPEG":
            image.draft("RGB", (2 * SIDE, 2 * SIDE))  # decodes fewer pixels where that is enough
        image.load()
        image = ImageOps.exif_transpose(image)
        flat, seen_through = flattened(image)
        flat.thumbnail((SIDE, SIDE))
    except Exception as cause:  # decoders meet hostile bytes with all kinds of errors
        raise damaged("picture") from cause
    if seen_through:
        notes.append("The picture is transparent in parts: they are shown on white.")
    return Picture(np.array(flat), tuple(notes))


def open_picture(data: bytes) -> Image.Image:
    """A picture whose header was read and found within the limits; no pixel is decoded yet.

    Raises:
        BadInput: Damaged, too many pixels or too few.
    """
    limit = MAX_PIXELS // 10**6
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as cause:
        raise BadInput(_MANY.format(limit=limit)) from cause
    except Exception as cause:
        raise damaged("picture") from cause
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise BadInput(
            f"The picture is {width} x {height}: that is over {limit} million pixels. "
            "Make it smaller and try again."
        )
    if min(width, height) < LEAST_SIDE:
        raise BadInput(
            f"The picture is {width} x {height} pixels, too small to see anything: "
            f"use one of at least {LEAST_SIDE} a side."
        )
    return image


def animated(image: Image.Image) -> bool:
    """Whether a picture moves. A photograph with a second one inside (MPO) does not."""
    return image.format in ("GIF", "WEBP", "PNG") and bool(getattr(image, "is_animated", False))


def flattened(image: Image.Image) -> tuple[Image.Image, bool]:
    """RGB on white, and whether anything was transparent."""
    if image.mode.startswith("I") or image.mode == "F":  # 16 or 32 bits a pixel
        deep = np.asarray(image).astype(np.float64)
        top = 65_535.0 if deep.max(initial=0) > 255 else 255.0
        return Image.fromarray((deep.clip(0, top) / top * 255).astype(np.uint8)).convert(
            "RGB"
        ), False
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        ground.alpha_composite(layered)
        clear = bool((np.asarray(layered.getchannel("A")) < 255).any())
        return ground.convert("RGB"), clear
    return image.convert("RGB"), False


def damaged(what: str) -> BadInput:
    """The sentence for bytes that begin well and cannot be decoded."""
    return BadInput(
        f"The {what} is damaged or cut off and cannot be read: open it in another program, "
        "save it again, and try that file."
    )
