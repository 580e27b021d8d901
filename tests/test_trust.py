"""Tests of mer_core.trust: what stands beside an answer so that nobody trusts it too much."""

import torch
from tiny_egmf import tiny

from mer_core.trust import no_answer, not_all_read
from mer_core.types import Modality, Prediction, Sample

NAMES = ("anger", "joy")


def test_words_that_are_not_read_are_counted():
    model = tiny(longest=6)
    text = "no " * 9
    stream = model.processor()([Sample(id="a", text=text)]).streams[Modality.TEXT]

    assert int(stream.mask.sum()) == 6
    assert "EGMF reads the first 6 of these 9 tokens" in not_all_read("EGMF", model, text)
    assert not_all_read("EGMF", model, "no " * 6) == ""
    assert not_all_read("EGMF", model, " ") == ""


def test_a_model_that_reads_features_of_words_reads_all(untrained):
    assert not_all_read("HCT-DMG", untrained("hct_dmg"), "no " * 99) == ""


def test_an_answer_that_is_none_is_told_and_one_that_is_one_is_not():
    odd = {"emotion": torch.tensor([True, False]), "number": torch.tensor([True, False])}
    said = Prediction(torch.zeros(2, 2), NAMES, unread=odd)

    assert no_answer(said).startswith("Asked for the emotion and the number it would rather say")
    assert no_answer(said, 1) == ""
    assert no_answer(Prediction(torch.zeros(1, 2), NAMES)) == ""
