"""Edges of maps: pieces become the words that were written, positions become seconds."""

import pytest
import torch

from mer_core.probes.cross_sides import Joined, Side, joined, moments, whole_words
from mer_core.probes.positions import positions
from mer_core.types import Modality


@pytest.mark.parametrize(
    ("pieces", "text", "words", "owner"),
    [
        (["i", "'", "m", "fine", "."], "I'm fine.", ["I'm", "fine."], [0, 0, 0, 1, 1]),
        (["un", "##believ", "##able"], "Unbelievable", ["Unbelievable"], [0, 0, 0]),
        (["cafe", "now"], "Café now", ["Café", "now"], [0, 1]),
        (["one", "two"], "one two three", ["one", "two"], [0, 1]),
        (["[UNK]", "ok"], "🙂 ok", ["🙂", "ok"], [0, 1]),
        (["▁he", "llo", "▁you"], "hello you", ["hello", "you"], [0, 0, 1]),
        (["Ġun", "sure", "Ġnow"], None, ["unsure", "now"], [0, 0, 1]),
        (["un", "##sure"], None, ["unsure"], [0, 0]),
        (["so", "good"], "entirely other words", ["so", "good"], [0, 1]),
        (["##s"], None, ["s"], [0]),
    ],
)
def test_pieces_become_the_words_that_were_written(pieces, text, words, owner):
    assert whole_words(pieces, text) == (words, owner)


@pytest.mark.parametrize(
    "ticks", [[], ["a"], [0.2, 0.1], [0.0, 0.0], [3, 4], [-1.0, 0.5]], ids=repr
)
def test_what_is_no_time_gets_no_seconds(ticks):
    assert moments(ticks) == ()


def test_a_moment_alone_has_a_length():
    begin, end = moments([0.05])
    assert begin == 0
    assert end > begin


def test_every_position_of_a_long_axis_stays_within_its_step(utterance_samples, batch_of):
    """Joined neighbours: no attention is lost, and the last edge is the end of the sound."""
    stream = batch_of("hct_dmg").streams[Modality.AUDIO]
    long = type(stream)(
        stream.modality,
        stream.values[:1, :1].expand(1, 1000, -1),
        torch.ones(1, 1000, dtype=torch.bool),
        stream.axes,
        None,
        ([0.05 + 0.1 * i for i in range(1000)],),
    )
    batch = type(batch_of("hct_dmg"))({Modality.AUDIO: long})
    found = joined(batch, positions(batch, "audio"), "audio", 0, None)
    weights = torch.rand(3, 1000)

    assert len(found.side) <= 240
    assert found.side.edges[-1] == pytest.approx(100.0)
    assert len(found.side.edges) == len(found.side) + 1
    torch.testing.assert_close(found.summed(weights).sum(1), weights.sum(1))


def test_those_that_look_are_averaged_and_those_looked_at_are_added():
    side = Side("text", ("I'm", "fine"))
    both = Joined(side, (0, 1, 2), (0, 0, 1))
    values = torch.tensor([[1.0, 3.0, 5.0]])

    assert both.averaged(values).tolist() == [[2.0, 5.0]]
    assert both.summed(values).tolist() == [[4.0, 5.0]]
    assert both.sizes().tolist() == [2.0, 1.0]


def test_words_have_places_but_no_seconds():
    words, sounds = Side("text", ("a", "b")), Side("audio", ("0.0 s", "0.1 s"), (0.0, 0.1, 0.4))

    assert not words.timed
    assert sounds.timed
    assert words.places().tolist() == [0.25, 0.75]
    torch.testing.assert_close(sounds.places(), torch.tensor([0.125, 0.625]))
