"""`mer hard`: what it prints, writes, and how it fails."""

import json

import pytest
from typer.testing import CliRunner

from mer_core.cli import FAILED, FAILED_FOR_MACHINES, app
from mer_core.hardness import load_table, save_table
from mer_core.hardness.shelf import SHIPPED, recorded_tables, table_path


def mer(*words):
    return CliRunner().invoke(app, ["hard", *(str(w) for w in words)])


def test_a_few_stickers_become_a_file_and_a_table_for_machines(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "few.npz"
    run = mer("puppet-stickers", "--split", "valid", "--limit", 3, "--tap", "stage_vectors",
              "--out", file, "--json")  # fmt: skip
    told = json.loads(run.stdout)["puppet-stickers"]
    made = load_table(file)

    assert run.exit_code == 0
    assert told["file"] == str(file)
    assert told["models"]["mghft"]["n"] == len(made) == 3
    assert made.ids == tuple(f"sticker-valid-{i}" for i in range(3))
    assert list(made.models["mghft"].maps) == ["what each stage saw (V_g)"]
    assert made.manifest["models"]["mghft"]["taps"] == {
        "what each stage saw (V_g)": "stage_vectors"
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("puppet-stickerss",), "puppet-stickers"),
        (("puppet-stickers", "--split", "tset"), "test"),
        (("puppet-stickers", "--limit", "2", "--model", "egmf"), "does not read stickers"),
        (("puppet-stickers", "--limit", "2", "--tap", "stage_vector"), "stage_vectors"),
        (("puppet-stickers", "--path", "somewhere"), "leave the path out"),
        (("puppet-stickers", "--limit", "2", "--save"), "leave out --limit"),
        (("all", "--limit", "2"), "leave out --limit"),
        (("all", "--model", "mghft"), "leave out --model"),
        (("puppet-stickers", "--model", "mghft", "--save"), "leave out --model"),
    ],
)
def test_a_wrong_word_gets_one_sentence(words, sentence):
    run, told = mer(*words), mer(*words, "--json")

    assert run.exit_code == FAILED
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr
    assert told.exit_code == FAILED_FOR_MACHINES
    assert sentence in json.loads(told.stdout)["error"]


def test_tables_that_are_saved_stand_behind_those_that_ship(tmp_path, monkeypatch):
    shipped = load_table(table_path("puppet-stickers"))
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    for name in ("a-set", *reversed(SHIPPED)):
        save_table(shipped, table_path(name, "test"))

    assert list(recorded_tables()) == [f"{name}-test" for name in (*SHIPPED, "a-set")]
