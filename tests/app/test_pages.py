"""Every page renders in its frame, answers, and says where its numbers come from."""

import shutil
import tomllib
from pathlib import Path

import pytest

from mer_core.checkpoints import folder_of
from mer_core.errors import MerError
from ui.shell import ROOMS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [room.file for room in ROOMS]


def test_every_file_in_pages_is_in_the_navigation():
    assert sorted(p.stem for p in (ROOT / "pages").glob("*.py")) == sorted(PAGES)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.file)
def test_a_page_renders_inside_the_frame_under_its_question(open_page, room):
    page = open_page(room.file)

    assert [t.value for t in page.at.title] == [room.question]
    assert not page.errors
    assert "answer live" in page.at.sidebar.caption[0].value


def test_start_answers_with_three_models_and_says_what_mattered(open_page):
    page = open_page("start")

    assert len(page.answers) == 3
    assert page.words.count("Live:") == 3
    assert "matters" in page.words
    assert "demo data" in page.words

    before = page.words
    page.at.button(key="others").click()
    page.run()

    assert len(page.answers) == 3
    assert page.words != before


def test_start_shows_a_recording_while_the_models_load(open_page, monkeypatch):
    class Loading:
        def ready(self, name):
            return False

        def busy(self):
            return True

    monkeypatch.setattr("ui.start.shelf", Loading)
    page = open_page("start")

    assert page.words.count("Recorded earlier") == 3
    assert page.at.button(key="others").disabled


def test_sticker_lab_shows_descriptions_answer_maps_and_knock_outs(open_page):
    page = open_page("sticker_lab")

    assert len(page.at.text_area) == 4
    assert all(area.value for area in page.at.text_area)
    assert "guessed" in page.at.text_area[0].label
    assert not any("guessed" in area.label for area in page.at.text_area[1:])
    assert all("% sure" in area.label for area in page.at.text_area)
    assert len(page.answers) == 1
    assert page.charts == 2
    assert "The score of" in page.words
    page.choose("look", "Where it looks")
    assert "stage looks most at" in page.words
    page.choose("look", "Without each description")
    assert "a knock-out" in page.words


def test_an_edited_description_is_marked_and_answered_anew(open_page):
    page = open_page("sticker_lab")
    assert "edited by you" not in _badges(page)
    before = page.words

    for area in page.at.text_area:
        area.set_value("Someone is crying with grief, tears everywhere.")
    page.run()

    assert "edited by you" in _badges(page)
    assert page.words != before
    page.at.text_area[3].set_value("")
    assert len(page.run().answers) == 1


def test_the_maker_of_a_puppet_can_describe_it(open_page):
    page = open_page("sticker_lab", sticker="3")
    written = [area.value for area in page.at.text_area]
    page.choose("writer", "The drawing's maker")

    assert [area.value for area in page.at.text_area] != written
    assert not any("sure" in area.label for area in page.at.text_area)


def test_an_uploaded_sticker_gets_descriptions_an_answer_and_a_word_of_caution(
    open_page, sticker_png
):
    page = open_page("sticker_lab", **{"sticker-from": "Upload"})
    assert not page.answers
    page.upload("sticker-file", "mine.jpg", sticker_png)

    assert len(page.answers) == 1
    assert "picture: yours" in _badges(page)
    assert "descriptions: written by a model" in _badges(page)
    assert "trained on puppets" in page.words
    assert "demo data" not in _badges(page)


def test_clip_lab_shows_both_answers_weights_and_attention(open_page):
    page = open_page("clip_lab")

    assert len(page.answers) == 2
    assert "ONE vector for all inputs" in page.words
    assert page.charts == 6
    page.choose("inside", "hct_dmg")
    assert page.charts == 6


@pytest.mark.parametrize("off", [("text",), ("audio", "vision"), ("text", "audio", "vision")])
def test_silenced_parts_are_marked_and_the_models_still_answer(open_page, off):
    page = open_page("clip_lab", **{f"hear-{part}": "false" for part in off})

    assert len(page.answers) == 2
    assert _badges(page).count("silent") == len(off)
    assert not page.errors


