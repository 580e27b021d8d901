"""EGMF on sets of the field: from a file with words to its table."""

from dataclasses import replace

import pytest
from field_files import WRITERS
from field_sets import toy_set

from mer_core.datasets import open_utterances
from mer_core.encoders.text import EMBEDDED
from mer_core.errors import BadInput, UnknownName
from mer_core.training.field import open_run, train_on
from mer_core.training.field_card import table
from mer_core.training.field_data import digest
from mer_core.training.field_plans import Wish, config_of
from mer_core.training.field_words import cut_short, language_mark, language_of, processor_of

QUICK = Wish("small", layers=1, epochs=1, seeds=(0,))


def spoken(data, text):
    """The set with other words."""
    splits = {k: [replace(s, text=text) for s in split] for k, split in data.splits.items()}
    return replace(data, splits=splits)


def test_numbers_are_generated_scored_and_those_not_read_are_counted(tmp_path):
    found = train_on(toy_set(), "egmf", QUICK, root=tmp_path)
    test = found["scores"]["test"]
    rows = table(found)

    assert {"f1_has0", "f1_non0", "acc7", "mae"} <= set(test)
    assert 0 <= test["unread"]["mean"] <= test["n"]["mean"] == 8
    assert test["one_decimal_floor"]["mean"] == pytest.approx(0.0, abs=1e-6)  # labels have one
    assert {"answers that could not be read", "F1, without zeros"} <= set(rows)

    model = open_run(next((tmp_path).glob("*/seed0")))
    split = toy_set().splits["test"]
    assert model.config.emotions == ()
    assert model(processor_of(model, toy_set())(split)).names == ("negative", "positive")


def test_classes_are_answered_by_digits(tmp_path):
    found = train_on(toy_set("classes"), "egmf", QUICK, root=tmp_path)

    assert found["config"]["answers"] == ("0", "1", "2")
    assert "0 low, 1 middle, 2 high" in found["config"]["emotion_task"]
    assert found["scores"]["test"]["n"]["mean"] == 8
    assert "unread" in found["scores"]["test"]


def test_lora_is_off_on_chinese_words_unless_asked_for():
    chinese = spoken(toy_set(limits=(-1.0, 1.0)), "我很好")
    config = config_of("egmf", chinese, QUICK)

    assert language_of(chinese) == "zh"
    assert config.rank == 0
    assert "-1.0" in config.number_task
    assert "请" in config.number_task
    assert config_of("egmf", chinese, replace(QUICK, lora=True)).rank == 8
    assert config_of("egmf", toy_set(), QUICK).rank == 8
    assert config_of("egmf", toy_set(), replace(QUICK, lora=False)).rank == 0


def test_other_words_are_another_run():
    """EGMF reads them, so a corrected file must not be given the old table."""
    quiet = lambda *_: None  # noqa: E731

    assert digest(spoken(toy_set(), "yes"), quiet) != digest(spoken(toy_set(), "no"), quiet)
    assert digest(toy_set(), quiet) == digest(toy_set(), quiet)


def test_another_state_of_a_folder_is_another_language_model(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    before = language_mark(str(tmp_path))
    (tmp_path / "config.json").write_text('{"a": 1}')

    assert before
    assert language_mark(str(tmp_path)) != before
    assert language_mark(EMBEDDED) == language_mark("someone/on-the-hub") == ""


def test_what_is_cut_is_counted_and_sets_have_their_own_length():
    long = spoken(toy_set(), "so " * 60)
    config = config_of("egmf", long, QUICK)

    assert config.longest == 50
    assert "48 of 48 utterances have more than 50 tokens and are cut" in cut_short(config, long)
    meld = config_of("egmf", replace(long, name="meld"), QUICK)
    assert meld.longest == 65
    assert cut_short(meld, long) == ""


def test_the_precision_of_a_language_model_can_be_chosen():
    assert config_of("egmf", toy_set(), QUICK).precision == "full"
    assert config_of("egmf", toy_set(), replace(QUICK, precision="bf16")).precision == "bf16"
    with pytest.raises(UnknownName, match="4bit"):
        config_of("egmf", toy_set(), replace(QUICK, precision="4bits"))
    with pytest.raises(BadInput, match="--precision: hct_dmg stands on no language model"):
        config_of("hct_dmg", toy_set(), Wish(precision="bf16"))


def test_a_set_without_words_and_one_with_four_questions_are_refused():
    with pytest.raises(BadInput, match="brings features of words but not the words"):
        config_of("egmf", spoken(toy_set(), None), QUICK)
    with pytest.raises(BadInput, match="asks four questions at once"):
        config_of("egmf", toy_set("four-binary"), QUICK)


@pytest.mark.parametrize("format", [f for f in WRITERS if f.startswith(("mmsa", "mse-adapter"))])
def test_files_that_egmf_was_made_for_go_from_file_to_table(format, tmp_path):
    """MMSA pickles (MOSEI, SIMS) and MSE-Adapter's lists (MELD, CHERMA)."""
    data = open_utterances(format.split(",")[0], WRITERS[format](tmp_path / "set"))
    found = train_on(data, "egmf", QUICK, root=tmp_path / "runs")

    assert "unread" in next(iter(found["scores"].values()))
