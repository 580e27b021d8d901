"""What each description, and each of its words, adds to an answer."""

import copy
from dataclasses import replace
from itertools import permutations
from threading import Thread

import pytest
import torch
from captum.attr import ShapleyValues

from mer_core.checkpoints import load
from mer_core.encoders.text import TextEncoder
from mer_core.errors import DataMissing, QuestionUnfit, UnknownName
from mer_core.models.view_coalitions import every_coalition, look, without_views, word_logits
from mer_core.probes.view_baselines import BASELINES, GENERIC, UnknownBaseline, stand_in
from mer_core.probes.view_game import ContributeViews, ViewContributions, interactions, shapley
from mer_core.probes.view_words import ContributeWords, whole_words
from mer_core.task import EMOTIONS
from mer_core.training.view_means import means_over
from mer_core.types import Modality, View
from mer_core.view_means import FILE, ViewMeans
from mer_core.views import figure
from mer_core.views.colours import AGAINST, FOR
from mer_core.views.view_game import marked_sentence

SIZE = every_coalition().double().sum(dim=1)


@pytest.fixture(scope="module")
def exact(untrained):
    """An untrained model in double precision, whose missing view is no near-silence."""
    torch.manual_seed(3)
    model = copy.deepcopy(untrained("mghft")).double()
    torch.nn.init.normal_(model.missing_view)
    return model.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def batch(batch_of):
    streams = batch_of("mghft").streams.items()
    return replace(batch_of("mghft"), streams={m: s.at(s.values.double()) for m, s in streams})


@pytest.fixture(scope="module")
def found(exact, batch):
    return ContributeViews().run(exact, batch)


@pytest.fixture(scope="module")
def worded(exact, batch):
    return ContributeWords(orders=4).run(exact, batch)


def with_text(batch, **changes):
    text = replace(batch.streams[Modality.TEXT], **changes)
    return replace(batch, streams={**batch.streams, Modality.TEXT: text})


def game(worth):
    """A made-up game: `worth` maps the set of views that take part to a number."""
    rows = [worth({v for v, on in zip(View, row, strict=True) if on}) for row in every_coalition()]
    return torch.tensor(rows, dtype=torch.float64)[None, :, None]


def test_captum_finds_the_same_shares_in_the_same_game(exact, batch, found):
    """Its enumeration of all 24 orders, each step an ordinary answer from what was kept."""
    text, vision = batch.need(exact.modalities)
    sight, bare = look(exact, vision), without_views(text, None)

    def answers(takes_part):
        mask = torch.where(takes_part[..., None] > 0.5, text.mask, bare.mask)
        return exact.answer(sight.looked, exact.hear(replace(text, mask=mask))).logits

    everyone = torch.ones(len(batch), len(View), dtype=torch.float64)
    theirs = ShapleyValues(answers).attribute(everyone, baselines=torch.zeros_like(everyone))

    torch.testing.assert_close(found.shapley, theirs.transpose(1, 2).double(), atol=1e-5, rtol=0.0)
    assert found.shapley.abs().max() > 1e-2


def test_shares_sum_to_the_whole_way(exact, batch, found):
    with torch.no_grad():
        answer = exact(batch).logits

    torch.testing.assert_close(found.full, answer, atol=1e-9, rtol=0.0)
    torch.testing.assert_close(
        found.shapley.sum(dim=1), found.full - found.bare, atol=1e-9, rtol=0.0
    )
    assert found.residual < 1e-9
    assert (found.full - found.bare).abs().max() > 1e-2


def test_coalitions_that_are_not_the_models_answers_are_refused(exact, batch, monkeypatch):
    """The check can fail: here the coalitions are those of another sticker's text."""
    from mer_core.probes import view_game

    true = view_game.coalition_logits
    monkeypatch.setattr(view_game, "coalition_logits", lambda *a: true(*a).roll(1, dims=0))
    with pytest.raises(ArithmeticError, match="answers differently than its coalitions"):
        ContributeViews().run(exact, batch)


def test_views_that_do_the_same_share_alike():
    """Intention and role may be exchanged in this game; style may not."""
    same = game(lambda s: len(s & {View.INTENTION, View.ROLE}) ** 2 + 5 * (View.STYLE in s))
    values = shapley(same)[0, :, 0]

    assert values.tolist() == pytest.approx([2, 5, 2, 0])
    assert values[3] == 0


def test_nothing_comes_of_two_views_that_only_add():
    added = game(lambda s: 1 + sum({"intention": 2, "style": -1}.get(v, 0.5) for v in s))

    assert shapley(added)[0, :, 0].tolist() == pytest.approx([2, -1, 0.5, 0.5])
    assert interactions(added).abs().max() < 1e-12


