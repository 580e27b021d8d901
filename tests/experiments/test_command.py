"""`mer experiment`: what it lists, prints, saves, and how it fails."""

import json

import pytest
from typer.testing import CliRunner

from mer_core.checkpoints import folder_of
from mer_core.cli import FAILED, FAILED_FOR_MACHINES, PARTLY, app
from mer_core.errors import DataMissing
from mer_core.experiments import EXPERIMENTS
from mer_core.experiments.base import ACCURACY, PaperExperiment, Result, load_result, over_seeds


def mer(*words):
    return CliRunner().invoke(app, ["experiment", *(str(w) for w in words)])


@pytest.fixture
def toys(monkeypatch):
    """Two experiments in place of the real ones: one that runs and one that cannot."""

    def run(ask, progress):
        import numpy as np

        progress("playing", 1, 1)
        n = ask.limit or 5
        data = {"name": "toys", "what": "toys", "split": ask.split, "n": n, "demo": True}
        rows = (over_seeds("all", ACCURACY, np.arange(2 * n).reshape(2, n) % 2.0),)
        return Result("mghft", "toy", ("It holds.",), data, ask.seeds, rows, (ACCURACY,))

    def cannot(ask, progress):
        raise DataMissing("The toys are not here. Buy some.")

    about = ("A toy", "Does it hold?", "It is claimed that it holds.", "a toy paper")
    table = {
        "toy": PaperExperiment("toy", *about, run),
        "gone": PaperExperiment("gone", *about, cannot),
    }
    monkeypatch.setitem(EXPERIMENTS, "mghft", table)


def test_without_a_name_the_experiments_are_listed_with_their_questions():
    told = json.loads(mer("mghft", "--json").stdout)

    assert set(told) == set(EXPERIMENTS["mghft"])
    assert all(e["question"].endswith("?") for e in told.values())
    assert {e["saved"] for e in told.values()} == {"yes"}


def test_the_list_says_what_is_out_of_date(toys, tmp_path, monkeypatch):
    card = (folder_of("mghft") / "card.json").read_text()
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    mer("mghft", "toy", "--save")
    (tmp_path / "mghft" / "card.json").write_text(card)
    kept = tmp_path / "mghft" / "experiments" / "toy.json"
    before = mer("mghft")
    kept.write_text(kept.read_text().replace('"manifest": {}', '"manifest": {"code": "another"}'))
    after = mer("mghft")

    assert "out of date" not in before.stdout + before.stderr
    assert "out of date" in after.stdout
    assert "toy: This result is out of date" in after.stderr
    assert "the code of mghft changed" in after.stderr
    assert json.loads(mer("mghft", "--json").stdout)["gone"]["saved"] == "no"


def test_one_is_run_as_asked_and_printed(toys):
    told = json.loads(mer("mghft", "toy", "--limit", 3, "--seeds", 1, "--json").stdout)["toy"]

    assert told["data"]["n"] == 3
    assert told["data"]["split"] == "test"
    assert told["seeds"] == [1]

    words = mer("mghft", "toy").stdout
    assert "Does it hold?" in words
    assert "It is claimed" in words
    assert "demo data" in words


def test_saving_writes_beside_the_weights(toys, tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    assert mer("mghft", "toy", "--save").exit_code == 0

    assert load_result(tmp_path / "mghft" / "experiments" / "toy.json").found == ("It holds.",)


@pytest.mark.parametrize("part", [("--limit", 3), ("--seeds", 1), ("--split", "valid")])
def test_part_of_an_experiment_is_not_saved_over_the_whole(toys, tmp_path, monkeypatch, part):
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    failed = mer("mghft", "toy", *part, "--save")

    assert failed.exit_code == FAILED
    assert "leave out --limit, --seeds and --split" in failed.stderr
    assert mer("mghft", "toy", *part).exit_code == 0
    assert mer("mghft", "toy", "--split", "test", "--save").exit_code == 0


def test_of_all_those_that_cannot_run_are_named_and_the_rest_is_kept(toys, tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    done = mer("mghft", "all", "--save")

    assert done.exit_code == PARTLY
    assert "gone: The toys are not here" in done.stderr
    assert (tmp_path / "mghft" / "experiments" / "toy.json").is_file()


def test_if_none_can_run_it_fails_with_the_sentence(toys):
    assert mer("mghft", "gone").exit_code == FAILED
    told = mer("mghft", "gone", "--json")
    assert told.exit_code == FAILED_FOR_MACHINES
    assert json.loads(told.stdout) == {"gone": {"error": "The toys are not here. Buy some."}}


@pytest.mark.parametrize("words", [("mghtf",), ("mghft", "tpy")])
def test_a_wrong_name_is_told_with_the_nearest(toys, words):
    failed = mer(*words)

    assert failed.exit_code == FAILED
    assert "Did you mean" in failed.stderr
