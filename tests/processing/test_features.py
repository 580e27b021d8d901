"""Features that a data set brings, as a batch."""

import numpy as np
import pytest
import torch

from mer_core.datasets.utterances import Utterances, UtteranceSet
from mer_core.errors import BadInput
from mer_core.processing.features import FeatureProcessor, feature_processor, feature_stream
from mer_core.types import Modality, Sample

TEXT, AUDIO, VISION = Modality


def track(length, width, value=1.0):
    return np.full((length, width), value, np.float32)


@pytest.fixture
def samples():
    """Three utterances: whole, without voice, without face and words."""
    return [
        Sample(
            "a",
            text="so he said",
            features={TEXT: track(3, 4), AUDIO: track(5, 2), VISION: track(1, 3)},
        ),
        Sample("b", text="well", features={TEXT: track(2, 4, 2.0), VISION: track(4, 3)}),
        Sample("c", features={AUDIO: track(2, 2), TEXT: track(0, 4)}),
    ]


def opened(samples, task="binary", emotions=("no", "yes"), features=None):
    features = {TEXT: 4, AUDIO: 2, VISION: 3} if features is None else features
    rows = Utterances(samples.__getitem__, range(len(samples)))
    return UtteranceSet("x", "X", task, {"train": rows}, features, emotions)


def test_streams_are_padded_on_the_right_and_masked(samples):
    text, audio, vision = feature_processor(opened(samples))(samples).streams.values()

    assert [s.values.shape for s in (text, audio, vision)] == [(3, 3, 4), (3, 5, 2), (3, 4, 3)]
    assert text.mask.tolist() == [[True, True, True], [True, True, False], [True, False, False]]
    assert audio.mask.sum(1).tolist() == [5, 1, 2]
    assert float(text.values[1, 2].abs().sum()) == 0
    assert text.values[1, :2].unique().tolist() == [2.0]


def test_an_absent_modality_is_one_silent_position(samples):
    streams = feature_processor(opened(samples))(samples).streams

    assert streams[AUDIO].is_silent.tolist() == [False, True, False]
    assert streams[VISION].is_silent.tolist() == [False, False, True]
    assert streams[TEXT].is_silent.tolist() == [False, False, True]
    assert all(bool(s.mask.any(dim=1).all()) for s in streams.values())


def test_a_modality_that_the_whole_set_lacks_is_one_channel_of_silence(samples):
    processor = FeatureProcessor({TEXT: 4})
    words = [Sample(s.id, features={TEXT: s.features[TEXT]}) for s in samples]
    streams = processor(words).streams

    assert processor.widths == {TEXT: 4, AUDIO: 1, VISION: 1}
    assert bool(streams[AUDIO].is_silent.all())
    assert streams[AUDIO].values.shape == (3, 1, 1)


def test_words_without_features_are_read_by_the_sentence_encoder():
    words = [Sample("a", text="I like it"), Sample("b")]
    processor = FeatureProcessor({AUDIO: 2})
    text = processor(words).streams[TEXT]

    assert processor.widths[TEXT] == text.values.shape[2] == 384
    assert text.is_silent.tolist() == [False, True]
    assert text.ticks is not None
    assert list(text.ticks[0]) == ["i", "like", "it"]


def test_ticks_are_words_or_moments_where_they_are_known_and_else_numbers(samples):
    timed = Sample("d", features={AUDIO: track(2, 2)}, seconds={AUDIO: np.array([0.5, 1.5])})
    text = feature_stream(samples, TEXT, 4)
    audio = feature_stream([samples[0], timed], AUDIO, 2)

    assert text.ticks == (["so", "he", "said"], [1, 2], [1])
    assert audio.ticks == ([1, 2, 3, 4, 5], [0.5, 1.5])


def test_answers_go_into_the_batch_as_the_set_has_them(samples):
    from dataclasses import replace

    answered = [replace(s, target=t) for s, t in zip(samples, ("yes", "no", "yes"), strict=True)]
    numbered = [replace(s, sentiment=float(i)) for i, s in enumerate(samples)]
    asks = opened(samples, "sentiment", ())

    assert feature_processor(opened(answered))(answered).target.tolist() == [1, 0, 1]
    assert feature_processor(asks)(numbered).sentiment.tolist() == [0.0, 1.0, 2.0]
    assert feature_processor(asks)(numbered).target is None


def test_samples_of_another_set_are_refused_by_their_width(samples):
    with pytest.raises(BadInput, match=r"'a' has audio features of shape \(5, 2\); \(time, 7\)"):
        FeatureProcessor({TEXT: 4, AUDIO: 7, VISION: 3})(samples)


def test_what_the_set_gave_is_not_changed_by_the_batch(samples):
    batch = feature_processor(opened(samples))(samples)
    batch.streams[TEXT].values.zero_()

    assert samples[0].features[TEXT].all()
    assert torch.equal(batch.streams[TEXT].values, torch.zeros(3, 3, 4))


def test_a_set_asks_one_of_four_things():
    with pytest.raises(ValueError, match="A set asks one of"):
        UtteranceSet("x", "X", "regression", {}, {})
    with pytest.raises(ValueError, match="if and only if"):
        UtteranceSet("x", "X", "sentiment", {}, {}, ("a", "b"))
    with pytest.raises(ValueError, match="if and only if"):
        UtteranceSet("x", "X", "binary", {}, {})
