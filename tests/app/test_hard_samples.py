"""The page Hard samples: opens with a table, filters, opens a sample, compares a set."""

import dataclasses
import time

import numpy as np
import pytest
from hard_tables import table

from mer_core.errors import DataMissing
from mer_core.hardness import Labels, load_table, save_table
from mer_core.hardness.representations import representable
from mer_core.hardness.sets import CLIPS
from mer_core.hardness.shelf import table_path
from ui.resources import called, shelf

SLEEP = 0.1


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """The folder of tables, empty; gives a function that puts one there."""
    monkeypatch.setattr("ui.hard.recorded_tables", lambda: dict(found))
    found = {}

    def put(name, made):
        found[name] = save_table(made, tmp_path / f"{name}.npz")

    return put


def rows(page) -> list[int]:
    """Numbers of the samples in the list."""
    return page.at.dataframe[0].value["No."].tolist()


def test_the_page_opens_with_the_clips_that_ship(open_page):
    page = open_page("hard_samples")

    assert "EGMF is wrong on" in page.words
    assert "of 1,000" in page.words
    assert "demo data" in [b.label for b in page.at.get("badge")] or "n = 1,000" in page.words
    assert "All 1,000 samples are shown." in page.words
    assert page.charts == 1
    assert len(rows(page)) == 300
    assert not page.errors


def test_the_number_that_it_shows_is_graded_beside_it(open_page, monkeypatch):
    asked = []
    monkeypatch.setattr("ui.hard.grade_note", lambda *given: asked.append(given))
    open_page("hard_samples")

    assert asked == [("disagreement", "egmf")]


def test_bits_of_an_opened_sample_stand_beside_the_grade_of_every_model(open_page):
    page = open_page("hard_samples", **{"hard-sample": "3"})
    shipped = load_table(table_path(CLIPS))

    assert len(shipped.models) > 1
    for model in shipped.models:
        assert f"{called(model)}, disagreement in bits: On 1,000 puppets" in page.words


def test_the_address_filters_and_opens_a_sample(open_page):
    shipped = load_table(table_path(CLIPS))
    lies = np.flatnonzero(shipped.kind.is_any(["sarcasm"]))
    page = open_page("hard_samples", **{"hard-kind": "sarcasm", "hard-sample": str(lies[3])})

    assert f"{len(lies)} of 1,000 samples are shown: the kind is sarcasm" in page.words
    assert set(rows(page)) == set(lies.tolist())
    assert "the one that lies is text" in page.words
    assert "A set beside the rest" in [s.value for s in page.at.subheader]
    links = [link.proto.label for link in page.at.get("page_link")]
    assert "Open in Clip lab" in links
    assert page.charts == 2


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ({"hard-kind": "nonsense"}, 6),
        ({"hard-sample": "99999"}, 6),
        ({"hard-model": "evil"}, 6),
        ({"hard-colour": "evil"}, 6),
        ({"hard-right": "Wrong"}, 2),
        ({"hard-preset": "Confident and wrong"}, 1),
        ({"hard-words": "great"}, 2),
        ({"hard-words": "zebra"}, 0),
    ],
)
def test_whatever_the_address_says_the_page_stands(open_page, tables, address, shown):
    tables("toys-test", table())
    page = open_page("hard_samples", **address)

    assert len(rows(page)) == shown
    assert not page.errors


def test_a_preset_shows_what_it_says_and_the_worst_first(open_page, tables):
    tables("toys-test", table())
    page = open_page("hard_samples", **{"hard-preset": "Models disagree"})

    assert rows(page) == [3, 1]
    assert "2 of 6 samples are shown: not all models give the same answer." in page.words


def test_what_nobody_knows_is_neither_shown_nor_offered(open_page, tables):
    unknown = Labels.of(["unknown"] * 6)
    tables("toys-test", table(target=unknown, kind=unknown, liar=unknown))
    page = open_page("hard_samples", **{"hard-sample": "2"})

    assert "Nobody knows the right answers of these 6" in page.words
    assert "right" not in page.at.dataframe[0].value
    assert "kind" not in page.at.dataframe[0].value
    assert "Nobody knows whether a part of it lies." in page.words
    pills = next(g for g in page.at.get("button_group") if g.key == "hard-preset")
    assert "Confident and wrong" not in pills.options


def test_another_table_forgets_what_meant_something_in_the_last(open_page):
    page = open_page(
        "hard_samples",
        **{
            "hard-kind": "sarcasm",
            "hard-sample": "999",
            "hard-colour": "apart",
            "hard-model": "HCT-DMG",
        },
    )
    page.at.selectbox(key="hard-set").select("puppet stickers, test")
    page.run()

    assert "MGHFT is wrong on" in page.words
    assert "All 600 samples are shown." in page.words
    assert not page.errors


def test_people_who_are_split_are_a_preset_where_there_are_people(open_page, tables):
    tables("toys-test", table(spread=[0.5, 1.0, 1.6, 2.0, 1.7, 0.25]))
    page = open_page("hard_samples", **{"hard-preset": "People split, model sure"})

    assert rows(page) == [3]
    assert page.at.dataframe[0].value["people"].tolist() == [2.0]


