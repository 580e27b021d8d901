"""How answers for emoji compare with people's ratings: macro-F1, correlation, intervals over emoji.

Bootstrap draws take emoji, never pictures, and are the same for every version, so that the
difference of two versions is paired.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.stats import rankdata

from mer_core.experiments.base import MACRO_F1, Row

PEARSON = "correlation with people (Pearson)"
SPEARMAN = "correlation with people (Spearman)"
POOLED = "correlation with people (pooled)"
MEASURES = (MACRO_F1, PEARSON, SPEARMAN, POOLED)
DRAWS = 2000


@dataclass(frozen=True, eq=False)
class Scores:
    """One measure, of one way to answer.

    Attributes:
        each: Of every repeat, on all emoji.
        drawn: Of every bootstrap draw, mean over repeats.
    """

    each: Float[np.ndarray, " repeat"]
    drawn: Float[np.ndarray, " draw"]

    def minus(self, other: "Scores") -> "Scores":
        """The paired difference."""
        return Scores(self.each - other.each, self.drawn - other.drawn)

    def row(self, case: str, measure: str, n: int, **more) -> Row:
        """Mean and sd over repeats, and the 95 % interval over emoji."""
        low, high = np.percentile(self.drawn, [2.5, 97.5])
        several = len(self.each)
        sd = float(self.each.std(ddof=1)) if several > 1 else None
        mean = float(self.each.mean())
        return Row(case, measure, mean, n, several, sd, float(low), float(high), **more)


def draws(emoji: int, seed: int = 0) -> Float[np.ndarray, "draw emoji"]:
    """How often each emoji is taken in each bootstrap draw; the first row is every emoji once."""
    taken = np.random.default_rng(seed).integers(0, emoji, (DRAWS, emoji))
    counts = [np.bincount(row, minlength=emoji) for row in taken]
    return np.stack([np.ones(emoji), *counts]).astype(float)


def scored(
    probs: Float[np.ndarray, "repeat emoji emotion"],
    ratings: Float[np.ndarray, "emoji emotion"],
    top: Int[np.ndarray, " emoji"],
    taken: Float[np.ndarray, "draw emoji"],
) -> dict[str, Scores]:
    """Every measure of one way to answer.

    Args:
        probs: Held-out answers.
        ratings: What people said.
        top: The class of each emoji.
        taken: See `draws`.
    """
    ranked = np.stack([rankdata(p, axis=-1) for p in probs])
    by_measure = {
        MACRO_F1: [macro_f1(p.argmax(-1), top, taken, probs.shape[-1]) for p in probs],
        PEARSON: [_mean(alike(p, ratings), taken) for p in probs],
        SPEARMAN: [_mean(alike(p, rankdata(ratings, axis=-1)), taken) for p in ranked],
        POOLED: [pooled(p, ratings, taken) for p in probs],
    }
    return {
        measure: Scores(np.stack(found)[:, 0], np.stack(found)[:, 1:].mean(0))
        for measure, found in by_measure.items()
    }


def macro_f1(
    said: Int[np.ndarray, " emoji"],
    truth: Int[np.ndarray, " emoji"],
    taken: Float[np.ndarray, "draw emoji"],
    classes: int,
) -> Float[np.ndarray, " draw"]:
    """Mean F1 of the classes that a draw has; a class that is never answered has 0."""
    names = np.arange(classes)
    own, answer = truth[:, None] == names, said[:, None] == names
    there, told, both = taken @ own, taken @ answer, taken @ (own & answer)
    f1 = 2 * both / np.maximum(there + told, 1)
    return (f1 * (there > 0)).sum(1) / (there > 0).sum(1)


def alike(
    one: Float[np.ndarray, "emoji emotion"], other: Float[np.ndarray, "emoji emotion"]
) -> Float[np.ndarray, " emoji"]:
    """Pearson correlation across the emotions of each emoji; 0 where one side is constant."""
    a, b = (x - x.mean(-1, keepdims=True) for x in (one, other))
    size = np.sqrt((a**2).sum(-1) * (b**2).sum(-1))
    return (a * b).sum(-1) / np.where(size > 1e-12, size, np.inf)


def pooled(
    one: Float[np.ndarray, "emoji emotion"],
    other: Float[np.ndarray, "emoji emotion"],
    taken: Float[np.ndarray, "draw emoji"],
) -> Float[np.ndarray, " draw"]:
    """Pearson correlation over all pairs of emoji and emotion at once."""
    total = taken.sum(1) * one.shape[1]

    def mean(values: np.ndarray) -> np.ndarray:
        return taken @ values.sum(1) / total

    x, y = mean(one), mean(other)
    spread = np.sqrt((mean(one**2) - x**2) * (mean(other**2) - y**2))
    return (mean(one * other) - x * y) / np.where(spread > 1e-12, spread, np.inf)


def _mean(values: np.ndarray, taken: np.ndarray) -> np.ndarray:
    return taken @ values / taken.sum(1)
