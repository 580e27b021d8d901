"""Streams of sound and faces: padded, masked, silent where nothing is there."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.encoders.face import FACE_FEATURES, FaceEncoder
from mer_core.processing.audio import AUDIO_FEATURES
from mer_core.processing.streams import audio_stream, vision_stream
from mer_core.types import Clip, Modality, Sample, Sound


def _sample(seconds: float) -> Sample:
    rng = np.random.Generator(np.random.PCG64(round(seconds * 10)))
    wave = (0.1 * rng.standard_normal(int(seconds * 16_000))).astype(np.float32)
    frames = rng.integers(0, 255, (round(seconds * 8), 64, 64, 3)).astype(np.uint8)
    return Sample(str(seconds), sound=Sound(wave, 16_000), clip=Clip(frames, 8.0))


@pytest.fixture(scope="module")
def encoder():
    torch.manual_seed(0)
    return FaceEncoder().eval().requires_grad_(False)


SAMPLES = [_sample(1.0), Sample("nothing"), _sample(2.0)]


def test_shorter_samples_are_padded_and_masked(encoder):
    audio, vision = audio_stream(SAMPLES), vision_stream(SAMPLES, encoder)
    assert audio.values.shape == (3, 20, AUDIO_FEATURES)
    assert vision.values.shape == (3, 16, FACE_FEATURES)
    assert audio.mask.sum(1).tolist() == [10, 1, 20]
    assert vision.mask.sum(1).tolist() == [8, 1, 16]
    for stream in (audio, vision):
        assert not stream.values[~stream.mask].any()
        assert stream.values[0, 0].any()


def test_an_absent_modality_is_silent_with_one_zero_position(encoder):
    for stream in (audio_stream(SAMPLES), vision_stream(SAMPLES, encoder)):
        assert stream.silent.tolist() == [False, True, False]
        assert stream.mask[1].nonzero().flatten().tolist() == [0]
        assert not stream.values[1].any()


def test_all_silent_and_empty_recordings_still_make_a_stream():
    empty = Sample("empty", sound=Sound(np.zeros(0, np.float32), 16_000))
    empty = replace(empty, clip=Clip(np.zeros((0, 64, 64, 3), np.uint8), 8.0))
    for stream in (audio_stream([empty]), vision_stream([empty], None)):
        assert stream.values.shape[:2] == (1, 1)
        assert stream.silent.all()
        assert stream.mask.all()


def test_ticks_are_the_seconds_of_real_positions(encoder):
    audio, vision = audio_stream(SAMPLES), vision_stream(SAMPLES, encoder)
    assert audio.ticks[0] == pytest.approx([0.05 + 0.1 * i for i in range(10)], abs=1e-5)
    assert vision.ticks[2] == pytest.approx([i / 8 for i in range(16)])


def test_given_features_are_used_in_place_of_the_sound(encoder):
    values = np.full((4, 7), 2.0, np.float32)
    moments = np.array([0.0, 0.5, 1.0, 1.5], np.float32)
    given = replace(
        _sample(1.0),
        features={Modality.AUDIO: values, Modality.VISION: values[:2]},
        seconds={Modality.AUDIO: moments},
    )
    audio, vision = audio_stream([given]), vision_stream([given], None)
    assert torch.equal(audio.values[0], torch.from_numpy(values))
    assert audio.ticks == ([0.0, 0.5, 1.0, 1.5],)
    assert vision.values.shape == (1, 2, 7)
    assert vision.ticks[0] == [0.0, 0.125]


def test_features_of_two_widths_do_not_mix():
    given = replace(SAMPLES[1], features={Modality.AUDIO: np.zeros((2, 5), np.float32)})
    with pytest.raises(ValueError, match="one width"):
        audio_stream([SAMPLES[0], given])


def test_a_clip_without_an_encoder_is_refused_in_words():
    with pytest.raises(ValueError, match="takes a face encoder"):
        vision_stream([SAMPLES[0]], None)
