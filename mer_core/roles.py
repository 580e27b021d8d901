"""Who has which role in a look: modalities and masks behind the names that taps give their axes.

Taps name axes by modality ("audio"), by several joined ("audio+vision"), or by role ("primary",
"first auxiliary", "second auxiliary") where the gate by sample casts every sample by itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mer_core.trace import Reading, Trace
from mer_core.types import Batch, Modality, Role, Stream

ROLES = tuple(map(str, Role))

MODALITIES = tuple(Modality)
BINS = 32
"""To so many bins is resampled how much attention falls on the positions of a sample."""

_OTHERS = torch.tensor([[j for j in range(3) if j != i] for i in range(3)])


@dataclass(frozen=True, eq=False)
class Cast:
    """Modality and mask of every role, per sample.

    Attributes:
        streams: Of the batch, by modality.
        leaders: Place in `Modality` of each sample's primary; None for a model without roles.
    """

    streams: Mapping[Modality, Stream]
    leaders: Int[Tensor, " batch"] | None

    @staticmethod
    def of(trace: Trace, batch: Batch) -> "Cast":
        """Read who leads from the gate by sample, or from the axis of what the primary holds."""
        leaders = None
        for name in (n for n in trace if n.endswith("omega_by_sample")):
            leaders = trace[name].values.argmax(dim=-1).cpu()
        for name in ("Y_u", "C"):
            if leaders is None and name in tuple(trace):
                over = MODALITIES.index(Modality(str(trace[name].over["time"])))
                leaders = torch.full((len(batch),), over)
        return Cast(batch.streams, leaders)

    def place(self, name: str) -> Int[Tensor, " batch"]:
        """Place in `Modality` of what a name stands for, per sample.

        Raises:
            ValueError: A role, and nothing says who has it.
        """
        if name not in ROLES:
            n = len(next(iter(self.streams.values())).mask)
            return torch.full((n,), MODALITIES.index(Modality(name)))
        if self.leaders is None:
            raise ValueError(f"Nothing seen says which modality is {name}.")
        cast = torch.cat([self.leaders[:, None], _OTHERS[self.leaders]], dim=1)
        return cast[:, ROLES.index(name)]

    def mask(self, name: str, length: int) -> Bool[Tensor, "batch {length}"]:
        """Where the positions of an axis are real, as the model sees it."""
        if "+" in name:
            parts = [_heard(self.streams[Modality(part)]) for part in name.split("+")]
            return _fitted(torch.cat(parts, dim=1), length)
        masks = torch.stack([_fitted(_heard(self.streams[m]), length) for m in MODALITIES])
        return masks[self.place(name), torch.arange(masks.shape[1])]


def _heard(stream: Stream) -> Bool[Tensor, "batch time"]:
    """A silent row has its first position only."""
    first = torch.zeros_like(stream.mask)
    first[:, 0] = True
    return torch.where(stream.is_silent[:, None], first, stream.mask).cpu()


def _fitted(mask: Bool[Tensor, "batch time"], length: int) -> Bool[Tensor, "batch {length}"]:
    return torch.nn.functional.pad(mask, (0, max(0, length - mask.shape[1])))[:, :length]


@dataclass(frozen=True, eq=False)
class Look:
    """One map of the last layer: what falls on each key, mean of heads and of real queries.

    Attributes:
        query, key: Names of the axes: modalities or roles.
        falls: Attention on each key; sums to 1 over the real ones.
        real: Where there is a key.
    """

    query: str
    key: str
    falls: Float[Tensor, "batch key"]
    real: Bool[Tensor, "batch key"]


def looks(trace: Trace, cast: Cast) -> dict[str, Look]:
    """Role of a map -> the map; only looks of one modality at others are taken."""
    last: dict[str, tuple[Reading, str, str]] = {}
    for name in (n for n in trace if n.endswith("pattern")):
        reading = trace[name]
        query, key = (str(reading.over.get(axis, "")) for axis in ("query", "key"))
        if query != key and _known(query) and _known(key):
            found = re.search(r"\.layers\.(\d+)\.", name)
            last[name[: found.start()] if found else name.rpartition(".")[0]] = reading, query, key
    found_looks = {}
    for role, (reading, query, key) in last.items():
        values = reading.mean("head").values.detach().float().cpu()
        rows, keys = cast.mask(query, values.shape[1]), cast.mask(key, values.shape[2])
        weight = rows / rows.sum(dim=1, keepdim=True)
        found_looks[role] = Look(query, key, (weight[:, :, None] * values).sum(dim=1), keys)
    return found_looks


def marginals(trace: Trace, batch: Batch) -> dict[str, Float[Tensor, "batch bin"]]:
    """Role of a map -> where its attention falls, in the last layer, mean of heads and queries.

    Maps of different lengths become comparable: the keys of each sample are stretched over the
    same number of bins. Rows sum to 1.
    """
    found = looks(trace, Cast.of(trace, batch))
    return {role: resampled(look.falls, look.real) for role, look in found.items()}


def _known(name: str) -> bool:
    words = (*ROLES, *map(str, MODALITIES))
    return bool(name) and all(part in words for part in name.split("+"))


def resampled(
    falls: Float[Tensor, "batch key"], real: Bool[Tensor, "batch key"], bins: int = BINS
) -> Float[Tensor, "batch {bins}"]:
    """Attention on real keys, each spread evenly over its stretch of [0, 1], gathered in bins."""
    order = (~real).int().argsort(dim=1, stable=True)  # real ones first, as they stand
    falls = (falls * real).gather(1, order).double()
    count = real.sum(dim=1)
    climbed = torch.nn.functional.pad(falls.cumsum(dim=1), (1, 0))
    at = torch.linspace(0, 1, bins + 1, dtype=torch.double) * count[:, None]
    low = at.floor().long().clamp(max=falls.shape[1] - 1)
    reached = climbed.gather(1, low) + (at - low) * falls.gather(1, low)
    parts = reached.diff(dim=1).clamp(min=0)
    return (parts / parts.sum(dim=1, keepdim=True).clamp(min=1e-12)).float()
