"""What MGHFT looks at, what it resembles, what it heeds, and the sum that its answer is."""

import copy
from dataclasses import replace

import pytest
import torch

from mer_core.errors import UnknownName
from mer_core.models.mghft import MGHFT
from mer_core.probes.guided import LooksGuided
from mer_core.probes.heeded import HeededViews, HeedsViews, spearman
from mer_core.probes.logits import HeadSum, SumsLogits
from mer_core.probes.resemblance import StagesResembleViews
from mer_core.probes.shuffled import SHUFFLES, ShuffleLooks, shuffle, spread
from mer_core.probes.sources import GLOBALS
from mer_core.recording import record
from mer_core.types import Modality, View


@pytest.fixture(scope="module")
def model(untrained):
    return untrained("mghft")


@pytest.fixture(scope="module")
def batch(batch_of):
    return batch_of("mghft")


@pytest.fixture(scope="module")
def summed(model, batch):
    return SumsLogits().run(model, batch)


@pytest.fixture(scope="module")
def looked(recorded):
    return LooksGuided().read(recorded("mghft"))


def without_text(samples):
    return [replace(s, views={}) for s in samples]


def test_the_parts_sum_to_the_logits_of_an_ordinary_pass(model, batch, summed):
    with torch.no_grad():
        logits = model(batch).logits
    whole = summed.residual + summed.attention.sum(dim=(1, 2)) + summed.ffn + summed.bias

    torch.testing.assert_close(whole, logits, atol=1e-5, rtol=0)
    for sample in range(len(batch)):
        assert abs(summed.gap(sample)) < 1e-5
        assert abs(summed.total(sample)) > 1e-3
        told = float(logits[sample].max() - logits[sample].mean())
        assert summed.total(sample) == pytest.approx(told, abs=1e-5)


def test_in_double_precision_nothing_is_left_over(model, batch):
    """1e-10, so that what is left over elsewhere is rounding and no forgotten term."""
    double = copy.deepcopy(model).double()
    streams = {m: s.at(s.values.double()) for m, s in batch.streams.items()}
    found = SumsLogits().run(double, replace(batch, streams=streams))

    assert max(abs(found.gap(i)) for i in range(len(batch))) < 1e-10


def test_the_sum_is_told_of_any_emotion(summed):
    """Over all emotions what is beyond the mean cancels, part by part."""
    every = [summed.of(name) for name in summed.names]
    for part in range(len(every[0].terms(0))):
        assert sum(one.terms(0)[part][1] for one in every) == pytest.approx(0, abs=1e-5)
    assert {one.target[0] for one in every} == set(summed.names)
    with pytest.raises(UnknownName):
        summed.of("boredom")


def test_places_and_heads_hold_what_the_terms_hold(summed):
    """Scattered on the picture or laid out by head, the looks keep their sum."""
    looks = [value for _, value in summed.terms(0)][1:6]
    by_source = summed.heads(0).sum(dim=0).tolist()
    placed = [float(summed.place(s, 0).nan_to_num(0.0).sum()) for s in summed.sources[1:]]

    assert by_source == pytest.approx(looks, abs=1e-5)
    assert placed == pytest.approx(looks[1:], abs=1e-5)
    assert isinstance(summed.by_head(), HeadSum)
    assert any(abs(value) > 1e-4 for value in placed)


def test_sources_stand_as_the_model_lays_them_out(model, looked):
    spans = [(s.name, s.span) for s in looked.sources]

    assert spans == [(GLOBALS, slice(0, 4)), *model.layout()[1:]]
    assert [s.grid for s in looked.sources[1:]] == list(model.backbone.grids)


def test_each_map_is_whole_and_shares_are_its_parts(looked, recorded):
    a2 = recorded("mghft").trace["fusion.vision.pattern"].values[:, :, 0]
    for sample in range(len(looked.ids)):
        shares = looked.shares(sample)
        style = dict(zip(("", *View), looked.sources, strict=True))["style"].span

        assert float(looked.slots[sample].sum()) == pytest.approx(1, abs=1e-5)
        assert sum(got for got, _ in shares.values()) == pytest.approx(1, abs=1e-5)
        assert sum(even for _, even in shares.values()) == pytest.approx(1)
        own = float(a2[sample, :, style].sum(dim=-1).mean())
        assert shares["style"][0] == pytest.approx(own, abs=1e-6)


