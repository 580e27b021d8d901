"""Which words, moments and places moved the answer? Integrated gradients at the entry taps.

One forward pass and one backward pass: every step of the path is a row of the batch. Gradients
come from `torch.autograd.grad`, which leaves nothing on the model.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.models.mghft import MGHFT
from mer_core.probes.base import Experiment, Finding, Row, names_of, percent, points
from mer_core.probes.positions import Positions, positions, quoted, views_positions
from mer_core.probes.silence import looked_at
from mer_core.trace import capture
from mer_core.types import Batch, Modality

STEPS = 24
"""Points on the path; more make the gap smaller and the wait longer."""


@dataclass(frozen=True, eq=False)
class Push:
    """What each position of one modality, or of one view, did for the answer.

    Attributes:
        name: A modality, or a view of the text.
        where: The positions.
        values: Signed change of probability.
    """

    name: str
    where: Positions
    values: Float[Tensor, "batch position"]

    def seen(self, sample: int) -> list[tuple[str, float]]:
        """Label and value of each real position; none where the modality is silent."""
        if bool(self.where.silent[sample]):
            return []
        real = self.where.real[sample]
        values = self.values[sample][real].tolist()
        return list(zip(self.where.kept(sample), values, strict=True))


@dataclass(frozen=True, eq=False)
class Attribution(Finding):
    """Signed contributions of words, moments and places to the probability of the answer.

    Attributes:
        pushes: One for each modality that is a sequence, or for each view.
        places: Of the picture, on the finest grid; None for models without a picture.
        totals: Sum over each modality.
        told: Probability of the answer.
        bare: The same with nothing at every entry.
    """

    unit = "probability of the answered emotion, in points of 100"
    sign = "positive (vermilion): pushed towards the answer; negative (blue): away from it"
    baseline = "zeros at every entry (integrated gradients, 24 steps)"
    pushes: tuple[Push, ...]
    places: Float[Tensor, "batch row column"] | None
    totals: dict[Modality, Float[Tensor, " batch"]]
    told: Float[Tensor, " batch"]
    bare: Float[Tensor, " batch"]
    images: tuple[np.ndarray | None, ...] = ()

    def gap(self, sample: int) -> float:
        """What the attributions leave unexplained; 0 if the path were followed exactly."""
        explained = sum(float(total[sample]) for total in self.totals.values())
        return float(self.told[sample] - self.bare[sample]) - explained

    def says(self, sample: int = 0) -> str:
        told = f"{self.target[sample]} ({percent(float(self.told[sample]))})"
        seen = [(p.name, *s) for p in self.pushes for s in p.seen(sample)]
        if not seen:
            return f"Only the picture speaks for {told} here; nothing else was heard."
        name, label, value = max(seen, key=lambda s: abs(s[2]))
        way = "towards" if value > 0 else "away from"
        moved = points(value, signed=False)
        return f"{quoted(label)} ({name}) moved the answer most: {moved} {way} {told}."

    def caption(self, sample: int = 0) -> str:
        sums = ", ".join(f"{m} {points(float(t[sample]))}" for m, t in self.totals.items())
        gap = points(self.gap(sample))
        return f"{super().caption(sample)} In all: {sums}; left unexplained {gap}."

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for push in self.pushes:
                for i, (label, value) in enumerate(push.seen(b)):
                    yield {
                        "sample": id,
                        "of": push.name,
                        "position": f"{i}: {label}",
                        "push": value,
                    }
            for row, values in enumerate([] if self.places is None else self.places[b].tolist()):
                for column, value in enumerate(values):
                    at = f"row {row}, column {column}"
                    yield {"sample": id, "of": "picture", "position": at, "push": value}


class Attribute(Experiment):
    """Walk from nothing to the input and add up what each entry did on the way.

    Source: Sundararajan, Taly and Yan (2017), Axiomatic Attribution for Deep Networks, eq. 1,
    by the midpoint rule. MGHFT's choice of places has no gradient, which the gap shows.
    """

    def run(self, model: EmotionModel, batch: Batch) -> Attribution:
        seen = looked_at(model, batch)
        n, share = len(batch), torch.cat([torch.tensor([1.0, 0.0]), _midpoints()])
        repeated = seen.select(torch.arange(n).repeat(len(share)))
        leaves: dict[str, Tensor] = {}
        edits = {f"entry.{m}": _scaled(f"entry.{m}", share, n, leaves) for m in model.modalities}
        # cuDNN's recurrent nets differentiate in training mode only
        with (
            torch.inference_mode(False),
            torch.enable_grad(),
            torch.backends.cudnn.flags(enabled=False),
            capture(model, *edits, edits=edits),
        ):
            said = model(repeated)
            told = said.probs.unflatten(0, (len(share), n))
            answer = told[0].argmax(dim=-1)
            chosen = told.gather(-1, answer.expand(len(share), n)[..., None])[..., 0]
            slopes = torch.autograd.grad(chosen.sum(), list(leaves.values()))
        pushed = {
            name: (x[:n] * g[2 * n :].unflatten(0, (-1, n)).mean(dim=0)).detach().float().cpu()
            for (name, x), g in zip(leaves.items(), slopes, strict=True)
        }
        chosen = chosen.detach().float().cpu()
        return _found(model, batch, pushed, tuple(said.names[i] for i in answer.tolist()), chosen)


def _midpoints() -> Float[Tensor, " step"]:
    return (torch.arange(STEPS) + 0.5) / STEPS


def _scaled(
    name: str, share: Tensor, n: int, leaves: dict[str, Tensor]
) -> Callable[[Tensor], Tensor]:
    """An edit that puts each row at its place on the path and remembers it as a leaf."""

    def edit(x: Tensor) -> Tensor:
        rows = share.repeat_interleave(n).to(x).view(-1, *[1] * (x.ndim - 1))
        leaves[name] = (x.detach() * rows).requires_grad_()
        return leaves[name]

    return edit


def _found(
    model: EmotionModel,
    batch: Batch,
    pushed: dict[str, Tensor],
    target: tuple[str, ...],
    chosen: Float[Tensor, "case batch"],
) -> Attribution:
    pushes: list[Push] = []
    places = None
    for m in model.modalities:
        values = pushed[f"entry.{m}"]
        if values.ndim == 2 and isinstance(model, MGHFT):
            places = on_finest_grid([v.sum(dim=-1) for v in model.backbone.unpack(values)])
        elif values.ndim == 4:
            for i, where in enumerate(views_positions(batch)):
                pushes.append(Push(where.name, where, values[:, i].sum(dim=-1)))
        else:
            where = positions(batch, str(m)).fitted(values.shape[1])
            pushes.append(Push(str(m), where, values.sum(dim=-1)))
    return Attribution(
        ids=names_of(batch),
        target=target,
        pushes=tuple(pushes),
        places=places,
        totals={m: pushed[f"entry.{m}"].flatten(1).sum(dim=1) for m in model.modalities},
        told=chosen[0],
        bare=chosen[1],
        images=pictures(batch),
    )


def pictures(batch: Batch) -> tuple[np.ndarray | None, ...]:
    """The pictures as the model got them, uint8; None where there is none or only its pyramid."""
    stream = batch.streams.get(Modality.VISION)
    if stream is None or "row" not in stream.axes:
        return (None,) * len(batch)
    pixels = (stream.values.detach().cpu().permute(0, 2, 3, 1) * 255).round().byte().numpy()
    silent = stream.is_silent.tolist()
    return tuple(None if gone else p for p, gone in zip(pixels, silent, strict=True))


def on_finest_grid(stages: list[Float[Tensor, "batch _"]]) -> Float[Tensor, "batch row column"]:
    """Add the maps of all stages up on the finest grid; a coarse cell is spread over its area.

    What a coarse map holds beyond the picture's edge is left out.
    """
    finest = round(stages[0].shape[1] ** 0.5)
    whole = torch.zeros(len(stages[0]), finest, finest)
    for i, flat in enumerate(stages):
        grid = round(flat.shape[1] ** 0.5)
        square = flat.unflatten(1, (grid, grid)) / 4**i
        spread = square.repeat_interleave(2**i, dim=1).repeat_interleave(2**i, dim=2)
        whole += spread[:, :finest, :finest]
    return whole
