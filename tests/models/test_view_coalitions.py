"""One pass over all coalitions of the views answers what 16 forwards would answer."""

from dataclasses import replace

import pytest
import torch

from mer_core.models.mghft import MGHFT, VIEWS
from mer_core.models.view_coalitions import (
    StandIn,
    coalition_logits,
    every_coalition,
    look,
    without_views,
    word_logits,
)
from mer_core.types import Batch, Modality, Stream, View

SMALL = replace(MGHFT.Config.demo(), image=64, text_features=24, joint=48, fusion=48, ffn=32)
VARIANTS = {
    "demo": SMALL,
    "pooled": replace(SMALL, soft_fusion="pooled"),
    "unscaled": replace(SMALL, scaled=False),
    "third twice": replace(SMALL, third_twice=True),
    "padding averaged": replace(SMALL, pooled_over=9),
    "whole text": replace(SMALL, soft_fusion="pooled", whole_text=True),
    "released": replace(
        SMALL, soft_fusion="pooled", whole_text=True, third_twice=True, scaled=False, pooled_over=9
    ),
}
EXACTLY = {torch.float32: 1e-5, torch.float64: 1e-9}


@pytest.fixture(scope="module")
def model_of():
    """Variant and type of number -> a model of random weights."""
    made = {}

    def model(variant="demo", dtype=torch.float64):
        if (variant, dtype) not in made:
            torch.manual_seed(0)
            fresh = MGHFT(VARIANTS[variant]).eval().requires_grad_(False)
            for name in ("missing_view", "silent_text"):  # as far from words as words from words
                torch.nn.init.normal_(getattr(fresh, name))
            made[variant, dtype] = fresh.to(dtype)
        return made[variant, dtype]

    return model


def batch(dtype=torch.float64):
    """Five stickers of noise: two plain, one without a style, one without text, one blind."""
    generator = torch.Generator().manual_seed(1)
    mask = torch.arange(6) < torch.randint(3, 7, (5, len(VIEWS), 1), generator=generator)
    mask[2, 1] = False
    words = torch.randn(5, len(VIEWS), 6, SMALL.text_features, generator=generator)
    pixels = torch.rand(5, 3, SMALL.image, SMALL.image, generator=generator)
    text = Stream(
        Modality.TEXT,
        (words * mask[..., None]).to(dtype),
        mask,
        ("batch", "view", "word", "feature"),
        torch.arange(5) == 3,
    )
    axes = ("batch", "channel", "row", "column")
    here = torch.ones(5, dtype=torch.bool)
    vision = Stream(Modality.VISION, pixels.to(dtype), here, axes, torch.arange(5) == 4)
    return Batch({Modality.TEXT: text, Modality.VISION: vision})


def other_words(words=9):
    """A stand-in that is longer than what it stands for."""
    generator = torch.Generator().manual_seed(2)
    mask = torch.arange(words) < torch.tensor([words, 2, 5, 1])[:, None]
    features = torch.randn(len(VIEWS), words, SMALL.text_features, generator=generator)
    return StandIn(features * mask[..., None], mask)


def brute(model, sample, stand_in):
    """16 ordinary forwards, each with a text written anew."""
    text = sample.streams[Modality.TEXT]
    pictures = {Modality.VISION: model.look(sample.streams[Modality.VISION])}  # the same 16 times
    answers = []
    for takes_part in every_coalition().tolist():
        rows = []
        for b in range(len(sample)):
            row = []
            for v, on in enumerate(takes_part):
                said = text.values[b, v][text.mask[b, v]]
                silent = bool(text.is_silent[b])
                if not on and len(said) and not silent:
                    said = said[:0] if stand_in is None else stand_in.features[v][stand_in.mask[v]]
                row.append(said.to(text.values))
            rows.append(row)
        values = text.values.new_zeros(len(sample), len(VIEWS), 9, SMALL.text_features)
        mask = torch.zeros(values.shape[:3], dtype=torch.bool)
        for b, row in enumerate(rows):
            for v, words in enumerate(row):
                values[b, v, : len(words)], mask[b, v, : len(words)] = words, True
        written = replace(text, values=values, mask=mask)
        with torch.no_grad():
            answers.append(
                model(replace(sample, streams={**pictures, Modality.TEXT: written})).logits
            )
    return torch.stack(answers, dim=1)


def fast(model, sample, stand_in):
    text, vision = sample.need(model.modalities)
    return coalition_logits(model, look(model, vision), text, without_views(text, stand_in))


@pytest.mark.parametrize("stand_in", [None, other_words()], ids=["removed", "other words"])
@pytest.mark.parametrize("dtype", EXACTLY, ids=str)
@pytest.mark.parametrize("variant", VARIANTS)
def test_all_coalitions_are_what_16_forwards_answer(variant, dtype, stand_in, model_of):
    model, sample = model_of(variant, dtype), batch(dtype)
    found = fast(model, sample, stand_in)

    torch.testing.assert_close(found, brute(model, sample, stand_in), atol=EXACTLY[dtype], rtol=0.0)
    spread = found[:3].amax(dim=1) - found[:3].amin(dim=1)
    assert spread.max() > 100 * EXACTLY[dtype]  # there is something to be wrong about


def test_coalitions_count_in_binary():
    rows = every_coalition()

    assert rows.shape == (16, 4)
    assert not rows[0].any()
    assert rows[15].all()
    assert [int((row * torch.tensor([1, 2, 4, 8])).sum()) for row in rows] == list(range(16))


