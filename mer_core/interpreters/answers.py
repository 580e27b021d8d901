"""From what a language model says to four views, each a sentence or a reason why not."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, StringConstraints, TypeAdapter, ValidationError

from mer_core.encoders.interpreter import Description
from mer_core.interpreters.prompts import LONGEST, PROMPT, REPAIR
from mer_core.types import View

MOST_READ = 20_000
"""Characters of an answer that are looked at."""

MOST_STARTS = 200
"""Opening braces that are tried."""

MOST_REPEATED = 2_000
"""Characters of an unreadable answer that are shown to the model again."""

UNTOLD = "The interpreter could not tell."
ABSENT = "The answer leaves this view out."
_WRONG = {
    "string_too_short": "The answer gives an empty sentence.",
    "string_too_long": f"The answer's sentence is over {LONGEST} characters long.",
    "string_pattern_mismatch": "The answer's sentence holds no words.",
}
_BLANKS = {"null", "none", "n/a", "unknown", "cannot tell", "can't tell"}


@dataclass(frozen=True)
class Turn:
    """One message of a conversation about a picture, which goes with the first.

    Attributes:
        role: "user" or "assistant".
        text: What is said.
    """

    role: str
    text: str


@dataclass(frozen=True)
class Reply:
    """What the model said.

    Attributes:
        text: Its words; may be anything.
        cut: Whether it ran into the limit on its length.
    """

    text: str
    cut: bool = False


Say = Callable[[Sequence[Turn]], Reply]
"""Puts a conversation to a model and returns its next words."""


def ask(say: Say) -> Description:
    """The four questions, one answer; where it cannot be read, one request to say it again.

    Args:
        say: Puts a conversation about the picture to the model.

    Returns:
        Sentences, and for each view without one the reason. Never an empty sentence.
    """
    turns = [Turn("user", PROMPT)]
    reply = say(turns)
    found = answer_in(reply.text)
    if found is None:
        said = reply.text[:MOST_REPEATED].strip() or "(nothing)"
        reply = say([*turns, Turn("assistant", said), Turn("user", REPAIR)])
        found = answer_in(reply.text)
    return read(found) if found is not None else silent(_unreadable(reply))


def answer_in(text: str) -> dict[str, Any] | None:
    """The first JSON object in a text that has one of the four keys.

    Words around it, code fences and thoughts in <think> are passed over.

    Examples:
        >>> answer_in('Sure!\\n```json\\n{"Role": "A cat."}\\n```')
        {'role': 'A cat.'}
        >>> answer_in("A happy cat.") is None
        True
    """
    text = re.sub(r"<think>.*?</think>", "", text[:MOST_READ], flags=re.DOTALL)
    starts = [hit.start() for hit in re.finditer(r"\{", text)]
    for start in starts[:MOST_STARTS]:
        try:
            found, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        named = {str(key).strip().lower(): value for key, value in found.items()}
        if any(str(view) in named for view in View):
            return named
    return None


def read(answer: Mapping[str, Any]) -> Description:
    """Each view of an answer checked by itself: one that is wrong leaves the others alone.

    Args:
        answer: Name of a view -> what was said of it; other keys are passed over.
    """
    views: dict[View, str] = {}
    missing: dict[View, str] = {}
    for view in View:
        if str(view) not in answer:
            missing[view] = ABSENT
            continue
        try:
            sentence = _SENTENCE.validate_python(answer[str(view)], strict=True)
        except ValidationError as error:
            missing[view] = _wrong(error)
            continue
        if sentence is None:
            missing[view] = UNTOLD
        else:
            views[view] = sentence
    guessed = frozenset({View.INTENTION} & set(views))
    return Description(views, {}, {}, guessed, missing)


def silent(why: str) -> Description:
    """A description without any view, and one reason for all four."""
    return Description({}, {}, {}, frozenset(), dict.fromkeys(View, why))


def _on_one_line(value: Any) -> Any:
    """Text without line breaks; words that stand for nothing become None."""
    if not isinstance(value, str):
        return value
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return None if line.lower().rstrip(".") in _BLANKS else line


_SENTENCE: TypeAdapter[str | None] = TypeAdapter(
    Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, pattern=r"\p{L}")]
        | None,
        BeforeValidator(_on_one_line),
    ]
)


def _wrong(error: ValidationError) -> str:
    """One sentence on what is wrong with a view."""
    first = error.errors()[0]
    kind = type(first["input"]).__name__
    return _WRONG.get(first["type"], f"The answer gives a value of type {kind}, not a sentence.")


def _unreadable(reply: Reply) -> str:
    if reply.cut:
        return "The answer was cut off at the limit of its length."
    if not reply.text.strip():
        return "The answer was empty, twice."
    return "The answer was not the JSON that was asked for, twice."
