"""A tiny EGMF whose gate can be set by hand, for tests of what looks at its experts."""

from typing import Any

import torch

from mer_core.models.egmf import EGMF, EGMFConfig
from mer_core.task import EMOTIONS
from mer_core.types import Modality, Sample

WORDS = ("well that is just great", "no", "i can not believe you did it again", "")
AUDIO, VISION = 5, 6
"""Channels."""


def tiny(**changes: Any) -> EGMF:
    """Two layers, 32 channels, random weights, gates that still weigh all alike."""
    torch.manual_seed(0)
    values = {"layers": 2, "hidden": 32, "heads": 4} | changes
    return EGMF(EGMFConfig.small(AUDIO, VISION, **values)).eval().requires_grad_(False)


def opinionated(model: EGMF, size: float = 2.0) -> EGMF:
    """Give both stages of the gate an opinion that differs from sample to sample.

    Args:
        model: It is changed.
        size: Standard deviation of the gates' scores over a few samples.
    """
    torch.manual_seed(1)
    gates = model.fusion
    with torch.no_grad():
        fused = model.before_gate(model.processor()(samples(16))).heard.fused
        _spread(gates.feature_gate, fused, size)
        w = gates.feature_gate(fused).softmax(dim=-1)
        _spread(gates.context_gate, torch.cat([fused, w], dim=-1), size)
    return model


def _spread(net: torch.nn.Sequential, x: torch.Tensor, size: float) -> None:
    """Random weights of the last layer, such that what comes out has mean 0 and this deviation."""
    last = net[-1]
    torch.nn.init.normal_(last.weight)
    scores = net(x)
    scale = size / scores.std(dim=0)
    last.weight.mul_(scale[:, None])
    last.bias.copy_(-(scores.mean(dim=0)) * scale)


def prejudiced(model: EGMF, expert: int) -> EGMF:
    """Let the gate give nearly everything to one expert, whatever it reads."""
    bias = torch.zeros(3)
    bias[expert] = 12.0
    model.fusion.context_gate[-1].bias.data = bias
    return model


def samples(count: int = 4) -> list[Sample]:
    """Words with random voices and faces of unequal lengths; the last of four says nothing."""
    made = []
    for i in range(count):
        generator = torch.Generator().manual_seed(i)
        heard, seen = (
            torch.randn(3 + (i + shift) % 4, width, generator=generator).numpy()
            for shift, width in ((0, AUDIO), (2, VISION))
        )
        made.append(
            Sample(
                id=f"utterance-{i}",
                text=WORDS[i % len(WORDS)] or None,
                target=EMOTIONS[i % len(EMOTIONS)],
                features={Modality.AUDIO: heard, Modality.VISION: seen},
            )
        )
    return made
