"""Does the language model heed its pseudo tokens? The same words with another sample's.

If nothing changes, the voice and the face cannot reach the answer: they enter through pseudo
tokens alone. Some of the others have the same right answer by chance, so the loss of accuracy is a
lower bound of what pseudo tokens are worth.

Source: the collapse check of EGMF's fact sheet, "shuffled across the batch"; whole-set shuffles,
    seeds and intervals are ours.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mer_core.metrics import bootstrap_interval
from mer_core.models.egmf import EGMF
from mer_core.probes.base import Row, percent, points
from mer_core.probes.experts_set import OverSet
from mer_core.trace import capture
from mer_core.types import Batch

SHUFFLES = 3
"""Whose pseudo tokens each sample gets is drawn so often, with seeds 0 and up."""

TAP = "fusion.pseudo"

Told = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Swapped(OverSet):
    """The answers with the samples' own pseudo tokens and with others'.

    Attributes:
        own, others: Whether the answer is right; of `others` the share of the shuffles.
        known: Whether anybody knows the right answer.
        changed: Share of the shuffles in which the answer is another one.
    """

    unit = "share of right answers, 0 to 1"
    sign = "positive: pseudo tokens help"
    baseline = (
        f"the same words with the pseudo tokens of another sample of the set, mean of {SHUFFLES} "
        f"shuffles, seeds 0 to {SHUFFLES - 1}; 95 % bootstrap interval over samples, seed 0"
    )
    own: Bool[Tensor, " sample"]
    others: Float[Tensor, " sample"]
    known: Bool[Tensor, " sample"]
    changed: Float[Tensor, " sample"]

    def accuracies(self) -> tuple[float, float]:
        """With their own, and with others'; NaN where nobody knows an answer."""
        own, others = self.own[self.known].float(), self.others[self.known]
        return float(own.mean()), float(others.mean())

    def lost(self) -> tuple[float, float, float]:
        """Accuracy that the swap costs, low and high; NaN where nobody knows an answer."""
        if not bool(self.known.any()):
            return math.nan, math.nan, math.nan
        gap = (self.own.float() - self.others)[self.known].double().numpy()
        return (float(gap.mean()), *bootstrap_interval(gap))

    def says(self, sample: int = 0) -> str:
        changes = f"the answer changes in {percent(float(self.changed.mean()))} of the cases"
        if not bool(self.known.any()):
            return f"With another sample's pseudo tokens {changes}; no right answers are known."
        own, others = self.accuracies()
        lost, low, high = self.lost()
        return (
            f"With another sample's pseudo tokens {changes}, and accuracy goes from "
            f"{percent(own)} to {percent(others)}: {points(-lost)} (95 % interval "
            f"{points(-high)} to {points(-low)})."
        )

    def rows(self) -> Iterator[Row]:
        lost, low, high = self.lost()
        own, others = self.accuracies()
        yield {
            "n": int(self.known.sum()),
            "accuracy own": own,
            "accuracy others": others,
            "lost": lost,
            "from": low,
            "to": high,
            "answers changed": float(self.changed.mean()),
        }


def derangement(count: int, seed: int) -> Int[Tensor, " sample"]:
    """Whose each sample gets: a random circle, so that nobody keeps its own.

    Example:
        >>> sorted(derangement(3, 0).tolist())
        [0, 1, 2]
    """
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    given = torch.empty_like(order)
    given[order] = order.roll(1)
    return given


def answers_with(
    model: EGMF, batches: Sequence[Batch], tokens: Float[Tensor, "sample token width"], told: Told
) -> Int[Tensor, " sample"]:
    """Place of each answer when the language model gets these pseudo tokens."""
    answers, start = [], 0
    for batch in batches:
        told("Swapping pseudo tokens", start, len(tokens))
        given = tokens[start : start + len(batch)]
        edits = {TAP: lambda own, given=given: given.to(own)}
        with torch.no_grad(), capture(model, TAP, edits=edits):
            answers.append(model(batch).logits.argmax(dim=-1).cpu())
        start += len(batch)
    return torch.cat(answers)


def swapped(
    model: EGMF,
    batches: Sequence[Batch],
    tokens: Float[Tensor, "sample token width"],
    answer: Int[Tensor, " sample"],
    truth: Int[Tensor, " sample"],
    told: Told = lambda *_: None,
) -> dict[str, Tensor]:
    """The numbers of a `Swapped`.

    Args:
        model: In eval mode; it is not changed.
        batches: The samples in order.
        tokens: Their own pseudo tokens.
        answer: Place of each answer with them.
        truth: Place of the right answer; -1 where nobody knows.
        told: How far it is; it may raise to stop the work.
    """
    count, right, changed = len(answer), [], []
    for seed in range(SHUFFLES if count > 1 else 0):

        def further(words: str, done: int, total: int, seed: int = seed) -> None:
            told(words, seed * total + done, SHUFFLES * total)

        given = answers_with(model, batches, tokens[derangement(count, seed)], further)
        right.append((given == truth).float())
        changed.append((given != answer).float())
    own = answer == truth
    return {
        "own": own,
        "others": torch.stack(right).mean(dim=0) if right else own.float(),
        "known": truth >= 0,
        "changed": torch.stack(changed).mean(dim=0) if changed else torch.zeros(count),
    }
