"""Does the view that is looked at most also count most? Attention beside the knock-out.

A weight says how much of a view was taken. What the view did for the answer is seen only when it
is taken away: values may be small, point nowhere, or cancel. So the two stand side by side.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.models.mghft import MGHFT
from mer_core.probes.base import Row, percent, points
from mer_core.probes.guided import KINDS, NEARLY, answering
from mer_core.probes.knockout import KnockOutViews, ViewKnockout
from mer_core.trace import capture
from mer_core.types import Batch, View

LOOKS = {"guided": "text-guided block", "fused": "global Soft-Fusion"}
"""The two places where views compete for attention, by the names of their fields."""


@dataclass(frozen=True, eq=False)
class HeededViews(ViewKnockout):
    """The knock-out of each view, and the attention that each was paid.

    Attributes:
        guided: Share of A1: the view's T and T' together, mean of heads.
        fused: Share that the stages take in global Soft-Fusion, mean of stages.
    """

    guided: Float[Tensor, "batch view"]
    fused: Float[Tensor, "batch view"]

    def present(self, sample: int) -> list[int]:
        """The views that are there: without a missing one nothing could be lost."""
        return [i for i, gone in enumerate(self.absent[:, sample].tolist()) if not gone]

    def rank(self, sample: int, look: str = "guided") -> float:
        """Spearman's correlation of attention and size of what is lost, over the views there.

        NaN for fewer than three views, or where one side is the same for all.

        Args:
            sample: Which sample of the batch.
            look: A key of LOOKS.
        """
        kept = self.present(sample)
        if len(kept) < 3:
            return float("nan")
        return spearman(getattr(self, look)[sample, kept], self.lost[kept, sample].abs())

    def says(self, sample: int = 0) -> str:
        kept = self.present(sample)
        if len(kept) < 2:
            return "Fewer than two views are there, so none is looked at more than another."
        looked = max(kept, key=lambda i: float(self.guided[sample, i]))
        counts = max(kept, key=lambda i: abs(float(self.lost[i, sample])))
        share, lost = float(self.guided[sample, looked]), self.lost[:, sample]
        opening = (
            f"The {self.parts[looked]} view gets the most attention ({percent(share)})"
            if share * len(View) >= NEARLY
            else f"All views get about the same attention (at most {percent(share)})"
        )
        if abs(float(lost[counts])) < 0.005:
            return f"{opening}, yet the answer stands on no single view."
        moved = points(float(lost[counts]), signed=False)
        if looked == counts:
            return (
                f"{opening}, and its removal moves the answer most ({moved}).{self._rank(sample)}"
            )
        own = points(float(lost[looked]), signed=False)
        return (
            f"{opening}, but removing the {self.parts[counts]} view moves the answer most ({moved} "
            f"against {own} for {self.parts[looked]}): attention is not contribution."
            f"{self._rank(sample)}"
        )

    def _rank(self, sample: int) -> str:
        rank, count = self.rank(sample), len(self.present(sample))
        if rank != rank:
            return ""
        value = f"{rank:+.1f}".replace("-", "−")  # noqa: RUF001 (a real minus sign)
        return f" Rank correlation over these {count} views: {value}."

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for v, view in enumerate(self.parts):
                shares: Row = {LOOKS[look]: float(getattr(self, look)[b, v]) for look in LOOKS}
                lost, turned = float(self.lost[v, b]), self.turned(v, b)
                told: Row = {"sample": id, "view": view, **shares}
                yield {**told, "emotion": self.target[b], "lost": lost, "turns to": turned}


def spearman(x: Float[Tensor, " item"], y: Float[Tensor, " item"]) -> float:
    """Correlation of ranks, ties at their mean rank; NaN where one side is constant."""
    ranks = torch.stack([_ranks(x), _ranks(y)])
    return float(torch.corrcoef(ranks)[0, 1])


def _ranks(x: Float[Tensor, " item"]) -> Float[Tensor, " item"]:
    lower, same = x[:, None] > x, x[:, None] == x
    return lower.sum(dim=1) + (same.sum(dim=1) + 1) / 2


class HeedsViews(KnockOutViews):
    """Knock each view out while watching what attention they are paid; one forward pass."""

    def suits(self, model: EmotionModel) -> bool:
        return isinstance(model, MGHFT)

    def run(self, model: EmotionModel, batch: Batch) -> HeededViews:
        with capture(model, "fusion.text.pattern", "global_fusion.pattern") as trace:
            found = super().run(model, batch)
        guided = answering(trace["fusion.text.pattern"].values)[: len(batch)].mean(dim=1)
        fused = trace["global_fusion.pattern"].values[: len(batch)].float().cpu().mean(dim=1)
        slots = guided.unflatten(-1, (len(KINDS), len(View)))
        return HeededViews(**vars(found), guided=slots.sum(dim=1), fused=fused)
