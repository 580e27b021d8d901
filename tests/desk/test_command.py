"""`mer desk`: a setting, a map and the nearest flip from a shell."""

import csv
import io
import json
from functools import lru_cache

import pytest
from typer.testing import CliRunner

from mer_core.checkpoints import load
from mer_core.cli import app
from mer_core.desk.met import FILE, read_met

kept = lru_cache(load)


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch):
    """Models are loaded once for all commands of this file."""
    monkeypatch.setattr("mer_core.load", kept)


def run(*words):
    return CliRunner().invoke(app, ["desk", *words])


def told(*words):
    out = run(*words, "--json")
    assert out.exit_code == 0, out.output
    return json.loads(out.stdout)


@pytest.mark.parametrize(
    ("name", "number", "setting"),
    [
        ("egmf", "1", "0.2,0.3,0.5"),
        ("hct_dmg", "10", "0.2,0.3,0.5"),
        ("hct_dmg_sample", "3", "0.9,0.05,0.05"),
        ("mghft", "12", "0,1,1,2"),
    ],
)
def test_a_setting_is_answered_beside_the_own(name, number, setting):
    found = told(name, number, "--set", setting)
    wanted = [float(word) for word in setting.split(",")]

    assert list(found["set"]["weights"].values()) == pytest.approx(wanted, abs=1e-4)
    assert found["own"]["weights"] != found["set"]["weights"]
    for which in ("own", "set"):
        assert sum(found[which]["probs"].values()) == pytest.approx(1, abs=1e-3)
        probs = found[which]["probs"]
        assert found[which]["answer"] == max(probs, key=probs.get)
    assert found["flip"]["says"]
    assert found["training"].startswith(("Never seen", "Training came near", "This model answers"))


def test_a_flip_that_is_set_is_one():
    first = told("hct_dmg", "10")
    flip = first["flip"]
    weights = ",".join(str(w) for w in flip["weights"].values())
    again = told("hct_dmg", "10", "--set", weights)

    assert flip["to"] != first["own"]["answer"]
    assert again["set"]["answer"] == flip["to"]


def test_the_own_setting_is_never_a_change():
    found = told("mghft", "3")

    assert "set" not in found
    assert set(found["own"]["weights"].values()) == {1.0}
    assert "strength 1" in found["training"]


def test_a_map_is_written_as_a_table(tmp_path):
    out = run("hct_dmg", "10", "--map", str(tmp_path / "map.csv"))

    assert out.exit_code == 0, out.output
    assert "The map is written to" in out.stdout
    lines = (tmp_path / "map.csv").read_text().splitlines()
    rows = list(csv.DictReader(io.StringIO("\n".join(lines[1:]))))
    assert len(rows) == 66
    assert all(
        sum(float(row[m]) for m in ("text", "audio", "vision")) == pytest.approx(1) for row in rows
    )


def test_typed_words_alone_have_a_desk():
    found = told("egmf", "--text", "I will never forgive you for that")

    assert found["id"] == "typed words"
    assert sum(found["own"]["weights"].values()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("mult", "3"), "MulT has no gate to set"),
        (("nobody", "3"), "There is no name 'nobody'"),
        (("egmf", "3", "--set", "1,1,1"), "must sum to 1"),
        (("egmf", "3", "--set", "much"), "is no setting"),
        (("egmf", "99999999"), "The test split has samples 0 to"),
        (("mghft", "--text", "hello"), "mghft does not read a clip"),
        (("egmf",), "There is nothing to read"),
        (("hct_dmg", "--ship"), "No sample moves the gate"),
        (("egmf", "3", "--ship"), "name no sample"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else "",
)
def test_what_cannot_be_done_gets_a_sentence(words, why):
    out = run(*words)

    assert out.exit_code == 2
    assert why in " ".join(out.stderr.split())
    assert "Traceback" not in out.output


def test_shipping_writes_beside_the_weights(monkeypatch, tmp_path):
    model = load("hct_dmg_sample")
    monkeypatch.setattr("mer_core.desk.met.SAMPLES", {"train": 4, "valid": 2})
    monkeypatch.setattr("mer_core.desk.met.load", lambda name: model)
    monkeypatch.setattr("mer_core.checkpoints.folder_of", lambda name: tmp_path / name)
    out = run("hct_dmg_sample", "--ship")

    assert out.exit_code == 0, out.output
    assert len(read_met(tmp_path / "hct_dmg_sample" / FILE).settings) == 4
