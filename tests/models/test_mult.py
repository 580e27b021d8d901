"""Tests of mer_core.models.mult: the baseline, built from the blocks of HCT-DMG."""

from dataclasses import replace

import pytest
import torch

from mer_core.models.mult import MulT, MulTConfig
from mer_core.trace import capture, taps
from mer_core.types import Batch, Modality, Stream

TEXT, AUDIO, VISION = Modality
SMALL = MulTConfig(
    text_features=9, emotions=tuple("abc"), hidden=8, heads=2, layers=2, silence=True
)


def stream(modality, features, lengths):
    time = torch.arange(max(lengths))
    mask = time[None] < torch.tensor(lengths)[:, None]
    return Stream(modality, torch.randn(len(lengths), len(time), features), mask)


@pytest.fixture
def batch():
    torch.manual_seed(1)
    streams = (stream(TEXT, 9, [6, 4]), stream(AUDIO, 5, [11, 8]), stream(VISION, 20, [5, 7]))
    return Batch({s.modality: s for s in streams}, torch.tensor([0, 2]), torch.tensor([1.0, -2.0]))


def make(**changes):
    torch.manual_seed(0)
    return MulT(replace(SMALL, **changes)).eval()


@pytest.mark.parametrize(
    ("features", "expected"), [((300, 5, 20), 1_071_211), ((300, 74, 35), 1_073_731)]
)
def test_sizes_are_those_that_the_literature_quotes(features, expected):
    """1.07 M parameters, kernel 1, no GRU: MOSI and MOSEI."""
    assert sum(p.numel() for p in MulT(MulTConfig(*features)).parameters()) == expected


def test_every_pair_looks_at_what_its_name_says(batch):
    """Six crossmodal transformers, each over its own two modalities, never square by accident."""
    model = make()
    with capture(model, "crossmodal.*.layers.0.*") as trace:
        model(batch)

    assert len(trace) == 6
    for name in trace:
        target, source = name.split(".")[1].split("_from_")
        reading = trace[name]
        assert reading.over == {"query": target, "key": source}
        lengths = [batch.streams[m].mask.shape[1] for m in (target, source)]
        assert list(reading.values.shape[2:]) == lengths


def test_appended_padding_changes_nothing(batch):
    """No attention and no read-out sees padding."""
    pad = torch.nn.functional.pad
    streams = {
        m: replace(s, values=pad(s.values, (0, 0, 0, 3), value=1e3), mask=pad(s.mask, (0, 3)))
        for m, s in batch.streams.items()
    }
    model = make()
    with torch.no_grad():
        short, long = model(batch), model(replace(batch, streams=streams))

    torch.testing.assert_close(long.logits, short.logits, rtol=1e-5, atol=1e-6)


def test_every_tap_runs_and_fits_its_axes(batch):
    """Nothing is declared that is never seen."""
    model = make()
    with capture(model) as trace:
        model(batch)

    assert set(trace) == set(taps(model))
    assert all(trace[n].values.ndim == len(trace[n].axes) for n in trace)


def test_silence_hides_what_it_replaces(batch):
    """And changes the answer."""
    model = make()
    other = {m: s.at(s.values + 5 * (m == AUDIO)) for m, s in batch.streams.items()}
    first = model(batch.silence(AUDIO))
    second = model(replace(batch, streams=other).silence(AUDIO))

    assert torch.equal(first.logits, second.logits)
    assert not torch.equal(first.logits, model(batch).logits)


def test_it_learns_what_it_is_told(batch):
    """A few steps lower the loss, and every parameter that may learn has moved."""
    model = make(residual_dropout=0.0, embed_dropout=0.0, text_dropout=0.0).train()
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    optimiser = torch.optim.AdamW(model.groups(1e-2, 0.0))
    losses = []
    for i in range(10):
        given = batch.silence(*list(Modality)[: i % 3 + 1]) if i in (3, 4, 5) else batch
        optimiser.zero_grad()
        loss = sum(model.losses(given).values())
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    stuck = {n for n, p in model.named_parameters() if torch.equal(p, before[n])}

    assert losses[-1] < losses[0] / 2
    assert stuck <= model.frozen()


def test_a_model_of_a_number_answers_by_its_sign(batch):
    """Without emotions the two classes are those of CMU-MOSI."""
    said = make(emotions=())(batch)

    assert said.names == ("negative", "positive")
    torch.testing.assert_close(said.probs[:, 1], said.sentiment.sigmoid())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kernel": 2}, "must be odd"),
        ({"emotions": (), "sentiment": False}, "must say something"),
        ({"binary": True, "emotions": ()}, "three emotions or more"),
    ],
)
def test_impossible_configs_are_refused(changes, sentence):
    """Each in a sentence."""
    with pytest.raises(ValueError, match=sentence):
        replace(SMALL, **changes)


def test_other_channels_are_refused_in_a_sentence(batch):
    """What was expected, and what came."""
    with pytest.raises(ValueError, match="expects 7 channels of text; the batch has 9"):
        make(text_features=7)(batch)
