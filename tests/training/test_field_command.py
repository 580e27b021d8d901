"""`mer train --dataset`: from a file of the field to its table, and how it fails."""

import json
import pickle

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from mer_core.cli import FAILED, FAILED_FOR_MACHINES, app
from mer_core.datasets import open_utterances
from mer_core.datasets.location import data_folder
from mer_core.datasets.utterances.collection import UtteranceSet
from mer_core.errors import DataMissing
from mer_core.training import field
from mer_core.training.field_plans import Wish

WIDTHS = {"text": 300, "audio": 5, "vision": 20}
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
    """A file laid out as MulT's `mosi_data.pkl`: left-padded, word-aligned, labels (n, 1, 1)."""
    rng, held = np.random.default_rng(0), {}
    for split, count in (("train", 6), ("valid", 4), ("test", 5)):
        arrays = {m: rng.normal(size=(count, 7, n)).astype(np.float32) for m, n in WIDTHS.items()}
        for values in arrays.values():
            values[:, :3] = 0
        labels = rng.uniform(-3, 3, size=(count, 1, 1)).astype(np.float32)
        names = np.array([[f"v{i}".encode(), b"0.0", b"1.0"] for i in range(count)])
        held[split] = {**arrays, "labels": labels, "id": names}
    path = tmp_path / "mosi_data.pkl"
    path.write_bytes(pickle.dumps(held))
    return path


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
        assert found["data"]["n"] == {"train": 6, "valid": 4, "test": 5}
        assert found["scores"]["test"]["acc7"]["n"] == 3
        assert len(found["runs"]) == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("hct_dmg", "--epochs", 3), "only together with --dataset"),
        (("hct_dmg", "--folds"), "only together with --dataset"),
        (("hct_dmg", "--dataset", "mosi", "--folds"), "mosi has no official folds"),
        (("hct_dmg", "--dataset", "mosi", "--ship"), "for puppets"),
        (("hct_dmg", "--dataset", "mosii"), "Did you mean 'mosi'"),
        (("hct_dmg", "--dataset", "mosi", "--path", "nowhere.pkl"), "nowhere.pkl"),
        (("egmf", "--dataset", "mosi", "--path", "{file}"), "reads no feature files"),
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
