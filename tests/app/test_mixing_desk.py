"""The page Mixing desk in process: sliders, triangle, flip, silent and swapped experts."""

import re

import pytest

CLIP = "1"


@pytest.fixture(autouse=True)
def coarse(monkeypatch):
    """No refining in the background: these tests look at one state at a time."""
    monkeypatch.setattr("ui.desk_map.FINEST", {True: 10, False: 17})


def sliders(page):
    return [s for s in page.at.slider if str(s.key).startswith("desk-weight")]


def weights(page):
    """What the sliders show."""
    return [s.value for s in sliders(page)]


def answer(page):
    return [m.value for m in page.at.markdown if m.value.startswith("### ")]


def spec(page, i):
    return page.at.get("plotly_chart")[i].proto.spec


def test_the_page_opens_with_the_models_own_answer(open_page):
    page = open_page("mixing_desk", clip=CLIP)

    assert not page.errors
    assert sum(weights(page)) in (99, 100, 101)
    assert "As with the model's own setting" in page.words
    assert "with its own weights." in page.words
    assert page.at.button(key="desk-reset").disabled
    assert re.search(r"Of all mixtures|All 66 mixtures", page.words)
    assert "n = 1 (puppet-utterance-test-00001)" in page.words
    assert "The smallest change found" in page.words or "Nothing turns it" in page.words
    assert page.charts == 2
    assert "demo data" in "".join(m.value for m in page.at.markdown if "badge" in m.value)


def test_a_slider_moves_the_others_and_the_address_keeps_the_setting(open_page):
    page = open_page("mixing_desk", clip="11")  # its answer is seen to move
    before = spec(page, 1)
    sliders(page)[1].set_value(40)
    page.run()

    assert weights(page)[1] == 40
    assert sum(weights(page)) in (99, 100, 101)
    assert "with yours." in page.words
    assert spec(page, 1) != before
    assert not page.at.button(key="desk-reset").disabled
    typed = page.at.query_params["gate"]
    kept = [float(w) for w in (typed[0] if isinstance(typed, list) else typed).split(",")]
    assert kept[1] == pytest.approx(0.4)
    assert sum(kept) == pytest.approx(1, abs=1e-3)


def test_reset_brings_back_the_very_same_page(open_page):
    page = open_page("mixing_desk", clip=CLIP, **{"desk-model": "HCT-DMG"})
    before = weights(page), answer(page), spec(page, 0), spec(page, 1)
    sliders(page)[0].set_value(5)
    page.run()
    assert spec(page, 1) != before[3]
    page.at.button(key="desk-reset").click()
    page.run()

    assert (weights(page), answer(page), spec(page, 0), spec(page, 1)) == before
    assert "gate" not in page.at.query_params


def test_a_setting_in_the_address_is_taken_and_nonsense_is_not(open_page):
    page = open_page("mixing_desk", clip=CLIP, gate="0.2,0.3,0.5")
    assert weights(page) == [20, 30, 50]
    for odd in ("much", "0.2", "1,1,1", "nan,0,1"):
        page = open_page("mixing_desk", clip=CLIP, gate=odd)
        assert not page.errors
        assert page.at.button(key="desk-reset").disabled


def test_a_silent_expert_leaves_its_weight_to_the_others(open_page):
    page = open_page("mixing_desk", clip=CLIP, gate="0.2,0.3,0.5")
    page.at.pills(key="desk-silent").set_value(["semantic expert"])
    page.run()

    assert weights(page) == [29, 0, 71]
    assert sliders(page)[1].disabled
    assert "Without the semantic expert α is renormalised" in page.words  # noqa: RUF001
    assert "fine-grained expert from 20 to 29 %" in page.words
    sliders(page)[0].set_value(50)
    page.run()
    assert weights(page) == [50, 0, 50]
    page.at.pills(key="desk-silent").set_value([])
    page.run()
    assert weights(page) == [35, 30, 35]


def test_when_all_experts_are_silent_a_sentence_says_what_to_do(open_page):
    page = open_page("mixing_desk", clip=CLIP)
    page.at.pills(key="desk-silent").set_value(
        ["fine-grained expert", "semantic expert", "global expert"]
    )
    page.run()

    assert any("All parts are silent" in error for error in page.errors)
    page.at.button(key="desk-reset").click()
    page.run()
    assert not page.errors
    assert "As with the model's own setting" in page.words


