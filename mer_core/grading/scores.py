"""From what was seen to one number a sample, for every probe: higher means "something lies".

Which way a number points is fixed here, by what the paper or plain reason says, and never turned
by what validation shows: a number that points the wrong way has an AUROC below 0.5, and says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.grading.seen import Seen
from mer_core.probes.congruence import predicted_incongruity
from mer_core.probes.distortion import moved
from mer_core.probes.divergence import entropy, js, kl
from mer_core.probes.incongruity import disagreement
from mer_core.probes.lattice import Lattice
from mer_core.probes.tendencies import Lean, own_numbers
from mer_core.roles import MODALITIES
from mer_core.task import EMOTIONS
from mer_core.tendencies import ENTRY, Tendencies

FORWARDS = {"plain": 1, "alone": 4, "lattice": 8, "gradient": 1, "noise": 16, "listening": 0}
"""Kind of forward -> rows of the model that one sample takes in it."""


@dataclass(frozen=True, eq=False)
class Measured:
    """One number of every sample, not graded yet.

    Attributes:
        name: In `WHAT`.
        score: Higher where something lies.
        liar: Per modality, higher for who lies; None where the number cannot tell.
        passes: Kinds of forwards it needs.
        fitted: What was fitted for it, and on which split.
        origin: Of the label it predicts.
        note: For the table.
    """

    name: str
    score: Float[np.ndarray, " sample"]
    liar: Float[np.ndarray, "sample modality"] | None = None
    passes: tuple[str, ...] = ("plain",)
    fitted: str = ""
    origin: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that scores are made from: what a model showed, and its linear probes.

    Attributes:
        seen: Of one split.
        tendencies: Of the model; None for one without states of single modalities.
        listened: Log probabilities that the listeners hear; None where they were not asked.
    """

    seen: Seen
    tendencies: Tendencies | None = None
    listened: Float[Tensor, "modality sample emotion"] | None = None

    @property
    def alone(self) -> Float[Tensor, "modality sample emotion"]:
        """Log probabilities of each modality heard alone."""
        cases = [self.seen.case(i) for i in range(len(MODALITIES))]
        return self.seen.logits[cases].log_softmax(dim=-1)

    @property
    def leans(self) -> tuple[Lean, ...]:
        """What every pooled tap leans to."""
        if self.tendencies is None or not any(n.startswith("H.") for n in self.seen.pooled):
            return ()
        return tuple(
            Lean(name, *self.seen.sides[name], *self.tendencies.leanings[name].says(values))
            for name, values in self.seen.pooled.items()
            if not name.startswith(ENTRY)
        )

    def read_at(self, prefix: str) -> Float[Tensor, "modality sample emotion"] | None:
        """Log probabilities that linear probes read at "H." or "entry." of each modality."""
        names = [f"{prefix}{m}" for m in MODALITIES]
        probes = self.tendencies.leanings if self.tendencies else {}
        if not all(name in probes and name in self.seen.pooled for name in names):
            return None
        said = [probes[name].says(self.seen.pooled[name])[1] for name in names]
        return torch.stack(said).clamp(min=1e-6).log()


def plain_scores(evidence: Evidence, seed: int = 0) -> list[Measured]:
    """Every number that needs no label of who lies to be computed."""
    made: list[Measured] = []
    for make in _MAKERS:
        made += make(evidence)
    chance = np.random.default_rng(seed)
    n = len(evidence.seen)
    made.append(Measured("random", chance.random(n), chance.random((n, 3)), ()))
    return made


def _answers(evidence: Evidence) -> list[Measured]:
    """Doubt, disagreement and what silence does: from probabilities."""
    seen, alone = evidence.seen, evidence.alone.exp()
    probs = seen.probs
    answer = probs[0].argmax(-1)
    told = probs.gather(-1, answer[None, :, None].expand(len(probs), -1, 1))[..., 0]
    without = [seen.case(*(j for j in range(3) if j != i)) for i in range(3)]
    gained = (told[without] - told[0]).T
    others = torch.stack([(alone.sum(0) - alone[i]) / 2 for i in range(3)])
    apart = js(alone, others).T
    return [
        Measured("confidence", _np(1 - probs[0].amax(-1))),
        Measured("disagreement", _np(disagreement(alone)), _np(apart), ("alone",)),
        Measured("silence", _np(gained.amax(1)), _np(gained), ("lattice",)),
    ]


