"""Arrays in, bytes that a browser shows or plays out; and the digest that caches go by."""

import base64
import hashlib
import io
import wave

import numpy as np
import streamlit as st
from PIL import Image

from mer_core.types import Clip, Sample, Sound


def digest(sample: Sample) -> str:
    """Hash of everything in a sample that a model may read."""
    h = hashlib.blake2b(digest_size=16)
    parts: list[object] = [sorted((str(v), s) for v, s in sample.views.items()), sample.text]
    if sample.sound is not None:
        parts += [sample.sound.rate, sample.sound.wave]
    if sample.clip is not None:
        parts += [sample.clip.fps, sample.clip.found, sample.clip.frames]
    parts += [sample.image, *sample.features.values()]
    for part in parts:
        if isinstance(part, np.ndarray):
            h.update(repr((part.shape, part.dtype)).encode())
            h.update(np.ascontiguousarray(part).data)
        else:
            h.update(repr(part).encode())
    return h.hexdigest()


def jpeg(image: np.ndarray, side: int = 480) -> bytes:
    """A picture (row, column, 3), at most `side` wide and high, without any metadata."""
    picture = Image.fromarray(image)
    picture.thumbnail((side, side))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def data_uri(data: bytes, kind: str = "image/jpeg") -> str:
    """Bytes as an address that holds them, for figures and components."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


@st.cache_data(max_entries=32, max_size="64MB", show_spinner=False)
def moving(key: str, _clip: Clip, side: int = 224) -> bytes:
    """A clip as an animated GIF, at most 80 frames. `key` is the digest of its sample."""
    step = max(1, -(-len(_clip.frames) // 80))
    frames = []
    for frame in _clip.frames[::step]:
        picture = Image.fromarray(frame)
        scale = side / max(picture.size)
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        frames.append(picture.resize(size, Image.Resampling.LANCZOS).quantize(96))
    out = io.BytesIO()
    pause = 1000 * step / max(_clip.fps, 0.1)
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=pause, loop=0)
    return out.getvalue()


def wav(sound: Sound) -> bytes:
    """Mono sound as 16-bit WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes((np.clip(sound.wave, -1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()
