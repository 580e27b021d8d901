"""HCT-DMG's own experiments: short runs that are kept, noise as loud as it says, results."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.errors import BadInput
from mer_core.experiments import EXPERIMENTS
from mer_core.experiments import short as shared
from mer_core.experiments.base import Ask
from mer_core.experiments.freshness import outdated
from mer_core.experiments.hct_dmg import (
    depth,
    divergence,
    feasibility,
    noisy,
    primary,
    shift,
    short,
    switches,
)
from mer_core.experiments.hct_dmg.bench import Bench as Shown
from mer_core.experiments.hct_dmg.bench import Trained
from mer_core.experiments.hct_dmg.short import Bench, Ended, Noise, Short
from mer_core.models.hct_dmg import HCTDMG
from mer_core.probes.tendencies import Lean
from mer_core.types import Modality

TINY = replace(short.BASE, hidden=8, heads=2, layers=1)
QUICK = replace(short.PLAN, epochs=2, batch=8)


@pytest.fixture
def bench(monkeypatch, tmp_path, utterance_samples):
    """Twelve utterances for training and for questions; a cache of the test's own."""
    from mer_core.datasets.puppets import utterance

    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    shared.table.cache_clear()
    monkeypatch.setattr(
        shared,
        "featured_utterances",
        lambda split, told: [utterance(i, "train") for i in range(12)],
    )
    yield Bench(Ask("valid", 10, (0, 1)), lambda *_: None)
    shared.table.cache_clear()


def tiny(**more):
    return Short(TINY, plan=QUICK, samples=12, **more)


def test_a_run_that_has_ended_is_kept(bench, monkeypatch):
    """Asked again it answers the same without training; another seed or split of it does not."""
    first = bench.run(tiny())
    trained = []
    monkeypatch.setattr(shared, "fit", lambda *_: trained.append(1) or pytest.fail("trained"))
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


@pytest.mark.parametrize("module", [primary, depth, noisy, shift, switches])
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


def shown(name, seed, n=40):
    """A run in which distortion is larger where something lies, and attention falls elsewhere."""
    draw = torch.Generator().manual_seed(seed)
    odd = torch.arange(n) % 4 == 0
    own = torch.randn(n, generator=draw)

    def lean(tap, target, source, number):
        places = [torch.full((n,), i) for i in (target, source)]
        return Lean(tap, *places, number, torch.full((n, 7), 1 / 7))

    leans = [lean(f"H.{m}", i, -1, own * (i + 1)) for i, m in enumerate(Modality)]
    leans += [
        lean("Y.text_from_audio", 0, 1, own + 0.1 * (seed + 1) + 0.9 * odd),
        lean("Y.text_from_vision", 0, 2, own + 0.1),
    ]
    plain = torch.rand(n, 32, generator=draw)
    falls = {
        "text_from_audio": plain + 2.0 * odd[:, None] * (torch.arange(32) < 4),
        "text_from_vision": plain.roll(3, 0),
    }
    falls = {role: f / f.sum(1, keepdim=True) for role, f in falls.items()}
    highlight = torch.rand(2, n, generator=draw).double()
    run = Trained(name, seed, f"{name}{seed}", HCTDMG(TINY), 0.9)
    return Shown(run, "valid", tuple(leans), falls, highlight, odd.numpy())


@pytest.fixture
def benches(monkeypatch):
    """What `open_benches` gives, without weights: two runs of each model."""
    for module in (divergence, feasibility):
        monkeypatch.setattr(
            module,
            "open_benches",
            lambda names, *_, **more: [shown(name, seed) for name in names for seed in (0, 1)],
        )


def test_distortion_is_larger_where_something_lies(benches):
    """Means and deviation over runs; the sentence says whether the intervals are apart."""
    found = feasibility.run(Ask("valid"), lambda *_: None)
    even, odd = (
        found.row(case, feasibility.DISTORTION, "text after audio")
        for case in ("congruent", "incongruent")
    )

    assert even.value == pytest.approx(0.15, abs=1e-6)
    assert odd.value == pytest.approx(1.05, abs=1e-6)
    assert odd.sd == pytest.approx(np.std([1.0, 1.1], ddof=1), abs=1e-6)
    assert (even.n, odd.n, odd.seeds) == (30, 10, 2)
    assert "apart by more than the intervals" in found.found[0]
    assert "± " in found.found[0]
    apart = found.row("incongruent", feasibility.DISPARITY, "at text")
    assert apart.value == pytest.approx(0.95, abs=1e-6)
    assert list(found.manifest["weights"]) == ["mult seed 0", "mult seed 1"]


