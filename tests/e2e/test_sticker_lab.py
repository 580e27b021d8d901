"""The sticker lab in a real browser: an edit, a donor, a click on the picture, files to keep."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.e2e

GRIEF = "The head droops, the mouth trembles and tears run down the face."
SPOT = """(chart) => {
  const plot = document.querySelector(`.st-key-${chart} .js-plotly-plot`)
  const { xaxis, yaxis } = plot._fullLayout
  const dots = plot._fullData[1]
  const box = plot.getBoundingClientRect()
  return { x: box.left + xaxis._offset + xaxis.l2p(dots.x[0]),
           y: box.top + yaxis._offset + yaxis.l2p(dots.y[0]) }
}"""


def answer(tab) -> str:
    """The headline of the answer's box, as 'sadness 41 %'."""
    return tab.page.get_by_role("heading", level=3).first.inner_text()


def saved(tab, name: str | re.Pattern[str]) -> Path:
    """What the browser saves when the button of that name is pressed."""
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name=name).first.click()
    return Path(waiting.value.path())


def test_an_edit_and_a_donor_change_the_answer_and_can_be_undone(tab):
    tab.go("/sticker_lab?sticker=3")
    first = answer(tab)
    box = tab.page.get_by_label("Posture and expression")
    written = box.input_value()
    box.fill(GRIEF)
    box.press("Control+Enter")
    tab.page.get_by_text("Before your edits").wait_for()
    tab.settle()

    assert answer(tab) != first
    assert "posture-" in tab.page.url  # the edit can be passed on
    tab.page.get_by_role("button", name="Undo all edits").click()
    tab.page.get_by_text("Before your edits").wait_for(state="detached")
    tab.settle()
    assert answer(tab) == first
    assert box.input_value() == written

    tab.page.get_by_text("Put in another sticker's descriptions").click()
    tab.page.get_by_text("By itself:").wait_for()
    tab.settle()  # a click during a run may be lost
    tab.page.locator(".st-key-donor-views").get_by_text("intention", exact=True).click()
    tab.page.get_by_text("Perhaps, one uses").last.wait_for()
    tab.settle()
    tab.page.get_by_role("button", name="Put in", exact=True).click()
    tab.page.get_by_text("from sticker 0").nth(1).wait_for()  # posture was chosen already
    tab.settle()

    assert answer(tab) != first
    tab.sound()


def test_a_click_on_the_picture_tells_the_words_of_that_place(tab):
    tab.go("/sticker_lab?sticker=5&look=Where+it+looks&stage=role")
    chart = "map-sticker-role-look"
    tab.page.locator(f".st-key-{chart} .js-plotly-plot .heatmaplayer image").wait_for()
    tab.page.locator(f".st-key-{chart}").scroll_into_view_if_needed()
    tab.page.wait_for_timeout(300)
    spot = tab.page.evaluate(SPOT, chart)
    tab.page.mouse.move(spot["x"] + 25, spot["y"] + 12)
    tab.page.mouse.move(spot["x"], spot["y"], steps=4)
    tab.page.wait_for_timeout(200)
    tab.page.mouse.click(spot["x"], spot["y"])
    tab.page.get_by_text(re.compile("The place in row .* reads")).wait_for()
    tab.settle()

    assert tab.page.locator(".st-key-sticker-words .js-plotly-plot").count() == 1
    tab.sound()


def test_figures_are_saved_as_svg_and_numbers_as_csv(tab):
    tab.go("/sticker_lab?sticker=5")
    tab.page.locator(".st-key-shares-sticker-removed .js-plotly-plot .barlayer").wait_for()
    tab.page.wait_for_timeout(500)
    root = ElementTree.parse(saved(tab, re.compile("Figure as SVG: The score"))).getroot()
    words = " ".join(root.itertext())
    table = saved(tab, "Numbers as CSV").read_text().splitlines()

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert float(root.attrib["width"]) > 300
    for word in ("intention", "style", "role", "posture", "n = 1 (sticker-test-5)"):
        assert word in words, word
    assert root.findall(".//{*}g[@class='points']//{*}path")
    assert not root.findall(".//{*}script")
    assert table[0].startswith("# ")
    assert table[1].startswith("sample,emotion,")
    tab.sound()
