"""The page Experiments: claim, saved result, and a live run that can be watched and stopped."""

import threading
import time
from dataclasses import replace
from urllib.parse import quote

import numpy as np
import pytest

from mer_core.checkpoints import read_card
from mer_core.errors import DataMissing
from mer_core.experiments import EXPERIMENTS
from mer_core.experiments.base import (
    ACCURACY,
    PaperExperiment,
    Result,
    Row,
    load_result,
    over_seeds,
    result_path,
    save_result,
)
from mer_core.grading import WHAT
from ui.experiments import GRADED, graded_as, models_of
from ui.resources import NAMES, called

HALF_MINUTE = 300  # tenths of a second


def toy(n=4, value=1.0, split="test"):
    """A small result with two measures, two groups of cases, and doses."""
    scores = np.full((2, n), value)
    rows = [
        over_seeds(c, ACCURACY, scores, group="words", reference=c == "all") for c in ("all", "no")
    ]
    rows += [
        Row(str(dose), ACCURACY, 0.5, n, group="doses", dose=float(dose), note="a dose")
        for dose in range(3)
    ]
    rows.append(Row("all", "correlation", 0.25, n, group="words"))
    data = {"name": "toys", "what": "toys of a test", "split": split, "n": n, "demo": True}
    return Result(
        "mghft", "toy", ("It holds well.",), data, (0, 1), tuple(rows), (ACCURACY, "correlation"),
        dosage="toys", notes=("Only toys were asked.",), manifest={"code": "abc"},
    )  # fmt: skip


@pytest.fixture
def play(monkeypatch):
    """A toy experiment alone in the table, whose live run waits until it is told to go on."""
    go, seen = threading.Event(), {}

    def run(ask, progress):
        seen["ask"] = ask
        while not go.wait(0.05):
            progress("playing with toys", 1, 2)
        progress("playing with toys", 2, 2)
        if seen.get("fails"):
            raise DataMissing("The toys are not here. Buy some.")
        return toy(ask.limit, 0.0, ask.split)

    made = PaperExperiment("toy", "Toys", "Do toys help?", "They are said to.", "a toy paper", run)
    monkeypatch.setitem(EXPERIMENTS, "mghft", {"toy": made})
    yield go, seen
    go.set()


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """The toy's result as it would ship."""
    path = save_result(toy(), tmp_path / "toy.json")
    monkeypatch.setattr("ui.experiments.result_path", lambda *_: path)
    return path


def ended(page):
    """Wait for the live run of this session, then draw the page anew."""
    job = page.at.session_state["experiment_job"]
    for _ in range(HALF_MINUTE):
        if not job.busy:
            return page.run()
        time.sleep(0.1)
    raise AssertionError("the live run did not end")


@pytest.mark.parametrize("name", EXPERIMENTS["mghft"])
def test_every_experiment_shows_its_question_and_the_papers_claim(open_page, name):
    experiment = EXPERIMENTS["mghft"][name]
    page = open_page("experiments", experiment=experiment.title)

    assert [s.value for s in page.at.subheader] == [experiment.question]
    assert experiment.claim in page.words
    assert experiment.source in page.words
    assert not page.errors


@pytest.mark.parametrize("name", EXPERIMENTS["egmf"])
def test_egmfs_experiments_open_by_address_and_say_what_is_run_here(open_page, name):
    """Those with a part that needs no training can be run; the others say why not."""
    experiment = EXPERIMENTS["egmf"][name]
    page = open_page("experiments", **{"paper": NAMES["egmf"], "experiment-egmf": experiment.title})

    assert [s.value for s in page.at.subheader] == [experiment.question]
    assert experiment.claim in page.words
    assert any(b.key == "live-run" for b in page.at.button) == experiment.live
    assert not page.errors


def test_a_saved_result_opens_with_sentence_figure_table_and_where_it_is_from(
    open_page, play, saved
):
    page = open_page("experiments")

    assert "It holds well." in page.words
    assert page.charts == 1
    assert "n = 4" in page.words
    assert "demo data" in page.words
    assert "toys of a test" in page.words
    assert "Only toys were asked." in page.words
    assert len(page.at.dataframe[0].value) == 2
    labels = [b.label for b in page.at.get("download_button")]
    assert labels == ["Numbers as CSV", "Whole result as JSON"]


def test_a_result_of_other_weights_is_told_beside_what_was_found(open_page, play, saved):
    changed = "the code of mghft changed"
    page = open_page("experiments")
    assert changed in page.at.warning[0].value

    save_result(replace(toy(), manifest={"code": read_card("mghft")["code_hash"]}), saved)
    assert not open_page("experiments").at.warning


