"""The page Surgery in process: steps, donors, every combination, noise, and what it says."""

import random
import re

import pytest
from noisy_clips import noisy_clip

from mer_core.checkpoints import folder_of
from mer_core.processing.operations import SPOKEN
from mer_core.types import Modality
from ui.surgery_donor import disagreeing

SARCASTIC = {"clip": "12", "words": "Swap", "donor-clip": "34"}
"""Fear said, shown and heard; the words of the donor are angry."""


def badges(page):
    return "\n".join(m.value for m in page.at.markdown if "badge" in m.value)


def heard(page) -> list[tuple[str, int]]:
    """Emotion and percentage that each model answers under the noise on screen."""
    told = (re.fullmatch(r"#### (\w+) :gray\[(\d+) %\]", m.value) for m in page.at.markdown)
    return [(found[1], int(found[2])) for found in told if found]


def test_the_page_opens_with_answers_and_every_combination(open_page):
    page = open_page("surgery", clip="12")

    assert len(page.answers) >= 2
    assert page.charts == len(page.answers) + 2
    assert "in silence to" in page.words
    assert "All 8 combinations in one batch" in page.words
    assert "n = 1 (puppet-utterance-test-00012)" in page.words
    assert "Words of" not in page.words  # nothing was done to it yet


def test_the_terms_on_screen_sum_to_the_score(open_page):
    page = open_page("surgery", **SARCASTIC)
    number = r"([−+]? ?\d+\.\d\d)"  # noqa: RUF001
    sum_ = rf"{number} \(silence\) {number} \(unique\) {number} \(shared\) {number} \(conflict\)"
    found = re.search(rf"{sum_} = {number}", page.words)

    assert found, page.words
    *parts, whole = (float(x.replace("−", "-").replace(" ", "")) for x in found.groups())  # noqa: RUF001
    assert sum(parts) == pytest.approx(whole, abs=0.03)  # each is rounded to two digits
    assert any(abs(part) > 0.1 for part in parts)


def test_a_swap_by_the_address_says_whose_parts_they_are_and_what_to_expect(open_page):
    page = open_page("surgery", **SARCASTIC)

    assert "Words of clip 34, voice of clip 12, face of clip 12." in page.words
    assert "the words say anger, the voice says fear, the face says fear: incongruent" in page.words
    assert "the words stand alone" in page.words
    assert "words: from another clip" in badges(page)
    assert "Meant:" not in page.words  # nobody knows what the mixture means
    assert "HCT-DMG says **anger**" in page.words
    assert "The answer turns from fear to anger" in page.words
    assert page.at.segmented_control(key="words").value == "Swap"


def test_putting_the_part_back_restores_the_answer(open_page):
    page = open_page("surgery", **{"clip": "12", "donor-clip": "34"})
    first = page.answers
    assert page.choose("words", "Swap").answers != first
    assert "from another clip" in badges(page)
    page.choose("words", "Keep")

    assert page.answers == first
    assert "from another clip" not in badges(page)


@pytest.mark.parametrize("part", SPOKEN.values())
def test_every_part_can_be_silenced_and_swapped(open_page, part):
    page = open_page("surgery", clip="3", **{part: "Silence"})
    assert f"{part}: silent" in badges(page)
    assert f"{part} silent" in page.words.lower()

    page.choose(part, "Swap")
    assert f"{part}: from another clip" in badges(page)
    assert not page.errors


def test_all_parts_silent_still_answers_and_has_nothing_to_make_noisy(open_page):
    page = open_page("surgery", look="Noise", **dict.fromkeys(SPOKEN.values(), "Silence"))

    assert page.answers
    assert "nothing to add noise to" in page.words
    assert not page.errors


@pytest.mark.parametrize("modality", Modality)
def test_a_recipe_builds_a_clip_of_which_one_part_says_something_else(open_page, modality):
    page = open_page("surgery", clip="12")
    page.at.button(key=f"recipe-{SPOKEN[modality]}").click()
    page.run()

    assert "incongruent" in page.words
    stands = "stand" if modality == Modality.TEXT else "stands"
    assert f"the {SPOKEN[modality]} {stands} alone" in page.words
    page.at.button(key="recipe-none").click()
    page.run()
    assert "incongruent;" not in page.words
    page.at.button(key=f"recipe-{SPOKEN[modality]}").click()
    page.run()
    assert "incongruent;" in page.words


def test_a_donor_that_disagrees_is_congruent_and_of_the_other_sign():
    from mer_core.datasets.puppets.utterances import utterance_latent
    from mer_core.task import VALENCE

    for target in ("happiness", "anger", "sadness"):
        truth = utterance_latent(disagreeing(target, random.Random(3)), "test")
        assert truth.kind == "congruent"
        assert VALENCE[truth.target] * VALENCE[target] < 0


