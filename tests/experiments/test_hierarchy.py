"""Does the hierarchy lessen distortion? What the comparison must do whatever the runs say."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.errors import BadInput
from mer_core.experiments.base import Ask, load_result, save_result
from mer_core.experiments.hct_dmg import bench, hierarchy
from mer_core.experiments.hct_dmg.hierarchy import (
    CONGRUENT,
    DISPARITY,
    DISTORTION,
    INCONGRUENT,
    MEASURES,
    PAIRED,
    SAME,
    Run,
    at_same_target,
    equal_pairs,
    measured,
    result,
)
from mer_core.probes.tendencies import Lean
from mer_core.types import Modality

LIES = np.array([True, True, False, False])


def ran(model, seed, accuracy, level):
    values = level + np.array([0.0, 0.2, 1.0, 1.2])
    targets = Modality if model == "mult" else [Modality.TEXT]
    by_target = dict.fromkeys(targets, values)
    return Run(model, seed, accuracy, f"{model}{seed}", dict.fromkeys(MEASURES, values), by_target)


@pytest.fixture
def runs():
    return [
        ran("hct_dmg", 0, 0.92, 0.5), ran("hct_dmg", 1, 0.90, 0.7),
        ran("mult", 0, 0.915, 0.9), ran("mult", 1, 0.80, 1.1),
    ]  # fmt: skip


def test_only_runs_of_equal_accuracy_are_paired_and_none_is_left_out(runs):
    pairs = [(a.seed, b.seed) for a, b in equal_pairs(runs)]

    assert pairs == [(0, 0)]
    more = [*runs, ran("mult", 2, 0.905, 1.0)]
    assert [(a.seed, b.seed) for a, b in equal_pairs(more)] == [(0, 0), (1, 2)]


def test_rows_hold_mean_sd_n_and_seeds_by_hand(runs):
    found = result(runs, LIES, "valid")
    ours = found.row("HCT-DMG", DISTORTION, INCONGRUENT)
    other = found.row("MulT", DISTORTION, CONGRUENT)

    assert ours.value == pytest.approx((0.6 + 0.8) / 2)
    assert ours.sd == pytest.approx(np.std([0.6, 0.8], ddof=1))
    assert (ours.n, ours.seeds) == (2, 2)
    assert other.value == pytest.approx((2.0 + 2.2) / 2)
    assert other.reference
    pair = found.of(DISTORTION, PAIRED)
    assert [r.case for r in pair] == ["seed 0 less MulT's seed 0"]
    assert pair[0].value == pytest.approx(-0.4)
    assert "0.920 and 0.915" in pair[0].note


def test_the_sentence_says_what_came_out_whichever_way(runs):
    lower = result(runs, LIES, "valid").found
    swapped = [ran({"hct_dmg": "mult", "mult": "hct_dmg"}[r.model], r.seed, r.accuracy,
                   float(r.numbers[DISTORTION][0])) for r in runs]  # fmt: skip
    higher = result(swapped, LIES, "valid").found

    assert "distortion is lower in HCT-DMG: 0.700 ± 0.141 against 1.100" in lower[0]
    assert "lower in 1 of 1 pairs" in lower[0]
    assert "distortion is not lower in HCT-DMG" in higher[0]
    assert "lower in 0 of 1 pairs" in higher[0]


def test_without_pairs_of_equal_accuracy_it_says_so():
    apart = [ran("hct_dmg", 0, 0.9, 0.1), ran("mult", 0, 0.8, 0.2)]

    assert "No two runs lie within one point" in result(apart, LIES, "valid").found[-1]


def test_a_result_is_saved_and_read_again(runs, tmp_path):
    found = result(runs, LIES, "valid")

    assert load_result(save_result(found, tmp_path / "hierarchy.json")).plain() == found.plain()


def test_measures_are_means_over_the_looks_of_a_model():
    def lean(name, target, source, *numbers):
        count = len(numbers)
        places = torch.full((count,), target), torch.full((count,), source)
        return Lean(name, *places, torch.tensor(numbers), torch.full((count, 7), 1 / 7))

    found = measured(
        (
            lean("H.text", 0, -1, 1.0, -1.0), lean("H.audio", 1, -1, 2.0, 0.0),
            lean("H.vision", 2, -1, 0.0, 1.0), lean("Y_u", 0, 1, 1.5, 1.0),
            lean("Y_v", 0, 2, -0.5, -1.0),
        )
    )  # fmt: skip

    assert found[DISTORTION].tolist() == [1.0, 1.0]
    assert found[DISPARITY].tolist() == [2.0, 2.0]
    assert found["flips"].tolist() == [0.5, 0.5]


def test_the_same_target_is_the_one_that_leads_in_each_run_of_ours():
    """MulT's row is the mean over our leaders; a pair takes MulT's value at its own leader."""
    by = {m: np.full(4, 2.0**i) for i, m in enumerate(Modality)}  # text 1, audio 2, vision 4
    ours = [
        replace(ran("hct_dmg", s, 0.9, 0.1), by_target={m: np.full(4, 10.0)})
        for s, m in enumerate((Modality.VISION, Modality.TEXT, Modality.VISION))
    ]
    runs = at_same_target([*ours, replace(ran("mult", 0, 0.9, 0.2), by_target=by)])
    found = result(runs, LIES, "valid")

    assert [float(r.numbers[SAME][0]) for r in runs] == [10.0, 10.0, 10.0, 3.0]
    assert found.row("MulT", SAME, INCONGRUENT).value == pytest.approx(3.0)
    pairs = found.of(SAME, PAIRED)
    assert [r.value for r in pairs] == [10.0 - 4.0, 10.0 - 1.0, 10.0 - 4.0]
    assert [r.note.split(";")[0] for r in pairs] == ["at vision", "at text", "at vision"]
    assert "vision (seed 0), text (seed 1), vision (seed 2)" in " ".join(found.notes)


def test_a_seed_that_is_not_here_is_named_with_the_way_to_train_it(monkeypatch):
    monkeypatch.setattr(bench, "has_run", lambda *_: False)

    with pytest.raises(BadInput, match="mer train hct_dmg --version fused --seed 3"):
        hierarchy.run(Ask("valid", seeds=(3,)), lambda *_: None)
    with pytest.raises(BadInput, match="at least 1"):
        hierarchy.run(Ask("valid", 0), lambda *_: None)
