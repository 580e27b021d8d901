"""Would shuffled weights look there too? The text-guided maps beside those of nothing learned.

A map of attention always shows something. Here every weight beyond the backbone is kept in size
and put in random order, several times over: what is as sharp and as placed under these as under
the trained ones was not learned.

Source: the model randomisation test of Adebayo et al. (2018), Sanity Checks for Saliency Maps.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.models.mghft import MGHFT
from mer_core.probes.attribution import pictures
from mer_core.probes.base import Experiment, Finding, Row, names_of, percent
from mer_core.probes.guided import GuidedLook, LooksGuided, guided_look
from mer_core.probes.silence import looked_at
from mer_core.trace import capture
from mer_core.types import Batch, View

SHUFFLES = 3
ALIKE = 0.1
"""Maps that differ in less than this share of their attention are called nearly the same."""


@dataclass(frozen=True, eq=False)
class ShuffledLook(Finding):
    """The maps of the trained weights and of several shuffles.

    Attributes:
        trained: Under the model's own weights.
        shuffled: One for each seed, 0 and up.
    """

    unit = "share of the answering token's attention, 0 to 1, mean of heads"
    baseline = (
        f"the same weights beyond the backbone, each tensor's numbers in random order "
        f"({SHUFFLES} shuffles, seeds 0 to {SHUFFLES - 1}), on the same picture and words"
    )
    trained: GuidedLook
    shuffled: tuple[GuidedLook, ...]

    def apart(self, sample: int) -> tuple[float, float]:
        """Share of the attention that moves: from trained to shuffled, and among shuffles.

        Half the sum of absolute differences over the picture's finest grid and the whole
        stages, mean over pairs: 0 for one map, 1 for maps that share no place.
        """
        own = spread(self.trained, sample)
        others = [spread(look, sample) for look in self.shuffled]
        pairs = [(a, b) for i, a in enumerate(others) for b in others[:i]]
        return _mean_apart([(own, o) for o in others]), _mean_apart(pairs)

    def says(self, sample: int = 0) -> str:
        if bool(self.trained.blank[sample]):
            return "There is no picture here, so no weights have a place to look at."
        moved, among = self.apart(sample)
        total = self.trained.vision.shape[-1]
        reach = self.trained.reached(sample)
        other = sum(look.reached(sample) for look in self.shuffled) / len(self.shuffled)
        sharp = (
            f"a trained head looks as if evenly at {reach:.0f} of {total} tokens, "
            f"a shuffled one at {other:.0f}"
        )
        if moved < ALIKE:
            return (
                f"Shuffled weights look almost where the trained ones look ({percent(moved)} of "
                f"the attention moves; {sharp}): this map says little of what was learned."
            )
        return (
            f"With shuffled weights {percent(moved)} of the attention goes elsewhere, where two "
            f"shuffles differ by {percent(among)}; {sharp}."
        )

    def rows(self) -> Iterator[Row]:
        looks = {"trained": self.trained}
        looks |= {f"shuffled, seed {seed}": look for seed, look in enumerate(self.shuffled)}
        for b, id in enumerate(self.ids):
            for weights, look in looks.items():
                about: Row = {"sample": id, "weights": weights}
                for view, share in zip(View, look.slots[b].sum(dim=0).tolist(), strict=True):
                    yield {**about, "at": f"{view} view", "share": share, "even": 1 / len(View)}
                for name, (share, even) in look.shares(b).items():
                    yield {**about, "at": f"{name}, picture", "share": share, "even": even}


def spread(look: GuidedLook, sample: int) -> Float[Tensor, " place"]:
    """A2 laid over the picture's finest grid, the global tokens after it; sums to 1."""
    weights, finest = look.vision[sample].mean(dim=0), look.sources[1].grid
    whole = torch.zeros(finest, finest)
    for i, source in enumerate(look.sources[1:]):
        square = source.onto(weights[source.span], sample).nan_to_num(0.0) / 4**i
        wide = square.repeat_interleave(2**i, dim=0).repeat_interleave(2**i, dim=1)
        whole += wide[:finest, :finest]  # a coarse map may reach past the picture's edge
    flat = torch.cat([whole.flatten(), weights[look.sources[0].span]])
    return flat / flat.sum()


def _mean_apart(pairs: list[tuple[Tensor, Tensor]]) -> float:
    return sum(float((a - b).abs().sum() / 2) for a, b in pairs) / max(1, len(pairs))


class ShuffleLooks(Experiment):
    """Look once with the trained weights, and once with each of several shuffles of them."""

    passes = 1 + SHUFFLES

    def suits(self, model: EmotionModel) -> bool:
        return isinstance(model, MGHFT)

    def run(self, model: EmotionModel, batch: Batch) -> ShuffledLook:
        seen, trained = looked_at(model, batch), cast("MGHFT", model)
        looks = [_look(m, seen, batch) for m in (trained, *_shuffles(trained))]
        return ShuffledLook(names_of(batch), (), looks[0], tuple(looks[1:]))


def _shuffles(model: MGHFT) -> Iterator[MGHFT]:
    """Copies with shuffled weights; the backbone, which has seen already, is shared."""
    for seed in range(SHUFFLES):
        other = copy.deepcopy(model, {id(model.backbone): model.backbone})
        shuffle(other, seed)
        yield other


def shuffle(model: MGHFT, seed: int) -> None:
    """Put the numbers of every weight beyond the backbone in random order, in place."""
    generator = torch.Generator().manual_seed(seed)
    for name, weight in model.named_parameters():
        if not name.startswith("backbone."):
            order = torch.randperm(weight.numel(), generator=generator).to(weight.device)
            weight.data = weight.data.flatten()[order].view_as(weight)


def _look(model: MGHFT, seen: Batch, batch: Batch) -> GuidedLook:
    with torch.no_grad(), capture(model, *LooksGuided.needs) as trace:
        model(seen)
    return guided_look(trace, batch, pictures(batch))
