"""Stickers as a batch: square pictures, and the words of the four views."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import UInt8
from PIL import Image

from mer_core.encoders.text import TextEncoder
from mer_core.processing.base import targets
from mer_core.processing.text import views_stream
from mer_core.task import EMOTIONS
from mer_core.types import Batch, Modality, Sample, Stream

PIXEL_AXES = ("batch", "channel", "row", "column")
WHITE = (255, 255, 255)


def square(
    image: UInt8[np.ndarray, "row column channel"], size: int
) -> UInt8[np.ndarray, "{size} {size} 3"]:
    """The whole picture, scaled to fit (bicubic) and centred on a white square.

    Nothing is cut off: a crop could cut the caption or the hand that carries the feeling.
    Transparent pixels are laid on white.

    Args:
        image: One (grey), three or four (with opacity) channels.
        size: Side of the square.

    Raises:
        ValueError: The array is no picture: empty, or with another number of channels.
    """
    if image.shape[2] not in (1, 3, 4) or 0 in image.shape:
        raise ValueError(
            f"A picture has rows, columns and 1, 3 or 4 channels; got shape {image.shape}."
        )
    picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    rgba = picture.convert("RGBA")
    scale = size / max(rgba.size)
    width, height = (max(1, round(side * scale)) for side in rgba.size)
    rgba = rgba.resize((width, height), Image.Resampling.BICUBIC)
    canvas = Image.new("RGB", (size, size), WHITE)
    canvas.paste(rgba, ((size - width) // 2, (size - height) // 2), rgba)
    return np.array(canvas)


def pixel_stream(samples: Sequence[Sample], size: int) -> Stream:
    """Pictures in [0, 1], (batch, channel, row, column); no picture means silent."""
    blank = np.zeros((size, size, 3), dtype=np.uint8)
    pictures = [blank if s.image is None else square(s.image, size) for s in samples]
    values = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    silent = torch.tensor([s.image is None for s in samples])
    return Stream(Modality.VISION, values, torch.ones_like(silent), PIXEL_AXES, silent)


class StickerProcessor:
    """Samples -> pictures and the word features of their four views.

    Args:
        image: Side of the square picture.
        encoder: Frozen text encoder, or the name of one, which is then loaded at first use.
        emotions: The classes, in the order of the model's logits.
    """

    def __init__(
        self,
        image: int,
        encoder: TextEncoder | str | None = None,
        emotions: Sequence[str] = EMOTIONS,
    ) -> None:
        self.image = image
        self._encoder = encoder
        self.emotions = tuple(emotions)

    @property
    def encoder(self) -> TextEncoder:
        """The frozen text encoder."""
        if not isinstance(self._encoder, TextEncoder):
            name = self._encoder
            self._encoder = TextEncoder.load() if name is None else TextEncoder.load(name)
        return self._encoder

    def __call__(self, samples: Sequence[Sample]) -> Batch:
        streams = {
            Modality.VISION: pixel_stream(samples, self.image),
            Modality.TEXT: views_stream(samples, self.encoder),
        }
        return Batch(streams, **targets(samples, self.emotions))
