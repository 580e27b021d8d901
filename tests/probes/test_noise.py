"""Noise at the entry of one modality: as loud as is said, in one forward, and what it moves."""

import math
from dataclasses import replace

import pytest
import torch

from mer_core.errors import QuestionUnfit
from mer_core.models import MODELS
from mer_core.probes.noise import CLEAN, LEVELS, AddNoise, GateSweep, NoiseSweep, decibels, power
from mer_core.task import EMOTIONS
from mer_core.trace import capture
from mer_core.types import Modality
from mer_core.views import figure, to_csv
from mer_core.views.noise import kept_apart

TEXT, AUDIO, VISION = Modality
FEW = AddNoise(AUDIO, levels=(CLEAN, 0.0, -15.0), draws=2)
SPOKEN = [name for name in MODELS if len(MODELS[name].modalities) == 3]


@pytest.fixture(scope="module", params=SPOKEN)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def swept(name, untrained, batch_of):
    return FEW.run(untrained(name), batch_of(name))


def sweep(gate=None, probs=None):
    """A made-up sweep of two levels, one draw, one sample."""
    probs = torch.tensor([[0.7, 0.3], [0.4, 0.6]]) if probs is None else probs
    return NoiseSweep(
        ids=("made up",),
        target=("joy",),
        modality=AUDIO,
        levels=(CLEAN, 0.0),
        probs=probs[:, None, None],
        names=("joy", "fear"),
        gate=gate,
        seed=0,
    )


def test_the_first_level_is_the_unedited_answer_in_every_draw(swept, name, untrained, batch_of):
    with torch.no_grad():
        plain = untrained(name)(batch_of(name)).probs
    for draw in range(swept.draws):
        torch.testing.assert_close(swept.probs[0, draw], plain, atol=1e-5, rtol=1e-4)

    assert (swept.probs[-1] - plain).abs().max() > 1e-4  # it could have differed


def test_noise_is_as_loud_as_it_says(name, untrained, batch_of):
    """Measured at the entry, over real positions: mean squares are off by exactly the decibels."""
    model, batch = untrained(name), batch_of(name)
    probe = AddNoise(AUDIO, levels=(CLEAN, 10.0, -5.0), draws=2)
    stream = batch.streams[AUDIO].select(torch.arange(3).repeat(6))
    edit = probe._noise(stream.values.shape[1], stream, 3)
    with torch.no_grad(), capture(model, "entry.audio") as trace:
        model(batch)
    clean = trace["entry.audio"].values.repeat(6, 1, 1)
    noise = edit(clean) - clean
    ratio = (power(clean, stream.mask) / power(noise, stream.mask)).log10() * 10

    assert noise[:6].abs().max() == 0
    torch.testing.assert_close(ratio[6:], torch.tensor([10.0] * 6 + [-5.0] * 6), atol=1e-3, rtol=0)
    assert noise[~stream.mask].abs().sum() == 0


def test_a_draw_keeps_its_noise_and_differs_from_the_next(name, untrained, batch_of):
    stream = batch_of(name).streams[AUDIO].select(torch.arange(3).repeat(4))
    probe = AddNoise(AUDIO, levels=(0.0, -20.0), draws=2)
    ones = torch.ones_like(stream.values)
    soft, loud = (probe._noise(ones.shape[1], stream, 3)(ones) - ones).chunk(2)

    torch.testing.assert_close(loud, 10 * soft, atol=1e-4, rtol=1e-4)
    assert (soft[:3] - soft[3:]).abs().max() > 0.1


def test_the_same_seed_gives_the_same_sweep(swept, name, untrained, batch_of):
    again = FEW.run(untrained(name), batch_of(name))
    other = replace(FEW, seed=1).run(untrained(name), batch_of(name))

    assert torch.equal(swept.probs, again.probs)
    assert not torch.equal(swept.probs, other.probs)


def test_the_whole_sweep_is_one_forward(name, untrained, batch_of, forwards):
    model, batch = untrained(name), batch_of(name)
    sizes = forwards(model)
    AddNoise(TEXT, draws=1).run(model, batch)

    assert sizes == [len(LEVELS) * len(batch)]


def test_the_gate_of_egmf_moves_and_that_of_hct_dmg_stands_still(untrained, batch_of):
    """A fresh gate of EGMF weighs all alike, so its last layer gets weights first."""
    import copy

    moving = copy.deepcopy(untrained("egmf"))
    torch.manual_seed(0)
    torch.nn.init.normal_(moving.fusion.context_gate[-1].weight, std=0.3)
    alpha = replace(FEW, modality=VISION).run(moving, batch_of("egmf")).gate
    omega = replace(FEW, modality=VISION).run(untrained("hct_dmg"), batch_of("hct_dmg")).gate

    assert (alpha.weights - alpha.weights[:1]).abs().max() > 1e-3
    assert not alpha.fixed
    assert not alpha.why
    assert omega.fixed
    assert (omega.weights - omega.weights[:1]).abs().max() == 0
    assert "one vector" in omega.why
    for gate in (alpha, omega):
        torch.testing.assert_close(gate.weights.sum(-1), torch.ones(gate.weights.shape[:-1]))