def test_a_sample_of_a_set_that_is_not_here_still_has_words_and_numbers(open_page, tables):
    tables("toys-test", table())
    page = open_page("hard_samples", **{"hard-sample": "4"})

    assert "great joy" in page.words
    assert "only its words and numbers" in page.words
    assert "The labs cannot open toys by themselves" in page.words


def test_without_tables_the_page_says_how_to_make_one(open_page, tables):
    page = open_page("hard_samples")

    assert "mer hard all" in page.at.error[0].value
    assert page.at.button(key="hard-live-run")


def test_a_damaged_table_gets_a_sentence(open_page, tmp_path, monkeypatch):
    bad = tmp_path / "toys-test.npz"
    bad.write_text("hello")
    monkeypatch.setattr("ui.hard.recorded_tables", lambda: {"toys-test": bad})
    page = open_page("hard_samples")

    assert len(page.errors) == 1
    assert "mer hard" in page.errors[0]


def test_a_table_of_other_weights_says_so(open_page, tables):
    shipped = load_table(table_path(CLIPS))
    told = dict(shipped.manifest["models"])
    told["egmf"] = told["egmf"] | {"weights": "0" * 64}
    manifest = {**shipped.manifest, "models": told}
    tables("puppet-utterances-test", dataclasses.replace(shipped, manifest=manifest))
    page = open_page("hard_samples")

    assert "Other weights of EGMF lie here now" in page.words


def test_a_set_that_was_drawn_around_is_compared_and_can_be_forgotten(open_page, tables):
    tables("toys-test", table())
    page = open_page("hard_samples")
    key = page.at.session_state["hard-pinned"][0][0]
    page.at.session_state["hard-chosen"] = (key, (1, 4, 5))
    page.run()

    assert "**3 samples** drawn around on the map, beside the other **3**." in page.words
    compared = page.at.dataframe[1].value
    assert compared.iloc[0, 0] == "accuracy"
    assert compared.iloc[0]["n"] == "2 and 3"
    page.at.button(key="hard-forget").click()
    page.run()

    assert "drawn around" not in page.words


def ended(page):
    """Wait for the live run of this session, then draw the page anew."""
    for _ in range(600):
        job = page.at.session_state["hard-job"]
        if job is None or not job.busy:
            return page.run()
        time.sleep(SLEEP)
    raise AssertionError("the live run did not end")


def test_a_further_set_is_asked_live_and_joins_the_list(open_page, monkeypatch):
    asked = []

    def made(name, split, limit, wanted, told):
        asked.append((name, split, limit, wanted))
        told("asking toys", 1, 2)
        return table(data={"name": name, "what": "toys", "split": split, "demo": True})

    monkeypatch.setattr("ui.hard_live._made", made)
    page = open_page("hard_samples")
    page.at.button(key="hard-live-run").click()
    page.run()
    ended(page)

    assert asked == [("puppet-utterances", "valid", 100, ())]
    assert "just now: puppet utterances, valid" in page.at.selectbox(key="hard-set").options


def test_maps_of_any_recorded_reading_can_be_asked_for(open_page, monkeypatch):
    asked = []

    def made(name, split, limit, wanted, told):
        asked.append(wanted)
        return table(data={"name": name, "what": "toys", "split": split, "demo": True})

    monkeypatch.setattr("ui.hard_live._made", made)
    page = open_page("hard_samples")
    choice = page.at.multiselect(key="hard-live-maps-clips")
    offered = {told.split(" (")[0] for told in choice.options}
    for name in ("egmf", "hct_dmg"):
        assert set(representable(shelf().get(name))) <= offered
    choice.select("fusion.enhanced")
    page.at.multiselect(key="hard-live-maps-clips").select("H.audio")
    page.run()
    page.at.button(key="hard-live-run").click()
    page.run()
    ended(page)

    assert asked == [("fusion.enhanced", "H.audio")]
    page.at.selectbox(key="hard-live-set").select("Generated stickers, validation")
    page.run()
    told = page.at.multiselect(key="hard-live-maps-stickers").options
    assert {t.split(" (")[0] for t in told} == set(representable(shelf().get("mghft")))


def test_a_live_run_that_fails_says_why(open_page, monkeypatch):
    def fails(*_):
        raise DataMissing("The toys are not here. Buy some.")

    monkeypatch.setattr("ui.hard_live._made", fails)
    page = open_page("hard_samples")
    page.at.button(key="hard-live-run").click()
    page.run()
    ended(page)

    assert page.errors == ["The toys are not here. Buy some."]


def test_three_clips_are_asked_live_by_both_models(monkeypatch):
    from ui.hard_live import _made

    told = []
    made = _made(CLIPS, "valid", 3, ("H.audio",), lambda *words: told.append(words))

    assert {"egmf", "hct_dmg"} <= set(made.models)
    assert list(made.models["hct_dmg"].maps) == ["H.audio"]
    assert "H.audio" not in made.models["egmf"].maps
    assert made.models["egmf"].maps
    assert made.ids[0] == "puppet-utterance-valid-00000"
    assert any(words.startswith("asking") for words, _, _ in told)
