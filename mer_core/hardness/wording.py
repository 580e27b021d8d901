"""Which words a set of sentences uses more than the rest."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

PRIOR = 500.0
"""How many words of the whole set are added to either side, so that rare words cannot win."""

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


class Word(NamedTuple):
    """One word in two sets of sentences.

    Attributes:
        word: In small letters.
        chosen, rest: How often it occurs in either.
        log_odds: Logarithm of the odds of this word among the chosen over those among the rest.
        z: The same in its own standard deviations; beyond 1.96 more than chance would have it in
            one word of twenty.
    """

    word: str
    chosen: int
    rest: int
    log_odds: float
    z: float


def words_in(sentence: str) -> list[str]:
    """The words of a sentence, in small letters.

    Examples:
        >>> words_in("Well, don't YOU know 3 of them?")
        ['well', "don't", 'you', 'know', 'of', 'them']
    """
    return _WORD.findall(sentence.casefold())


def overused(
    chosen: Iterable[str], rest: Iterable[str], most: int = 12, prior: float = PRIOR
) -> list[Word]:
    """Words that the chosen sentences use more than the rest, the surest first.

    Log-odds with a Dirichlet prior in the proportions of both sets together. Words that are not
    used more (z at most 0) are left out.

    Args:
        chosen, rest: Sentences.
        most: At most so many words.
        prior: Strength of the prior, in words.

    Source:
        Monroe, Colaresi and Quinn (2008), Fightin' Words: Lexical feature selection and evaluation
        for identifying the content of political conflict, Political Analysis 16(4), equations 15,
        16 and 22, with the informative prior of section 3.5.1.
    """
    here, there = _counts(chosen), _counts(rest)
    if not here or not there or len(here | there) < 2:
        return []
    n, m = here.total(), there.total()
    share = {word: prior * (here[word] + there[word]) / (n + m) for word in here | there}
    found = []
    for word, expected in share.items():
        a, b = here[word] + expected, there[word] + expected
        log_odds = math.log(a / (n + prior - a)) - math.log(b / (m + prior - b))
        z = log_odds / math.sqrt(1 / a + 1 / b)
        if z > 0:
            found.append(Word(word, here[word], there[word], log_odds, z))
    return sorted(found, key=lambda w: (-w.z, w.word))[:most]


def _counts(sentences: Iterable[str]) -> Counter[str]:
    return Counter(word for sentence in sentences for word in words_in(sentence))
