"""Utterances: a sentence, a voice and a face, of which one may lie.

First the latent is drawn: which emotion each signal expresses, how strongly, and what is left of
it after noise (a sentence may be unclear, a voice and a face are off by Gaussian noise). Then the
media are made from the latent. The target is what the two truthful signals say.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mer_core.datasets.puppets.clips import draw_clip, unit_track
from mer_core.datasets.puppets.face import PROTOTYPES as FACES
from mer_core.datasets.puppets.sentences import NEIGHBOURS, PAIRS, Form, say
from mer_core.datasets.puppets.voices import PROTOTYPES as VOICES
from mer_core.datasets.puppets.voices import speak, speaker
from mer_core.datasets.puppets.world import (
    CHARACTERS,
    HELD_OUT_CHARACTERS,
    STYLES,
    WORLD,
    Split,
    World,
    chance,
    pick,
    rng,
)
from mer_core.task import EMOTIONS, VALENCE
from mer_core.types import Modality, Sample

KINDS: dict[str, Modality | None] = {
    "congruent": None,
    "sarcasm": Modality.TEXT,
    "feigned voice": Modality.AUDIO,
    "mask": Modality.VISION,
}
"""Kind of utterance -> the modality that lies."""

INTENSITIES = (0.5, 1.0)
"""Least and greatest intensity; drawn evenly between."""

SPEAKERS = 40
HELD_OUT_SPEAKERS = 12
"""Speakers 0 to 39 are heard in training, the 12 after them only in validation and test."""


@dataclass(frozen=True, eq=False)
class UtteranceTruth:
    """What a generated utterance knows of itself.

    Attributes:
        kind: One of KINDS.
        liar: The modality that lies, or None.
        target: What the truthful signals say.
        emotions: Modality -> the emotion that it sets out to express.
        intensity: 0.5 to 1.0, the same for all signals.
        said: The emotion that the words say, or the two that they leave open.
        strong: Whether the words are strong ones.
        cues: (8,) the expressed voice, in the order of `voices.CUES`.
        units: (len(UNITS),) the expressed face before clipping to [0, 1].
        unseen: Whether the wording is held out of training.
        character, style, speaker: Whose face, drawn how, and whose voice.
    """

    kind: str
    liar: Modality | None
    target: str
    emotions: dict[Modality, str]
    intensity: float
    said: str | tuple[str, str]
    strong: bool
    cues: np.ndarray
    units: np.ndarray
    unseen: bool
    character: str
    style: str
    speaker: int


def chance_of_strong(intensity: float | np.ndarray) -> np.ndarray:
    """Probability of strong words at an intensity."""
    return np.asarray(1.0 / (1.0 + np.exp(-(np.asarray(intensity) - 0.75) / 0.07)))


@lru_cache(maxsize=4096)
def utterance_latent(index: int, split: Split, world: World = WORLD) -> UtteranceTruth:
    """Everything but words, sound and pictures; cheap, and the same for the same arguments.

    Raises:
        ValueError: `split` is not train, valid or test, or `index` is negative.
    """
    draw = rng(world, "utterance", split, index)
    target = pick(draw, EMOTIONS)
    shares = (world.sarcasm, world.feigned, world.mask)
    kind = list(KINDS)[int(np.searchsorted(np.cumsum(shares), draw.random(), "right") + 1) % 4]
    liar = KINDS[kind]
    lie = pick(draw, [e for e in EMOTIONS if e != target])
    emotions = {m: lie if m is liar else target for m in Modality}
    intensity = float(draw.uniform(*INTENSITIES))
    said = _said(emotions[Modality.TEXT], world, draw)
    voice, face = VOICES[emotions[Modality.AUDIO]], FACES[emotions[Modality.VISION]]
    elsewhere = split != "train" and chance(draw, world.unseen)
    known = [c for c in CHARACTERS if c not in HELD_OUT_CHARACTERS]
    return UtteranceTruth(
        kind=kind,
        liar=liar,
        target=target,
        emotions=emotions,
        intensity=intensity,
        said=said,
        strong=chance(draw, float(chance_of_strong(intensity))),
        cues=voice * intensity + world.audio_noise * draw.standard_normal(len(voice)),
        units=face * intensity + world.vision_noise * draw.standard_normal(len(face)),
        unseen=split != "train" and chance(draw, world.unseen),
        character=pick(draw, HELD_OUT_CHARACTERS if elsewhere else known),
        style=pick(draw, STYLES),
        speaker=int(draw.integers(HELD_OUT_SPEAKERS)) + SPEAKERS
        if elsewhere
        else int(draw.integers(SPEAKERS)),
    )


def _said(emotion: str, world: World, draw: np.random.Generator) -> str | tuple[str, str]:
    """The emotion that the words say after noise, or the two that they leave open."""
    roll, side = draw.random(), int(draw.integers(2))
    if roll < world.text_noise:
        return [pair for pair in PAIRS if emotion in pair][side]
    if roll < world.text_noise + world.text_slip:
        return NEIGHBOURS[emotion][side]
    return emotion


def utterance_words(index: int, split: Split, world: World = WORLD) -> tuple[str, Form]:
    """The sentence of an utterance, and the form it was built from."""
    truth = utterance_latent(index, split, world)
    pair = None if isinstance(truth.said, str) else truth.said
    emotion = truth.said if isinstance(truth.said, str) else truth.said[0]
    draw = rng(world, "utterance words", split, index)
    return say(emotion, truth.strong, pair, truth.unseen, draw)


def utterance_sample(index: int, split: Split, world: World = WORLD, media: bool = True) -> Sample:
    """One utterance; without `media` it has words and answers but neither sound nor clip.

    Raises:
        ValueError: `split` is not train, valid or test, or `index` is negative.
    """
    truth = utterance_latent(index, split, world)
    text, _ = utterance_words(index, split, world)
    sound = clip = None
    if media:
        draw = rng(world, "utterance media", split, index)
        sound = speak(truth.cues, speaker(truth.speaker), draw)
        track = unit_track(truth.units, sound.seconds, draw)
        clip = draw_clip(track, truth.character, truth.style, draw)
    sentiment = float(np.clip(3.0 * VALENCE[truth.target] * truth.intensity, -3.0, 3.0))
    given = ("text", "sound", "clip") if media else ("text",)
    return Sample(
        id=f"puppet-utterance-{split}-{index:05d}",
        text=text,
        sound=sound,
        clip=clip,
        target=truth.target,
        sentiment=sentiment,
        labels=dict(truth.emotions),
        truth=truth,
        provenance=dict.fromkeys(given, "generated"),
    )


def utterance(index: int, split: Split, world: World = WORLD) -> Sample:
    """One utterance with words, sound and face, the same for the same arguments on any machine."""
    return utterance_sample(index, split, world)
