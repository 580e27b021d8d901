"""Who does the work? EGMF's mixture of experts in one sample: weights, outputs, contributions.

The gate weighs in two stages: w looks at the fused features alone, alpha looks at them and at w.
A weight is not yet a contribution: an expert that says little counts little, whatever its weight.

Source: Qiao et al. (2026), arXiv 2601.07565, section III.C, for both stages. Contributions, the
    move from w to alpha and the cosines are ours.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from mer_core.probes.base import Finding, Reader, Row, names_of, percent
from mer_core.probes.gates import EXPERT_NAMES, the_tap
from mer_core.recording import Recording

LEAST = 1e-12
"""A weight of the first stage counts as at least this much, or a move away from 0 is infinite."""

PAIRS = ((0, 1), (0, 2), (1, 2))
"""The pairs of experts."""

SHORT = tuple(name.removesuffix(" expert") for name in EXPERT_NAMES)
"""EXPERT_NAMES in one word."""


def entropy_share(weights: Float[Tensor, "*lead expert"]) -> Float[Tensor, "*lead"]:
    """Entropy as a share of the greatest possible: 0 for one expert alone, 1 for even weights."""
    return -torch.xlogy(weights, weights).sum(dim=-1) / math.log(weights.shape[-1])


def moved_bits(
    alpha: Float[Tensor, "*lead expert"], first: Float[Tensor, "*lead expert"]
) -> Float[Tensor, "*lead"]:
    """KL(alpha || w) in bits: how far the second stage moves the first; 0 where it leaves it."""
    ratio = torch.xlogy(alpha, alpha) - alpha * first.clamp(min=LEAST).log()
    return ratio.sum(dim=-1).clamp(min=0) / math.log(2)


def moved_share(
    alpha: Float[Tensor, "*lead expert"], first: Float[Tensor, "*lead expert"]
) -> Float[Tensor, "*lead"]:
    """Share of the weight that the second stage gives to other experts, 0 to 1."""
    return (alpha - first).abs().sum(dim=-1) / 2


def cosines(said: Float[Tensor, "batch expert hidden"]) -> Float[Tensor, "batch expert expert"]:
    """Cosine of what each expert says with what each other says."""
    units = F.normalize(said, dim=-1)
    return units @ units.transpose(-1, -2)


def contributions(
    alpha: Float[Tensor, "batch expert"], said: Float[Tensor, "batch expert hidden"]
) -> Float[Tensor, "batch expert"]:
    """alpha times the length of the expert's output, as shares: how much each one puts in."""
    size = alpha * said.norm(dim=-1)
    return size / size.sum(dim=-1, keepdim=True).clamp(min=LEAST)


def along(
    alpha: Float[Tensor, "batch expert"], said: Float[Tensor, "batch expert hidden"]
) -> Float[Tensor, "batch expert"]:
    """What each expert brings in the direction of the mixture; sums to 1, may be negative.

    Where experts pull apart, part of what they put in cancels: this is what is left of it.
    """
    parts = alpha[..., None] * said
    whole = parts.sum(dim=-2, keepdim=True)
    return (parts * whole).sum(dim=-1) / whole.square().sum(dim=-1).clamp(min=LEAST)


def distribution(first: Float[Tensor, "*lead expert"]) -> Float[Tensor, "*lead expert"]:
    """Stage 1 as weights that sum to 1; raw scores, where a Config asks for them, by softmax."""
    sums = bool(((first.sum(dim=-1) - 1).abs() < 1e-3).all()) and bool((first >= 0).all())
    return first if sums else first.softmax(dim=-1)


