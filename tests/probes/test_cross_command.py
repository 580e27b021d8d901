"""`mer attention`: mean maps from a shell."""

import json

import pytest
from typer.testing import CliRunner

from mer_core.checkpoints import folder_of, read_card
from mer_core.cli import app
from mer_core.probes.cross_kept import FILE, read_groups, write_groups


def run(*words):
    return CliRunner().invoke(app, ["attention", *words])


def test_it_says_what_it_found_for_machines():
    out = run("hct_dmg", "--limit", "40", "--json")

    assert out.exit_code == 0, out.output
    told = json.loads(out.stdout)
    assert told["n"] == 40
    assert told["weights"] == read_card("hct_dmg")["weights_sha256"]
    assert {row["head"] for row in told["rows"]} == {"1", "2", "3", "4", "mean"}
    assert all(row["congruent"] + row["incongruent"] == 40 for row in told["rows"])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("hct_dmg", "--limit", "6"), "Take more utterances"),
        (("nobody",), "There is no name 'nobody'"),
        (("mghft", "--limit", "6"), "no attention between modalities"),
    ],
)
def test_what_cannot_be_compared_gets_a_sentence(words, why):
    out = run(*words)

    assert out.exit_code == 2
    assert why in " ".join(out.stderr.split())
    assert "Traceback" not in out.output


def test_shipped_maps_go_beside_the_weights(monkeypatch, tmp_path):
    """Where they are kept, and that the table of a terminal is drawn."""
    kept = read_groups(folder_of("egmf") / FILE)
    monkeypatch.setattr("mer_core.checkpoints.folder_of", lambda name: tmp_path / name)
    monkeypatch.setattr("mer_core.checkpoints.load", lambda name: None)
    monkeypatch.setattr("mer_core.probes.cross_groups.group_maps", lambda *_: kept)
    out = run("egmf", "--limit", "6", "--ship")

    assert out.exit_code == 0, out.output
    assert "mean of heads" in out.stdout
    again = tmp_path / "again"
    write_groups(kept, again)
    assert (tmp_path / "egmf" / FILE).read_bytes() == again.read_bytes()
