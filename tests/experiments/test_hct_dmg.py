"""HCT-DMG's own experiments: short runs that are kept, noise as loud as it says, results."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.experiments import EXPERIMENTS
from mer_core.experiments.base import Ask
from mer_core.experiments.hct_dmg import depth, noisy, primary, shift, short
from mer_core.experiments.hct_dmg.short import Bench, Ended, Noise, Short
from mer_core.types import Modality

TINY = replace(short.BASE, hidden=8, heads=2, layers=1)
QUICK = replace(short.PLAN, epochs=2, batch=8)


@pytest.fixture
def bench(monkeypatch, tmp_path, utterance_samples):
    """Twelve utterances for training and for questions; a cache of the test's own."""
    from mer_core.datasets.puppets import utterance

    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    short._table.cache_clear()
    monkeypatch.setattr(
        short,
        "featured_utterances",
        lambda split, told: [utterance(i, "train") for i in range(12)],
    )
    yield Bench(Ask("valid", 10, (0, 1)), lambda *_: None)
    short._table.cache_clear()


def tiny(**more):
    return Short(TINY, plan=QUICK, samples=12, **more)


def test_a_run_that_has_ended_is_kept(bench, monkeypatch):
    """Asked again it answers the same without training; another seed or split of it does not."""
    first = bench.run(tiny())
    trained = []
    monkeypatch.setattr(short, "fit", lambda *_: trained.append(1) or pytest.fail("trained"))
    again = bench.run(tiny())

    assert np.array_equal(first.right, again.right)
    assert first.path == again.path
    assert len(first.right) == 10
    assert len(first.path) == QUICK.epochs
    with pytest.raises(pytest.fail.Exception):
        bench.run(tiny(seed=1))


def test_everything_that_decides_a_run_names_it():
    """No two runs share files."""
    runs = [
        tiny(),
        tiny(seed=1),
        tiny(noise=Noise("audio", 0.0)),
        tiny(noise=Noise("audio", 5.0)),
        tiny(noise=Noise("audio", 0.0), after=True),
        tiny(noise=Noise("audio", 0.0), after=True, frozen=True),
        replace(tiny(), samples=11),
        replace(tiny(), config=short.BASE),
    ]

    assert len({r.key() for r in runs}) == len(runs)
    assert runs[5].before == runs[0]


@pytest.mark.parametrize("decibels", [10.0, 0.0, -10.0])
def test_noise_is_as_loud_as_it_says(bench, decibels):
    """In the one modality, at real positions, sample by sample; nothing else changes."""
    (batch,) = bench.asked.evaluation()
    given = short.noisy(batch, Noise("audio", decibels), torch.Generator().manual_seed(0))
    clean, loud = (b.streams[Modality.AUDIO] for b in (batch, given))
    added = loud.values - clean.values
    ratio = clean.values.square().sum((1, 2)) / added.square().sum((1, 2))

    torch.testing.assert_close(
        10 * ratio.log10(), torch.full_like(ratio, decibels), atol=0.01, rtol=0
    )
    assert added[~clean.mask].abs().max() == 0
    assert given.streams[Modality.TEXT] is batch.streams[Modality.TEXT]
    assert short.noisy(batch, None, torch.Generator()) is batch


def test_a_frozen_gate_stays_where_it_was_and_a_free_one_moves(bench):
    """After the shift, from the same weights."""
    config = replace(TINY, freeze_after=0)
    start = replace(tiny(), config=config)
    later = replace(start, noise=Noise("text", -5.0), after=True)
    before = bench.run(start)
    frozen, free = bench.run(replace(later, frozen=True)), bench.run(later)

    assert frozen.omega == pytest.approx(before.omega, abs=1e-4)
    assert free.omega != pytest.approx(before.omega, abs=1e-4)


def made_up(short_run):
    """What a run might come to, without training: it depends on noise and config."""
    weight = 0.5 if short_run.noise is None else 0.2
    place = 0 if short_run.noise is None else list(Modality).index(short_run.noise.modality)
    omega = [(1 - weight) / 2] * 3
    omega[place] = weight
    right = np.ones(10)
    right[: short_run.config.layers] = 0
    led = tuple(float(w == max(omega)) for w in omega)
    return Ended(right, tuple(omega), led, (tuple(omega),))


@pytest.mark.parametrize("module", [primary, depth, noisy, shift])
def test_a_result_says_what_the_runs_say(bench, monkeypatch, module):
    """Rows for every case, sentences from the rows, seeds, n and a manifest."""
    monkeypatch.setattr(
        Bench, "ask", lambda self, run, noise, what="": made_up(replace(run, noise=noise))
    )
    found = module.run(Ask("valid", 10, (0, 1)), lambda *_: None)

    assert found.model == "hct_dmg"
    assert found.experiment in EXPERIMENTS["hct_dmg"]
    assert {r.n for r in found.rows} == {10}
    assert {r.seeds for r in found.rows} == {2}
    assert all(found.of(measure) for measure in found.measures)
    assert found.manifest["world"]
    assert found.found[0]
    if module is depth:
        assert "1: 90.0 %" in found.found[0]
    if module is noisy:
        assert "text 50.0 % to 20.0 %" in found.found[0]


def test_each_experiment_stands_under_its_model():
    for model, table in EXPERIMENTS.items():
        assert {e.model for e in table.values()} == {model}
