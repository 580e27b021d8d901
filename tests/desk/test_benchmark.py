"""The benchmark of gate maps: its floor answers as the map does, and every ratio is printed."""

import importlib.util
from pathlib import Path

import pytest
import torch

from mer_core.desk import desk_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("gate_map", ROOT / "benchmarks" / "gate_map.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["egmf", "hct_dmg", "mghft"])
def test_the_floor_gives_the_answers_of_the_map(script, name, untrained, batch_of):
    """Nothing is left out of what is called the floor."""
    desk = desk_of(untrained(name), batch_of(name).select(torch.tensor([0])))
    settings = script.settings_of(desk)

    assert len(settings) >= 66
    floor = script.floor_of(desk)
    for _ in range(2):  # one call leaves nothing behind that the next would read
        assert torch.allclose(floor(), desk.answers(settings).logits, atol=1e-4)


def test_every_cost_and_ratio_is_printed(script, untrained, batch_of, monkeypatch, capsys):
    name = "hct_dmg"
    one = batch_of(name).select(torch.tensor([0]))
    monkeypatch.setattr(script, "built", lambda _: (untrained(name), one))
    script.told(name, 2)
    said = capsys.readouterr().out

    for what in ("map ", "making", "floor", "forwards", "batched", "slider", "map / floor"):
        assert what in said
    assert "66 settings, n = 2 rounds" in said


def test_a_broken_limit_is_told(script, untrained, batch_of, monkeypatch, capsys):
    name = "hct_dmg"
    one = batch_of(name).select(torch.tensor([0]))
    monkeypatch.setattr(script, "built", lambda _: (untrained(name), one))
    monkeypatch.setattr(script, "OF_FLOOR", 1e-6)

    assert script.told(name, 2) is False
    assert "BROKEN" in capsys.readouterr().out