def _conflict(evidence: Evidence) -> list[Measured]:
    """Size of the conflict terms; who speaks against the answer alone lies."""
    seen = evidence.seen
    answers = [EMOTIONS[i] for i in seen.logits[0].argmax(-1).tolist()]
    lattice = Lattice(
        ids=tuple(str(i) for i in range(len(seen))),
        target=tuple(answers),
        modalities=MODALITIES,
        heard=seen.heard,
        logits=seen.logits.double(),
        names=EMOTIONS,
        temperature=1.0,
        absent=torch.zeros(3, len(seen), dtype=torch.bool),
    )
    return [Measured("conflict", _np(lattice.tension), _np(-lattice.unique.T), ("lattice",))]


def _leanings(evidence: Evidence) -> list[Measured]:
    """Tendencies, distortion, disparity: from linear probes."""
    found = evidence.leans
    if not found:
        return []
    own = own_numbers(found)
    far = (own - (own.sum(0) - own) / 2).abs().T
    spread = own.amax(0) - own.amin(0)
    made = [
        Measured("tendency", _np(spread), _np(far), fitted="train"),
        Measured(
            "congruence",
            _np(predicted_incongruity(own).float()),
            fitted="train",
            origin="predicted",
            note="A label, yes or no: its AUROC is that of one threshold.",
        ),
    ]
    looks = [lean for lean in found if not lean.alone]
    if not looks:
        return made
    after, what = torch.stack([lean.number for lean in looks]), moved(found)
    by_source = _by_source(what.distortion, looks)
    made += [
        Measured("pairs", _np(after.amax(0) - after.amin(0)), fitted="train"),
        Measured("distortion", _np(what.distortion.mean(0)), _np(by_source), fitted="train"),
        Measured("flips", _np(what.flip.float().mean(0)), fitted="train"),
    ]
    if len(what.disparity):
        made.append(Measured("disparity", _np(what.disparity.mean(0)), fitted="train"))
    return made


def _by_source(moved_by: Float[Tensor, "look sample"], looks: list[Lean]) -> Tensor:
    """Mean of a number of looks over those that looked at each modality; 0 where none did."""
    source = torch.stack([look.source for look in looks])
    kept = torch.stack([(source == m) for m in range(3)])
    total = (kept * moved_by).sum(1) / kept.sum(1).clamp(min=1)
    return total.T


def _attention(evidence: Evidence) -> list[Measured]:
    """Where attention falls, how scattered it is, and whether it falls on what mattered."""
    seen, made = evidence.seen, []
    centres = evidence.tendencies.centres if evidence.tendencies else {}
    maps = [role for role in seen.falls if role in centres]
    if maps:
        bits = torch.stack([kl(seen.falls[r], centres[r].expand_as(seen.falls[r])) for r in maps])
        made.append(Measured("attention", _np(bits.mean(0)), fitted="train"))
    if seen.falls:
        scattered = torch.stack([entropy(fall) for fall in seen.falls.values()])
        made.append(Measured("entropy", _np(scattered.mean(0))))
    if seen.highlight is not None:
        follows = seen.highlight.nanmean(0).nan_to_num(0.0)
        made.append(Measured("highlight", _np(-follows), passes=("gradient",)))
    return made


def _noise(evidence: Evidence) -> list[Measured]:
    """What the answer gains when one modality is drowned in noise."""
    seen = evidence.seen
    if seen.noisy is None:
        return []
    answer = seen.probs[0].argmax(-1)
    worst = seen.noisy[:, -1]
    told = worst.gather(-1, answer[None, :, None].expand(3, -1, 1))[..., 0]
    gained = (told - seen.probs[0].amax(-1)).T
    return [Measured("corruption", _np(gained.amax(1)), _np(gained), ("noise",))]


def _gates(evidence: Evidence) -> list[Measured]:
    """How evenly a gate weighs; the modality with the least weight is taken for the liar."""
    made = []
    for name, tap in (("alpha", "alpha"), ("omega", "omega_by_sample")):
        weights = evidence.seen.gates.get(tap)
        if weights is not None:
            liar = _np(-weights) if name == "omega" else None
            made.append(Measured(name, _np(entropy(weights)), liar))
    return made


_MAKERS: tuple[Callable[[Evidence], list[Measured]], ...] = (
    _answers,
    _conflict,
    _leanings,
    _attention,
    _noise,
    _gates,
)


def _np(x: Tensor) -> np.ndarray:
    return x.detach().double().cpu().numpy()
