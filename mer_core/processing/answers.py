"""Sentiment as a language model says it: one decimal, or a degree between two words."""

import re
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.task import SENTIMENT_RANGE

_NUMBER = re.compile(r"[-+]?\s*\d+(?:\s*\.\s*\d+)?")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2014": "-", "\uff0d": "-", "\uff0e": "."})
"""Look-alikes of minus and point that tokenizers and fonts bring in."""


def write_number(sentiment: float) -> str:
    """One decimal, as EGMF is taught to say it: -0.3, 1.7; never a minus before zero."""
    return f"{round(sentiment, 1) + 0.0:.1f}"


def parse_number(said: str) -> float | None:
    """The first number of a text, clamped to the range of sentiment; None where there is none.

    Spaces inside it are allowed: word-piece vocabularies decode "-0.3" as "- 0. 3".
    """
    found = _NUMBER.search(said.translate(_MINUS))
    if found is None:
        return None
    low, high = SENTIMENT_RANGE
    return min(max(float(re.sub(r"\s", "", found[0])), low), high)


def unparsed(said: Iterable[str]) -> int:
    """How many answers hold no number. They count as 0.0, so they must be counted too."""
    return sum(parse_number(text) is None for text in said)


def between(sentiment: Float[Tensor, " batch"], degrees: int) -> Float[Tensor, "batch degree"]:
    """Weights of the two degrees next to each value; their expected value is the value itself.

    Args:
        sentiment: In [-3, 3]; beyond, the outermost degree is meant.
        degrees: How many stand evenly over the range.
    """
    low, high = SENTIMENT_RANGE
    place = (sentiment.float().clamp(low, high) - low) / (high - low) * (degrees - 1)
    stands = torch.arange(degrees, device=sentiment.device)
    return (1 - (place[:, None] - stands).abs()).clamp(min=0)
