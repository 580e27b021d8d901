"""The map that plays, in a real browser: words are heard, the line moves, nothing leaves."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.e2e

HERE = "/cross_attention?clip=3"


@pytest.fixture
def opened(tab):
    """A function: further parameters of the address -> the tab with the player drawn."""

    def go(more=""):
        tab.go(HERE + more)
        tab.page.get_by_role("slider", name="Moment of").wait_for()
        tab.settle()
        return tab

    return go


def sound(tab):
    """The player's own audio: the other one on the page is the header's."""
    return tab.page.locator("audio").last


def now(tab) -> float:
    return sound(tab).evaluate("a => a.currentTime")


def word(tab, name):
    return tab.page.get_by_role("button", name=f"{name}: play its top window", exact=True)


def wait_until(tab, condition):
    sound(tab).evaluate("a => new Promise((done) => { const look = () => " + condition +
                        " ? done() : setTimeout(look, 20); look() })")  # fmt: skip


def test_a_click_on_a_word_plays_its_top_window_and_frames_it(opened):
    tab = opened()
    chosen = word(tab, "today.")
    assert now(tab) == 0
    assert not tab.page.locator(".window").is_visible()

    chosen.click()
    wait_until(tab, "!a.paused && a.currentTime > 0")
    told = tab.page.locator(".status").inner_text()
    begin, end = (float(part) for part in told.split(" at ")[1].split(" s:")[0].split(" to "))
    wait_until(tab, "a.paused")

    assert told.startswith("“today.” looks most at")
    assert tab.page.locator(".window").is_visible()
    assert chosen.get_attribute("aria-pressed") == "true"
    assert begin - 0.06 <= now(tab) <= end + 0.3
    assert now(tab) > begin
    tab.sound()


def test_the_framed_window_is_the_words_row_and_seconds(opened):
    tab = opened()
    chosen = word(tab, "angry")
    chosen.click()
    wait_until(tab, "a.paused && a.currentTime > 0")
    frame = tab.page.locator(".window").bounding_box()
    row = chosen.bounding_box()
    field = tab.page.get_by_role("slider", name="Moment of").bounding_box()
    told = tab.page.locator(".status").inner_text()
    begin, end = (float(part) for part in told.split(" at ")[1].split(" s:")[0].split(" to "))
    length = sound(tab).evaluate("a => a.duration")

    assert frame["y"] == pytest.approx(row["y"], abs=2)
    assert frame["height"] == pytest.approx(row["height"], abs=2)
    share = (frame["x"] - field["x"]) / field["width"]
    assert share == pytest.approx(begin / length, abs=0.03)
    assert frame["width"] / field["width"] == pytest.approx((end - begin) / length, abs=0.03)


def test_a_click_on_the_map_goes_to_that_moment_and_tells_its_value(opened):
    tab = opened()
    field = tab.page.get_by_role("slider", name="Moment of")
    box = field.bounding_box()
    face = tab.page.locator(".face").evaluate("f => f.style.backgroundPosition")
    field.click(position={"x": 0.6 * box["width"], "y": 0.5 * box["height"]})
    wait_until(tab, "!a.seeking && a.currentTime > 0")

    length = sound(tab).evaluate("a => a.duration")
    assert now(tab) / length == pytest.approx(0.6, abs=0.06)
    assert "times even looking" in tab.page.locator(".status").inner_text()
    line = tab.page.locator(".head").bounding_box()
    assert (line["x"] - box["x"]) / box["width"] == pytest.approx(now(tab) / length, abs=0.03)
    assert tab.page.locator(".face").evaluate("f => f.style.backgroundPosition") != face
    tab.sound()


def test_the_keyboard_moves_plays_and_walks_through_the_words(opened):
    tab = opened()
    field = tab.page.get_by_role("slider", name="Moment of")
    field.focus()
    for _ in range(5):
        field.press("ArrowRight")
    wait_until(tab, "!a.seeking")

    assert now(tab) == pytest.approx(0.5, abs=0.02)
    assert field.get_attribute("aria-valuetext") == "0.5 s"
    field.press("Home")
    field.press("Space")
    wait_until(tab, "!a.paused && a.currentTime > 0")
    assert tab.page.get_by_role("button", name="Pause", exact=True).is_visible()
    field.press("Space")
    wait_until(tab, "a.paused")

    word(tab, "As").focus()
    word(tab, "As").press("ArrowDown")
    assert (
        tab.page.evaluate(
            """() => { let at = document.activeElement
                   while (at.shadowRoot) at = at.shadowRoot.activeElement
                   return at.textContent }"""
        )
        == "I"
    )


def test_a_click_on_a_small_map_opens_that_head(opened):
    tab = opened()
    grid = tab.page.locator(".st-key-cross-grid .js-plotly-plot")
    grid.wait_for()
    grid.scroll_into_view_if_needed()
    at = grid.evaluate(
        """plot => { const { xaxis8: x, yaxis8: y } = plot._fullLayout
                     const box = plot.getBoundingClientRect()
                     const middle = (axis) => axis._offset + axis._length / 2
                     return [box.x + middle(x), box.y + middle(y)] }"""
    )
    tab.page.mouse.move(at[0] - 3, at[1] - 3)
    tab.page.mouse.move(*at)
    tab.page.wait_for_timeout(300)  # plotly looks what lies under the pointer
    tab.page.mouse.click(*at)
    tab.page.get_by_text("(layer 2, head 3)").first.wait_for()
    tab.settle()

    assert "cross-layer=2" in tab.page.url or "cross-head=3" in tab.page.url
    tab.sound()


def test_without_a_voice_the_face_plays_in_silence(opened):
    tab = opened("&hear-audio=false")
    tab.page.get_by_text("the face plays in silence").wait_for()
    line = tab.page.locator(".head").bounding_box()["x"]
    tab.page.get_by_role("button", name="Play", exact=True).click()
    tab.page.wait_for_timeout(700)  # seconds of the clip are what passes here

    assert tab.page.locator(".head").bounding_box()["x"] > line + 20
    tab.sound()


def test_a_users_words_stay_words(tab):
    tab.go("/cross_attention?clip-from=Your+own")
    words = tab.page.get_by_placeholder("What is said, in English")
    words.fill("<img src=x onerror=alert(1)> <b>so</b> glad")
    words.blur()
    tab.page.get_by_text("Both sides of this map are words").wait_for()
    tab.settle()
    out = io.BytesIO()
    Image.fromarray(np.full((96, 96, 3), 180, np.uint8)).save(out, "PNG")
    field = tab.page.locator(".st-key-own-face").get_by_test_id("stFileUploaderDropzoneInput")
    field.set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": out.getvalue()})
    tab.page.get_by_role("radio", name="text → vision").click()
    tab.page.get_by_role("slider", name="Moment of").wait_for()
    tab.settle()

    assert tab.page.get_by_role("button", name="<b>so</b>: play its top window").count() == 1
    assert tab.page.locator(".words img, .words b").count() == 0
    tab.sound()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 420)])
def test_it_is_light_and_dark_and_fits_wide_and_narrow(tab_of, scheme, width, tmp_path):
    folder = Path(os.environ.get("MER_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    tab = tab_of(scheme, width)
    tab.go(HERE)
    slider = tab.page.get_by_role("slider", name="Moment of")
    slider.wait_for()
    tab.settle()
    shot = tab.page.screenshot(path=folder / f"cross_attention-{scheme}.png")
    ground = np.asarray(Image.open(io.BytesIO(shot)).convert("L"))

    assert (np.median(ground) > 200) == (scheme == "light")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    box = slider.bounding_box()
    assert box["width"] > 0.4 * min(width, 800)
    assert box["x"] + box["width"] <= width
    tab.sound()
