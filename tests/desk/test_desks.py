"""Desks: the own answer to the bit, others as by a forward with the gate put in."""

from dataclasses import replace

import pytest
import torch

from mer_core.desk import EGMFDesk, HCTDMGDesk, MGHFTDesk, NoGate, desk_of
from mer_core.desk.setting import SettingUnfit, simplex_grid
from mer_core.models import demo_config, kind_of
from mer_core.models.hct_dmg import HCTDMG, HCTDMGConfig
from mer_core.models.mghft import MGHFT, GlobalFusion, WordFusion
from mer_core.trace import capture, taps
from mer_core.types import Modality

GATED = ("egmf", "hct_dmg", "hct_dmg_sample", "mghft")
CLOSE = 1e-5
"""Between a desk and a whole forward with the gate put in, in any logit."""


@pytest.fixture(scope="module")
def shaken(untrained):
    """Model name -> an untrained model in which gates and Soft-Fusion make a difference.

    Gates begin at zero and many layers small: without this nearly everything would be equal.
    """
    made = {}

    def model(name, **changes):
        key = (name, *changes.items())
        if key not in made:
            torch.manual_seed(1)
            found = kind_of(name)(replace(demo_config(name), **changes)).eval()
            with torch.no_grad():
                for path, weight in found.named_parameters():
                    if not path.startswith(("language.network", "backbone")):
                        weight += 0.15 * torch.randn_like(weight)
            made[key] = found.requires_grad_(False)
        return made[key]

    return model


def one(batch, row=0):
    return batch.select(torch.tensor([row]))


def put_in(model, batch, setting):
    """A whole forward with the setting in place of what the gate says."""
    if isinstance(model, MGHFT):
        return with_strengths(model, batch, setting)
    name = next(n for n in taps(model) if n.endswith(("alpha", "omega", "omega_by_sample")))
    edits = {name: lambda gate: setting.expand_as(gate)}
    with torch.no_grad(), capture(model, name, edits=edits):
        return model(batch)


def with_strengths(model, batch, setting):
    """Soft-Fusion scaled where the model computes it, by hooks on its own modules."""
    hooks = []

    def scaled(strength):
        return lambda _module, args, out: args[0] + strength * (out - args[0])

    for stage, strength in zip(model.each_stage(), setting, strict=True):
        assert isinstance(stage.fusion, WordFusion)
        hooks.append(stage.fusion.register_forward_hook(scaled(strength)))
    assert isinstance(model.global_fusion, GlobalFusion)
    hooks.append(model.global_fusion.register_forward_hook(scaled(setting[:, None])))
    try:
        with torch.no_grad():
            return model(batch)
    finally:
        for hook in hooks:
            hook.remove()


def settings_of(desk, count=6):
    generator = torch.Generator().manual_seed(3)
    if desk.simplex:
        drawn = torch.rand(count, 3, generator=generator)
        return torch.cat([drawn / drawn.sum(dim=1, keepdim=True), torch.eye(3)])
    return torch.cat([2 * torch.rand(count, 4, generator=generator), torch.zeros(1, 4)])


@pytest.mark.parametrize("row", [0, 1])
@pytest.mark.parametrize("name", GATED)
def test_at_the_own_setting_stand_the_models_own_bits(name, row, shaken, batch_of):
    model, batch = shaken(name), one(batch_of(name), row)
    with torch.no_grad():
        said = model(batch)
    desk = desk_of(model, batch)
    away = desk.answers(settings_of(desk))
    back = desk.answers(desk.gate[None])

    assert torch.equal(back.logits, said.logits)
    assert back.said == said.said
    if said.sentiment is not None:
        assert torch.equal(back.sentiment, said.sentiment)
    assert not torch.equal(away.logits[0], said.logits[0])


@pytest.mark.parametrize("name", GATED)
def test_another_setting_is_answered_as_by_a_whole_forward(name, shaken, batch_of):
    model, batch = shaken(name), one(batch_of(name))
    desk = desk_of(model, batch)
    settings = settings_of(desk)
    found = desk.answers(settings)
    wanted = [put_in(model, batch, s) for s in settings]
    logits = torch.cat([w.logits for w in wanted])

    assert (found.logits - logits).abs().max() < CLOSE * max(1.0, float(logits.abs().max()))
    assert (found.logits - desk.own.logits).abs().max() > 100 * CLOSE
    assert found.said is None or list(found.said) == [w.said[0] for w in wanted]
    if found.sentiment is not None:
        number = torch.cat([w.sentiment for w in wanted])
        assert torch.allclose(found.sentiment, number, atol=10 * CLOSE)


@pytest.mark.parametrize("silent", [(Modality.TEXT,), (Modality.AUDIO, Modality.VISION)])
@pytest.mark.parametrize("name", ["egmf", "hct_dmg", "hct_dmg_sample"])
def test_silent_modalities_are_mixed_as_the_model_hears_them(name, silent, shaken, batch_of):
    model, batch = shaken(name), one(batch_of(name)).silence(*silent)
    desk = desk_of(model, batch)
    settings = settings_of(desk)
    logits = torch.cat([put_in(model, batch, s).logits for s in settings])

    assert torch.allclose(desk.answers(settings).logits, logits, atol=10 * CLOSE)


