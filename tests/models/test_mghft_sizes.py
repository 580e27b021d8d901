"""MGHFT at paper scale and in its named variants: what is built, what it answers, what it holds.

Property tests of the fact sheet's list that are not here stand in tests/models/test_mghft.py. One
has no place at all: "the row-vector chain equals the full product of the stage's attention maps".
We depart from the released code there (see ClassAttention): no chain of maps is multiplied.
"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from mer_core.models.mghft import MGHFT, VIEWS, contrastive_loss, relation_loss
from mer_core.recording import Recording, record
from mer_core.trace import capture
from mer_core.types import Batch, Modality, Sample, Stream, View

EMOJI = ("anger", "anticipation", "disgust", "fear", "joy", "sadness", "surprise", "trust")
MET_MEME = ("happiness", "love", "anger", "sorrow", "fear", "hate", "surprise")


def batch_for(config, words=9, count=1):
    """Noise in the shape of stickers: `count` pictures, four views of `words` words."""
    torch.manual_seed(1)
    pixels = torch.rand(count, 3, config.image, config.image)
    values = torch.randn(count, len(VIEWS), words, config.text_features)
    axes = ("batch", "channel", "row", "column")
    seen = torch.ones(count, dtype=torch.bool)
    mask = torch.ones(values.shape[:3], dtype=torch.bool)
    text = Stream(Modality.TEXT, values, mask, ("batch", "view", "word", "feature"))
    vision = Stream(Modality.VISION, pixels, seen, axes)
    return Batch({Modality.VISION: vision, Modality.TEXT: text}, torch.arange(count) % 7)


def padded(batch, places):
    """The batch with further empty places after the words of each view."""
    text = batch.streams[Modality.TEXT]
    longer = replace(
        text, values=F.pad(text.values, (0, 0, 0, places)), mask=F.pad(text.mask, (0, places))
    )
    return replace(batch, streams={**batch.streams, Modality.TEXT: longer})


class Made(TorchDispatchMode):
    """Shapes of all tensors that are computed, weights and views of them aside."""

    def __init__(self, model):
        super().__init__()
        self.shapes = set()
        self.weights = {p.untyped_storage().data_ptr() for p in model.parameters()}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for one in tree_leaves(out):
            if isinstance(one, torch.Tensor) and one.untyped_storage().data_ptr() not in (
                self.weights
            ):
                self.shapes.add(tuple(one.shape))
        return out


@pytest.fixture(scope="module")
def large():
    """Paper sizes at 448 pixels on the smallest backbone: as many tokens, fewer bytes."""
    torch.manual_seed(0)
    config = replace(MGHFT.Config.paper(), backbone="pvt_v2_b0")
    return MGHFT(config).eval().requires_grad_(False)


def test_a_picture_of_448_pixels_needs_no_matrix_of_tokens_by_tokens(large):
    """Nothing beyond the backbone is larger than the pyramid that it was given."""
    batch = batch_for(large.config)
    seen = large.look(batch.streams[Modality.VISION])
    with Made(large) as made:
        large(replace(batch, streams={**batch.streams, Modality.VISION: seen}))
    tokens = {*(g * g for g in large.backbone.grids), large.layout()[-1][1].stop}
    squares = [s for s in made.shapes if sum(n in tokens for n in s) > 1]

    assert max(tokens) == 112 * 112
    assert large.layout()[-1][1].stop == 996
    assert (1, 996, 768) in made.shapes  # the visual sequence was seen being made
    assert squares == []
    assert max(np.prod(s) for s in made.shapes) <= large.backbone.size < 996**2


def test_the_watcher_of_shapes_sees_a_square(large):
    """It would fail for the textbook computation of all rows."""
    x, y = torch.randn(1, 996, 768), torch.randn(1, 8, 768)
    with Made(large) as made:
        large.fusion(x, y, rows=slice(None))

    assert any(s[-2:] == (996, 996) for s in made.shapes)


def test_the_text_guided_block_makes_one_query_row(large):
    with capture(large, "fusion.*") as trace:
        large(batch_for(large.config))

    assert trace["fusion.text.pattern"].values.shape == (1, 12, 1, 8)
    assert trace["fusion.vision.pattern"].values.shape == (1, 12, 1, 996)
    assert trace["fusion.parts.ffn"].values.shape == (1, 1, 768)


@pytest.fixture(scope="module")
def bert_folder(tmp_path_factory):
    """A BERT of the base's width with one layer and random weights, and a few words."""
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("bert")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "happy", "cat", "waving", "drawn"]
    (folder / "vocab.txt").write_text("\n".join(words))
    sizes = {"num_hidden_layers": 1, "intermediate_size": 64, "max_position_embeddings": 128}
    BertModel(BertConfig(vocab_size=len(words), **sizes)).save_pretrained(folder)
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def test_paper_scale_is_built_without_a_network_and_answers(bert_folder, monkeypatch):
    """pvt_v2_b2 at 448 pixels, random weights, a text encoder of BERT's width from a folder."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    config = replace(MGHFT.Config.preset("paper"), text_encoder=str(bert_folder))
    torch.manual_seed(0)
    model = MGHFT(config).eval().requires_grad_(False)
    picture = np.random.default_rng(0).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    views = {View.ROLE: "a happy cat", View.POSTURE: "waving"}
    batch = model.processor()([Sample("one", image=picture, views=views)])
    prediction = model(batch)

    assert batch.streams[Modality.VISION].values.shape == (1, 3, 448, 448)
    assert batch.streams[Modality.TEXT].values.shape[-1] == 768
    assert model.backbone.channels == (64, 128, 320, 512)
    assert prediction.logits.isfinite().all()
    assert float(prediction.probs.sum()) == pytest.approx(1)


@pytest.fixture(scope="module")
def presets():
    """The demo and the released variant with the same weights, as far as both have them."""
    torch.manual_seed(0)
    demo = MGHFT(MGHFT.Config.preset("demo")).eval().requires_grad_(False)
    released = MGHFT(MGHFT.Config.preset("released")).eval().requires_grad_(False)
    released.load_state_dict(demo.state_dict())
    return demo, released


def slots_of(model, batch):
    """T and T' of the four views, as TGFA is given them."""
    heard = []
    hook = model.to_text.register_forward_pre_hook(lambda _module, args: heard.append(args[0]))
    try:
        model(batch)
    finally:
        hook.remove()
    return heard[0]


