"""Tests of mer_core.training.stickers: what training changes about a batch of stickers."""

import torch

from mer_core.training.stickers import mismatched
from mer_core.types import Batch, Modality, Stream


def stickers(n=400):
    """A batch in which picture, text and answer of a sticker all say its number."""
    number = torch.arange(n).float()
    real = torch.ones(n, dtype=torch.bool)
    words = number[:, None, None, None].expand(n, 4, 2, 3)
    streams = {
        Modality.VISION: Stream(Modality.VISION, number[:, None], real, ("batch", "pyramid")),
        Modality.TEXT: Stream(
            Modality.TEXT,
            words,
            torch.ones(n, 4, 2, dtype=torch.bool),
            ("batch", "view", "word", "feature"),
        ),
    }
    return Batch(streams, torch.arange(n))


def test_a_mismatched_sticker_keeps_its_words_and_its_answer():
    batch = stickers()
    mixed = mismatched(batch, 0.25, torch.Generator().manual_seed(0))
    pictures = mixed.streams[Modality.VISION].values[:, 0]
    foreign = float((pictures != torch.arange(len(batch))).float().mean())

    assert 0.15 < foreign < 0.35
    assert torch.equal(mixed.target, batch.target)
    assert torch.equal(mixed.streams[Modality.TEXT].values, batch.streams[Modality.TEXT].values)


def test_no_sticker_is_mismatched_where_nobody_asks_for_it():
    batch = stickers(8)

    assert mismatched(batch, 0.0, torch.Generator()) is batch
