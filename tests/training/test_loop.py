"""Tests of mer_core.training.loop."""

import pytest
import torch
from torch import nn

from mer_core.training.loop import TrainConfig, fit, learning_rate


class Line(nn.Module):
    """Learns a line; counts nothing, hides nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Linear(3, 1)
        self.drop = nn.Dropout(0.2)

    def losses(self, batch):
        x, y = batch
        return {"error": (self.map(self.drop(x))[:, 0] - y).square().mean()}

    def groups(self, lr, weight_decay):
        return [{"params": list(self.parameters()), "lr": lr, "weight_decay": weight_decay}]

    def end_of_epoch(self, epoch):
        return {"bias": float(self.map.bias.detach())}


X = torch.randn(64, 3, generator=torch.Generator().manual_seed(1))
Y = X @ torch.tensor([1.0, -2.0, 0.5]) + 0.3


def batches(generator):
    return ((X[rows], Y[rows]) for rows in torch.randperm(64, generator=generator).split(16))


def score(model):
    with torch.no_grad():
        return {"accuracy": -float((model.map(X)[:, 0] - Y).square().mean())}


def run(folder, config, stop_after=None):
    torch.manual_seed(config.seed)
    model = Line()

    def watch(message, done, total):
        if stop_after is not None and done > stop_after:
            raise KeyboardInterrupt

    return model, fit(model, batches, 4, score, config, folder, watch)


CONFIG = TrainConfig(epochs=6, batch=16, lr=0.05)


def test_training_learns_and_keeps_the_best_epoch(tmp_path):
    model, history = run(tmp_path, CONFIG)

    assert len(history.rows) == 6
    best = max(range(6), key=lambda i: history.rows[i]["accuracy"])
    assert history.best == best
    assert score(model)["accuracy"] == pytest.approx(history.best_row["accuracy"], abs=1e-6)
    assert history.rows[-1]["accuracy"] > history.rows[0]["accuracy"]


def test_a_killed_run_goes_on_to_the_same_end(tmp_path):
    """Dropout, order and optimiser state included: bit for bit the same weights."""
    whole, history = run(tmp_path / "whole", CONFIG)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "killed", CONFIG, stop_after=14)
    resumed, again = run(tmp_path / "killed", CONFIG)

    assert torch.equal(whole.map.weight, resumed.map.weight)
    assert [r["accuracy"] for r in again.rows] == [r["accuracy"] for r in history.rows]


def test_another_config_does_not_resume(tmp_path):
    run(tmp_path, CONFIG)
    _, history = run(tmp_path, TrainConfig(epochs=2, batch=16, lr=0.01))

    assert len(history.rows) == 2


def test_another_seed_gives_other_weights(tmp_path):
    one, _ = run(tmp_path / "a", CONFIG)
    two, _ = run(tmp_path / "b", TrainConfig(epochs=6, batch=16, lr=0.05, seed=1))

    assert not torch.equal(one.map.weight, two.map.weight)


def test_the_rate_warms_up_and_falls(tmp_path):
    rates = [learning_rate(s, 100, CONFIG) for s in range(100)]

    assert rates[0] < rates[5] < max(rates) == pytest.approx(CONFIG.lr)
    assert rates[-1] < CONFIG.lr * 0.06
