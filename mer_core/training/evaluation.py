"""How good is a model on a split, alone or with only some modalities heard?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from mer_core.metrics import bootstrap_interval, classification, regression
from mer_core.training.features import keep_only
from mer_core.types import Batch

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Answers:
    """What a model said to a whole split.

    Attributes:
        logits: (n, emotion), uncalibrated.
        target: (n,).
        sentiment: (n,) said, and `truth` (n,) known, from models that say a number.
        temperature: Of the model.
        unread: Question -> (n,) True where the words said are no answer to it, from models that
            answer in words.
    """

    logits: Tensor
    target: Tensor
    temperature: float = 1.0
    sentiment: Tensor | None = None
    truth: Tensor | None = None
    unread: Mapping[str, Tensor] = field(default_factory=dict)

    @property
    def probs(self) -> Tensor:
        return (self.logits / self.temperature).softmax(-1)

    def scores(self) -> dict[str, float]:
        """Accuracy, F1, calibration error, n; error and correlation of a number if one is said.

        From models that answer in words also how many of their words are no answer to a question:
        `unread_emotion` and the like.
        """
        said = classification(self.probs, self.target)
        if self.sentiment is not None and self.truth is not None:
            said |= regression(self.sentiment, self.truth)
        return said | {f"unread_{q}": float(odd.sum()) for q, odd in self.unread.items()}

    def interval(self) -> tuple[float, float]:
        """95 % bootstrap interval of accuracy over samples."""
        return bootstrap_interval((self.logits.argmax(-1) == self.target).float().numpy())


@torch.no_grad()
def answers(
    model: Any,
    batches: Sequence[Batch] | Any,
    keep: Sequence[str] = (),
    progress: Progress = lambda *_: None,
) -> Answers:
    """Ask a model in eval mode about every batch.

    Args:
        model: An EmotionModel.
        batches: Batches with targets; anything that can be iterated and has a length.
        keep: Names of the modalities that are heard; empty for all.
        progress: Told how far it is.
    """
    logits, target, number, truth = [], [], [], []
    unread: dict[str, list[Tensor]] = {}
    for i, batch in enumerate(batches):
        said = model(keep_only(batch, keep))
        logits.append(said.logits.float())
        target.append(batch.target)
        if said.sentiment is not None and batch.sentiment is not None:
            number.append(said.sentiment.float())
            truth.append(batch.sentiment.float())
        for question, odd in said.unread.items():
            unread.setdefault(question, []).append(odd)
        progress("evaluating", i + 1, len(batches))
    return Answers(
        torch.cat(logits),
        torch.cat(target),
        float(getattr(model, "temperature", 1.0)),
        torch.cat(number) if number else None,
        torch.cat(truth) if truth else None,
        {question: torch.cat(parts) for question, parts in unread.items()},
    )
