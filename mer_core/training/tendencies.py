"""Fit the linear probes of `mer_core.tendencies` on what a frozen model holds on training data.

What a modality holds by itself (entry, H) learns what that modality expresses, where the set labels
it, and otherwise the answer of the whole; what it holds after a look (Z, Y) learns the answer of
the whole. No probe is told which modality lies.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.linear_model import Ridge
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.roles import MODALITIES, marginals
from mer_core.task import EMOTIONS
from mer_core.tendencies import Leaning, Tendencies, pooled
from mer_core.trace import capture, taps
from mer_core.training.features import trimmed
from mer_core.types import Batch, Modality

Progress = Callable[[str, int, int], None]

CHUNK = 128
RIDGE, DECAY = 1.0, 1e-3
"""Of the regression of the sentiment, and of the mean cross-entropy of the emotion."""


def can_lean(model: EmotionModel) -> bool:
    """Whether a model takes in modalities that are sequences, one tap each."""
    return model.modalities == MODALITIES


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
    leanings = {}
    for i, (name, values) in enumerate(states.items()):
        leanings[name] = fit_leaning(values, *_learned(name, batch))
        progress("fitting tendencies", i + 1, len(states))
    agree = congruent(batch)
    centres = {role: fall[agree].mean(dim=0) for role, fall in falls.items()}
    told = {**about, "n": len(batch), "congruent": int(agree.sum())}
    told["labels"] = "true unimodal labels" if batch.labels else "answers of the whole"
    return Tendencies(leanings, centres, EMOTIONS, weights, told)


def _learned(name: str, batch: Batch) -> tuple[Tensor, Tensor]:
    """Sentiment and emotion that a probe learns; no sentiment (NaN) where the modality lies."""
    assert batch.target is not None
    number = batch.sentiment if batch.sentiment is not None else torch.zeros(len(batch))
    kind, _, modality = name.partition(".")
    label = batch.labels.get(Modality(modality)) if kind in ("entry", "H") else None
    if label is None:
        return number, batch.target
    return torch.where(label == batch.target, number, torch.nan), label


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
    patterns = ["entry.*", "*.pattern"]
    patterns += ["H.*"] * any(n.startswith("H.") for n in taps(model))
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
    """Ridge regression of the sentiment and logistic regression of the emotion, standardised.

    Args:
        values: What is read.
        number: Sentiment; NaN where it is not known, and then it teaches nothing.
        target: Emotion.
    """
    x = values.double().numpy()
    mean, scale = x.mean(0), x.std(0) + 1e-6
    x = (x - mean) / scale
    known = ~number.isnan().numpy()
    line = Ridge(alpha=RIDGE).fit(x[known], number.double().numpy()[known])
    classes = _softmax(x, target)
    weight, bias = classes[:-1], classes[-1]
    weight = np.concatenate([line.coef_[:, None], weight], axis=1)
    bias = np.concatenate([[line.intercept_], bias])
    weight = weight / scale[:, None]
    bias = bias - mean @ weight
    return Leaning(torch.from_numpy(weight).float(), torch.from_numpy(bias).float())


def _softmax(
    x: Float[np.ndarray, "sample hidden"], target: Int[Tensor, " sample"]
) -> Float[np.ndarray, "hidden_and_one emotion"]:
    """Softmax regression with a ridge, whichever emotions occur; the last row is the bias."""
    values = torch.cat([torch.from_numpy(x), torch.ones(len(x), 1)], dim=1).float()
    weight = torch.zeros(values.shape[1], len(EMOTIONS), requires_grad=True)
    optimiser = torch.optim.LBFGS([weight], max_iter=80, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        told = torch.nn.functional.cross_entropy(values @ weight, target)
        told = told + DECAY * weight[:-1].square().sum()
        told.backward()
        return told

    with torch.enable_grad():
        optimiser.step(loss)
    return weight.detach().double().numpy()
