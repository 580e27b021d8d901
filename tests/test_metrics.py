"""Tests of mer_core.metrics, by hand-computed numbers."""

import pytest
import torch

from mer_core.metrics import (
    bootstrap_interval,
    calibration_error,
    classification,
    fit_temperature,
    mean_sd,
    regression,
    share_of_ceiling,
)


def test_accuracy_and_f1_by_hand():
    """Two classes: 3 of 4 right; F1 is 2/3 for the first and 4/5 for the second."""
    probs = torch.eye(2)[[0, 1, 1, 1]]
    scores = classification(probs, torch.tensor([0, 0, 1, 1]))

    assert scores["accuracy"] == 0.75
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert scores["n"] == 4


def test_calibration_error_by_hand():
    """Confidence 0.9 throughout, right half the time: a gap of 0.4."""
    probs = torch.tensor([[0.9, 0.1]] * 4)

    assert calibration_error(probs, torch.tensor([0, 0, 1, 1])) == pytest.approx(0.4, abs=1e-6)


def test_temperature_undoes_overconfidence():
    torch.manual_seed(0)
    honest = torch.randn(4000, 5)
    target = torch.distributions.Categorical(logits=honest).sample()

    assert fit_temperature(honest * 3, target) == pytest.approx(3.0, rel=0.1)
    assert fit_temperature(honest, target) == pytest.approx(1.0, rel=0.1)


def test_regression_by_hand():
    scores = regression(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2.0, 3.0, 4.0]))

    assert scores == {"mae": pytest.approx(1.0), "corr": pytest.approx(1.0)}
    assert regression(torch.zeros(3), torch.arange(3.0))["corr"] == 0.0


def test_share_of_the_ceiling_is_zero_at_chance_and_one_at_the_ceiling():
    assert share_of_ceiling(1 / 7, 0.9) == pytest.approx(0)
    assert share_of_ceiling(0.9, 0.9) == pytest.approx(1)


def test_interval_holds_the_mean_and_narrows_with_n():
    few, many = [0.0, 1.0] * 20, [0.0, 1.0] * 2000
    low, high = bootstrap_interval(few)

    assert low < 0.5 < high
    assert bootstrap_interval(many)[1] - bootstrap_interval(many)[0] < high - low


def test_mean_and_sd_by_hand():
    assert mean_sd([1.0, 2.0, 3.0]) == {"mean": 2.0, "sd": 1.0, "n": 3.0}
