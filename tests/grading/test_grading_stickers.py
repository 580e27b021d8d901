"""Grades on stickers: what contradicts, who, and which numbers are made of it."""

from dataclasses import replace

import pytest
import torch

from mer_core.datasets.puppets.plots import SILENT
from mer_core.datasets.puppets.sticker_oracle import contradicting, sticker_plot
from mer_core.grading.stickers import CASES, _cases, _features, sticker_scores
from mer_core.types import Modality, View

PLOTS = [sticker_plot(i, "valid") for i in range(300)]


def test_what_contradicts_is_what_the_maker_made_lie():
    """A lying carrier always contradicts; without one, only a view that tells wrongly can."""
    assert {len(contradicting(p)) for p in PLOTS} == {0, 1, 2}
    for plot in PLOTS:
        found = contradicting(plot)
        if plot.liar is not None:
            assert ("text" if plot.liar == "intention" else "vision") in found
        told = [t for t in plot.told.values() if t not in (None, SILENT)]
        wrong = any(t != plot.emotion for t in told)
        assert ("text" in found) == (wrong or plot.liar == "intention")


def test_without_lies_nothing_contradicts():
    plot = next(p for p in PLOTS if p.liar is None)
    honest = {c: t if t in (None, SILENT) else plot.emotion for c, t in plot.told.items()}

    assert contradicting(replace(plot, told=honest)) == ()


def said(*answers):
    """One sticker; the emotion that each case is sure of."""
    probs = torch.full((len(CASES), 1, 7), 0.01)
    for i, answer in enumerate(answers):
        probs[i, 0, answer] = 0.94
    return probs


def test_agreement_scores_lower_than_contradiction():
    calm, torn = said(1, 1, 1, 1, 1, 1, 1), said(1, 2, 1, 2, 1, 1, 1)
    for name in ("disagreement", "silence", "views"):
        assert sticker_scores(torn)[name][0][0] >= sticker_scores(calm)[name][0][0], name
    assert sticker_scores(torn)["disagreement"][0][0] > 0.5
    assert sticker_scores(torn)["disagreement"][1][0].argmax() == 0  # the text is suspected
    assert _features(torn).shape == (1, 12)


def test_every_case_hears_what_it_says(batch_of):
    """Text and views alone are blind, the picture alone is mute, one view has no other beside."""
    batch = batch_of("mghft")
    cases, n = _cases(batch), len(batch)
    blind = cases.streams[Modality.VISION].is_silent.unflatten(0, (len(CASES), n))
    mute = cases.streams[Modality.TEXT].is_silent.unflatten(0, (len(CASES), n))
    mask = cases.streams[Modality.TEXT].mask.unflatten(0, (len(CASES), n))

    assert blind[:, 0].tolist() == [False, True, False, True, True, True, True]
    assert mute[:, 0].tolist() == [False, False, True, False, False, False, False]
    assert torch.equal(mask[0], batch.streams[Modality.TEXT].mask)
    for i, view in enumerate(View):
        alone = mask[CASES.index(str(view))]
        assert torch.equal(alone[:, i], batch.streams[Modality.TEXT].mask[:, i])
        assert not alone[:, [j for j in range(4) if j != i]].any()


def test_the_cases_are_the_models_own_answers(untrained, batch_of):
    model, batch = untrained("mghft"), batch_of("mghft")
    with torch.no_grad():
        told = model(_cases(batch)).probs.unflatten(0, (len(CASES), -1))
        whole, blind = model(batch).probs, model(batch.silence(Modality.VISION)).probs

    torch.testing.assert_close(told[0], whole, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(told[1], blind, atol=1e-4, rtol=1e-3)
    assert told.std(dim=0).max() > 1e-4
    assert pytest.approx(1, abs=1e-4) == float(told[-1, 0].sum())
