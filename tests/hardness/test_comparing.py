"""Differences between a chosen set and the rest, against numbers computed by hand."""

import math

import numpy as np
import pytest
from hard_tables import table

from mer_core.hardness.comparing import (
    compared,
    difference_of_means,
    difference_of_shares,
    wilson,
)
from mer_core.hardness.wording import overused, words_in


def flags(hits: int, n: int) -> np.ndarray:
    return np.arange(n) < hits


def test_wilsons_interval_of_a_share():
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-4)  # Newcombe (1998), case a
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-4)
    assert all(math.isnan(end) for end in wilson(0, 0))


def test_newcombes_interval_of_a_difference_of_shares():
    """Table II of Newcombe (1998), Statistics in Medicine 17: 56/70 less 48/80, method 10."""
    found = difference_of_shares("x", flags(56, 70), flags(48, 80))

    assert found.difference == pytest.approx(0.2)
    assert found.difference_low == pytest.approx(0.0524, abs=5e-5)
    assert found.difference_high == pytest.approx(0.3339, abs=5e-5)
    assert (found.n_chosen, found.n_rest) == (70, 80)


def test_cohens_h_of_a_half_and_of_everything():
    found = difference_of_shares("x", flags(50, 50), flags(25, 50))

    assert found.effect == pytest.approx(math.pi / 2)
    assert found.effect_high - found.effect == pytest.approx(1.959964 * math.sqrt(2 / 50))


def test_hedges_g_of_two_small_samples():
    """Means 3 and 1, both of variance 1, three samples each: d = 2, correction 1 - 3/15."""
    chosen, rest = np.array([2.0, 3.0, 4.0]), np.array([0.0, 1.0, 2.0])
    found = difference_of_means("x", "bits", chosen, rest)

    assert found.effect == pytest.approx(2 * (1 - 3 / 15))
    assert found.difference == pytest.approx(2)
    assert found.difference_high == pytest.approx(2 + 1.959964 * math.sqrt(2 / 3))
    variance = 6 / 9 + 1.6**2 / 12
    assert found.effect_high == pytest.approx(1.6 + 1.959964 * math.sqrt(variance))


def test_where_nothing_varies_there_is_no_size_of_an_effect():
    found = difference_of_means("x", "bits", np.ones(3), np.ones(4))

    assert math.isnan(found.effect)
    assert found.difference == 0


def test_a_set_is_compared_on_all_that_is_known():
    chosen = np.array([False, True, False, False, True, True])
    found = {d.what: d for d in compared(table(), "first", chosen)}

    assert found["accuracy"].chosen == 0
    assert found["accuracy"].rest == 1
    assert (found["accuracy"].n_chosen, found["accuracy"].n_rest) == (2, 3)
    bits = found["disagreement of the modalities"]
    assert bits.chosen == pytest.approx(1.05)
    assert bits.n_chosen == 2
    assert found["kind: sarcasm"].chosen == pytest.approx(2 / 3)
    assert "spread of people's labels" not in found
    assert not any("unknown" in what for what in found)


def test_a_set_too_small_to_compare_gives_nothing():
    one = np.array([True] + [False] * 5)

    assert compared(table(), "first", one) == ()


def test_words_that_only_the_chosen_say_stand_out():
    chosen = ["oh great great", "great, thanks"] * 20
    rest = ["the weather is the weather"] * 60
    found = overused(chosen, rest)

    assert found[0].word == "great"
    assert (found[0].chosen, found[0].rest) == (60, 0)
    assert found[0].z > 1.96
    assert "weather" not in {w.word for w in found}


def test_a_word_that_both_say_alike_does_not_stand_out():
    found = overused(["a rose is red"] * 10 + ["sky"], ["a rose is red"] * 10 + ["sea"])

    assert [w.word for w in found] == ["sky"]
    assert found[0].z < 1.96


def test_log_odds_are_monroes():
    """Counts 3 of 4 against 1 of 4, prior 4: alphas 2 and 2, so log(5/3) - log(3/5)."""
    found = overused(["a a a b"], ["a b b b"], prior=4.0)

    assert found[0].word == "a"
    assert found[0].log_odds == pytest.approx(math.log(5 / 3) - math.log(3 / 5))
    assert found[0].z == pytest.approx(found[0].log_odds / math.sqrt(1 / 5 + 1 / 3))


def test_without_words_on_either_side_nothing_stands_out():
    assert overused([], ["a b"]) == []
    assert overused(["a"], ["a"]) == []
    assert words_in("C'est l'été — 3.5!") == ["c'est", "l'été"]