def test_in_the_released_variant_every_stage_hears_the_whole_text(presets):
    demo, released = presets
    text = batch_for(demo.config).streams[Modality.TEXT]
    own, whole = demo.hear(text).pooled, released.hear(text).pooled

    assert all(torch.equal(whole[:, 0], whole[:, i]) for i in range(1, 4))
    assert all((own[:, 0] - own[:, i]).abs().max() > 1e-3 for i in range(1, 4))


def test_in_the_released_variant_the_fourth_projected_text_is_lost(presets):
    """T'3 stands twice; by default every stage's is its own."""
    demo, released = (slots_of(model, batch_for(model.config)) for model in presets)

    assert torch.equal(released[:, 6], released[:, 7])
    assert (released[:, 5] - released[:, 6]).abs().max() > 1e-4
    assert (demo[:, 6] - demo[:, 7]).abs().max() > 1e-3


def test_in_the_released_variant_empty_places_count(presets):
    """The mean runs over 512 places; by default over the words, however far they are padded."""
    demo, released = presets
    batch = batch_for(demo.config)
    text, longer = (b.streams[Modality.TEXT] for b in (batch, padded(batch, 40)))
    short = replace(text, mask=text.mask & (torch.arange(9) < 5))
    over_words = MGHFT.Config.preset("released")

    torch.testing.assert_close(demo.hear(longer).pooled, demo.hear(text).pooled)
    torch.testing.assert_close(released.hear(longer).pooled, released.hear(text).pooled)
    mean = text.values.mean(dim=(1, 2))
    torch.testing.assert_close(released.hear(text).pooled[:, 0], mean * 36 / over_words.pooled_over)
    fewer = short.values[:, :, :5].mean(dim=(1, 2))
    torch.testing.assert_close(released.hear(short).pooled[:, 0], fewer * 20 / 512)


