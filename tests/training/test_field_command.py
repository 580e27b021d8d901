"""`mer train --dataset`: from a file of the field to its table, and how it fails."""

import json
import math

import pytest
import torch
from field_files import WRITERS
from typer.testing import CliRunner

from mer_core.cli import FAILED, FAILED_FOR_MACHINES, app
from mer_core.datasets import open_utterances
from mer_core.datasets.location import data_folder
from mer_core.datasets.utterances.collection import UtteranceSet
from mer_core.errors import DataMissing
from mer_core.training import field
from mer_core.training.field_plans import Wish

QUICK = ("--preset", "small", "--layers", 1, "--epochs", 1)


def mer(*words):
    return CliRunner().invoke(app, ["train", *(str(w) for w in words)])


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    """Runs lie in a folder of the test."""
    monkeypatch.setattr(field, "FOLDER", tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def pickled(tmp_path):
    """A file laid out as MulT's, three utterances a split."""
    return WRITERS["mosi"](tmp_path)


def test_one_command_goes_from_file_to_table(pickled, runs):
    done = mer("hct_dmg", "--dataset", "mosi", "--path", pickled, "--seed", 0, "--seed", 1, *QUICK)

    assert done.exit_code == 0, done.output
    for words in ("Acc-7", "validation", "test", "seeds 0, 1", "±", "F1, without zeros, swapped"):
        assert words in done.stdout
    (folder,) = runs.iterdir()
    assert {p.name for p in folder.iterdir()} == {"result.json", "README.md", "seed0", "seed1"}
    assert (folder / "seed1" / "weights.safetensors").is_file()
    assert "| Acc-7 |" in (folder / "README.md").read_text(encoding="utf-8")


def test_two_models_can_be_trained_and_machines_get_every_number(pickled):
    done = mer("hct_dmg", "mult", "--dataset", "mosi", "--path", pickled, *QUICK, "--json")
    told = json.loads(done.stdout)

    assert set(told) == {"hct_dmg", "mult"}
    for found in told.values():
        assert found["seeds"] == [0, 1, 2]
        assert found["data"]["n"] == {"train": 3, "valid": 3, "test": 3}
        assert found["scores"]["test"]["acc7"]["n"] == 3
        assert len(found["runs"]) == 3


@pytest.mark.parametrize("format", WRITERS)
def test_every_format_of_the_field_is_trained_on(format, tmp_path):
    """By the key before the comma; what is scored is what the set asks."""
    name, path = format.split(",")[0], WRITERS[format](tmp_path / "set")
    opened = open_utterances(name, path)
    done = mer("hct_dmg", "--dataset", name, "--path", path, "--seed", 0, *QUICK, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["hct_dmg"]
    scores = found["scores"]["test" if len(opened.splits["test"]) else "valid"]

    assert found["data"]["task"] == opened.task
    assert found["data"]["n"]["train"] <= len(opened.splits["train"])
    expected = {"sentiment": "mae", "four-binary": "neutral_f1"}.get(opened.task, "weighted_f1")
    assert math.isfinite(scores[expected]["mean"])
    assert ("acc7" in scores) == (opened.task == "sentiment" and opened.limits == (-3.0, 3.0))


def test_mustards_official_folds_are_averaged(tmp_path):
    path = WRITERS["mustard"](tmp_path / "set")
    told = ("--dataset", "mustard", "--path", path, "--seed", 0, "--folds", *QUICK)
    found = json.loads(mer("hct_dmg", *told, "--json").stdout)["hct_dmg"]
    each = [fold["test"]["weighted_f1"]["mean"] for fold in found["folds"]]

    assert len(each) == 5
    assert found["scores"]["test"]["weighted_f1"]["mean"] == pytest.approx(sum(each) / 5)
    assert not any("Official fold" in note for note in found["data"]["notes"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("hct_dmg", "--epochs", 3), "only together with --dataset"),
        (("hct_dmg", "--folds"), "only together with --dataset"),
        (("hct_dmg", "--dataset", "mosi", "--folds"), "mosi has no official folds"),
        (("hct_dmg", "--dataset", "mosi", "--ship"), "for puppets"),
        (("hct_dmg", "--dataset", "mosii"), "Did you mean 'mosi'"),
        (("hct_dmg", "--dataset", "mosi", "--path", "nowhere.pkl"), "nowhere.pkl"),
        (("mghft", "--dataset", "mosi", "--path", "{file}"), "reads no feature files"),
        (("hct_dmg", "--dataset", "mosi", "--path", "{file}", "--preset", "papre"), "paper"),
    ],
)
def test_a_wish_that_cannot_be_met_gets_one_sentence(pickled, words, told):
    words = [str(w).format(file=pickled) for w in words]
    done = mer(*words)

    assert done.exit_code == FAILED
    assert told in done.output
    assert "Traceback" not in done.output
    assert mer(*words, "--json").exit_code == FAILED_FOR_MACHINES


def test_real_sequences_can_be_learned_by_heart(runs):
    """CMU-MOSI, 16 utterances of its word-aligned extract, two layers: some 10 s on a free core.

    Always saying the middle is wrong by more than 1; learned by heart, by less than 0.1, and every
    one of seven classes is right.
    """
    try:
        whole = open_utterances("mosi", data_folder() / "mosi_word_aligned")
    except DataMissing as absent:
        pytest.skip(str(absent))
    few = whole.splits["train"][:16]
    data = UtteranceSet(whole.name, whole.what, whole.task, {"train": few}, whole.features)
    truth = torch.tensor([sample.sentiment for sample in few])
    wish = Wish("overfit", layers=2, epochs=70, seeds=(0,))
    scores = field.train_on(data, "hct_dmg", wish)["scores"]["train"]

    assert float((truth - truth.median()).abs().mean()) > 1
    assert scores["mae"]["mean"] < 0.1
    assert scores["acc7"]["mean"] == 1
    assert scores["n"]["mean"] == 16
