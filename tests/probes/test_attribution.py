"""Integrated gradients: they add up, they leave the model alone, and they can be drawn."""

from dataclasses import replace

import pytest
import torch

from mer_core.models import MODELS
from mer_core.probes.attribution import Attribute, on_finest_grid
from mer_core.types import Modality, View
from mer_core.views import figure


@pytest.fixture(scope="module")
def attributed(untrained, batch_of):
    """Model name -> what moved its first sample."""
    made = {}

    def attribution(name):
        if name not in made:
            first = batch_of(name).select(torch.arange(1))
            made[name] = Attribute().run(untrained(name), first)
        return made[name]

    return attribution


@pytest.mark.parametrize("name", MODELS)
def test_contributions_add_up_to_the_way_from_nothing(name, attributed):
    """Completeness. Choosing places has no gradient in MGHFT; the gap stays small all the same."""
    found = attributed(name)

    assert abs(found.gap(0)) < 0.05
    assert max(total.abs().max() for total in found.totals.values()) > 0.001


@pytest.mark.parametrize("name", MODELS)
def test_parts_are_the_total_of_their_modality(name, attributed):
    found = attributed(name)
    for modality, total in found.totals.items():
        parts = [p.values.sum() for p in found.pushes if modality in p.where.kinds]
        if parts:
            torch.testing.assert_close(sum(parts), total[0], atol=1e-4, rtol=1e-3)


def test_padding_and_what_is_silent_push_nothing(untrained, batch_of):
    batch = batch_of("hct_dmg").silence(Modality.AUDIO)
    found = Attribute().run(untrained("hct_dmg"), batch)
    for push in found.pushes:
        padding = push.values[~push.where.real]
        assert not padding.numel() or padding.abs().max() < 1e-6
    audio = next(p for p in found.pushes if p.name == "audio")

    assert audio.seen(0) == []


def test_stickers_have_words_by_view_and_a_map(attributed):
    found = attributed("mghft")

    assert [p.name for p in found.pushes] == list(View)
    assert found.places.shape[1] == found.places.shape[2]
    assert found.images[0] is not None
    assert figure(found, 0).layout.images


def test_a_packed_pyramid_has_a_map_and_no_picture(untrained, batch_of):
    model, batch = untrained("mghft"), batch_of("mghft").select(torch.arange(1))
    packed = model.look(batch.streams[Modality.VISION])
    ready = replace(batch, streams={**batch.streams, Modality.VISION: packed})
    found = Attribute().run(model, ready)

    assert found.images == (None,)
    assert figure(found, 0).data


def test_it_works_where_gradients_are_off(untrained, batch_of, attributed):
    first = batch_of("hct_dmg").select(torch.arange(1))
    with torch.inference_mode():
        found = Attribute().run(untrained("hct_dmg"), first)

    torch.testing.assert_close(found.told, attributed("hct_dmg").told)


def test_coarse_cells_are_spread_and_keep_their_sum():
    stages = [torch.rand(2, (8 >> i) ** 2) for i in range(4)]
    whole = on_finest_grid(stages)

    torch.testing.assert_close(whole.sum(dim=(1, 2)), sum(s.sum(dim=1) for s in stages))
