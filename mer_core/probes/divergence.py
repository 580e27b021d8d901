"""Does attention look as it does on congruent samples?

P7 of the feasibility analysis: where attention falls, resampled to the same number of bins, against
the mean of congruent samples. Between groups: KL and JS with a permutation test, for any two finite
groups differ; for one sample: KL to the congruent mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.probes.base import Finding, Row, names_of
from mer_core.probes.tendencies import TendencyReader
from mer_core.recording import Recording
from mer_core.roles import BINS, marginals

SHUFFLES = 1000
_TINY = 1e-8


def kl(p: Float[Tensor, "*lead bin"], q: Float[Tensor, "*lead bin"]) -> Float[Tensor, " *lead"]:
    """Kullback-Leibler divergence of p from q, in bits; 0 where they are the same."""
    p, q = p.double() + _TINY, q.double() + _TINY
    p, q = p / p.sum(-1, keepdim=True), q / q.sum(-1, keepdim=True)
    return (p * (p / q).log2()).sum(-1)


def js(p: Float[Tensor, "*lead bin"], q: Float[Tensor, "*lead bin"]) -> Float[Tensor, " *lead"]:
    """Jensen-Shannon divergence, in bits, 0 to 1."""
    middle = (p + q) / 2
    return (kl(p, middle) + kl(q, middle)) / 2


def entropy(p: Float[Tensor, "*lead bin"]) -> Float[Tensor, " *lead"]:
    """How scattered attention is, in bits; log2 of the number of bins where it is even."""
    p = p.double() + _TINY
    return -(p * p.log2()).sum(-1)


@dataclass(frozen=True)
class Contrast:
    """Two groups of samples, one map.

    Attributes:
        kl, js: Of the groups' mean looks, congruent against incongruent, in bits.
        p_kl, p_js: Share of shuffled groupings that differ at least as much, of 1000 and one.
        congruent, incongruent: How many samples each group has.
        entropy: Mean entropy of each group.
    """

    kl: float
    js: float
    p_kl: float
    p_js: float
    congruent: int
    incongruent: int
    entropy: tuple[float, float]


def contrast(
    falls: Float[Tensor, "batch bin"],
    incongruent: Bool[Tensor, " batch"],
    shuffles: int = SHUFFLES,
    seed: int = 0,
) -> Contrast:
    """Do the two groups look elsewhere, more than chance would have it?

    Args:
        falls: Where attention falls, one row a sample.
        incongruent: Which samples are.
        shuffles: Of the labels, for p.
        seed: Of the shuffles.

    Raises:
        ValueError: One of the groups is empty.
    """
    count, n = int(incongruent.sum()), len(falls)
    if not 0 < count < n:
        raise ValueError("Both groups need a sample: none is congruent, or none is not.")
    generator = torch.Generator().manual_seed(seed)
    orders = torch.stack([torch.randperm(n, generator=generator) for _ in range(shuffles)])
    groups = torch.cat([incongruent[None], incongruent[orders]]).double()
    values, total = falls.double(), falls.double().sum(0)
    odd = groups @ values
    odd_mean, even_mean = odd / count, (total - odd) / (n - count)
    kls, jss = kl(even_mean, odd_mean), js(even_mean, odd_mean)
    spread = entropy(falls)
    return Contrast(
        kl=float(kls[0]),
        js=float(jss[0]),
        p_kl=float((kls[1:] >= kls[0]).sum() + 1) / (shuffles + 1),
        p_js=float((jss[1:] >= jss[0]).sum() + 1) / (shuffles + 1),
        congruent=n - count,
        incongruent=count,
        entropy=(float(spread[~incongruent].mean()), float(spread[incongruent].mean())),
    )


@dataclass(frozen=True, eq=False)
class Divergence(Finding):
    """Where attention falls on one sample, beside where it falls on congruent ones.

    Attributes:
        maps: Where in the model each map stands.
        falls: Shares of attention by stretch of the keys.
        centres: The same, mean of congruent training samples.
        congruent: How many those are.
    """

    unit = f"share of attention on each of {BINS} stretches of what is looked at; KL in bits"
    maps: tuple[str, ...]
    falls: Float[Tensor, "map batch bin"]
    centres: Float[Tensor, "map bin"]
    congruent: int

    @property
    def bits(self) -> Float[Tensor, "map batch"]:
        """KL of each sample from the congruent mean."""
        return kl(self.falls, self.centres[:, None].expand_as(self.falls))

    def says(self, sample: int = 0) -> str:
        bits = self.bits[:, sample]
        most = int(bits.argmax())
        mean = float(bits.mean())
        scattered = float(entropy(self.falls[:, sample]).mean())
        return (
            f"Attention lies {mean:.2f} bits from that on congruent samples, on average over "
            f"{len(self.maps)} maps; most in {self.maps[most]} ({float(bits[most]):.2f}). Its "
            f"entropy is {scattered:.1f} of at most {torch.tensor(float(BINS)).log2():.0f} bits."
        )

    def caption(self, sample: int = 0) -> str:
        about = self.ids[sample] if sample < len(self.ids) else f"sample {sample + 1}"
        return (
            f"n = 1 ({about}); {self.unit}; dotted: mean of {self.congruent:,} congruent training "
            "samples."
        )

    def rows(self) -> Iterator[Row]:
        bits, scattered = self.bits, entropy(self.falls)
        for b, id in enumerate(self.ids):
            for i, name in enumerate(self.maps):
                about: Row = {"sample": id, "map": name, "kl_bits": float(bits[i, b])}
                yield {**about, "entropy_bits": float(scattered[i, b])}


class ReadDivergence(TendencyReader):
    """Where the last layer's attention falls, per map, beside the congruent mean."""

    def fits(self, recording: Recording) -> bool:
        return super().fits(recording) and bool(self.fitted(recording).centres)

    def read(self, recording: Recording) -> Divergence:
        tendencies = self.fitted(recording)
        found = marginals(recording.trace, recording.batch)
        maps = tuple(role for role in found if role in tendencies.centres)
        return Divergence(
            ids=names_of(recording.batch),
            target=(),
            maps=maps,
            falls=torch.stack([found[role] for role in maps]),
            centres=torch.stack([tendencies.centres[role] for role in maps]),
            congruent=int(tendencies.about.get("congruent", 0)),
        )
