"""Scores, computed the way the field computes them; every one says on how many samples."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.metrics import f1_score
from torch import Tensor


def classification(
    probs: Float[Tensor, "batch emotion"], target: Int[Tensor, " batch"]
) -> dict[str, float]:
    """Accuracy, macro and weighted F1, calibration error and n.

    Returns:
        accuracy, macro_f1, weighted_f1 and ece in [0, 1]; n as a float.
    """
    said, truth = probs.argmax(dim=-1).cpu().numpy(), target.cpu().numpy()
    labels = list(range(probs.shape[-1]))
    # zero_division is 0 by scikit-learn's own documentation; its annotation forgets numbers
    scores = {
        average: float(
            f1_score(truth, said, average=average, labels=labels, zero_division=0)  # pyright: ignore
        )
        for average in ("macro", "weighted")
    }
    return {
        "accuracy": float((said == truth).mean()),
        "macro_f1": scores["macro"],
        "weighted_f1": scores["weighted"],
        "ece": calibration_error(probs, target),
        "n": float(len(truth)),
    }


def calibration_error(
    probs: Float[Tensor, "batch emotion"], target: Int[Tensor, " batch"], bins: int = 15
) -> float:
    """Expected calibration error: mean gap between confidence and accuracy, weighted by bin size.

    Source: Guo et al. (2017), On calibration of modern neural networks, equation 3; 15 equal bins.
    """
    confidence, said = probs.max(dim=-1)
    right = (said == target).float()
    which = (confidence * bins).long().clamp(max=bins - 1)
    gap = 0.0
    for b in which.unique():
        inside = which == b
        gap += inside.float().mean().item() * abs(
            confidence[inside].mean().item() - right[inside].mean().item()
        )
    return gap


def fit_temperature(logits: Float[Tensor, "batch emotion"], target: Int[Tensor, " batch"]) -> float:
    """The temperature, within [0.05, 20], that minimises the cross-entropy on validation.

    Source: Guo et al. (2017), section 4.2.
    """
    log_t = torch.zeros((), requires_grad=True)
    optimiser = torch.optim.LBFGS([log_t], lr=0.1, max_iter=100)

    def loss() -> Tensor:
        optimiser.zero_grad()
        value = torch.nn.functional.cross_entropy(logits.float() / log_t.exp(), target)
        value.backward()
        return value

    optimiser.step(loss)
    return float(log_t.detach().clamp(math.log(0.05), math.log(20.0)).exp())


def regression(said: Float[Tensor, " batch"], truth: Float[Tensor, " batch"]) -> dict[str, float]:
    """Mean absolute error, in the unit of the label, and Pearson correlation."""
    p, y = said.float().cpu().numpy(), truth.float().cpu().numpy()
    steady = p.std() < 1e-9 or y.std() < 1e-9
    return {
        "mae": float(np.abs(p - y).mean()),
        "corr": 0.0 if steady else float(np.corrcoef(p, y)[0, 1]),
    }


def share_of_ceiling(accuracy: float, ceiling: float, classes: int = 7) -> float:
    """How far from chance towards the oracle: 0 at chance, 1 at the oracle's ceiling."""
    chance = 1 / classes
    return (accuracy - chance) / (ceiling - chance)


def bootstrap_interval(
    values: Sequence[float] | np.ndarray, seed: int = 0, rounds: int = 2000
) -> tuple[float, float]:
    """95 % percentile interval of the mean."""
    values = np.asarray(values, dtype=float)
    draws = np.random.default_rng(seed).integers(0, len(values), (rounds, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def mean_sd(values: Sequence[float]) -> dict[str, float]:
    """Mean, sample standard deviation and n over seeds."""
    array = np.asarray(values, dtype=float)
    sd = float(array.std(ddof=1)) if len(array) > 1 else 0.0
    return {"mean": float(array.mean()), "sd": sd, "n": float(len(array))}
