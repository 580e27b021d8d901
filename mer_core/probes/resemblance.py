"""Which view does each stage resemble? Cosines of stage vectors and view vectors, before fusion.

Training pulls the vector of stage i to that of view i of the same sticker, and away from view i
of other stickers. It does not push it away from the sticker's other views: a stage may be
nearest to another view than its own without anything being wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from mer_core.probes.base import Finding, Reader, Row, listed, names_of
from mer_core.probes.guided import missing_views
from mer_core.probes.logits import signed
from mer_core.recording import Recording
from mer_core.types import Modality, View


@dataclass(frozen=True, eq=False)
class Resemblance(Finding):
    """How near each stage is to each view.

    Attributes:
        cosine: Of the vectors as they are.
        absent: True where a view is missing and its learned stand-in stands in the grid.
        blank: True where there is no picture, so that the stages hold learned silence.
    """

    unit = "cosine of a stage's vector and a view's vector before fusion, −1 to 1"  # noqa: RUF001
    sign = "colour and small number: above (vermilion) or below (blue) the baseline"
    baseline = "the stage's mean + the view's mean − the mean of the grid"  # noqa: RUF001
    cosine: Float[Tensor, "batch stage view"]
    absent: Bool[Tensor, "batch view"]
    blank: Bool[Tensor, " batch"]

    @property
    def beyond(self) -> Float[Tensor, "batch stage view"]:
        """The cosine beyond what its stage and its view have with all; rows and columns sum to 0.

        A view that resembles every stage, or a stage that resembles every view, is an offset.
        """
        c = self.cosine
        return c - c.mean(1, keepdim=True) - c.mean(2, keepdim=True) + c.mean((1, 2), keepdim=True)

    def nearest(self, sample: int) -> list[View]:
        """The view that each stage is nearest to, by the plain cosine."""
        return [tuple(View)[i] for i in self.cosine[sample].argmax(dim=-1).tolist()]

    def own(self, sample: int, beyond: bool) -> int:
        """How many stages are nearest to the view of their own name, with or without offsets."""
        grid = (self.beyond if beyond else self.cosine)[sample]
        return sum(i == best for i, best in enumerate(grid.argmax(dim=-1).tolist()))

    def says(self, sample: int = 0) -> str:
        if bool(self.blank[sample]):
            return "There is no picture here: the stages hold learned silence, like nothing said."
        if bool(self.absent[sample].all()):
            return "Nothing is said here: the stages are compared with learned stand-ins."
        near, count = self.nearest(sample), len(View)
        if len(set(near)) == 1:
            opening = (
                f"All stages are nearest to the {near[0]} view: an offset of that view, rather "
                "than four matches."
            )
        else:
            parts = [
                f"{stage} to {view} ({signed(float(self.cosine[sample, i].max()))})"
                for i, (stage, view) in enumerate(zip(View, near, strict=True))
            ]
            opening = f"Nearest view of each stage: {listed(parts)}."
        return (
            f"{opening} {self.own(sample, beyond=False)} of {count} stages are nearest to the "
            f"view of their own name; beyond offsets, {self.own(sample, beyond=True)}."
        )

    def caption(self, sample: int = 0) -> str:
        return (
            f"{super().caption(sample)} Framed is the view that the stage is named after; training "
            "pulls the two together against other stickers, not against the other views."
        )

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for s, stage in enumerate(View):
                for v, view in enumerate(View):
                    at: Row = {"sample": id, "stage": str(stage), "view": str(view)}
                    cosine, beyond = float(self.cosine[b, s, v]), float(self.beyond[b, s, v])
                    yield {**at, "cosine": cosine, "beyond offsets": beyond}


class StagesResembleViews(Reader):
    """The grid, from the vectors that the contrastive loss pulls together."""

    needs = ("stage_vectors", "view_vectors")

    def read(self, recording: Recording) -> Resemblance:
        stages, views = (
            F.normalize(recording.trace[name].values.detach().float().cpu(), dim=-1)
            for name in self.needs
        )
        batch = recording.batch
        return Resemblance(
            ids=names_of(batch),
            target=(),
            cosine=stages @ views.transpose(1, 2),
            absent=missing_views(batch.streams[Modality.TEXT]),
            blank=batch.streams[Modality.VISION].is_silent.cpu(),
        )
