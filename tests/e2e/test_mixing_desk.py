"""The mixing desk in a real browser: a slider moves the answer and the mark on the triangle."""

import math
import re

import pytest
import torch
from playwright.sync_api import expect

from mer_core.checkpoints import load
from mer_core.datasets import open_dataset
from mer_core.desk import desk_of
from mer_core.desk.setting import moved

pytestmark = pytest.mark.e2e

CLIPS = 24
"""Generated clips among which one is looked for."""

CHART = ".st-key-desk-answer .js-plotly-plot"
"""The bars of the answer."""

PRESSES = 10
"""Of an arrow key: a percent each."""

PLACE = """() => {
  const plot = document.querySelector('.st-key-desk-map .js-plotly-plot')
  const mark = plot.data.find((trace) => trace.name === 'present')
  return [Number(mark.x[0]), Number(mark.y[0])]
}"""
"""Where the diamond stands, in the triangle's own units."""

PIXELS = """(place) => {
  const plot = document.querySelector('.st-key-desk-map .js-plotly-plot')
  const box = plot.getBoundingClientRect(), l = plot._fullLayout
  return [box.left + l.xaxis._offset + l.xaxis.l2p(place[0]),
          box.top + l.yaxis._offset + l.yaxis.l2p(place[1])]
}"""

IN_ADDRESS = """([part, percent]) => {
  const gate = new URL(document.location).searchParams.get('gate')
  return gate !== null && Math.abs(100 * Number(gate.split(',')[part]) - percent) < 0.5
}"""


@pytest.fixture(scope="module")
def clip():
    """A clip whose answer is seen to move when EGMF's first expert gets other weight, and where to.

    Returns:
        Its number, the slider, the key to press, and the setting after it.
    """
    model = load("egmf")
    process, best = model.processor(), (0.0, 0, 0, "", torch.zeros(3))
    for number, sample in enumerate(open_dataset("puppet-utterances", "test", CLIPS)):
        desk = desk_of(model, process([sample]))
        for part in range(3):
            for key, sign in (("ArrowRight", 1), ("ArrowLeft", -1)):
                begin = round(100 * float(desk.gate[part]))
                if not 0 <= begin + sign * PRESSES <= 100:
                    continue
                there = moved(desk.gate, part, (begin + sign * PRESSES) / 100)
                step = float((desk.answer(there).probs - desk.own.probs).abs().max())
                best = max(best, (step, number, part, key, there), key=lambda found: found[0])
    assert best[0] > 0.02, "EGMF answers alike whatever alpha is"
    return best[1:]


def ready(tab):
    """Wait until the map is drawn and no longer refined, so that nothing but the slider moves."""
    tab.page.locator(".st-key-desk-map .js-plotly-plot .scatterlayer path").first.wait_for()
    tab.page.get_by_text(re.compile("861 mixtures; full colour")).wait_for()
    tab.settle()


def answer(tab):
    return tab.page.get_by_role("heading", level=3).first.inner_text()


def bars(tab):
    return tab.page.locator(CHART).first.inner_text()


def slider(tab, part):
    names = ("Fine-grained expert", "Semantic expert", "Global expert")
    return tab.page.get_by_role("slider", name=names[part])


def test_dragging_alpha_moves_the_answer_and_the_mark(tab, clip):
    number, part, key, _ = clip
    tab.go(f"/mixing_desk?clip={number}")
    ready(tab)
    before = answer(tab), bars(tab), tab.page.evaluate(PLACE)
    chart = tab.page.locator(CHART).first.text_content() or ""
    values = [slider(tab, i).input_value() for i in range(3)]

    slider(tab, part).focus()
    for _ in range(PRESSES):
        slider(tab, part).press(key)
    sign = 1 if key == "ArrowRight" else -1
    there = round(float(values[part])) + sign * PRESSES
    # no press may be lost, however slow the machine: the address holds what was taken
    tab.page.wait_for_function(IN_ADDRESS, arg=[part, there])
    tab.page.get_by_text(re.compile("with yours")).wait_for()
    tab.settle()

    after = [slider(tab, i).input_value() for i in range(3)]
    assert float(after[part]) == there
    assert abs(sum(map(float, after)) - 100) <= 2
    assert bars(tab) != before[1]
    weights = [float(v) / sum(map(float, after)) for v in after]
    wanted = [weights[0] * 0.5 + weights[2], weights[0] * 3**0.5 / 2]
    assert math.dist(wanted, before[2]) > 0.02
    # the plot is drawn anew at each press, and is not there for a moment
    mark = f"{{ try {{ return ({PLACE})() }} catch {{ return [9, 9] }} }}"
    near = (
        f"(w) => {{ const at = (() => {mark})(); return Math.hypot(at[0]-w[0], at[1]-w[1]) < .02 }}"
    )
    tab.page.wait_for_function(near, arg=wanted)

    tab.page.get_by_role("button", name="Reset to the model's own").click()
    tab.page.get_by_text(re.compile("with its own weights\\.")).wait_for()
    # on a slow machine the sentence may stand a moment before the answer is drawn anew
    expect(tab.page.get_by_role("heading", level=3).first).to_have_text(before[0], timeout=60_000)
    expect(tab.page.locator(CHART).first).to_have_text(chart, timeout=60_000)
    tab.settle()
    assert (answer(tab), bars(tab)) == before[:2]
    assert tab.page.evaluate(PLACE) == before[2]
    tab.sound()


def test_a_click_on_the_triangle_sets_the_mixture(tab, clip):
    tab.go(f"/mixing_desk?clip={clip[0]}")
    ready(tab)
    x, y = tab.page.evaluate(PIXELS, [0.45, 0.3 * 3**0.5 / 2])
    tab.page.mouse.move(x - 5, y - 5)
    tab.page.mouse.move(x, y)
    tab.page.wait_for_timeout(300)
    tab.page.mouse.click(x, y)
    tab.page.wait_for_url(re.compile("gate=0.3"))
    tab.settle()

    assert tab.page.evaluate(PLACE) == pytest.approx([0.45, 0.3 * 3**0.5 / 2], abs=0.03)
    shown = [float(slider(tab, i).input_value()) for i in range(3)]
    assert shown == pytest.approx([30, 40, 30], abs=3)
    tab.sound()


def test_an_address_brings_a_setting_back(tab, clip):
    tab.go(f"/mixing_desk?clip={clip[0]}&gate=0.2,0.3,0.5")
    tab.page.get_by_text(re.compile("with yours")).wait_for()

    assert [slider(tab, i).input_value() for i in range(3)] == ["20", "30", "50"]
    tab.sound()
