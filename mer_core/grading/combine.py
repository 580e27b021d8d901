"""What is fitted on validation: products of experts, and a small combination of them.

On validation itself every number is made by a fit that has not seen its sample (folds), so that
validation is not flattered; on test, by one fit on all of validation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.model_selection import StratifiedKFold
from torch import Tensor
from torch.nn.functional import cross_entropy, pad

from mer_core.grading.scores import Evidence, Measured
from mer_core.grading.seen import reordered
from mer_core.probes.lies import Weighing, fit_weighing, log_odds, posterior
from mer_core.roles import MODALITIES

FOLDS = 10
CLOSE = 0.02
"""How strongly the shares of the combination are held near even ones; 0.005 to 0.1 are alike."""

KINDS = 1 + len(MODALITIES)
PASSES = {
    "posterior": ("alone",),
    "leanings": ("plain",),
    "entry": ("plain",),
    "listeners": ("listening",),
}
"""Name of a product of experts -> the forwards that it takes."""


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of some samples, for fitting.

    Attributes:
        kind: 0 where nobody lies, else 1 + the place of who does.
        own: Per modality, the emotion that it itself expresses.
    """

    kind: Int[Tensor, " sample"]
    own: Int[Tensor, "modality sample"]

    def some(self, rows: np.ndarray) -> "Known":
        """The same of some samples."""
        at = torch.from_numpy(rows)
        return Known(self.kind[at], self.own[:, at])


@dataclass(frozen=True, eq=False)
class Stack:
    """The combination: experts are added up for each modality, then weighed as one.

    Attributes:
        names: Of the experts.
        shares: By how much the log probabilities of each expert count, per modality.
        bias: Per modality, log odds added to "this one lies".
        floor: Share of the answers that is noise.
    """

    names: tuple[str, ...]
    shares: Float[Tensor, "expert modality"]
    bias: Float[Tensor, " modality"]
    floor: float

    @property
    def size(self) -> int:
        """How many numbers were fitted."""
        return self.shares.numel() + len(self.bias) + 1

    def kinds(
        self, experts: dict[str, Float[Tensor, "modality sample emotion"]]
    ) -> Float[Tensor, "sample kind"]:
        """Probability that nobody lies (first), and that each modality does."""
        mixed = _mixed(torch.stack([experts[name] for name in self.names]), self.shares)
        odds = log_odds(mixed, torch.ones(len(mixed)), torch.tensor(self.floor)) + self.bias
        return pad(odds, (1, 0)).softmax(dim=-1)


@dataclass(frozen=True, eq=False)
class Fitted:
    """All that is fitted on validation for one model.

    Attributes:
        weighings: Name of a product of experts -> its numbers.
        stack: The combination of all of them.
    """

    weighings: dict[str, Weighing]
    stack: Stack


def experts(evidence: Evidence) -> dict[str, Float[Tensor, "modality sample emotion"]]:
    """Name -> log probabilities of the emotions, as each modality has them by itself."""
    found = {"posterior": evidence.alone}
    for name, prefix in (("leanings", "H."), ("entry", "entry.")):
        own = evidence.read_at(prefix)
        if own is not None:
            found[name] = own
    if evidence.listened is not None:
        found["listeners"] = evidence.listened
    return found


def fit(evidence: Evidence, known: Known, weights: str) -> Fitted:
    """Fit everything on these samples.

    Args:
        evidence: Of validation, or of some folds of it.
        known: Of the same samples.
        weights: sha256 of the model's weights, for the record.
    """
    given = experts(evidence)
    weighings = {
        name: fit_weighing(logits, known.kind, weights, "valid") for name, logits in given.items()
    }
    return Fitted(weighings, fit_stack(given, known))


