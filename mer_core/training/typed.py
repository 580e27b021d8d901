"""Sentences as a person types them, by which a trained EGMF is judged and never chosen.

They lie beside this file in `typed_sentences.json`, which says who wrote them and by what rules.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mer_core.task import Emotion

SENTENCES = Path(__file__).with_name("typed_sentences.json")


def _stems(words: str) -> tuple[str, ...]:
    return tuple(words.split())


EMOTION_WORDS: dict[Emotion, tuple[str, ...]] = {
    Emotion.ANGER: _stems(
        "anger angr furious fury mad outrag rage raging enrag livid irate annoy irritat resent"
        " hate hating hatred frustrat infuriat fume fuming wrath pissed indign"
    ),
    Emotion.DISGUST: _stems(
        "disgust gross revolt revuls repuls repugn nause loath yuck ugh eww ick"
        " nasty vile foul sicken aversion"
    ),
    Emotion.FEAR: _stems(
        "fear afraid scare scari scary terrif terror horr fright panic anxi worr dread"
        " nervous alarm petrif spook"
    ),
    Emotion.HAPPINESS: _stems(
        "happy happi glad joy enjoy delight cheer thrill ecsta elat bliss love loving"
        " pleased pleasure excit overjoy proud"
    ),
    Emotion.NEUTRAL: _stems("neutral calm indiffer unemotion impassiv dispassion unmoved"),
    Emotion.SADNESS: _stems(
        "sad unhapp sorr grief griev mourn depress miser heartbr heartach gloom melanchol"
        " despair lonel upset devastat"
    ),
    Emotion.SURPRISE: _stems(
        "surpris shock amaz astonish astound stun startl unexpect flabbergast dumbfound speechless"
    ),
}
"""Beginnings of the words that name an emotion; no sentence has a word that begins so."""


@dataclass(frozen=True)
class Typed:
    """One sentence as typed, and the emotion that its writer meant."""

    text: str
    emotion: Emotion


@dataclass(frozen=True)
class Listen:
    """The sentence fixed in advance that two emotions answer rightly."""

    text: str
    accepted: tuple[Emotion, ...]


def typed_sentences() -> tuple[Typed, ...]:
    """The sentences, five per emotion, in the order of the file."""
    told = _read()["sentences"]
    return tuple(Typed(text, Emotion(e)) for e, texts in told.items() for text in texts)


def listen() -> Listen:
    """The sentence fixed in advance, and the answers that count as right."""
    told = _read()["listen"]
    return Listen(told["sentence"], tuple(Emotion(e) for e in told["accepted"]))


def about() -> str:
    """Who wrote the sentences, when and by what rules."""
    return _read()["about"]


def _read() -> dict[str, Any]:
    return json.loads(SENTENCES.read_text(encoding="utf-8"))
