"""Settings of a gate: grids of them, how far two are apart, and moving one weight.

A setting is one weight a part. Mixing weights stand on the simplex: none is negative and they sum
to 1. Strengths stand in a box: each from 0 to 2, where 1 is as trained.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mer_core.errors import BadInput

FIRST_STEPS = 10
"""Steps along a side of the first grid over three weights: 66 points."""

STRONGEST = 2.0
"""Of a strength; 1 is as trained, 0 is without."""

_SLACK = 1e-3
"""So far may the sum of typed weights be from 1; they are then scaled to sum to it."""


class SettingUnfit(BadInput):
    """Weights that this gate cannot be set to."""


def corners(steps: int) -> Int[Tensor, "point 3"]:
    """Places of a triangular grid, in steps from each corner; each row sums to `steps`.

    Twice as many steps keep every place of before.

    Examples:
        >>> len(corners(10)), corners(2).tolist()
        (66, [[0, 0, 2], [0, 1, 1], [0, 2, 0], [1, 0, 1], [1, 1, 0], [2, 0, 0]])
    """
    rows = [(a, b, steps - a - b) for a in range(steps + 1) for b in range(steps + 1 - a)]
    return torch.tensor(rows)


def simplex_grid(steps: int = FIRST_STEPS) -> Float[Tensor, "point 3"]:
    """Three weights that sum to 1, evenly: (steps + 1)(steps + 2) / 2 points."""
    return corners(steps).float() / steps


def box_grid(parts: int, levels: int = 5) -> Float[Tensor, "point part"]:
    """Strengths at evenly spread levels from 0 to 2, all combinations."""
    each = torch.linspace(0, STRONGEST, levels)
    return torch.cartesian_prod(*[each] * parts).reshape(-1, parts)


def areas(steps: int) -> Float[Tensor, " point"]:
    """Share of the triangle that lies nearest to each point of its grid; they sum to 1.

    A point on a side has half of what one inside has, a corner a sixth.
    """
    zeros = (corners(steps) == 0).sum(dim=1)
    share = torch.tensor([1.0, 1 / 2, 1 / 6])[zeros]
    return share / share.sum()


def apart(
    a: Float[Tensor, "*#lead part"], b: Float[Tensor, "*#lead part"], simplex: bool
) -> Float[Tensor, "*lead"]:
    """How far two settings are apart.

    On the simplex, the weight that has to be moved from some parts to others: half the sum of
    absolute differences, 0 to 1. In the box, the sum of absolute differences.
    """
    return (a - b).abs().sum(dim=-1) * (0.5 if simplex else 1.0)


def moved(
    weights: Float[Tensor, " part"], part: int, to: float, silent: Sequence[int] = ()
) -> Float[Tensor, " part"]:
    """One weight set, the others scaled so that all sum to 1 again; their ratios stay.

    Where the others have no weight at all they share the rest evenly. A silent part stays at 0;
    where no other part is left, the one that is moved has all the weight.

    Examples:
        >>> moved(torch.tensor([0.5, 0.3, 0.2]), 0, 0.0)
        tensor([0.0000, 0.6000, 0.4000])
    """
    to = min(max(to, 0.0), 1.0)
    others = [i for i in range(len(weights)) if i != part and i not in silent]
    found = torch.zeros_like(weights)
    if not others:
        found[part] = 1.0
        return found
    rest = weights[others]
    total = float(rest.sum())
    found[others] = (rest / total if total > 0 else torch.ones_like(rest) / len(rest)) * (1 - to)
    found[part] = to
    return found


def without(
    weights: Float[Tensor, "*lead part"], silent: Bool[Tensor, " part"] | Sequence[int]
) -> Float[Tensor, "*lead part"]:
    """Some parts silent: their weights 0, the rest scaled to sum to 1.

    Where the parts that stay had no weight they share all of it evenly.

    Raises:
        SettingUnfit: Nobody is left.

    Examples:
        >>> without(torch.tensor([0.5, 0.3, 0.2]), [0])
        tensor([0.0000, 0.6000, 0.4000])
    """
    stays = torch.ones(weights.shape[-1], dtype=torch.bool, device=weights.device)
    stays[silent if isinstance(silent, Tensor) else list(silent)] = False
    if not bool(stays.any()):
        raise SettingUnfit("All parts are silent, so there is nothing to mix: keep one of them.")
    left = weights * stays
    total = left.sum(dim=-1, keepdim=True)
    return torch.where(total > 0, left / total.clamp(min=1e-12), stays / stays.sum())


def checked(
    settings: Float[Tensor, "setting part"], parts: Sequence[str], simplex: bool
) -> Float[Tensor, "setting part"]:
    """The same settings, if they are ones.

    Raises:
        SettingUnfit: Another number of weights, one that is no number or out of range, or mixing
            weights that do not sum to 1.
    """
    names = ", ".join(parts)
    if settings.shape[-1] != len(parts):
        raise SettingUnfit(
            f"This gate takes {len(parts)} weights ({names}); {settings.shape[-1]} were given."
        )
    top = 1.0 if simplex else STRONGEST
    if not bool(((settings >= 0) & (settings <= top + _SLACK)).all()):  # NaN fails too
        raise SettingUnfit(f"Each weight ({names}) is a number from 0 to {top:g}; one is not.")
    if simplex and float((settings.sum(dim=-1) - 1).abs().max()) > _SLACK:
        raise SettingUnfit(f"The weights ({names}) must sum to 1; one setting's do not.")
    return settings


def parsed(text: str, parts: Sequence[str], simplex: bool) -> Float[Tensor, " part"]:
    """Typed weights, "0.2,0.3,0.5"; mixing weights are scaled to sum to 1 exactly.

    Raises:
        SettingUnfit: They are none of this gate.
    """
    try:
        weights = torch.tensor([float(word) for word in text.replace(";", ",").split(",")])
    except ValueError:
        wanted = ",".join(["0.5"] * len(parts)) if not simplex else "0.2,0.3,0.5"
        raise SettingUnfit(f"{text!r} is no setting: write numbers as in {wanted}.") from None
    weights = checked(weights[None], parts, simplex)[0]
    return weights / weights.sum() if simplex else weights.clamp(max=STRONGEST)
