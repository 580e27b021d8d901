"""Fixtures that several suites share: small real samples, demo-sized untrained models."""

import pytest


@pytest.fixture(scope="session")
def sticker_samples():
    """Three generated stickers of the training split."""
    from mer_core.datasets.puppets import sticker

    return [sticker(i, "train") for i in range(3)]


@pytest.fixture(scope="session")
def utterance_samples():
    """Three generated utterances of the training split."""
    from mer_core.datasets.puppets import utterance

    return [utterance(i, "train") for i in range(3)]


@pytest.fixture(scope="session")
def samples_of(sticker_samples, utterance_samples):
    """Model name -> samples that it can read."""
    from mer_core.models import NAMES

    return dict.fromkeys(NAMES, utterance_samples) | {"mghft": sticker_samples}


@pytest.fixture(scope="session")
def untrained():
    """Model name -> an untrained model of demo size, in eval mode; shared, so never changed."""
    import torch

    from mer_core.models import demo_config, kind_of

    made = {}

    def model(name):
        if name not in made:
            torch.manual_seed(0)
            made[name] = kind_of(name)(demo_config(name)).eval().requires_grad_(False)
        return made[name]

    return model


@pytest.fixture(scope="session")
def batch_of(samples_of, untrained):
    """Model name -> its samples as a batch."""
    made = {}

    def batch(name):
        if name not in made:
            made[name] = untrained(name).processor()(samples_of[name])
        return made[name]

    return batch
