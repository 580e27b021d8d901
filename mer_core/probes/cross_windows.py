"""One map, and the seconds at which each of its words looks most."""

from collections.abc import Iterator
from dataclasses import dataclass

from mer_core.probes.base import Finding, Row, percent
from mer_core.probes.cross_looks import Look, Window
from mer_core.probes.cross_maps import WIDTH, Crossing
from mer_core.probes.positions import quoted


@dataclass(frozen=True, eq=False)
class TopWindows(Finding):
    """One sample's map of one head, or of the mean of the heads, with a window for each row.

    Attributes:
        crossing: Where in the model.
        look: The map.
        layer: From 0.
        head: From 0; None for the mean of the heads.
        seconds: Width of a window at most.
    """

    unit = "attention relative to looking everywhere alike (1 = even, which gives each of n 1/n)"
    baseline = "even looking; a map says where a head looks, not what moved the answer"
    crossing: Crossing
    look: Look
    layer: int
    head: int | None
    seconds: float

    @property
    def where(self) -> str:
        """Which head this is, in words."""
        head = "mean of the heads" if self.head is None else f"head {self.head + 1}"
        return f"layer {self.layer + 1}, {head}"

    def window(self, row: int) -> Window | None:
        """The stretch that one row, as it is drawn, has most attention at."""
        return self.look.window(row, self.seconds)

    def spoken(self, row: int) -> str:
        """The window of one row in a sentence; empty where there are no seconds."""
        window = self.window(row)
        if window is None:
            return ""
        name = quoted(self.look.down.labels[row])
        span = f"{window.begin:.1f} to {window.end:.1f} s"
        much = f"{percent(window.share)} of the attention there (even: {percent(window.even)})"
        if self.look.turned:
            return f"{name} is looked at most from {span}: {much}."
        said = f"{name} looks most at {span}: {much}."
        if not self.crossing.beside:
            return said
        all_of_it = percent(float(self.look.weights[row].sum()))
        return f"{said} {all_of_it} of all its attention comes to {self.look.key.modality}."

    def says(self, sample: int = 0) -> str:
        look = self.look
        moved = percent(look.misplaced())
        if look.is_even:
            return (
                f"This map is even ({self.where}): {moved} of its attention would have to move to "
                f"be exactly so. It says nothing about single {self._rows()}."
            )
        row, column, times = look.sharpest()
        cell = (look.down.labels[row], look.across.labels[column])
        looks, seen = reversed(cell) if look.turned else cell
        return (
            f"{moved} of this map's attention would have to move to be even ({self.where}). It "
            f"looks hardest from {quoted(looks)} at {quoted(seen)}: {times:.1f} times even looking."
        )

    def _rows(self) -> str:
        return "moments" if self.look.down.timed else "words"

    def caption(self, sample: int = 0) -> str:
        look = self.look
        sums = (
            f"read downwards: each moment of {look.query.modality} spreads over the words"
            if look.turned
            else f"read along a row: what looks, {look.query.modality}, spreads over the columns"
        )
        parts = [f"n = 1 ({self.ids[0]}), {self.where}", self.unit, sums]
        if self.crossing.beside:
            others = " and ".join(self.crossing.beside)
            parts += [
                f"{percent(look.given)} of the attention stays here, the rest is for {others}"
            ]
        if "text" in (look.query.modality, look.key.modality):
            parts += ["pieces of a word are averaged where they look, added where looked at"]
        return "; ".join([*parts, f"compared with {self.baseline}"]) + "."

    def rows(self) -> Iterator[Row]:
        look, times = self.look, self.look.times().tolist()
        shares = look.shares()[0].tolist()
        about: Row = {"sample": self.ids[0], "place": self.crossing.place, "layer": self.layer + 1}
        about |= {"head": "mean" if self.head is None else self.head + 1}
        for i, name in enumerate(look.down.labels):
            for j, other in enumerate(look.across.labels):
                cell: Row = {"row": f"{i}: {name}", "column": f"{j}: {other}"}
                yield {**about, **cell, "times_even": times[i][j], "share_of_row": shares[i][j]}


def top_windows(
    crossing: Crossing, id: str, layer: int, head: int | None, seconds: float = WIDTH
) -> TopWindows:
    """The map of one head of the first sample; the mean of the heads without a head.

    Raises:
        ValueError: The crossing has no such layer or head, or one side is silent.
    """
    heads = crossing.heads[0]
    if heads is None:
        raise ValueError(f"One of {crossing.query} and {crossing.key} is silent here.")
    layers, count = heads.weights.shape[:2]
    if not (0 <= layer < layers and (head is None or 0 <= head < count)):
        raise ValueError(f"There are {layers} layers and {count} heads, counted from 0.")
    return TopWindows((id,), (), crossing, heads.look(layer, head), layer, head, seconds)
