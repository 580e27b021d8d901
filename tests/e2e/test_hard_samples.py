"""Hard samples in a real browser: from sarcasm to a swapped text, and a set drawn by hand."""

import re

import pytest

pytestmark = pytest.mark.e2e

CHART = "hard-points"
OUTERMOST = """(chart) => {
  const plot = document.querySelector(`.st-key-${chart} .js-plotly-plot`)
  const { xaxis, yaxis } = plot._fullLayout
  let best = null
  for (const trace of plot._fullData) {
    if (!trace.customdata) continue
    for (let i = 0; i < trace.x.length; i++) {
      if (best && trace.x[i] >= best.x) continue
      best = { x: trace.x[i], y: trace.y[i], row: trace.customdata[i] }
    }
  }
  const box = plot.getBoundingClientRect()
  return { x: box.left + xaxis._offset + xaxis.l2p(best.x),
           y: box.top + yaxis._offset + yaxis.l2p(best.y), row: best.row,
           left: box.left, top: box.top, width: box.width, height: box.height }
}"""


def drawn(tab) -> None:
    """Wait until the map stands."""
    tab.page.locator(f".st-key-{CHART} .gl-canvas").first.wait_for(state="attached")
    tab.settle()
    tab.page.locator(f".st-key-{CHART}").scroll_into_view_if_needed()
    tab.page.wait_for_timeout(600)  # plotly fits the figure to its place


def lattice(tab) -> str:
    """What the figures of the lattice and of its terms say of themselves, in small letters."""
    names = (".st-key-lattice-egmf", ".st-key-terms-egmf")
    figures = [tab.page.locator(f"{name} [role='figure']") for name in names]
    for figure in figures:
        figure.wait_for()
    return " ".join(figure.get_attribute("aria-label") or "" for figure in figures).casefold()


def test_from_sarcasm_to_a_swapped_text_and_the_lattice(tab):
    tab.go("/hard_samples")
    tab.page.get_by_role("button", name="Filter", exact=False).first.click()
    tab.page.get_by_label("Kind of conflict").click()
    tab.page.get_by_role("option", name="sarcasm").click()
    tab.page.get_by_text("samples are shown: the kind is sarcasm").wait_for()
    tab.settle()
    assert "hard-kind=sarcasm" in tab.page.url

    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("Escape")
    drawn(tab)
    tab.page.set_viewport_size({"width": 1400, "height": 1700})
    tab.page.wait_for_timeout(600)
    spot = tab.page.evaluate(OUTERMOST, CHART)
    tab.page.mouse.move(spot["x"] + 25, spot["y"] + 12)
    tab.page.mouse.move(spot["x"], spot["y"], steps=4)
    tab.page.wait_for_timeout(300)
    tab.page.mouse.click(spot["x"], spot["y"])
    tab.page.get_by_text("the one that lies is text").wait_for()
    tab.settle()
    assert f"hard-sample={spot['row']}" in tab.page.url

    tab.page.get_by_role("link", name="Open in Surgery").click()
    tab.page.get_by_role("heading", level=1, name=re.compile("silent, noisy")).wait_for()
    tab.settle()
    assert tab.page.get_by_label("Number of the clip").first.input_value() == str(spot["row"])
    before = lattice(tab)
    words = tab.page.get_by_role("radiogroup", name=re.compile("^Words"))
    words.get_by_text("Swap", exact=True).click()
    tab.page.get_by_text("combinations in one batch").wait_for()
    tab.page.get_by_text(re.compile("^Words of clip")).first.wait_for()
    tab.settle()
    after = lattice(tab)

    for told in (before, after):
        assert "unique" in told
        assert "shared" in told
        assert "conflict" in told
    assert before != after
    assert tab.page.locator(".st-key-lattice-egmf .js-plotly-plot").count() == 1
    assert "words=Swap" in tab.page.url
    tab.sound()


def test_a_set_that_is_drawn_around_is_compared_with_the_rest(tab):
    tab.go("/hard_samples?hard-mouse=Draw+around+a+set")
    drawn(tab)
    tab.page.set_viewport_size({"width": 1400, "height": 1500})
    tab.page.wait_for_timeout(600)
    spot = tab.page.evaluate(OUTERMOST, CHART)
    left, top = spot["left"] + 6, spot["top"] + 70
    right, bottom = spot["left"] + 0.5 * spot["width"], spot["top"] + spot["height"] - 8
    tab.page.mouse.move(left, top)
    tab.page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 2)):
        tab.page.mouse.move(x, y, steps=8)
    tab.page.mouse.up()
    told = tab.page.get_by_text("drawn around on the map, beside the other")
    told.wait_for()
    tab.settle()
    count, rest = (int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", told.inner_text()))

    assert count + rest == 1000
    assert 10 < count < 990
    with tab.page.expect_download() as waiting:
        tab.page.get_by_role("button", name="Numbers of the set's samples as CSV").click()
    lines = waiting.value.path().read_text().splitlines()
    assert len(lines) == count + 1
    assert lines[0].startswith("id,number,target,kind")

    tab.page.get_by_role("button", name="Forget this set").click()
    told.wait_for(state="detached")
    tab.sound()


def test_one_webgl_chart_stands_on_the_page(tab):
    tab.go("/hard_samples?hard-kind=sarcasm")
    drawn(tab)

    assert tab.page.locator(".js-plotly-plot:has(.gl-canvas)").count() == 1
    tab.sound()
