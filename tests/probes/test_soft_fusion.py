"""Local and global Soft-Fusion; a weight that is uniform by construction is never evidence."""

from dataclasses import replace

import pytest
import torch

from mer_core.errors import QuestionUnfit
from mer_core.models import MODELS
from mer_core.probes import ask, questions
from mer_core.probes.soft_fusion import ReadsWords, StagesTakeViews
from mer_core.recording import record
from mer_core.types import Modality, View

QUESTION = "Which places of the sticker read which words?"


@pytest.fixture
def found(recorded):
    return ReadsWords().read(recorded("mghft"))


def test_stages_go_from_fine_to_coarse_and_bear_their_views(found):
    assert [s.view for s in found.stages] == list(View)
    grids = [s.grid for s in found.stages]
    assert grids == sorted(grids, reverse=True)
    assert [s.cell / found.stages[0].cell for s in found.stages] == [1, 2, 4, 8]


def test_only_what_was_chosen_has_a_number(found):
    for stage in found.stages:
        for sample in range(len(found.ids)):
            if stage.hollow(sample):
                continue
            share = stage.share(sample, stage.leading(sample))
            assert torch.equal(~share.isnan(), stage.chosen(sample))
            assert 0 < stage.chosen(sample).float().mean() < 0.26


def test_each_place_shares_its_reading_among_the_words_of_its_view(found, recorded):
    """Row by row the shares of all words sum to 1 where a place was chosen."""
    text = recorded("mghft").batch.streams[Modality.TEXT]
    for i, stage in enumerate(found.stages):
        for sample in range(len(found.ids)):
            words = stage.words[sample]
            assert list(words) == list(text.ticks[sample][i])
            if len(words) > 1:
                whole = sum(stage.share(sample, w) for w in range(len(words)))
                read = whole[stage.chosen(sample)]
                torch.testing.assert_close(read, torch.ones_like(read), atol=1e-4, rtol=1e-4)


def test_places_that_two_heads_chose_read_alike(found):
    """What `share` relies on when it writes one number a place."""
    for stage in found.stages:
        places, weights = stage.places[0].tolist(), stage.weights[0]
        first = {}
        for q, place in enumerate(places):
            same = weights[first.setdefault(place, q)]
            torch.testing.assert_close(weights[q], same, atol=1e-5, rtol=1e-4)


def test_a_missing_view_has_nothing_to_read(untrained, samples_of):
    model = untrained("mghft")
    sample = replace(samples_of["mghft"][0], views={View.ROLE: "a grinning yellow cat"})
    found = ReadsWords().read(record(model, sample))

    assert [s.hollow(0) for s in found.stages] == [True, True, False, True]
    assert found.stages[0].words == ((),)


def test_silent_text_and_absent_pictures_are_told(untrained, samples_of):
    model, sample = untrained("mghft"), samples_of["mghft"][0]
    mute = ReadsWords().read(record(model, replace(sample, views={})))
    blind = ReadsWords().read(record(model, replace(sample, image=None)))

    assert mute.says().startswith("No view has words here")
    assert blind.says().startswith("There is no picture here")


def test_pooled_fusion_offers_no_map(samples_of):
    """Its weights are 1 / K whatever the input: a picture of them would lie."""
    config = replace(MODELS["mghft"].Config.demo(), soft_fusion="pooled")
    model = MODELS["mghft"](config).eval().requires_grad_(False)
    recording = record(model, samples_of["mghft"][:1])

    assert QUESTION not in questions(recording, model)
    with pytest.raises(QuestionUnfit):
        ask(QUESTION, recording, model)


def test_one_stage_can_be_picked(found):
    assert [s.view for s in found.only("style").stages] == ["style"]
    with pytest.raises(ValueError, match="no stage 'mood'"):
        found.only("mood")


def test_stages_share_themselves_among_views(recorded):
    found = StagesTakeViews().read(recorded("mghft"))

    torch.testing.assert_close(found.weights.sum(dim=-1), torch.ones(len(found.ids), 4))
    assert not found.blank.any()
