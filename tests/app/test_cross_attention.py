"""The page Cross-attention without a browser: pairs, heads, groups, and what is silent."""

from dataclasses import replace

import pytest

from mer_core.checkpoints import folder_of
from mer_core.errors import ResultInvalid
from mer_core.probes.cross_kept import shipped_groups
from ui.cross import MODELS
from ui.resources import called


def pick(page, key, value):
    page.at.segmented_control(key=key).set_value(value)
    return page.run()


def test_the_page_opens_on_every_head_one_large_and_two_groups(open_page):
    page = open_page("cross_attention")

    assert "its attention would have to move to be even" in page.words
    assert "Click a map to see it large" in page.words
    assert page.charts == 2  # every head, and the two groups; the large map plays
    assert "incongruent utterances than in" in page.words
    assert "after Holm's correction" in page.words
    assert not page.errors


def test_a_pair_a_head_and_a_clip_may_stand_in_the_address(open_page):
    page = open_page(
        "cross_attention",
        **{
            "clip": "7",
            "cross-model": "EGMF",
            "cross-pair": "audio → text",
            "cross-layer": "1",
            "cross-head": "3",
        },
    )

    assert page.at.number_input(key="clip").value == 7
    assert page.at.segmented_control(key="cross-model").value == "egmf"
    assert "layer 1, head 3" in page.words
    assert "read downwards: each moment of audio spreads over the words" in page.words


@pytest.mark.parametrize("bad", ["99", "x", "", "-1"])
def test_a_head_that_is_not_there_falls_back(open_page, bad):
    page = open_page("cross_attention", **{"cross-layer": bad, "cross-head": bad})

    assert not page.errors
    assert page.charts == 2


def test_roles_and_names_tell_the_same_pair(open_page):
    page = open_page("cross_attention")
    before = [c for c in page.words.split("\n") if "→" in c and c.startswith("Stage")]
    pick(page, "cross-by", "Their role")

    assert before
    assert before == [c for c in page.words.split("\n") if "→" in c and c.startswith("Stage")]
    assert page.at.pills(key="cross-role").value.startswith("stage 2: primary")


def test_another_model_has_other_pairs_and_keeps_the_page_whole(open_page):
    page = open_page("cross_attention", **{"cross-layer": "3", "cross-head": "2"})
    assert "is the primary here" in page.words
    pick(page, "cross-model", "egmf")

    assert "never look at each other" in page.words
    assert "is the primary here" not in page.words
    assert "layer 1, head" in page.words
    assert not page.errors


@pytest.mark.parametrize("name", MODELS)
def test_every_model_shows_its_heads_its_map_and_its_groups(open_page, name):
    if not (folder_of(name) / "weights.safetensors").is_file():
        pytest.skip(f"the weights of {name} do not ship yet")
    page = open_page("cross_attention", **{"cross-model": called(name)})

    assert page.at.segmented_control(key="cross-model").value == name
    assert page.charts == 2
    assert "after Holm's correction" in page.words
    assert not page.errors
    last = page.at.pills(key="cross-pair").options[-1]
    page.at.pills(key="cross-pair").set_value(last)
    page.run()
    assert page.at.pills(key="cross-pair").value == last
    assert not page.errors


def test_a_gate_by_sample_says_that_it_chose_for_this_clip(open_page):
    if not (folder_of("hct_dmg_sample") / "weights.safetensors").is_file():
        pytest.skip("the weights of hct_dmg_sample do not ship yet")
    page = open_page("cross_attention", **{"cross-model": called("hct_dmg_sample")})

    assert "The gate chose it for this clip." in page.words
    assert "for all inputs" not in page.words


def test_as_a_figure_there_are_numbers_to_take_away(open_page):
    page = open_page("cross_attention", **{"cross-show": "As a figure"})

    assert page.charts == 3
    assert any(b.label == "Numbers as CSV" for b in page.at.get("download_button"))


def test_between_words_nothing_can_be_played(open_page):
    page = open_page("cross_attention", **{"cross-pair": "text → text"})

    assert "there are no seconds on it to play" in page.words
    assert page.charts == 3


def test_what_is_silent_is_left_out_and_the_page_says_why(open_page):
    page = open_page("cross_attention", **{"hear-audio": "false"})

    assert "There are no sounds in this clip." in page.words
    assert "the face plays in silence" in page.words
    assert not page.errors

    page = open_page("cross_attention", **{"hear-audio": "false", "hear-vision": "false"})
    assert not page.errors
    page = open_page("cross_attention", **{"hear-audio": "false", "hear-text": "false"})
    assert not page.errors


def test_words_and_a_face_without_a_voice_are_enough(open_page, sticker_png):
    page = open_page("cross_attention", **{"clip-from": "Your own"})
    assert "Give words and a voice or a face" in page.words
    page.at.text_area(key="own-text").set_value("I am *so* glad <b>you</b> came!")
    page.at.file_uploader(key="own-face").upload("me.jpg", sticker_png)
    page.run()

    assert not page.errors
    assert "the face plays in silence" in page.words
    assert "trained on puppets" in page.words
    assert page.charts == 2


def test_where_the_browser_cannot_play_there_is_a_figure_and_the_voice(open_page, monkeypatch):
    before = open_page("cross_attention")
    monkeypatch.setattr("ui.cross.player", lambda *_: False)
    page = open_page("cross_attention")

    assert "could not play the map" in page.words
    assert page.charts == before.charts + 1
    assert len(page.at.get("audio")) == len(before.at.get("audio")) + 1


def test_the_clip_lab_leads_here_with_its_clip_and_model(open_page):
    page = open_page("clip_lab", clip="7", inside="HCT-DMG")
    links = [link.proto for link in page.at.get("page_link")]
    link = next(one for one in links if one.label == "Every head of it, with the sound")

    assert "clip=7" in link.query_string
    assert "cross-model=HCT-DMG" in link.query_string


def test_one_part_alone_has_nobody_to_look_at(open_page, voice_wav):
    page = open_page("cross_attention", **{"clip-from": "Your own", "cross-model": "EGMF"})
    page.at.file_uploader(key="own-sound").upload("me.wav", voice_wav)
    page.run()

    assert "No two modalities are heard here" in page.words
    assert not page.errors


def test_damaged_or_foreign_mean_maps_are_told(open_page, monkeypatch):
    def damaged(_name):
        raise ResultInvalid("The saved maps are damaged. Make them again.")

    monkeypatch.setattr("ui.cross_groups.shipped_groups", damaged)
    page = open_page("cross_attention")
    assert "The saved maps are damaged" in page.words
    assert page.charts == 1

    kept = replace(shipped_groups("hct_dmg"), weights="0" * 64)
    monkeypatch.setattr("ui.cross_groups.shipped_groups", lambda _name: kept)
    assert "made with other weights" in open_page("cross_attention").words


def test_mean_maps_are_made_here_and_take_the_place_of_the_saved(open_page, monkeypatch):
    monkeypatch.setattr("ui.cross_groups.SIZES", (24,))
    page = open_page("cross_attention")
    page.at.button(key="cross-run").click()
    page.run()
    for _ in range(120):
        job = page.at.session_state["cross-job"]
        if not job.busy:
            break
        job._future.result()
    page.run()

    assert not job.failure
    assert job.result.n == 24
    assert "n = 24 utterances of puppet-utterances, valid split (demo data)" in page.words
