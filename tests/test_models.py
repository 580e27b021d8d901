"""The contract of mer_core.models.base, put to every model of the table."""

from dataclasses import replace
from itertools import chain, combinations

import pytest
import torch

from mer_core.errors import StreamMissing
from mer_core.models import NAMES, demo_config, kind_of
from mer_core.trace import capture, taps
from mer_core.types import Modality


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def model(name, untrained):
    return untrained(name)


@pytest.fixture
def batch(name, batch_of):
    return batch_of(name)


def fresh(name):
    torch.manual_seed(0)
    return kind_of(name)(demo_config(name))


def test_probabilities_are_finite_and_sum_to_one(model, batch):
    with torch.no_grad():
        probs = model(batch).probs

    assert probs.isfinite().all()
    torch.testing.assert_close(probs.sum(-1), torch.ones(len(batch)))


def test_every_subset_of_silences_is_answered(model, batch):
    """Finite and normalised, the silence of everything included; and silence does matter."""
    names = model.modalities
    subsets = chain.from_iterable(combinations(names, k) for k in range(len(names) + 1))
    with torch.no_grad():
        answers = {s: model(batch.silence(*s)).probs for s in subsets}

    for probs in answers.values():
        assert probs.isfinite().all()
        torch.testing.assert_close(probs.sum(-1), torch.ones(len(batch)))
    assert len({tuple(p.flatten().tolist()) for p in answers.values()}) == len(answers)


def test_what_is_silent_cannot_reach_the_answer(model, batch):
    """The values under a silent stream may be anything."""
    for modality in model.modalities:
        quiet = batch.silence(modality)
        stream = quiet.streams[modality]
        other = stream.at(torch.zeros_like(stream.values))
        with torch.no_grad():
            one = model(quiet).logits
            two = model(replace(quiet, streams={**quiet.streams, modality: other})).logits

        torch.testing.assert_close(one, two)


def test_every_modality_has_an_entry_tap(model):
    assert {f"entry.{m}" for m in model.modalities} <= set(taps(model))


def test_every_tap_runs(model, batch):
    with torch.no_grad(), capture(model) as trace:
        model(batch)

    assert set(trace) == set(taps(model))
    for tap in trace:
        for reading in trace.visits(tap):
            assert reading.values.ndim == len(reading.axes), tap


def test_watching_changes_nothing(model, batch):
    with torch.no_grad():
        alone = model(batch).logits
        with capture(model):
            watched = model(batch).logits

    assert torch.equal(alone, watched)


def test_no_tapped_tensor_is_written_in_place(model, batch):
    """Readings share memory with the forward pass, so nobody may write into them."""
    with torch.no_grad():
        model(batch)
    with torch.enable_grad(), capture(model, detach=False) as trace:
        model(batch)
    versions = {n: r.values._version for n in trace for r in trace.visits(n)}

    assert not {n: v for n, v in versions.items() if v}


def test_padding_is_invisible(model, batch):
    """Loud values at padded positions change nothing."""
    loud = {}
    for modality, stream in batch.streams.items():
        values = stream.values
        extra = values.ndim - stream.mask.ndim
        if values.is_floating_point() and stream.mask.ndim > 1:
            hidden = ~stream.mask.view(*stream.mask.shape, *[1] * extra)
            values = values.masked_fill(hidden, 1e3)
        loud[modality] = stream.at(values)
    with torch.no_grad():
        same = model(replace(batch, streams=loud)).logits
        plain = model(batch).logits

    torch.testing.assert_close(same, plain, atol=1e-4, rtol=1e-4)


def test_an_answer_does_not_depend_on_its_neighbours(model, batch, name, samples_of):
    """One sample alone gets the answer that it gets in a batch."""
    alone = model.processor()(samples_of[name][:1])
    with torch.no_grad():
        torch.testing.assert_close(
            model(alone).logits, model(batch).logits[:1], atol=1e-4, rtol=1e-4
        )


def test_missing_stream_is_named(model, batch):
    first = model.modalities[0]
    deaf = {m: s for m, s in batch.streams.items() if m != first}

    with pytest.raises(StreamMissing, match=first):
        model(replace(batch, streams=deaf))


def test_every_parameter_learns(name, batch):
    """After five steps each parameter has moved, frozen parts aside."""
    model = fresh(name).train()
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    optimiser = torch.optim.AdamW(model.groups(1e-3, 0.0))
    for step in range(5):
        # every other step something is silent, or the learned silences would stand still
        silent = batch.silence(model.modalities[step % len(model.modalities)])
        torch.stack(list(model.losses(silent).values())).sum().backward()
        torch.stack(list(model.losses(batch).values())).sum().backward()
        optimiser.step()
        optimiser.zero_grad()
    idle = {n for n, p in model.named_parameters() if torch.equal(before[n], p)}
    moved = set(before) - idle

    assert idle <= model.frozen(), sorted(idle - model.frozen())
    assert moved


def test_a_model_survives_its_own_pretrained_folder(name, batch, tmp_path):
    """`save_pretrained` and `from_pretrained` give the same answers."""
    model = fresh(name).eval()
    model.save_pretrained(tmp_path)
    again = kind_of(name).from_pretrained(tmp_path).eval()

    with torch.no_grad():
        torch.testing.assert_close(again(batch).logits, model(batch).logits)


def test_the_order_of_samples_does_not_matter(model, batch):
    back = torch.arange(len(batch)).flip(0)
    with torch.no_grad():
        torch.testing.assert_close(
            model(batch.select(back)).logits.flip(0), model(batch).logits, atol=1e-4, rtol=1e-4
        )


def test_modalities_are_named_once(model):
    assert len(set(model.modalities)) == len(model.modalities)
    assert set(model.modalities) <= set(Modality)
