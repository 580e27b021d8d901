"""Who does the work over a whole set? EGMF's mixture of experts, by sample and on average."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.metrics import bootstrap_interval
from mer_core.probes.base import Finding, Row, listed, percent
from mer_core.probes.experts import (
    EXPERT_NAMES,
    PAIRS,
    SHORT,
    entropy_share,
    moved_bits,
    moved_share,
)

ALONE = 0.9
"""A weight above this is called one expert alone."""
FEW = 5
"""A class with fewer samples has no mean worth naming."""


@dataclass(frozen=True)
class About:
    """Where the numbers over a set come from.

    Attributes:
        model, weights, config: Name, sha256 of the weights, hash of the Config.
        seed: Of the weights' training, where the card says.
        data: Name of the data set and split, and whether it is demo data.
        split: "train", "valid" or "test".
        n: Samples read.
        versions: Package -> version.
    """

    model: str
    weights: str
    config: str
    seed: int | None
    data: str
    split: str
    n: int
    versions: Mapping[str, str] = field(default_factory=dict)

    def says(self) -> str:
        """What a caption must carry."""
        seed = "" if self.seed is None else f", seed {self.seed}"
        return f"n = {self.n:,} utterances of {self.data}; weights {self.weights[:6]}{seed}"


@dataclass(frozen=True, eq=False)
class OverSet(Finding):
    """A finding over a set.

    Attributes:
        about: Where it comes from.
    """

    about: About

    def caption(self, sample: int = 0) -> str:
        parts = [self.about.says(), self.unit, self.sign]
        parts += [f"compared with {self.baseline}"] if self.baseline else []
        return "; ".join(part for part in parts if part) + "."


@dataclass(frozen=True, eq=False)
class ExpertSet(OverSet):
    """The mixtures of a set. Its subclasses are the same numbers, drawn in other ways.

    Attributes:
        names: The emotions.
        truth: Place in `names` of the right answer; -1 where nobody knows.
        answer: Place of the model's answer.
        alpha, first, share, brought, cosine: As in `Mix`.
    """

    unit = "weight of each expert, 0 to 1; the weights of a sample sum to 1"
    baseline = "equal weights, the middle of the triangle"
    names: tuple[str, ...]
    truth: Int[Tensor, " sample"]
    answer: Int[Tensor, " sample"]
    alpha: Float[Tensor, "sample expert"]
    first: Float[Tensor, "sample expert"]
    share: Float[Tensor, "sample expert"]
    brought: Float[Tensor, "sample expert"]
    cosine: Float[Tensor, "sample expert expert"]

    def drawn_as(self, kind: "type[Kind]") -> "Kind":
        """The same numbers as a finding with a picture of its own."""
        return kind(**vars(self))

    @property
    def even(self) -> Float[Tensor, " sample"]:
        """How even each alpha is, 0 to 1."""
        return entropy_share(self.alpha)

    @property
    def bits(self) -> Float[Tensor, " sample"]:
        """KL(alpha || w) of each."""
        return moved_bits(self.alpha, self.first)

    @property
    def moved(self) -> Float[Tensor, " sample"]:
        """Share of the weight that the second stage moves."""
        return moved_share(self.alpha, self.first)

    def classes(self) -> list[tuple[str, Tensor]]:
        """Name and rows of each class with enough samples: the right one, or where nobody knows
        it the answered one."""
        of = self.truth if bool((self.truth >= 0).any()) else self.answer
        found = [(name, (of == i).nonzero()[:, 0]) for i, name in enumerate(self.names)]
        return [(name, rows) for name, rows in found if len(rows) >= FEW]

    def says(self, sample: int = 0) -> str:
        mean = self.alpha.mean(dim=0).tolist()
        parts = [f"the {n} {percent(v)}" for n, v in zip(EXPERT_NAMES, mean, strict=True)]
        alone = float((self.alpha.max(dim=1).values > ALONE).float().mean())
        return (
            f"On average the gate gives {listed(parts)}; in {percent(alone)} of the samples one "
            f"expert has more than {percent(ALONE)} of the weight."
        )

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            truth = int(self.truth[b])
            about: Row = {"sample": id, "right": self.names[truth] if truth >= 0 else ""}
            about |= {"answer": self.names[int(self.answer[b])]}
            about |= {"entropy": float(self.even[b]), "bits moved": float(self.bits[b])}
            for i, name in enumerate(SHORT):
                about |= {f"alpha {name}": float(self.alpha[b, i])}
                about |= {f"first stage {name}": float(self.first[b, i])}
                about |= {f"contribution {name}": float(self.share[b, i])}
            yield about


class ExpertMap(ExpertSet):
    """Every sample as a place in the triangle."""


class ExpertEvenness(ExpertSet):
    """How even the weights are, and how far the second stage moves them."""

    unit = "samples (of the set) by evenness, and by share of the weight moved, both 0 to 1"
    baseline = "even weights (1, left); a second stage that leaves the first as it was (0, right)"

    def says(self, sample: int = 0) -> str:
        even, moved, bits = (float(x.mean()) for x in (self.even, self.moved, self.bits))
        same = self.alpha.argmax(dim=1) == self.first.argmax(dim=1)
        return (
            f"Evenness of the weights is {percent(even)} on average, where 100 % are equal "
            f"weights (entropy of α as a share of ln 3). The second stage moves {percent(moved)} "  # noqa: RUF001
            f"of the first stage's weight on average (KL {bits:.2f} bits), and lets another "
            f"expert lead in {percent(1 - float(same.float().mean()))} of the samples."
        )


class ExpertClasses(ExpertSet):
    """Mean weights by class."""

    unit = "mean weight of each expert in the samples of a class, 0 to 1"
    baseline = "the mean of all samples (the line); whiskers: 95 % bootstrap interval, seed 0"

    def means(self) -> list[tuple[str, int, list[tuple[float, float, float]]]]:
        """Class, n, and for each expert mean, low and high."""
        told = []
        for name, rows in self.classes():
            values = self.alpha[rows].double().numpy()
            ends = [bootstrap_interval(values[:, i]) for i in range(values.shape[1])]
            mean = values.mean(axis=0).tolist()
            told.append((name, len(rows), [(m, *e) for m, e in zip(mean, ends, strict=True)]))
        return told

    def says(self, sample: int = 0) -> str:
        told = self.means()
        if len(told) < 2:
            return f"Fewer than two classes have {FEW} samples here: take more."
        spread = np.array([[m for m, _, _ in each] for _, _, each in told])
        best = int((spread.max(axis=0) - spread.min(axis=0)).argmax())
        known = "right" if bool((self.truth >= 0).any()) else "answered"
        most, least = int(spread[:, best].argmax()), int(spread[:, best].argmin())
        return (
            f"Classes differ most in the {EXPERT_NAMES[best]}: it has "
            f"{percent(spread[most, best])} of the weight where {told[most][0]} is {known} and "
            f"{percent(spread[least, best])} where {told[least][0]} is."
        )

    def rows(self) -> Iterator[Row]:
        for name, n, each in self.means():
            for expert, (mean, low, high) in zip(EXPERT_NAMES, each, strict=True):
                about: Row = {"class": name, "n": n, "expert": expert}
                yield {**about, "mean alpha": mean, "from": low, "to": high}


class ExpertMeans(ExpertSet):
    """Mean weight beside mean contribution."""

    unit = "mean share of each expert, 0 to 1; the shares sum to 1"
    baseline = "equal shares (the line); contribution: weight times length of what is said"

    def says(self, sample: int = 0) -> str:
        alpha, share = self.alpha.mean(dim=0), self.share.mean(dim=0)
        apart = int((share - alpha).abs().argmax())
        differ = float((self.alpha.argmax(dim=1) != self.share.argmax(dim=1)).float().mean())
        return (
            f"The {EXPERT_NAMES[int(share.argmax())]} puts most in, "
            f"{percent(float(share.max()))} on average; weight and contribution differ most in "
            f"the {EXPERT_NAMES[apart]} ({percent(float(alpha[apart]))} against "
            f"{percent(float(share[apart]))}). In {percent(differ)} of the samples the expert "
            "with the greatest weight is not the one that puts most in."
        )

    def rows(self) -> Iterator[Row]:
        for i, name in enumerate(EXPERT_NAMES):
            about: Row = {"expert": name}
            for what in ("alpha", "first", "share", "brought"):
                values: Tensor = getattr(self, what)[:, i]
                about |= {f"mean {what}": float(values.mean())}
                about |= {f"sd {what}": float(values.std(unbiased=False))}
            yield about


class ExpertLikeness(ExpertSet):
    """Mean cosine of what the experts say."""

    unit = "cosine of what two experts say, mean of the samples, −1 to 1"  # noqa: RUF001
    baseline = "0.9, above which experts count as redundant"

    @property
    def mean(self) -> Float[Tensor, "expert expert"]:
        """The mean matrix."""
        return self.cosine.mean(dim=0)

    def says(self, sample: int = 0) -> str:
        near = {pair: float(self.mean[pair]) for pair in PAIRS}
        i, j = max(near, key=lambda pair: near[pair])
        return (
            f"On average the {SHORT[i]} and the {SHORT[j]} expert say the most alike, with a "
            f"cosine of {near[i, j]:.2f}; the mean of the three pairs is {self.pairs():.2f}."
        )

    def pairs(self) -> float:
        """Mean of the three pairs."""
        return sum(float(self.mean[pair]) for pair in PAIRS) / len(PAIRS)

    def rows(self) -> Iterator[Row]:
        for i, name in enumerate(EXPERT_NAMES):
            for j, other in enumerate(EXPERT_NAMES):
                about: Row = {"expert": name, "other": other}
                about |= {"mean cosine": float(self.mean[i, j])}
                yield {**about, "sd": float(self.cosine[:, i, j].std(unbiased=False))}


Kind = TypeVar("Kind", bound=ExpertSet)

PICTURES: dict[str, type[ExpertSet]] = {
    "Map": ExpertMap,
    "Evenness": ExpertEvenness,
    "By class": ExpertClasses,
    "Contribution": ExpertMeans,
    "Likeness": ExpertLikeness,
}
"""The pictures of a set, by a word or two for a menu."""


def joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Tensors of several batches one after the other."""
    return {key: torch.cat([part[key] for part in parts]) for key in parts[0]}
