"""What arXiv 2507.18929 promises, put to our MGHFT; the contract is in tests/test_models.py."""

import copy
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from mer_core.encoders.pyramid import Pyramid
from mer_core.models.mghft import (
    ANSWERING,
    MGHFT,
    TGFA,
    VIEWS,
    GlobalFusion,
    Stage,
    attend,
    contrastive_loss,
    relation_loss,
    same_words,
)
from mer_core.trace import capture
from mer_core.types import Batch, Modality, Stream, View

CONFIG = replace(MGHFT.Config.demo(), drop_modality=0.0, drop_view=0.0, dropout=0.0)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return MGHFT(CONFIG).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def batch():
    """Four stickers of noise, whose views have 3 to 6 words."""
    torch.manual_seed(1)
    pixels = torch.rand(4, 3, CONFIG.image, CONFIG.image)
    mask = torch.arange(6) < torch.randint(3, 7, (4, len(VIEWS), 1))
    words = torch.randn(4, len(VIEWS), 6, CONFIG.text_features) * mask[..., None]
    return Batch(
        {
            Modality.VISION: Stream(
                Modality.VISION,
                pixels,
                torch.ones(4, dtype=torch.bool),
                ("batch", "channel", "row", "column"),
            ),
            Modality.TEXT: Stream(Modality.TEXT, words, mask, ("batch", "view", "word", "feature")),
        },
        torch.tensor([0, 1, 3, 3]),
    )


def with_text(batch, **changes):
    text = replace(batch.streams[Modality.TEXT], **changes)
    return replace(batch, streams={**batch.streams, Modality.TEXT: text})


def logits(model, batch):
    with torch.no_grad():
        return model(batch).logits


def doubled(batch):
    """The batch in double precision."""
    streams = {m: s.at(s.values.double()) for m, s in batch.streams.items()}
    return replace(batch, streams=streams)


def seen(model, batch):
    with torch.no_grad(), capture(model) as trace:
        model(batch)
    return trace


def test_the_four_views_are_told_apart(model, batch):
    """Swapping two views changes the answer: each goes to the stage of its own name."""
    text = batch.streams[Modality.TEXT]
    swapped = [1, 0, 2, 3]
    other = with_text(batch, values=text.values[:, swapped], mask=text.mask[:, swapped])

    assert (logits(model, batch) - logits(model, other)).abs().max() > 1e-3


def test_view_i_is_fused_at_stage_i(model, batch):
    """Changing one view changes the word fusion of the stage of its name, and of no other."""
    assert tuple(model.stages) == VIEWS == tuple(View)
    before = seen(model, batch)
    for i, view in enumerate(VIEWS):
        values = batch.streams[Modality.TEXT].values.clone()
        values[:, i] = values[:, i].flip(-1)
        after = seen(model, with_text(batch, values=values))
        changed = {
            v
            for v in VIEWS
            if not torch.equal(
                before[f"stages.{v}.fusion.pattern"].values,
                after[f"stages.{v}.fusion.pattern"].values,
            )
        }

        assert changed == {view}


def test_every_stage_has_its_own_projected_view(model, batch):
    """All four T' reach TGFA; in the released code T'3 stands twice and T'4 nowhere."""
    heard = []
    hook = model.to_text.register_forward_pre_hook(lambda _module, args: heard.append(args[0]))
    try:
        logits(model, batch)
    finally:
        hook.remove()
    slots = heard[0].unbind(dim=1)

    assert len(slots) == 2 * len(VIEWS)
    for i, one in enumerate(slots):
        assert all((one - other).abs().max() > 1e-3 for other in slots[:i])


