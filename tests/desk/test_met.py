"""Which settings training met: collected, kept beside weights, and refused for other weights."""

import pytest
import torch

from mer_core.checkpoints import folder_of, load, read_card
from mer_core.desk import desk_of, met
from mer_core.desk.met import (
    FILE,
    Met,
    NothingMet,
    collect,
    gates_of,
    met_of,
    nearest,
    only_met,
    read_met,
    write_met,
)
from mer_core.errors import ResultInvalid

LOOKING = ("egmf", "hct_dmg_sample")
"""Models whose gate looks at its samples."""


@pytest.fixture(scope="module")
def kept():
    """Settings along one side of the triangle."""
    share = torch.linspace(0, 1, 50)
    return Met(torch.stack([share, 1 - share, 0 * share], dim=1), 0.05, "n = 50 made up", "abc")


def test_what_training_came_near_is_told_from_what_it_never_saw(kept):
    near, far = torch.tensor([0.5, 0.48, 0.02]), torch.tensor([0.2, 0.2, 0.6])

    assert kept.holds(near)
    assert "Training came near" in kept.says(near)
    assert not kept.holds(far)
    assert kept.distance(far) == pytest.approx(0.6, abs=0.02)
    assert kept.says(far).startswith("Never seen in training: the nearest is 60 %")
    assert "n = 50" in kept.says(far)


@pytest.mark.parametrize(
    ("name", "words", "begin", "badge"),
    [
        ("hct_dmg", "learned one", "This model answers with one setting alone", "not the learned"),
        ("mghft", "strength 1", "Never seen", "never seen in training"),
    ],
)
def test_a_gate_that_no_sample_moves_met_one_setting(
    name, words, begin, badge, untrained, batch_of
):
    model = untrained(name)
    desk = desk_of(model, batch_of(name).select(torch.tensor([0])))
    found = met_of(model, desk.gate)
    other = desk.gate.clone()
    other[:2] += torch.tensor([0.1, -0.1])

    assert found.holds(desk.gate, desk.simplex)
    assert words in found.says(desk.gate, desk.simplex)
    assert not found.holds(other, desk.simplex)
    assert found.says(other, desk.simplex).startswith(begin)
    assert found.badge.startswith(badge)
    with pytest.raises(NothingMet, match="No sample moves the gate"):
        gates_of(model, batch_of(name))


@pytest.mark.parametrize("name", LOOKING)
def test_gates_are_those_of_the_desks(name, untrained, batch_of):
    model, batch = untrained(name), batch_of(name)
    found = gates_of(model, batch)

    assert only_met(model, found[0]) is None
    for i, gate in enumerate(found):
        own = desk_of(model, batch.select(torch.tensor([i]))).gate
        assert torch.allclose(gate, own, atol=1e-5)


def test_collecting_keeps_to_train_and_measures_validation(monkeypatch):
    monkeypatch.setattr(met, "SAMPLES", {"train": 6, "valid": 3})
    told = []
    found = collect("hct_dmg_sample", lambda *step: told.append(step))

    assert found.settings.shape == (6, 3)
    assert torch.allclose(found.settings.sum(dim=1), torch.ones(6))
    assert found.weights == read_card("hct_dmg_sample")["weights_sha256"]
    assert 0 <= found.reach < 1
    assert "demo data" in found.source
    assert [step[0] for step in told] == ["Gates of train", "Gates of valid"]


def test_the_nearest_is_found_for_each():
    these = torch.tensor([[1.0, 0, 0], [0, 0.5, 0.5]])
    those = torch.tensor([[0.8, 0.2, 0], [0, 1.0, 0]])

    assert nearest(these, those).tolist() == pytest.approx([0.2, 0.5])


def test_what_is_kept_comes_back(kept, tmp_path):
    path = tmp_path / "egmf" / FILE
    write_met(kept, path)
    back = read_met(path)

    assert torch.equal(back.settings, kept.settings)
    assert (back.reach, back.source, back.weights) == (kept.reach, kept.source, kept.weights)


@pytest.mark.parametrize("damage", ["absent", "torn", "format"])
def test_a_file_that_cannot_be_read_says_how_to_make_it_again(damage, kept, tmp_path, monkeypatch):
    path = tmp_path / "egmf" / FILE
    if damage == "torn":
        write_met(kept, path)
        path.write_bytes(path.read_bytes()[:40])
    elif damage == "format":
        monkeypatch.setattr(met, "FORMAT", 7)
        write_met(kept, path)
        monkeypatch.undo()
    with pytest.raises(ResultInvalid, match="mer desk egmf --ship"):
        read_met(path)


def test_settings_of_other_weights_are_refused(kept, tmp_path, monkeypatch):
    model = load("hct_dmg_sample")
    monkeypatch.setattr(met, "folder_of", lambda name: tmp_path / name)
    write_met(kept, tmp_path / "hct_dmg_sample" / FILE)

    with pytest.raises(ResultInvalid, match="collected with other weights"):
        met_of(model, torch.ones(3) / 3)


@pytest.mark.parametrize("name", LOOKING)
def test_what_ships_belongs_to_the_weights_that_ship(name):
    found = read_met(folder_of(name) / FILE)

    assert found.weights == read_card(name)["weights_sha256"], (
        f"Weights were shipped without `mer desk {name} --ship`."
    )
    read = bool(read_card(name).get("sentences"))
    assert len(found.settings) == met.SAMPLES["train"] * (2 if read else 1)
    assert ("sentences of its training" in found.source) == read
    assert torch.allclose(found.settings.sum(dim=1), torch.ones(1), atol=1e-4)
    assert 0 < found.reach < 0.5
    assert "demo data" in found.source
