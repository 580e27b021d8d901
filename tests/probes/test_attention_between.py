"""Maps between modalities: whose positions, which words, and none of the padding."""

import copy

import pytest
import torch

from mer_core.probes.attention import LooksAcross
from mer_core.probes.positions import positions
from mer_core.recording import record
from mer_core.types import Modality

ACROSS = ["egmf", "hct_dmg"]


@pytest.mark.parametrize("name", ACROSS)
def test_rows_sum_to_one_over_what_is_real(name, recorded):
    found = LooksAcross().read(recorded(name))
    for flow in found.flows:
        for sample in range(len(found.ids)):
            sums = flow.seen(sample).sum(dim=1)
            torch.testing.assert_close(sums, torch.ones_like(sums), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ACROSS)
def test_every_position_has_its_word_or_its_moment(name, recorded):
    recording = recorded(name)
    for flow in LooksAcross().read(recording).flows:
        for sample in range(len(recording.batch)):
            rows, columns = flow.seen(sample).shape
            assert len(flow.query.kept(sample)) == rows
            assert len(flow.key.kept(sample)) == columns
            assert all(flow.query.kept(sample) + flow.key.kept(sample))


def test_words_are_those_of_the_sample(recorded):
    recording = recorded("hct_dmg")
    flow = next(f for f in LooksAcross().read(recording).flows if f.query.name == "text")
    stream = recording.batch.streams[Modality.TEXT]

    assert flow.query.kept(1) == list(stream.ticks[1])[: int(stream.mask[1].sum())]


def test_layers_and_roles_can_be_picked(recorded):
    found = LooksAcross().read(recorded("hct_dmg"))

    assert found.roles == ["stage1.first", "stage1.second", "stage2.first", "stage2.second"]
    assert {f.layer for f in found.only(layer=-1).flows} == {found.layers[-1]}
    assert {f.role for f in found.only(role="stage2.first").flows} == {"stage2.first"}
    with pytest.raises(ValueError, match="no map of layer"):
        found.only(role="stage3")


def test_roles_stay_and_modalities_change(untrained, samples_of, batch_of):
    """When vision leads, it is vision that looks in the second stage."""
    model = copy.deepcopy(untrained("hct_dmg"))
    leads = {}
    for i, m in enumerate(Modality):
        with torch.no_grad():
            model.gate.weight.copy_(3.0 * torch.eye(3)[i])
        found = LooksAcross().read(record(model, samples_of["hct_dmg"], batch=batch_of("hct_dmg")))
        leads[m] = {f.query.name for f in found.only(role="stage2.first").flows}

    assert leads == {m: {str(m)} for m in Modality}


def test_a_map_of_silence_is_not_drawn(untrained, samples_of, batch_of):
    model, batch = untrained("hct_dmg"), batch_of("hct_dmg")
    some = batch.streams[Modality.AUDIO].silenced(torch.tensor([True, False, False]))
    batch = type(batch)({**batch.streams, Modality.AUDIO: some}, ids=batch.ids)
    found = LooksAcross().read(record(model, samples_of["hct_dmg"], batch=batch))

    def drawn(sample):
        flows = found.drawable(sample)
        return {name for f in flows for name in (f.query.name, f.key.name)}

    assert "audio" not in drawn(0)
    assert "audio" in drawn(1)


def test_with_one_modality_nobody_has_anyone_to_look_at(untrained, samples_of, batch_of):
    quiet = batch_of("hct_dmg").silence(Modality.AUDIO, Modality.VISION)
    found = LooksAcross().read(record(untrained("hct_dmg"), samples_of["hct_dmg"], batch=quiet))

    assert not found.drawable(0)
    assert found.says().startswith("No two modalities are heard")


def test_joined_keys_share_the_attention(recorded):
    """EGMF's text looks at audio and vision in one softmax."""
    found = LooksAcross().read(recorded("egmf"))
    flow = next(f for f in found.flows if f.query.name == "text")
    shares = flow.shares(0)

    assert list(shares) == ["audio", "vision"]
    assert sum(got for got, _ in shares.values()) == pytest.approx(1, abs=1e-4)
    assert sum(even for _, even in shares.values()) == pytest.approx(1)
    assert "Text gives" in found.says()


def test_an_axis_that_does_not_fit_its_modality_is_refused(batch_of):
    text = positions(batch_of("hct_dmg"), "text")

    with pytest.raises(ValueError, match="must not name the modality"):
        text.fitted(len(text.kinds) + 1)
