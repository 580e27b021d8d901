"""The page Experts in process: every section, every way in, alarms, recordings, nonsense."""

import pytest

from mer_core.checkpoints import folder_of
from mer_core.probes.experts_kept import FILE
from ui.experts import SECTIONS

LOOK = "experts-look"


@pytest.fixture
def surveyed():
    if not (folder_of("egmf") / FILE).is_file():
        pytest.skip("no survey is saved here: run `mer experts --split test --save`")


def badges(page) -> str:
    return "\n".join(m.value for m in page.at.markdown if "badge" in m.value)


def test_the_page_opens_with_the_mixture_of_a_clip(open_page):
    page = open_page("experts", clip="11")

    assert "EGMF says **" in page.words
    assert "counts most, with" in page.words
    assert page.charts == 3
    assert "n = 1 (puppet-utterance-test-00011)" in page.words
    assert [m.label for m in page.at.metric] == [
        "Evenness of the weights", "Weight moved by stage 2", "KL of the stages",
    ]  # fmt: skip
    assert "[All grades](grades?graded=" in page.words
    assert "demo data" in badges(page)


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ("Over a set", "On average the gate gives"),
        ("Collapse alarms", "the alarm is at 0.9"),
        ("Pseudo tokens", "Nearest to the first are"),
        ("What the language model looks at", "Before it says the emotion"),
        ("The answer, token by token", "of the probability lies on words that are answers"),
    ],
)
def test_every_section_opens_by_its_address(open_page, surveyed, look, said):
    page = open_page("experts", **{"clip": "12", LOOK: look})

    assert said in page.words
    assert page.charts >= 1
    assert not page.errors


def test_the_sections_tested_are_all_sections():
    assert len(SECTIONS) == 6


@pytest.mark.parametrize("picture", ["Map", "Evenness", "By class", "Contribution", "Likeness"])
def test_every_picture_of_the_set_says_n_seed_and_demo(open_page, surveyed, picture):
    page = open_page("experts", **{LOOK: "Over a set", "experts-picture": picture})

    assert page.charts == 1
    assert "n = 1,000 utterances of puppet-utterances, test split (demo data)" in page.words
    assert "seed" in badges(page)
    assert "demo data" in badges(page)


def test_every_alarm_says_number_threshold_and_meaning(open_page, surveyed):
    page = open_page("experts", **{LOOK: "Collapse alarms"})
    told = [m.value for m in page.at.markdown if m.value.startswith(("Quiet:", "It rings:"))]

    assert len(told) == 5
    assert all("alarm" in said and "mean that" in said for said in told)
    assert "With another sample's pseudo tokens" in page.words
    assert "collapse alarm" in page.words  # the line on top of the page too


def test_a_switched_off_voice_moves_the_weights(open_page):
    page = open_page("experts", clip="4")
    before = [m.value for m in page.at.metric], page.words
    page.at.toggle(key="hear-audio").set_value(False)
    page.at.toggle(key="hear-vision").set_value(False)
    page.run()

    assert ([m.value for m in page.at.metric], page.words) != before
    assert "sound: silent" in badges(page) or "voice: silent" in badges(page)


def test_typed_words_are_looked_at_and_said_to_be_untested(open_page):
    page = open_page("experts", **{"clip-from": "Your own", LOOK: "The answer, token by token"})
    assert "one of them is enough" in page.words
    assert "choose or give one above" in page.words
    page.at.text_area(key="own-text").set_value("I am so happy for you!")
    page.run()

    assert "EGMF says **" in page.words
    assert "n = 1 (your clip)" in page.words
    assert "demo data" not in badges(page)
    assert "The page's address holds" not in page.words  # uploads are not in it


def test_a_saved_recording_is_shown_without_running_the_model(open_page, monkeypatch):
    def never(*_):
        raise AssertionError("the model was run")

    monkeypatch.setattr("ui.answer._record", never)
    page = open_page("experts", **{"experts-from": "A saved recording"})

    assert "From a recording: the model was not run for this." in page.words
    assert page.charts == 3
    assert not page.errors
    page.choose(LOOK, "The answer, token by token")
    assert "it says" in page.words or "other weights" in page.words


