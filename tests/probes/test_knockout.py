"""Views and experts taken away, each in its row of one batch."""

from dataclasses import replace

import pytest
import torch

from mer_core.encoders.pyramid import Pyramid
from mer_core.probes.knockout import KnockOutExperts, KnockOutViews
from mer_core.trace import capture
from mer_core.types import Modality, View


@pytest.fixture
def stickers(batch_of):
    return batch_of("mghft")


def without(batch, view):
    """The batch with one view missing everywhere."""
    text = batch.streams[Modality.TEXT]
    mask = text.mask.clone()
    mask[:, view] = False
    return replace(batch, streams={**batch.streams, Modality.TEXT: replace(text, mask=mask)})


def test_each_view_is_what_its_own_forward_would_lose(untrained, stickers):
    model = untrained("mghft")
    found = KnockOutViews().run(model, stickers)
    with torch.no_grad():
        torch.testing.assert_close(found.probs[0], model(stickers).probs, atol=1e-5, rtol=1e-5)
        for i in range(len(View)):
            alone = model(without(stickers, i)).probs
            torch.testing.assert_close(found.probs[i + 1], alone, atol=1e-4, rtol=1e-4)

    assert (found.lost.abs().amax(dim=1) > 1e-6).all()


def test_the_picture_is_looked_at_once(untrained, stickers, monkeypatch):
    seen, forward = [], Pyramid.forward

    def counted(self, pixels):
        seen.append(len(pixels))
        return forward(self, pixels)

    monkeypatch.setattr(Pyramid, "forward", counted)
    KnockOutViews().run(untrained("mghft"), stickers)

    assert seen == [len(stickers)]


def test_a_packed_pyramid_is_used_as_it_is(untrained, stickers):
    model = untrained("mghft")
    packed = model.look(stickers.streams[Modality.VISION])
    ready = replace(stickers, streams={**stickers.streams, Modality.VISION: packed})

    one, two = KnockOutViews().run(model, stickers), KnockOutViews().run(model, ready)
    torch.testing.assert_close(one.probs, two.probs, atol=1e-5, rtol=1e-5)


def test_a_view_that_is_missing_already_loses_nothing(untrained, stickers):
    found = KnockOutViews().run(untrained("mghft"), without(stickers, 2))

    assert found.absent[2].all()
    assert found.lost[2].abs().max() < 1e-6
    assert found.lost.abs().max() > 1e-6


def test_each_expert_is_what_its_own_forward_would_lose(untrained, batch_of):
    model, batch = untrained("egmf"), batch_of("egmf")
    found = KnockOutExperts().run(model, batch)

    for expert in range(3):

        def drop(alpha, expert=expert):
            kept = alpha.clone()
            kept[:, expert] = 0
            return kept / kept.sum(dim=1, keepdim=True)

        with torch.no_grad(), capture(model, edits={"fusion.alpha": drop}):
            alone = model(batch).probs
        torch.testing.assert_close(found.probs[expert + 1], alone, atol=1e-4, rtol=1e-4)
    with torch.no_grad():
        torch.testing.assert_close(found.probs[0], model(batch).probs, atol=1e-5, rtol=1e-5)
    assert (found.lost.abs().amax(dim=1) > 1e-7).all()


def test_only_models_with_the_part_are_asked(untrained):
    assert KnockOutViews().suits(untrained("mghft"))
    assert not KnockOutViews().suits(untrained("hct_dmg"))
    assert KnockOutExperts().suits(untrained("egmf"))
    assert not KnockOutExperts().suits(untrained("mghft"))
