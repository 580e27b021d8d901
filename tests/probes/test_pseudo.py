"""Pseudo tokens: rank, length, nearest words, what they carry, and what a swap costs."""

import pytest
import torch
from tiny_egmf import opinionated, samples, tiny

from mer_core.probes.experts_set import About
from mer_core.probes.pseudo import MeetsPseudo, chance_of, likeness, nearest, size_of
from mer_core.probes.pseudo_carry import cka, directions
from mer_core.probes.pseudo_swapped import Swapped, answers_with, derangement, swapped
from mer_core.trace import capture
from mer_core.views import figure, to_csv

ABOUT = About("egmf", "0" * 64, "x", 0, "made-up utterances", "test", 4)


@pytest.fixture(scope="module")
def model():
    return opinionated(tiny())


@pytest.fixture(scope="module")
def batch(model):
    return model.processor()(samples())


# Rank, length, words


@pytest.mark.parametrize(("expand", "rank"), [("repeat", 1), ("affine", 2), ("repeat+pos", 4)])
def test_rank_is_that_of_the_way_one_vector_becomes_many(expand, rank):
    model = tiny(expand=expand)
    if expand == "affine":
        model.fusion.pseudo_tokens.scale.data = torch.tensor([1.0, 2.0, 3.0, 4.0])
        model.fusion.pseudo_tokens.shift.data = torch.tensor([0.3, 0.0, -0.2, 0.1])
    found = MeetsPseudo().run(model, model.processor()(samples()))

    assert found.rank == (rank,) * 4
    assert found.same(0) == (expand == "repeat")
    assert f"(rank {rank})" in found.says()


def test_length_is_told_beside_that_of_a_word(model, batch):
    before = MeetsPseudo().run(model, batch).length
    longer = opinionated(tiny())
    longer.fusion.pseudo_tokens.project.weight.data *= 3

    torch.testing.assert_close(MeetsPseudo().run(longer, batch).length, 3 * before)


def test_a_pseudo_token_that_is_a_word_has_that_word_as_its_nearest(batch):
    model = tiny()
    [word] = model.language.ids("sunshine")
    pseudo = model.fusion.pseudo_tokens
    pseudo.project.weight.data.zero_()
    pseudo.project.bias.data = 5 * model.language.embed(torch.tensor(word))
    found = MeetsPseudo().run(model, batch)

    assert found.words[0][0][0] == "sunshine"
    assert float(found.cosine[0, 0, 0]) == pytest.approx(1.0, abs=1e-5)
    assert found.beyond(0)
    assert "nearer than chance" in found.says()


def test_nearest_words_do_not_depend_on_how_the_table_is_cut(model, monkeypatch):
    vectors = torch.randn(3, model.language.width, generator=torch.Generator().manual_seed(0))
    whole = nearest(model.language, vectors, 5)
    monkeypatch.setattr("mer_core.probes.pseudo.ROWS", 1000)
    cut = nearest(model.language, vectors, 5)

    torch.testing.assert_close(whole[0], cut[0])
    assert torch.equal(whole[1], cut[1])
    table = model.language.embed(torch.arange(size_of(model.language)))
    by_hand = torch.nn.functional.cosine_similarity(vectors[0], table, dim=-1).max()
    assert float(whole[0][0, 0]) == pytest.approx(float(by_hand), abs=1e-5)


def test_chance_lies_below_words_and_is_drawn_once(model):
    chance = chance_of(model.language)

    assert 0 < chance.mean < chance.top < chance.words < 1
    assert chance_of(model.language) is chance


def test_likeness_is_one_for_one_vector_and_zero_for_right_angles():
    same, square = torch.ones(1, 4, 3), torch.eye(3)[None]

    assert float(likeness(same)) == pytest.approx(1.0)
    assert float(likeness(square)) == pytest.approx(0.0)
    assert float(likeness(same[:, :1])) == 1.0


