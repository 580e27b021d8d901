"""Tests of mer_core.encoders.interpreter."""

import numpy as np
import pytest
import torch

from mer_core.encoders.interpreter import IGNORED, SOURCES, Interpreter
from mer_core.encoders.pyramid import Pyramid
from mer_core.errors import WeightsAltered, WeightsMissing
from mer_core.types import View

LABELS = {
    "face_emotion": ("anger", "fear", "neutral"),
    "posture": ("standing", "slumped"),
    "style": ("outline", "pixels"),
    "intention_emotion": ("anger", "fear", "neutral"),
}


def worded(attributes, confidence):
    """A wording of our own, so that what reaches it can be seen."""
    return {View.POSTURE: f"{attributes['posture']} at {confidence['posture']:.4f}"}


@pytest.fixture(scope="module")
def interpreter():
    torch.manual_seed(0)
    config = Interpreter.Config(LABELS, image=64)
    return Interpreter.fresh(config, worded).eval()


@pytest.fixture(scope="module")
def batch():
    torch.manual_seed(1)
    return {
        "pixels": torch.rand(3, 3, 64, 64),
        "face_emotion": torch.tensor([0, 1, IGNORED]),
        "posture": torch.tensor([0, 1, 1]),
        "style": torch.full((3,), IGNORED),
    }


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(0).integers(0, 255, (40, 64, 3), dtype=np.uint8)


def test_description_names_every_attribute(interpreter, picture):
    """Probabilities sum to 1 by attribute; the wording is given the most probable labels."""
    said = interpreter.describe(picture)

    assert {n: tuple(p) for n, p in said.attributes.items()} == LABELS
    for probs in said.attributes.values():
        assert sum(probs.values()) == pytest.approx(1, abs=1e-5)
    posture = said.attributes["posture"]
    best = max(posture, key=posture.get)
    assert said.views == {View.POSTURE: f"{best} at {posture[best]:.4f}"}


def test_confidence_of_a_view_is_that_of_its_labels(interpreter, picture):
    """A view that no attribute feeds has no confidence at all."""
    said = interpreter.describe(picture)
    sure = {name: max(p.values()) for name, p in said.attributes.items()}

    assert said.confidence[View.POSTURE] == pytest.approx(sure["face_emotion"] * sure["posture"])
    assert View.ROLE not in said.confidence
    assert not set(SOURCES[View.ROLE]) & set(LABELS)


def test_intention_is_marked_as_guessed(interpreter, picture):
    assert interpreter.describe(picture).guessed == {View.INTENTION}


def test_a_packed_pyramid_is_described_as_its_picture(interpreter):
    """What MGHFT keeps of a picture is enough to describe it."""
    square = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    with torch.no_grad():
        packed = interpreter.backbone(torch.from_numpy(square).permute(2, 0, 1)[None] / 255)[0]
    one, other = interpreter.describe(square), interpreter.describe(packed)

    assert one.attributes["posture"] == pytest.approx(other.attributes["posture"])


def test_unknown_targets_weigh_nothing(interpreter, batch):
    """-1 is ignored, and an attribute that nobody has in this batch costs 0, not NaN."""
    losses = interpreter.losses(batch)
    other = dict(batch, face_emotion=torch.tensor([0, 1, 2]))

    assert set(losses) == {"face_emotion", "posture", "style"}
    assert losses["style"] == 0
    assert losses["face_emotion"] != interpreter.losses(other)["face_emotion"]
    first = {name: values[:2] for name, values in batch.items()}
    torch.testing.assert_close(losses["face_emotion"], interpreter.losses(first)["face_emotion"])


def test_right_answers_are_counted_over_what_is_known(interpreter, batch):
    with torch.no_grad():
        best = interpreter(batch["pixels"])["posture"].argmax(-1)
    counts = interpreter.correct(batch)

    assert counts["posture"] == (int((best == batch["posture"]).sum()), 3)
    assert counts["face_emotion"][1] == 2
    assert counts["style"] == (0, 0)


def test_backbone_and_heads_learn_together(batch):
    """A few steps on three pictures bring the loss down, in half precision too."""
    torch.manual_seed(0)
    model = Interpreter.fresh(Interpreter.Config(LABELS, image=64, dropout=0.0)).train()
    before = model.backbone_state()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    history = []
    for _ in range(8):
        with torch.autocast("cpu", torch.bfloat16):
            loss = sum(model.losses(batch).values())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        history.append(loss.item())

    assert history[-1] < history[0]
    assert all(not torch.equal(before[n], p) for n, p in model.backbone.named_parameters())


def test_heads_are_saved_without_the_backbone(interpreter, picture, tmp_path):
    """From heads on disk and the same backbone the same description comes back."""
    interpreter.save(tmp_path, metrics={"posture": 0.5})
    backbone = Pyramid("pvt_v2_b0", 64)
    backbone.load_state_dict(interpreter.backbone_state())
    again = Interpreter.load(tmp_path, backbone, worded)
    one, other = interpreter.describe(picture), again.describe(picture)

    assert (tmp_path / "weights.safetensors").stat().st_size < 2_000_000
    assert not again.training
    assert not any(p.requires_grad for p in again.parameters())
    for name in LABELS:
        assert one.attributes[name] == pytest.approx(other.attributes[name], abs=1e-3)


def test_heads_refuse_another_backbone(interpreter, tmp_path):
    """Heads mean nothing on features that they were not trained on."""
    interpreter.save(tmp_path)

    with pytest.raises(WeightsAltered, match="interpreter's backbone"):
        Interpreter.load(tmp_path, Pyramid("pvt_v2_b0", 64))
    with pytest.raises(WeightsMissing, match="train it again"):
        Interpreter.load(tmp_path / "nowhere", Pyramid("pvt_v2_b0", 64))


def test_a_vocabulary_is_needed():
    with pytest.raises(ValueError, match="at least one attribute"):
        Interpreter.Config({})
