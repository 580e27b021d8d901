"""Everyday sentences that show an emotion without naming it, made by a written grammar.

These sentences are ours, written for this purpose: demo data, no recording of what anybody said.
They stand beside MELD's lines, which hardly know fear or disgust, to teach the small language model
what people type about what happened to them. A frame was filed under the one emotion that it was
written to show; nobody else has judged it.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from mer_core.datasets.situation_phrases import FRAMES, SLOTS
from mer_core.errors import BadInput, UnknownName
from mer_core.task import EMOTIONS
from mer_core.types import Provenance, Sample

SPLITS = ("train", "valid")
"""`valid` is made of the frames held out of training, to choose with."""

EVERY = 8
"""Every eighth frame of an emotion is held out."""

TRIES = 12
"""How often a frame may be filled again when all it gave had been seen."""

_GAP = re.compile(r"\{(\w+)\}|\[([^\]]+)\]")
_START = re.compile(r"(?:^|(?<!\.\.)[.!?] )[a-z]")
_SIGN = "\ue000"  # stands for a gap while the words around it are reduced to letters


@dataclass(frozen=True)
class Situation:
    """A sentence with gaps.

    Attributes:
        frame: The sentence; {name} is a slot of `SLOTS`, [this|that] a choice of its own.
        emotion: What it shows, whatever fills it: one of `mer_core.task.EMOTIONS`.
        held_out: Whether it is kept out of training.
    """

    frame: str
    emotion: str
    held_out: bool

    @property
    def gaps(self) -> tuple[tuple[str, ...], ...]:
        """What may stand in each gap, in the order of the gaps.

        Raises:
            UnknownName: A slot is none of `SLOTS`.
        """
        return tuple(_fillers(gap) for gap in _GAP.finditer(self.frame))

    def fill(self, rng: random.Random) -> str:
        """The sentence with one filler drawn for each gap; its sentences start with a capital
        unless the frame is written in lower case."""
        said = _GAP.sub(lambda gap: rng.choice(_fillers(gap)), self.frame)
        if self.frame[0].islower():
            return said
        return _START.sub(lambda start: start.group().upper(), said)


def _fillers(gap: re.Match[str]) -> tuple[str, ...]:
    slot, choices = gap.groups()
    if choices is not None:
        return tuple(choices.split("|"))
    if slot not in SLOTS:
        raise UnknownName(slot, SLOTS)
    return SLOTS[slot]


SITUATIONS: tuple[Situation, ...] = tuple(
    Situation(frame, emotion, held_out=index % EVERY == EVERY // 2)
    for emotion in EMOTIONS
    for index, frame in enumerate(FRAMES[emotion])
)
"""Every frame, emotion by emotion."""


def _as_written(said: str) -> str:
    return said


def _without_end(said: str) -> str:
    return said.rstrip(".!?")


def _lower(said: str) -> str:
    return said.lower()


def _bare(said: str) -> str:
    return " ".join(re.sub(r"[^\w\s'-]", " ", said.lower()).split())


STYLES: tuple[Callable[[str], str], ...] = (_as_written, _without_end, _lower, _bare)
"""How a sentence may be typed, all equally likely: as written, without its last mark, in lower
case, in lower case without punctuation."""


def situations(split: str, count_per_emotion: int, seed: int = 0) -> tuple[Sample, ...]:
    """Sentences of all seven emotions, emotion by emotion.

    Every frame of an emotion is as likely as another, and so is every style; a sentence comes
    again, case and punctuation aside, only when its frame can say nothing else.

    Args:
        split: "train", or "valid" for the frames held out of training.
        count_per_emotion: How many sentences of each emotion, at least 1.
        seed: The same arguments give the same sentences.

    Raises:
        UnknownName: `split` is neither.
        BadInput: `count_per_emotion` is below 1.
    """
    if split not in SPLITS:
        raise UnknownName(split, SPLITS)
    if count_per_emotion < 1:
        raise BadInput(f"Ask for at least 1 sentence of each emotion, not {count_per_emotion}.")
    return tuple(
        Sample(
            id=f"situation-{split}-{seed}-{emotion}-{index:05d}",
            text=said,
            target=emotion,
            provenance={"text": Provenance.GENERATED},
        )
        for emotion in EMOTIONS
        for index, said in enumerate(_first(split, emotion, count_per_emotion, seed))
    )


def _first(split: str, emotion: str, count: int, seed: int) -> Iterator[str]:
    """The first sentences of an emotion: round after round, each frame once a round."""
    rng = random.Random(f"{split} {emotion} {seed}")
    frames = [s for s in SITUATIONS if s.emotion == emotion and s.held_out == (split == "valid")]
    seen: set[str] = set()
    for index in range(count):
        place = index % len(frames)
        if place == 0:
            rng.shuffle(frames)
        said = _fresh(frames[place], seen, rng)
        seen.add(plain(said))
        yield rng.choice(STYLES)(said)


def _fresh(situation: Situation, seen: set[str], rng: random.Random) -> str:
    """A sentence of this frame that was not seen, or after `TRIES` one that was."""
    said = situation.fill(rng)
    for _ in range(TRIES if situation.gaps else 0):
        if plain(said) not in seen:
            break
        said = situation.fill(rng)
    return said


def plain(text: str) -> str:
    """A sentence in lower case without punctuation: what two ways of typing it share.

    >>> plain("Don't go in there!  Something MOVED.")
    'dont go in there something moved'
    """
    joined = re.sub(r"['\u2019]", "", text.lower())
    return " ".join(re.sub(rf"[^\w\s{_SIGN}]", " ", joined).split())


def is_situation(text: str) -> bool:
    """Whether the grammar can make this sentence, in training or held out; case and punctuation
    aside. Keeps a test of one's own sentences apart from what was trained on."""
    return _any_pattern().fullmatch(plain(text)) is not None


@cache
def _any_pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern(s)})" for s in SITUATIONS))


def pattern(situation: Situation) -> str:
    """A regular expression that matches the plain form of each of a frame's sentences, no other."""
    words = plain(_GAP.sub(_SIGN, situation.frame))
    for fillers in situation.gaps:
        choices = "|".join(re.escape(plain(filler)) for filler in fillers)
        words = words.replace(_SIGN, f"(?:{choices})", 1)
    return words
