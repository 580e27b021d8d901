"""The sticker lab: edits, donors, orders, two stickers, and interpreters that fail."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mer_core.types import View

SERVER = Path(__file__).resolve().parents[1] / "interpreters" / "chat_server.py"
GRIEF = "Someone is crying with grief, tears everywhere."
LOOKS, GONE, MORE = "Where it looks", "Without each description", "More questions"


@pytest.fixture
def server(monkeypatch, tmp_path):
    """Start a real chat server that does as it is told, and name it as the one to ask."""
    started = []

    def start(**does):
        process = subprocess.Popen(
            [sys.executable, str(SERVER), json.dumps(does)], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        port = int(process.stdout.readline())
        monkeypatch.setenv("MER_INTERPRETER_ADDRESS", f"http://127.0.0.1:{port}/v1")
        monkeypatch.setenv("MER_INTERPRETER_MODEL", does.get("models", ["tiny"])[0])
        _forget_interpreters()

    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
    _forget_interpreters()


def _forget_interpreters():
    from ui.sticker_writers import _describer

    _describer.clear()


def _badges(page) -> str:
    return "\n".join(m.value for m in page.at.markdown if "badge" in m.value)


def _box(page, view: View, prefix: str = ""):
    return next(a for a in page.at.text_area if a.key.startswith(f"{prefix}{view}-"))


def _edit(page, view: View, text: str) -> None:
    _box(page, view).set_value(text)
    page.run()


def _press(page, label: str) -> None:
    next(b for b in page.at.button if b.label == label).click()
    page.run()


def test_an_edit_shows_the_change_and_can_be_undone(open_page):
    page = open_page("sticker_lab", sticker="3")
    before = page.words
    assert "Before your edits" not in before
    _edit(page, View.POSTURE, GRIEF)

    assert "Before your edits" in page.words
    assert "edited" in _box(page, View.POSTURE).label
    assert not any("edited" in _box(page, v).label for v in View if v != View.POSTURE)
    assert "descriptions: edited by you" in _badges(page)
    bars = json.loads(page.at.get("plotly_chart")[0].proto.spec)["data"]
    assert len(bars) == 3  # now, before, labels

    _press(page, "Undo all edits")
    assert "Before your edits" not in page.words
    assert "edited" not in _box(page, View.POSTURE).label
    assert "descriptions: written by a model" in _badges(page)


def test_an_edit_reads_one_sentence_and_looks_at_no_picture_again(open_page, monkeypatch):
    from mer_core.encoders.text import TextEncoder
    from mer_core.models.mghft import MGHFT

    read, looked = [], []
    encode, look = TextEncoder.encode, MGHFT.look

    def encoded(self, texts, chunk=64):
        read.extend(texts)
        return encode(self, texts, chunk)

    page = open_page("sticker_lab", sticker="4", look=GONE)
    monkeypatch.setattr(TextEncoder, "encode", encoded)
    monkeypatch.setattr(MGHFT, "look", lambda *a: looked.append(1) or look(*a))
    _edit(page, View.ROLE, "A very sleepy tortoise.")

    assert read == ["A very sleepy tortoise."]
    assert not looked


def test_an_emptied_box_is_a_missing_view_and_says_so(open_page):
    page = open_page("sticker_lab", sticker="5")
    _edit(page, View.STYLE, "   ")

    assert "missing" in _box(page, View.STYLE).label
    assert "It was emptied by hand." in page.words
    assert len(page.answers) == 1
    assert any("(missing)" in chart.proto.spec for chart in page.at.get("plotly_chart"))


def test_an_edit_stands_in_the_address(open_page):
    first = open_page("sticker_lab", sticker="6")
    box = _box(first, View.POSTURE)
    again = open_page("sticker_lab", sticker="6", **{box.key: GRIEF})

    assert _box(again, View.POSTURE).value == GRIEF
    assert "edited" in _box(again, View.POSTURE).label
    assert "Before your edits" in again.words


def test_two_sessions_never_see_each_others_edits(open_page):
    mine, yours = (open_page("sticker_lab", sticker="8") for _ in range(2))
    _edit(mine, View.POSTURE, GRIEF)
    yours.run()

    assert GRIEF not in [a.value for a in yours.at.text_area]
    assert "Before your edits" not in yours.words


def test_a_donor_gives_its_descriptions_and_is_named(open_page):
    page = open_page("sticker_lab", sticker="9", **{"donor-sticker": "17"})
    page.at.session_state["donor"] = True
    page.run()
    assert "By itself:" in page.words
    page.at.button_group(key="donor-views").set_value(["role", "posture"])
    page.run()
    _press(page, "Put in")

    assert "from sticker 17" in _box(page, View.POSTURE).label
    assert "from sticker 17" in _box(page, View.ROLE).label
    assert "from sticker" not in _box(page, View.STYLE).label
    assert "descriptions: from another sticker" in _badges(page)
    _edit(page, View.POSTURE, GRIEF)
    assert "edited" in _box(page, View.POSTURE).label
    assert "descriptions: edited by you" in _badges(page)


def test_another_order_is_marked_swapped_and_undone(open_page):
    page = open_page("sticker_lab", sticker="10")
    page.at.selectbox(key="style-stage").set_value("posture")
    page.run()

    now = [page.at.selectbox(key=f"{view}-stage").value for view in View]
    assert now == ["intention", "posture", "role", "style"]
    assert "the style stage reads the posture description" in page.words
    assert "Before your edits" in page.words
    assert "which stage reads which: edited by you" in _badges(page)
    assert _box(page, View.STYLE).value  # the boxes stay as they are

    _press(page, "Undo")
    assert "Before your edits" not in page.words
    _press(page, "Shuffle")
    assert "Another order than the intended one" in page.words
    _press(page, "Intended order")
    assert "Another order" not in page.words


def test_an_order_in_the_address_that_is_none_is_put_right(open_page):
    page = open_page("sticker_lab", **{"style-stage": "posture", "role-stage": "posture"})
    assert "Another order" not in page.words

    whole = open_page("sticker_lab", **{"style-stage": "posture", "posture-stage": "style"})
    assert "the style stage reads the posture description" in whole.words


def test_contributions_have_a_baseline_and_an_emotion_to_choose(open_page):
    page = open_page("sticker_lab", sticker="11")
    removed = page.words
    page.choose("baseline", "generic sentence")
    assert "a sentence that would fit any sticker" in page.words
    assert page.words != removed
    page.at.selectbox(key="explain").set_value("disgust")
    page.run()
    assert "The score of disgust goes from" in page.words
    page.choose("closer-sticker", "pairs")
    assert page.charts == 3
    page.choose("closer-sticker", "posture")
    assert page.charts == 3
    assert "in the posture pushes most" in page.words


def test_a_word_and_a_place_can_be_picked(open_page):
    page = open_page("sticker_lab", sticker="12", look=LOOKS, stage="role")
    assert "The role stage looks most at" in page.words
    word = next(g for g in page.at.button_group if g.key.startswith("word-"))
    word.set_value(0)
    page.run()
    assert "times even reading" in page.words or "more than even" in page.words

    place = next(s for s in page.at.selectbox if s.label == "Place")
    place.set_value(place.options[0])
    page.run()
    assert "The place in row" in page.words
    assert page.charts == 3


@pytest.mark.parametrize(
    "address",
    [
        {"look": GONE},
        {"look": MORE},
        {"look": LOOKS, "stage": "all four"},
        {"look": LOOKS, "stage": "the answer"},
    ],
    ids=lambda address: " ".join(address.values()),
)
def test_further_sections_draw_one_figure(open_page, address):
    page = open_page("sticker_lab", sticker="13", **address)

    assert page.charts == 2
    assert not page.errors


def test_two_stickers_stand_side_by_side(open_page):
    page = open_page("sticker_lab", sticker="1", compare="true", **{"other-sticker": "2"})

    assert len(page.answers) == 2
    assert "of the left sticker and" in page.words
    assert len(page.at.text_area) == 8
    assert page.charts == 4
    _box(page, View.POSTURE, "other-").set_value(GRIEF)
    page.run()
    assert "edited" in _box(page, View.POSTURE, "other-").label
    assert "edited" not in _box(page, View.POSTURE).label


def test_an_interpreter_that_is_not_set_up_says_what_to_do(open_page, monkeypatch):
    monkeypatch.delenv("MER_INTERPRETER_ADDRESS", raising=False)
    page = open_page("sticker_lab", sticker="20", writer="Server")

    assert "MER_INTERPRETER_ADDRESS" in page.errors[0]
    assert not any(a.value for a in page.at.text_area)
    assert len(page.answers) == 1  # of the picture alone
    assert "descriptions: silent" in _badges(page)
    _press(page, "Let the interpreter write")
    assert not page.errors
    assert all(a.value for a in page.at.text_area)


def test_a_server_that_is_down_is_asked_again_only_when_wanted(open_page, monkeypatch, server):
    from mer_core.interpreters.server import Server

    asked, describe = [], Server.describe
    monkeypatch.setenv("MER_INTERPRETER_ADDRESS", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("MER_INTERPRETER_MODEL", "tiny")
    monkeypatch.setattr(Server, "describe", lambda *a: asked.append(1) or describe(*a))
    _forget_interpreters()
    page = open_page("sticker_lab", sticker="21", writer="Server")

    assert "cannot be reached" in page.errors[0]
    assert all("missing" in a.label for a in page.at.text_area)
    page.run()
    assert len(asked) == 1
    _press(page, "Try again")
    assert len(asked) == 2


def test_a_server_writes_and_what_it_leaves_out_is_a_missing_view(open_page, server):
    said = {"intention": "It says hello.", "style": None, "role": "A bear.", "posture": "It waves."}
    server(models=["tiny"], say=[json.dumps(said)])
    page = open_page("sticker_lab", sticker="22", writer="Server")

    assert not page.errors
    assert _box(page, View.ROLE).value == "A bear."
    assert _box(page, View.STYLE).value == ""
    assert "missing" in _box(page, View.STYLE).label
    assert "The interpreter could not tell." in page.words
    assert "by Server (tiny)" in page.words
    assert len(page.answers) == 1


def test_a_picture_goes_to_another_machine_only_when_allowed(open_page, monkeypatch, server):
    from mer_core.interpreters.server import Server

    server(models=["tiny"])
    asked, describe = [], Server.describe
    monkeypatch.setattr(Server, "describe", lambda *a: asked.append(1) or describe(*a))
    monkeypatch.setattr("mer_core.interpreters.server.is_here", lambda _: False)
    page = open_page("sticker_lab", sticker="23", writer="Server")

    assert not asked
    assert any("another machine" in w.value for w in page.at.warning)
    _press(page, "Send it")
    assert asked
    assert _box(page, View.ROLE).value
