"""Where the language model looks, and whether it answers what is asked, over a whole set."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.probes.base import Row, percent
from mer_core.probes.experts_set import OverSet
from mer_core.probes.spoken_looks import PromptLooks, group_shares, say_looks


@dataclass(frozen=True, eq=False)
class LooksSet(OverSet):
    """Mean attention of the answering positions.

    Attributes:
        mean, sd: Over the samples, mean of the heads of a layer, by segment.
        evenly: Mean of an even look.
        questions, segments: Names of these axes.
        unread: Question -> how many generated answers are none.
    """

    unit = "share of the answering position's attention, 0 to 1; mean of heads and samples"
    baseline = "looking evenly at every position before the answer; a look is not yet an influence"
    mean: Float[Tensor, "question layer segment"]
    sd: Float[Tensor, "question layer segment"]
    evenly: Float[Tensor, "question segment"]
    questions: tuple[str, ...]
    segments: tuple[str, ...]
    unread: Mapping[str, int]

    def grouped(self) -> Float[Tensor, "question layer group"]:
        """In the three groups of `spoken_looks.GROUPS`."""
        return group_shares(self.mean, self.segments)

    def evenly_grouped(self) -> Float[Tensor, "question group"]:
        """The same of an even look."""
        return group_shares(self.evenly, self.segments)

    def says(self, sample: int = 0) -> str:
        return say_looks(self.grouped()[0], self.evenly_grouped()[0], self.questions[0])

    def says_unread(self) -> str:
        """How many answers were none."""
        parts = [
            f"{count:,} of {self.about.n:,} ({percent(count / self.about.n)}) to the {question}"
            for question, count in self.unread.items()
        ]
        return f"Generated answers that answer nothing: {'; '.join(parts)}." if parts else ""

    def rows(self) -> Iterator[Row]:
        for q, question in enumerate(self.questions):
            for layer in range(self.mean.shape[1]):
                for s, segment in enumerate(self.segments):
                    about: Row = {"before the": question, "layer": layer + 1, "at": segment}
                    about |= {"mean share": float(self.mean[q, layer, s])}
                    about |= {"sd": float(self.sd[q, layer, s])}
                    yield {**about, "even": float(self.evenly[q, s])}


def looks_set(parts: list[PromptLooks]) -> dict[str, Any]:
    """The numbers of a `LooksSet`, but for `unread`."""
    heads = torch.cat([part.shares.mean(dim=3) for part in parts])
    evenly = torch.cat([part.evenly for part in parts])
    return {
        "mean": heads.mean(dim=0),
        "sd": heads.std(dim=0, unbiased=False),
        "evenly": evenly.mean(dim=0),
        "questions": parts[0].questions,
        "segments": parts[0].segments,
    }
