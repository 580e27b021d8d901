"""What a sticker says: which carriers speak, which one lies, and what the views tell of it.

This file knows probabilities, not pictures or sentences; `sticker_oracle` inverts exactly this.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from mer_core.datasets.puppets.world import CARRIERS, PICTURED, World, chance, pick
from mer_core.task import EMOTIONS

SILENT = "nothing"
"""What a view tells of a carrier that it describes and that carries no emotion."""

_FEELINGS = tuple(e for e in EMOTIONS if e != "neutral")
WORDED = ("caption", "intention")
"""Carriers made of words: they alone can say that nothing is felt."""


@dataclass(frozen=True)
class Plot:
    """The part of a sticker's latent that decides its target.

    Attributes:
        emotion: The target.
        says: Carrier -> emotion it shows, or None.
        liar: The carrier that shows another emotion, or None.
        told: Pictured carrier -> what the views tell of it: an emotion, `SILENT`, or None where
            the views omit it. The intention is told whenever it speaks.
        generic: Whether each view (intention, style, role, posture) says nothing at all.
    """

    emotion: str
    says: Mapping[str, str | None]
    liar: str | None
    told: Mapping[str, str | None]
    generic: tuple[bool, bool, bool, bool]


def sides(world: World) -> tuple[tuple[float, dict[str, float]], ...]:
    """The three kinds of sticker: share, and carrier -> probability that it speaks.

    Evidence lies in the picture only, in the words only, or in both; without this split any one
    reader would find enough by itself.
    """
    pictured = {c: float(getattr(world, f"{c}_speaks")) for c in PICTURED}
    silent = dict.fromkeys(PICTURED, 0.0)
    both = 1 - world.only_picture - world.only_words
    return (
        (world.only_picture, pictured | {"intention": 0.0}),
        (world.only_words, silent | {"intention": 1.0}),
        (both, pictured | {"intention": 1.0}),
    )


def can_say(carrier: str) -> tuple[str, ...]:
    """Emotions that a carrier can show: only words can say that nothing is felt."""
    return EMOTIONS if carrier in WORDED else _FEELINGS


def lies(carrier: str, emotion: str) -> tuple[str, ...]:
    """Emotions that a carrier shows when it lies about `emotion`."""
    return tuple(e for e in can_say(carrier) if e != emotion)


def verdict(said: Iterable[str | None]) -> str | None:
    """The emotion that most carriers say; neutral where none speaks; None for a tie."""
    votes: dict[str, int] = {}
    for emotion in said:
        if emotion is not None:
            votes[emotion] = votes.get(emotion, 0) + 1
    if not votes:
        return "neutral"
    best = max(votes.values())
    winners = [e for e, n in votes.items() if n == best]
    return winners[0] if len(winners) == 1 else None


def _says(
    generator: np.random.Generator, emotion: str, chances: Mapping[str, float], lie: float
) -> tuple[dict[str, str | None], str | None]:
    speak = [c for c in CARRIERS if chance(generator, chances[c])]
    speak = [c for c in speak if emotion in can_say(c)] if emotion == "neutral" else speak
    says: dict[str, str | None] = {c: emotion if c in speak else None for c in CARRIERS}
    liar = None
    if chance(generator, lie):
        # Any carrier may be the one that lies; a lie counts when its carrier speaks by it.
        liar = (
            pick(generator, speak) if speak and emotion != "neutral" else pick(generator, PICTURED)
        )
        says[liar] = pick(generator, lies(liar, emotion))
    return says, liar


def draw_plot(generator: np.random.Generator, emotion: str, world: World) -> Plot:
    """One plot with the given target; draws again until the truth is a strict majority."""
    kinds = sides(world)
    while True:
        u = generator.random()
        kind = 0 if u < kinds[0][0] else 1 if u < kinds[0][0] + kinds[1][0] else 2
        chances = kinds[kind][1]
        says, liar = _says(generator, emotion, chances, world.lie)
        if verdict(says.values()) == emotion:
            break
    silent = says["intention"] is None
    generic = (
        silent and chance(generator, _generic_if_silent(world)),
        chance(generator, world.generic),
        chance(generator, world.generic),
        chance(generator, world.generic),
    )
    blank = {"face": generic[3], "posture": generic[3], "prop": generic[2], "caption": generic[1]}
    told = {c: None if blank[c] else _told(generator, c, says[c], world) for c in PICTURED}
    return Plot(emotion, says, liar, told, generic)


def _generic_if_silent(world: World) -> float:
    """Share of generic views among silent intentions, so that the share of all is `generic`."""
    return min(1.0, world.generic / world.only_picture) if world.only_picture else 0.0


def _told(
    generator: np.random.Generator, carrier: str, said: str | None, world: World
) -> str | None:
    if not chance(generator, getattr(world, f"{carrier}_told")):
        return None
    if said is None:
        return SILENT
    if chance(generator, world.bias):
        return pick(generator, lies(carrier, said))
    return said