def test_pooled_local_fusion_is_exactly_an_addition():
    """With one vector a view, attention over K copies of it adds it, whatever the picture."""
    torch.manual_seed(0)
    stage = Stage(channels=8, grid=5, heads=2, kept=3, joint=12, words=False)
    tokens, words = torch.randn(2, 25, 8), torch.randn(2, 4, 12)
    pooled = torch.randn(2, 12)
    mask = torch.ones(2, 4, dtype=torch.bool)
    looked = stage.look(tokens)
    out = stage.read(looked.chosen, words, mask, pooled)
    _, weights = stage.attention(tokens)
    local, text = stage._choose(tokens, weights), stage.text_map(pooled)
    copies = text[:, None].expand_as(local)
    attended = local + (local @ copies.transpose(1, 2)).softmax(-1) @ copies

    torch.testing.assert_close(out.local, stage.local_map(local + text[:, None]))
    torch.testing.assert_close(attended, local + text[:, None])
    assert stage.fusion is None


def test_word_fusion_is_not_uniform_and_leaves_padding_alone(model, batch):
    trace = seen(model, batch)
    for i, view in enumerate(VIEWS):
        weights = trace[f"stages.{view}.fusion.pattern"].values
        mask = batch.streams[Modality.TEXT].mask[:, i]

        assert weights.masked_select(~mask[:, None].expand_as(weights)).abs().sum() == 0
        torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:2]))
        assert weights.std(dim=1).max() > 1e-3  # tokens differ in what they take


def test_padding_length_changes_nothing(model, batch):
    """Eighty further padded positions leave the answer as it was."""
    text = batch.streams[Modality.TEXT]
    padded = with_text(
        batch, values=F.pad(text.values, (0, 0, 0, 80)), mask=F.pad(text.mask, (0, 80))
    )

    torch.testing.assert_close(logits(model, padded), logits(model, batch))


def test_the_answering_row_alone_equals_the_full_computation():
    """TGFA computes one row; the textbook computation of every row agrees with it."""
    torch.manual_seed(0)
    block = TGFA(hidden=24, heads=3, ffn=32, dropout=0.0).double()
    x, y = torch.randn(2, 9, 24).double(), torch.randn(2, 8, 24).double()

    def split(z):
        return z.unflatten(-1, (3, 8)).transpose(1, 2)

    n = block.norm(x)
    q, k, v = split(block.to_q(n)), split(block.to_k(n)), split(block.to_v(n))
    u = (q @ split(block.to_k(y)).transpose(-1, -2) / 8**0.5).softmax(-1) @ split(block.to_v(y))
    o = (u @ k.transpose(-1, -2) / 8**0.5).softmax(-1) @ v
    full = x + block.to_out(o.transpose(1, 2).flatten(2))
    full = full + block.ffn(block.ffn_norm(full))

    torch.testing.assert_close(sum(block(x, y)), full[:, ANSWERING : ANSWERING + 1])
    torch.testing.assert_close(sum(block(x, y, rows=slice(None))), full)
    assert not torch.allclose(full[:, 0], full[:, ANSWERING])


def test_an_edited_pattern_acts_as_it_would_on_mapped_values():
    """Attention with folded maps: silencing the weights leaves nothing, the bias included."""
    torch.manual_seed(0)
    to_k, to_v = torch.nn.Linear(6, 4, bias=False), torch.nn.Linear(6, 4)
    q, tokens = torch.randn(1, 2, 1, 2), torch.randn(1, 5, 6)
    half = attend(q, tokens, to_k, to_v, lambda w: w / 2)

    assert attend(q, tokens, to_k, to_v, torch.zeros_like).abs().max() == 0
    torch.testing.assert_close(2 * half, attend(q, tokens, to_k, to_v, lambda w: w))


def test_logits_are_the_sum_of_their_parts(model, batch):
    with torch.no_grad():
        parts = model.logit_parts(batch)

    assert set(parts) == {"residual", "attention", "ffn", "bias"}
    torch.testing.assert_close(sum(parts.values()), logits(model, batch), atol=1e-5, rtol=1e-5)


