"""One map: hand-made ones whose evenness, diagonal and windows are known."""

import pytest
import torch

from mer_core.probes.cross_looks import Look
from mer_core.probes.cross_sides import Side

WORDS = Side("text", ("a", "b", "c", "d"))
SOUND = Side("audio", tuple(f"{i / 10:.1f} s" for i in range(8)), tuple(i / 10 for i in range(9)))


def look(weights, query=WORDS, key=SOUND):
    weights = torch.as_tensor(weights)
    return Look(query, key, weights, torch.full((len(key),), 1 / len(key)))


def test_a_uniform_map_is_called_even():
    even = look(torch.full((4, 8), 1 / 8))

    assert even.is_even
    assert even.misplaced() == pytest.approx(0, abs=1e-6)
    assert even.entropy() == pytest.approx(1, abs=1e-5)
    assert even.diagonal() == pytest.approx(0, abs=1e-5)
    torch.testing.assert_close(even.times(), torch.ones(4, 8))


def test_a_map_of_single_keys_has_no_entropy_and_is_far_from_even():
    sharp = look(torch.eye(8)[[0, 2, 4, 6]])

    assert sharp.entropy() == pytest.approx(0, abs=1e-5)
    assert sharp.misplaced() == pytest.approx(7 / 8)
    assert sharp.diagonal() > 0.7
    assert sharp.sharpest() == (0, 0, 8.0)


def test_a_map_against_time_is_below_zero():
    assert look(torch.eye(8)[[7, 5, 2, 0]]).diagonal() < -0.3


def test_the_top_window_is_the_stretch_with_most_attention():
    weights = torch.full((4, 8), 0.02)
    weights[1, 3:5] = 0.44
    found = look(weights).window(1, 0.2)

    assert (found.start, found.stop) == (3, 5)
    assert (found.begin, found.end) == (pytest.approx(0.3), pytest.approx(0.5))
    assert found.share == pytest.approx(0.88)
    assert found.even == pytest.approx(0.25)
    assert found.times == pytest.approx(3.52)


def test_a_window_has_one_moment_at_least_and_the_whole_at_most():
    whole = look(torch.full((4, 8), 1 / 8))

    assert whole.window(0, 0.001).stop == 1
    assert whole.window(0, 100.0).share == pytest.approx(1)


def test_uneven_moments_are_taken_by_their_seconds():
    edges = (0.0, 1.0, 1.1, 1.2, 2.0)
    key = Side("audio", ("0", "1", "2", "3"), edges)
    found = look(torch.tensor([[0.4, 0.3, 0.3, 0.0]]), Side("text", ("a",)), key)

    assert found.window(0, 0.2)[:2] == (1, 3)
    assert found.window(0, 1.1)[:2] == (0, 2)


def test_words_stand_downwards_even_where_they_are_looked_at():
    weights = torch.rand(8, 4).softmax(dim=1)
    turned = look(weights, SOUND, WORDS)

    assert turned.turned
    assert turned.down is WORDS
    assert turned.across is SOUND
    torch.testing.assert_close(turned.times(), weights.T * 4)
    shares, even = turned.shares()
    torch.testing.assert_close(shares, weights.T / weights.T.sum(1, keepdim=True))
    torch.testing.assert_close(even, torch.full((8,), 1 / 8))
    assert not look(torch.rand(4, 8)).turned


def test_between_words_there_are_no_windows():
    assert look(torch.eye(4), WORDS, WORDS).window(0, 0.6) is None


def test_a_word_of_two_pieces_gets_twice_the_even_share():
    weights = torch.tensor([[0.5, 0.25, 0.25]])
    key = Side("text", ("I'm", "so", "glad"))
    even = Look(Side("audio", ("0",), (0.0, 0.1)), key, weights, torch.tensor([0.5, 0.25, 0.25]))

    assert even.is_even
    assert even.entropy() == pytest.approx(1)


def test_only_the_part_over_one_modality_is_given():
    part = Look(WORDS, SOUND, torch.full((4, 8), 0.05), torch.full((8,), 0.05))

    assert part.given == pytest.approx(0.4)
    assert part.is_even
    assert part.window(0, 0.1).share == pytest.approx(1 / 8)


def test_rows_count_by_how_much_of_their_attention_comes_here():
    """A row that looks almost entirely at another modality hardly counts."""
    sharp, flat = torch.eye(8)[0] * 1e-6, torch.full((8,), 1 / 8)
    part = Look(Side("text", ("a", "b")), SOUND, torch.stack([sharp, flat]), flat / 2)

    assert part.is_even
    assert part.entropy() == pytest.approx(1, abs=1e-3)
    assert part.window(None, 0.2).share == pytest.approx(0.25, abs=1e-3)
    assert part.window(0, 0.2).share == pytest.approx(1)
