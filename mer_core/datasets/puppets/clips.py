"""A face over time: tracks of action units at 8 frames a second, and the pictures of them.

An expression rises (onset), stays (apex) and fades (offset); eyes blink now and then, the head
sways by a pixel, and no unit is held quite still.

Source: the three phases and their order of lengths after Ekman & Friesen (1982), Felt, false and
    miserable smiles, Journal of Nonverbal Behavior 6(4). The numbers are ours.
Departs: people's onsets may be faster than the 125 ms between two of our frames.
"""

import numpy as np
from jaxtyping import Float

from mer_core.datasets.puppets.face import UNITS, draw_face
from mer_core.types import Clip

FPS = 8.0
"""Frames per second of every generated clip."""

FACE_SIZE = 64
_TREMOR = 0.03
_BLINKS_A_SECOND = 0.3
_STILL = 0.02  # units are rounded to this, so that equal pictures are drawn once
_LID, _CHEEK = UNITS.index("lid_tighten"), UNITS.index("cheek_raise")


def unit_track(
    units: Float[np.ndarray, " unit"], seconds: float, rng: np.random.Generator
) -> Float[np.ndarray, "time unit"]:
    """Units at every frame of an expression whose apex has the given units.

    Args:
        units: (len(UNITS),) the apex; clipped to [0, 1].
        seconds: Length of the clip.
        rng: Chooses the phases, the blinks and the tremor.

    Returns:
        float32 (time, unit) in [0, 1], at least one frame.
    """
    count = max(1, round(seconds * FPS))
    moment = (np.arange(count) + 0.5) / FPS
    rise = rng.uniform(0.05, 0.15) * seconds, rng.uniform(0.25, 0.6)
    fall = seconds * rng.uniform(0.82, 0.95), rng.uniform(0.3, 0.8)
    shown = _ramp((moment - rise[0]) / rise[1]) * (1 - 0.8 * _ramp((moment - fall[0]) / fall[1]))
    apex = np.clip(units, 0.0, 1.0)
    # Drawn "on twos", as animators do: the tremor changes at every second frame.
    tremor = rng.standard_normal((count // 2 + 1, len(UNITS))).repeat(2, axis=0)[:count]
    track = shown[:, None] * apex * (1 + _TREMOR * tremor)
    blinks = rng.random(count) < _BLINKS_A_SECOND / FPS
    track[blinks, _LID], track[blinks, _CHEEK] = 1.0, 0.85  # these two close the drawn eyes
    return (np.round(track.clip(0, 1) / _STILL) * _STILL).astype(np.float32)


def draw_clip(
    track: Float[np.ndarray, "time unit"], character: str, style: str, rng: np.random.Generator
) -> Clip:
    """Pictures of a track, 64 x 64, the head swaying by a pixel at most.

    Raises:
        UnknownName: There is no such character or style.
    """
    steps = np.cumsum(rng.integers(-1, 2, (len(track), 2)) * (rng.random((len(track), 1)) < 0.3), 0)
    sway = np.abs((steps + 1) % 4 - 2) - 1  # a walk between -1 and 1
    drawn: dict[bytes, np.ndarray] = {}
    frames = []
    for units, (down, right) in zip(track, sway, strict=True):
        key = units.tobytes()
        if key not in drawn:
            drawn[key] = draw_face(units, character, style, FACE_SIZE)
        frames.append(np.roll(drawn[key], (int(down), int(right)), axis=(0, 1)))
    return Clip(np.stack(frames), FPS, found="whole frame")


def _ramp(x: np.ndarray) -> np.ndarray:
    """Smooth step from 0 at x <= 0 to 1 at x >= 1."""
    x = x.clip(0.0, 1.0)
    return x * x * (3 - 2 * x)
