"""Babble that sounds of an emotion: glottal pulses through a vocal tract, no words.

A voice is eight expressed numbers, in units of one clear emotion's usual change from the speaker's
own neutral voice. `PROTOTYPES` says what each emotion does to them; `speak` makes the sound.

Source: signs after Juslin & Laukka (2003), Communication of emotions in vocal expression and music
    performance, Psychological Bulletin 129(5), the table of cross-modal patterns (anger, fear,
    happiness, sadness); disgust after Banse & Scherer (1996), Acoustic profiles in vocal emotion
    expression, JPSP 70(3). The synthesiser is the source-filter model of Fant (1960).
Departs: the sizes are ours, the sources give directions; surprise is in neither, and is ours.
    Fear is the panic of Juslin & Laukka's remark in pitch, but keeps their weak, breathy sound.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from mer_core.types import Sound

RATE = 16_000
"""Samples per second of every generated voice."""

CUES: tuple[str, ...] = (
    "level",  # of pitch
    "range",  # of pitch inside an utterance
    "contour",  # of pitch over the utterance: rises (+) or falls (-)
    "rate",  # of syllables
    "energy",
    "brightness",  # energy at high frequencies: a flatter spectral tilt
    "jitter",  # irregular periods and amplitudes
    "breath",  # noise in the voice, slow onsets
)

_PROTOTYPES = {
    "anger": (0.8, 1.0, 0.6, 0.8, 1.5, 1.5, 0.4, -0.5),
    "disgust": (-0.8, -0.5, -1.0, -0.7, 0.1, 0.2, 1.2, 0.1),
    "fear": (1.3, -0.9, 0.5, 1.0, -0.5, -0.6, 1.3, 0.9),
    "happiness": (1.0, 1.1, 0.7, 0.6, 0.6, 0.5, -1.0, -0.2),
    "neutral": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "sadness": (-1.0, -1.1, -1.1, -1.2, -1.2, -1.3, 0.4, 0.9),
    "surprise": (1.5, 1.6, 1.6, -0.2, 0.3, 0.2, -0.3, 0.3),
}
PROTOTYPES: dict[str, np.ndarray] = {k: np.array(v) for k, v in _PROTOTYPES.items()}
"""Emotion -> float64 (8,), the cues at full intensity, in the order of `CUES`."""

# First four formants in hertz of a tract of 17 cm, and the vowels' share of mouth opening.
_VOWELS = np.array(
    [
        [730, 1090, 2440, 3400],
        [270, 2290, 3010, 3600],
        [300, 870, 2240, 3300],
        [530, 1840, 2480, 3500],
        [570, 840, 2410, 3300],
        [500, 1500, 2500, 3500],
    ],
    dtype=np.float32,
)
_WIDTHS = np.array([80, 100, 130, 180], dtype=np.float32)
_FRAME, _HOP = 512, 128
_CONTROL = 80  # samples between values of pitch and loudness: 5 ms


@dataclass(frozen=True)
class Speaker:
    """Who speaks.

    Attributes:
        pitch: Hertz of the neutral voice.
        tract: Length of the vocal tract as a share of 17 cm; a short one lifts every formant.
    """

    pitch: float
    tract: float


def speaker(number: int) -> Speaker:
    """One of endlessly many speakers, always the same for one number.

    Pitch and tract go together, as they do in people: who hears the formants can guess the
    neutral pitch.
    """
    rng = np.random.Generator(np.random.PCG64([7919, number]))
    size = rng.uniform(-1.0, 1.0)  # small to large body
    pitch = 155.0 * 2.0 ** (-0.35 * size + rng.normal(0.0, 0.05))
    return Speaker(float(pitch), float(1.0 + 0.14 * size + rng.normal(0.0, 0.01)))


def speak(cues: np.ndarray, who: Speaker, rng: np.random.Generator) -> Sound:
    """Babble for 2 to 5 seconds with the given cues.

    Args:
        cues: (8,) expressed numbers in the order of `CUES`; about -3 to 3.
        who: The speaker.
        rng: Chooses the syllables.
    """
    c = dict(zip(CUES, np.clip(cues, -3.0, 3.0), strict=True))
    plan = _syllables(c["rate"], rng)
    pitch = _pitch(c, who, plan, rng)
    loud = _loudness(c, plan, rng)
    wave = _filtered(_source(pitch, loud, c["breath"], rng), c["brightness"], who, plan)
    wave += _consonants(plan, loud, len(wave), rng)
    # The loudest second of a neutral voice has a root mean square near 0.05.
    level = 0.05 * 10.0 ** (0.34 * c["energy"])
    wave *= level / (np.sqrt(np.mean(wave**2)) + 1e-9)
    wave += 2e-4 * rng.standard_normal(len(wave), dtype=np.float32)
    return Sound(np.tanh(wave).astype(np.float32), RATE)


@dataclass(frozen=True)
class _Plan:
    """Syllables on the control grid: start and length in steps, vowel, consonant or none."""

    start: np.ndarray
    length: np.ndarray
    vowel: np.ndarray
    hiss: np.ndarray
    stress: np.ndarray
    steps: int


def _syllables(rate: float, rng: np.random.Generator) -> _Plan:
    per_second = 4.4 * 2.0 ** (0.45 * rate)
    count = int(np.clip(round(per_second * rng.uniform(1.7, 2.6)), 4, 40))
    length = (200 / per_second * rng.uniform(0.75, 1.25, count)).astype(int)
    pause = np.where(rng.random(count) < 0.12, 200 / per_second * 1.2, 0).astype(int)
    start = 10 + np.concatenate([[0], np.cumsum(length + pause)[:-1]])
    steps = int(np.clip(start[-1] + length[-1] + 20, 400, 1000))
    kept = start + length < steps
    vowel = rng.integers(0, len(_VOWELS), count)
    hiss = np.where(rng.random(count) < 0.35, rng.integers(1, 4, count), 0)
    stress = rng.random(count)
    return _Plan(start[kept], length[kept], vowel[kept], hiss[kept], stress[kept], steps)


def _pitch(c: dict, who: Speaker, plan: _Plan, rng: np.random.Generator) -> np.ndarray:
    """Hertz at every control step: declination and contour, accents, and irregular periods."""
    place = np.linspace(-0.5, 0.5, plan.steps)
    centre = plan.start + plan.length / 2
    spread = 0.14 * 2.0 ** (0.9 * c["range"])  # octaves between weak and stressed syllables
    accents = np.interp(np.arange(plan.steps), centre, (plan.stress - 0.5) * 2.0) * spread
    octaves = 0.38 * c["level"] + (0.30 * c["contour"] - 0.08) * place * 2.0 + accents
    # Irregularity that the ear hears as roughness lives on the scale of single periods.
    rough = 0.012 * 2.0 ** (1.1 * c["jitter"]) * rng.standard_normal(plan.steps)
    return np.clip(who.pitch * 2.0 ** (octaves + rough), 55.0, 620.0)


def _loudness(c: dict, plan: _Plan, rng: np.random.Generator) -> np.ndarray:
    """Envelope at every control step; breathy voices begin their syllables slowly."""
    step = np.arange(plan.steps)[:, None]
    place = (step - plan.start) / np.maximum(plan.length, 1)
    inside = (place >= 0) & (place < 1)
    sharp = 0.12 * 2.0 ** (0.6 * c["breath"])
    bump = np.clip(place / sharp, 0, 1) * np.clip((1 - place) / 0.25, 0, 1)
    swing = 0.35 * 2.0 ** (0.5 * c["energy"])  # loud voices stress more
    envelope = (inside * bump * np.exp(swing * (plan.stress - 0.5))).sum(axis=1)
    shimmer = 0.05 * 2.0 ** (0.9 * c["jitter"]) * rng.standard_normal(plan.steps)
    return envelope * np.exp(shimmer)


def _source(
    pitch: np.ndarray, loud: np.ndarray, breath: float, rng: np.random.Generator
) -> np.ndarray:
    """Derivative of the glottal flow plus breath noise, float32 at `RATE`."""
    samples = len(pitch) * _CONTROL
    at = np.arange(samples) / _CONTROL
    grid = np.arange(len(pitch))
    phase = np.cumsum(np.interp(at, grid, pitch) / RATE) % 1.0
    # Rosenberg's flow t^2 (1 - t) while the folds are open, its derivative is the sound source.
    t = np.clip(phase / 0.6, 0.0, 1.0)
    pulses = np.where(phase < 0.6, 2.0 * t - 3.0 * t**2, 0.0)
    noise = 0.06 * 2.0 ** (1.1 * breath) * rng.standard_normal(samples, dtype=np.float32)
    return ((pulses + noise) * np.interp(at, grid, loud)).astype(np.float32)


def _filtered(source: np.ndarray, brightness: float, who: Speaker, plan: _Plan) -> np.ndarray:
    """The source through four formants that glide between vowels, by overlap and add."""
    padded = np.pad(source, (_FRAME, _FRAME))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    at = (np.arange(len(frames)) * _HOP - _FRAME / 2) / _CONTROL
    centre = plan.start + plan.length / 2
    formants = np.stack([np.interp(at, centre, f) for f in _VOWELS[plan.vowel].T], axis=1)
    formants = (formants / who.tract).astype(np.float32)
    hertz = np.fft.rfftfreq(_FRAME, 1 / RATE).astype(np.float32)
    power = np.ones((len(frames), len(hertz)), dtype=np.float32)
    for k in range(4):
        f = formants[:, k, None]
        off = (hertz**2 - f**2) / (f * f)
        power *= 1.0 / (off**2 + (_WIDTHS[k] * hertz / (f * f)) ** 2 + 1e-4)
    octaves = np.log2(np.maximum(hertz, 100.0) / 500.0)
    power *= 10.0 ** (0.1 * (2.8 * brightness - 1.0) * octaves).astype(np.float32)
    window = np.hanning(_FRAME + 1)[:-1].astype(np.float32)
    shaped = np.fft.irfft(np.fft.rfft(frames * window) * np.sqrt(power)).astype(np.float32)
    return _overlap(shaped)[_FRAME : _FRAME + len(source)]


def _overlap(frames: np.ndarray) -> np.ndarray:
    """Add frames that begin `_HOP` samples apart."""
    count, parts = len(frames), _FRAME // _HOP
    out = np.zeros((count + parts, _HOP), dtype=np.float32)
    for p in range(parts):
        out[p : p + count] += frames[:, p * _HOP : (p + 1) * _HOP]
    return out.ravel()


def _consonants(
    plan: _Plan, loud: np.ndarray, samples: int, rng: np.random.Generator
) -> np.ndarray:
    """Short hisses before some syllables: high-passed noise, sharper for s than for f."""
    gain = np.zeros((4, plan.steps), dtype=np.float32)
    for start, length, kind in zip(plan.start, plan.length, plan.hiss, strict=True):
        gain[kind, max(start - 2, 0) : start + max(length // 5, 4)] = 1.0
    noise = rng.standard_normal(samples, dtype=np.float32)
    sharp = np.diff(noise, 2, prepend=[0.0, 0.0]).astype(np.float32)
    soft = uniform_filter1d(sharp, 3)
    smooth = uniform_filter1d(gain, 3, axis=1).repeat(_CONTROL, axis=1)
    level = 0.05 * float(loud.max())
    return level * (smooth[1] * sharp + 1.5 * smooth[2] * soft + 0.7 * smooth[3] * noise)