def test_a_correlation_that_is_nowhere_known_is_left_out(benches, monkeypatch):
    bench = shown("mult", 0)
    assert bench.highlight is not None
    bench.highlight[:, 0] = torch.nan  # the first utterance is incongruent
    bench.highlight[0, 1] = torch.nan
    monkeypatch.setattr(feasibility, "open_benches", lambda *_, **more: [bench])
    found = feasibility.run(Ask("valid"), lambda *_: None)
    even, odd = found.of(feasibility.HIGHLIGHT)

    assert (even.n, odd.n) == (30, 9)
    mean = np.nanmean(bench.highlight.numpy()[:, ~bench.incongruent], axis=0).mean()
    assert even.value == pytest.approx(mean)


def test_a_divergence_comes_with_its_p_corrected_over_all_maps_and_runs(benches):
    """Of two maps attention falls elsewhere in one; the correction counts every test."""
    found = divergence.run(Ask("valid"), lambda *_: None)
    group = divergence.MODELS["mult"]
    kl = found.row("text_from_audio", divergence.KL, group)
    p = found.row("text_from_audio, seed 1", divergence.P, group)
    fair = found.row("text_from_audio, seed 1", divergence.HOLM, group)

    assert kl.value > 0.01
    assert (kl.seeds, bool(kl.sd)) == (2, True)
    assert p.value == pytest.approx(1 / 1001)
    assert fair.value == pytest.approx(4 / 1001)
    assert "30 congruent and 10 incongruent" in found.notes[0]
    assert "2 of 4 tests" in found.found[0]
    assert found.seeds == (0, 1)


def test_what_is_uncorrected_is_not_claimed(benches, monkeypatch):
    """A p of 0.04 in one map of four is what chance does."""
    ps = iter([0.04, 0.5, 0.6, 0.7] * 2)
    told = divergence.contrast(torch.eye(4), torch.arange(4) < 2, 10)
    monkeypatch.setattr(divergence, "contrast", lambda *_: replace(told, p_kl=next(ps)))
    found = divergence.run(Ask("valid"), lambda *_: None)

    assert all("In 0 of 4 tests" in sentence for sentence in found.found)
    assert all("uncorrected it would be 1" in sentence for sentence in found.found)


def test_the_shipped_weights_show_what_is_asked(monkeypatch):
    """End to end on a few utterances of validation; a seed that is not here is told."""
    monkeypatch.setattr("mer_core.experiments.hct_dmg.bench.has_run", lambda *_: False)
    found = divergence.run(Ask("valid", 60), lambda *_: None)

    assert list(found.manifest["weights"]) == ["hct_dmg seed 0", "mult seed 0"]
    assert {r.group for r in found.rows} == set(divergence.MODELS.values())
    assert outdated(found) == ""
    with pytest.raises(BadInput, match="mer train hct_dmg --version fused --seed 3"):
        divergence.run(Ask("valid", 60, (3,)), lambda *_: None)


def test_the_feasibility_analysis_can_be_tried_in_a_page_with_what_ships():
    found = feasibility.run(Ask("valid", 40, quick=True), lambda *_: None)

    assert {row.seeds for row in found.rows} == {1}
    assert set(found.measures) == {row.measure for row in found.rows}
    assert "those that ship" in found.notes[0]


def test_the_hierarchy_can_be_tried_in_a_page_with_what_ships():
    """Shipped weights and shipped probes: nothing is trained, one seed of each model."""
    from mer_core.experiments.hct_dmg.hierarchy import EXPERIMENT

    found = EXPERIMENT.run(Ask("valid", 40, quick=True), lambda *_: None)

    assert EXPERIMENT.live
    assert len(found.manifest["weights"]) == 2
    assert {row.seeds for row in found.rows} == {1}
    assert found.data["n"] == 40
