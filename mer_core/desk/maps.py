"""Which answer where: over all mixtures of three parts, or along the strength of each stage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.desk.base import Desk, Progress
from mer_core.desk.setting import FIRST_STEPS, STRONGEST, areas, corners, simplex_grid
from mer_core.probes.base import Finding, Row, listed, percent

FIRST_LEVELS = 17
"""Strengths at which each stage is first tried: 0 to 2, every eighth."""

FINEST = {True: 4 * FIRST_STEPS, False: 4 * (FIRST_LEVELS - 1) + 1}
"""Whether on the simplex -> steps, or levels, beyond which no map is refined."""

PLURAL = {"expert": "experts", "modality": "modalities", "stage": "stages"}


@dataclass(frozen=True, eq=False)
class GateMap(Finding):
    """The answer at every point of a triangular grid of mixtures.

    Attributes:
        parts: Names of the corners.
        of: What a part is.
        steps: Steps of the grid along a side.
        settings: The points.
        probs: Calibrated probabilities at each.
        names: The emotions.
        own: The model's own mixture.
    """

    unit = "calibrated probability of each emotion at each mixture, 0 to 1"
    baseline = "the model's own mixture (the ring)"
    parts: tuple[str, ...]
    of: str
    steps: int
    settings: Float[Tensor, "point part"]
    probs: Float[Tensor, "point emotion"]
    names: tuple[str, ...]
    own: Float[Tensor, " part"]

    @property
    def labels(self) -> Int[Tensor, " point"]:
        """Which emotion is the answer at each point."""
        return self.probs.argmax(dim=-1)

    def shares(self) -> Mapping[str, float]:
        """Emotion -> share of all mixtures that answer so, largest first; those that none does
        are left out."""
        share = torch.zeros(len(self.names), dtype=torch.float64)
        share.index_add_(0, self.labels.cpu(), areas(self.steps).double())
        order = share.argsort(descending=True).tolist()
        return {self.names[i]: float(share[i]) for i in order if share[i] > 0}

    def says(self, sample: int = 0) -> str:
        shares, own = self.shares(), self.target[sample]
        if len(shares) == 1:
            return (
                f"All {len(self.settings):,} mixtures say {own}: for this sample no weights of the "
                f"{PLURAL[self.of]} change the answer."
            )
        said = listed([f"{percent(share)} say {name}" for name, share in shares.items()])
        return f"Of all mixtures {said}; the model's own mixture says {own}."

    def rows(self) -> Iterator[Row]:
        for weights, probs in zip(self.settings.tolist(), self.probs.tolist(), strict=True):
            row: Row = {"sample": self.ids[0], **dict(zip(self.parts, weights, strict=True))}
            best = max(range(len(probs)), key=probs.__getitem__)
            yield {**row, "answer": self.names[best], **dict(zip(self.names, probs, strict=True))}


@dataclass(frozen=True, eq=False)
class StrengthMap(Finding):
    """The answer while one strength at a time goes from 0 to 2 and the others stay.

    Attributes:
        parts: Names of the stages.
        levels: The strengths.
        probs: Calibrated probabilities at each.
        names: The emotions.
        around: Where the others stand.
    """

    unit = "calibrated probability of each emotion at each strength, 0 to 1"
    baseline = "strength 1, as trained"
    parts: tuple[str, ...]
    levels: Float[Tensor, " level"]
    probs: Float[Tensor, "part level emotion"]
    names: tuple[str, ...]
    around: Float[Tensor, " part"]

    @property
    def labels(self) -> Int[Tensor, "part level"]:
        """Which emotion is the answer at each."""
        return self.probs.argmax(dim=-1)

    def says(self, sample: int = 0) -> str:
        told = []
        for part, labels in zip(self.parts, self.labels.tolist(), strict=True):
            others = [self.names[i] for i in dict.fromkeys(labels) if self.names[i] != self._here]
            if others:
                told.append(f"{part} can turn it to {listed(others)}")
        if not told:
            return f"No single strength from 0 to {STRONGEST:g} changes the answer {self._here}."
        return f"The answer is {self._here}; {listed(told)}."

    @property
    def _here(self) -> str:
        return self.target[0]

    def rows(self) -> Iterator[Row]:
        for part, probs in zip(self.parts, self.probs.tolist(), strict=True):
            for level, each in zip(self.levels.tolist(), probs, strict=True):
                best = max(range(len(each)), key=each.__getitem__)
                row: Row = {"sample": self.ids[0], "stage": part, "strength": level}
                yield {
                    **row,
                    "answer": self.names[best],
                    **dict(zip(self.names, each, strict=True)),
                }


def gate_map(desk: Desk, id: str, steps: int = FIRST_STEPS) -> GateMap:
    """The map of a desk with mixing weights, 66 points at first.

    Args:
        desk: On the simplex, three parts.
        id: Name of the sample.
        steps: Along a side.
    """
    settings = simplex_grid(steps).to(desk.gate)
    probs = desk.answers(settings).probs
    target, parts = tuple(desk.own.answers), desk.parts
    return GateMap((id,), target, parts, desk.of, steps, settings, probs, desk.names, desk.gate)


def refined(desk: Desk, found: GateMap, progress: Progress | None = None) -> GateMap:
    """The same map with twice as many steps; only new points are answered."""
    places, steps = corners(2 * found.steps), 2 * found.steps
    known = (places % 2 == 0).all(dim=1).to(desk.gate.device)
    settings = simplex_grid(steps).to(desk.gate)
    probs = torch.empty(len(settings), len(found.names)).to(found.probs)
    probs[known] = found.probs  # both grids go in the same order
    probs[~known] = desk.answers(settings[~known], progress).probs
    return replace(found, steps=steps, settings=settings, probs=probs)


def strength_map(
    desk: Desk,
    id: str,
    around: Float[Tensor, " part"] | None = None,
    levels: int = FIRST_LEVELS,
    progress: Progress | None = None,
) -> StrengthMap:
    """What each strength alone does, 68 points at first.

    Args:
        desk: Of strengths.
        id: Name of the sample.
        around: Where the other strengths stand; None for the model's own.
        levels: From 0 to 2, evenly.
        progress: Told how far it is.
    """
    around = desk.gate if around is None else around.to(desk.gate)
    steps = torch.linspace(0, STRONGEST, levels).to(desk.gate)
    settings = around.repeat(len(desk.parts), levels, 1)
    for i in range(len(desk.parts)):
        settings[i, :, i] = steps
    probs = desk.answers(settings.flatten(0, 1), progress).probs.unflatten(0, (-1, levels))
    target = tuple(desk.answer(around).answers)
    return StrengthMap((id,), target, desk.parts, steps, probs, desk.names, around)