def test_a_donor_speaks_for_an_expert(open_page):
    page = open_page("mixing_desk", clip=CLIP, **{"donor-clip": "3"})
    before, shown = spec(page, 0), weights(page)
    page.at.pills(key="desk-swapped").set_value(
        ["fine-grained expert", "semantic expert", "global expert"]
    )
    page.run()

    assert not page.errors
    assert "The donor" in page.words
    assert weights(page) == shown
    assert spec(page, 0) != before
    assert "No expert ever spoke for another clip" in page.words
    page.at.button(key="desk-reset").click()
    page.run()
    assert spec(page, 0) == before


def test_the_button_goes_to_the_flip(open_page):
    page = open_page("mixing_desk", clip="10", **{"desk-model": "HCT-DMG"})
    before = answer(page)
    page.at.button(key="desk-flip").click()
    page.run()

    assert answer(page)[0].split()[1] != before[0].split()[1]
    assert "turns from" in page.words
    assert "not the learned setting" in "".join(m.value for m in page.at.markdown)


def test_the_flip_of_an_expert_that_is_silent_is_one_with_it_silent(open_page):
    """The way to the flip never gives weight to who is not to speak."""
    for number in range(12):
        page = open_page("mixing_desk", clip=str(number))
        page.at.pills(key="desk-silent").set_value(["semantic expert"])
        page.run()
        if any(b.key == "desk-flip" for b in page.at.button):
            break
    before = answer(page)
    page.at.button(key="desk-flip").click()
    page.run()

    assert answer(page)[0].split()[1] != before[0].split()[1]
    assert weights(page)[1] == 0
    assert "α is renormalised" in page.words  # noqa: RUF001


def test_a_setting_is_in_the_address_again_when_its_sample_comes_back(open_page):
    page = open_page("mixing_desk", clip="3", gate="0.2,0.3,0.5")
    page.at.number_input(key="clip").set_value(4)
    page.run()
    assert "gate" not in page.at.query_params
    page.at.number_input(key="clip").set_value(3)
    page.run()

    typed = page.at.query_params["gate"]
    again = (typed[0] if isinstance(typed, list) else typed).split(",")
    assert [float(w) for w in again] == pytest.approx([0.2, 0.3, 0.5])
    assert weights(page) == [20, 30, 50]


def test_mghft_has_a_strength_for_each_stage(open_page):
    page = open_page("mixing_desk", sticker="12", **{"desk-model": "MGHFT"})
    assert weights(page) == [1.0] * 4
    assert "strength 1 at every stage" in page.words
    before = spec(page, 0), spec(page, 1)
    sliders(page)[0].set_value(0.0)
    page.run()

    assert weights(page) == [0.0, 1.0, 1.0, 1.0]
    assert (spec(page, 0), spec(page, 1)) != before
    assert "Never seen: this model answers with one setting alone" in page.words
    page.at.button(key="desk-reset").click()
    page.run()
    assert (spec(page, 0), spec(page, 1)) == before


def test_typed_words_alone_can_be_mixed(open_page):
    page = open_page("mixing_desk")
    page.choose("clip-from", "Your own")
    assert "one of them is enough" in page.words or "Give a sticker, or a clip" in page.words
    page.at.text_area(key="own-text").set_value("You never listen to me and I am sick of it")
    page.run()

    assert not page.errors
    assert page.charts == 2
    assert "learned from" in page.words or "real" in page.words


def test_without_weights_one_sentence_says_what_to_do(open_page, no_weights):
    page = open_page("mixing_desk", clip=CLIP)

    assert any("mer train" in error for error in page.errors)


def test_the_background_refines_the_map(open_page, monkeypatch):
    monkeypatch.setattr("ui.desk_map.FINEST", {True: 20, False: 17})
    page = open_page("mixing_desk", clip=CLIP, **{"desk-model": "HCT-DMG"})
    job = page.at.session_state["desk-job"]
    job._future.result(60)
    page.run()

    assert "231 mixtures" in page.words
    assert page.at.session_state["desk-job"] is None


def test_the_setting_of_one_clip_is_not_taken_to_the_next(open_page):
    page = open_page("mixing_desk", clip=CLIP, gate="0.2,0.3,0.5")
    page.at.number_input(key="clip").set_value(2)
    page.run()

    assert "As with the model's own setting" in page.words
    assert "gate" not in page.at.query_params
