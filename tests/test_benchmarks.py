"""The claim about unwatched taps holds for every model."""

import importlib.util
from pathlib import Path

import pytest

from mer_core.models import MODELS

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def taps():
    spec = importlib.util.spec_from_file_location("taps", ROOT / "benchmarks" / "taps.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(MODELS))
def test_unwatched_taps_cost_under_two_percent_of_a_forward(taps, name, untrained, batch_of):
    """Counted visits times the cost of one, on a batch of three."""
    found = taps.cost(untrained(name), batch_of(name), rounds=7)

    assert found.visits > 0
    assert found.share < taps.LIMIT
