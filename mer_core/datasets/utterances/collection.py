"""A set of utterances as the field distributes it: features of words, voice and face, by split."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final, overload

from mer_core.datasets.stickers.collection import Source
from mer_core.task import SENTIMENT_RANGE
from mer_core.types import Modality, Sample

if TYPE_CHECKING:
    Samples = Sequence[Sample]
else:
    Samples = Sequence  # a type checked at run time looks at an item, which would read features

TASKS = ("sentiment", "binary", "classes", "four-binary")
"""What a set asks: a number; one of two; one of several; four questions of yes or no."""


@final
class Utterances(Samples):
    """Samples that are made when asked for, so that a file of gigabytes stays on disk.

    Args:
        make: Gives the sample of a row.
        rows: The rows, in the order of the samples.
    """

    def __init__(self, make: Callable[[int], Sample], rows: Sequence[int]) -> None:
        self.make, self.rows = make, rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Sample]:
        return (self.make(row) for row in self.rows)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> "Utterances": ...
    def __getitem__(self, index: int | slice) -> "Sample | Utterances":
        if isinstance(index, slice):
            return Utterances(self.make, self.rows[index])
        if not -len(self) <= index < len(self):
            raise IndexError(f"Utterance {index} of {len(self)}.")
        return self.make(self.rows[index])


@final
@dataclass(frozen=True, eq=False)
class UtteranceSet:
    """An opened set.

    Its samples carry `features` of float32, (time, feature), without padding; a modality that an
    utterance lacks altogether is not among them. `text` is there where the file has the words.

    Attributes:
        name: Key in DATASETS.
        what: What it is called on screen.
        task: One of TASKS. "sentiment": `Sample.sentiment` within `limits`. "binary" and
            "classes": `Sample.target` is one of `emotions`. "four-binary" (IEMOCAP):
            `Sample.rated` is 1 or 0 for each of `emotions`, and `target` is the one that is 1
            where it is the only one.
        splits: "train", "valid", "test" -> samples, made when asked for. A split that is not in
            the files is empty.
        features: Modality -> channels. A modality that no utterance has is not there; words
            without features are `Sample.text` alone.
        emotions: The classes, in the order of the file's labels; empty for "sentiment".
        problems: What the set names and does not have, or had to be left out; a sentence each.
        limits: Least and greatest sentiment: [-3, 3] for MOSI, [-1, 1] for CH-SIMS.
        source: Where it comes from.
        notes: What was done that its owner might not expect, a sentence each.
    """

    name: str
    what: str
    task: str
    splits: Mapping[str, Samples]
    features: Mapping[Modality, int]
    emotions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    limits: tuple[float, float] = SENTIMENT_RANGE
    source: Source | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise ValueError(f"A set asks one of {TASKS}, not {self.task!r}.")
        if bool(self.emotions) == (self.task == "sentiment"):
            raise ValueError("A set has classes if and only if it does not ask for a number.")

    @property
    def sizes(self) -> dict[str, int]:
        """How many utterances each split has."""
        return {name: len(samples) for name, samples in self.splits.items()}
