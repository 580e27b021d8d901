"""What stands where in the visual sequence that MGHFT's text-guided block looks at."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.trace import Reading
from mer_core.types import View

GLOBALS = "whole stages"
"""Name of the four global tokens, one for each stage: they stand for no place."""
TAPS = ("stages.*.attention.pattern", "stages.*.chosen")
"""What a recording or a capture must have seen for `sources`."""


@dataclass(frozen=True, eq=False)
class Source:
    """A stretch of the visual sequence: the global tokens, or the chosen places of one stage.

    Attributes:
        name: GLOBALS, or the view that the stage is named after.
        span: Its positions in the sequence.
        grid: Rows (= columns) of the stage's map; 0 for the global tokens.
        cell: Side of one place as a share of the picture's.
        places: Chosen places, row x grid + column; two heads may have chosen the same.
    """

    name: str
    span: slice
    grid: int
    cell: float
    places: Int[Tensor, "batch query"]

    @property
    def size(self) -> int:
        """How many tokens stand here."""
        return self.span.stop - self.span.start

    def onto(
        self, values: Float[Tensor, " query"], sample: int, mean: bool = False
    ) -> Float[Tensor, "row column"]:
        """Numbers of this stretch's tokens on the stage's map, NaN where no head chose the place.

        Args:
            values: One number a token.
            sample: Which sample of the batch.
            mean: Average what stands at one place; otherwise add it up.
        """
        places = self.places[sample]
        sums = torch.zeros(self.grid**2, dtype=values.dtype).index_add(0, places, values)
        times = torch.zeros_like(sums).index_add(0, places, torch.ones_like(values))
        flat = (sums / times if mean else sums).masked_fill(times == 0, torch.nan)
        return flat.unflatten(0, (self.grid, self.grid))

    def label(self, sample: int, token: int) -> str:
        """Name of one token: 'row 3, column 5', or the stage of a global token."""
        if not self.grid:
            return f"whole {tuple(View)[token]} stage"
        row, column = divmod(int(self.places[sample, token]), self.grid)
        return f"row {row + 1}, column {column + 1}"


def sources(trace: Mapping[str, Reading]) -> tuple[Source, ...]:
    """The stretches in their order: the global tokens, then the stages, finest first.

    Args:
        trace: What the taps in TAPS showed.
    """
    names = [str(v) for v in View]
    chosen = {v: trace[f"stages.{v}.chosen"].values.flatten(1).cpu() for v in names}
    grids = {v: trace[f"stages.{v}.attention.pattern"].values.shape[-1] for v in names}
    count = len(names)
    none = torch.zeros(len(chosen[names[0]]), count, dtype=torch.long)
    found, start = [Source(GLOBALS, slice(0, count), 0, 0.0, none)], count
    for i, view in enumerate(names):
        stop = start + chosen[view].shape[1]
        cell = 2**i / grids[names[0]]
        found.append(Source(view, slice(start, stop), grids[view], cell, chosen[view]))
        start = stop
    return tuple(found)