def test_logits_are_the_sum_over_heads_and_tokens(model, batch):
    """The split by source adds up to the attention part, and all of it to the logits."""
    model, batch = copy.deepcopy(model).double(), doubled(batch)
    split, parts = model.logit_split(batch), model.logit_parts(batch)
    attention = split.attention.sum(dim=(1, 2))
    bias = parts["bias"] - split.bias

    assert split.attention.shape == (4, CONFIG.heads, model.layout()[-1][1].stop, 7)
    whole = split.residual + attention + split.ffn + split.bias
    torch.testing.assert_close(whole, logits(model, batch), atol=1e-10, rtol=0)
    torch.testing.assert_close(attention, parts["attention"] + bias, atol=1e-10, rtol=0)
    assert bias.abs().max() > 1e-3  # the bias of the output map is no token's


def test_the_split_by_token_is_what_the_token_brings(model, batch):
    """A token whose weight is taken away takes away its own share of the attention, no other."""
    before = model.logit_split(batch)

    def without(weights):
        return weights * (torch.arange(weights.shape[-1]) != 7)

    with capture(model, "fusion.vision.pattern", edits={"fusion.vision.pattern": without}):
        after = model.logit_split(batch)
    others = torch.arange(before.attention.shape[2]) != 7

    assert before.attention[:, :, 7].abs().max() > 1e-6
    assert after.attention[:, :, 7].abs().max() == 0
    assert torch.equal(after.attention[:, :, others], before.attention[:, :, others])
    assert torch.equal(after.residual, before.residual)
    assert not torch.equal(after.ffn, before.ffn)  # the feed-forward part is given the sum


def test_packed_pyramid_gives_the_answer_of_the_pixels(model, batch):
    """Pictures are looked at once; what was kept is as good as the picture."""
    kept = model.look(batch.streams[Modality.VISION])
    packed = replace(batch, streams={**batch.streams, Modality.VISION: kept})

    assert kept.axes == ("batch", "pyramid")
    assert not kept.values.requires_grad
    assert torch.equal(logits(model, packed), logits(model, batch))
    shuffled = kept.at(kept.values.flip(0))
    other = replace(batch, streams={**batch.streams, Modality.VISION: shuffled})
    assert not torch.allclose(logits(model, other), logits(model, batch))


def test_pack_and_unpack_are_inverse():
    """Token = row x grid + column, stage after stage."""
    pyramid = Pyramid("pvt_v2_b0", 64)
    maps = [torch.randn(2, c, g, g) for c, g in zip(pyramid.channels, pyramid.grids, strict=True)]
    tokens = pyramid.unpack(pyramid.pack(maps))

    for one, grid, stage in zip(maps, pyramid.grids, tokens, strict=True):
        assert torch.equal(stage[:, 1 * grid + 0], one[:, :, 1, 0])
    with pytest.raises(ValueError, match="another backbone or at another size"):
        pyramid.unpack(torch.zeros(1, 7))
    with pytest.raises(ValueError, match="64 x 64 pixels, and got 32 x 32"):
        pyramid(torch.zeros(1, 3, 32, 32))


def test_less_than_a_quarter_of_a_stage_is_chosen(model, batch):
    """A map that shows nearly everything would show nothing."""
    trace = seen(model, batch)
    for view, grid in zip(VIEWS, model.backbone.grids, strict=True):
        chosen = trace[f"stages.{view}.chosen"].values
        for one in chosen:
            assert 0 < len(one.unique()) < grid**2 / 4
        assert chosen.max() < grid**2


def test_the_chosen_are_those_most_looked_at(model, batch):
    trace = seen(model, batch)
    for view in VIEWS:
        looks = trace[f"stages.{view}.attention.pattern"].values.flatten(2)
        chosen = trace[f"stages.{view}.chosen"].values
        least = looks.gather(-1, chosen).amin(-1)
        left = looks.scatter(-1, chosen, -1.0).amax(-1)

        assert (least >= left).all()
        torch.testing.assert_close(looks.sum(-1), torch.ones(looks.shape[:2]))


