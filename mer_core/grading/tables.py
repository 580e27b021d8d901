"""Utterances of a split, processed once for all models that read them alike."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mer_core.datasets.puppets.utterances import UtteranceTruth
from mer_core.models import EmotionModel
from mer_core.training.utterances import UtteranceTable, featured_utterances

Progress = Callable[[str, int, int], None]


class _Reader:
    """A model as a key of a cache: models whose processors are of one kind read alike."""

    def __init__(self, model: EmotionModel, progress: Progress) -> None:
        processor = model.processor()
        self.model, self.progress = model, progress
        self.kind = getattr(processor, "__qualname__", type(processor).__qualname__)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, _Reader) and other.kind == self.kind

    def __hash__(self) -> int:
        return hash(self.kind)


def utterance_table(
    model: EmotionModel,
    split: str,
    limit: int | None,
    progress: Progress,
    part: int | None = None,
) -> tuple[UtteranceTable, tuple[UtteranceTruth, ...]]:
    """Streams of the first so many utterances of a split, and what each knows of itself.

    Args:
        model: Whose processor reads them.
        split: Of the puppets.
        limit: Make so many and no more; None for all.
        progress: Told how far it is.
        part: Of those made, read only the first so many.
    """
    return _table(_Reader(model, progress), split, limit, part)


@lru_cache(maxsize=3)
def _table(
    reader: _Reader, split: str, limit: int | None, part: int | None
) -> tuple[UtteranceTable, tuple[UtteranceTruth, ...]]:
    samples = featured_utterances(split, reader.progress, limit)[:part]
    truths = tuple(s.truth for s in samples if isinstance(s.truth, UtteranceTruth))
    return UtteranceTable(reader.model, samples, reader.progress), truths
