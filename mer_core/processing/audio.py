"""Sound as numbers that models eat: 10 positions a second, 42 channels of about unit scale.

Each position is the mean (or spread) of ten short frames: a mel spectrum relative to the clip's
own loudness, and prosody (pitch, voicing, energy, tilt, roughness, changes).

Source: pitch by the autocorrelation method of Boersma (1993), Accurate short-term analysis of the
    fundamental frequency, IFA Proceedings 17; the choice of prosody follows the GeMAPS set
    (Eyben et al., 2016, IEEE Transactions on Affective Computing 7(2)).
Departs: pitch takes the best lag of each frame, without a search for the best path.
"""

import numpy as np
from jaxtyping import Float
from scipy.fft import irfft, rfft
from scipy.signal import resample_poly

from mer_core.processing.audio_scale import CENTRE, SPREAD
from mer_core.types import Sound

RATE = 16_000
HOP = 160
POSITIONS_A_SECOND = 10.0
BANDS = 32
_WINDOW, _FFT = 400, 512
_POOL = round(RATE / HOP / POSITIONS_A_SECOND)
_SLOW, _SLOW_WINDOW = 8_000, 320  # pitch is sought at half the rate, over 40 ms
_LAGS = (_SLOW // 600, _SLOW // 60)
_FLOOR = 1e-10

PROSODY: tuple[str, ...] = (
    "pitch",  # octaves above 150 Hz, held through unvoiced frames
    "pitch_spread",  # inside the position
    "pitch_slope",  # octaves per position
    "voicing",  # height of the autocorrelation's peak, 0 to 1
    "energy",  # decibels
    "energy_spread",
    "energy_slope",
    "tilt",  # decibels of low over high frequencies
    "roughness",  # change of pitch from frame to frame where voiced: like jitter
    "unsteadiness",  # change of energy from frame to frame where voiced: like shimmer
)
AUDIO_NAMES: tuple[str, ...] = (*(f"mel_{i + 1}" for i in range(BANDS)), *PROSODY)
"""Names of the channels, in order."""

AUDIO_FEATURES: int = len(AUDIO_NAMES)
"""Channels of the audio stream."""


def audio_features(
    sound: Sound,
) -> tuple[Float[np.ndarray, "time feature"], Float[np.ndarray, " time"]]:
    """Features of a sound of any rate and length, silence and clipped sound included.

    Returns:
        float32 (time, AUDIO_FEATURES), always finite, within [-5, 5], about unit scale on the
        puppets' voices; and the middle of each position in seconds. At least one position.

    Raises:
        ValueError: The rate is not positive.
    """
    raw, seconds = raw_features(sound)
    scaled = (raw - np.array(CENTRE)) / np.array(SPREAD)
    return scaled.clip(-5.0, 5.0).astype(np.float32), seconds


def raw_features(
    sound: Sound,
) -> tuple[Float[np.ndarray, "time feature"], Float[np.ndarray, " time"]]:
    """The same before standardisation, in the units that PROSODY tells."""
    wave = _resampled(sound)
    frames = max(1, -(-len(wave) // HOP))
    positions = -(-frames // _POOL)
    wave = np.pad(wave, (_WINDOW // 2, positions * _POOL * HOP + _WINDOW - len(wave)))
    power = _power(wave, positions * _POOL)
    mel = 10.0 * np.log10(power @ _MEL + _FLOOR)
    loud = 10.0 * np.log10(power.mean(1) + _FLOOR)
    tilt = 10.0 * np.log10((power[:, 2:32].sum(1) + _FLOOR) / (power[:, 32:160].sum(1) + _FLOOR))
    pitch, voicing = _pitch(wave, positions * _POOL)
    prosody = _prosody(pitch, voicing, loud, tilt, frames)
    # Mel bands tell the colour of the sound; how loud it is stands in the energy channels.
    level = 10.0 * np.log10(power[:frames].mean() + _FLOOR)
    colour = np.maximum(_pooled(mel, frames) - level, -60.0)
    seconds = ((np.arange(positions) + 0.5) / POSITIONS_A_SECOND).astype(np.float32)
    return np.concatenate([colour, prosody], axis=1), seconds


def _resampled(sound: Sound) -> np.ndarray:
    """float32 at 16 kHz, finite, within [-1, 1]."""
    if sound.rate <= 0:
        raise ValueError(f"A sound needs a positive rate; it has {sound.rate}.")
    wave = np.nan_to_num(np.asarray(sound.wave, dtype=np.float32).ravel(), posinf=1.0, neginf=-1.0)
    wave = wave.clip(-1.0, 1.0)
    if sound.rate != RATE and len(wave):
        common = int(np.gcd(RATE, int(sound.rate)))
        wave = resample_poly(wave, RATE // common, int(sound.rate) // common).astype(np.float32)
    return wave


def _framed(wave: np.ndarray, window: int, hop: int, count: int) -> np.ndarray:
    return np.lib.stride_tricks.sliding_window_view(wave, window)[::hop][:count]


def _spectrum(frames: np.ndarray, size: int) -> np.ndarray:
    """Complex spectrum along the last axis."""
    return np.asarray(rfft(frames, size))


def _power(wave: np.ndarray, count: int) -> np.ndarray:
    """Power spectrum of every 10 ms, (count, 257)."""
    frames = _framed(wave, _WINDOW, HOP, count)
    frames = frames - frames.mean(axis=1, keepdims=True)
    spectrum = _spectrum(frames * _HANN, _FFT)
    return (np.real(spectrum) ** 2 + np.imag(spectrum) ** 2) / _HANN.sum() ** 2


def _pitch(wave: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Octaves above 150 Hz and voicing of every 10 ms."""
    # A mean of neighbours is filter enough before halving the rate, for sound below 600 Hz.
    slow = 0.5 * (wave[0 : len(wave) // 2 * 2 : 2] + wave[1::2][: len(wave) // 2])
    pad = (_SLOW_WINDOW - _WINDOW // 2) // 2
    slow = np.pad(slow, (pad, _SLOW_WINDOW))
    frames = _framed(slow, _SLOW_WINDOW, HOP // 2, count)
    frames = (frames - frames.mean(axis=1, keepdims=True)) * _SLOW_HANN
    spectrum = _spectrum(frames, 512)
    likeness = np.asarray(irfft(np.real(spectrum) ** 2 + np.imag(spectrum) ** 2, 512))[
        :, : _LAGS[1] + 2
    ]
    likeness = likeness / (likeness[:, :1] + 1e-7) / _HANN_LIKENESS
    low, high = _LAGS
    # A small price on long lags keeps the method from falling an octave.
    price = 0.02 * np.log2(np.arange(low, high) / low)
    best = (likeness[:, low:high] - price).argmax(axis=1) + low
    rows = np.arange(len(best))
    before, at, after = (likeness[rows, best + k] for k in (-1, 0, 1))
    bend = before - 2 * at + after
    shift = np.where(np.abs(bend) > 1e-6, 0.5 * (before - after) / np.where(bend, bend, 1), 0)
    lag = best + shift.clip(-0.5, 0.5)
    return np.log2(_SLOW / lag / 150.0), at.clip(0.0, 1.0)


def _prosody(
    pitch: np.ndarray, voicing: np.ndarray, loud: np.ndarray, tilt: np.ndarray, frames: int
) -> np.ndarray:
    """(position, len(PROSODY)) from values at every 10 ms."""
    top = loud[:frames].max()
    voiced = (voicing > 0.5) & (loud > max(top - 30.0, -75.0))
    both = voiced & np.roll(voiced, 1)
    both[0] = False
    held = _held(pitch, voiced)
    quiet = np.maximum(loud, top - 50.0)
    jumps = np.where(both, np.abs(np.diff(held, prepend=held[:1])).clip(0, 0.3), 0.0)
    shakes = np.where(both, np.abs(np.diff(quiet, prepend=quiet[:1])).clip(0, 10), 0.0)
    pitches, energy = _pooled(held, frames), _pooled(quiet, frames)
    share = _pooled(both.astype(float), frames) + 0.1
    columns = (
        pitches,
        _spread(held, frames),
        np.diff(pitches, prepend=pitches[:1]),
        _pooled(voicing * (loud > -75.0), frames),
        energy,
        _spread(quiet, frames),
        np.diff(energy, prepend=energy[:1]),
        _pooled(np.where(voiced, tilt, 0.0), frames) / (_pooled(voiced * 1.0, frames) + 0.1),
        _pooled(jumps, frames) / share,
        _pooled(shakes, frames) / share,
    )
    return np.stack(columns, axis=1)


def _held(pitch: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """Pitch with unvoiced stretches bridged; 0 where nothing is voiced."""
    where = np.flatnonzero(voiced)
    if not len(where):
        return np.zeros(len(pitch))
    return np.interp(np.arange(len(pitch)), where, pitch[where])


def _pooled(values: np.ndarray, frames: int) -> np.ndarray:
    """Mean of each position's ten frames; what lies past the sound's end does not count."""
    count = np.minimum(frames - np.arange(0, len(values), _POOL), _POOL)
    inside = values[:frames]
    padded = np.concatenate([inside, np.zeros((len(values) - frames, *values.shape[1:]))])
    total = padded.reshape(-1, _POOL, *values.shape[1:]).sum(axis=1)
    return total / count.reshape(-1, *[1] * (values.ndim - 1))


def _spread(values: np.ndarray, frames: int) -> np.ndarray:
    mean = _pooled(values, frames)
    return np.sqrt(np.maximum(_pooled(values**2, frames) - mean**2, 0.0))


def _mel_filters() -> np.ndarray:
    """(257, BANDS) triangles of equal area, evenly spaced on the mel scale, 60 to 7,800 Hz."""
    low, high = (2595.0 * np.log10(1 + f / 700.0) for f in (60.0, 7_800.0))
    edges = 700.0 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595.0) - 1)
    hertz = np.fft.rfftfreq(_FFT, 1 / RATE)[:, None]
    up = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    triangles = np.clip(np.minimum(up, down), 0.0, None)
    # The narrowest bands lie between two bins: give them the nearest one.
    nearest = np.abs(hertz - edges[1:-1]).argmin(axis=0)
    triangles[nearest, np.arange(BANDS)] += 1e-3
    return (triangles / triangles.sum(axis=0)).astype(np.float32)


_HANN = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
_SLOW_HANN = np.hanning(_SLOW_WINDOW + 1)[:-1].astype(np.float32)
_HANN_LIKENESS = np.asarray(irfft(np.abs(_spectrum(_SLOW_HANN, 1024)) ** 2, 1024))[: _LAGS[1] + 2]
_HANN_LIKENESS = _HANN_LIKENESS / _HANN_LIKENESS[0]
_MEL = _mel_filters()
