"""Experts in a real browser: the triangle, the sections by address, a point that opens its clip."""

import re

import pytest

from mer_core.checkpoints import folder_of
from mer_core.probes.experts_kept import FILE

pytestmark = pytest.mark.e2e

CLIP, OTHER = 12, 34

LONELIEST = """() => {
  const plot = document.querySelector('.st-key-set-map .js-plotly-plot')
  const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect()
  const points = plot.data.filter((t) => t.customdata).flatMap((t) =>
    t.x.map((x, i) => ({ x, y: t.y[i], row: t.customdata[i] })))
  const means = plot.data.filter((t) => t.marker && t.marker.symbol === 'diamond')
    .map((t) => ({ x: t.x[0], y: t.y[0] }))
  const away = (a) => Math.min(...[...points, ...means].filter((b) => b !== a)
    .map((b) => Math.hypot(a.x - b.x, a.y - b.y)))
  const best = points.map((p) => ({ ...p, away: away(p) }))
    .reduce((a, b) => a.away > b.away ? a : b)
  return { row: best.row, x: box.left + xaxis._offset + xaxis.l2p(best.x),
           y: box.top + yaxis._offset + yaxis.l2p(best.y) }
}"""
"""The point of the map that lies farthest from every other, and where it is on the screen."""


def triangle(tab):
    """The drawn triangle of the clip."""
    drawn = tab.page.locator("[class*='st-key-triangle-'] .js-plotly-plot")
    drawn.first.wait_for()
    tab.page.wait_for_function(
        "() => document.querySelectorAll(\"[class*='st-key-triangle-'] .scatterlayer .trace\")"
        ".length > 10"
    )
    return drawn.first


def look(tab, section: str) -> None:
    tab.page.locator(".st-key-experts-look").get_by_text(section, exact=True).click()
    tab.settle()


def test_another_clip_moves_the_mixture_and_the_address_keeps_it(tab):
    tab.go(f"/experts?clip={CLIP}")
    triangle(tab)
    lead = tab.page.get_by_text(re.compile("EGMF says"))
    before = lead.inner_text()
    number = tab.page.locator(".st-key-clip input")
    number.fill(str(OTHER))
    number.press("Enter")
    tab.page.get_by_text(
        re.compile(rf"n = 1 \(puppet-utterance-test-{OTHER:05d}\)")
    ).first.wait_for()
    tab.settle()

    assert lead.inner_text() != before
    assert f"clip={OTHER}" in tab.page.url
    tab.sound()


def test_every_section_is_drawn_and_told(tab):
    tab.go(f"/experts?clip={CLIP}")
    triangle(tab)
    for section, said in (
        ("Pseudo tokens", "Nearest to the first are"),
        ("What the language model looks at", "Before it says the emotion"),
        ("The answer, token by token", "it says"),
    ):
        look(tab, section)
        tab.page.get_by_text(re.compile(said)).first.wait_for()
        tab.page.locator(".js-plotly-plot svg.main-svg").first.wait_for()
    assert "experts-look=The+answer" in tab.page.url.replace("%20", "+")
    tab.sound()


def test_a_figure_leaves_as_svg_with_its_numbers(tab):
    tab.go(f"/experts?clip={CLIP}")
    triangle(tab)
    with tab.page.expect_download() as wanted:
        tab.page.locator("[class*='st-key-svg-triangle-'] button.svg").click()
    drawn = wanted.value.path().read_text(encoding="utf-8")

    assert "global expert" in drawn
    assert "n = 1" in drawn
    with tab.page.expect_download() as wanted:
        tab.page.locator("[class*='st-key-csv-triangle-'] button").click()
    assert "alpha" in wanted.value.path().read_text(encoding="utf-8")
    tab.sound()


def test_a_point_of_the_set_opens_its_clip(tab):
    if not (folder_of("egmf") / FILE).is_file():
        pytest.skip("no survey is saved here: run `mer experts --split test --save`")
    tab.go(f"/experts?clip={CLIP}&experts-look=Over a set")
    drawn = tab.page.locator(".st-key-set-map .js-plotly-plot")
    drawn.wait_for()
    tab.page.wait_for_function(
        "() => document.querySelectorAll('.st-key-set-map .scatterlayer .trace').length > 10"
    )
    drawn.scroll_into_view_if_needed()
    tab.page.wait_for_timeout(500)
    found = tab.page.evaluate(LONELIEST)
    tab.page.mouse.move(found["x"] - 5, found["y"] - 5)
    tab.page.mouse.move(found["x"], found["y"], steps=4)
    tab.page.mouse.click(found["x"], found["y"])
    tab.page.get_by_text("Who does the work in this clip").wait_for()
    triangle(tab)

    clip = rf"n = 1 \(puppet-utterance-test-{found['row']:05d}\)"
    tab.page.get_by_text(re.compile(clip)).first.wait_for()
    assert f"clip={found['row']}" in tab.page.url
    tab.sound()