def test_what_was_not_said_changes_nothing_to_the_bit(model_of):
    """A missing view, and a silent text, answer alike with and without it."""
    found = fast(model_of(), batch(), other_words())
    style = every_coalition()[:, 1]

    assert torch.equal(found[2, style], found[2, ~style])
    assert torch.equal(found[3], found[3, :1].expand_as(found[3]))
    assert not torch.equal(found[0, style], found[0, ~style])


def test_a_view_that_says_its_own_stand_in_changes_nothing_to_the_bit(model_of):
    model, sample = model_of(), batch().select(torch.tensor([0]))
    text = sample.streams[Modality.TEXT]
    own = StandIn(text.values[0].clone(), text.mask[0].clone())
    own.features[0] += 1.0  # three views stay as they were said
    found = fast(model, sample, own)
    intention = every_coalition()[:, 0]

    assert torch.equal(found[0, intention], found[0, intention][:1].expand(8, -1))
    assert torch.equal(found[0, ~intention], found[0, ~intention][:1].expand(8, -1))
    assert not torch.equal(found[0, 0], found[0, 1])


def test_the_picture_is_looked_at_once_and_serves_every_text(model_of, monkeypatch):
    model, sample = model_of(), batch()
    text, vision = sample.need(model.modalities)
    sight, looks = look(model, vision), []
    monkeypatch.setattr(MGHFT, "look_stages", lambda *_: looks.append(1))
    other = replace(text, values=text.values.flip(-1))
    one = coalition_logits(model, sight, text, without_views(text, None))
    two = coalition_logits(model, sight, other, without_views(other, None))

    assert not looks
    assert not torch.allclose(one[0, -1], two[0, -1])
    torch.testing.assert_close(one[0, 0], two[0, 0])  # nobody says anything in either


def test_rows_of_a_sight_are_those_pictures(model_of):
    model, sample = model_of(), batch()
    rows = torch.tensor([1, 0])
    text = sample.select(rows).streams[Modality.TEXT]
    sight = look(model, sample.streams[Modality.VISION]).select(rows)
    found = coalition_logits(model, sight, text, without_views(text, None))

    torch.testing.assert_close(found, fast(model, sample, None)[rows])


@pytest.mark.parametrize("variant", ["demo", "third twice", "whole text"])
@pytest.mark.parametrize("view", View)
def test_fewer_words_are_what_a_forward_over_those_words_answers(variant, view, model_of):
    model, sample = model_of(variant), batch().select(torch.tensor([1]))
    i = list(View).index(view)
    text, vision = sample.need(model.modalities)
    count = int(text.mask[0, i].sum())
    kept = torch.zeros(3, 6, dtype=torch.bool)
    kept[0, 0] = kept[1, 1] = kept[2, :count] = True
    kept[1, 0] = True
    bare = without_views(text, other_words())
    found = word_logits(model, look(model, vision), text, bare, view, kept)

    takes_part = every_coalition()[:, i]
    for row, words in enumerate(kept):
        mask = text.mask.clone()
        mask[0, i] &= words
        fewer = replace(sample, streams={**sample.streams, text.modality: replace(text, mask=mask)})
        torch.testing.assert_close(
            found[row], brute(model, fewer, other_words())[0, takes_part], atol=1e-9, rtol=0.0
        )
    assert not torch.allclose(found[0], found[1])


def test_an_ordinary_forward_is_untouched_by_the_masks_of_the_game(model_of):
    """Rows that may look everywhere answer as rows that were told nothing."""
    torch.manual_seed(0)
    block = model_of().fusion
    x, y = torch.randn(2, 9, 48).double(), torch.randn(2, 8, 48).double()
    free = block(x, y)
    told = block(
        x, y, reads=torch.ones(1, 8, dtype=torch.bool), sees=torch.ones(1, 9, dtype=torch.bool)
    )
    bound = block(x, y, sees=torch.arange(9)[None] < 4)

    assert all(torch.equal(a, b) for a, b in zip(free, told, strict=True))
    assert not torch.allclose(free.attention, bound.attention)
    torch.testing.assert_close(bound.attention, block(x[:, :4], y).attention)


def test_each_stage_reads_two_versions_and_everything_else_runs_once(model_of):
    """What makes 16 answers cost little more than one: nothing is done 16 times but the row."""
    model, sample = model_of(), batch().select(torch.tensor([0]))
    text, vision = sample.need(model.modalities)
    sight, rows = look(model, vision), {}

    def counting(name):
        return lambda _module, args, *_: rows.setdefault(name, []).append(len(args[0]))

    parts = {f"stage {v}": s.local_map for v, s in zip(VIEWS, model.each_stage(), strict=True)}
    parts |= {"TGFA": model.fusion, "words": model.to_joint, "backbone": model.backbone.body}
    hooks = [m.register_forward_pre_hook(counting(name)) for name, m in parts.items()]
    try:
        coalition_logits(model, sight, text, without_views(text, None))
    finally:
        for hook in hooks:
            hook.remove()

    assert rows["TGFA"] == [1]
    assert "backbone" not in rows
    assert all(rows[f"stage {v}"] == [2, 2] for v in VIEWS)  # local tokens, then T'
    assert set(rows["words"]) == {2}
