"""What an edit did to the answer."""

from dataclasses import replace

import pytest
import torch

from mer_core.probes.change import change
from mer_core.types import Prediction
from mer_core.views import figure, to_csv

NAMES = ("joy", "grief", "calm")


@pytest.fixture
def said(recorded):
    """A function: probabilities -> a recording whose first sample is answered so."""
    base = recorded("mghft")

    def recording(*probs: float):
        logits = torch.tensor([probs]).log().expand(len(base.samples), -1)
        return replace(base, prediction=Prediction(logits, NAMES))

    return recording


def test_a_turned_answer_is_told_with_its_points(said):
    found = change(said(0.7, 0.2, 0.1), said(0.25, 0.7, 0.05))

    assert found.says() == (
        "The answer turns from joy to grief: grief goes from 20 % to 70 % (+50 points)."
    )
    assert found.moved[0].tolist() == pytest.approx([-0.45, 0.5, -0.05], abs=1e-6)


def test_a_strengthened_answer_and_an_edit_without_effect(said):
    assert change(said(0.5, 0.3, 0.2), said(0.6, 0.2, 0.2)).says() == (
        "joy goes from 50 % to 60 % (+10 points)."
    )
    still = change(said(0.5, 0.3, 0.2), said(0.5, 0.3, 0.2))
    assert still.still()
    assert still.says() == "The edit moves nothing: the answer stays joy."


def test_figure_and_table_show_both_answers(said):
    found = change(said(0.7, 0.2, 0.1), said(0.25, 0.7, 0.05))
    now, before, labels = figure(found).data

    assert list(now.x) == pytest.approx([0.25, 0.7, 0.05])
    assert list(before.x) == pytest.approx([0.7, 0.2, 0.1])
    assert labels.text[0].endswith("▼ 45")
    assert "<b>70 %</b>  ▲ 50" in labels.text[1]
    assert to_csv(found).splitlines()[1] == "sample,emotion,before,after,change"


def test_answers_about_other_emotions_are_not_compared(said):
    other = said(0.7, 0.2, 0.1)
    renamed = replace(other, prediction=replace(other.prediction, names=("a", "b", "c")))

    with pytest.raises(ValueError, match="same emotions"):
        change(other, renamed)