def test_choosing_otherwise_changes_the_answer(model, batch):
    """The chosen positions can be edited, so a random choice can be compared with the model's."""

    def elsewhere(chosen):
        return (chosen + 1) % 9

    edits = {f"stages.{v}.chosen": elsewhere for v in VIEWS}
    with torch.no_grad(), capture(model, edits=edits):
        other = model(batch).logits

    assert not torch.allclose(other, logits(model, batch))


def test_layout_covers_the_visual_sequence(model, batch):
    spans = model.layout()
    pattern = seen(model, batch)["fusion.vision.pattern"].values

    assert [name for name, _ in spans] == ["globals", *VIEWS]
    assert [s.start for _, s in spans] == [0, *(s.stop for _, s in spans[:-1])]
    assert spans[-1][1].stop == pattern.shape[-1] <= 260


def test_demo_is_small(model):
    """Fusion trains in minutes on a CPU: under 1.5 million parameters beyond the backbone."""
    beyond = sum(p.numel() for n, p in model.named_parameters() if not n.startswith("backbone."))

    assert beyond < 1_500_000


def test_paper_sizes_are_the_defaults():
    """At 448 pixels each head keeps what the released code keeps: 512, 128, 32 and 8."""
    config = MGHFT.Config()
    kept = [
        config.kept_of((448 // s) ** 2, h)
        for s, h in zip((4, 8, 16, 32), (1, 2, 5, 8), strict=True)
    ]

    assert kept == [512, 128, 32, 8]
    assert (config.joint, config.fusion, config.heads, config.ffn) == (512, 768, 12, 3072)


def test_relation_loss_is_zero_only_where_relations_agree():
    torch.manual_seed(0)
    v, t = F.normalize(torch.randn(6, 5), dim=-1), F.normalize(torch.randn(6, 5), dim=-1)
    turn = torch.linalg.qr(torch.randn(5, 5)).Q

    assert relation_loss(v, v).abs() < 1e-6
    assert relation_loss(v, v @ turn).abs() < 1e-5  # relations, not directions
    assert relation_loss(v, t) > 1e-3


def test_contrastive_loss_is_least_for_pairs_that_agree():
    torch.manual_seed(0)
    v = F.normalize(torch.randn(6, 32), dim=-1)
    none = torch.zeros(6, 6, dtype=torch.bool)

    assert contrastive_loss(v, v, 0.07, none) < 0.05
    assert contrastive_loss(v, v.roll(1, 0), 0.07, none) > 3


def test_stickers_of_which_the_same_is_said_are_no_negatives():
    """Two stickers with one sentence cannot be told apart by it, and are not pushed apart."""
    torch.manual_seed(0)
    said = torch.randn(4, 8)
    said[2] = said[0]
    pairs = same_words(said).nonzero().tolist()
    v = F.normalize(said, dim=-1)

    assert pairs == [[0, 2], [2, 0]]
    assert contrastive_loss(v, v, 0.07, same_words(said)) < contrastive_loss(
        v, v, 0.07, torch.zeros(4, 4, dtype=torch.bool)
    )


def test_losses_are_named_and_weighted(model, batch):
    terms = model.losses(batch)
    double = MGHFT(replace(CONFIG, alignment_weight=2 * CONFIG.alignment_weight)).eval()
    double.load_state_dict(model.state_dict())
    twice = double.losses(batch)

    assert set(terms) == {"answer"} | {f"{k}.{v}" for k in ("contrast", "relation") for v in VIEWS}
    torch.testing.assert_close(twice["answer"], terms["answer"])
    torch.testing.assert_close(twice["contrast.role"], 2 * terms["contrast.role"])
    with pytest.raises(ValueError, match=r"need Batch\.target"):
        model.losses(replace(batch, target=None))


def test_what_is_absent_is_not_aligned(model, batch):
    """A silent sample weighs nothing in the alignment of the others."""
    rows = torch.tensor([True, False, False, False])
    vision = batch.streams[Modality.VISION].silenced(rows)
    quiet = replace(batch, streams={**batch.streams, Modality.VISION: vision})
    rest = batch.select(torch.arange(1, 4))
    one, other = model.losses(quiet), model.losses(rest)

    for name in set(one) - {"answer"}:
        torch.testing.assert_close(one[name], other[name])


def test_a_missing_view_is_heard_as_missing(model, batch):
    """One absent view gives a finite answer, another one than silence, whatever stood there."""
    text = batch.streams[Modality.TEXT]
    mask = text.mask.clone()
    mask[:, 2] = False
    missing = with_text(batch, mask=mask)
    rubbish = text.values.clone()
    rubbish[:, 2] = 7.0

    assert logits(model, missing).isfinite().all()
    assert torch.equal(
        logits(model, missing), logits(model, with_text(batch, mask=mask, values=rubbish))
    )
    assert not torch.allclose(logits(model, missing), logits(model, batch))
    assert not torch.allclose(logits(model, missing), logits(model, batch.silence(Modality.TEXT)))


def test_training_hears_silences_only_while_training(batch):
    """With modalities dropped, two training losses differ; two losses in eval mode do not."""
    torch.manual_seed(0)
    model = MGHFT(replace(CONFIG, drop_modality=0.4, drop_view=0.4))
    noisy = {model.train().losses(batch)["answer"].item() for _ in range(4)}
    calm = {model.eval().losses(batch)["answer"].item() for _ in range(2)}

    assert len(noisy) > 1
    assert len(calm) == 1
    for p in (dropped := model._dropped(batch)).streams.values():
        assert len(p.is_silent) == len(batch)
    both = dropped.streams[Modality.TEXT].is_silent & dropped.streams[Modality.VISION].is_silent
    assert not both.any()


def test_frozen_backbone_neither_learns_nor_leaves_eval_mode(batch):
    model = MGHFT(CONFIG).train()

    assert model.training
    assert not model.backbone.training
    assert any(n.startswith("backbone.") for n in model.shipped())
    assert all(
        n in model.frozen() for n, _ in model.named_parameters() if n.startswith("backbone.")
    )
    sum(model.losses(batch).values()).backward()
    assert all(p.grad is None for p in model.backbone.parameters())


def test_backbone_learns_where_the_config_says_so(batch):
    model = MGHFT(replace(CONFIG, train_backbone=True)).train()
    sum(model.losses(batch).values()).backward()

    assert model.backbone.training
    assert all(p.grad is not None for p in model.backbone.parameters())


def test_pooled_variant_answers_without_word_patterns(batch):
    model = MGHFT(replace(CONFIG, soft_fusion="pooled")).eval()
    trace = seen(model, batch)

    assert not [name for name in trace if name.endswith("fusion.pattern") and "stages" in name]
    with pytest.raises(ValueError, match="'words' or 'pooled'"):
        replace(CONFIG, soft_fusion="sentence")


def test_global_fusion_is_scaled_where_asked():
    """Without scaling the weights of wide vectors saturate; the numbers show it."""
    torch.manual_seed(0)
    stages, views = torch.randn(8, 4, 512), torch.randn(8, 4, 512)
    sharp = {}
    for scaled in (True, False):
        fusion = GlobalFusion(scaled)
        with capture(fusion) as trace:
            fusion(stages, views)
        sharp[scaled] = float(trace["pattern"].values.amax(-1).mean())

    assert sharp[False] > 0.9 > 0.7 > sharp[True]


def test_saved_model_is_the_same_model(model, batch, tmp_path):
    """The hub's format keeps config and weights; tuples survive JSON."""
    model.save_pretrained(tmp_path)
    again = MGHFT.from_pretrained(tmp_path).eval()

    assert again.config == model.config
    assert torch.equal(logits(again, batch), logits(model, batch))