@dataclass(frozen=True, eq=False)
class Mix(Finding):
    """How the gate mixes the experts, and what they say.

    Attributes:
        alpha: Weights of the second stage, which are those that are used.
        first: Weights of the first stage, w.
        cosine: Of the experts' outputs.
        share: Share of each expert by weight and length of output.
        brought: Share of each in the direction of the mixture; may be negative.
    """

    unit = "weight of each expert, 0 to 1; the weights of a stage sum to 1"
    baseline = "equal weights, the middle of the triangle"
    alpha: Float[Tensor, "batch expert"]
    first: Float[Tensor, "batch expert"]
    cosine: Float[Tensor, "batch expert expert"]
    share: Float[Tensor, "batch expert"]
    brought: Float[Tensor, "batch expert"]

    @property
    def even(self) -> Float[Tensor, " batch"]:
        """How even alpha is, 0 to 1: its entropy as a share of ln 3."""
        return entropy_share(self.alpha)

    @property
    def bits(self) -> Float[Tensor, " batch"]:
        """KL(alpha || w)."""
        return moved_bits(self.alpha, self.first)

    def says(self, sample: int = 0) -> str:
        """Who counts most, how even the weights are, what the second stage did."""
        alpha, first = self.alpha[sample], self.first[sample]
        best, before = int(alpha.argmax()), int(first.argmax())
        moved = float(moved_share(alpha, first))
        lead = f"The {EXPERT_NAMES[best]} counts most, with {percent(float(alpha[best]))}"
        if float((alpha - 1 / len(alpha)).abs().max()) < 0.01:
            lead = f"The gate weighs all experts alike, {percent(1 / len(alpha))} each"
        kept = "it already led" if before == best else f"the {EXPERT_NAMES[before]} led"
        after = (
            f"after the first stage {kept}, with {percent(float(first[before]))}, and the second "
            f"moves {percent(moved)} of the weight ({float(self.bits[sample]):.2f} bits)"
        )
        if moved < 0.005:
            after = "the second stage leaves the first as it was"
        return (
            f"{lead} (α); {after}. Evenness of the weights: {percent(float(self.even[sample]))}, "  # noqa: RUF001
            "where 100 % are equal weights."
        )

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            about: Row = {"sample": id, "entropy": float(self.even[b])}
            about |= {"bits moved": float(self.bits[b])}
            for i, name in enumerate(EXPERT_NAMES):
                yield {
                    **about,
                    "expert": name,
                    "alpha": float(self.alpha[b, i]),
                    "first stage": float(self.first[b, i]),
                    "contribution": float(self.share[b, i]),
                    "along the mixture": float(self.brought[b, i]),
                }


class MixShares(Mix):
    """The same mixture, weight beside contribution."""

    unit = "share of each expert, 0 to 1; the shares sum to 1"
    baseline = "equal shares (the line); contribution: weight times length of what is said"

    def says(self, sample: int = 0) -> str:
        alpha, share = self.alpha[sample], self.share[sample]
        weight, most = int(alpha.argmax()), int(share.argmax())
        told = percent(float(share[most]))
        if weight != most:
            return (
                f"The {EXPERT_NAMES[weight]} has the greatest weight, but the "
                f"{EXPERT_NAMES[most]} puts most in, {told}, because what it says is longer."
            )
        apart = int((share - alpha).abs().argmax())
        lead = f"The {EXPERT_NAMES[most]} has the greatest weight and puts most in, {told}"
        if abs(float(share[apart] - alpha[apart])) < 0.005:
            return f"{lead}: weights and contributions agree."
        return (
            f"{lead}; weight and contribution differ most in the {EXPERT_NAMES[apart]}, "
            f"{percent(float(alpha[apart]))} against {percent(float(share[apart]))}."
        )


class MixCosine(Mix):
    """The same mixture, what the experts say beside each other."""

    unit = "cosine of what two experts say, −1 to 1"  # noqa: RUF001
    sign = "1: the same direction; 0: nothing in common; negative: they pull apart"
    baseline = "0.9, above which experts count as redundant"

    def says(self, sample: int = 0) -> str:
        near = {pair: float(self.cosine[sample][pair]) for pair in PAIRS}
        i, j = max(near, key=lambda pair: near[pair])
        mean = sum(near.values()) / len(near)
        return (
            f"The {SHORT[i]} and the {SHORT[j]} expert say the most alike, with a cosine of "
            f"{near[i, j]:.2f}; the mean of the three pairs is {mean:.2f}."
        )

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for i, name in enumerate(EXPERT_NAMES):
                for j, other in enumerate(EXPERT_NAMES):
                    value = float(self.cosine[b, i, j])
                    yield {"sample": id, "expert": name, "other": other, "cosine": value}


class ReadsMix(Reader):
    """Both stages of the gate and what the experts say, from one recording."""

    needs = ("*gate_w", "*alpha", "*expert_out")
    kind: ClassVar[type[Mix]] = Mix

    def read(self, recording: Recording) -> Mix:
        return self.kind(
            ids=names_of(recording.batch), target=tuple(recording.prediction.answers),
            **mixed(*(the_tap(recording, n).values for n in ("alpha", "gate_w", "expert_out"))),
        )  # fmt: skip


class ReadsShares(ReadsMix):
    """The same, read as weight beside contribution."""

    kind = MixShares


class ReadsCosines(ReadsMix):
    """The same, read as likeness of what is said."""

    kind = MixCosine


def mixed(
    alpha: Float[Tensor, "batch expert"],
    first: Float[Tensor, "batch expert"],
    said: Float[Tensor, "batch expert hidden"],
) -> dict[str, Tensor]:
    """The numbers of a `Mix` from what three taps saw."""
    alpha, first, said = (x.detach().float().cpu() for x in (alpha, first, said))
    return {
        "alpha": alpha,
        "first": distribution(first),
        "cosine": cosines(said),
        "share": contributions(alpha, said),
        "brought": along(alpha, said),
    }
