"""Maps of unequal size on one grid, and two groups of them compared by lot."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.probes.cross_maps import Heads

BINS = 32
"""Steps of the common grid along either edge."""
SHUFFLES = 999


def on_grid(heads: Heads, bins: int = BINS) -> Float[Tensor, "layer head {bins} {bins}"]:
    """Every map of one sample on the common grid, relative to even looking.

    A cell is the mean of what it covers, so rows keep a mean of 1 where the softmax has no other
    keys.
    """
    down, across = cover(len(heads.query), bins), heads.even.cumsum(0)
    return down @ (heads.weights / heads.even) @ cover_of(across / across[-1], bins).T


def cover(count: int, bins: int) -> Float[Tensor, "{bins} {count}"]:
    """How much of each of `bins` steps each of `count` even positions covers; rows sum to 1."""
    return cover_of(torch.arange(1, count + 1) / count, bins)


def cover_of(ends: Float[Tensor, " position"], bins: int) -> Float[Tensor, "{bins} position"]:
    """The same for positions of unequal length, which end at these shares of the way."""
    begins = torch.cat([ends.new_zeros(1), ends[:-1]])
    edges = torch.arange(bins + 1) / bins
    low = torch.maximum(begins[None], edges[:-1, None])
    high = torch.minimum(ends[None], edges[1:, None])
    return (high - low).clamp(min=0) * bins


def permutation_p(
    values: Float[Tensor, "sample cell"], group: Bool[Tensor, " sample"], shuffles: int = SHUFFLES
) -> float:
    """How often groups drawn by lot differ at least as much in their mean maps, the given one too.

    The difference is the sum of absolute differences over cells.
    """
    inside = int(group.sum())
    generator = torch.Generator().manual_seed(0)
    drawn = torch.rand(shuffles, len(group), generator=generator).argsort(dim=1) < inside
    members = torch.cat([group[None], drawn]).float()
    sums, total = members @ values, values.sum(dim=0)
    apart = (sums / inside - (total - sums) / (len(group) - inside)).abs().sum(dim=1)
    return float((apart >= apart[0] * (1 - 1e-6)).float().mean())


def holm(p: Float[Tensor, " tests"]) -> Float[Tensor, " tests"]:
    """p-values of several tests, corrected so that one false alarm in all is as rare as p says.

    Source: Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    order = p.argsort()
    factors = torch.arange(len(p), 0, -1, dtype=p.dtype)
    stepped = (p[order] * factors).cummax(dim=0).values.clamp(max=1.0)
    return torch.empty_like(p).index_copy(0, order, stepped)
