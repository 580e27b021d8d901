"""The smallest change of a gate that turns the answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.desk.base import Desk
from mer_core.probes.base import Finding, Row, listed, percent

RAYS = 4
"""Of the settings that answer otherwise so many, the nearest, are gone towards."""

PIECES = 4
"""Into so many pieces a stretch is cut at a time."""

CHECKS = 8
"""Places on the way that are tried once more at the end."""

EXACT = 0.002
"""A flip is found this exactly, in the unit of the distance."""


class Tried(NamedTuple):
    """Settings whose answers are known."""

    settings: Float[Tensor, "setting part"]
    labels: Int[Tensor, " setting"]


@dataclass(frozen=True, eq=False)
class Flip(Finding):
    """The nearest setting found at which the answer is another one.

    What is certain: at `at` the answer is `to`, at `before`, on the same straight way and at most
    0.002 nearer, it is still the old one; and none of the `tried` settings that are nearer turns
    it. What is not: between the points of the grid an island of another answer may be nearer.

    Attributes:
        parts: Names of what is weighed.
        simplex: Whether the distance is moved weight, or else a sum of changes of strength.
        start: Where the way begins.
        at: Where the answer has turned; None where nothing that was tried turns it.
        before: The last setting on the way that was seen to answer as before.
        to: The answer at `at`; empty where there is none.
        distance: From `start` to `at`; infinite where there is none.
        tried: How many settings were known beforehand.
    """

    unit = "weights of the gate"
    baseline = "the setting where the way begins"
    parts: tuple[str, ...]
    simplex: bool
    start: Float[Tensor, " part"]
    at: Float[Tensor, " part"] | None
    before: Float[Tensor, " part"] | None
    to: str
    distance: float
    tried: int

    def says(self, sample: int = 0) -> str:
        if self.at is None:
            kind = "mixtures" if self.simplex else "combinations of strengths"
            return (
                f"Nothing turns it: all {self.tried:,} {kind} of the grid say "
                f"{self.target[sample]}."
            )
        change = self.at - self.start
        how = self._moved(change) if self.simplex else self._turned(change)
        return f"The smallest change found that turns {self.target[sample]} into {self.to}: {how}."

    def _moved(self, change: Float[Tensor, " part"]) -> str:
        """Who gives weight and who gets it."""
        gives = [p for p, c in zip(self.parts, change.tolist(), strict=True) if c < -EXACT / 4]
        gets = [p for p, c in zip(self.parts, change.tolist(), strict=True) if c > EXACT / 4]
        if not gives or not gets:
            return f"less than {percent(EXACT)} of the weight moved"
        amount = f"{100 * self.distance:.1f} %" if self.distance < 0.1 else percent(self.distance)
        return f"{amount} of the weight moved from {listed(gives)} to {listed(gets)}"

    def _turned(self, change: Float[Tensor, " part"]) -> str:
        """Which strengths go where."""
        told = [
            f"{part} from {was:.2f} to {now:.2f}"
            for part, was, now in zip(
                self.parts, self.start.tolist(), (self.start + change).tolist(), strict=True
            )
            if abs(now - was) > EXACT / 4
        ]
        return listed(told or ["a strength by less than can be shown"])

    def rows(self) -> Iterator[Row]:
        for i, part in enumerate(self.parts):
            row: Row = {"sample": self.ids[0], "part": part, "start": float(self.start[i])}
            if self.at is not None and self.before is not None:
                row |= {"last_as_before": float(self.before[i]), "flip": float(self.at[i])}
                row |= {"from": self.target[0], "to": self.to, "distance": self.distance}
            yield row


def tried(desk: Desk, settings: Float[Tensor, "setting part"] | None = None) -> Tried:
    """Answer some settings, by default the grid of the desk."""
    settings = desk.grid() if settings is None else settings
    return Tried(settings, desk.labels(settings))


def smallest_flip(
    desk: Desk, start: Float[Tensor, " part"], known: Tried, id: str = "sample"
) -> Flip:
    """The smallest change from `start` that turns the answer.

    From `start` straight ways lead to the nearest settings of the grid that answer otherwise; on
    each the first place where the answer turns is searched by cutting the stretch again and again.

    Args:
        desk: Of the sample.
        start: Where the way begins, such as the present setting.
        known: Settings whose answers are known, `tried(desk)` or those of a map.
        id: Name of the sample.
    """
    start = start.to(desk.gate)
    here = int(desk.labels(start[None])[0])
    common = ((id,), (desk.names[here],), desk.parts, desk.simplex, start)
    other = known.settings[known.labels != here]
    if not len(other):
        return Flip(*common, None, None, "", float("inf"), len(known.settings))
    order = desk.apart(start, other).argsort()[:RAYS]
    ways = _Ways(desk, start, other[order], here)
    ways.narrow()
    best = ways.best()
    while ways.earlier(best):
        ways.narrow(best)
    at, before = ways.place(best, ways.high), ways.place(best, ways.low)
    to = desk.names[int(desk.labels(at[None])[0])]
    distance = float(desk.apart(start, at))
    return Flip(*common, at, before, to, distance, len(known.settings))


class _Ways:
    """Straight ways from one setting to several; on each, a stretch in which the answer turns.

    Places are shares of a way: at `low` the answer is the old one, at `high` another.
    """

    def __init__(self, desk: Desk, start: Float[Tensor, " part"], ends: Tensor, here: int) -> None:
        self.desk, self.start, self.ends, self.here = desk, start, ends, here
        self.long = desk.apart(start, ends)
        self.low, self.high = torch.zeros_like(self.long), torch.ones_like(self.long)

    def place(self, way: int, share: Float[Tensor, " way"]) -> Float[Tensor, " part"]:
        """The setting at a share of a way."""
        return self.start + share[way] * (self.ends[way] - self.start)

    def best(self) -> int:
        """The way on which the answer turns first."""
        return int((self.high * self.long).argmin())

    def narrow(self, only: int | None = None) -> None:
        """Cut every stretch that may hold the nearest flip until it is short enough."""
        while True:
            nearest = (self.high * self.long).min()
            wide = (self.high - self.low) * self.long > EXACT
            todo = (wide & (self.low * self.long < nearest)).nonzero()[:, 0]
            todo = todo[todo == only] if only is not None else todo
            if not len(todo):
                return
            self._cut(todo)

    def _cut(self, ways: Int[Tensor, " some"]) -> None:
        """Keep the first piece of each stretch in which the answer turns."""
        cuts = torch.linspace(0, 1, PIECES + 1)[1:-1].to(self.low)
        low, high = self.low[ways, None], self.high[ways, None]
        shares = low + cuts * (high - low)
        turned = self._turned(ways, shares)
        edges = torch.cat([low, shares, high], dim=1)
        last = torch.ones_like(turned[:, :1])
        first = torch.cat([turned, last], dim=1).int().argmax(dim=1, keepdim=True)
        self.low[ways] = edges.gather(1, first)[:, 0]
        self.high[ways] = edges.gather(1, first + 1)[:, 0]

    def _turned(self, ways: Int[Tensor, " some"], shares: Tensor) -> Tensor:
        step = self.ends[ways] - self.start
        settings = self.start + shares[..., None] * step[:, None]
        return (self.desk.labels(settings.flatten(0, 1)) != self.here).view(shares.shape)

    def earlier(self, way: int) -> bool:
        """Whether the answer turns once before, at one of a few more places; then goes there."""
        shares = torch.linspace(0, 1, CHECKS + 2)[1:-1].to(self.low) * self.low[way]
        turned = self._turned(torch.tensor([way], device=self.low.device), shares[None])[0]
        if not bool(turned.any()):
            return False
        first = int(turned.int().argmax())
        self.high[way] = shares[first]
        self.low[way] = shares[first - 1] if first else 0.0
        return True
