"""The two kinds of probe, and what they find.

A `Reader` looks at a recording and needs no model, so it works where there are no weights.
An `Experiment` has to run the model again, all its cases in one forward pass. Neither ever
changes the model: it is shared between the threads of the app, so probes call
`torch.autograd.grad`, never `backward`, and act through `capture(..., edits=...)` and the
`silent` flags of a batch.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar

from mer_core.models.base import EmotionModel
from mer_core.recording import Recording
from mer_core.types import Batch

Row = dict[str, str | int | float]


@dataclass(frozen=True, eq=False)
class Finding(ABC):
    """What a probe returns: numbers that know what they mean.

    `mer_core.views.figure` draws each kind, `mer_core.views.to_csv` writes it as a table.

    Attributes:
        unit: What the numbers are, with their range.
        sign: What a positive and a negative number mean; empty where numbers have no sign.
        baseline: What the numbers are compared with; empty where with nothing.
        ids: Names of the samples, in the order of every `batch` axis.
        target: Emotion explained, one per sample; empty where none is.
    """

    unit: ClassVar[str]
    sign: ClassVar[str] = ""
    baseline: ClassVar[str] = ""
    ids: tuple[str, ...]
    target: tuple[str, ...]

    @abstractmethod
    def says(self, sample: int = 0) -> str:
        """The answer as a sentence made from this finding's numbers."""

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Every number with its names, one row each, for a table."""

    def caption(self, sample: int = 0) -> str:
        """How many samples, which unit, which sign, which baseline: what a figure must carry."""
        about = self.ids[sample] if sample < len(self.ids) else f"sample {sample + 1}"
        parts = [f"n = 1 ({about})", self.unit, self.sign]
        parts += [f"compared with {self.baseline}"] if self.baseline else []
        return "; ".join(part for part in parts if part) + "."


class Reader(ABC):
    """A question that a recording can answer.

    Attributes:
        needs: Patterns over tap names; each must match a tap that the recording saw.
    """

    needs: ClassVar[tuple[str, ...]]

    @abstractmethod
    def read(self, recording: Recording) -> Finding:
        """Answer from what was seen."""

    def fits(self, recording: Recording) -> bool:
        """Whether the recording saw every tap that this reader needs."""
        return all(any(fnmatchcase(name, p) for name in recording.trace) for p in self.needs)


class Experiment(ABC):
    """A question that only the model itself can answer.

    Attributes:
        passes: Forward passes that it takes at most, on the model or on altered copies of it.
    """

    passes: ClassVar[int] = 1

    @abstractmethod
    def run(self, model: EmotionModel, batch: Batch) -> Finding:
        """Answer by one more forward pass, in which every case is a row of the batch."""

    def suits(self, model: EmotionModel) -> bool:
        """Whether the question makes sense for this model."""
        return True


def names_of(batch: Batch) -> tuple[str, ...]:
    """The ids of a batch, or numbers where it has none."""
    return batch.ids or tuple(f"sample {i + 1}" for i in range(len(batch)))


def percent(value: float) -> str:
    """0.284 -> '28 %'. For a share of an answer or of attention."""
    return f"{100 * value:.0f} %" if abs(value) >= 0.0095 or value == 0 else f"{100 * value:.1f} %"


def points(value: float, signed: bool = True) -> str:
    """0.284 -> '+28 points': a difference of two percentages, with or without its sign."""
    size = f"{abs(100 * value):.0f}" if abs(value) >= 0.0095 else f"{abs(100 * value):.1f}"
    sign = ("+" if value >= 0 else "−") * signed  # noqa: RUF001 (a real minus sign)
    return f"{sign}{size} {'point' if size == '1' else 'points'}"


def listed(words: list[str]) -> str:
    """['a', 'b', 'c'] -> 'a, b and c'."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
