"""One stage at a time: where it looks, where one word is read, and what one place reads."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.probes.base import Finding, Row, names_of, percent
from mer_core.probes.soft_fusion import ReadsWords, SoftFusionMap, StageMap
from mer_core.recording import Recording


@dataclass(frozen=True, eq=False)
class StageLook(Finding):
    """Where one stage of one sticker looks, or where it reads one word.

    Attributes:
        stage: The stage, its chosen places and what they read.
        word: Number of the word among the view's; None for where the class token looks.
        values: Times even looking at every place, or times even reading at the chosen places;
            NaN where nothing was read.
        image: The sticker, uint8 (row, column, channel); None where there is none.
    """

    unit = "attention of a place, relative to even attention (1 = even)"
    baseline = "1 / number of places, or 1 / number of words; a weight is no contribution"
    stage: StageMap
    word: int | None
    values: Float[Tensor, "row column"]
    image: np.ndarray | None

    @property
    def spoken(self) -> str:
        """The word, or "" where none is picked."""
        return "" if self.word is None else self.stage.words[0][self.word]

    def clickable(self) -> list[int]:
        """Places that read words, each once, in the order of the picture."""
        return sorted(set(self.stage.places[0].tolist()))

    def says(self, sample: int = 0) -> str:
        if self.image is None:
            return "There is no picture here, so this stage looks at nothing."
        flat = self.values.flatten().nan_to_num(-1.0)
        best = int(flat.argmax())
        row, column = divmod(best, self.stage.grid)
        at = f"row {row + 1}, column {column + 1} of {self.stage.grid}"
        top = float(flat[best])
        if self.word is None:
            count = len(self.clickable())
            return (
                f"The {self.stage.view} stage looks most at {at}, {top:.1f} times even looking; "
                f"its heads choose {count} of {self.stage.grid**2} places to read words with."
            )
        if top < 1.05:
            return (
                f"No chosen place reads “{self.spoken}” more than even ({top:.1f} times at most)."
            )
        return f"“{self.spoken}” is read most at {at}: {top:.1f} times even reading."

    def rows(self) -> Iterator[Row]:
        for row, line in enumerate(self.values.tolist()):
            for column, value in enumerate(line):
                if value == value:
                    yield {
                        "sample": self.ids[0],
                        "stage": self.stage.view,
                        "word": self.spoken or "(where it looks)",
                        "row": row + 1,
                        "column": column + 1,
                        "times even": value,
                    }


@dataclass(frozen=True, eq=False)
class PlaceWords(Finding):
    """What one chosen place reads of its stage's view.

    Attributes:
        view: Name of the stage and of its view.
        row, column: Of the place, from 0.
        grid: Rows (= columns) of the stage's map.
        words: The words in their order.
        weights: Share of the place's reading that goes to each; sums to 1.
    """

    unit = "share of a place's reading that goes to each word, 0 to 1; sums to 1"
    baseline = "1 / number of words; a weight says what was read, not what moved the answer"
    view: str
    row: int
    column: int
    grid: int
    words: tuple[str, ...]
    weights: Float[Tensor, " word"]

    @property
    def where(self) -> str:
        """The place as people count."""
        return f"row {self.row + 1}, column {self.column + 1} of {self.grid}"

    def says(self, sample: int = 0) -> str:
        if not self.words:
            return (
                f"The {self.view} view is missing here, so {self.where} reads a learned stand-in."
            )
        best = int(self.weights.argmax())
        times = float(self.weights[best]) * len(self.words)
        share = percent(float(self.weights[best]))
        return (
            f"The place in {self.where} reads “{self.words[best]}” most: {share} of its reading, "
            f"{times:.1f} times even."
        )

    def rows(self) -> Iterator[Row]:
        for i, (word, weight) in enumerate(zip(self.words, self.weights.tolist(), strict=True)):
            yield {
                "sample": self.ids[0],
                "stage": self.view,
                "row": self.row + 1,
                "column": self.column + 1,
                "word": f"{i}: {word}",
                "weight": weight,
            }


def reads(recording: Recording) -> SoftFusionMap | None:
    """Local Soft-Fusion of a recording; None where its weights would say nothing."""
    reader = ReadsWords()
    return reader.read(recording) if reader.fits(recording) else None


def look(recording: Recording, view: str, word: int | None = None) -> StageLook:
    """Where a stage of the first sticker looks, or where it reads one word.

    Args:
        recording: Of MGHFT with words fused.
        view: Name of the stage.
        word: Number of a word of the stage's view.

    Raises:
        ValueError: There is no such stage or word.
    """
    finding = ReadsWords().read(recording).only(view)
    stage = finding.stages[0]
    if word is not None and word >= len(stage.words[0]):
        raise ValueError(f"The {view} view has {len(stage.words[0])} words; there is no {word}.")
    if word is None:
        pattern = recording.trace[f"stages.{view}.attention.pattern"].values[0].float().cpu()
        values = pattern.mean(dim=0) * stage.grid**2
    else:
        values = stage.share(0, word) * len(stage.words[0])
    return StageLook(
        ids=names_of(recording.batch)[:1],
        target=(),
        stage=stage,
        word=word,
        values=values,
        image=finding.images[0],
    )


def words_at(seen: StageLook, place: int) -> PlaceWords:
    """What one place reads.

    Args:
        seen: From `look`, with or without a word.
        place: Position row x grid + column, one of `seen.clickable()`.

    Raises:
        ValueError: No head chose that place, so it read nothing.
    """
    stage = seen.stage
    rank = (stage.places[0] == place).nonzero().flatten().tolist()
    if not rank:
        raise ValueError(f"No head of the {stage.view} stage chose place {place}.")
    words = stage.words[0]
    weights = stage.weights[0, rank[0], : len(words)]
    row, column = divmod(place, stage.grid)
    return PlaceWords(
        ids=seen.ids,
        target=(),
        view=stage.view,
        row=row,
        column=column,
        grid=stage.grid,
        words=words,
        weights=weights if words else torch.zeros(0),
    )