def test_what_takes_two_views_is_their_interaction():
    """Grabisch and Roubens: a unanimity game of t players has 1 / (t - 1) for each of its pairs."""
    two = game(lambda s: float({View.STYLE, View.POSTURE} <= s))
    three = game(lambda s: float({View.STYLE, View.POSTURE, View.ROLE} <= s))
    pairs = interactions(two)[0, :, :, 0]

    assert pairs[1, 3] == pairs[3, 1] == pytest.approx(1)
    assert pairs.sum() == pytest.approx(2)
    assert interactions(three)[0, 1, 2, 0] == pytest.approx(0.5)
    assert shapley(three)[0, :, 0].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])


def test_pairs_are_symmetric_and_leave_the_diagonal_empty(found):
    pairs = found.pairs

    assert torch.equal(pairs, pairs.transpose(1, 2))
    assert pairs.diagonal(dim1=1, dim2=2).abs().max() == 0
    assert pairs.abs().max() > 1e-3


def test_a_view_that_nobody_said_adds_exactly_nothing(exact, batch):
    mask = batch.streams[Modality.TEXT].mask.clone()
    mask[0, 2] = False
    for baseline in ("removed", "generic"):
        found = ContributeViews(baseline).run(exact, with_text(batch, mask=mask))

        assert torch.equal(found.shapley[0, 2], torch.zeros(7).double())
        assert torch.equal(found.pairs[0, 2], torch.zeros(4, 7).double())
        assert found.shapley[1, 2].abs().max() > 1e-3
        assert found.known.tolist()[0] == [True, True, False, True]
        assert "role (missing) " in figure(found, 0).layout.yaxis.ticktext


def test_a_sticker_without_text_and_one_without_picture(exact, batch):
    silent = ContributeViews().run(exact, batch.silence(Modality.TEXT))
    blind = ContributeViews().run(exact, batch.silence(Modality.VISION))

    assert torch.equal(silent.shapley, torch.zeros(3, 4, 7).double())
    assert (
        silent.says()
        == f"Nobody described this sticker, so no description adds to {silent.target[0]}."
    )
    assert blind.shapley.abs().max() > 1e-2
    assert blind.coalitions.isfinite().all()


def test_each_baseline_asks_another_question(exact, batch, found):
    generic = ContributeViews("generic").run(exact, batch)

    torch.testing.assert_close(generic.full, found.full)
    assert not torch.allclose(generic.bare, found.bare)
    assert not torch.allclose(generic.shapley, found.shapley)
    assert BASELINES["generic"] in generic.caption()
    assert "generic descriptions" in generic.says()
    with pytest.raises(UnknownBaseline, match=r"no baseline 'genric'\. Did you mean 'generic'"):
        ContributeViews("genric").run(exact, batch)


def test_generic_sentences_name_their_view_and_no_emotion():
    assert set(GENERIC) == set(View)
    assert len(set(GENERIC.values())) == len(View)
    for sentence in GENERIC.values():
        assert not any(emotion in sentence for emotion in EMOTIONS)


def test_the_mean_description_is_read_from_beside_the_weights(exact, tmp_path, monkeypatch, batch):
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    with pytest.raises(DataMissing, match=r"mean views .* not on this machine.*mer train mghft"):
        stand_in(exact, "mean")

    words = torch.randn(4, 384)
    ViewMeans(words, (7, 8, 9, 9), exact.config.text_encoder, "test stickers").save(
        tmp_path / "mghft" / FILE
    )
    found = ContributeViews("mean").run(exact, batch)
    assert torch.equal(stand_in(exact, "mean").features[:, 0], words)
    assert "n = 7 test stickers" in found.caption()
    assert found.residual < 1e-9

    ViewMeans(words, (1, 1, 1, 1), "another encoder", "x").save(tmp_path / "mghft" / FILE)
    with pytest.raises(DataMissing, match="made by 'another encoder'"):
        stand_in(exact, "mean")
    (tmp_path / "mghft" / FILE).write_bytes(b"no safetensors")
    with pytest.raises(DataMissing, match="damaged"):
        stand_in(exact, "mean")


def test_the_mean_is_over_words_and_then_over_the_stickers_that_said_it():
    encoder = TextEncoder.load()
    told = [
        {str(v): "a sad cat" for v in View},
        {str(v): "a glad and very loud dog" for v in View if v is not View.STYLE},
    ]
    means = means_over(told, encoder, "two stickers", lambda *_: None)
    one, two = (encoder.encode([t]).tokens[0].mean(dim=0) for t in ("a sad cat", told[1]["role"]))

    assert means.n == (2, 1, 2, 2)
    torch.testing.assert_close(means.features[0], (one + two) / 2, atol=1e-3, rtol=0.0)
    torch.testing.assert_close(means.features[1], one, atol=1e-3, rtol=0.0)
    with pytest.raises(ValueError, match="no sticker of the data says"):
        means_over(told[1:], encoder, "one sticker", lambda *_: None)


