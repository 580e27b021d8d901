"""One stage at a time: a word and a place tell the same number from two sides."""

from dataclasses import replace

import pytest
import torch

from mer_core.probes.places import look, reads, words_at
from mer_core.types import Modality, View
from mer_core.views import figure, to_csv


@pytest.fixture
def recording(recorded):
    return recorded("mghft")


@pytest.mark.parametrize("view", View)
def test_a_word_at_a_place_is_a_place_at_a_word(recording, view):
    stage = look(recording, view).stage
    for word in range(len(stage.words[0])):
        seen = look(recording, view, word)
        for place in seen.clickable()[:5]:
            told = words_at(seen, place)
            here = float(seen.values.flatten()[place])

            assert here == pytest.approx(float(told.weights[word]) * len(told.words), abs=1e-5)
            assert float(told.weights.sum()) == pytest.approx(1, abs=1e-5)


def test_looking_is_even_on_average_and_says_where_it_is_not(recording):
    seen = look(recording, View.STYLE)

    assert seen.values.shape == (seen.stage.grid,) * 2
    assert float(seen.values.mean()) == pytest.approx(1, abs=1e-4)
    best = int(seen.values.flatten().argmax())
    assert f"row {best // seen.stage.grid + 1}, " in seen.says()


def test_only_places_that_read_something_can_be_clicked(recording):
    seen = look(recording, View.ROLE, 0)
    read = (~seen.values.isnan()).flatten().nonzero().flatten().tolist()
    silent = next(p for p in range(seen.stage.grid**2) if p not in read)

    assert seen.clickable() == read
    with pytest.raises(ValueError, match="chose place"):
        words_at(seen, silent)
    with pytest.raises(ValueError, match="words; there is no"):
        look(recording, View.ROLE, 10_000)


def test_the_map_carries_its_places_as_plain_numbers_and_frames_the_marked_one(recording):
    seen = look(recording, View.POSTURE, 0)
    drawing = figure(seen, marked=seen.clickable()[0])
    heat, dots = drawing.data

    assert list(dots.customdata) == seen.clickable()
    assert all(type(place) is int for place in dots.customdata)
    assert heat.z.shape == (seen.stage.grid,) * 2
    assert len(drawing.layout.shapes) == 1
    assert not figure(seen).layout.shapes


def test_the_words_of_a_place_are_drawn_and_written_in_their_order(recording):
    seen = look(recording, View.POSTURE)
    told = words_at(seen, seen.clickable()[-1])
    bars = figure(told).data[0]

    assert list(bars.hovertext) == [f"“{word}”" for word in told.words]
    assert torch.allclose(torch.tensor(bars.x), told.weights)
    assert len(to_csv(told).splitlines()) == 2 + len(told.words)
    assert told.words[int(told.weights.argmax())] in told.says()


def test_without_a_picture_there_is_a_sentence_and_no_map(recording):
    blank = replace(recording.batch.streams[Modality.VISION])
    streams = {**recording.batch.streams, Modality.VISION: blank.silenced()}
    seen = look(replace(recording, batch=replace(recording.batch, streams=streams)), View.STYLE)

    assert seen.image is None
    assert "no picture" in seen.says()
    assert figure(seen).data[0].type == "scatter"


def test_pooled_fusion_has_no_places_to_tell(recording, recorded):
    assert reads(recording) is not None
    assert reads(recorded("egmf")) is None
