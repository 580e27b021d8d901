"""Surgery in a real browser: an address, a donor's words, the lattice, and noise by a slider."""

import re

import pytest
from noisy_clips import LEVEL, noisy_clip

from mer_core.probes.noise import LEVELS

pytestmark = pytest.mark.e2e

CLIP, DONOR = 12, 34
"""Fear in all three parts; a donor whose words are angry."""


def answers(tab) -> list[str]:
    """The headlines of the answers' boxes, as 'fear 97 %'."""
    return tab.page.get_by_role("heading", level=3).all_inner_texts()


def under_noise(tab) -> list[str]:
    """What each model answers at the level of noise on screen, as 'fear 97 %'."""
    return tab.page.get_by_role("heading", level=4).all_inner_texts()


def lattice(tab):
    """The diagram, once it is drawn."""
    drawn = tab.page.locator("[class*='st-key-lattice-'] .js-plotly-plot .annotation")
    drawn.first.wait_for()
    return drawn


def sarcastic() -> int:
    """Number of a generated clip whose words lie."""
    from mer_core.datasets.puppets.utterances import utterance_latent

    return next(i for i in range(1000) if utterance_latent(i, "test").kind == "sarcasm")


def test_a_sarcastic_clip_opens_by_address_and_its_words_are_swapped(tab):
    number = sarcastic()
    tab.go(f"/surgery?clip={number}")
    lattice(tab)
    before, boxes = answers(tab), lattice(tab).all_text_contents()
    assert tab.page.get_by_label("Number of the clip").input_value() == str(number)
    assert len(boxes) == 8

    words = tab.page.locator(".st-key-words")
    words.get_by_text("Swap", exact=True).click()
    tab.page.get_by_text("The donor", exact=True).wait_for()
    tab.page.get_by_text(re.compile("Words of clip 0")).wait_for()
    tab.settle()
    donor = tab.page.locator(".st-key-donor-clip input")
    donor.fill(str(DONOR))
    donor.press("Enter")
    tab.page.get_by_text(re.compile(f"Words of clip {DONOR}")).wait_for()
    tab.settle()

    assert answers(tab) != before
    assert lattice(tab).all_text_contents() != boxes
    tab.page.get_by_text("words: from another clip").wait_for()
    for part in ("words=Swap", f"donor-clip={DONOR}", f"clip={number}"):
        assert part in tab.page.url
    tab.sound()


def test_the_address_brings_the_whole_operation_back(tab):
    tab.go(f"/surgery?clip={CLIP}&words=Swap&donor-clip={DONOR}")
    tab.page.get_by_text(re.compile(f"Words of clip {DONOR}, voice of clip {CLIP}")).wait_for()
    tab.page.get_by_text(re.compile("incongruent; the words stand alone")).wait_for()
    sum_ = re.compile(r"\(silence\).*\(unique\).*\(shared\).*\(conflict\) = ")
    tab.page.get_by_text(sum_).wait_for()

    assert lattice(tab).count() == 8
    assert tab.page.locator("[class*='st-key-terms-'] .js-plotly-plot .barlayer path").count() >= 11
    tab.sound()


def test_a_recipe_builds_an_incongruent_clip_and_the_address_keeps_it(tab):
    tab.go(f"/surgery?clip={CLIP}")
    lattice(tab)
    tab.page.get_by_text("Build an incongruent clip").click()
    tab.page.get_by_role("button", name="Feign the voice").click()
    tab.page.get_by_text(re.compile("incongruent; the voice stands alone")).wait_for()
    tab.settle()

    assert "voice=Swap" in tab.page.url
    assert re.search(r"donor-clip=\d+", tab.page.url)
    tab.page.get_by_role("button", name="Put everything back").click()
    tab.page.get_by_text("The donor", exact=True).wait_for(state="detached")
    tab.settle()
    assert "voice=Swap" not in tab.page.url
    tab.page.get_by_role("button", name="Put on a mask").click()
    tab.page.get_by_text(re.compile("incongruent; the face stands alone")).wait_for()
    tab.settle()
    assert re.search(r"donor-clip=\d+", tab.page.url)
    tab.sound()


def test_the_slider_of_noise_moves_answer_and_gate_but_not_the_papers_gate(tab):
    found = noisy_clip()
    tab.go(f"/surgery?clip={found.clip}&look=Noise&noisy=voice")
    tab.page.get_by_text("Without noise the answer is").nth(2).wait_for()
    tab.page.get_by_text("It never looks at the sample").first.wait_for(state="detached")
    tab.settle()
    clean = under_noise(tab)
    slider = tab.page.get_by_role("slider", name="Signal over noise (SNR)")
    slider.focus()
    for _ in range(LEVELS.index(LEVEL)):
        slider.press("ArrowRight")
    tab.page.get_by_text(re.compile("With noise in audio at −15 dB")).nth(2).wait_for()  # noqa: RUF001
    tab.settle()

    noisy = under_noise(tab)
    assert len(clean) == len(noisy) == 3  # EGMF, HCT-DMG, and the same with a gate by sample
    assert clean[2].startswith(found.was)
    assert noisy[2].startswith(found.now)
    assert found.was != found.now
    assert clean[1] != noisy[1]  # the answer moves though the gate cannot
    said = tab.page.get_by_text(re.compile(f"In the gate the {found.part} moves most"))
    moved = re.search(r"moves most, from (\d+) % to (\d+) %", said.last.inner_text())
    assert abs(int(moved[1]) - int(moved[2])) >= 2
    tab.page.get_by_text(re.compile("The paper's gate stands still")).wait_for()
    assert "level=-15+dB" in tab.page.url.replace("%20", "+")
    tab.sound()
