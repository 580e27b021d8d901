"""Saved experiments belong to what ships: weights, Config, code, puppets."""

from dataclasses import replace

import pytest

from mer_core.checkpoints import folder_of, read_card
from mer_core.experiments import EXPERIMENTS
from mer_core.experiments.base import load_result, result_path
from mer_core.experiments.freshness import outdated, saved_states

SAVED = sorted(folder_of("mghft").parent.glob("*/experiments/*.json"))


@pytest.mark.parametrize("path", SAVED, ids=lambda p: f"{p.parts[-3]}-{p.stem}")
def test_nothing_that_ships_is_out_of_date(path):
    """Whoever trains again makes the experiments again, or takes them away."""
    result = load_result(path)

    assert result_path(result.model, result.experiment) == path
    assert outdated(result) == ""


@pytest.fixture
def result():
    """Runs of two models."""
    return load_result(result_path("hct_dmg", "hierarchy"))


@pytest.fixture
def short():
    return load_result(result_path("hct_dmg", "layers"))


def altered(result, part, value):
    return replace(result, manifest={**result.manifest, part: value})


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("weights", {"hct_dmg seed 0": "0" * 64}, "the weights of hct_dmg changed"),
        ("code", {"mult": "another"}, "the code of mult changed"),
        ("config", {"mult": "another"}, "the config of mult changed"),
        ("world", "another", "the puppets changed"),
    ],
)
def test_what_changed_is_named_with_the_way_to_make_it_again(result, part, value, said):
    assert outdated(result) == ""
    told = outdated(altered(result, part, value))

    assert said in told
    assert "`mer experiment hct_dmg hierarchy --save`" in told


def test_weights_are_compared_however_they_are_written(result):
    ships, other = read_card("hct_dmg")["weights_sha256"], "0" * 64
    for weights in (ships, {"0": ships, "1": other}, {"hct_dmg seed 4": ships}):
        assert outdated(altered(result, "weights", weights)) == ""
    for weights in (other, {"0": other, "1": other}, {"mult seed 0": ships}):
        assert "the weights of" in outdated(altered(result, "weights", weights))


@pytest.mark.parametrize("part", ["code", "config", "plan", "samples"])
def test_short_runs_are_those_that_would_be_trained_now(result, short, part):
    assert outdated(short) == ""
    assert f"the {part} of its short runs" in outdated(altered(short, part, "another"))
    within = altered(result, "short runs", {**short.manifest, part: "another"})
    assert f"the {part} of its short runs" in outdated(within)
    assert outdated(altered(result, "short runs", short.manifest)) == ""


def test_without_a_card_nobody_can_tell(result, tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))

    assert outdated(altered(result, "weights", "0" * 64)) == ""


def test_the_list_says_what_is_saved_and_why_it_is_out_of_date(monkeypatch):
    two = [EXPERIMENTS["hct_dmg"][name] for name in ("hierarchy", "layers")]
    told = load_result(result_path("hct_dmg", "layers"))
    monkeypatch.setattr(
        "mer_core.experiments.freshness.load_result", lambda _: altered(told, "plan", {})
    )
    states, why = saved_states(two)

    assert states == {"hierarchy": "out of date", "layers": "out of date"}
    assert why[0].startswith("hierarchy: This result is out of date")
    monkeypatch.undo()
    assert saved_states(two) == ({"hierarchy": "yes", "layers": "yes"}, ())
