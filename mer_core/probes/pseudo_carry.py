"""What do pseudo tokens carry? How alike they and the model's inputs arrange the same samples.

Linear CKA asks whether samples that are near in one representation are near in the other: 1 where
both are the same up to rotation and scale, 0 where they have nothing in common. The plain estimate
is far above 0 for unrelated representations with more channels than samples; the unbiased one is
not, and may be negative.

Source: Kornblith et al. (2019), Similarity of Neural Network Representations Revisited; Song et
    al. (2012), Feature Selection via Dependence Maximization, for the unbiased HSIC.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

SHUFFLES = 100
"""Of one of the two sides, to see what unrelated representations get."""
SEED = 0
LEAST = 8
"""Samples without which no likeness is told."""


@dataclass(frozen=True)
class Carried:
    """How alike the pseudo tokens are to one representation of the same samples.

    Attributes:
        name: Of the representation.
        cka: Unbiased linear CKA; NaN where there are too few samples or nothing varies.
        chance: What 95 % of the shuffles stay below.
        n: Samples.
    """

    name: str
    cka: float
    chance: float
    n: int

    @property
    def beyond(self) -> bool:
        """Whether it is more than 95 % of the shuffles."""
        return self.cka > self.chance


def gram(x: Float[Tensor, "sample feature"]) -> Float[Tensor, "sample sample"]:
    """Inner products after centring, centred so that the estimate is unbiased; diagonal 0."""
    x = x.double() - x.double().mean(dim=0)
    k = x @ x.T
    k.fill_diagonal_(0)
    n = len(k)
    rows = k.sum(dim=1) / (n - 2)
    k = k - rows[:, None] - rows[None, :] + k.sum() / ((n - 1) * (n - 2))
    return k.fill_diagonal_(0)


def cka(
    x: Float[Tensor, "sample feature"], y: Float[Tensor, "sample other"]
) -> tuple[float, float]:
    """Unbiased linear CKA, and what 95 % of shuffles of one side stay below.

    Both are NaN for fewer than LEAST samples, and where one side does not vary.
    """
    if len(x) < LEAST:
        return float("nan"), float("nan")
    k, other = gram(x), gram(y)
    scale = float((k * k).sum() * (other * other).sum())
    if scale <= 1e-24:
        return float("nan"), float("nan")
    generator = torch.Generator().manual_seed(SEED)
    draws = []
    for _ in range(SHUFFLES):
        order = torch.randperm(len(k), generator=generator)
        draws.append(float((k * other[order][:, order]).sum()) / scale**0.5)
    top = float(torch.tensor(draws).quantile(0.95))
    return float((k * other).sum()) / scale**0.5, top


def carried(
    pseudo: Float[Tensor, "sample width"], sides: Mapping[str, Float[Tensor, "sample _"]]
) -> tuple[Carried, ...]:
    """How alike pseudo tokens are to each of several representations of the same samples."""
    return tuple(Carried(name, *cka(pseudo, side), len(pseudo)) for name, side in sides.items())


def directions(x: Float[Tensor, "sample width"], share: float = 0.95) -> int:
    """How many directions hold so much of what varies from sample to sample."""
    values = torch.linalg.svdvals(x.double() - x.double().mean(dim=0)).square()
    if float(values.sum()) <= 0:
        return 0
    held = values.cumsum(dim=0) / values.sum()
    return int((held < share).sum()) + 1
