"""Attention against what mattered, and answers against noise."""

import copy
from dataclasses import replace

import pytest
import torch

from mer_core.probes.corruption import LEVELS, Spoil
from mer_core.probes.highlight import LooksWhereItMatters, _pearson, salience
from mer_core.trace import capture
from mer_core.types import Modality
from mer_core.views import figure

ACROSS = ("hct_dmg", "mult", "egmf")


def test_the_correlation_is_pearsons_over_real_positions_alone():
    x = torch.tensor([[1.0, 2.0, 3.0, 99.0]])
    y = torch.tensor([[2.0, 4.0, 7.0, -99.0]])
    real = torch.tensor([[True, True, True, False]])
    by_hand = torch.corrcoef(torch.stack([x[0, :3], y[0, :3]]))[0, 1]

    torch.testing.assert_close(_pearson(x, y, real)[0], by_hand)
    assert _pearson(x, torch.ones(1, 4), real).isnan().all()


@pytest.mark.parametrize("name", ACROSS)
def test_every_crossmodal_map_is_compared_with_what_mattered(name, untrained, batch_of):
    found = LooksWhereItMatters().run(untrained(name), batch_of(name))
    known = found.correlation[~found.correlation.isnan()]

    assert len(found.maps) == {"hct_dmg": 4, "mult": 6, "egmf": 2}[name]
    assert known.abs().max() <= 1 + 1e-5
    assert known.std() > 0
    assert figure(found, 2).data


def test_what_mattered_is_what_the_logit_does_when_a_position_grows(untrained, batch_of):
    """Gradient times input is the slope of the logit as one position is scaled up."""
    model, batch = copy.deepcopy(untrained("hct_dmg")).double(), batch_of("hct_dmg")
    exact = {m: s.at(s.values.double()) for m, s in batch.streams.items()}
    batch = replace(batch, streams=exact)
    _, mattered, said = salience(model, batch)
    answer, step, at = said.logits.argmax(1), 1e-4, 2

    def scaled(by):
        def edit(x):
            out = x.clone()
            out[:, at] *= by
            return out

        with torch.no_grad(), capture(model, "entry.audio", edits={"entry.audio": edit}):
            return model(batch).logits.gather(1, answer[:, None])[:, 0]

    slope = (scaled(1 + step) - scaled(1 - step)) / (2 * step)
    found = mattered[Modality.AUDIO][:, at]
    torch.testing.assert_close(slope.abs().float(), found, atol=1e-6, rtol=1e-3)
    assert slope.abs().max() > 1e-5
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("name", ACROSS)
def test_noise_grows_by_level_and_the_clean_answer_is_the_models_own(name, untrained, batch_of):
    model, batch = untrained(name), batch_of(name)
    found = Spoil().run(model, batch)
    with torch.no_grad():
        plain = model(batch).probs
    moved = (found.probs - found.clean).abs().mean(dim=(0, 2, 3))

    torch.testing.assert_close(found.clean, plain, atol=1e-4, rtol=1e-3)
    assert found.probs.shape == (3, len(LEVELS), 3, 7)
    assert moved[-1] > 2 * moved[0] > 0
    assert found.donated is not None


def test_the_papers_gate_stands_still_and_egmfs_moves(untrained, batch_of):
    still = Spoil().run(untrained("hct_dmg"), batch_of("hct_dmg"))
    gate = still.gates["gate.omega"]

    assert (gate == gate[:1, :1, :1]).all()
    assert "stand still: no input moves them" in still.says()
    alpha = Spoil().run(untrained("egmf"), batch_of("egmf")).gates["fusion.alpha"]
    assert alpha.shape[:3] == (3, len(LEVELS), 3)


def test_a_donor_is_the_next_samples_modality(untrained, batch_of):
    model, batch = untrained("hct_dmg"), batch_of("hct_dmg")
    found = Spoil().run(model, batch)
    other = batch.streams[Modality.AUDIO].select(torch.arange(3).roll(-1))
    swapped = replace(batch, streams={**batch.streams, Modality.AUDIO: other})
    with torch.no_grad():
        by_hand = model(swapped).probs

    torch.testing.assert_close(found.donated[1], by_hand, atol=1e-4, rtol=1e-3)
    assert not torch.allclose(found.donated[1], found.clean, atol=1e-5)
    alone = Spoil().run(model, batch.select(torch.arange(1)))
    assert alone.donated is None


def test_what_is_silent_is_told_and_nothing_is_told_of_silence(untrained, batch_of):
    model, quiet = untrained("hct_dmg"), batch_of("hct_dmg").silence(*Modality)

    assert Spoil().run(model, quiet).says().startswith("Nothing is heard here")
    told = LooksWhereItMatters().run(model, batch_of("hct_dmg").silence(*list(Modality)[1:]))
    assert told.says().endswith(".")
