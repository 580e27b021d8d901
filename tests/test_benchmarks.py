"""The claim about unwatched taps holds for every model; benchmarks compare what they say."""

import importlib.util
from pathlib import Path

import pytest
import torch

from mer_core.models import MODELS
from mer_core.models.mult import MulT, MulTConfig
from mer_core.types import Modality

ROOT = Path(__file__).resolve().parents[1]


def benchmark(name):
    """A script of benchmarks/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def taps():
    return benchmark("taps")


@pytest.fixture(scope="module")
def step():
    return benchmark("hct_dmg_step")


@pytest.mark.parametrize("name", sorted(MODELS))
def test_unwatched_taps_cost_under_two_percent_of_a_forward(taps, name, untrained, batch_of):
    """Counted visits times the cost of one, on a batch of three."""
    found = taps.cost(untrained(name), batch_of(name), rounds=7)

    assert found.visits > 0
    assert found.share < taps.LIMIT


SHORT = {Modality.TEXT: 3, Modality.AUDIO: 5, Modality.VISION: 4}


def test_the_plain_mult_is_the_same_network(step):
    """With our weights it answers as ours does; with its own it does not."""
    torch.manual_seed(0)
    config = MulTConfig(hidden=8, heads=2, layers=2)
    ours = MulT(config).eval()
    batch = step.random_batch(config, 2, SHORT)
    plain = step.PlainMulT(config).eval()
    with torch.no_grad():
        said, before, after = ours(batch).sentiment, plain(batch), plain.copy(ours)(batch)

    assert sum(p.numel() for p in plain.parameters()) == sum(p.numel() for p in ours.parameters())
    assert torch.allclose(said, after, atol=1e-5)
    assert not torch.allclose(said, before, atol=1e-3)


def test_a_training_step_changes_the_weights_that_are_timed(step):
    torch.manual_seed(0)
    model = MulT(MulTConfig(hidden=8, heads=2, layers=1))
    before = model.head.out.weight.clone()
    step.stepper(model, step.random_batch(model.config, 2, SHORT))()

    assert not torch.equal(before, model.head.out.weight)


def test_every_ratio_of_the_steps_is_measured(step):
    found = step.measure(2, 2, SHORT, {"hidden": 8, "heads": 2, "layers": 1})

    assert len(found) == 5
    for each in found.values():
        assert each.low <= each.middle <= each.high
        assert each.under > 0
        assert "n = 2 pairs" in str(each)
