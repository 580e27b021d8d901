"""Results: what a row says, what is saved, and how a damaged file is refused."""

import csv
import io

import numpy as np
import pytest

from mer_core.errors import BadInput, ResultInvalid, UnknownName
from mer_core.experiments import EXPERIMENTS
from mer_core.experiments.base import (
    ACCURACY,
    MILLISECONDS,
    Result,
    Row,
    UnknownExperiment,
    chosen,
    load_result,
    over_seeds,
    said,
    save_result,
    spread,
    summary,
)


@pytest.fixture
def result():
    scores = np.array([[1.0, 1, 1, 0], [1, 1, 0, 0]])
    rows = (
        over_seeds("all", ACCURACY, scores, reference=True, group="words"),
        over_seeds("none", ACCURACY, scores[:1] * 0, group="words", note="a note"),
    )
    data = {"name": "toys", "what": "four toys", "split": "valid", "n": 4, "demo": True}
    return Result("mghft", "toy", ("It holds.",), data, (0, 1), rows, (ACCURACY,))


def test_a_row_has_the_mean_over_seeds_and_both_spreads(result):
    row = result.row("all", ACCURACY, "words")

    assert row.value == pytest.approx(0.625)
    assert row.sd == pytest.approx(np.std([0.75, 0.5], ddof=1))
    assert (row.n, row.seeds) == (4, 2)
    assert row.low < row.value < row.high


def test_one_seed_has_no_sd(result):
    assert result.row("none", ACCURACY, "words").sd is None


def test_no_samples_are_an_error_that_says_what_to_do():
    with pytest.raises(BadInput, match="--limit"):
        over_seeds("nobody", ACCURACY, np.zeros((2, 0)))


def test_a_saved_result_comes_back_whole_and_twice_the_same(result, tmp_path):
    path = save_result(result, tmp_path / "toy.json")
    first = path.read_bytes()
    again = load_result(path)

    assert again == result
    save_result(again, path)
    assert path.read_bytes() == first


@pytest.mark.parametrize("words", ["", "{", "[]", '{"format": 1}', '{"format": 99}', "null"])
def test_what_is_no_result_is_refused_in_a_sentence(words, tmp_path):
    path = tmp_path / "toy.json"
    path.write_text(words)

    with pytest.raises(ResultInvalid, match="mer experiment"):
        load_result(path)


def test_a_result_that_is_not_here_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(ResultInvalid, match=r"no saved result toy\.json"):
        load_result(tmp_path / "toy.json")


def test_the_table_has_every_row_and_field(result):
    rows = list(csv.DictReader(io.StringIO(result.to_csv())))

    assert [r["case"] for r in rows] == ["all", "none"]
    assert float(rows[0]["value"]) == pytest.approx(0.625)
    assert rows[1]["note"] == "a note"


def test_the_caption_says_n_seeds_split_and_demo_data(result):
    caption = result.caption()

    assert "n = 4 samples" in caption or "n = 4 stickers" in caption
    assert "demo data" in caption
    assert "valid" in caption
    assert "1 to 2 seeds" in caption


def test_values_are_written_by_their_measure():
    assert said(ACCURACY, 0.8127) == "81.3 %"
    assert said("AUROC", 0.8127) == "0.813"
    assert said(MILLISECONDS, 12.34) == "12.3 ms"
    assert spread(Row("a", ACCURACY, 0.5, 9, 3, 0.01)) == "50.0 % ± 1.0"


def test_the_summary_names_group_and_case(result):
    assert set(summary(result)) == {"words: all", "words: none"}


def test_experiments_are_chosen_by_name_and_a_wrong_one_is_named():
    assert [e.name for e in chosen(EXPERIMENTS, "mghft", ["biased"])] == ["biased"]
    assert len(chosen(EXPERIMENTS, "mghft")) == len(EXPERIMENTS["mghft"])
    with pytest.raises(UnknownExperiment, match=r"'bias'\. Did you mean 'biased'"):
        chosen(EXPERIMENTS, "mghft", ["bias"])
    with pytest.raises(UnknownName):
        chosen(EXPERIMENTS, "mgfht")


def test_every_experiment_says_what_it_asks_and_where_the_claim_is_from():
    for name, experiment in EXPERIMENTS["mghft"].items():
        assert experiment.name == name
        assert experiment.question.endswith("?")
        assert len(experiment.claim) > 20
        assert experiment.source