def test_in_the_released_variant_local_soft_fusion_is_an_addition(presets):
    """No weights are there to be drawn, and the numbers are those of a sum."""
    _, released = presets
    batch = batch_for(released.config)
    looked = released.look_stages(batch.streams[Modality.VISION])
    pooled = released.to_joint(released.hear(batch.streams[Modality.TEXT]).pooled)
    words, mask = torch.zeros(1, 1, pooled.shape[-1]), torch.ones(1, 1, dtype=torch.bool)
    for i, stage in enumerate(released.each_stage()):
        read = stage.read(looked[i].chosen, words, mask, pooled[:, i])
        text = stage.text_map(pooled[:, i])

        assert torch.equal(read.local, stage.local_map(looked[i].chosen + text[:, None]))
        assert text.abs().max() > 1e-3


def test_any_other_order_of_the_views_changes_the_answer(presets):
    """This would have caught the released code's first defect, and sees it in the variant."""
    demo, released = presets
    batch = batch_for(demo.config)
    text = batch.streams[Modality.TEXT]
    for model, moves in ((demo, True), (released, False)):
        turned = replace(text, values=text.values.roll(1, dims=1))
        other = replace(batch, streams={**batch.streams, Modality.TEXT: turned})
        gap = (model(other).logits - model(batch).logits).abs().max()

        assert (gap > 1e-3) == moves


def test_alignment_is_least_where_picture_and_text_agree_and_views_differ():
    """Any step away from v = t costs; with one text for all, agreeing does not help."""
    torch.manual_seed(0)
    t = F.normalize(torch.randn(8, 32), dim=-1)
    none = torch.zeros(8, 8, dtype=torch.bool)

    def loss(v, t):
        return float(contrastive_loss(v, t, 0.07, none) + 30 * relation_loss(v, t))

    least = loss(t, t)
    steps = [F.normalize(t + 0.4 * torch.randn(8, 32), dim=-1) for _ in range(20)]
    same = t[:1].expand(8, -1)

    assert least < 0.1
    assert all(loss(v, t) > least for v in steps)
    assert loss(same, same) == pytest.approx(np.log(8), abs=1e-4)


@pytest.mark.parametrize("names", [EMOJI, MET_MEME])
def test_other_classes_go_all_the_way(names, sticker_samples, tmp_path):
    """Processor, losses against ratings, prediction and a recording, with names of their own."""
    torch.manual_seed(0)
    config = replace(MGHFT.Config.demo(), emotions=names, drop_modality=0.0, drop_view=0.0)
    model = MGHFT(config).eval().requires_grad_(False)
    samples = [
        replace(s, target=names[-1], labels={}, rated={names[0]: 0.2, names[-1]: 0.6})
        for s in sticker_samples[:2]
    ]
    batch = model.processor()(samples)
    terms = model.losses(batch)
    recording = record(model, samples, "fusion.*", batch=batch)
    recording.save(tmp_path / "one.safetensors")
    again = Recording.load(tmp_path / "one.safetensors")

    assert batch.rated is not None
    torch.testing.assert_close(batch.rated[:, [0, -1]], torch.tensor([[0.25, 0.75]] * 2))
    log = model(batch).logits.log_softmax(dim=-1)
    soft = batch.rated * (1 - config.smoothing) + config.smoothing / len(names)
    torch.testing.assert_close(terms["answer"], -(soft * log).sum(dim=-1).mean())
    assert again.prediction.names == names
    assert set(again.prediction.answers) <= set(names)
    assert torch.equal(again.batch.rated, batch.rated)
    assert again.samples[0].rated == samples[0].rated
