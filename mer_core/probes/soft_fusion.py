"""Which places of a sticker read which words? MGHFT's local and global Soft-Fusion.

A weight that is uniform by construction is never drawn as evidence: in "pooled" mode there are
no weights to read, and a view that is missing has a single stand-in word, which takes all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mer_core.probes.base import Finding, Reader, Row, names_of, percent
from mer_core.recording import Recording
from mer_core.types import Batch, Modality, View


@dataclass(frozen=True, eq=False)
class StageMap:
    """One stage: which places were chosen, and which words of its view each of them read.

    Attributes:
        view: Name of the stage and of its view.
        grid: Rows (= columns) of the stage's map.
        cell: Side of one position as a share of the picture's; each stage doubles it. The last
            row and column of a coarse map may reach past the picture's edge.
        places: Chosen positions, row x grid + column; the same place may be chosen by two heads.
        weights: Attention of each chosen place to the words; rows sum to 1 over real words.
        words: The real words, per sample; empty where the view is missing.
    """

    view: str
    grid: int
    cell: float
    places: Int[Tensor, "batch query"]
    weights: Float[Tensor, "batch query word"]
    words: tuple[tuple[str, ...], ...]

    def hollow(self, sample: int) -> bool:
        """True where fewer than two words are there to choose between."""
        return len(self.words[sample]) < 2

    def sharpness(self, sample: int) -> float:
        """The greatest weight on one word relative to even reading, 1 or more."""
        count = len(self.words[sample])
        return float(self.weights[sample, :, :count].max()) * count

    def leading(self, sample: int) -> int:
        """The word that one place reads most sharply."""
        seen = self.weights[sample, :, : len(self.words[sample])]
        return int(seen.max(dim=0).values.argmax())

    def share(self, sample: int, word: int) -> Float[Tensor, "row column"]:
        """A word's share of each place's reading, NaN where no head chose the place.

        Two heads that chose one place read it alike, because reading depends on the place only.
        """
        flat = torch.full((self.grid**2,), torch.nan)
        flat[self.places[sample]] = self.weights[sample, :, word]
        return flat.unflatten(0, (self.grid, self.grid))

    def chosen(self, sample: int) -> Bool[Tensor, "row column"]:
        """Which places at least one head chose."""
        flat = torch.zeros(self.grid**2, dtype=torch.bool)
        flat[self.places[sample]] = True
        return flat.unflatten(0, (self.grid, self.grid))


@dataclass(frozen=True, eq=False)
class SoftFusionMap(Finding):
    """Local Soft-Fusion over the picture, stage by stage.

    Attributes:
        stages: Finest first.
        images: The stickers as given, uint8 (row, column, channel); None where there is none.
    """

    unit = "share of a place's reading that goes to one word, relative to even reading (1 = even)"
    baseline = "1 / number of words; a weight says what was read, not what moved the answer"
    stages: tuple[StageMap, ...]
    images: tuple[np.ndarray | None, ...]

    def only(self, view: str) -> "SoftFusionMap":
        """The map of one stage, by the name of its view.

        Raises:
            ValueError: No such stage.
        """
        kept = tuple(s for s in self.stages if s.view == view)
        if not kept:
            known = [s.view for s in self.stages]
            raise ValueError(f"There is no stage {view!r}; there are {known}.")
        return replace(self, stages=kept)

    def says(self, sample: int = 0) -> str:
        if self.images[sample] is None:
            return "There is no picture here, so no place of it can read a word."
        full = [s for s in self.stages if not s.hollow(sample)]
        if not full:
            return "No view has words here, so the places of the picture had nothing to read."

        stage = max(full, key=lambda s: s.sharpness(sample))
        word, times = stage.leading(sample), stage.sharpness(sample)
        most = percent(float(stage.weights[sample, :, word].max()))
        words = f"“{stage.words[sample][word]}”"
        if times < 1.5:
            return (
                f"The places read the words almost evenly: at most {times:.1f} times even reading "
                f"({stage.view} stage, {words})."
            )
        return (
            f"The sharpest reading is at the {stage.view} stage: one place gives {most} of its "
            f"reading to {words}, {times:.1f} times even reading."
        )

    def caption(self, sample: int = 0) -> str:
        counts = ", ".join(
            f"{s.view} {int(s.chosen(sample).sum())} of {s.grid**2}" for s in self.stages
        )
        return f"{super().caption(sample)} Places chosen: {counts}."

    def rows(self) -> Iterator[Row]:
        for stage in self.stages:
            for b, id in enumerate(self.ids):
                for q, place in enumerate(stage.places[b].tolist()):
                    row, column = divmod(place, stage.grid)
                    where: Row = {"sample": id, "stage": stage.view, "row": row, "column": column}
                    for w, word in enumerate(stage.words[b]):
                        weight = float(stage.weights[b, q, w])
                        yield {**where, "rank": q, "word": f"{w}: {word}", "weight": weight}


class ReadsWords(Reader):
    """Local Soft-Fusion over words; absent in "pooled" mode, whose weights are uniform."""

    needs = ("stages.*.fusion.pattern", "stages.*.chosen", "stages.*.attention.pattern")

    def read(self, recording: Recording) -> SoftFusionMap:
        silent = recording.batch.streams[Modality.VISION].is_silent.tolist()
        samples = zip(recording.samples, silent, strict=True)
        return SoftFusionMap(
            ids=names_of(recording.batch),
            target=(),
            stages=tuple(_stage(recording, i, str(v)) for i, v in enumerate(View)),
            images=tuple(None if gone else s.image for s, gone in samples),
        )


def _stage(recording: Recording, i: int, view: str) -> StageMap:
    trace, at = recording.trace, f"stages.{view}"
    return StageMap(
        view=view,
        grid=trace[f"{at}.attention.pattern"].values.shape[-1],
        cell=2**i / trace[f"stages.{View.INTENTION}.attention.pattern"].values.shape[-1],
        places=trace[f"{at}.chosen"].values.flatten(1).cpu(),
        weights=trace[f"{at}.fusion.pattern"].values.detach().float().cpu(),
        words=words_of(recording.batch, i),
    )


def words_of(batch: Batch, view: int) -> tuple[tuple[str, ...], ...]:
    """The real words of one view, per sample; none where it is missing or the text is silent."""
    text = batch.streams[Modality.TEXT]

    def real(row: int) -> tuple[str, ...]:
        count = 0 if text.is_silent[row] else int(text.mask[row, view].sum())
        words = text.ticks[row][view] if text.ticks is not None else range(1, count + 1)
        return tuple(str(word) for word in words)[:count]

    return tuple(real(row) for row in range(len(batch)))


@dataclass(frozen=True, eq=False)
class StageView(Finding):
    """Global Soft-Fusion: how much each stage takes from each view.

    Attributes:
        weights: Rows sum to 1 over views.
        absent: True where a view is missing and its learned stand-in is heard.
        blank: True where there is no picture, so that the stages hold learned silence.
    """

    unit = "share that a stage takes from each view, 0 to 1; rows sum to 1"
    baseline = "1/4 each; framed is the view that the stage is named after"
    weights: Float[Tensor, "batch stage view"]
    absent: Bool[Tensor, "batch view"]
    blank: Bool[Tensor, " batch"]

    def says(self, sample: int = 0) -> str:
        weights = self.weights[sample]
        best = int(weights.argmax())
        stage, view = divmod(best, weights.shape[1])
        names = [str(v) for v in View]
        own = percent(float(weights.diagonal().mean()))
        note = " There is no picture: the stages hold learned silence." * bool(self.blank[sample])
        if float(weights.max()) < 0.3:
            return f"Each stage takes almost alike from the four views; from its own, {own}.{note}"
        return (
            f"The {names[stage]} stage takes most from the {names[view]} view "
            f"({percent(float(weights[stage, view]))}); on average a stage takes {own} from its "
            f"own view.{note}"
        )

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for s, stage in enumerate(View):
                for v, view in enumerate(View):
                    weight = float(self.weights[b, s, v])
                    yield {"sample": id, "stage": str(stage), "view": str(view), "weight": weight}


class StagesTakeViews(Reader):
    """The grid of stages by views."""

    needs = ("global_fusion.pattern",)

    def read(self, recording: Recording) -> StageView:
        batch = recording.batch
        text = batch.streams[Modality.TEXT]
        absent = ~text.mask.any(dim=-1) | text.is_silent[:, None]
        weights = recording.trace["global_fusion.pattern"].values
        return StageView(
            ids=names_of(batch),
            target=(),
            weights=weights.detach().float().cpu(),
            absent=absent.cpu(),
            blank=batch.streams[Modality.VISION].is_silent.cpu(),
        )
