"""What is fitted on validation: two products of experts, and a small combination of them.

On validation itself every number is made by a fit that has not seen its sample (folds), so that
validation is not flattered; on test, by one fit on all of validation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from mer_core.grading.scores import Evidence, Measured, odds_of
from mer_core.probes.lies import Weighing, fit_weighing, posterior
from mer_core.roles import MODALITIES

FOLDS = 10
STRENGTH = 0.3
"""C of the combination; 0.03, 0.3 and 3 were tried on validation and differ by under 0.005."""

KINDS = 1 + len(MODALITIES)


@dataclass(frozen=True, eq=False)
class Fitted:
    """All that is fitted on validation for one model.

    Attributes:
        weighings: Name of a product of experts -> its numbers.
        combination: From features to the kinds: nobody lies, text lies, and so on.
    """

    weighings: dict[str, Weighing]
    combination: Pipeline


def sources(
    evidence: Evidence,
) -> dict[str, tuple[Float[Tensor, "modality sample emotion"], tuple]]:
    """Name of a product of experts -> log probabilities it weighs, and the forwards they take."""
    found: dict[str, tuple[Tensor, tuple]] = {"posterior": (evidence.alone, ("alone",))}
    if evidence.own is not None:
        found["leanings"] = evidence.own, ("plain",)
    return found


def fit(evidence: Evidence, kind: Int[np.ndarray, " sample"], weights: str) -> Fitted:
    """Fit everything on these samples.

    Args:
        evidence: Of validation, or of some folds of it.
        kind: 0 where nobody lies, else 1 + the place of who does.
        weights: sha256 of the model's weights, for the record.
    """
    told = torch.from_numpy(np.ascontiguousarray(kind))
    weighings = {
        name: fit_weighing(logits, told, weights, "valid")
        for name, (logits, _) in sources(evidence).items()
    }
    combined = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=2000))
    combined.fit(features(evidence, weighings), kind)
    return Fitted(weighings, combined)


def features(
    evidence: Evidence, weighings: dict[str, Weighing]
) -> Float[np.ndarray, "sample feature"]:
    """What the combination is given: few numbers, each of which is a probe's own.

    The log odds of every product of experts, for each modality; how sure the whole answer is; and
    for each modality whether the other two together, and the whole, say what it says alone.
    """
    seen, alone = evidence.seen, evidence.alone
    parts = [odds_of(logits, weighings[n]) for n, (logits, _) in sources(evidence).items()]
    whole = seen.logits[0].log_softmax(-1)
    for i in range(len(MODALITIES)):
        pair = seen.logits[seen.case(*(j for j in range(3) if j != i))].log_softmax(-1)
        agree = [(pair + alone[i]).logsumexp(-1), (whole + alone[i]).logsumexp(-1)]
        parts.append(torch.stack(agree, dim=1).double().numpy())
    parts.append(whole.amax(-1)[:, None].double().numpy())
    return np.concatenate(parts, axis=1)


def fitted_scores(
    evidence: Evidence, fitted: Fitted
) -> dict[str, Float[np.ndarray, "sample kind"]]:
    """Name -> probability of each kind, for what was fitted on other samples."""
    told = {
        name: posterior(logits, fitted.weighings[name]).double().numpy()
        for name, (logits, _) in sources(evidence).items()
    }
    order = fitted.combination.classes_
    kinds = np.zeros((len(evidence.seen), KINDS))
    kinds[:, order] = fitted.combination.predict_proba(features(evidence, fitted.weighings))
    return told | {"combination": kinds}


def out_of_fold(
    evidence: Evidence, kind: Int[np.ndarray, " sample"], weights: str, seed: int = 0
) -> dict[str, Float[np.ndarray, "sample kind"]]:
    """The same for the samples of validation, each by a fit on the other folds."""
    told: dict[str, np.ndarray] = {}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for rest, held in folds.split(np.zeros(len(kind)), kind):
        fitted = fit(some(evidence, rest), kind[rest], weights)
        for name, kinds in fitted_scores(some(evidence, held), fitted).items():
            told.setdefault(name, np.zeros((len(kind), KINDS)))[held] = kinds
    return told


def some(evidence: Evidence, rows: Sequence[int] | np.ndarray) -> Evidence:
    """Evidence of some samples: what the fits above read, and nothing else."""
    at = torch.as_tensor(np.asarray(rows))
    seen = evidence.seen
    kept = replace(
        seen,
        logits=seen.logits[:, at],
        pooled={name: values[at] for name, values in seen.pooled.items()},
        sides={name: (t[at], s[at]) for name, (t, s) in seen.sides.items()},
    )
    return replace(evidence, seen=kept)


NOTES: dict[str, Callable[[Fitted], str]] = {
    "posterior": lambda _: "Seven numbers fitted on validation.",
    "leanings": lambda _: "Linear probes fitted on train, seven numbers on validation.",
    "combination": lambda f: f"Logistic regression on {f.combination.n_features_in_} numbers.",
}


def as_measured(
    told: dict[str, Float[np.ndarray, "sample kind"]], evidence: Evidence, fitted: Fitted
) -> list[Measured]:
    """Probabilities of kinds as numbers to grade."""
    passes = {name: kinds for name, (_, kinds) in sources(evidence).items()}
    return [
        Measured(
            name,
            1 - kinds[:, 0],
            kinds[:, 1:],
            passes.get(name, ("lattice",)),
            fitted="valid" if name == "posterior" else "train and valid",
            note=NOTES[name](fitted),
        )
        for name, kinds in told.items()
    ]
