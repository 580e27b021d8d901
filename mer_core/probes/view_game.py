"""How much did each description add to the answer? Exact Shapley values over MGHFT's four views.

Each of the 16 coalitions is answered, so nothing is sampled and nothing approximated. Values are
differences of logits: they add up, as differences of probability do not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import combinations
from math import factorial
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.errors import QuestionUnfit, UnknownName
from mer_core.models.base import EmotionModel
from mer_core.models.mghft import MGHFT
from mer_core.models.view_coalitions import (
    Sight,
    coalition_logits,
    look,
    without_views,
)
from mer_core.probes.base import Experiment, Finding, Row, listed, names_of
from mer_core.probes.view_baselines import FROM, described, stand_in
from mer_core.types import Batch, Stream, View

TOLERANCE = 1e-3
"""Largest gap, in logits, between the sum of the contributions and what they must add up to."""


def shapley(
    worth: Float[Tensor, "batch coalition emotion"],
) -> Float[Tensor, "batch view emotion"]:
    """What each view adds, averaged over every order of adding the views.

    Source: Shapley (1953), A value for n-person games.

    Args:
        worth: Of all 16 coalitions, in the order of `every_coalition`.
    """
    everyone = range(len(View))
    return torch.stack([_added(worth, (v,), _others(everyone, v)) for v in everyone], dim=1)


def interactions(
    worth: Float[Tensor, "batch coalition emotion"],
) -> Float[Tensor, "batch view other emotion"]:
    """What two views add together beyond what each adds alone; 0 on the diagonal.

    Source: Grabisch and Roubens (1999), An axiomatic approach to the concept of interaction among
    players in cooperative games: the Shapley interaction index of pairs.
    """
    n = len(View)
    found = worth.new_zeros(len(worth), n, n, worth.shape[-1])
    for i, j in combinations(range(n), 2):
        value = _added(worth, (i, j), _others(range(n), i, j))
        found[:, i, j] = found[:, j, i] = value
    return found


def _others(players: range, *without: int) -> list[int]:
    return [p for p in players if p not in without]


def _added(
    worth: Float[Tensor, "batch coalition emotion"], players: tuple[int, ...], others: list[int]
) -> Float[Tensor, "batch emotion"]:
    """The discrete derivative by one or two players, averaged with Shapley's weights."""
    total, room = torch.zeros_like(worth[:, 0]), len(others)
    for size in range(room + 1):
        share = factorial(size) * factorial(room - size) / factorial(room + 1)
        for chosen in combinations(others, size):
            row = sum(1 << p for p in chosen)
            step = worth[:, row | 1 << players[0]] - worth[:, row]
            if len(players) == 2:
                both = row | 1 << players[1]
                step = worth[:, both | 1 << players[0]] - worth[:, both] - step
            total = total + share * step
    return total


@dataclass(frozen=True, eq=False)
class Scored(Finding):
    """Contributions to the logits of every emotion, of which one is explained.

    Attributes:
        against: Name of the baseline, one of BASELINES.
        instead: The same in words.
        names: The emotions.
    """

    unit = "score of the emotion before scores become probabilities (logit)"
    sign = "positive: pushes for the emotion; negative: against it"
    against: str
    instead: str
    names: tuple[str, ...]

    @property
    def baseline(self) -> str:  # type: ignore[override]  (here it is chosen, elsewhere fixed)
        return self.instead

    @property
    def start(self) -> str:
        """Where the way to the answer begins, in two or three words."""
        return FROM[self.against]

    def asked(self, emotion: str) -> tuple[str, ...]:
        """An emotion as the target of every sample.

        Raises:
            UnknownName: The model has no such emotion.
        """
        if emotion not in self.names:
            raise UnknownName(emotion, self.names)
        return (emotion,) * len(self.ids)

    def explained(self, sample: int) -> int:
        """Place of the explained emotion among the names."""
        return self.names.index(self.target[sample])


