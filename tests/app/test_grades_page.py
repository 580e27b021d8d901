"""The page Grades, and the line beside every number of incongruity."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mer_core.checkpoints import folder_of, read_card
from mer_core.grading import WHAT, Grade, Grades, Score, save_grades
from mer_core.grading.telling import found_sentences

SHIPPED = Path(__file__).resolve().parents[2] / "checkpoints"


def score(value, share):
    return Score(value, value - 0.02, value + 0.02, 0.5, share, 1000)


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Grades of HCT-DMG, saved for the weights that ship, in a copy of its folder."""
    weights = read_card("hct_dmg")["weights_sha256"]
    shutil.copytree(folder_of("hct_dmg"), tmp_path / "hct_dmg")
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    grades = (
        Grade("random", score(0.5, 0.0)),
        Grade("confidence", score(0.7, 0.4), milliseconds=1.0, forwards=1.0),
        Grade("disagreement", score(0.9, 0.84), score(0.8, 0.7), 4.0, 2.5),
        Grade("highlight", score(0.51, 0.02), forwards=1.0),
        Grade("batch gate", None, note="One vector for all inputs."),
        Grade("listeners", score(0.96, 0.95)),
        Grade("oracle", score(0.98, 1.0), score(0.95, 1.0)),
    )
    data = {"name": "puppets", "what": "toys of a test", "n": 1000, "incongruent": 300,
            "world": "w", "demo": True}  # fmt: skip
    found = Grades("hct_dmg", "test", data, grades, (), {"weights_sha256": weights}, ("Note it.",))
    found = replace(found, found=found_sentences(found))
    save_grades(found)
    return found


def test_the_page_opens_with_a_sentence_a_figure_and_every_number(open_page, graded):
    page = open_page("grades", graded="HCT-DMG")

    assert graded.found[0] in page.words
    assert page.charts == 1
    table = page.at.dataframe[0].value
    assert list(table["Number"]) == [WHAT[g.name] for g in graded.grades]
    assert table["Something lies (AUROC)"][2] == "0.900 (0.88 to 0.92)"
    assert table["Remark"][4] == "One vector for all inputs."
    assert list(table["Asks"])[4:] == ["the model", "control: the inputs", "reference"]
    assert "toys of a test" in page.words
    assert "Note it." in page.words
    assert not page.errors


def test_controls_stand_apart_from_probes_of_the_model(open_page, graded):
    page = open_page("grades", graded="HCT-DMG")

    assert f"The best probe of the model is “{WHAT['disagreement']}”" in page.words
    assert "never sees this model: 0.960" in page.words
    spec = page.at.get("plotly_chart")[0].proto.spec
    assert "who lies, by listeners\\u003c" in spec or "<i>who lies, by listeners" in spec


def test_what_ships_says_that_the_combinations_gain_by_listeners_is_no_merit(open_page):
    page = open_page("grades", graded="HCT-DMG")
    table = page.at.dataframe[0].value.set_index("Number")

    assert "never look at this model" in table["Remark"][WHAT["combination"]]
    assert "no merit of the model" in page.words


def test_the_other_question_is_another_figure(open_page, graded):
    page = open_page("grades", graded="HCT-DMG")
    before = page.at.get("plotly_chart")[0].proto.spec
    page.choose("grades-measure", "liar")

    assert page.at.get("plotly_chart")[0].proto.spec != before


def test_without_grades_the_page_says_how_to_get_them(open_page, graded):
    (folder_of("hct_dmg") / "grades.json").unlink()
    page = open_page("grades")

    assert "mer grade --save" in page.at.error[0].value
    assert page.charts == 0


def test_grades_of_other_weights_are_not_shown(open_page, graded):
    path = folder_of("hct_dmg") / "card.json"
    card = json.loads(path.read_text()) | {"weights_sha256": "other"}
    path.write_text(json.dumps(card))
    page = open_page("grades")

    assert "graded on other weights" in page.words
    assert page.charts == 0


def test_the_clip_lab_says_how_well_its_number_finds_lies(open_page, graded):
    for name in ("face", "egmf"):  # to answer, a clip needs them too
        (folder_of(name)).symlink_to(SHIPPED / name)
    page = open_page("clip_lab", inside="hct_dmg")

    assert "All grades" in page.words
