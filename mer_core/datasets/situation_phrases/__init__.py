"""The bare phrases of the situations: one file of frames for each emotion, and what fills a slot.

One frame a line. {name} is a slot of `SLOTS`, [this|that] a choice that only this frame has.
"""

from mer_core.datasets.situation_phrases import (
    anger,
    disgust,
    fear,
    happiness,
    neutral,
    sadness,
    surprise,
)
from mer_core.datasets.situation_phrases.slots import SLOTS
from mer_core.task import EMOTIONS

__all__ = ["FRAMES", "SLOTS"]

_FILES = (anger, disgust, fear, happiness, neutral, sadness, surprise)

FRAMES: dict[str, tuple[str, ...]] = {
    emotion: tuple(file.FRAMES.strip().splitlines())
    for emotion, file in zip(EMOTIONS, _FILES, strict=True)
}
"""Emotion -> its frames, in the order in which they were written."""
