"""The experiment on emoji: honest folds, scores by hand, runs that can be killed, missing data."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from mer_core.checkpoints import load
from mer_core.datasets.location import data_folder
from mer_core.datasets.stickers.emoji import CLASSES, STYLES
from mer_core.errors import BadInput, DataMissing
from mer_core.experiments.base import MACRO_F1, Ask, load_result, save_result
from mer_core.experiments.mghft import emoji
from mer_core.experiments.mghft.emoji_scores import (
    PEARSON,
    POOLED,
    SPEARMAN,
    alike,
    draws,
    macro_f1,
    pooled,
    scored,
)
from mer_core.models.mghft import MGHFT
from mer_core.training.emoji import (
    FOLDS,
    VERSIONS,
    Plan,
    deal,
    emoji_table,
    rated_emoji,
    some_words,
    started,
    train,
)
from mer_core.training.loop import TrainConfig
from mer_core.types import Batch, Modality, Stream

QUICK = Plan(
    TrainConfig(epochs=1, batch=4, lr=1e-3, weight_decay=0.05),
    words=3,
    members={"fused": 1, "text-only": 2, "image-only": 2},
)
ALL = sum(QUICK.members.values())
QUIET = lambda *_: None  # noqa: E731


@pytest.fixture(scope="module")
def nine_on_disk(tmp_path_factory):
    """Nine rated emoji in both styles, in the format of the real set."""
    data = tmp_path_factory.mktemp("data")
    folder = data / "emoji_stickers"
    entries = []
    for i in range(9):
        rated = {name: 0.1 for name in CLASSES} | {CLASSES[i % 3]: 0.5 + i / 20}
        entries.append({
            "id": f"1f{600 + i}", "vendors": list(STYLES), "name": f"face {i}",
            "cldr_keywords": [f"look{i}", CLASSES[i % 3]], "emojilib_keywords": [f"word{i}"],
            "is_face": True, "emotag": rated,
        })  # fmt: skip
        for k, style in enumerate(STYLES):
            (folder / "images" / style).mkdir(parents=True, exist_ok=True)
            colour = (25 * i, 90 * k, 120)
            Image.new("RGB", (16, 16), colour).save(folder / "images" / style / f"1f{600 + i}.png")
    (folder / "emoji_meta.json").write_text(json.dumps(entries))
    return data


@pytest.fixture
def nine(nine_on_disk, tmp_path, monkeypatch):
    """The nine emoji in the place of the real ones, and an empty cache."""
    monkeypatch.setenv("MER_DATA_DIR", str(nine_on_disk))
    monkeypatch.setenv("MER_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def shared_table(nine_on_disk):
    """The nine emoji with everything computed once, and the weights that runs start from."""
    source = load("mghft")
    assert isinstance(source, MGHFT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MER_DATA_DIR", str(nine_on_disk))
        return emoji_table(rated_emoji(), source, QUIET), started(source, QUICK)


@pytest.fixture(scope="module")
def real_emoji():
    try:
        data_folder()
        return rated_emoji()
    except DataMissing as absent:
        pytest.skip(f"the real emoji are not here: {absent}")


def test_folds_are_stratified_and_of_one_size():
    top = torch.tensor([0] * 49 + [1] * 20 + [2] * 13 + [3] * 3 + [4] * 7)

    fold = deal(top, seed=0)

    for k in range(5):
        shares = torch.bincount(fold[top == k], minlength=FOLDS)
        assert int(shares.max() - shares.min()) <= 1
    sizes = torch.bincount(fold, minlength=FOLDS)
    assert int(sizes.max() - sizes.min()) <= 1
    assert torch.equal(fold, deal(top, seed=0))
    assert not torch.equal(fold, deal(top, seed=1))


def test_both_styles_of_an_emoji_are_held_out_together(shared_table):
    table, _ = shared_table
    fold = deal(table.top, seed=0)

    for held in range(FOLDS):
        learnt = table.rows((fold != held).nonzero()[:, 0])
        asked = table.rows((fold == held).nonzero()[:, 0])
        assert not set(learnt.tolist()) & set(asked.tolist())
        names = ({table.ids[i] for i in table.emoji[rows].tolist()} for rows in (learnt, asked))
        assert not set.intersection(*names)
        assert {table.styles[i] for i in asked.tolist()} == set(STYLES)


def test_ratings_of_held_out_emoji_never_reach_training(shared_table):
    table, start = shared_table
    learnt = torch.arange(6)
    other = table.ratings.clone()
    other[6:] = other[6:].flip(1)
    seen = table.ratings.clone()
    seen[:6] = seen[:6].flip(1)

    def head(ratings):
        trained = train(start, replace(table, ratings=ratings), learnt, (), QUICK)
        return trained.head.weight

    own = head(table.ratings)
    assert torch.equal(own, head(other))
    assert not torch.equal(own, head(seen))


def test_versions_hear_only_what_they_are_named_after(shared_table):
    table, start = shared_table
    learnt, asked = torch.arange(6), torch.arange(6, 9)
    blind = replace(table, pyramids=table.pyramids.flip(0))
    deaf = replace(table, places=table.places.flip(0))

    def said(version, table):
        keep = VERSIONS[version]
        return emoji.answers(train(start, table, learnt, keep, QUICK), table, asked, keep)

    assert torch.equal(said("text-only", table), said("text-only", blind))
    assert torch.equal(said("image-only", table), said("image-only", deaf))
    assert not torch.equal(said("fused", table), said("fused", blind))
    assert not torch.equal(said("fused", table), said("fused", deaf))


def test_a_step_hears_some_real_words_of_each_view():
    values = torch.arange(12.0).view(1, 2, 6, 1)
    mask = torch.tensor([[[True] * 5 + [False], [True] + [False] * 5]])
    text = Stream(Modality.TEXT, values, mask, ("batch", "view", "word", "feature"))
    batch = Batch({Modality.TEXT: text})
    torch.manual_seed(0)

    heard = [some_words(batch, 3).streams[Modality.TEXT] for _ in range(8)]

    assert all(h.mask.sum(-1).tolist() == [[3, 1]] for h in heard)
    kept = {tuple(sorted(h.values[h.mask].flatten().tolist())) for h in heard}
    assert all({5.0}.isdisjoint(k) and 6.0 in k for k in kept)  # 5 is padding, 6 the only word
    assert len(kept) > 1


def test_macro_f1_by_hand():
    truth, said = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 1])
    taken = np.array([[1, 1, 1, 1], [2, 1, 1, 0]], dtype=float)

    f1 = macro_f1(said, truth, taken, classes=4)

    # all: F1 of 0 is 2*1/(2+1), of 1 is 2*1/(1+3), of 2 is 0; class 3 is not there
    assert f1[0] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    # drawn 2, 1, 1, 0 times: of 0 is 2*2/(3+2), of 1 is 2*1/(1+2); class 2 was not drawn
    assert f1[1] == pytest.approx((4 / 5 + 2 / 3) / 2)


def test_correlations_by_hand():
    said = np.array([[0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [1 / 3, 1 / 3, 1 / 3]])
    people = np.array([[0.0, 0.5, 1.0], [0.0, 0.5, 1.0], [0.0, 0.5, 1.0]])

    found = alike(said, people)

    assert found == pytest.approx([np.corrcoef(s, p)[0, 1] for s, p in zip(said[:2], people[:2],
                                   strict=True)] + [0.0])  # fmt: skip
    once = np.ones((1, 3))
    expected = np.corrcoef(said.flatten(), people.flatten())[0, 1]
    assert pooled(said, people, once) == pytest.approx([expected])
    twice = np.array([[2.0, 1.0, 0.0]])
    rows = [0, 0, 1]
    expected = np.corrcoef(said[rows].flatten(), people[rows].flatten())[0, 1]
    assert pooled(said, people, twice) == pytest.approx([expected])


def test_a_perfect_answer_scores_one_and_a_difference_is_paired():
    ratings = np.eye(8)[np.arange(16) % 8] * 0.8 + 0.01 * np.arange(8)
    top, taken = ratings.argmax(1), draws(16)
    best = scored(np.stack([ratings, ratings]), ratings, top, taken)
    worst = scored(np.stack([1 - ratings, 1 - ratings]), ratings, top, taken)

    for measure in (MACRO_F1, PEARSON, SPEARMAN, POOLED):
        row = best[measure].row("best", measure, 16)
        assert (row.value, row.low, row.high, row.sd) == pytest.approx((1, 1, 1, 0))
        gap = best[measure].minus(worst[measure])
        assert gap.drawn == pytest.approx(best[measure].drawn - worst[measure].drawn)
        assert worst[measure].row("worst", measure, 16).high < 1


def test_intervals_are_over_emoji_and_not_over_repeats():
    ratings = np.random.default_rng(0).random((30, 8))
    probs = np.random.default_rng(1).random((1, 30, 8))
    top, taken = ratings.argmax(1), draws(30)

    one, many = (scored(np.repeat(probs, n, 0), ratings, top, taken)[PEARSON] for n in (1, 50))

    assert one.drawn == pytest.approx(many.drawn)
    assert one.drawn.std() > 0.01


def test_a_killed_run_goes_on_and_ends_the_same(nine, tmp_path, monkeypatch):
    class Killed(Exception):
        pass

    def killing(message, done, total):
        if message.startswith("image-only") and done == 7:
            raise Killed

    ask = Ask(seeds=(0,))
    with pytest.raises(Killed):
        emoji.run(ask, killing, QUICK)
    resumed, again = count_trainings(lambda: emoji.run(ask, QUIET, QUICK))
    assert again == 2 * QUICK.members["image-only"]  # of nine parts seven had ended

    monkeypatch.setenv("MER_CACHE", str(tmp_path / "another"))
    whole, trained = count_trainings(lambda: emoji.run(ask, QUIET, QUICK))
    assert trained == FOLDS * ALL
    assert whole.rows == resumed.rows


def test_no_held_out_emoji_is_learned_from_by_any_member(nine, monkeypatch):
    """Whoever answers for an emoji was trained without it, in whatever version and repeat."""
    learned_by, told = {}, []
    train, answers = emoji.train, emoji.answers

    def watched_train(start, table, learnt, keep, plan):
        model = train(start, table, learnt, keep, plan)
        learned_by[id(model)] = (model, {table.ids[int(i)] for i in learnt}, plan.train.seed)
        return model

    def watched_answers(model, table, asked, keep):
        _, learnt, seed = learned_by[id(model)]
        told.append((keep, seed, learnt, {table.ids[int(i)] for i in asked}))
        return answers(model, table, asked, keep)

    monkeypatch.setattr(emoji, "train", watched_train)
    monkeypatch.setattr(emoji, "answers", watched_answers)
    emoji.run(Ask(seeds=(0, 1)), QUIET, QUICK)

    assert len(told) == 2 * FOLDS * ALL
    everyone = set(rated_emoji().groups)
    for _, _, learnt, asked in told:
        assert learnt
        assert not learnt & asked
        assert learnt | asked == everyone
    assert len({(keep, seed) for keep, seed, *_ in told}) == len(told)  # no member repeats another


def test_more_members_leave_ended_runs_in_place(nine):
    emoji.run(Ask(seeds=(0,)), QUIET, QUICK)
    more = replace(QUICK, members={**QUICK.members, "image-only": 3})

    found, trained = count_trainings(lambda: emoji.run(Ask(seeds=(0,)), QUIET, more))

    assert trained == FOLDS
    assert found.manifest["plan"]["members"]["image-only"] == 3
    assert any("3 of image-only" in note for note in found.notes)


def test_a_damaged_part_is_trained_again(nine, tmp_path):
    first = emoji.run(Ask(seeds=(0,)), QUIET, QUICK)
    part = next((tmp_path / "cache" / "emoji").glob("*/text-only-0-1-1.json"))
    part.write_text(part.read_text()[:20])

    second, trained = count_trainings(lambda: emoji.run(Ask(seeds=(0,)), QUIET, QUICK))

    assert trained == 1
    assert second.rows == first.rows


def test_what_is_found_can_be_saved_and_says_where_it_comes_from(nine, tmp_path):
    found = emoji.run(Ask(seeds=(0, 1)), QUIET, QUICK)
    path = save_result(found, tmp_path / "emoji.json")

    assert load_result(path) == found
    assert (found.data["n"], found.data["demo"]) == (9, False)
    assert "EmoTag" in found.data["source"]
    assert "Apache-2.0" in found.data["licence"]
    row = found.row("text-only", MACRO_F1, emoji.TRAINED)
    assert (row.n, row.seeds) == (9, 2)
    assert row.sd is not None
    gain = found.row(emoji.DIFFERENCE, MACRO_F1, emoji.GAIN)
    fused = found.row("fused", MACRO_F1, emoji.TRAINED)
    assert gain.value == pytest.approx(fused.value - row.value)
    assert any(f"{gain.value:+.3f}" in sentence for sentence in found.found)


def test_a_repeat_that_is_not_there_and_a_limit_too_small_are_said():
    with pytest.raises(BadInput, match="no repeat 10"):
        emoji.run(Ask(seeds=(10,)), QUIET)
    with pytest.raises(BadInput, match="at least 3"):
        rated_emoji(2)


def test_without_the_data_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(DataMissing, match="MER_DATA_DIR"):
        emoji.run(Ask(), QUIET)


def test_people_rated_117_emoji_in_two_styles(real_emoji):
    assert len(set(real_emoji.groups)) == 117
    assert len(real_emoji) == 234


def count_trainings(run):
    """What `run` returns, and how many models were trained meanwhile."""
    count, own = 0, emoji.train

    def counted(*args):
        nonlocal count
        count += 1
        return own(*args)

    emoji.train = counted
    try:
        return run(), count
    finally:
        emoji.train = own
