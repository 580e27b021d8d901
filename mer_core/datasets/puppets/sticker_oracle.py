"""The best that any reader of stickers can do, from the distributions that made them.

The posterior is exact: every way in which carriers can speak and lie is enumerated. An ideal reader
of the picture sees the four pictured carriers; of the text, what the views tell; of both, all.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from itertools import product

import numpy as np
from jaxtyping import Float

from mer_core.datasets.puppets.plots import (
    SILENT,
    Plot,
    can_say,
    draw_plot,
    lies,
    sides,
    verdict,
)
from mer_core.datasets.puppets.world import CARRIERS, PICTURED, WORLD, Split, World, pick, rng
from mer_core.task import EMOTIONS

READERS: tuple[str, ...] = ("vision", "text", "both")

_Says = tuple[str | None, ...]


def _voices(emotion: str, world: World) -> dict[_Says, float]:
    """What the carriers say -> probability before the tied draws are thrown away."""
    weights: dict[_Says, float] = defaultdict(float)
    able = [c for c in CARRIERS if emotion in can_say(c)]
    for pattern in product((False, True), repeat=len(able)):
        speak = [c for c, s in zip(able, pattern, strict=True) if s]
        p = sum(
            share * math.prod([chances[c] if c in speak else 1 - chances[c] for c in able])
            for share, chances in sides(world)
        )
        plain = {c: emotion if c in speak else None for c in CARRIERS}
        weights[tuple(plain.values())] += p * (1 - world.lie)
        liars = tuple(speak) if speak and emotion != "neutral" else PICTURED
        for liar in liars:
            shown = lies(liar, emotion)
            for lie in shown:
                says = tuple((plain | {liar: lie}).values())
                weights[says] += p * world.lie / len(liars) / len(shown)
    return weights


@lru_cache(maxsize=8)
def _table(world: World) -> dict[_Says, Float[np.ndarray, " emotion"]]:
    """What all carriers say -> joint probability with each target (one entry is not zero)."""
    table: dict[_Says, np.ndarray] = defaultdict(lambda: np.zeros(len(EMOTIONS)))
    for i, emotion in enumerate(EMOTIONS):
        kept = {s: p for s, p in _voices(emotion, world).items() if verdict(s) == emotion}
        total = sum(kept.values())
        for says, p in kept.items():
            table[says][i] += p / total / len(EMOTIONS)
    return dict(table)


@lru_cache(maxsize=8)
def _pictures(world: World) -> dict[_Says, Float[np.ndarray, " emotion"]]:
    seen: dict[_Says, np.ndarray] = defaultdict(lambda: np.zeros(len(EMOTIONS)))
    for says, p in _table(world).items():
        seen[says[:4]] += p
    return dict(seen)


def _heard(said: str | None, told: str | None, carrier: str, world: World) -> float:
    """Likelihood of what a view tells, given what the carrier shows, up to a constant."""
    if told is None:
        return 1.0
    if said is None or told == SILENT:
        return float(said is None and told == SILENT)
    return 1 - world.bias if told == said else world.bias / len(lies(carrier, said))


@lru_cache(maxsize=1 << 14)
def _read_text(
    intention: str | None, told: tuple[str | None, ...], world: World
) -> tuple[float, ...]:
    total = np.zeros(len(EMOTIONS))
    for says, p in _table(world).items():
        if says[4] != intention:
            continue
        likelihood = 1.0
        for carrier, said, heard in zip(PICTURED, says, told, strict=False):
            likelihood *= _heard(said, heard, carrier, world)
            if not likelihood:
                break
        total += likelihood * p
    return tuple(total / total.sum())


def sticker_posterior(
    plot: Plot, reader: str = "both", world: World = WORLD
) -> Float[np.ndarray, " emotion"]:
    """Probability of each emotion for an ideal reader who knows the world's knobs.

    Args:
        plot: What the sticker says; its target is not looked at.
        reader: "vision" sees the picture, "text" the four views, "both" everything.
        world: The knobs that made the sticker.

    Raises:
        ValueError: There is no such reader.
    """
    says: Mapping[str, str | None] = plot.says
    if reader == "vision":
        weights = _pictures(world)[tuple(says[c] for c in PICTURED)]
    elif reader == "text":
        told = tuple(plot.told[c] for c in PICTURED)
        return np.array(_read_text(says["intention"], told, world))
    elif reader == "both":
        # Whoever sees a carrier learns nothing more from a view that tells of it.
        weights = _table(world)[tuple(says[c] for c in CARRIERS)]
    else:
        raise ValueError(f"A reader is one of {READERS}; got {reader!r}.")
    return weights / weights.sum()


def sticker_plot(index: int, split: Split, world: World = WORLD) -> Plot:
    """The plot of a sticker, without drawing it."""
    generator = rng(world, "sticker plot", split, index)
    return draw_plot(generator, pick(generator, EMOTIONS), world)


def sticker_ceilings(
    split: Split = "test", n: int = 1500, world: World = WORLD
) -> dict[str, float]:
    """Accuracy of the ideal readers on the first `n` stickers of a split.

    Ties are scored by the share of right answers among the best ones, as fair guessing would be.

    Returns:
        Reader -> accuracy in [0, 1], and "n" -> number of stickers.
    """
    right = dict.fromkeys(READERS, 0.0)
    for index in range(n):
        plot = sticker_plot(index, split, world)
        for reader in READERS:
            p = sticker_posterior(plot, reader, world)
            best = np.flatnonzero(p >= p.max() - 1e-9)
            right[reader] += (EMOTIONS.index(plot.emotion) in best) / len(best)
    return {reader: hits / n for reader, hits in right.items()} | {"n": float(n)}


def contradicting(plot: Plot) -> tuple[str, ...]:
    """Which of "text" and "vision" say something other than the truthful majority.

    Whoever sees all carriers and hears all views knows it for certain: the majority of what the
    carriers show is the target, always and strictly. So this reader's belief is 0 or 1, and its
    AUROC on "something contradicts" is 1. Text contradicts where the intention lies or a view tells
    of a carrier what it does not show, vision where a pictured carrier lies.
    """
    truth = verdict(plot.says.values())
    told = [t for t in plot.told.values() if t not in (None, SILENT)]
    words = any(t != truth for t in (*told, plot.says["intention"]) if t is not None)
    seen = any(plot.says[c] not in (None, truth) for c in PICTURED)
    return ("text",) * words + ("vision",) * seen
