"""What puppets say: a grammar of sentences per emotion and intensity, some unclear on purpose.

A sentence is built from a form (direct, indirect or idiomatic), a topic, an opening and an ending.
Every seventh form is held out of training. Unclear forms fit exactly two neighbouring emotions:
`NEIGHBOURS` is a ring, in which each emotion borders on the two that words confuse it with most.

Source: the choice of the seven emotions follows Ekman (1992), An argument for basic emotions. The
    sentences and the ring are ours.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from mer_core.datasets.puppets.phrases import (
    DIRECT,
    ENDINGS,
    FRAMES,
    OPENINGS,
    SAID,
    TOPICS,
    UNCLEAR,
)
from mer_core.errors import UnknownName

RING: tuple[str, ...] = (
    "anger", "disgust", "fear", "surprise", "happiness", "neutral", "sadness",
)  # fmt: skip
"""Each emotion between the two that unclear words leave open."""

NEIGHBOURS: dict[str, tuple[str, str]] = {
    e: (RING[i - 1], RING[(i + 1) % len(RING)]) for i, e in enumerate(RING)
}
PAIRS: tuple[tuple[str, str], ...] = tuple(
    (e, RING[(i + 1) % len(RING)]) for i, e in enumerate(RING)
)
"""The pairs that an unclear sentence leaves open."""

HELD_OUT_EVERY = 7


@dataclass(frozen=True)
class Form:
    """One way to say something.

    Attributes:
        style: "direct", "indirect", "idiomatic" or "unclear".
        strong: Whether it says a strong emotion; unclear forms say no strength.
        words: A sentence in which `{topic}` stands for a topic.
        held_out: Never used in training.
    """

    style: str
    strong: bool
    words: str
    held_out: bool


def _marked(rows: list[tuple[str, bool, str]]) -> tuple[Form, ...]:
    return tuple(
        Form(*row, held_out=i % HELD_OUT_EVERY == HELD_OUT_EVERY - 1) for i, row in enumerate(rows)
    )


@cache
def forms(emotion: str) -> tuple[Form, ...]:
    """Every form that clearly says an emotion.

    Raises:
        UnknownName: No such emotion.
    """
    if emotion not in DIRECT:
        raise UnknownName(emotion, DIRECT)
    rows: list[tuple[str, bool, str]] = []
    for strong in (False, True):
        rows += [
            ("direct", strong, frame.replace("{word}", word))
            for frame in FRAMES
            for word in DIRECT[emotion][strong]
        ]
        rows += [("indirect", strong, words) for words in SAID[emotion][strong]["indirect"]]
        rows += [("idiomatic", strong, words) for words in SAID[emotion][strong]["idiomatic"]]
    return _marked(rows)


@cache
def unclear_forms(pair: tuple[str, str]) -> tuple[Form, ...]:
    """Every form that leaves two neighbours open; `pair` is one of PAIRS."""
    return _marked([("unclear", False, words) for words in UNCLEAR[pair]])


def surface_forms(emotion: str) -> int:
    """How many different sentences clearly say an emotion."""
    each = sum(len(TOPICS) if "{topic}" in f.words else 1 for f in forms(emotion))
    return each * len(OPENINGS) * len(ENDINGS)


def say(
    emotion: str, strong: bool, pair: tuple[str, str] | None, unseen: bool, rng: np.random.Generator
) -> tuple[str, Form]:
    """A sentence and its form.

    Args:
        emotion: What it says, where `pair` is None.
        strong: Whether it says it strongly.
        pair: The two emotions that the sentence leaves open.
        unseen: Use a form held out of training.
        rng: Chooses.
    """
    known = unclear_forms(pair) if pair else [f for f in forms(emotion) if f.strong == strong]
    fitting = [f for f in known if f.held_out == unseen] or list(known)
    # Each style has the same share, however many forms it has.
    styles = sorted({f.style for f in fitting})
    style = styles[int(rng.integers(len(styles)))]
    fitting = [f for f in fitting if f.style == style]
    form = fitting[int(rng.integers(len(fitting)))]
    topic = TOPICS[int(rng.integers(len(TOPICS)))]
    body = form.words.replace("{topic}", topic)
    opening = OPENINGS[int(rng.integers(len(OPENINGS)))]
    ending = ENDINGS[int(rng.integers(len(ENDINGS)))]
    return _joined(opening, body, ending), form


def _joined(opening: str, body: str, ending: str) -> str:
    proper = body.split(" ")[0].strip(",'").split("'")[0] == "I"
    lowered = body if proper else body[0].lower() + body[1:]
    sentence = f"{opening}, {lowered}" if opening else body[0].upper() + body[1:]
    return f"{sentence} {ending}".strip()
