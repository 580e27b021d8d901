"""What does each modality say alone, together with others, and against them? Exactly, by logits.

The modalities are the players of a game; the worth of a set of them is the score of the explained
emotion when only these are heard. All sets are answered in one forward pass. Harsanyi's dividends
split the score of the whole into what each set adds that none of its parts adds:

    score = baseline + unique terms + interactions of two + the interaction of three

An interaction is then divided by what its members say alone. Where they pull in opposite ways it
is conflict; where they pull the same way it is shared: less than nothing if the same was said
twice, more if they strengthen each other. Nothing is left over.

Source: Harsanyi (1963), A simplified bargaining model for the n-person cooperative game,
International Economic Review 4(2); Grabisch and Roubens (1999), An axiomatic approach to the
concept of interaction among players in cooperative games, International Journal of Game Theory 28.
Unique, redundant and synergistic information (Williams and Beer 2010, arXiv 1004.2515; for
modalities Liang et al. 2023, arXiv 2302.12247) gave the words. What is computed here is no
information: it is about one sample and one model, and a term may be negative.
Departs: how an interaction is divided is ours; see docs/decisions/0021-lattice-of-modalities.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.errors import UnknownName
from mer_core.models.base import EmotionModel
from mer_core.probes.base import Experiment, Finding, Row, listed, names_of
from mer_core.probes.silence import every_subset, heard_only, looked_at
from mer_core.probes.view_game import score
from mer_core.types import Batch, Modality

UNIQUE, SHARED, CONFLICT = "unique", "shared", "conflict"
KINDS = (UNIQUE, SHARED, CONFLICT)
"""What a term is: said by one, by several the same way, by several against each other."""


def dividends(worth: Float[Tensor, "subset batch"]) -> Float[Tensor, "subset batch"]:
    """What each set adds beyond all its parts; the worth of a set is the sum over its subsets.

    Source: Harsanyi (1963); the Möbius transform of Grabisch and Roubens (1999).

    Args:
        worth: In the order of `every_subset`: all players first, none last.
    """
    players = len(worth).bit_length() - 1
    cube = worth.unflatten(0, (2,) * players)  # on each axis 0: the player is there, 1: it is not
    for axis in range(players):
        there, gone = cube.unbind(axis)
        cube = torch.stack([there - gone, gone], dim=axis)
    return cube.flatten(0, players - 1)


def contested(
    alone: Float[Tensor, "modality batch"], heard: Bool[Tensor, "subset modality"]
) -> Float[Tensor, "subset batch"]:
    """Which share of what the members of a set say alone is contradicted by another member.

    With `pro` and `con` the sums of what they say for and against: 2 min(pro, con) / (pro + con).

    Returns:
        0 (all pull the same way, or only one says anything) to 1 (for and against are equal). It
        moves without jumps when what a member says passes through nothing.
    """
    members = heard.to(alone.dtype)
    pro, con = members @ alone.clamp(min=0), members @ (-alone).clamp(min=0)
    return 2 * torch.minimum(pro, con) / (pro + con).clamp(min=torch.finfo(alone.dtype).tiny)


class Term(NamedTuple):
    """One part of the score.

    Attributes:
        kind: One of KINDS.
        modalities: Who makes it.
        value: In logits.
        along: Whether it goes the way that its makers, added up, pull.
    """

    kind: str
    modalities: tuple[Modality, ...]
    value: float
    along: bool

    @property
    def name(self) -> str:
        """As 'text', 'text + audio, shared' or 'text + audio, conflict'."""
        who = " + ".join(self.modalities)
        return who if self.kind == UNIQUE else f"{who}, {self.kind}"


@dataclass(frozen=True, eq=False)
class Lattice(Finding):
    """The answer with every set of modalities heard, as a score that falls apart into terms.

    Attributes:
        modalities: In the order of the axis `modality`.
        heard: Which modalities are heard in each case; all of them first, none last.
        logits: Float64, so that the terms sum to the score to the last digits.
        names: The emotions.
        temperature: Of the model's calibration, for `probs`.
        absent: True where a sample never had the modality; its terms are 0.
    """

    unit = "score (logit) of the explained emotion less the mean over emotions, before calibration"
    sign = "positive: speaks for the emotion; negative: against it"
    baseline = "the same sample with every modality replaced by the model's learned silence"
    modalities: tuple[Modality, ...]
    heard: Bool[Tensor, "subset modality"]
    logits: Float[Tensor, "subset batch emotion"]
    names: tuple[str, ...]
    temperature: float
    absent: Bool[Tensor, "modality batch"]

    @property
    def worth(self) -> Float[Tensor, "subset batch"]:
        """Score of the explained emotion in each case.

        Less the mean over emotions: what all logits have in common never reaches the answer, and
        without this it would stand among the terms.
        """
        chosen = torch.tensor([self.names.index(t) for t in self.target])
        index = chosen[None, :, None].expand(len(self.logits), -1, 1)
        return self.logits.gather(-1, index)[..., 0] - self.logits.mean(dim=-1)

    @property
    def probs(self) -> Float[Tensor, "subset batch emotion"]:
        """Calibrated probabilities in each case."""
        return (self.logits / self.temperature).softmax(dim=-1)

    @property
    def dividends(self) -> Float[Tensor, "subset batch"]:
        """What each set adds beyond its parts; the last row, of the empty set, is the baseline."""
        return dividends(self.worth)

    @property
    def unique(self) -> Float[Tensor, "modality batch"]:
        """What each modality says alone, beyond silence."""
        return self.dividends[[self.case(m) for m in self.modalities]]

    @property
    def shared(self) -> Float[Tensor, "subset batch"]:
        """The part of each interaction in which nobody contradicts; 0 for sets below two."""
        return self._interactions * (1 - contested(self.unique, self.heard))

    @property
    def conflict(self) -> Float[Tensor, "subset batch"]:
        """The contested part of each interaction; 0 for sets below two."""
        return self._interactions * contested(self.unique, self.heard)

    @property
    def _interactions(self) -> Float[Tensor, "subset batch"]:
        several = self.heard.sum(dim=1) > 1
        return torch.where(several[:, None], self.dividends, 0.0)

    @property
    def tension(self) -> Float[Tensor, " batch"]:
        """Sum of the sizes of all conflict terms, in logits: one number a sample.

        It is 0 where no modalities pull in opposite ways, and also where they do but the model
        merely adds them up.
        """
        return self.conflict.abs().sum(dim=0)

    def case(self, *heard: Modality) -> int:
        """Row of the case in which exactly these modalities are heard."""
        wanted = torch.tensor([m in heard for m in self.modalities])
        return int((self.heard == wanted).all(dim=1).nonzero()[0])

    def members(self, case: int) -> tuple[Modality, ...]:
        """Who is heard in a case."""
        on = self.heard[case].tolist()
        return tuple(m for m, here in zip(self.modalities, on, strict=True) if here)

    def lacks(self, sample: int) -> tuple[Modality, ...]:
        """What the sample never had."""
        gone = self.absent[:, sample].tolist()
        return tuple(m for m, off in zip(self.modalities, gone, strict=True) if off)

    def terms(self, sample: int = 0) -> list[Term]:
        """Every term: unique ones first, then shared and conflict, small sets before large."""
        values = {
            UNIQUE: self.dividends[:, sample],
            SHARED: self.shared[:, sample],
            CONFLICT: self.conflict[:, sample],
        }
        alone, sizes = self.unique[:, sample], self.heard.sum(dim=1).tolist()
        cases = sorted(range(len(sizes) - 1), key=lambda case: (sizes[case], case))
        found = []
        for kind in KINDS:
            for case in cases:
                members = self.members(case)
                if (kind == UNIQUE) == (len(members) == 1):
                    value, pull = float(values[kind][case]), float(alone[self.heard[case]].sum())
                    found.append(Term(kind, members, value, value * pull >= 0))
        return found

    def ends(self, sample: int = 0) -> tuple[float, float]:
        """Score with nothing heard (the baseline), and with everything heard."""
        return float(self.worth[-1, sample]), float(self.worth[0, sample])

    def gap(self, sample: int = 0) -> float:
        """What baseline and terms leave of the score: rounding and nothing else."""
        start, end = self.ends(sample)
        return end - start - sum(term.value for term in self.terms(sample))

    def of(self, emotion: str) -> "Lattice":
        """The same answers, told of another emotion than the answered one, on every sample.

        Raises:
            UnknownName: The model has no such emotion.
        """
        if emotion not in self.names:
            raise UnknownName(emotion, self.names)
        return replace(self, target=(emotion,) * len(self.target))

    def in_terms(self) -> "LatticeTerms":
        """The same numbers, for a figure of the terms."""
        return LatticeTerms(**{field.name: getattr(self, field.name) for field in fields(self)})

    def sums(self, sample: int = 0) -> dict[str, float]:
        """Kind -> the sum of its terms."""
        terms = self.terms(sample)
        return {kind: sum(t.value for t in terms if t.kind == kind) for kind in KINDS}

    def says(self, sample: int = 0) -> str:
        start, end = (score(value, False) for value in self.ends(sample))
        alone = [
            f"{m} {score(float(v))}"
            for m, v in zip(self.modalities, self.unique[:, sample], strict=True)
        ]
        sums = self.sums(sample)
        return (
            f"The score of {self.target[sample]} goes from {start} in silence to {end}. Each heard "
            f"alone adds: {listed(alone)} (unique). Together, what goes the same way adds "
            f"{score(sums[SHARED])} (shared) and what stands against each other "
            f"{score(sums[CONFLICT])} (conflict)."
        )

    def caption(self, sample: int = 0) -> str:
        return (
            f"{super().caption(sample)} Baseline and terms sum to the score (left over: "
            f"{abs(self.gap(sample)):.0e})."
        )

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            about: Row = {"sample": id, "emotion": self.target[b]}
            yield {**about, "kind": "baseline", "of": "none", "logit": self.ends(b)[0]}
            for term in self.terms(b):
                who = "+".join(term.modalities)
                yield {**about, "kind": term.kind, "of": who, "logit": term.value}
            for case, value in enumerate(self.worth[:, b].tolist()):
                who = "+".join(self.members(case)) or "none"
                answer = int(self.logits[case, b].argmax())
                yield {
                    **about,
                    "kind": "heard",
                    "of": who,
                    "logit": value,
                    "answer": self.names[answer],
                    "prob": float(self.probs[case, b, answer]),
                }


class LatticeTerms(Lattice):
    """The same numbers, looked at term by term."""

    def says(self, sample: int = 0) -> str:
        most = max(self.terms(sample), key=lambda term: abs(term.value))
        start, end = (score(value, False) for value in self.ends(sample))
        parts = " ".join(f"{_added(value)} ({kind})" for kind, value in self.sums(sample).items())
        return (
            f"{start} (silence) {parts} = {end}, the score of {self.target[sample]}. The largest "
            f"term is {most.name} with {score(most.value)}."
        )


def _added(value: float) -> str:
    """A term within a sum: '+ 1.20'."""
    signed = score(value)
    return f"{signed[0]} {signed[1:]}"


class SplitsByModality(Experiment):
    """Answer every set of modalities in one batch, and split the score of the answer by them."""

    def run(self, model: EmotionModel, batch: Batch) -> Lattice:
        heard = every_subset(model.modalities)
        with torch.inference_mode():
            said = model(heard_only(looked_at(model, batch), model.modalities, heard))
        logits = said.logits.cpu().double().unflatten(0, (len(heard), len(batch)))
        return Lattice(
            ids=names_of(batch),
            target=tuple(said.names[i] for i in logits[0].argmax(dim=-1).tolist()),
            modalities=model.modalities,
            heard=heard,
            logits=logits.clone(),
            names=tuple(said.names),
            temperature=said.temperature,
            absent=torch.stack([s.is_silent.cpu() for s in batch.need(model.modalities)]),
        )
