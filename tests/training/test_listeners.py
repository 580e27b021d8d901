"""Listeners: they hear one modality, learn, ship as they were taught, and no held-out speaker."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.checkpoints import folder_of
from mer_core.datasets.puppets import WORLD
from mer_core.datasets.puppets.utterances import HELD_OUT_SPEAKERS, SPEAKERS
from mer_core.errors import DataMissing
from mer_core.listeners import (
    CARD,
    CUES,
    FOLDER,
    WEIGHTS,
    WIDTHS,
    Listener,
    Listeners,
    can_hear,
    numbers_of,
    summary,
)
from mer_core.task import EMOTIONS
from mer_core.training import listeners as module
from mer_core.training.listeners import Lesson, summaries, teach
from mer_core.training.loop import TrainConfig
from mer_core.types import Batch, Modality, Stream

QUIET = lambda *_: None  # noqa: E731


def batch_of(n=5, long=9, seed=0):
    """Random streams of the right widths, of different lengths."""
    torch.manual_seed(seed)
    streams = {}
    for m, width in WIDTHS.items():
        mask = torch.arange(long) < torch.randint(1, long + 1, (n, 1))
        streams[m] = Stream(m, torch.randn(n, long, width) * mask[..., None], mask)
    return Batch(streams)


def test_a_summary_by_hand():
    values = torch.tensor([[[1.0], [3.0], [8.0], [99.0]], [[7.0], [99.0], [99.0], [99.0]]])
    mask = torch.tensor([[True, True, True, False], [True, False, False, False]])

    long, short = summary(values, mask, words=False)

    spread = np.std([1, 3, 8])
    levels = np.quantile([1, 3, 8], [0.1, 0.5, 0.9])
    trend, step = (-1 * 1 + 0 * 3 + 1 * 8) / 3, (2 + 5) / 2
    assert long.tolist() == pytest.approx([4, spread, *levels, 8, 1, trend, step, 3 / 20])
    assert short.tolist() == pytest.approx([7, 0, 7, 7, 7, 7, 7, -7, 0, 1 / 20])
    assert summary(values, mask, words=True).tolist() == [[4.0], [7.0]]


def test_what_was_taught_and_what_is_heard_are_the_same_numbers():
    """Tracks of any length, summed up while teaching, against streams padded in a batch."""
    batch = batch_of()
    stream = batch.streams[Modality.AUDIO]
    pairs = zip(stream.values, stream.mask, strict=True)
    tracks = [row[real].numpy() for row, real in pairs]

    assert torch.allclose(summaries(tracks), numbers_of(batch, Modality.AUDIO), atol=1e-5)


def test_each_listener_hears_its_own_modality_alone():
    torch.manual_seed(1)
    found, batch = Listeners().eval(), batch_of()
    said = found.hear(batch)

    assert said.shape == (3, 5, len(EMOTIONS))
    assert not said.is_inference()  # calibration learns on it with gradients
    assert said.exp().sum(-1) == pytest.approx(torch.ones(3, 5), abs=1e-4)
    for i, m in enumerate(Modality):
        other = batch.streams[m].at(batch.streams[m].values + 1)
        heard = found.hear(replace(batch, streams={**batch.streams, m: other}))
        changed = [not torch.equal(heard[k], said[k]) for k in range(3)]
        assert changed == [k == i for k in range(3)]


def test_padding_is_not_heard():
    found, batch = Listeners().eval(), batch_of()
    streams = {}
    for m, s in batch.streams.items():
        values = torch.cat([s.values, torch.full((5, 4, WIDTHS[m]), 9.0)], dim=1)
        streams[m] = Stream(m, values, torch.cat([s.mask, torch.zeros(5, 4).bool()], dim=1))

    assert torch.allclose(found.hear(Batch(streams)), found.hear(batch), atol=1e-5)


def test_a_listener_learns_an_emotion_and_the_cues_beside_it():
    torch.manual_seed(0)
    own = torch.randint(0, len(EMOTIONS), (600,))
    numbers = torch.randn(600, 9 * WIDTHS[Modality.AUDIO] + 1)
    numbers[:, :7] = 4 * torch.nn.functional.one_hot(own, 7) + 0.5 * torch.randn(600, 7)
    taught = torch.nn.functional.one_hot(own, 7).float()
    lesson = Lesson(numbers, own, taught, torch.randn(600, CUES[Modality.AUDIO]))
    one, again, other = (Listener(Modality.AUDIO) for _ in range(3))
    plan = TrainConfig(epochs=6, batch=64, lr=2e-3, warmup=0.0)

    teach(one, lesson, plan)
    teach(again, lesson, plan)
    teach(other, lesson, replace(plan, seed=1))

    right = one(numbers).argmax(1) == own
    assert right.float().mean() > 0.9
    assert torch.equal(one.head.weight, again.head.weight)
    assert not torch.equal(one.head.weight, other.head.weight)


def test_further_utterances_are_beyond_the_split_and_no_held_out_speaker_speaks(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    heard, made = [], []
    speaker, latent = module.speaker, module.utterance_latent
    monkeypatch.setattr(module, "speaker", lambda n: heard.append(n) or speaker(n))
    monkeypatch.setattr(module, "utterance_latent", lambda *a: made.append(a) or latent(*a))

    tracks = module.further(3, QUIET)

    assert [len(t) for t in tracks.values()] == [3, 3]
    assert made == [(WORLD.utterances["train"] + i, "train") for i in range(3)]
    assert min(heard) >= SPEAKERS + HELD_OUT_SPEAKERS
    assert len(set(heard)) == 3
    again = module.further(3, QUIET)  # from the cache
    assert len(made) == 3
    assert all(np.array_equal(a, b) for m in tracks for a, b in zip(tracks[m], again[m],
                                                                    strict=True))  # fmt: skip


def test_what_ships_is_whole_small_and_says_what_it_is():
    card = json.loads((folder_of(FOLDER) / CARD).read_text())
    found = Listeners.load()

    assert found.told == card
    assert (folder_of(FOLDER) / WEIGHTS).stat().st_size < 1_000_000
    assert card["data"]["world"] == WORLD.digest()
    assert card["data"]["taught"]["audio"] > 2 * card["data"]["taught"]["text"]
    for m in Modality:
        assert card["metrics"]["valid"][str(m)]["n"] == WORLD.utterances["valid"]
        assert card["metrics"]["valid"][str(m)]["accuracy"] > 0.8


def test_what_is_saved_comes_back_and_what_is_altered_is_refused(tmp_path):
    found = Listeners().eval()
    for tensor in found.state_dict().values():
        tensor.copy_(tensor.half().float())
    found.save(tmp_path / "a", {"metrics": {}})
    batch = batch_of()

    assert torch.equal(Listeners.load(tmp_path / "a").hear(batch), found.hear(batch))
    found.save(tmp_path / "b", {})
    weights = tmp_path / "b" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    with pytest.raises(DataMissing, match="mer train listeners"):
        Listeners.load(tmp_path / "b")
    with pytest.raises(DataMissing, match="Restore checkpoints/listeners"):
        Listeners.load(tmp_path / "nowhere")


def test_streams_of_other_widths_are_not_heard():
    batch = batch_of()
    sound = batch.streams[Modality.AUDIO]
    narrow = replace(
        batch, streams={**batch.streams, Modality.AUDIO: sound.at(sound.values[..., :5])}
    )

    assert can_hear(batch)
    assert not can_hear(narrow)
    with pytest.raises(ValueError, match="not those that the listeners learned from"):
        Listeners().hear(narrow)
