"""How well anybody could do on the utterances: a reader that knows how they are generated.

It sees the expressed numbers themselves (which emotion or pair the words say, the voice's cues,
the face's units as far as they can be drawn) and the knobs of the world. So its scores are bounds
from above: a reader of words, sound and pictures must estimate all that first.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.special import log_ndtr, logsumexp
from scipy.stats import rankdata

from mer_core.datasets.puppets.face import PROTOTYPES as FACES
from mer_core.datasets.puppets.sentences import NEIGHBOURS, PAIRS
from mer_core.datasets.puppets.utterances import (
    INTENSITIES,
    KINDS,
    UtteranceTruth,
    chance_of_strong,
    utterance_latent,
)
from mer_core.datasets.puppets.voices import PROTOTYPES as VOICES
from mer_core.datasets.puppets.world import WORLD, Split, World
from mer_core.task import EMOTIONS
from mer_core.types import Modality

_GRID = np.linspace(*INTENSITIES, 11)
_VOICES = np.stack([VOICES[e] for e in EMOTIONS])
_FACES = np.stack([FACES[e] for e in EMOTIONS]).astype(float)
_TINY = 1e-9


@dataclass(frozen=True)
class Belief:
    """What the oracle believes of some utterances.

    Attributes:
        single: Modality -> (sample, emotion) posterior of the TARGET given that signal alone.
        own: Modality -> (sample, emotion) posterior of what that signal itself expresses.
        joint: (sample, kind, emotion) posterior of kind and target given all signals; the kinds
            in the order of KINDS.
    """

    single: dict[Modality, Float[np.ndarray, "sample emotion"]]
    own: dict[Modality, Float[np.ndarray, "sample emotion"]]
    joint: Float[np.ndarray, "sample kind emotion"]


def likelihoods(truths: list[UtteranceTruth], world: World) -> dict[Modality, np.ndarray]:
    """Modality -> (sample, emotion, intensity) log likelihood of what is expressed."""
    return {
        Modality.TEXT: _text(truths, world),
        Modality.AUDIO: _audio(truths, world),
        Modality.VISION: _vision(truths, world),
    }


def _text(truths: list[UtteranceTruth], world: World) -> np.ndarray:
    symbols: list[Any] = [*EMOTIONS, *PAIRS]
    table = np.zeros((len(EMOTIONS), len(symbols)))
    for i, emotion in enumerate(EMOTIONS):
        table[i, i] = 1.0 - world.text_noise - world.text_slip
        for other in NEIGHBOURS[emotion]:
            table[i, symbols.index(other)] += world.text_slip / 2
        for pair in PAIRS:
            table[i, symbols.index(pair)] += world.text_noise / 2 * (emotion in pair)
    seen = [symbols.index(t.said) for t in truths]
    # An unclear sentence says no strength.
    strong = chance_of_strong(_GRID)
    level = [
        np.where(t.strong, strong, 1 - strong) if isinstance(t.said, str) else np.ones_like(strong)
        for t in truths
    ]
    return np.log(table[:, seen].T + _TINY)[:, :, None] + np.log(np.stack(level))[:, None, :]


def _audio(truths: list[UtteranceTruth], world: World) -> np.ndarray:
    cues = np.stack([t.cues for t in truths])
    off = cues[:, None, None, :] - _VOICES[None, :, None, :] * _GRID[:, None]
    return -0.5 * ((off / world.audio_noise) ** 2).sum(-1)


def _vision(truths: list[UtteranceTruth], world: World) -> np.ndarray:
    """Units below 0 and above 1 cannot be drawn: there only the tail's mass is known."""
    units = np.stack([t.units for t in truths])[:, None, None, :]
    centre, sd = _FACES[None, :, None, :] * _GRID[:, None], world.vision_noise
    inside = -0.5 * ((units - centre) / sd) ** 2 - np.log(sd * np.sqrt(2 * np.pi))
    below, above = log_ndtr(-centre / sd), log_ndtr((centre - 1) / sd)
    return np.where(units <= 0, below, np.where(units >= 1, above, inside)).sum(-1)


def believe(truths: list[UtteranceTruth], world: World = WORLD) -> Belief:
    """The oracle's posteriors, from what is expressed and not from what was meant."""
    found = {m: np.exp(x - x.max((1, 2), keepdims=True)) for m, x in _known(truths, world).items()}
    count = len(EMOTIONS)
    lies = (1 - np.eye(count)) / (count - 1)  # target -> what a liar shows
    shares = _shares(world)
    own, single = {}, {}
    for kind, liar in KINDS.items():
        if liar is not None:
            alone = found[liar].mean(-1)
            own[liar] = _normal(alone)
            single[liar] = _normal((1 - shares[kind]) * alone + shares[kind] * alone @ lies.T)
    joint = []
    for kind, liar in KINDS.items():
        seen = [np.einsum("nlg,el->neg", x, lies) if m is liar else x for m, x in found.items()]
        joint.append(shares[kind] * np.prod(np.stack(seen), axis=0).mean(-1))
    whole = np.stack(joint, axis=1)
    return Belief(single, own, whole / whole.sum((1, 2), keepdims=True))


def _known(truths: list[UtteranceTruth], world: World) -> dict[Modality, np.ndarray]:
    found = likelihoods(truths, world)
    # Divide by the evidence of each signal, which no posterior depends on.
    return {m: x - logsumexp(x, axis=(1, 2), keepdims=True) for m, x in found.items()}


def _shares(world: World) -> dict[str, float]:
    lying = {"sarcasm": world.sarcasm, "feigned voice": world.feigned, "mask": world.mask}
    return {"congruent": 1 - sum(lying.values()), **lying}


def _normal(x: np.ndarray) -> np.ndarray:
    return x / x.sum(-1, keepdims=True)


def _auroc(score: np.ndarray, positive: np.ndarray) -> float:
    yes, no = positive.sum(), (~positive).sum()
    if not yes or not no:
        return float("nan")
    return float((rankdata(score)[positive].sum() - yes * (yes + 1) / 2) / (yes * no))


def utterance_ceilings(split: Split, n: int, world: World = WORLD) -> dict[str, float | int]:
    """What the oracle reaches on the first n utterances of a split.

    Returns:
        "n"; "text", "audio", "vision": accuracy on the target from one signal; "own text" and so
        on: accuracy on what that signal itself expresses; "fused": accuracy on the target from
        all; "incongruity": AUROC of its probability that something lies; "liar": how often it
        names the liar among incongruent utterances; "incongruent": how many of those; "chance":
        accuracy of guessing.
    """
    truths = [utterance_latent(i, split, world) for i in range(n)]
    belief = believe(truths, world)
    target = np.array([EMOTIONS.index(t.target) for t in truths])
    kind = np.array([list(KINDS).index(t.kind) for t in truths])
    lying = kind > 0
    result: dict[str, float | int] = {"n": n, "chance": 1 / len(EMOTIONS)}
    for m in Modality:
        meant = np.array([EMOTIONS.index(t.emotions[m]) for t in truths])
        result[str(m)] = float((belief.single[m].argmax(1) == target).mean())
        result[f"own {m}"] = float((belief.own[m].argmax(1) == meant).mean())
    result["fused"] = float((belief.joint.sum(1).argmax(1) == target).mean())
    by_kind = belief.joint.sum(2)
    result["incongruent"] = int(lying.sum())
    result["incongruity"] = _auroc(1 - by_kind[:, 0], lying)
    named = by_kind[lying, 1:].argmax(1) + 1 == kind[lying]
    result["liar"] = float(named.mean()) if lying.any() else float("nan")
    return result
