"""Tests of mer_core.checkpoints: what ships is what the cards say, and damage gets a sentence."""

import json
import re

import pytest
import torch

from mer_core.checkpoints import (
    code_hash,
    config_hash,
    folder_of,
    load,
    read_card,
    save_checkpoint,
)
from mer_core.errors import CardInvalid, UnknownName, WeightsAltered, WeightsMissing
from mer_core.models import NAMES, kind_of


@pytest.fixture
def shelf(tmp_path, monkeypatch, untrained):
    """A checkpoint of an untrained model in a folder of its own."""
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    save_checkpoint(untrained("mghft"), "mghft", {"training": {"seed": 3}})
    return tmp_path / "mghft"


def test_what_was_saved_is_loaded(shelf, untrained):
    """Up to half precision."""
    model, again = untrained("mghft"), load("mghft")

    assert again.config == model.config
    assert again.origin["seed"] == 3
    for name, tensor in model.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, atol=2e-3, rtol=2e-3)
    assert not any(p.requires_grad for p in again.parameters())
    assert not again.training


def test_edited_weights_are_refused(shelf):
    data = bytearray((shelf / "weights.safetensors").read_bytes())
    data[-1] ^= 1
    (shelf / "weights.safetensors").write_bytes(bytes(data))

    with pytest.raises(WeightsAltered, match="Restore it"):
        load("mghft")


def test_absent_weights_are_named(shelf):
    (shelf / "weights.safetensors").unlink()

    with pytest.raises(WeightsMissing, match="mer train mghft"):
        load("mghft")


def test_an_absent_checkpoint_is_named(shelf):
    with pytest.raises(WeightsMissing, match="mer train egmf"):
        load("egmf")


def test_an_unknown_model_gets_a_suggestion():
    with pytest.raises(UnknownName, match="Did you mean 'mghft'"):
        load("mghtf")


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "damaged"), ("[]", "format list"), (json.dumps({"format": 0}), "format 0")],
)
def test_a_bad_card_gets_a_sentence(shelf, text, words):
    (shelf / "card.json").write_text(text)

    with pytest.raises(CardInvalid, match=words):
        read_card("mghft")


def test_weights_of_another_shape_of_model_are_refused(shelf):
    card = json.loads((shelf / "card.json").read_text())
    card["config"]["soft_fusion"] = "pooled"
    card["config"]["train_backbone"] = False
    (shelf / "card.json").write_text(json.dumps(card))
    assert load("mghft").config.soft_fusion == "pooled"  # the same tensors fit

    card["model"] = "hct_dmg"
    other = shelf.parent / "hct_dmg"
    other.mkdir()
    card["config"] = {}
    (other / "card.json").write_text(json.dumps(card))
    (other / "weights.safetensors").write_bytes((shelf / "weights.safetensors").read_bytes())
    with pytest.raises(CardInvalid, match="does not fit the code"):
        load("hct_dmg")


@pytest.mark.parametrize("name", NAMES)
def test_shipped_cards_are_of_this_code_and_config(name):
    """Whoever changes a model retrains it, or evaluates it again and seals the card."""
    card = read_card(name)
    model = load(name)

    assert card["code_hash"] == code_hash(kind_of(name))
    assert card["config_hash"] == config_hash(model.config)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_card_says_what_a_reader_needs(name):
    card = read_card(name)

    assert {"data", "training", "metrics", "calibration", "limits"} <= set(card)
    assert re.fullmatch(r"[0-9a-f]{64}", card["weights_sha256"])


def test_all_weights_together_stay_small():
    files = list(folder_of("").rglob("*.safetensors"))

    assert files
    assert sum(f.stat().st_size for f in files) < 25e6
    # a backbone of 3.4 million numbers in half precision makes MGHFT the largest
    assert all(f.stat().st_size < 10e6 for f in files)