def fit_stack(given: dict[str, Float[Tensor, "modality sample emotion"]], known: Known) -> Stack:
    """Shares, biases and floor that make known kinds, and what each expresses, most probable."""
    values, count = torch.stack(list(given.values())), len(MODALITIES)
    even = -math.log(len(given))
    shares = torch.full((len(given), count), even)
    bias, floor = torch.full((count,), -2.0), torch.tensor(-3.0)
    learn = [t.requires_grad_() for t in (shares, bias, floor)]
    optimiser = torch.optim.LBFGS(learn, lr=0.3, max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        mixed = _mixed(values, shares.exp())
        odds = log_odds(mixed, torch.ones(count), floor.sigmoid()) + bias
        told = cross_entropy(pad(odds, (1, 0)), known.kind)
        own = [cross_entropy(m, label) for m, label in zip(mixed, known.own, strict=True)]
        told = told + torch.stack(own).mean() + CLOSE * (shares - even).square().mean()
        told = told + 1e-3 * (floor + 3).square()
        told.backward()
        return told

    with torch.enable_grad():
        optimiser.step(loss)
    return Stack(
        tuple(given), shares.detach().exp(), bias.detach(), float(floor.detach().sigmoid())
    )


def _mixed(
    values: Float[Tensor, "expert modality sample emotion"],
    shares: Float[Tensor, "expert modality"],
) -> Float[Tensor, "modality sample emotion"]:
    return (shares[:, :, None, None] * values).sum(dim=0)


def fitted_scores(
    evidence: Evidence, fitted: Fitted
) -> dict[str, Float[np.ndarray, "sample kind"]]:
    """Name -> probability of each kind, for what was fitted on other samples."""
    given = experts(evidence)
    told = {name: posterior(logits, fitted.weighings[name]) for name, logits in given.items()}
    told["combination"] = fitted.stack.kinds(given)
    return {name: kinds.double().numpy() for name, kinds in told.items()}


def out_of_fold(
    evidence: Evidence, known: Known, weights: str, seed: int = 0
) -> dict[str, Float[np.ndarray, "sample kind"]]:
    """The same for the samples of validation, each by a fit on the other folds."""
    told: dict[str, np.ndarray] = {}
    n = len(known.kind)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for rest, held in folds.split(np.zeros(n), known.kind.numpy()):
        fitted = fit(some(evidence, rest), known.some(rest), weights)
        for name, kinds in fitted_scores(some(evidence, held), fitted).items():
            told.setdefault(name, np.zeros((n, KINDS)))[held] = kinds
    return told


def some(evidence: Evidence, rows: Sequence[int] | np.ndarray) -> Evidence:
    """The evidence of some samples."""
    at = torch.as_tensor(np.asarray(rows))
    heard = None if evidence.listened is None else evidence.listened[:, at]
    return replace(evidence, seen=reordered(evidence.seen, at), listened=heard)


def combination_note(size: int, names: Sequence[str]) -> str:
    """What must be known of the combination: how much was fitted, and which of it are controls.

    Args:
        size: How many numbers were fitted on validation.
        names: Of its experts.
    """
    told = [f"{size} numbers fitted on validation."]
    if "listeners" in names:
        told.append(
            "Listeners are among its experts. They never look at this model, so what it gains by "
            "them is no merit of the model; docs/decisions/0022 says what is known without them."
        )
    if "entry" in names:
        told.append("Linear probes of the inputs, a control, are among its experts.")
    return " ".join(told)


def as_measured(
    told: dict[str, Float[np.ndarray, "sample kind"]], fitted: Fitted
) -> list[Measured]:
    """Probabilities of kinds as numbers to grade."""
    heard = {p for name in fitted.weighings for p in PASSES[name]}
    notes = {
        "posterior": "Seven numbers fitted on validation.",
        "leanings": "Linear probes fitted on train, seven numbers on validation.",
        "entry": "Linear probes of the model's inputs, before it reads them: fitted on train, "
        "seven numbers on validation.",
        "listeners": "Networks that read the same features as the model and never the model: "
        "taught on train and further generated utterances, seven numbers on validation.",
        "combination": combination_note(fitted.stack.size, fitted.stack.names),
    }
    return [
        Measured(
            name,
            1 - kinds[:, 0],
            kinds[:, 1:],
            PASSES.get(name) or tuple(p for p in ("alone", "listening") if p in heard),
            fitted="valid" if name == "posterior" else "train and valid",
            note=notes[name],
        )
        for name, kinds in told.items()
    ]
