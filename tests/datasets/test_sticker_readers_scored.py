"""A user's own labelled stickers, listed and scored by the command."""

import json

import pytest
from PIL import Image
from typer.testing import CliRunner

from mer_core.checkpoints import folder_of
from mer_core.cli import FAILED_FOR_MACHINES, app
from mer_core.datasets.stickers.folder import folder_set
from mer_core.errors import BadInput
from mer_core.training.real_stickers import SIZE, real_batches
from mer_core.types import Modality


def mer(*words):
    """What the command prints as JSON, and its exit status."""
    said = CliRunner().invoke(app, [*map(str, words), "--json"])
    return json.loads(said.stdout), said.exit_code


@pytest.fixture
def own(tmp_path):
    """Five pictures: two that can be scored, one cut off, two with labels of no model."""
    for i, name in enumerate(("a", "b", "cut", "lol", "bare")):
        Image.new("RGB", (40, 40), (50 * i, 80, 200)).save(tmp_path / f"{name}.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:70])
    (tmp_path / "stickers.csv").write_text(
        "file,label,intention\n"
        "a.png,Joy,It says thank you.\n"
        "b.png,anger,\n"
        "cut.png,fear,It trembles.\n"
        "lol.png,lol,\n"
        "bare.png,,\n"
        "gone.png,joy,\n"
    )
    return tmp_path


def test_what_cannot_be_scored_is_counted_by_reason(own, untrained):
    batches = real_batches(untrained("mghft"), folder_set(own))["given"]

    (batch,) = list(batches)
    names = untrained("mghft").config.emotions
    assert [names[i] for i in batch.target.tolist()] == ["happiness", "anger"]
    assert batch.ids == ("a.png", "b.png")
    assert batch.streams[Modality.TEXT].is_silent.tolist() == [False, True]
    assert batches.left_out == {
        "not in the folder or table": 1,
        "label 'lol'": 1,
        "no label": 1,
        "picture cannot be read": 1,
    }


def test_many_stickers_come_in_several_batches_each_once(tmp_path, untrained):
    (tmp_path / "fear").mkdir()
    for i in range(SIZE + 3):
        Image.new("RGB", (8, 8)).save(tmp_path / "fear" / f"{i:03}.png")

    batches = real_batches(untrained("mghft"), folder_set(tmp_path))["interpreter"]
    batches.writer = "given"  # nothing need be described to count

    assert len(batches) == 2
    assert [i for b in batches for i in b.ids] == [f"fear/{i:03}.png" for i in range(SIZE + 3)]


def test_a_set_without_one_usable_label_says_what_labels_there_are(tmp_path, untrained):
    (tmp_path / "lol").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "lol" / "a.png")

    with pytest.raises(BadInput, match=r"anger, disgust.*1 with label 'lol'"):
        real_batches(untrained("mghft"), folder_set(tmp_path))


def test_pictures_that_are_all_damaged_are_one_sentence(own, untrained):
    (own / "stickers.csv").write_text("file,label,role\ncut.png,joy,A cat.\n")

    with pytest.raises(BadInput, match="None of the 1 labelled pictures can be read"):
        list(real_batches(untrained("mghft"), folder_set(own))["given"])


@pytest.mark.skipif(
    not (folder_of("mghft") / "weights.safetensors").is_file(), reason="needs MGHFT's weights"
)
def test_own_stickers_are_scored_with_their_views_and_with_the_interpreters(own):
    said, status = mer("evaluate", "mghft", "--dataset", "folder", "--path", own)

    assert status == 0
    assert set(said) == {"given", "interpreter"}
    for scores in said.values():
        assert scores["n"] == 2
        assert scores["left_out"]["picture cannot be read"] == 1
        assert 0 <= scores["accuracy_low"] <= scores["accuracy"] <= scores["accuracy_high"] <= 1


def test_generated_sets_have_no_path(own):
    said, status = mer("evaluate", "mghft", "--dataset", "puppet-stickers", "--path", own)

    assert status == FAILED_FOR_MACHINES
    assert "leave the path out" in said["error"]


def test_the_list_says_where_real_sets_are_looked_for(own, monkeypatch):
    monkeypatch.setenv("MER_DATA_DIR", str(own))

    said, status = mer("datasets")
    here, _ = mer("datasets", "--path", own)
    table = CliRunner().invoke(app, ["datasets"])

    assert status == table.exit_code == 0
    assert said["puppet-stickers"]["test"] > 0
    assert said["ser30k"]["where"] == "MER_DATA_DIR/ser30k"
    assert not said["ser30k"]["present"]
    assert (here["unsplit"], here["missing"], here["classes"]) == (
        5,
        1,
        ["anger", "fear", "joy", "lol"],
    )
    assert "ser30k: There is no folder" in table.stdout