def test_typed_words_alone_are_enough(open_page):
    page = open_page("clip_lab", **{"clip-from": "Your own"})
    assert not page.answers
    assert "one of them is enough" in page.words

    page.at.text_area(key="own-text").set_value("I am so happy for you!")
    page.run()

    assert len(page.answers) == 2
    assert "voice: silent" in _badges(page)
    assert "face: silent" in _badges(page)
    assert "trained on puppets" in page.words


def test_voice_and_face_of_a_user_are_read_and_the_page_says_how_the_face_was_found(
    open_page, sticker_png, voice_wav
):
    page = open_page("clip_lab", **{"clip-from": "Your own"})
    page.at.file_uploader(key="own-sound").upload("me.wav", voice_wav)
    page.at.file_uploader(key="own-face").upload("me.jpg", sticker_png)
    page.run()

    assert len(page.answers) == 2
    assert "No face was searched for" in page.words
    assert "whole frame" in _badges(page)
    assert "words: silent" in _badges(page)

    page.at.slider(key="crop-x").set_value((20, 80))
    page.run()
    assert "cropped by hand" in _badges(page)


def test_models_shows_a_card_each(open_page):
    page = open_page("models")

    further = ["MulT", "HCT-DMG, gate by sample"]
    named = ["MGHFT", "EGMF", "HCT-DMG", *further, "The interpreter"]
    assert [s.value for s in page.at.subheader] == named
    labels = [m.label for m in page.at.metric]
    assert labels.count("Parameters") in (3, 4, 5)  # of those that are loaded
    assert labels.count("Calibration error") == 5
    assert len(page.at.table) == 6


@pytest.mark.parametrize("value", ["-5", "abc", "99999999", "1e9", "%00", ""])
def test_a_bad_number_in_the_address_falls_back(open_page, value):
    page = open_page("clip_lab", clip=value)

    assert 0 <= page.at.number_input(key="clip").value < 1_000_000
    assert not page.errors
    assert len(page.answers) == 2


def test_a_good_number_in_the_address_is_taken(open_page):
    page = open_page("sticker_lab", sticker="7")

    assert page.at.number_input(key="sticker").value == 7


@pytest.mark.parametrize("name", PAGES)
def test_without_weights_a_page_says_what_to_do(open_page, no_weights, name):
    page = open_page(name)

    assert page.errors
    assert all("not on this machine" in said and "`" in said for said in page.errors)
    assert not page.answers


def test_an_edited_weights_file_is_refused_in_a_sentence(open_page, no_weights):
    shutil.copytree(no_weights / "hct_dmg", folder_of("hct_dmg"))
    weights = folder_of("hct_dmg") / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\1\2\3")
    page = open_page("clip_lab")

    assert any("edited or damaged" in said for said in page.errors)


def test_the_unexpected_is_one_neutral_sentence(open_page, monkeypatch, sticker_png):
    def broken(_data):
        raise RuntimeError("secret path")

    page = open_page("sticker_lab", **{"sticker-from": "Upload"})
    monkeypatch.setattr("ui.inputs.read_picture", broken)
    page.upload("sticker-file", "unlucky.jpg", sticker_png + b"!")

    assert len(page.errors) == 1
    assert "reference" in page.errors[0]
    assert "secret" not in page.errors[0] + page.words


def test_an_expected_failure_of_a_probe_leaves_the_answer_standing(open_page, monkeypatch):
    def refuse(*_):
        raise MerError("This cannot be asked here. Ask another question.")

    monkeypatch.setattr("ui.inside.ask", refuse)
    page = open_page("sticker_lab", sticker="11", look="Without each description")

    assert "This cannot be asked here. Ask another question." in page.errors
    assert len(page.answers) == 1


def test_the_settings_keep_the_app_on_this_machine():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    from ui.inputs import LIMIT_MB

    assert config["server"]["address"] == "127.0.0.1"
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["maxUploadSize"] == LIMIT_MB
    for theme in (config["theme"], config["theme"]["dark"]):
        assert len(theme["chartCategoricalColors"]) >= 10
    assert (ROOT / "assets" / "icon.png").is_file()


def _badges(page) -> str:
    return "\n".join(m.value for m in page.at.markdown if "badge" in m.value)