def test_another_emotion_may_be_asked_for(found):
    other = next(e for e in EMOTIONS if e not in found.target)
    told = found.of(other)

    assert set(told.target) == {other}
    assert other in told.says()
    assert told.says() != found.says()
    assert torch.equal(told.coalitions, found.coalitions)
    with pytest.raises(UnknownName, match="Did you mean 'fear'"):
        found.of("faer")


def test_only_a_reader_of_four_views_is_asked(untrained, batch_of):
    egmf = untrained("hct_dmg")
    for probe in (ContributeViews(), ContributeWords()):
        assert not probe.suits(egmf)
        with pytest.raises(QuestionUnfit, match="reads no four descriptions"):
            probe.run(egmf, batch_of("hct_dmg"))


def made_up(worth, known=(True,) * 4):
    logits = torch.cat([game(worth), game(lambda _: 0.0)], dim=-1)
    return ViewContributions(
        ids=("made up",),
        target=("yes",),
        against="removed",
        instead=BASELINES["removed"],
        names=("yes", "no"),
        coalitions=logits,
        known=torch.tensor([known]),
        residual=0.0,
    )


def test_the_sentence_is_made_from_the_numbers():
    found = made_up(lambda s: 0.5 + (View.STYLE in s) - 2 * (View.ROLE in s))

    assert found.says() == (
        "The score of yes goes from 0.50 with no descriptions to −0.50 with this sticker's: the "  # noqa: RUF001
        "role pushes most, −2.00 against it; intention +0.00, style +1.00 and posture +0.00."  # noqa: RUF001
    )
    assert found.in_pairs().says() == "No two descriptions change what the other adds to yes."
    both = made_up(lambda s: float({View.STYLE, View.ROLE} <= s)).in_pairs()
    assert both.says() == (
        "Style and role strengthen each other most: together they add +1.00 to the score of yes "
        "beyond what each adds alone."
    )


def test_the_waterfall_leads_from_the_baseline_to_the_answer():
    found = made_up(lambda s: 0.5 + (View.STYLE in s) - 2 * (View.ROLE in s))
    for dark in (False, True):
        path, bars, ends = figure(found, 0, dark).data
        assert list(bars.base) == pytest.approx([0.5, 0.5, 1.5, -0.5])
        assert list(bars.x) == pytest.approx([0, 1, -2, 0])
        assert [bars.marker.color[i] for i in (1, 2)] == [FOR, AGAINST]
        assert list(ends.x) == pytest.approx([0.5, -0.5])
        assert (path.x[0], path.x[-1]) == pytest.approx((0.5, -0.5))


def test_the_grid_of_pairs_has_zero_in_the_middle_and_no_diagonal():
    heat = figure(made_up(lambda s: float({View.STYLE, View.ROLE} <= s)).in_pairs()).data[0]

    assert all(heat.z[i][i] is None for i in range(4))
    assert heat.z[1][2] == heat.z[2][1] == pytest.approx(1)
    assert (heat.zmin, heat.zmid, heat.zmax) == pytest.approx((-1, 0, 1))


def test_pieces_are_put_together_to_words():
    assert whole_words(["the", "un", "##hap", "##py", "cat"]) == (
        ("the", "unhappy", "cat"),
        [0, 1, 1, 1, 2],
    )
    assert whole_words(["##py"]) == (("##py",), [0])
    assert whole_words([]) == ((), [])


def test_words_sum_to_what_their_view_adds(found, worded):
    for b, view in enumerate(worded.views):
        adds = found.shapley[b, list(View).index(view)]
        torch.testing.assert_close(worded.values[b].sum(dim=0), adds, atol=1e-9, rtol=0.0)
        assert worded.values[b].abs().max() > 1e-3
        torch.testing.assert_close(worded.whole[b], adds, atol=1e-9, rtol=0.0)


def test_the_view_that_moved_the_answer_most_is_shared_out(found, worded):
    for b, view in enumerate(worded.views):
        size = found.told(found.shapley, b).abs()
        assert list(View).index(view) == int(size.argmax())


