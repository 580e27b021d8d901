"""One map of attention between two modalities: how even it is, and where a word looks most."""

from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from mer_core.probes.cross_sides import Side

EVEN = 0.05
"""A map is called even where less than this share of its attention is out of place."""


class Window(NamedTuple):
    """A stretch of columns.

    Attributes:
        start, stop: Its first column, and the one after its last.
        begin, end: The same in seconds.
        share: Of the attention that goes there, 0 to 1.
        even: The share that looking everywhere alike would put there.
    """

    start: int
    stop: int
    begin: float
    end: float
    share: float
    even: float

    @property
    def times(self) -> float:
        """How many times the even share."""
        return self.share / max(self.even, 1e-9)


@dataclass(frozen=True, eq=False)
class Look:
    """One map, of one head or of several averaged, for one sample.

    Attributes:
        query: Who looks.
        key: What is looked at.
        weights: Attention. A row sums to 1, or to less where its softmax also runs over another
            modality.
        even: What looking everywhere alike would give each key; a word of two pieces gets two.
    """

    query: Side
    key: Side
    weights: Float[Tensor, "query key"]
    even: Float[Tensor, " key"]

    @property
    def turned(self) -> bool:
        """Whether the map is drawn with the keys downwards: words always stand downwards."""
        return self.query.timed and not self.key.timed

    @property
    def down(self) -> Side:
        """The edge that is drawn downwards."""
        return self.key if self.turned else self.query

    @property
    def across(self) -> Side:
        """The edge that is drawn from left to right."""
        return self.query if self.turned else self.key

    @property
    def given(self) -> float:
        """The part of all attention that goes to this modality: 1 where there is no other."""
        return float(self.weights.sum(dim=1).mean())

    def times(self) -> Float[Tensor, "row column"]:
        """The map as it is drawn, relative to even looking (1)."""
        relative = self.weights / self.even
        return relative.T if self.turned else relative

    def shares(self) -> tuple[Float[Tensor, "row column"], Float[Tensor, " column"]]:
        """How each row that is drawn spreads over the columns, and how even looking would.

        Rows sum to 1. A word that is looked at spreads over the moments that look at it.
        """
        if not self.turned:
            return _normalised(self.weights), _normalised(self.even)
        moments = self.weights.new_full((len(self.query),), 1 / max(1, len(self.query)))
        return _normalised(self.weights.T), moments

    def misplaced(self) -> float:
        """Share of the attention that would have to move along its row to be even, 0 to 1.

        0 is a uniform map, which tells nothing about its queries.
        """
        rows, even = _normalised(self.weights), _normalised(self.even)
        return self._mean((rows - even).abs().sum(dim=1) / 2)

    def _mean(self, rows: Float[Tensor, " query"]) -> float:
        """Over the queries, each counted by how much of its attention comes here at all."""
        return float((rows * _normalised(self.weights.sum(dim=1))).sum())

    @property
    def is_even(self) -> bool:
        """Whether the map is uniform but for EVEN."""
        return self.misplaced() < EVEN

    def entropy(self) -> float:
        """Mean entropy of the queries' attention as a share of the greatest there can be.

        1 where every query looks everywhere alike, 0 where each looks at a single key. Where keys
        are of unequal size, the distance (KL) from even looking takes the entropy's place.
        """
        rows, even = _normalised(self.weights), _normalised(self.even)
        away = self._mean((rows * (rows.clamp(min=1e-12) / even).log()).sum(dim=1))
        most = -float(even.min().log())
        return 1 - away / most if most > 1e-6 else 1.0

    def diagonal(self) -> float:
        """How far queries look at their own place in time: 1 exactly there, 0 as even looking.

        Place is the way from begin to end of either edge; below 0 they look away from it.
        """
        apart = (self.query.places()[:, None] - self.key.places()[None]).abs()
        got = self._mean((_normalised(self.weights) * apart).sum(dim=1))
        chance = self._mean((_normalised(self.even) * apart).sum(dim=1))
        return 1 - got / chance if chance > 1e-6 else 0.0

    def window(self, row: int | None, seconds: float) -> Window | None:
        """The stretch of at most so many seconds that has most attention; at least one moment.

        Args:
            row: One row as it is drawn; None for all rows together.
            seconds: Its width.

        Returns:
            None where the columns are no seconds.
        """
        edges = self.across.edges
        if not edges:
            return None
        shares, even = self.shares()
        if row is not None:
            line = shares[row]
        else:
            line = shares.mean(dim=0) if self.turned else _normalised(self.weights.sum(dim=0))
        found: Window | None = None
        for start in range(len(self.across)):
            stop = start + 1
            while stop < len(self.across) and edges[stop + 1] - edges[start] <= seconds + 1e-6:
                stop += 1
            share, fair = float(line[start:stop].sum()), float(even[start:stop].sum())
            if found is None or share > found.share + 1e-9:
                found = Window(start, stop, edges[start], edges[stop], share, fair)
        return found

    def sharpest(self) -> tuple[int, int, float]:
        """Row, column and value of the greatest cell, relative to even looking."""
        times = self.times()
        row, column = divmod(int(times.argmax()), times.shape[1])
        return row, column, float(times[row, column])


def _normalised(rows: Tensor) -> Tensor:
    """Along the last axis to a sum of 1."""
    return rows / rows.sum(dim=-1, keepdim=True).clamp(min=1e-12)