@dataclass(frozen=True, eq=False)
class ViewContributions(Scored):
    """What each view adds to the logits between no view said and all four said.

    Attributes:
        coalitions: Logits, in the order of `every_coalition`.
        known: False where nobody said the view; such a view adds exactly 0.
        residual: Largest gap between the sum of the contributions and the model's own answers,
            with all views less with none, over samples and emotions.
    """

    coalitions: Float[Tensor, "batch coalition emotion"]
    known: Bool[Tensor, "batch view"]
    residual: float

    @property
    def full(self) -> Float[Tensor, "batch emotion"]:
        """Logits with every view as it was said: the model's answer."""
        return self.coalitions[:, -1]

    @property
    def bare(self) -> Float[Tensor, "batch emotion"]:
        """Logits with every view replaced by the baseline."""
        return self.coalitions[:, 0]

    @property
    def shapley(self) -> Float[Tensor, "batch view emotion"]:
        """What each view adds; sums to `full - bare`."""
        return shapley(self.coalitions)

    @property
    def pairs(self) -> Float[Tensor, "batch view other emotion"]:
        """What two views add together beyond what each adds alone."""
        return interactions(self.coalitions)

    def of(self, emotion: str) -> "ViewContributions":
        """The same numbers, told of another emotion than the answered one.

        Raises:
            UnknownName: The model has no such emotion.
        """
        return replace(self, target=self.asked(emotion))

    def in_pairs(self) -> "ViewPairs":
        """The same numbers, read pair by pair."""
        return ViewPairs(**{field.name: getattr(self, field.name) for field in fields(self)})

    def told(self, values: Float[Tensor, "batch *lead emotion"], sample: int) -> Tensor:
        """Of one sample, for the emotion that is explained."""
        return values[sample, ..., self.explained(sample)]

    def says(self, sample: int = 0) -> str:
        target, adds = self.target[sample], self.told(self.shapley, sample)
        start, end = (float(self.told(t, sample)) for t in (self.bare, self.full))
        opening = (
            f"The score of {target} goes from {score(start, False)} with {self.start} "
            f"to {score(end, False)} with this sticker's"
        )
        if not bool(self.known[sample].any()):
            return f"Nobody described this sticker, so no description adds to {target}."
        most = int(adds.abs().argmax())
        if abs(float(adds[most])) < 0.005:
            return f"{opening}; no single description moves it."
        way = "for" if adds[most] > 0 else "against"
        rest = [f"{v} {score(float(adds[i]))}" for i, v in enumerate(View) if i != most]
        return (
            f"{opening}: the {list(View)[most]} pushes most, {score(float(adds[most]))} "
            f"{way} it; {listed(rest)}."
        )

    def caption(self, sample: int = 0) -> str:
        gap = f"Contributions sum to the whole way within {self.residual:.0e}."
        return f"{super().caption(sample)} {gap}"

    def rows(self) -> Iterator[Row]:
        adds, pairs = self.shapley, self.pairs
        for b, id in enumerate(self.ids):
            for e, name in enumerate(self.names):
                about: Row = {"sample": id, "emotion": name, "baseline": self.against}
                yield {**about, "what": "no view", "logit": float(self.bare[b, e])}
                for i, view in enumerate(View):
                    yield {**about, "what": str(view), "logit": float(adds[b, i, e])}
                yield {**about, "what": "all views", "logit": float(self.full[b, e])}
                for i, j in combinations(range(len(View)), 2):
                    both = " and ".join(str(list(View)[k]) for k in (i, j))
                    yield {**about, "what": both, "logit": float(pairs[b, i, j, e])}


@dataclass(frozen=True, eq=False)
class ViewPairs(ViewContributions):
    """The same game, read pair by pair."""

    sign = (
        "positive: the two together do more for the emotion than each on its own; negative: less, "
        "they say the same or stand in each other's way"
    )

    def says(self, sample: int = 0) -> str:
        values, target = self.told(self.pairs, sample), self.target[sample]
        i, j = divmod(int(values.abs().argmax()), len(View))
        value, names = float(values[i, j]), [str(v) for v in View]
        if abs(value) < 0.005:
            return f"No two descriptions change what the other adds to {target}."
        how = "strengthen" if value > 0 else "weaken"
        return (
            f"{names[i].capitalize()} and {names[j]} {how} each other most: together they add "
            f"{score(value)} to the score of {target} beyond what each adds alone."
        )


def score(value: float, signed: bool = True) -> str:
    """1.234 -> '+1.23': a logit, or a difference of two."""
    sign = "−" if value <= -0.005 else "+" * signed  # noqa: RUF001 (a real minus sign)
    return f"{sign}{abs(value):.2f}"


@dataclass(frozen=True)
class ContributeViews(Experiment):
    """Answer all 16 coalitions of the views and share the difference fairly.

    Attributes:
        baseline: One of BASELINES: what is heard of a view that takes no part.
    """

    passes: ClassVar[int] = 0
    baseline: str = "removed"

    def suits(self, model: EmotionModel) -> bool:
        return isinstance(model, MGHFT)

    def run(
        self, model: EmotionModel, batch: Batch, sight: Sight | None = None
    ) -> ViewContributions:
        """Answer; give `sight` where the picture was looked at before (`look`).

        Raises:
            QuestionUnfit: The model is no MGHFT.
            UnknownBaseline, WeightsMissing, DataMissing: See `stand_in`.
        """
        model = sticker_model(model)
        text, vision = batch.need(model.modalities)
        sight = look(model, vision) if sight is None else sight
        bare = without_views(text, stand_in(model, self.baseline))
        logits = coalition_logits(model, sight, text, bare)
        return ViewContributions(
            ids=names_of(batch),
            target=tuple(model.config.emotions[i] for i in logits[:, -1].argmax(-1).tolist()),
            against=self.baseline,
            instead=described(self.baseline),
            names=tuple(model.config.emotions),
            coalitions=logits.cpu(),
            known=(text.mask.any(dim=-1) & ~text.is_silent[:, None]).cpu(),
            residual=_residual(model, sight, text, bare, logits),
        )


def sticker_model(model: EmotionModel) -> MGHFT:
    """The model, if it is one that reads four views.

    Raises:
        QuestionUnfit: It is not.
    """
    if not isinstance(model, MGHFT):
        question = "How much did each description add to the answer?"
        raise QuestionUnfit(question, type(model).__name__, "it reads no four descriptions")
    return model


@torch.no_grad()
def _residual(model: MGHFT, sight: Sight, text: Stream, bare: Stream, logits: Tensor) -> float:
    """How far the sum of the contributions is from the difference of two ordinary answers.

    Raises:
        ArithmeticError: Too far to be rounding: the coalitions are not the model's answers.
    """
    whole = model.answer(sight.looked, model.hear(text)).logits
    none = model.answer(sight.looked, model.hear(bare)).logits
    gap = float((shapley(logits).sum(dim=1) - (whole - none)).abs().max())
    if not gap <= TOLERANCE:
        raise ArithmeticError(
            f"The contributions of the views miss the difference of the answers by {gap:.2e} "
            f"(allowed {TOLERANCE:.0e}); the model answers differently than its coalitions."
        )
    return gap