def test_even_looking_is_told_as_even(looked):
    """A map without edges gives no leader, and reaches every token."""
    text = torch.full_like(looked.text, 1 / 8)
    vision = torch.full_like(looked.vision, 1 / looked.vision.shape[-1])
    even = replace(looked, text=text, vision=vision)

    assert "almost alike" in even.says()
    assert "No stage is looked at much more" in even.says()
    assert even.reached(0) == pytest.approx(looked.vision.shape[-1], rel=1e-3)
    seen = even.place(even.sources[1], 0)
    assert seen[~seen.isnan()].unique().tolist() == pytest.approx([1.0])


def test_a_sharp_look_is_told_where_it_falls(looked):
    text, vision = torch.zeros_like(looked.text), torch.zeros_like(looked.vision)
    text[:, :, 1 + len(View)] = 1.0  # T' of the style view
    source = looked.sources[3]
    vision[:, :, source.span.start] = 1.0
    sharp = replace(looked, text=text, vision=vision)
    place = divmod(int(source.places[0, 0]), source.grid)

    assert "The style view guides the look most, with 100 %" in sharp.says()
    assert f"at the {source.name} stage's places with 100 %" in sharp.says()
    assert sharp.reached(0) == pytest.approx(1)
    assert float(sharp.place(source, 0)[place]) > 1
    assert f"row {place[0] + 1}, column {place[1] + 1}" in source.label(0, 0)


def test_without_words_or_picture_no_leader_is_named(model, samples_of):
    samples = samples_of["mghft"][:1]
    mute = record(model, without_text(samples))
    blind = record(model, [replace(samples[0], image=None)])

    assert LooksGuided().read(mute).says().startswith("Nothing is said of this sticker")
    assert "There is no picture here" in LooksGuided().read(blind).says()
    assert StagesResembleViews().read(mute).says().startswith("Nothing is said here")
    assert StagesResembleViews().read(blind).says().startswith("There is no picture here")


def test_shuffled_copies_leave_the_model_alone(model, batch):
    """Same numbers in another order, the backbone shared, each seed another order."""
    before = {k: v.clone() for k, v in model.state_dict().items()}
    found = ShuffleLooks().run(model, batch)
    other = copy.deepcopy(model, {id(model.backbone): model.backbone})
    shuffle(other, 0)

    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert other.backbone is model.backbone
    weight, own = other.fusion.to_q.weight, model.fusion.to_q.weight
    assert not torch.equal(weight, own)
    assert torch.equal(weight.flatten().sort().values, own.flatten().sort().values)
    first, second = found.shuffled[:2]
    assert len(found.shuffled) == SHUFFLES
    assert not torch.equal(first.vision, second.vision)


def test_maps_that_are_the_same_are_told_as_the_same(model, batch):
    found = ShuffleLooks().run(model, batch)
    same = replace(found, shuffled=(found.trained,) * SHUFFLES)
    moved, among = found.apart(0)

    assert same.apart(0) == (0, 0)
    assert "says little of what was learned" in same.says()
    assert 0 < moved <= 1
    assert 0 < among <= 1
    assert float(spread(found.trained, 0).sum()) == pytest.approx(1)


def test_cosines_are_those_of_the_vectors_that_are_aligned(recorded):
    trace = recorded("mghft").trace
    stages, views = trace["stage_vectors"].values, trace["view_vectors"].values
    found = StagesResembleViews().read(recorded("mghft"))
    by_hand = torch.nn.functional.cosine_similarity(stages[:, :, None], views[:, None], dim=-1)

    torch.testing.assert_close(found.cosine, by_hand, atol=1e-5, rtol=1e-5)
    for axis in (1, 2):
        torch.testing.assert_close(
            found.beyond.sum(dim=axis), torch.zeros(len(found.ids), 4), atol=1e-5, rtol=0
        )