def test_another_group_of_cases_is_another_figure(open_page, play, saved):
    page = open_page("experiments")
    before = page.at.get("plotly_chart")[0].proto.spec
    groups = {g.key: g for g in page.at.get("button_group")}
    groups["experiment-mghft-toy-0-group"].set_value("doses")
    page.run()

    assert page.at.get("plotly_chart")[0].proto.spec != before
    assert list(page.at.dataframe[0].value["Note"]) == ["a dose"] * 3


@pytest.mark.parametrize("words", [None, "{", '{"format": 99}'])
def test_without_a_readable_result_the_page_says_how_to_get_one(open_page, play, saved, words):
    saved.unlink() if words is None else saved.write_text(words)
    page = open_page("experiments")

    assert "mer experiment mghft toy --save" in page.at.info[0].value
    assert page.charts == 0
    assert page.at.button(key="live-run")


def test_a_live_run_is_watched_and_then_stands_beside_the_saved_one(open_page, play, saved):
    go, seen = play
    page = open_page("experiments")
    page.at.button(key="live-run").click()
    page.run()

    assert page.at.button(key="live-stop")
    go.set()
    ended(page)

    assert (seen["ask"].split, seen["ask"].limit, seen["ask"].quick) == ("valid", 50, True)
    assert "Live, just now" in page.words
    assert "valid split" in page.words
    assert page.words.count("It holds well.") == 2


def test_a_live_run_can_be_stopped_and_leaves_the_page_as_it_was(open_page, play, saved):
    page = open_page("experiments")
    page.at.button(key="live-run").click()
    page.run()
    page.at.button(key="live-stop").click()
    page.run()
    ended(page)

    assert not page.errors
    assert "Live, just now" not in page.words
    assert page.at.button(key="live-run")


def test_a_live_run_that_fails_says_why_in_one_sentence(open_page, play, saved):
    go, seen = play
    seen["fails"] = True
    go.set()
    page = open_page("experiments")
    page.at.button(key="live-run").click()
    page.run()
    ended(page)

    assert page.errors == ["The toys are not here. Buy some."]


def test_an_experiment_that_takes_training_offers_no_live_run(open_page, play, monkeypatch):
    kept = EXPERIMENTS["mghft"]["toy"]
    still = PaperExperiment(**{**vars(kept), "live": False})
    monkeypatch.setitem(EXPERIMENTS, "mghft", {"toy": still})
    page = open_page("experiments")

    assert not [b for b in page.at.button if b.key == "live-run"]
    assert "not run live" in page.words

    read = PaperExperiment(**{**vars(still), "still": "It reads the card."})
    monkeypatch.setitem(EXPERIMENTS, "mghft", {"toy": read})
    page = open_page("experiments")
    assert "It reads the card." in page.words
    assert "not run live" not in page.words


def test_another_paper_has_experiments_of_its_own(open_page, play, monkeypatch):
    """The paper stands before the experiment; long runs say how long."""
    other = PaperExperiment(
        "other", "Others", "Do others help?", "Perhaps.", "another paper", lambda *_: toy(),
        model="hct_dmg", cost="Takes an hour.",
    )  # fmt: skip
    monkeypatch.setitem(EXPERIMENTS, "hct_dmg", {"other": other})
    page = open_page("experiments")
    next(g for g in page.at.get("button_group") if g.key == "paper").set_value("hct_dmg")
    page.run()

    assert "Do others help?" in page.words
    assert "Takes an hour." in page.words
    assert "mer experiment hct_dmg other --save" in page.at.info[0].value


@pytest.mark.parametrize("name", ["feasibility", "hierarchy", "divergence"])
def test_what_attention_does_stands_beside_its_grade(open_page, name):
    experiment = EXPERIMENTS["hct_dmg"][name]
    title = {"paper": "HCT-DMG", "experiment-hct_dmg": experiment.title}
    page = open_page("experiments", **title)

    saved = load_result(result_path("hct_dmg", name))
    assert all(graded_as(name, measure) for measure in saved.measures)
    for model in models_of(saved):
        assert f"[All grades](grades?graded={quote(called(model))})" in page.words
    assert "On 1,000 puppets this number" in page.words
    assert not page.errors


def test_what_is_no_number_of_incongruity_has_no_grade(open_page):
    title = {"paper": "HCT-DMG", "experiment-hct_dmg": EXPERIMENTS["hct_dmg"]["layers"].title}
    page = open_page("experiments", **title)

    assert page.charts == 1
    assert "All grades" not in page.words


def test_each_measure_has_the_grade_of_what_it_sums_up():
    assert graded_as("hierarchy", "source disparity at the same target") == "disparity"
    assert graded_as("feasibility", "share whose sign turned") == "flips"
    assert graded_as("divergence", "divergence KL, in bits") == "attention"
    assert graded_as("layers", ACCURACY) is None
    assert set().union(*(given.values() for given in GRADED.values())) <= set(WHAT)
