"""Sentiment as a language model says it: one decimal, or a degree between two words."""

import re
from collections.abc import Iterable, Sequence

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


def parse_number(said: str, limits: Sequence[float] = SENTIMENT_RANGE) -> float | None:
    """The first number of a text, clamped to a range; None where there is none.

    Spaces inside it are allowed: word-piece vocabularies decode "-0.3" as "- 0. 3".
    """
    found = _NUMBER.search(said.translate(_MINUS))
    if found is None:
        return None
    low, high = limits
    return min(max(float(re.sub(r"\s", "", found[0])), low), high)


def unparsed(said: Iterable[str]) -> int:
    """How many answers hold no number. They count as the middle, so they must be counted too."""
    return sum(parse_number(text) is None for text in said)


def sayable(limits: Sequence[float] = SENTIMENT_RANGE) -> tuple[float, ...]:
    """Every number with one decimal in a range, ends included: 61 from -3 to 3."""
    low, high = (round(10 * limit) for limit in limits)
    return tuple(tenths / 10 for tenths in range(low, high + 1))


def one_decimal_floor(sentiment: Float[Tensor, " batch"]) -> float:
    """Mean absolute error of the best answers with one decimal: no such model can do better."""
    said = torch.tensor([float(write_number(s)) for s in sentiment.tolist()])
    return float((sentiment.cpu().float() - said).abs().mean())


def between(
    sentiment: Float[Tensor, " batch"], degrees: int, limits: Sequence[float] = SENTIMENT_RANGE
) -> Float[Tensor, "batch degree"]:
    """Weights of the two degrees next to each value; their expected value is the value itself.

    Args:
        sentiment: In `limits`; beyond, the outermost degree is meant.
        degrees: How many stand evenly over the range.
        limits: Least and greatest value.
    """
    low, high = limits
    place = (sentiment.float().clamp(low, high) - low) / (high - low) * (degrees - 1)
    stands = torch.arange(degrees, device=sentiment.device)
    return (1 - (place[:, None] - stands).abs()).clamp(min=0)
