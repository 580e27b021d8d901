"""Scores exactly as the field's code computes them, so that a table here stands beside its tables.

Scores are shares in [0, 1], not per cent. A score over no sample is left out. `LABELS` says what a
column is called in papers.

Source: MulT's eval_metrics.py (CMU-MOSI, CMU-MOSEI, IEMOCAP) and MMSA's metricsTop.py (zeros kept,
five classes, CH-SIMS), read as written down in the papers' fact sheets; F1 by scikit-learn.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.metrics import f1_score, precision_score, r2_score, recall_score
from torch import Tensor

from mer_core.metrics import regression

LABELS: dict[str, str] = {
    "acc7": "Acc-7",
    "acc5": "Acc-5",
    "acc3": "Acc-3",
    "acc2": "Acc-2",
    "acc2_weak": "Acc-2, weak",
    "f1": "F1",
    "acc2_has0": "Acc-2, negative or not",
    "f1_has0": "F1, negative or not",
    "f1_has0_swapped": "F1, negative or not, swapped",
    "acc2_non0": "Acc-2, without zeros",
    "f1_non0": "F1, without zeros",
    "f1_non0_swapped": "F1, without zeros, swapped",
    "n_non0": "n without zeros",
    "unread": "answers that could not be read",
    "one_decimal_floor": "MAE of the best one-decimal answers",
    "mae": "MAE",
    "corr": "Corr",
    "r2": "R²",
    "accuracy": "Accuracy",
    "weighted_f1": "weighted F1",
    "weighted_precision": "weighted precision",
    "weighted_recall": "weighted recall",
    "macro_f1": "macro F1",
    "n": "n",
}
"""Score -> what papers call it. Of IEMOCAP's heads the emotion is in front: `happy_f1`."""

SIMS_EDGES = {
    "acc2": (0.0,),
    "acc3": (-0.1, 0.1),
    "acc5": (-0.7, -0.1, 0.1, 0.7),
}
"""Where CH-SIMS cuts [-1, 1]; an edge belongs to the class below it."""

WEAK = 0.4
"""Truths of CH-SIMS no farther than this from 0 are weak."""


def sentiment_scores(
    said: Float[Tensor, " batch"], truth: Float[Tensor, " batch"]
) -> dict[str, float]:
    """CMU-MOSI and CMU-MOSEI: numbers in [-3, 3].

    Acc-7 and Acc-5 clip to [-3, 3] and [-2, 2] and round, halves to the even neighbour. `has0`
    keeps every sample and asks "negative or not"; `non0` drops those whose truth is exactly 0 and
    asks "positive or not", so that a said 0 counts as negative there and as not negative here.
    `swapped` is the F1 of MulT's code, which takes the answers for the truth: each class then
    weighs as often as it was said. MAE and correlation are over all samples.
    """
    p, y = said.cpu().numpy(), truth.cpu().numpy()
    found = {
        "acc7": _rounded_accuracy(p, y, 3.0),
        "acc5": _rounded_accuracy(p, y, 2.0),
        **_two_ways("has0", p >= 0, y >= 0),
    }
    if len(kept := np.flatnonzero(y)):
        found |= _two_ways("non0", p[kept] > 0, y[kept] > 0)
    return found | regression(said, truth) | {"n_non0": float(len(kept)), "n": float(len(y))}


def sims_scores(said: Float[Tensor, " batch"], truth: Float[Tensor, " batch"]) -> dict[str, float]:
    """CH-SIMS, both versions: numbers in [-1, 1], in two, three and five classes.

    Answers and truth are clipped to the range first, as MMSA does; so are MAE and correlation.
    Classes are cut in single precision, in which the labels lie: 0.1 is not above 0.1. R² is the
    share of the truth's variance that is explained (left out where there is none), below 0 for
    answers worse than the mean; `acc2_weak` is Acc-2 where the truth is weak.
    """
    p, y = said.float().clamp(-1, 1), truth.float().clamp(-1, 1)
    cut = {name: (_cut(p, edges), _cut(y, edges)) for name, edges in SIMS_EDGES.items()}
    found = {name: float((a == b).mean()) for name, (a, b) in cut.items()}
    two_said, two_true = cut["acc2"]
    found |= {"f1": _f1(two_true, two_said), **regression(p, y)}
    if len(weak := np.flatnonzero(np.abs(y.cpu().numpy()) <= np.float32(WEAK))):
        found["acc2_weak"] = float((two_said[weak] == two_true[weak]).mean())
    if len(y) > 1 and float(y.std()) > 0:
        found["r2"] = float(r2_score(y.cpu().numpy(), p.cpu().numpy()))
    return found | {"n": float(len(y))}


def class_scores(said: Int[Tensor, " batch"], truth: Int[Tensor, " batch"]) -> dict[str, float]:
    """Two or more classes (UR-FUNNY, MUStARD, MELD, CHERMA): accuracy and what papers weigh.

    Weighted means weigh each class by how often it is true. Classes that are neither said nor true
    count for nothing, as in scikit-learn.
    """
    p, y = said.cpu().numpy(), truth.cpu().numpy()
    weighted: dict[str, Any] = {"average": "weighted", "zero_division": 0}
    return {
        "accuracy": float((p == y).mean()),
        "weighted_precision": float(precision_score(y, p, **weighted)),
        "weighted_recall": float(recall_score(y, p, **weighted)),
        "weighted_f1": _f1(y, p),
        "macro_f1": _f1(y, p, "macro"),
        "n": float(len(y)),
    }


def head_scores(
    said: Bool[Tensor, "batch emotion"],
    truth: Bool[Tensor, "batch emotion"],
    emotions: Sequence[str],
) -> dict[str, float]:
    """IEMOCAP: each emotion is a yes-or-no question; two scores each, eight with four emotions.

    Beware: on a rare emotion always "no" scores high, about 0.85 on IEMOCAP's happy.
    """
    found: dict[str, float] = {}
    for name, p, y in zip(emotions, said.cpu().numpy().T, truth.cpu().numpy().T, strict=True):
        found |= {f"{name}_accuracy": float((p == y).mean()), f"{name}_f1": _f1(y, p)}
    return found | {"n": float(len(truth))}


def label_of(score: str) -> str:
    """What papers call a score."""
    emotion, _, kind = score.rpartition("_")
    if score in LABELS:
        return LABELS[score]
    return f"{emotion}: {LABELS[kind]}" if kind in LABELS else score


def _rounded_accuracy(p: np.ndarray, y: np.ndarray, most: float) -> float:
    """numpy rounds halves to the even neighbour: 0.5 to 0, 1.5 and 2.5 to 2."""
    return float((np.round(p.clip(-most, most)) == np.round(y.clip(-most, most))).mean())


def _two_ways(which: str, p: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Two classes: accuracy, and F1 in both orders of its arguments."""
    return {
        f"acc2_{which}": float((p == y).mean()),
        f"f1_{which}": _f1(y, p),
        f"f1_{which}_swapped": _f1(p, y),
    }


def _f1(truth: np.ndarray, said: np.ndarray, average: str = "weighted") -> float:
    # zero_division is 0 by scikit-learn's own documentation; its annotation forgets numbers
    return float(f1_score(truth, said, average=average, zero_division=0))  # pyright: ignore


def _cut(x: Float[Tensor, " batch"], edges: Sequence[float]) -> np.ndarray:
    """The class of every number: how many edges lie below it."""
    return np.searchsorted(np.asarray(edges, np.float32), x.cpu().numpy(), side="left")