def test_an_uploaded_recording_is_read_and_a_broken_one_gets_a_sentence(open_page):
    data = (folder_of("egmf") / "recordings" / "example.safetensors").read_bytes()
    page = open_page(
        "experts", **{"experts-from": "A saved recording", "experts-recording": "Your own file"}
    )
    page.upload("experts-file", "mine.safetensors", data)
    assert "From a recording" in page.words
    assert page.charts == 3

    page.upload("experts-file", "mine.safetensors", data[: len(data) // 2])
    assert any("is not a recording of this program, or it is damaged" in e for e in page.errors)
    page.upload("experts-file", "mine.safetensors", b"hello")
    assert any("damaged" in e for e in page.errors)


def test_a_recording_of_another_model_gets_a_sentence(open_page):
    data = (folder_of("hct_dmg") / "recordings" / "example.safetensors").read_bytes()
    page = open_page(
        "experts", **{"experts-from": "A saved recording", "experts-recording": "Your own file"}
    )
    page.upload("experts-file", "mine.safetensors", data)

    assert any("recorded with hct_dmg and shows no experts" in e for e in page.errors)


def test_a_survey_can_be_made_here_and_put_away(open_page, monkeypatch):
    from tiny_egmf import opinionated, samples, tiny

    from mer_core.probes.experts_survey import survey

    made = survey(opinionated(tiny()), samples(16), "made here (demo data)", "valid")
    monkeypatch.setattr("ui.experts_set.survey", lambda *_: made)
    page = open_page("experts", **{LOOK: "Over a set"})
    page.at.button(key="experts-run").click()
    page.run()
    page.at.session_state["experts-job"]._future.result(timeout=120)
    page.run()

    assert "n = 16 utterances of made here (demo data)" in page.words
    assert "made with other weights" in page.words
    page.at.button(key="experts-back").click()
    page.run()
    assert "made here" not in page.words


def test_a_failed_survey_says_so(open_page, monkeypatch):
    from mer_core.errors import BadInput

    def fails(*_):
        raise BadInput("There are no samples to read: choose another split, or a larger limit.")

    monkeypatch.setattr("ui.experts_set.survey", fails)
    page = open_page("experts", **{LOOK: "Over a set"})
    page.at.button(key="experts-run").click()
    page.run()
    page.at.session_state["experts-job"]._future.result(timeout=120)
    page.run()

    assert any("There are no samples to read" in said for said in page.errors)


def test_without_a_survey_the_clip_still_shows(open_page, monkeypatch, tmp_path):
    monkeypatch.setattr("ui.experts_set.FILE", "nowhere.npz")
    page = open_page("experts", clip="12")
    assert page.charts == 3
    page.choose(LOOK, "Collapse alarms")
    assert "No survey is saved here" in page.words
    page.choose(LOOK, "Over a set")
    assert "mer experts --split test --save" in page.words


@pytest.mark.parametrize(
    "address",
    [
        {LOOK: "Burn"},
        {"experts-from": "Nowhere"},
        {"clip": "-4"},
        {LOOK: "Over a set", "experts-picture": "Rubens"},
        {"experts-from": "A saved recording", "experts-recording": "../../etc/passwd"},
    ],
)
def test_nonsense_in_the_address_falls_back(open_page, address):
    page = open_page("experts", **address)

    assert page.charts >= 1
    assert not page.errors


def test_without_weights_the_page_says_what_to_do(no_weights, open_page):
    page = open_page("experts")

    assert any("mer train" in said for said in page.errors)
    page.choose("experts-from", "A saved recording")
    assert "Your own file" in page.at.selectbox(key="experts-recording").options


def test_while_the_model_loads_a_recorded_clip_is_shown(open_page, monkeypatch):
    class Loading:
        def ready(self, name):
            return False

        def busy(self):
            return True

    monkeypatch.setattr("ui.experts_inputs.shelf", Loading)
    page = open_page("experts")

    assert "Meanwhile a recorded clip" in page.words
    assert "From a recording: the model was not run for this." in page.words
    assert page.charts == 3
