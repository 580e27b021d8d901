"""`mer experts`: a clip, a recording or a set from a shell."""

import json

import pytest
from typer.testing import CliRunner

from mer_core.checkpoints import folder_of, read_card
from mer_core.cli import app
from mer_core.probes.experts_kept import FILE, read_survey


def run(*words):
    return CliRunner().invoke(app, ["experts", *words])


def test_a_clip_by_number_is_told_for_machines():
    out = run("12", "--json")

    assert out.exit_code == 0, out.output
    told = json.loads(out.stdout)
    assert told["clip"] == "puppet-utterance-test-00012"
    assert told["weights"] == read_card("egmf")["weights_sha256"]
    weights = [row["weight"] for row in told["tables"]["experts"].values()]
    assert sum(weights) == pytest.approx(1.0, abs=1e-5)
    assert {"cosine", "gate", "pseudo tokens", "answers, token by token"} <= set(told["tables"])
    assert len(told["says"]) >= 5


def test_typed_words_and_a_recording_are_told_for_people(tmp_path):
    typed = run("--text", "I am so happy for you!")
    assert typed.exit_code == 0, typed.output
    assert "typed words" in typed.stdout
    assert "To “the emotion is” it says" in typed.stdout

    kept = run(str(folder_of("egmf") / "recordings" / "example.safetensors"))
    assert kept.exit_code == 0, kept.output
    assert "counts most" in kept.stdout


def test_a_set_is_surveyed_and_kept(monkeypatch, tmp_path):
    monkeypatch.setattr("mer_core.probes.experts_kept.FILE", str(tmp_path / FILE))
    out = run("--split", "valid", "--limit", "40", "--save", "--json")

    assert out.exit_code == 0, out.output
    told = json.loads(out.stdout)
    assert told["n"] == 40
    assert told["data"] == "puppet-utterances, valid split (demo data)"
    kept = read_survey(tmp_path / FILE)
    assert kept.about.weights == told["weights"] == read_card("egmf")["weights_sha256"]
    assert told["tables"]["collapse alarms"].keys() == {a.name for a in kept.alarms().alarms}
    assert any("If it rang" in said or "It rings" in said for said in told["says"])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("5000",), "has clips 0 to 999"),
        (("3", "--save"), "for a whole set"),
        (("nowhere.wav",), "cannot be opened"),
        (("nowhere.safetensors",), "cannot be opened"),
        (("--dataset", "puppet-stickers", "--limit", "2"), "holds stickers"),
        (("--split", "tset"), "There is no name 'tset'"),
    ],
)
def test_what_cannot_be_looked_at_gets_a_sentence(words, why):
    out = run(*words)

    assert out.exit_code == 2
    assert why in " ".join(out.stderr.split())
    assert "Traceback" not in out.output
