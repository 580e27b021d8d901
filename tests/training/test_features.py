"""Tests of mer_core.training.features: what is computed once stays what it was."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.training.features import (
    concatenate,
    in_parallel,
    keep_only,
    load_arrays,
    process,
    save_arrays,
    silence_at_random,
    trimmed,
)
from mer_core.types import Batch, Modality, Stream


def sequence(lengths, features=2, modality=Modality.TEXT, width=None):
    width = width or max(lengths)
    mask = torch.arange(width)[None] < torch.tensor(lengths)[:, None]
    values = torch.rand(len(lengths), width, features) * mask[..., None]
    return Stream(modality, values, mask)


def batch(lengths, width=None):
    streams = {m: sequence(lengths, modality=m, width=width) for m in Modality}
    return Batch(streams, torch.arange(len(lengths)))


def test_joined_batches_keep_every_value():
    one, two = batch([2, 3]), batch([5])
    both = concatenate([one, two])

    assert len(both) == 3
    assert both.target.tolist() == [0, 1, 0]
    for m in Modality:
        assert both.streams[m].values.shape == (3, 5, 2)
        assert both.streams[m].mask.sum(1).tolist() == [2, 3, 5]
        assert torch.equal(both.streams[m].values[0, :3], one.streams[m].values[0])


def test_trimming_cuts_padding_and_nothing_else():
    wide = batch([2, 3], width=9)
    cut = trimmed(wide)

    assert cut.streams[Modality.TEXT].values.shape == (2, 3, 2)
    torch.testing.assert_close(
        cut.streams[Modality.TEXT].values, wide.streams[Modality.TEXT].values[:, :3]
    )


def test_a_stream_that_is_silent_throughout_shrinks_to_one_position():
    quiet = trimmed(batch([4, 6]).silence(Modality.AUDIO))

    assert quiet.streams[Modality.AUDIO].values.shape[1] == 1
    assert quiet.streams[Modality.AUDIO].mask.all()
    assert quiet.streams[Modality.TEXT].values.shape[1] == 6


def test_random_silence_leaves_something_to_hear():
    many = batch([3] * 400)
    quiet = silence_at_random(many, 0.5, torch.Generator().manual_seed(0))
    silent = torch.stack([s.is_silent for s in quiet.streams.values()])

    assert not silent.all(0).any()
    assert 0.4 < silent.any(0).float().mean() < 0.6
    assert silent.any(1).all()  # each modality falls silent somewhere


def test_no_chance_means_no_silence():
    quiet = silence_at_random(batch([3] * 50), 0.0, torch.Generator())

    assert not any(s.is_silent.any() for s in quiet.streams.values())


def test_one_modality_is_kept():
    quiet = keep_only(batch([3, 3]), ("audio",))

    assert not quiet.streams[Modality.AUDIO].is_silent.any()
    assert quiet.streams[Modality.TEXT].is_silent.all()
    assert not any(s.is_silent.any() for s in keep_only(batch([3]), ()).streams.values())


def test_arrays_survive_the_disk(tmp_path):
    arrays = {"a": np.arange(6).reshape(2, 3)}
    save_arrays(tmp_path / "x.npz", arrays, {"n": 2})
    again, about = load_arrays(tmp_path / "x.npz")

    assert np.array_equal(again["a"], arrays["a"])
    assert about == {"n": 2}


def test_progress_counts_every_item():
    seen = []
    made = list(
        in_parallel(abs, [-1, -2, -3], "making", lambda *told: seen.append(told), workers=1)
    )

    assert made == [1, 2, 3]
    assert seen[-1] == ("making", 3, 3)


@pytest.mark.parametrize("name", ["egmf", "hct_dmg"])
def test_chunks_give_the_batch_that_one_call_gives(name, untrained, utterance_samples):
    """Up to the half precision in which features are kept."""
    processor = untrained(name).processor()
    whole, parts = processor(utterance_samples), process(processor, utterance_samples, chunk=2)

    for m, stream in whole.streams.items():
        kept = parts.streams[m]
        assert torch.equal(kept.mask, stream.mask)
        torch.testing.assert_close(kept.values.float(), stream.values.float(), atol=2e-2, rtol=2e-3)
    assert torch.equal(parts.target, whole.target)


@pytest.mark.parametrize("name", ["egmf", "hct_dmg"])
def test_computed_features_stand_in_for_sound_and_clip(name, untrained, utterance_samples):
    """A sample that carries features gives the batch that its media give."""
    processor = untrained(name).processor()
    whole = processor(utterance_samples)
    light = []
    for i, sample in enumerate(utterance_samples):
        features, seconds = {}, {}
        for m in (Modality.AUDIO, Modality.VISION):
            stream = whole.streams[m]
            features[m] = stream.values[i][stream.mask[i]].numpy()
            seconds[m] = np.asarray(stream.ticks[i], np.float32)
        light.append(replace(sample, sound=None, clip=None, features=features, seconds=seconds))
    again = processor(light)

    for m, stream in whole.streams.items():
        assert torch.equal(again.streams[m].values, stream.values)
        assert torch.equal(again.streams[m].is_silent, stream.is_silent)
