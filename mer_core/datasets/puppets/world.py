"""The knobs of the generated world, its vocabularies, and where its randomness comes from.

Everything that can be turned is a field of `World`; `World.digest` names a setting, so that a
number can say which world it was measured in.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

import numpy as np

Split = str
"""The name of a split: "train", "valid" or "test"."""

SPLITS: tuple[Split, ...] = ("train", "valid", "test")

CARRIERS: tuple[str, ...] = ("face", "posture", "prop", "caption", "intention")
"""What can carry an emotion in a sticker; the picture shows all but the intention."""

PICTURED: tuple[str, ...] = CARRIERS[:4]
"""The carriers that the picture shows."""

HELD_OUT_CHARACTERS: tuple[str, ...] = ("panda", "alien", "mushroom")
"""Characters that training never sees."""

CHARACTERS: tuple[str, ...] = (
    "cat", "bear", "rabbit", "frog", "penguin", "ghost", "robot", "dumpling", "cactus", "fox",
    "chick", *HELD_OUT_CHARACTERS,
)  # fmt: skip

STYLES: tuple[str, ...] = (
    "flat", "outline", "pastel", "sketchy", "pixel", "bold", "watercolour", "neon", "papercut",
)  # fmt: skip

POSTURES: dict[str, str | None] = {
    "standing": None,
    "sitting": None,
    "waving": None,
    "jumping": "happiness",
    "dancing": "happiness",
    "stomping": "anger",
    "fists on hips": "anger",
    "slumped": "sadness",
    "hugging itself": "sadness",
    "cowering": "fear",
    "hands at mouth": "fear",
    "thrown back": "surprise",
    "hands in the air": "surprise",
    "pushing away": "disgust",
    "turning away": "disgust",
}
"""Posture -> the emotion it carries, or None."""

PROPS: dict[str, str | None] = {
    "none": None,
    "mug": None,
    "book": None,
    "hearts": "happiness",
    "sparkles": "happiness",
    "tears": "sadness",
    "rain cloud": "sadness",
    "anger mark": "anger",
    "flames": "anger",
    "sweat drops": "fear",
    "dark lightning": "fear",
    "exclamation marks": "surprise",
    "starburst": "surprise",
    "stink lines": "disgust",
    "flies": "disgust",
}
"""Prop -> the emotion it carries, or None."""


@dataclass(frozen=True)
class World:
    """Every knob of the puppets.

    Attributes:
        seed: Another number is another world of the same kind.
        sticker_counts, utterance_counts: Sizes of train, valid and test.
        only_picture: Share of stickers whose intention says nothing of emotion.
        only_words: Share whose picture says nothing and whose intention speaks; else both do.
        face_speaks, posture_speaks, prop_speaks, caption_speaks: Probability that the carrier shows
            an emotion where the picture speaks.
        lie: Probability that one of the speaking carriers shows another emotion than the target;
            draws in which the truth is then no strict majority are thrown away.
        face_told, posture_told, prop_told, caption_told: Probability that a view which is not
            generic tells what the carrier shows; else it blurs or omits it.
        generic: Probability that a view says nothing, as a language model's failures do.
        bias: Probability that a view tells a wrong emotion of what the picture shows.
        hedged: Probability that a view words its statement as a guess.
        unseen: In valid and test, probability of a held-out character and of held-out wording.
        sarcasm, mask, feigned: Shares of utterances whose text, face or voice lies.
        text_noise: Probability that the words of an utterance leave two emotions open.
        text_slip: Probability that they say a neighbouring emotion outright.
        audio_noise: Standard deviation of each of the voice's cues, a full emotion being about 1.
        vision_noise: Standard deviation of each of the face's action units, fully there being 1.
    """

    seed: int = 20
    sticker_counts: tuple[int, int, int] = (12000, 1500, 1500)
    utterance_counts: tuple[int, int, int] = (8000, 1000, 1000)
    only_picture: float = 0.48
    only_words: float = 0.39
    face_speaks: float = 0.5
    posture_speaks: float = 0.35
    prop_speaks: float = 0.4
    caption_speaks: float = 0.35
    lie: float = 0.7
    face_told: float = 0.2
    posture_told: float = 0.3
    prop_told: float = 0.4
    caption_told: float = 0.5
    generic: float = 0.1
    bias: float = 0.12
    hedged: float = 0.2
    unseen: float = 0.3
    sarcasm: float = 0.1
    mask: float = 0.1
    feigned: float = 0.1
    text_noise: float = 0.12
    text_slip: float = 0.04
    audio_noise: float = 0.44
    vision_noise: float = 0.33

    @property
    def stickers(self) -> dict[str, int]:
        """Split -> number of stickers."""
        return dict(zip(SPLITS, self.sticker_counts, strict=True))

    @property
    def utterances(self) -> dict[str, int]:
        """Split -> number of utterances."""
        return dict(zip(SPLITS, self.utterance_counts, strict=True))

    def digest(self) -> str:
        """SHA-256 of all knobs, hexadecimal; equal worlds have equal digests."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


WORLD = World()
"""The world that the shipped weights know."""


def rng(world: World, domain: str, split: Split, index: int) -> np.random.Generator:
    """Randomness of one sample; depends on nothing but its arguments.

    Raises:
        ValueError: `split` is not train, valid or test, or `index` is negative.
    """
    if split not in SPLITS or index < 0:
        raise ValueError(
            "A sample is named by a split (train, valid or test) and an index from 0; "
            f"got {split!r} and {index}."
        )
    name = f"{world.seed}/{domain}/{split}/{index}".encode()
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name).digest()[:8], "big"))


T = TypeVar("T")


def pick(generator: np.random.Generator, options: Sequence[T]) -> T:
    """One of the options, evenly."""
    return options[int(generator.random() * len(options))]


def chance(generator: np.random.Generator, probability: float) -> bool:
    """True with the given probability."""
    return bool(generator.random() < probability)
