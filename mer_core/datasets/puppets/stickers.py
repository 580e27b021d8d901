"""Stickers with known answers: one index and one split give one sample, always the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mer_core.datasets.puppets import wording
from mer_core.datasets.puppets.canvas import Box, paint_sticker
from mer_core.datasets.puppets.plots import PICTURED, SILENT, Plot, verdict
from mer_core.datasets.puppets.sticker_oracle import sticker_plot
from mer_core.datasets.puppets.views import Scene, allowed, write_views
from mer_core.datasets.puppets.world import (
    CARRIERS,
    CHARACTERS,
    HELD_OUT_CHARACTERS,
    POSTURES,
    PROPS,
    STYLES,
    WORLD,
    Split,
    World,
    chance,
    pick,
    rng,
)
from mer_core.task import VALENCE
from mer_core.types import Modality, Provenance, Sample, View

TELLS: dict[View, tuple[str, ...]] = {
    View.INTENTION: ("intention",),
    View.STYLE: ("caption",),
    View.ROLE: ("prop",),
    View.POSTURE: ("face", "posture"),
}
"""View -> the carriers that it may tell of."""


@dataclass(frozen=True)
class StickerTruth:
    """What a generated sticker knows of itself.

    Attributes:
        emotion: The target: what the truthful majority of carriers says.
        intensity: 0..1, how strong the face is.
        character, style, posture, prop: Names of the world's vocabularies.
        caption: The lettering, or None.
        carriers: Carrier -> emotion it shows, or None where it does not speak.
        told: Carrier -> emotion that the views tell of it; "nothing" where they say that it shows
            none; None where they leave it out.
        liars: Carriers that show another emotion than the target.
        evidence: View -> "truthful", "lying", "mixed" or "generic" (nothing of emotion in it).
        boxes: Pictured carrier that is visible -> (left, top, right, bottom) in pixels.
        guessed: Views that are worded as a guess.
        unseen: Whether the wording was kept from training.
    """

    emotion: str
    intensity: float
    character: str
    style: str
    posture: str
    prop: str
    caption: str | None
    carriers: Mapping[str, str | None]
    told: Mapping[str, str | None]
    liars: tuple[str, ...]
    evidence: Mapping[View, str]
    boxes: Mapping[str, Box]
    guessed: tuple[View, ...]
    unseen: bool
    plot: Plot = field(repr=False)


def _evidence(plot: Plot) -> dict[View, str]:
    """View -> what its statement is worth for the target."""
    told = dict(plot.told) | {"intention": plot.says["intention"]}
    worth = {}
    for view, carriers in TELLS.items():
        said = {told[c] for c in carriers} - {None, SILENT}
        right, wrong = plot.emotion in said, bool(said - {plot.emotion})
        names = {(True, True): "mixed", (True, False): "truthful", (False, True): "lying"}
        worth[view] = names.get((right, wrong), "generic")
    return worth


def _scene(generator: np.random.Generator, plot: Plot, held: bool, unseen: bool) -> Scene:
    def carrying(table: Mapping[str, str | None], emotion: str | None) -> str:
        return pick(generator, [name for name, e in table.items() if e == emotion])

    seen = tuple(c for c in CHARACTERS if c not in HELD_OUT_CHARACTERS)
    caption = plot.says["caption"]
    return Scene(
        character=pick(generator, HELD_OUT_CHARACTERS if held else seen),
        style=pick(generator, STYLES),
        posture=carrying(POSTURES, plot.says["posture"]),
        prop=carrying(PROPS, plot.says["prop"]),
        caption=caption and pick(generator, allowed(wording.CAPTIONS[caption], unseen)),
    )


def _labels(plot: Plot) -> dict[Modality, str]:
    """What the picture alone and the text alone express, where one emotion has most voices."""
    told = {c: None if t == SILENT else t for c, t in plot.told.items()}
    alone = {
        Modality.VISION: verdict(plot.says[c] for c in PICTURED),
        Modality.TEXT: verdict((*told.values(), plot.says["intention"])),
    }
    return {modality: emotion for modality, emotion in alone.items() if emotion is not None}


def sticker(index: int, split: Split, world: World = WORLD) -> Sample:
    """One sticker: picture 224 x 224, four views, target, sentiment, labels and truth.

    Args:
        index: From 0; any number, also beyond the sizes that the world names.
        split: Valid and test have held-out characters and wording in the share `world.unseen`.
        world: The knobs.

    Raises:
        ValueError: The split is unknown or the index is negative.
    """
    plot = sticker_plot(index, split, world)
    generator = rng(world, "sticker scene", split, index)
    later = 0.0 if split == "train" else world.unseen
    held, unseen = chance(generator, later), chance(generator, later)
    intensity = 0.6 + 0.4 * generator.random()
    scene = _scene(generator, plot, held, unseen)
    hedged = tuple(chance(generator, world.hedged) for _ in View)
    told = dict(plot.told) | {"intention": plot.says["intention"]}
    views = write_views(scene, told, generator, plot.generic, hedged, unseen)
    image, boxes = paint_sticker(scene, plot.says["face"], intensity, generator)
    truth = StickerTruth(
        plot.emotion, intensity, scene.character, scene.style, scene.posture, scene.prop,
        scene.caption, dict(plot.says), told,
        tuple(c for c in CARRIERS if plot.says[c] not in (None, plot.emotion)),
        _evidence(plot), {c: b for c, b in boxes.items() if c in PICTURED},
        tuple(v for v, h in zip(View, hedged, strict=True) if h), unseen, plot,
    )  # fmt: skip
    return Sample(
        id=f"sticker-{split}-{index}",
        image=image,
        views=views,
        target=plot.emotion,
        sentiment=3 * VALENCE[plot.emotion] * intensity,
        labels=_labels(plot),
        truth=truth,
        provenance={"image": Provenance.GENERATED, "views": Provenance.GENERATED},
    )
