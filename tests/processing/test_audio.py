"""Audio features stay finite on anything, and mean what their names say."""

import numpy as np
import pytest

from mer_core.processing.audio import AUDIO_FEATURES, AUDIO_NAMES, audio_features, raw_features
from mer_core.processing.audio_scale import CENTRE, SPREAD
from mer_core.types import Sound

NOISE = np.random.Generator(np.random.PCG64(0))


def _tone(hertz: float, seconds: float = 1.0, rate: int = 16_000, loud: float = 0.2) -> Sound:
    """A buzz with eight harmonics."""
    t = np.arange(int(seconds * rate)) / rate
    wave = sum(np.sin(2 * np.pi * k * hertz * t) / k for k in range(1, 9))
    return Sound((loud * np.asarray(wave)).astype(np.float32), rate)


def _channel(sound: Sound, name: str) -> np.ndarray:
    return raw_features(sound)[0][:, AUDIO_NAMES.index(name)]


AWKWARD = {
    "silence": np.zeros(16_000, np.float32),
    "nothing": np.zeros(0, np.float32),
    "one sample": np.ones(1, np.float32),
    "clipped": np.sign(np.sin(np.arange(16_000) / 9)).astype(np.float32),
    "constant": np.full(16_000, 0.7, np.float32),
    "noise": NOISE.standard_normal(8_000).astype(np.float32),
    "broken": np.array([np.nan, np.inf, -np.inf] * 2_000, np.float32),
    "a click": np.eye(1, 16_000, 8_000, dtype=np.float32)[0],
}


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_anything_gives_finite_numbers_at_ten_positions_a_second(name, rate):
    sound = Sound(AWKWARD[name], rate)
    values, seconds = audio_features(sound)
    assert values.shape == (len(seconds), AUDIO_FEATURES)
    assert values.dtype == seconds.dtype == np.float32
    assert np.isfinite(values).all()
    assert np.abs(values).max() <= 5.0
    assert abs(len(seconds) - max(1, sound.seconds * 10)) <= 1
    assert np.allclose(np.diff(seconds), 0.1)


@pytest.mark.parametrize("seconds", [0.1, 3.0, 60.0])
def test_any_length_has_its_positions(seconds):
    values, _ = audio_features(_tone(200, seconds))
    assert len(values) == round(seconds * 10)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 48_000])
@pytest.mark.parametrize("hertz", [90, 150, 240, 400])
def test_pitch_is_found_at_every_rate(hertz, rate):
    found = _channel(_tone(hertz, rate=rate), "pitch")
    assert np.median(found) == pytest.approx(np.log2(hertz / 150), abs=0.03)


def test_twice_as_loud_is_six_decibels_and_the_same_colour():
    quiet, loud = _tone(150, loud=0.05), _tone(150, loud=0.1)
    gained = _channel(loud, "energy") - _channel(quiet, "energy")
    assert np.median(gained) == pytest.approx(6.02, abs=0.1)
    mel = [raw_features(s)[0][3:7, :10] for s in (quiet, loud)]
    assert np.allclose(*mel, atol=0.3)


def test_voicing_tells_a_buzz_from_noise():
    hiss = Sound((0.1 * NOISE.standard_normal(16_000)).astype(np.float32), 16_000)
    assert np.median(_channel(_tone(150), "voicing")) > 0.9
    assert np.median(_channel(hiss, "voicing")) < 0.5


def test_tilt_falls_when_high_frequencies_are_added():
    dull = _tone(150)
    hiss = np.diff(NOISE.standard_normal(16_001)).astype(np.float32) * 0.05
    bright = Sound(dull.wave + 2 * hiss, 16_000)
    assert _channel(bright, "tilt").mean() < _channel(dull, "tilt").mean() - 5


def test_a_rate_of_zero_is_refused_in_words():
    with pytest.raises(ValueError, match="positive rate"):
        audio_features(Sound(np.zeros(10, np.float32), 0))


def test_the_scale_has_a_number_for_every_channel_and_fits_the_puppets():
    from mer_core.datasets.puppets.utterances import utterance_latent
    from mer_core.datasets.puppets.voices import speak, speaker

    assert len(CENTRE) == len(SPREAD) == AUDIO_FEATURES == len(AUDIO_NAMES)
    rng = np.random.Generator(np.random.PCG64(5))
    truths = [utterance_latent(i, "valid") for i in range(30)]
    values = [audio_features(speak(t.cues, speaker(t.speaker), rng))[0] for t in truths]
    every = np.concatenate(values)
    assert np.abs(every.mean(0)).max() < 0.5
    assert every.std(0).min() > 0.5
    assert every.std(0).max() < 1.6