def test_a_gate_that_looks_at_the_sample_moves(batch_of):
    """HCT-DMG with a gate of its own for each sample."""
    from mer_core.models.hct_dmg import HCTDMG, HCTDMGConfig

    if "gate" not in HCTDMGConfig.__dataclass_fields__:
        pytest.skip("this version of HCT-DMG has one gate for all samples only")
    torch.manual_seed(0)
    model = HCTDMG(replace(HCTDMGConfig.demo(), gate="sample")).eval().requires_grad_(False)
    torch.nn.init.normal_(model.gate.outer.weight)
    gate = FEW.run(model, batch_of("hct_dmg")).gate

    assert gate.called == "ω of this sample"
    assert not gate.fixed
    assert (gate.weights - gate.weights[:1]).abs().max() > 1e-3


def test_silence_cannot_be_made_noisy(name, untrained, batch_of):
    with pytest.raises(QuestionUnfit, match="silent here"):
        AddNoise(AUDIO).run(untrained(name), batch_of(name).silence(AUDIO))


def test_a_silent_row_stays_as_it_is_among_others(name, untrained, batch_of):
    batch, rows = batch_of(name), torch.tensor([False, True, False])
    quiet = {**batch.streams, AUDIO: batch.streams[AUDIO].silenced(rows)}
    found = FEW.run(untrained(name), replace(batch, streams=quiet))
    moved = (found.probs - found.probs[:1]).abs().amax(dim=(0, 1, 3))

    assert moved[1] < 1e-5
    assert moved[[0, 2]].min() > 1e-5


def test_what_enters_as_a_picture_is_refused(untrained, batch_of):
    probe = AddNoise(VISION)

    assert not probe.suits(untrained("mghft"))
    with pytest.raises(QuestionUnfit, match="no sequence"):
        probe.run(untrained("mghft"), batch_of("mghft"))


def test_levels_in_words():
    assert [decibels(x) for x in (math.inf, 20.0, 0.0, -5.0)] == [
        "no noise",
        "20 dB",
        "0 dB",
        "−5 dB",  # noqa: RUF001
    ]


def test_the_sentence_is_made_from_the_numbers():
    found = sweep()

    assert found.says() == "Without noise the answer is joy (70 %). It first turns at 0 dB."
    assert found.marked(0.0).says() == (
        "With noise in audio at 0 dB the answer turns from joy to fear (70 % before, 60 % now). "
        "It first turns at 0 dB."
    )
    held = sweep(probs=torch.tensor([[0.7, 0.3], [0.6, 0.4]]))
    assert held.marked(0.0).says().endswith("It never turns.")


def test_the_sentence_says_what_the_gate_does():
    weights = torch.tensor([[0.5, 0.5], [0.5, 0.5]])[:, None, None]
    still = GateSweep("modality", "ω", ("text", "audio"), weights, fixed=True)
    moved = GateSweep(
        "modality",
        "ω",
        ("text", "audio"),
        weights * torch.tensor([[1.0, 1.0], [1.6, 0.4]])[:, None, None],
        fixed=False,
    )

    assert "nothing in a sample can move it" in sweep(still).marked(0.0).says()
    assert "the text moves most, from 50 % to 80 %" in sweep(moved).marked(0.0).says()


def test_a_gate_that_is_nearly_certain_is_told_by_factors_and_drawn_by_powers_of_ten():
    weights = torch.tensor([[0.99999, 0.00001], [0.9998, 0.0002]])[:, None, None]
    found = sweep(GateSweep("modality", "ω", ("text", "audio"), weights, fixed=False)).marked(0.0)
    axis = figure(found).layout.yaxis2

    assert found.gate.stuck(0)
    assert "holds to the text with 100 %" in found.says()
    assert "weight of the audio becomes 20 times what it was" in found.says()
    assert axis.range[0] < -4
    assert "powers of ten" in figure(found).layout.annotations[1].text


def test_names_at_the_end_of_lines_keep_apart():
    placed = kept_apart([0.33, 0.34, 0.33], 0.1, 0.0, 1.0)

    assert sorted(placed) == pytest.approx([0.235, 0.335, 0.435])
    assert placed[0] < placed[2] < placed[1]
    assert kept_apart([0.99, 1.0], 0.1, 0.0, 1.0) == pytest.approx([0.9, 1.0])
    assert kept_apart([0.0, 0.0], 0.1, 0.0, 1.0) == pytest.approx([0.0, 0.1])
    assert kept_apart([0.2, 0.8], 0.1, 0.0, 1.0) == [0.2, 0.8]


def test_the_nearest_level_is_told():
    assert sweep().marked(3.0).at == 1
    assert sweep().marked(CLEAN).at == 0
    assert sweep().marked(0.0).at == 1


def test_figure_and_table_hold_the_sweep(swept):
    drawing, table = figure(swept.marked(0.0), 1), to_csv(swept)
    lines = [t for t in drawing.data if t.mode == "lines"]

    assert all(len(t.x) == len(FEW.levels) for t in lines)
    assert len(lines) == 3 + (0 if swept.gate is None else 3)
    assert drawing.layout.shapes[0].x0 == swept.marked(0.0).at
    assert "n = 1" in drawing.layout.annotations[-1].text
    count = len(FEW.levels) * swept.draws * 3 * (len(EMOTIONS) + (0 if swept.gate is None else 3))
    assert len(table.splitlines()) == count + 2
