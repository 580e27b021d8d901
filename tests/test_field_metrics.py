"""Tests of mer_core.field_metrics: every number is worked out in a comment."""

import numpy as np
import pytest
import torch

from mer_core.field_metrics import (
    class_scores,
    head_scores,
    label_of,
    sentiment_scores,
    sims_scores,
)


def numbers(*values):
    return torch.tensor(values, dtype=torch.float32)


def test_swapped_f1_weighs_by_what_was_said():
    """Four samples without zeros, one positive missed.

    Positive: 2 found, 1 missed, 0 wrongly: F1 = 4/5. Negative: 1 found, 1 wrongly: F1 = 2/3.
    True 3 to 1: 3/4 * 4/5 + 1/4 * 2/3 = 23/30. Said 2 to 2: (4/5 + 2/3) / 2 = 11/15.
    """
    scores = sentiment_scores(numbers(1.2, 0.4, -0.3, -2.0), numbers(2.0, 0.6, 1.0, -1.0))

    assert scores["acc2_non0"] == pytest.approx(3 / 4)
    assert scores["f1_non0"] == pytest.approx(23 / 30)
    assert scores["f1_non0_swapped"] == pytest.approx(11 / 15)
    assert scores["f1_has0"] == pytest.approx(23 / 30)  # nothing is 0, so both ways agree
    assert scores["f1_has0_swapped"] == pytest.approx(11 / 15)


def test_zeros_are_kept_by_one_convention_and_dropped_by_the_other():
    """Truth 1, -1, 0, 0; said 1, -1, -0.5, 0.5: with zeros 3 of 4 right, without them 2 of 2.

    With zeros, "not negative" is true 3 times: found 2, missed 1: F1 = 4/5. "Negative" is true
    once: found 1, wrongly 1: F1 = 2/3. 3/4 * 4/5 + 1/4 * 2/3 = 23/30; swapped 11/15.
    """
    scores = sentiment_scores(numbers(1.0, -1.0, -0.5, 0.5), numbers(1.0, -1.0, 0.0, 0.0))

    assert scores["acc2_has0"] == pytest.approx(3 / 4)
    assert scores["f1_has0"] == pytest.approx(23 / 30)
    assert scores["f1_has0_swapped"] == pytest.approx(11 / 15)
    assert scores["acc2_non0"] == scores["f1_non0"] == 1
    assert (scores["n"], scores["n_non0"]) == (4, 2)


def test_a_said_zero_is_not_negative_with_zeros_and_not_positive_without():
    """Truth 1; said exactly 0: right where "negative or not" is asked, wrong otherwise."""
    scores = sentiment_scores(numbers(0.0, -1.0), numbers(1.0, -1.0))

    assert scores["acc2_has0"] == 1
    assert scores["acc2_non0"] == 0.5


def test_where_every_truth_is_zero_the_scores_without_zeros_are_left_out():
    scores = sentiment_scores(numbers(0.5, -0.5), numbers(0.0, 0.0))

    assert scores["n_non0"] == 0
    assert "acc2_has0" in scores
    assert not {"acc2_non0", "f1_non0", "f1_non0_swapped"} & set(scores)


def test_halves_are_rounded_to_the_even_neighbour():
    """Said -> class, truth's class: 0.5 -> 0, 0; 1.5 -> 2, 2; 2.5 -> 2, 2; -0.5 -> 0, 0; 1.5, 1.

    Rounding halves up would give 1, 2, 3, 0 and 2: two of five right in place of four.
    """
    said, truth = numbers(0.5, 1.5, 2.5, -0.5, 1.5), numbers(0.0, 2.0, 2.0, 0.0, 1.0)

    assert sentiment_scores(said, truth)["acc7"] == pytest.approx(4 / 5)
    assert np.mean(np.floor(said.numpy() + 0.5) == truth.numpy()) == pytest.approx(2 / 5)


def test_seven_classes_clip_to_three_and_five_classes_to_two():
    """Said 4.2, truth 2.8: both 3 of seven, both 2 of five. Said 1.9, truth 2.6: 2 and 3; 2 and 2.

    Said -3.6, truth -1.4: -3 and -1; -2 and -1.
    """
    scores = sentiment_scores(numbers(4.2, 1.9, -3.6), numbers(2.8, 2.6, -1.4))

    assert scores["acc7"] == pytest.approx(1 / 3)
    assert scores["acc5"] == pytest.approx(2 / 3)


def test_error_and_correlation_are_over_all_samples_and_unclipped():
    """Errors 0, 1, 2: mean 1. Said 1, 3, 5 against 1, 2, 3: on a line, correlation 1."""
    scores = sentiment_scores(numbers(1.0, 3.0, 5.0), numbers(1.0, 2.0, 3.0))

    assert scores["mae"] == pytest.approx(1.0)
    assert scores["corr"] == pytest.approx(1.0)


