"""What a model holds of a sample at a tap, as one vector a sample."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from mer_core.errors import UnknownTap
from mer_core.layers import masked_mean
from mer_core.roles import ROLES, Cast
from mer_core.trace import Reading, Tap, Trace, taps
from mer_core.types import Batch, Modality

_WIDTHS = ("hidden", "feature")
"""Axes along which a vector runs."""


class Representation(NamedTuple):
    """A place to look.

    Attributes:
        title: In words, with the paper's letter.
        taps: Name of a tap. Several joined by "+" are added up, several joined by "," stand one
            after the other.
    """

    title: str
    taps: str

    @property
    def parts(self) -> tuple[str, ...]:
        """Every tap that is read."""
        return tuple(part for group in self.groups for part in group)

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Taps that are added up, group after group."""
        return tuple(tuple(group.split("+")) for group in self.taps.split(","))


WELL_KNOWN = (
    Representation(
        "what the answer is read from",
        "fusion.parts.residual+fusion.parts.attention+fusion.parts.ffn",
    ),
    Representation("what each stage saw (V_g)", "stage_vectors"),
    Representation("all three after fusion (R)", "R"),
    Representation("all three after fusion", "R.text,R.audio,R.vision"),
    Representation("all three before fusion (C)", "C"),
    Representation("all three, fused (f)", "fusion.fused"),
    Representation("what the experts made of it", "fusion.enhanced"),
    Representation("the words alone (H)", "H.text"),
)
"""Those with a name of their own, the most telling first; a model has some of them."""


def representable(model: nn.Module) -> list[str]:
    """Names of the taps whose readings can become one vector a sample."""
    return [name for name, tap in taps(model).items() if _fits(tap)]


def _fits(tap: Tap) -> bool:
    axes = tap.axes
    return 2 <= len(axes) <= 3 and axes[0] == "batch" and axes[-1] in _WIDTHS


def chosen_representations(model: nn.Module, wanted: tuple[str, ...] = ()) -> list[Representation]:
    """What to look at.

    Args:
        model: With taps.
        wanted: Names of taps, or of several joined by "+" or ","; empty for the well-known ones
            that the model has, or the last of all that are representable.

    Raises:
        UnknownTap: The model has no such tap, or it holds no vector a sample.
    """
    possible = representable(model)
    titles = {r.taps: r.title for r in WELL_KNOWN}
    if wanted:
        chosen = [Representation(titles.get(name, name), name) for name in wanted]
        for name in (part for representation in chosen for part in representation.parts):
            if name not in possible:
                raise UnknownTap(name, possible)
        return chosen
    known = [r for r in WELL_KNOWN if set(r.parts) <= set(possible)]
    return known or [Representation(name, name) for name in possible[-1:]]


def watched(model: nn.Module, representations: Sequence[Representation]) -> list[str]:
    """Names of the taps to capture: those that are read, and who leads where that varies."""
    leads = [name for name in taps(model) if name.endswith("omega_by_sample")]
    return [*dict.fromkeys(p for r in representations for p in r.parts), *leads]


def vectors(
    representation: Representation, trace: Trace, batch: Batch
) -> Float[Tensor, "batch hidden"]:
    """One vector a sample, the middle axis of every tap averaged away.

    Args:
        representation: What to look at.
        trace: Of a forward whose first rows are `batch`; further rows are left out.
        batch: Tells which positions are real.
    """
    cast = Cast(batch.streams, _leaders(trace, len(batch)))
    groups = [
        torch.stack([_pooled(name, trace[name], cast, len(batch)) for name in group]).sum(dim=0)
        for group in representation.groups
    ]
    return torch.cat(groups, dim=1)


def _leaders(trace: Trace, count: int) -> Int[Tensor, " batch"] | None:
    """Who leads each sample, for a model that decides it by sample."""
    for name in (n for n in trace if n.endswith("omega_by_sample")):
        return trace[name].values[:count].argmax(dim=-1).cpu()
    return None


def _pooled(name: str, reading: Reading, cast: Cast, count: int) -> Float[Tensor, "batch hidden"]:
    """Mean over real positions; over all, where no stream of the batch says which are real."""
    values = reading.values[:count].float().cpu()
    if len(reading.axes) == 2:
        return values
    along = str(reading.over.get("time") or name.rpartition(".")[2])
    if reading.axes[1] != "time" or along not in (*Modality, *ROLES):
        return values.mean(dim=1)
    return masked_mean(values, cast.mask(along, values.shape[1]))
