"""Fit the linear probes of `mer_core.tendencies` on what a frozen model holds on training data.

They learn the answers of the data set, never which modality lied: so they can be fitted on any set.
Only the mean look of congruent samples uses the modalities' own labels, where a set has them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.linear_model import LogisticRegression, Ridge
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.roles import marginals
from mer_core.task import EMOTIONS
from mer_core.tendencies import Leaning, Tendencies, pooled
from mer_core.trace import capture, taps
from mer_core.training.features import trimmed
from mer_core.types import Batch, Modality

Progress = Callable[[str, int, int], None]

CHUNK = 128
STRENGTH, DECAY = 1.0, 1.0
"""C of the logistic regression, alpha of the ridge: the libraries' own defaults."""


def can_lean(model: EmotionModel) -> bool:
    """Whether a model holds states of single modalities that a linear probe can read."""
    return any(name.startswith("H.") for name in taps(model))


def fit_tendencies(
    model: EmotionModel, batch: Batch, weights: str, about: Mapping[str, Any], progress: Progress
) -> Tendencies:
    """One linear probe for each H, Z and Y of the model, and the mean look of congruent samples.

    Args:
        model: In eval mode; it is not changed.
        batch: A training split with targets and, where known, sentiment and labels.
        weights: sha256 of the model's weights.
        about: What the split is, for the record.
        progress: Told how far it is.
    """
    states, falls = _seen(model, batch, progress)
    assert batch.target is not None
    number = batch.sentiment if batch.sentiment is not None else torch.zeros(len(batch))
    leanings = {}
    for i, (name, values) in enumerate(states.items()):
        leanings[name] = fit_leaning(values, number, batch.target)
        progress("fitting tendencies", i + 1, len(states))
    agree = congruent(batch)
    centres = {role: fall[agree].mean(dim=0) for role, fall in falls.items()}
    told = {**about, "n": len(batch), "congruent": int(agree.sum())}
    return Tendencies(leanings, centres, EMOTIONS, weights, told)


def congruent(batch: Batch) -> Tensor:
    """True where the labels of all modalities are the same; where there are none, everywhere."""
    labels = [batch.labels[m] for m in Modality if m in batch.labels]
    agree = torch.ones(len(batch), dtype=torch.bool)
    for label in labels[1:]:
        agree &= label == labels[0]
    return agree


@torch.inference_mode()
def _seen(
    model: EmotionModel, batch: Batch, progress: Progress
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Pooled states and fallen attention of every sample, in order."""
    states: dict[str, list[Tensor]] = {}
    falls: dict[str, list[Tensor]] = {}
    patterns = ["H.*", "*.pattern"]
    patterns += [p for p in ("Z_u", "Z_v", "Y_u", "Y_v", "C") if p in taps(model)]
    patterns += ["Y.*"] * any(n.startswith("Y.") for n in taps(model))
    patterns += ["*omega_by_sample"] * any(n.endswith("omega_by_sample") for n in taps(model))
    lengths = batch.streams[Modality.AUDIO].mask.sum(1)
    parts = lengths.argsort(stable=True).split(CHUNK)
    for i, rows in enumerate(parts):
        part = trimmed(batch.select(rows))
        with capture(model, *patterns) as trace:
            model(part)
        for name, found in pooled(trace, part).items():
            states.setdefault(name, []).append(found.values)
        for role, fall in marginals(trace, part).items():
            falls.setdefault(role, []).append(fall)
        progress("looking at training samples", i + 1, len(parts))
    back = torch.cat(list(parts)).argsort()
    return (
        {name: torch.cat(v)[back] for name, v in states.items()},
        {role: torch.cat(v)[back] for role, v in falls.items()},
    )


def fit_leaning(
    values: Float[Tensor, "sample hidden"],
    number: Float[Tensor, " sample"],
    target: Int[Tensor, " sample"],
) -> Leaning:
    """Ridge regression of the sentiment and logistic regression of the emotion, standardised."""
    x = values.double().numpy()
    mean, scale = x.mean(0), x.std(0) + 1e-6
    x = (x - mean) / scale
    line = Ridge(alpha=DECAY).fit(x, number.double().numpy())
    classes = LogisticRegression(C=STRENGTH, max_iter=500).fit(x, target.numpy())
    count = len(EMOTIONS)
    weight, bias = np.zeros((x.shape[1], 1 + count)), np.full(1 + count, -20.0)
    weight[:, 0], bias[0] = line.coef_, line.intercept_
    weight[:, 1 + classes.classes_] = classes.coef_.T
    bias[1 + classes.classes_] = classes.intercept_
    weight = weight / scale[:, None]
    bias = bias - mean @ weight
    return Leaning(torch.from_numpy(weight).float(), torch.from_numpy(bias).float())


def training_batch(model: EmotionModel, progress: Progress, limit: int | None = None) -> Batch:
    """The puppets' training utterances, processed for a model."""
    from mer_core.training.utterances import UtteranceTable, featured_utterances

    return UtteranceTable(model, featured_utterances("train", progress, limit), progress).batch


def validation_rows(batch: Batch, size: int) -> Sequence[Tensor]:
    """Rows of a split in chunks of like length."""
    return batch.streams[Modality.AUDIO].mask.sum(1).argsort(stable=True).split(size)
