"""What the shipped MGHFT learned to look at: a map that random weights would draw too is no map."""

import pytest
import torch

from mer_core.checkpoints import load
from mer_core.datasets.puppets import sticker
from mer_core.models.mghft import MGHFT
from mer_core.recording import record
from mer_core.types import View

N = 12


@pytest.fixture(scope="module")
def chosen():
    """Stage -> chosen positions of trained and of random fusion weights on one backbone, (n, k)."""
    samples = [sticker(i, "valid") for i in range(N)]
    trained = load("mghft")
    torch.manual_seed(0)
    random = MGHFT(trained.config)
    random.load_backbone(trained.backbone.state_dict())
    batch = trained.processor()(samples)
    seen = {}
    for name, model in (("trained", trained), ("random", random.eval())):
        trace = record(model, samples, "stages.*", batch=batch).trace
        for view in View:
            seen[name, str(view)] = trace[f"stages.{view}.chosen"].values.flatten(1)
    return seen


def overlap(one, two):
    """Mean share of positions that two choices have in common, over samples (Jaccard)."""
    pairs = zip(one.tolist(), two.tolist(), strict=True)
    return sum(len(set(a) & set(b)) / len(set(a) | set(b)) for a, b in pairs) / len(one)


@pytest.mark.parametrize("view", [str(v) for v in View])
def test_trained_choices_are_not_those_of_random_weights(chosen, view):
    assert overlap(chosen["trained", view], chosen["random", view]) < 0.5


@pytest.mark.parametrize("view", [str(v) for v in View][:3])
def test_choices_depend_on_the_picture(chosen, view):
    """The coarsest stage has 16 places, of which 3 are chosen: there some pictures agree."""
    places = chosen["trained", view]

    assert overlap(places, places.roll(1, 0)) < 0.9


@pytest.mark.parametrize("view", [str(v) for v in View])
def test_less_than_a_quarter_of_a_stage_is_chosen(chosen, view):
    grid = {"intention": 28, "style": 14, "role": 7, "posture": 4}[view]

    assert chosen["trained", view].shape[1] < grid**2 / 4
    assert chosen["trained", view].max() < grid**2