def test_words_of_the_user_can_be_the_donor(open_page):
    page = open_page("surgery", clip="12", words="Swap", **{"donor-clip-from": "Your own"})
    assert "Give the donor a sentence" in page.words
    page.at.text_area(key="donor-own-text").set_value("I am so happy for you!")
    page.run()

    assert "Words of your other clip" in page.words
    assert "“I am so happy for you\\!”" in page.words
    page.choose("voice", "Swap")
    assert any("The donor has no voice to give" in said for said in page.errors)
    assert page.answers


def test_a_clip_of_the_user_without_labels_expects_nothing(open_page):
    page = open_page("surgery", **{"clip-from": "Your own", "voice": "Swap"})
    assert "one of them is enough" in page.words
    page.at.text_area(key="own-text").set_value("I am so happy for you!")
    page.run()

    assert "voice of clip 0" in page.words
    assert "nothing can be expected" in page.words


def test_noise_moves_the_answer_and_the_papers_gate_stands_still(open_page):
    found = noisy_clip("egmf")
    address = {"clip": str(found.clip), "look": "Noise", "level": "-15 dB", "noisy": "voice"}
    page = open_page("surgery", **address, models="EGMF")
    page.at.pills(key="models").set_value(["EGMF", "HCT-DMG"])
    page.run()

    assert re.search(r"With noise in \w+ at −15 dB", page.words)  # noqa: RUF001
    assert f"In the gate the {found.part} moves most" in page.words
    assert "nothing in a sample can move it" in page.words
    assert "no noise" in page.at.select_slider(key="level").options
    assert heard(page)[0][0] == found.now  # EGMF, then HCT-DMG
    page.at.select_slider(key="level").set_value("no noise")
    page.run()
    assert f"Without noise the answer is {found.was}" in page.words
    assert heard(page)[0][0] == found.was != found.now


def test_the_gate_by_sample_moves_where_the_papers_stands_still(open_page):
    if not (folder_of("hct_dmg_sample") / "card.json").is_file():
        pytest.skip("the checkpoint hct_dmg_sample is not on this machine")
    found = noisy_clip()
    page = open_page("surgery", clip=str(found.clip), look="Noise", level="-15 dB", noisy="voice")
    assert page.at.pills(key="models").value == ["EGMF", "HCT-DMG", "HCT-DMG, gate by sample"]
    page.at.pills(key="models").set_value(["HCT-DMG, gate by sample"])
    page.run()
    moved = re.search(r"In the gate the (\w+) moves most, from (\d+) % to (\d+) %", page.words)
    assert moved, page.words
    assert moved[1] == found.part
    before, after = int(moved[2]), int(moved[3])
    assert (before, after) == (round(100 * found.before), round(100 * found.after))
    assert abs(after - before) >= 2
    assert heard(page)[0][0] == found.now
    assert "stands still" not in page.words

    page.at.select_slider(key="level").set_value("no noise")
    page.run()
    assert heard(page)[0][0] == found.was != found.now
    page.at.select_slider(key="level").set_value("-15 dB")
    page.at.pills(key="models").set_value(["HCT-DMG"])
    page.run()
    assert "stands still" in page.words
    assert "moves most" not in page.words


def test_the_choice_of_models_is_the_papers_by_default_and_one_is_enough(open_page):
    page = open_page("surgery", clip="12")
    assert page.at.pills(key="models").value[:2] == ["EGMF", "HCT-DMG"]
    page.at.pills(key="models").set_value(["HCT-DMG"])
    page.run()

    assert len(page.answers) == 1
    assert page.words.count("HCT-DMG says") == 1
    page.at.pills(key="models").set_value([])
    assert len(page.run().answers) == 1


def test_another_emotion_can_be_explained(open_page):
    page = open_page("surgery", clip="12")
    page.at.selectbox(key="explain").set_value("happiness")
    page.run()

    assert "The score of happiness goes from" in page.words


def test_the_parts_alone_and_their_disagreement_have_a_place(open_page):
    page = open_page("surgery", look="Do the parts agree?", **SARCASTIC)

    assert "Heard alone, text says" in page.words
    assert "bits" in page.words


@pytest.mark.parametrize("address", [{"words": "Burn"}, {"donor-clip": "-4"}, {"level": "7 dB"}])
def test_nonsense_in_the_address_falls_back(open_page, address):
    page = open_page("surgery", look="Noise", **{"clip": "12", **address})

    assert page.answers
    assert not page.errors


@pytest.mark.parametrize("look", ["Every combination", "Noise", "Do the parts agree?"])
def test_numbers_on_incongruity_stand_beside_their_grade(open_page, look):
    page = open_page("surgery", clip="12", look=look)

    assert "[All grades](grades?graded=" in page.words