def test_long_descriptions_are_sampled_and_say_how_surely(exact, batch, worded):
    again = ContributeWords(orders=4).run(exact, batch)
    other = ContributeWords(orders=4, seed=1).run(exact, batch)

    assert worded.orders == (4, 4, 4)
    assert torch.equal(worded.values[0], again.values[0])
    assert not torch.equal(worded.values[0], other.values[0])
    assert all(errors.max() > 0 for errors in worded.errors)
    assert "Mean over 4 orders of the words, seed 0" in worded.caption()
    with pytest.raises(ValueError, match="even and at least 4"):
        ContributeWords(orders=3)


def few_words(batch, words=4):
    """Every description cut after so many words."""
    text = batch.streams[Modality.TEXT]
    mask = text.mask & (torch.arange(text.mask.shape[-1]) < words)
    ticks = tuple(tuple(view[:words] for view in row) for row in text.ticks)
    return with_text(batch, mask=mask, ticks=ticks).select(torch.tensor([0]))


def test_short_descriptions_are_answered_for_every_set_of_words(exact, batch):
    """The same as the mean over all orders of the words, in every company, by hand."""
    short, view = few_words(batch), View.ROLE
    found = ContributeWords(view).run(exact, short)
    text, vision = short.need(exact.modalities)
    sight, bare = look(exact, vision), without_views(text, None)
    whole = ContributeViews().run(exact, short)
    i, words = list(View).index(view), len(found.words[0])
    takes_part = every_coalition()[:, i]
    share = torch.tensor([0.25, 1 / 12, 1 / 12, 0.25], dtype=torch.float64)[
        SIZE[~takes_part].long()
    ]
    _, owner = whole_words(text.ticks[0][i])

    def worth(held):
        if not held or len(held) == words:
            return share @ whole.coalitions[0, takes_part == bool(held)]
        kept = torch.zeros(1, text.mask.shape[-1], dtype=torch.bool)
        kept[0, : len(owner)] = torch.tensor([o in held for o in owner])
        return share @ word_logits(exact, sight, text, bare, view, kept)[0]

    by_hand = torch.zeros(words, 7).double()
    orders = list(permutations(range(words)))
    for order in orders:
        for k, word in enumerate(order):
            by_hand[word] += worth(set(order[: k + 1])) - worth(set(order[:k]))

    torch.testing.assert_close(found.values[0], by_hand / len(orders), atol=1e-9, rtol=0.0)
    assert found.orders == (0,)
    assert found.errors[0].max() == 0
    assert "Every set of words was answered" in found.caption()


def test_where_nothing_is_said_there_are_no_words(exact, batch):
    silent = ContributeWords().run(exact, batch.silence(Modality.TEXT))
    mask = batch.streams[Modality.TEXT].mask.clone()
    mask[:, 1] = False
    missing = ContributeWords(View.STYLE, orders=4).run(exact, with_text(batch, mask=mask))

    for found in (silent, missing):
        assert found.words == ((), (), ())
        assert found.views == (None, None, None)
        assert found.says().startswith("There are no words here")
        assert {row["sample"] for row in found.rows()} == set(batch.ids)
        assert figure(found).layout.annotations


def test_words_are_drawn_in_reading_order_and_written_as_text(worded):
    drawing, told = figure(worded, 1), worded.told(1)

    assert [t.strip() for t in drawing.layout.yaxis.ticktext] == [word for word, *_ in told]
    assert list(drawing.data[0].x) == pytest.approx([value for _, value, _ in told])
    assert list(drawing.data[0].error_x.array) == pytest.approx([error for *_, error in told])
    html = marked_sentence(replace(worded, words=(("<b>",) * len(told),) * 3), 1)
    assert "<b>" not in html
    assert html.count("&lt;b&gt;") == len(told)


def test_two_threads_share_a_model(exact, batch):
    """Each gets the answer that it would get alone."""
    batches = [batch.select(torch.tensor([i])) for i in range(2)]
    alone = [ContributeViews().run(exact, b).coalitions for b in batches]
    together = [[], []]

    def ask(i):
        together[i] = [ContributeViews().run(exact, batches[i]).coalitions for _ in range(5)]

    threads = [Thread(target=ask, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(torch.equal(alone[i], one) for i in range(2) for one in together[i])
    assert not torch.allclose(alone[0], alone[1])


def test_trained_values_are_not_those_of_random_weights(untrained, batch_of):
    """Contributions that random weights would show too would say nothing of what was learned."""
    trained = load("mghft")
    random = copy.deepcopy(untrained("mghft"))
    random.load_backbone(trained.backbone.state_dict())
    one, other = (
        ContributeViews("generic").run(m, batch_of("mghft")).shapley.flatten()
        for m in (trained, random)
    )

    assert one.abs().mean() > 1e-3
    assert not torch.allclose(one, other, atol=0.01)
    assert torch.corrcoef(torch.stack([one, other]))[0, 1] < 0.9
