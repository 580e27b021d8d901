"""The edges of a map of attention: whole words of a sentence, or moments of a voice or a face."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.probes.positions import Positions, label
from mer_core.types import Batch, Modality

MOMENTS = 240
"""Moments along an edge at most; what lasts longer is told in longer steps."""
STEP = 0.1
"""Seconds of a moment that stands alone, so that no neighbour tells how long it lasts."""
_MARKS = "▁Ġ"
"""With one of these the tokenizers of many language models begin a word."""


@dataclass(frozen=True)
class Side:
    """One edge of one sample's map.

    Attributes:
        modality: Whose positions these are.
        labels: A word, or the moment as "1.2 s", for each position.
        edges: Seconds at which each moment begins, and the last one ends; empty for words.
    """

    modality: str
    labels: tuple[str, ...]
    edges: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def timed(self) -> bool:
        """Whether the positions are moments in seconds."""
        return bool(self.edges)

    def places(self) -> Float[Tensor, " position"]:
        """Where the middle of each position stands on the way from begin (0) to end (1).

        Words here carry no seconds: the i-th of n, from 0, stands at (i + 1/2) / n.
        """
        if not self.timed:
            return (torch.arange(len(self)) + 0.5) / max(1, len(self))
        edges = torch.tensor(self.edges)
        return (edges[1:] + edges[:-1]) / 2 / max(float(edges[-1]), 1e-6)


@dataclass(frozen=True, eq=False)
class Joined:
    """How the positions that a model has become those of a side.

    Attributes:
        side: With whole words, and not too many moments.
        at: Positions of the model's axis that belong here, in order.
        owner: Which position of the side each of them became part of.
    """

    side: Side
    at: tuple[int, ...]
    owner: tuple[int, ...]

    def averaged(self, values: Float[Tensor, "*lead some"]) -> Float[Tensor, "*lead position"]:
        """The mean over what became one: for those that look."""
        return self.summed(values) / self.sizes()

    def summed(self, values: Float[Tensor, "*lead some"]) -> Float[Tensor, "*lead position"]:
        """The sum over what became one: for those that are looked at."""
        out = values.new_zeros(*values.shape[:-1], len(self.side))
        return out.index_add(-1, torch.tensor(self.owner), values)

    def sizes(self) -> Float[Tensor, " position"]:
        """How many of the model's positions became each one."""
        return torch.bincount(torch.tensor(self.owner), minlength=len(self.side)).float()


def joined(batch: Batch, axis: Positions, kind: str, row: int, text: str | None) -> Joined | None:
    """The positions of one modality on one axis, for one sample; None where it is silent.

    Args:
        batch: What the model was given.
        axis: All positions of the axis; several modalities may stand on it one after another.
        kind: The modality wanted.
        row: The sample.
        text: What is said, where known: it tells which pieces make up a word.
    """
    stream = batch.streams[Modality(kind)]
    real = axis.real[row].tolist()
    at = tuple(
        i for i, (k, on) in enumerate(zip(axis.kinds, real, strict=True)) if on and k == kind
    )
    if bool(stream.is_silent[row]) or not at:
        return None
    whole = stream.ticks is not None and len(at) == int(stream.mask[row].sum())
    ticks = list(stream.ticks[row])[: len(at)] if whole and stream.ticks is not None else []
    if ticks and all(isinstance(t, str) for t in ticks):
        words, owner = whole_words(ticks, text)
        return Joined(Side(kind, tuple(words)), at, tuple(owner))
    edges = moments(ticks)
    if not edges:  # nobody knows when: numbered as they come
        return Joined(Side(kind, tuple(axis.labels[row][i] for i in at)), at, tuple(range(len(at))))
    step = -(-len(at) // MOMENTS)
    starts = edges[:-1][::step]
    side = Side(kind, tuple(label(t) for t in starts), (*starts, edges[-1]))
    return Joined(side, at, tuple(i // step for i in range(len(at))))


def moments(ticks: Sequence[Any]) -> tuple[float, ...]:
    """Seconds at which each position begins, and the last one ends.

    Ticks that begin at 0 tell when a position begins, as those of pictures do; others tell its
    middle, as those of sound do. Empty where they are no seconds or do not go up.

    Examples:
        >>> moments([0.05, 0.15, 0.25])
        (0.0, 0.1, 0.2, 0.3)
        >>> moments([0.0, 0.125, 0.25])
        (0.0, 0.125, 0.25, 0.375)
    """
    at = [round(float(t), 4) for t in ticks if not isinstance(t, str | int)]
    if not at or len(at) != len(ticks) or any(b <= a for a, b in pairwise(at)) or at[0] < 0:
        return ()
    last = at[-1] - at[-2] if len(at) > 1 else STEP
    if at[0] == 0:
        return tuple(round(t, 4) for t in (*at, at[-1] + last))
    first = at[1] - at[0] if len(at) > 1 else STEP
    middles = [(a + b) / 2 for a, b in pairwise(at)]
    return tuple(round(t, 4) for t in (max(0.0, at[0] - first / 2), *middles, at[-1] + last / 2))


def whole_words(pieces: Sequence[str], text: str | None) -> tuple[list[str], list[int]]:
    """The words that pieces of a tokenizer make up, and the word of each piece.

    The words are those between the blanks of the text, as they are written. Where the text is not
    known, or the pieces do not spell it, the tokenizer's own marks tell where a word begins.

    Examples:
        >>> whole_words(["i", "'", "m", "un", "##sure", "!"], "I'm unsure!")
        (["I'm", 'unsure!'], [0, 0, 0, 1, 1, 1])
        >>> whole_words(["▁un", "sure", "▁now"], None)
        (['unsure', 'now'], [0, 0, 1])
    """
    spelled = _spelled(pieces, (text or "").split())
    if spelled is not None:
        return spelled
    marked = any(piece[:1] in _MARKS for piece in pieces if piece)
    words: list[str] = []
    owner: list[int] = []
    for piece in pieces:
        begins = piece[:1] in _MARKS if marked and piece else not piece.startswith("##")
        if begins or not words:
            words.append("")
        words[-1] += _bare(piece)
        owner.append(len(words) - 1)
    return words, owner


def _spelled(pieces: Sequence[str], words: list[str]) -> tuple[list[str], list[int]] | None:
    """The same by spelling; None where the pieces spell something else."""
    rest = [_plain(word) for word in words]
    owner: list[int] = []
    now = 0
    if not any(rest):
        return None
    for piece in pieces:
        while now < len(rest) and not rest[now]:
            now += 1
        letters = _plain(_bare(piece))
        if now == len(rest) and letters:
            return None
        if piece == "[UNK]":  # whatever it was, a word ends with it at the latest
            letters = rest[now]
        if letters and not rest[now].startswith(letters):
            return None
        owner.append(min(now, len(rest) - 1))
        if letters:
            rest[now] = rest[now][len(letters) :]
    used = sorted(set(owner))  # a long text may have been cut
    return [words[i] for i in used], [used.index(i) for i in owner]


def _bare(piece: str) -> str:
    return piece.removeprefix("##").lstrip(_MARKS).removesuffix("</w>")


def _plain(word: str) -> str:
    """Small letters without accents, as tokenizers that know no capitals spell."""
    apart = unicodedata.normalize("NFD", word.lower())
    return "".join(c for c in apart if unicodedata.category(c) not in ("Mn", "Cc", "Cf"))