def test_nearest_words_are_drawn_with_a_caution(model, batch):
    found = MeetsPseudo().run(model, batch)

    assert len(figure(found, 1).data) == 1  # one vector: its words once
    assert "may mean little" in found.caption(1)
    assert len(to_csv(found).splitlines()) == 2 + 4 * 4 * 8


def test_different_tokens_have_words_of_their_own():
    model = tiny(expand="repeat+pos")
    found = MeetsPseudo().run(model, model.processor()(samples()))

    assert len(figure(found, 0).data) == 4
    assert len({words[0] for words in found.words[0]}) > 1


# What they carry


def test_cka_is_one_after_rotation_and_scale_and_about_zero_for_strangers():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(60, 200, generator=generator)
    rotation = torch.linalg.qr(torch.randn(200, 200, generator=generator))[0]
    strangers = [
        cka(x, torch.randn(60, 300, generator=generator))[0] for _ in range(20)
    ]  # the biased estimate would be about 0.8

    assert cka(x, 3 * x @ rotation + 1)[0] == pytest.approx(1.0, abs=1e-6)
    assert abs(sum(strangers) / len(strangers)) < 0.02


def test_cka_says_nothing_of_too_few_samples_or_of_what_does_not_vary():
    x = torch.randn(30, 5, generator=torch.Generator().manual_seed(0))

    assert all(value != value for value in cka(x[:5], x[:5]))
    assert all(value != value for value in cka(x, torch.ones(30, 3)))


def test_what_is_alike_lies_beyond_its_shuffles():
    x = torch.randn(80, 6, generator=torch.Generator().manual_seed(0))
    value, top = cka(x, x[:, :3])

    assert 0 < top < value < 1


def test_directions_are_counted_by_what_varies():
    generator = torch.Generator().manual_seed(0)
    flat = torch.randn(50, 3, generator=generator) @ torch.randn(3, 40, generator=generator)

    assert directions(flat + 7) <= 3
    assert directions(torch.ones(9, 4)) == 0
    assert directions(torch.randn(50, 40, generator=generator)) > 10


# The swap


@pytest.mark.parametrize("count", [2, 3, 17])
def test_nobody_keeps_its_own_and_everybody_gets_one(count):
    for seed in range(5):
        given = derangement(count, seed)
        assert sorted(given.tolist()) == list(range(count))
        assert (given != torch.arange(count)).all()


def test_own_tokens_put_in_give_the_own_answers(model, batch):
    with torch.no_grad(), capture(model, "fusion.pseudo") as trace:
        answer = model(batch).logits.argmax(-1)
    tokens = trace["fusion.pseudo"].values
    halves = [batch.select(torch.arange(2)), batch.select(torch.arange(2, 4))]

    given = answers_with(model, halves, tokens, lambda *_: None)
    assert torch.equal(given, answer)


def test_a_swap_is_counted_as_by_hand(model, batch, monkeypatch):
    given = iter(
        [torch.tensor([1, 1, 2, 3]), torch.tensor([0, 0, 2, 3]), torch.tensor([0, 1, 2, 0])]
    )
    monkeypatch.setattr("mer_core.probes.pseudo_swapped.answers_with", lambda *_: next(given))
    answer, truth = torch.tensor([0, 1, 2, 3]), torch.tensor([0, 1, 2, -1])
    found = Swapped((), (), ABOUT, **swapped(model, [batch], torch.zeros(4, 1, 1), answer, truth))

    torch.testing.assert_close(found.changed, torch.tensor([1, 1, 0, 1]) / 3)
    assert found.accuracies() == pytest.approx((1.0, (2 + 2 + 3) / 9))
    lost, low, high = found.lost()
    assert lost == pytest.approx(2 / 9)
    assert low <= lost <= high
    assert figure(found).data


def test_one_sample_alone_has_nobody_to_swap_with(model):
    one = model.processor()(samples(1))
    told = swapped(model, [one], torch.zeros(1, 4, 384), torch.tensor([0]), torch.tensor([0]))

    assert told["changed"].tolist() == [0.0]