def test_sims_cuts_at_its_edges_which_belong_below():
    """Truth -1, -0.7, -0.1, 0, 0.1, 0.7, 1 lies in classes 0 0 1 2 2 3 4 of five, 0 0 0 1 1 2 2
    of three, 0 0 0 0 1 1 1 of two. Said is a little more: classes 0 1 2 2 3 4 4; 0 0 1 1 2 2 2;
    0 0 0 1 1 1 1. Equal: 3, 5 and 6 of 7.
    """
    truth = numbers(-1.0, -0.7, -0.1, 0.0, 0.1, 0.7, 1.0)
    scores = sims_scores(truth + 0.05, truth)

    assert scores["acc5"] == pytest.approx(3 / 7)
    assert scores["acc3"] == pytest.approx(5 / 7)
    assert scores["acc2"] == pytest.approx(6 / 7)
    # Negative: true 4, said 3, F1 = 6/7. Positive: true 3, said 4, F1 = 6/7.
    assert scores["f1"] == pytest.approx(6 / 7)
    # The last answer, 1.05, is clipped to 1: errors 6 x 0.05 and 0.
    assert scores["mae"] == pytest.approx(0.3 / 7, abs=1e-6)


def test_weak_sentiment_and_explained_variance_of_sims():
    """Truth -0.8, -0.4, 0.2, 1; said -0.8, 0.1, 0.3, 1. Weak are the two in the middle: one of two.

    Errors 0, 0.5, 0.1, 0: squares sum to 0.26. The truth's mean is 0; its squares sum to 1.84.
    """
    scores = sims_scores(numbers(-0.8, 0.1, 0.3, 1.0), numbers(-0.8, -0.4, 0.2, 1.0))

    assert scores["acc2"] == pytest.approx(3 / 4)
    assert scores["acc2_weak"] == pytest.approx(1 / 2)
    assert scores["r2"] == pytest.approx(1 - 0.26 / 1.84, abs=1e-6)


def test_without_weak_truths_or_variance_their_scores_are_left_out():
    scores = sims_scores(numbers(0.8, 0.9), numbers(0.9, 0.9))

    assert not {"acc2_weak", "r2"} & set(scores)


def test_a_label_on_an_edge_is_cut_in_single_precision():
    """float32 0.1 is above the double 0.1, and must stay in the class below the edge."""
    assert float(np.float32(0.1)) > 0.1
    scores = sims_scores(numbers(0.0, 0.0), numbers(0.1, 0.11))

    assert scores["acc3"] == 0.5


def test_classes_are_weighed_by_how_often_they_are_true():
    """Truth 0 0 0 1 2, said 0 0 1 1 1.

    Class 0: precision 1, recall 2/3, F1 4/5. Class 1: 1/3, 1, 1/2. Class 2 is never said: 0.
    Weights 3/5, 1/5, 1/5: precision 2/3, recall 3/5, F1 29/50. Macro F1: 13/30.
    """
    scores = class_scores(torch.tensor([0, 0, 1, 1, 1]), torch.tensor([0, 0, 0, 1, 2]))

    assert scores["accuracy"] == pytest.approx(3 / 5)
    assert scores["weighted_precision"] == pytest.approx(2 / 3)
    assert scores["weighted_recall"] == pytest.approx(3 / 5)
    assert scores["weighted_f1"] == pytest.approx(29 / 50)
    assert scores["macro_f1"] == pytest.approx(13 / 30)


def test_each_emotion_of_iemocap_is_scored_alone():
    """Happy: truth yes no no no, always said no: accuracy 3/4, F1 of "no" 6/7, of "yes" 0.

    Weighted: 3/4 * 6/7 = 9/14. Sad: truth yes yes no no, said yes no no no: "yes" 2/3, "no" 4/5,
    half each: 11/15.
    """
    said = torch.tensor([[0, 1], [0, 0], [0, 0], [0, 0]], dtype=torch.bool)
    truth = torch.tensor([[1, 1], [0, 1], [0, 0], [0, 0]], dtype=torch.bool)
    scores = head_scores(said, truth, ("happy", "sad"))

    assert scores["happy_accuracy"] == scores["sad_accuracy"] == pytest.approx(3 / 4)
    assert scores["happy_f1"] == pytest.approx(9 / 14)
    assert scores["sad_f1"] == pytest.approx(11 / 15)
    assert scores["n"] == 4


def test_four_emotions_give_eight_numbers_with_names():
    names = ("neutral", "happy", "sad", "angry")
    yes = torch.eye(4, dtype=torch.bool)
    scores = head_scores(yes, yes, names)

    assert len(scores) == 8 + 1
    assert label_of("angry_f1") == "angry: F1"
    assert label_of("acc7") == "Acc-7"