@pytest.mark.parametrize(
    "changes",
    [
        {"weighting": False},
        {"join_primary": False},
        {"stage2": False},
        {"stage1": "off"},
        {"stage1": "from_primary"},
        {"sharing": "pairs"},
        {"primary": "audio"},
        {"primary": "random"},
    ],
    ids=str,
)
def test_every_switch_of_hct_dmg_has_its_desk(changes, batch_of):
    torch.manual_seed(4)
    model = HCTDMG(replace(HCTDMGConfig.demo(), **changes)).eval().requires_grad_(False)
    batch = one(batch_of("hct_dmg"))
    desk = HCTDMGDesk(model, batch)
    settings = settings_of(desk)
    logits = torch.cat([put_in(model, batch, s).logits for s in settings])

    assert torch.allclose(desk.answers(settings).logits, logits, atol=CLOSE)
    assert torch.equal(desk.answers(desk.gate[None]).logits, model(batch).logits)


@pytest.mark.parametrize("preset", ["demo", "released"])
def test_pooled_fusion_and_the_released_defects_have_their_strengths(preset, batch_of):
    torch.manual_seed(5)
    model = MGHFT(MGHFT.Config.preset(preset)).eval().requires_grad_(False)
    desk = MGHFTDesk(model, one(batch_of("mghft")))
    found = desk.answers(torch.stack([desk.gate, desk.gate * 0.999999, desk.gate * 0]))

    assert torch.allclose(found.logits[0], found.logits[1], atol=1e-4)
    assert not torch.allclose(found.logits[0], found.logits[2], atol=1e-3)


def test_who_leads_follows_the_heaviest_weight(shaken, batch_of):
    desk = HCTDMGDesk(shaken("hct_dmg"), one(batch_of("hct_dmg")))

    assert desk.leaders(torch.eye(3)).tolist() == [0, 1, 2]
    assert desk.leaders(torch.full((1, 3), 1 / 3)).tolist() == [0]


@pytest.mark.parametrize(
    "changes",
    [{"degrees": ()}, {"limits": ()}, {"inject_text": False}, {"residual": True}],
    ids=str,
)
def test_an_egmf_that_is_asked_otherwise_has_its_desk(changes, shaken, batch_of):
    if changes == {"limits": ()}:
        changes = changes | {"degrees": (), "number_task": ""}
    model, batch = shaken("egmf", **changes), one(batch_of("egmf"))
    desk = EGMFDesk(model, batch)
    settings = settings_of(desk, 2)
    wanted = [put_in(model, batch, s) for s in settings]

    logits = torch.cat([w.logits for w in wanted])
    assert torch.allclose(desk.answers(settings).logits, logits, atol=10 * CLOSE)
    assert (desk.own.sentiment is None) == (wanted[0].sentiment is None)


def test_a_swapped_expert_says_what_the_donors_says(shaken, batch_of):
    model, batch = shaken("egmf"), batch_of("egmf")
    desk, donor = EGMFDesk(model, one(batch, 0)), EGMFDesk(model, one(batch, 1))
    swapped = desk.swapped(donor, [1])

    def put(said):
        said = said.clone()
        said[:, 1] = donor.before.heard.said[:, 1]
        return said

    with torch.no_grad(), capture(model, "fusion.expert_out", edits={"fusion.expert_out": put}):
        wanted = model(one(batch, 0))
    assert torch.equal(swapped.own.logits, wanted.logits)
    assert torch.equal(swapped.gate, desk.gate)
    assert not torch.equal(swapped.own.logits, desk.own.logits)
    alone = torch.tensor([[0.0, 1.0, 0.0]])
    assert not torch.allclose(swapped.answers(alone).logits, desk.answers(alone).logits, atol=1e-3)
    other = torch.tensor([[1.0, 0.0, 0.0]])
    assert torch.allclose(swapped.answers(other).logits, desk.answers(other).logits, atol=CLOSE)


def test_a_desk_leaves_its_model_as_it_was(shaken, batch_of):
    for name in GATED:
        model, batch = shaken(name), one(batch_of(name))
        before = {k: v.clone() for k, v in model.state_dict().items()}
        with torch.no_grad():
            said = model(batch).logits
            desk_of(model, batch).answers(settings_of(desk_of(model, batch)))

            assert torch.equal(model(batch).logits, said)
        assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_a_model_without_a_gate_says_so(untrained, batch_of):
    with pytest.raises(NoGate, match="MulT has no gate to set"):
        desk_of(untrained("mult"), one(batch_of("mult")))


def test_a_desk_is_for_one_sample(untrained, batch_of):
    for name in GATED:
        with pytest.raises(ValueError, match="A desk is for one sample; the batch has 3"):
            desk_of(untrained(name), batch_of(name))


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ([0.5, 0.5], "takes 3 weights"),
        ([0.5, 0.4, 0.4], "must sum to 1"),
        ([1.5, -0.5, 0.0], "from 0 to 1"),
        ([float("nan"), 0.5, 0.5], "from 0 to 1"),
    ],
)
def test_what_is_no_setting_is_refused_in_a_sentence(setting, why, shaken, batch_of):
    desk = desk_of(shaken("egmf"), one(batch_of("egmf")))
    with pytest.raises(SettingUnfit, match=why):
        desk.answers(torch.tensor([setting]))


def test_answers_come_in_the_order_of_the_settings_and_are_counted(shaken, batch_of):
    desk = desk_of(shaken("hct_dmg"), one(batch_of("hct_dmg")))
    grid, told = simplex_grid(), []
    settings = torch.cat([grid[:5], desk.gate[None], grid[5:]])
    found = desk.answers(settings, lambda done, total: told.append((done, total)))
    alone = torch.cat([desk.answers(s[None]).logits for s in settings])

    assert torch.allclose(found.logits, alone, atol=CLOSE)
    assert told[-1] == (66, 66)
    assert len(told) == 3
