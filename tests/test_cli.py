"""The command `mer`: what it prints, what it writes, and how it fails."""

import io
import json
import shutil
import wave

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from mer_core.checkpoints import folder_of, save_checkpoint
from mer_core.cli import FAILED, FAILED_FOR_MACHINES, app
from mer_core.task import EMOTIONS


def mer(*words: object):
    """Run the command in this process."""
    return CliRunner().invoke(app, [str(w) for w in words])


@pytest.fixture(scope="session")
def shelf(tmp_path_factory, untrained):
    """The shipped checkpoints; a model that has none yet stands here untrained."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for name in ("egmf", "hct_dmg"):
        if (folder_of(name) / "weights.safetensors").is_file():
            shutil.copytree(folder_of(name), folder / name, dirs_exist_ok=True)
            continue
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MER_CHECKPOINTS", str(folder))
            save_checkpoint(untrained(name), name, {"limits": "untrained, for a test"})
    shutil.copytree(folder_of("face"), folder / "face")
    return folder


@pytest.fixture
def weights(shelf, monkeypatch):
    monkeypatch.setenv("MER_CHECKPOINTS", str(shelf))
    return shelf


@pytest.fixture
def voice(tmp_path):
    """Two seconds of a wavering tone as WAV."""
    t = np.arange(32_000) / 16_000
    tone = 0.3 * np.sin(2 * np.pi * (180 + 30 * np.sin(9 * t)) * t)
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes((tone * 32767).astype("<i2").tobytes())
    return path


def png(path, colour="white"):
    Image.new("RGB", (64, 64), colour).save(path, "PNG")
    return path


def test_help_lists_every_command():
    said = mer("--help").output

    for command in (
        "app",
        "predict",
        "train",
        "evaluate",
        "record",
        "datasets",
        "models",
        "doctor",
    ):
        assert command in said


def test_datasets_says_how_many_samples_a_split_has():
    said = mer("datasets", "--json")

    assert said.exit_code == 0
    assert json.loads(said.stdout)["puppet-stickers"]["test"] > 0


def test_both_clip_models_answer_about_words_and_a_voice(weights, voice):
    said = mer("predict", voice, "--text", "Oh great, just what I needed.", "--json")

    assert said.exit_code == 0, said.output
    answers = json.loads(said.stdout)["answers"]
    assert [a["model"] for a in answers] == ["egmf", "hct_dmg"]
    for a in answers:
        assert set(a["probs"]) == set(EMOTIONS)
        assert sum(a["probs"].values()) == pytest.approx(1, abs=0.01)
        assert a["answer"] == max(a["probs"], key=a["probs"].get)
        assert a["inputs"] == {"text": "real", "audio": "real", "vision": "silent"}
        assert "puppets" in a["trust"]


def test_what_is_said_changes_the_answer(weights):
    """The words reach the models: two sentences never get the same probabilities."""
    one, other = (
        json.loads(mer("predict", "--text", text, "--json").stdout)["answers"]
        for text in ("I am so happy for you!", "He is gone and I cannot stop crying.")
    )

    assert one[0]["probs"] != other[0]["probs"]
    assert one[1]["probs"] != other[1]["probs"]


def test_pictures_beside_words_are_a_face(weights, tmp_path):
    face = png(tmp_path / "face.png", "orange")

    said = mer("predict", face, "--text", "Well.", "--model", "hct_dmg", "--json")

    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert told["answers"][0]["inputs"]["vision"] == "real"
    assert any("still picture" in note for note in told["notes"])


def test_people_get_a_table_with_the_answer_and_how_far_to_trust_it(weights):
    said = mer("predict", "--text", "What a lovely day.", "--model", "hct_dmg")

    assert said.exit_code == 0, said.output
    assert any(emotion in said.stdout for emotion in EMOTIONS)
    assert "puppets" in said.stdout


def test_a_recording_can_be_loaded_again(weights, tmp_path):
    from mer_core.recording import Recording

    out = tmp_path / "r.safetensors"
    said = mer("record", "hct_dmg", "--text", "I told you so.", "-o", out, "--json")

    assert said.exit_code == 0, said.output
    loaded = Recording.load(out)
    assert sorted(loaded.trace) == json.loads(said.stdout)["taps"]
    assert loaded.samples[0].text == "I told you so."


def evaluate(*words):
    return mer("evaluate", "hct_dmg", "--split", "valid", "--limit", 6, *words, "--json")


def test_a_model_is_scored_on_a_split_with_what_it_may_hear(weights, tmp_path, monkeypatch):
    """Hearing less changes the scores, so the option does something."""
    monkeypatch.setenv("MER_CACHE", str(tmp_path))

    whole, words = (
        evaluate("--dataset", "puppet-utterances", *keep) for keep in ((), ("--keep", "text"))
    )

    assert whole.exit_code == words.exit_code == 0, whole.output + words.output
    scores = json.loads(whole.stdout)["all"]
    assert scores["n"] == 6
    assert 0 <= scores["accuracy_low"] <= scores["accuracy"] <= scores["accuracy_high"] <= 1
    assert json.loads(words.stdout)["all"] != scores


def test_a_model_is_not_scored_on_what_it_cannot_read(weights):
    said = evaluate("--dataset", "puppet-stickers")

    assert said.exit_code == FAILED_FOR_MACHINES
    assert "does not read stickers" in json.loads(said.stdout)["error"]


def test_a_modality_that_a_model_lacks_cannot_be_kept(weights):
    said = evaluate("--dataset", "puppet-utterances", "--keep", "smell")

    assert said.exit_code == FAILED_FOR_MACHINES
    assert "smell" in json.loads(said.stdout)["error"]


def broken_png(path):
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 90).save(buffer, "PNG")
    path.write_bytes(buffer.getvalue()[:400])
    return path


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda p: p / "nowhere.png", "cannot be opened"),
        (lambda p: (p / "empty.png", (p / "empty.png").write_bytes(b""))[0], "empty"),
        (lambda p: (p / "a.png", (p / "a.png").write_text("<svg xmlns=''/>"))[0], "SVG"),
        (lambda p: (p / "a.pdf", (p / "a.pdf").write_bytes(b"%PDF-1.7"))[0], "PDF"),
        (lambda p: broken_png(p / "cut.png"), "damaged"),
    ],
    ids=["absent", "empty", "vector", "another kind", "cut off"],
)
def test_a_bad_file_gets_one_sentence_and_status_two(weights, tmp_path, make, told):
    said = mer("predict", make(tmp_path))

    assert said.exit_code == FAILED
    assert told in said.stderr
    assert said.stderr.count("\n") == 1
    assert "Traceback" not in said.output


def test_machines_get_the_error_as_json_and_status_one(weights, tmp_path):
    said = mer("predict", tmp_path / "nowhere.wav", "--json")

    assert said.exit_code == FAILED_FOR_MACHINES
    assert "cannot be opened" in json.loads(said.stdout)["error"]


def test_a_model_is_not_asked_about_what_it_cannot_read(weights):
    """It would answer from its learned silence alone and sound sure of it."""
    said = mer("predict", "--text", "Hello.", "--model", "mghft")

    assert said.exit_code == FAILED
    assert "does not read a clip" in said.stderr


def test_a_misspelt_model_is_met_with_the_nearest_name(weights):
    said = mer("predict", "--text", "Hello.", "--model", "hct_dgm")

    assert said.exit_code == FAILED
    assert "hct_dmg" in said.stderr


def test_nothing_to_read_says_what_to_give():
    said = mer("predict")

    assert said.exit_code == FAILED
    assert "--text" in said.stderr


def test_altered_weights_are_refused_in_a_sentence(weights, tmp_path, monkeypatch):
    copy = tmp_path / "copy"
    shutil.copytree(weights, copy)
    monkeypatch.setenv("MER_CHECKPOINTS", str(copy))
    path = copy / "hct_dmg" / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")

    said = mer("predict", "--text", "Hello.", "--model", "hct_dmg")

    assert said.exit_code == FAILED
    assert "edited or damaged" in said.stderr


def test_an_unknown_view_is_refused(weights):
    said = mer("predict", "--text", "Hello.", "--view", "mood=Sad.")

    assert said.exit_code == FAILED
    assert "mood" in said.stderr


def test_a_taken_port_is_said_before_anything_starts():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = mer("app", "--port", taken.getsockname()[1])

    assert said.exit_code == FAILED
    assert "is taken" in said.stderr


def test_without_a_wish_a_free_port_is_found():
    from mer_core.server import choose_port, is_free

    assert is_free(choose_port())