def test_an_offset_of_a_view_is_not_told_as_four_matches(recorded):
    """The style view is near to all stages; beyond that, each stage is nearest to its own."""
    found = StagesResembleViews().read(recorded("mghft"))
    grid = 0.1 * torch.eye(4).expand_as(found.cosine).clone()
    grid[:, :, 1] += 0.5
    offset = replace(found, cosine=grid)

    assert offset.nearest(0) == [View.STYLE] * 4
    assert offset.says().startswith("All stages are nearest to the style view: an offset")
    assert offset.own(0, beyond=False) == 1
    assert offset.own(0, beyond=True) == 4


def heeded(guided, lost):
    """A finding by hand, of one sticker: attention to each view, and what its removal costs."""
    probs = torch.zeros(5, 1, 2)
    probs[:, 0, 0] = 0.9 - torch.tensor([0.0, *lost])
    probs[:, 0, 1] = 1 - probs[:, 0, 0]
    return HeededViews(
        ids=("a",),
        target=("fear",),
        parts=tuple(map(str, View)),
        probs=probs,
        names=("fear", "anger"),
        absent=torch.zeros(4, 1, dtype=torch.bool),
        guided=torch.tensor([guided]),
        fused=torch.full((1, 4), 0.25),
    )


def test_attention_is_told_apart_from_contribution():
    apart = heeded([0.4, 0.3, 0.2, 0.1], [0.01, 0.02, 0.1, 0.3])
    agree = heeded([0.4, 0.3, 0.2, 0.1], [0.3, 0.2, 0.1, 0.01])
    nothing = heeded([0.4, 0.3, 0.2, 0.1], [0.0, 0.0, 0.001, 0.0])

    assert "attention is not contribution" in apart.says()
    assert apart.rank(0) == pytest.approx(-1)
    assert "and its removal moves the answer most (30 points)" in agree.says()
    assert agree.rank(0) == pytest.approx(1)
    assert "stands on no single view" in nothing.says()
    assert agree.rank(0, "fused") != agree.rank(0, "fused")  # one side is the same for all


def test_ranks_share_ties():
    """Against scipy's values, computed once: (1, 2, 2, 3) with (1, 3, 2, 4) gives 0.9487."""
    one, two = torch.tensor([1.0, 2.0, 2.0, 3.0]), torch.tensor([1.0, 3.0, 2.0, 4.0])

    assert spearman(one, two) == pytest.approx(0.948683, abs=1e-5)


def test_the_attention_beside_the_knock_out_is_that_of_the_full_text(model, batch, recorded):
    """Row for row the patterns of an ordinary pass, not those of a case with a view away."""
    found = HeedsViews().run(model, batch)
    trace = recorded("mghft").trace
    a1 = trace["fusion.text.pattern"].values[:, :, 0].mean(dim=1)

    torch.testing.assert_close(found.guided, a1[:, :4] + a1[:, 4:], atol=1e-5, rtol=1e-4)
    fused = trace["global_fusion.pattern"].values.mean(dim=1)
    torch.testing.assert_close(found.fused, fused, atol=1e-5, rtol=1e-4)


def test_a_missing_view_is_left_out_of_the_ranking(model, samples_of):
    views = dict(samples_of["mghft"][0].views)
    two = {v: views[v] for v in list(views)[:2]}
    few = model.processor()([replace(samples_of["mghft"][0], views=two)])
    none = model.processor()(without_text(samples_of["mghft"][:1]))
    found = HeedsViews().run(model, few)

    assert len(found.present(0)) == 2
    assert found.rank(0) != found.rank(0)
    assert HeedsViews().run(model, none).says().startswith("Fewer than two views are there")


def test_other_models_are_not_asked(untrained):
    for probe in (SumsLogits(), ShuffleLooks(), HeedsViews()):
        assert probe.suits(untrained("mghft"))
        assert not probe.suits(untrained("hct_dmg"))


def test_a_packed_pyramid_is_drawn_without_its_picture(model, batch):
    """What only numbers of the picture are known of has maps all the same."""
    vision = model.look(batch.streams[Modality.VISION])
    packed = replace(batch, streams={**batch.streams, Modality.VISION: vision})
    one, other = SumsLogits().run(model, packed), SumsLogits().run(model, batch)

    assert one.images == (None,) * len(batch)
    torch.testing.assert_close(one.attention, other.attention, atol=1e-5, rtol=1e-4)
    assert isinstance(model, MGHFT)
