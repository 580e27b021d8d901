"""What stands at each position of an axis: words of a sentence, seconds of voice or face."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Bool
from torch import Tensor

from mer_core.types import Batch, Modality, Stream, View


@dataclass(frozen=True, eq=False)
class Positions:
    """The real positions of one axis, per sample.

    Attributes:
        name: Modality, or several joined by "+" where their positions stand one after another.
        real: True where a position is real.
        labels: Per sample, one label per position, padding included.
        kinds: Modality of each position.
        silent: True for samples that lack it altogether.
    """

    name: str
    real: Bool[Tensor, "batch position"]
    labels: tuple[tuple[str, ...], ...]
    kinds: tuple[str, ...]
    silent: Bool[Tensor, " batch"]

    def kept(self, sample: int) -> list[str]:
        """Labels of the real positions of one sample."""
        real = self.real[sample].tolist()
        return [label for label, on in zip(self.labels[sample], real, strict=True) if on]

    def fitted(self, length: int) -> "Positions":
        """The same positions on an axis of this length.

        A model may keep a single position of what is silent throughout, or one position for each
        of several joined modalities.

        Raises:
            ValueError: No such case; the labels would stand at wrong positions.
        """
        if length == len(self.kinds):
            return self
        if bool(self.silent.all()):
            keep = list(range(length))
        elif length == self.name.count("+") + 1:
            keep = [self.kinds.index(part) for part in self.name.split("+")]
            return replace(self._kept(keep), labels=((*self.name.split("+"),),) * len(self.real))
        else:
            raise ValueError(
                f"The axis over {self.name} has {length} positions; the batch has "
                f"{len(self.kinds)}. A model that changes positions must not name the modality."
            )
        return self._kept(keep)

    def lengthened(self, length: int) -> "Positions":
        """The same positions with padding behind, on an axis that streams share by role."""
        more = length - len(self.kinds)
        if more < 0:
            return self._kept(list(range(length)))
        labels = tuple((*row, *[""] * more) for row in self.labels)
        kinds = (*self.kinds, *[self.name] * more)
        real = torch.nn.functional.pad(self.real, (0, more))
        return replace(self, real=real, labels=labels, kinds=kinds)

    def _kept(self, keep: list[int]) -> "Positions":
        labels = tuple(tuple(row[i] for i in keep) for row in self.labels)
        kinds = tuple(self.kinds[i] for i in keep)
        return replace(self, real=self.real[:, keep], labels=labels, kinds=kinds)

    def kinds_kept(self, sample: int) -> list[str]:
        """Modality of each real position of one sample."""
        return [k for k, on in zip(self.kinds, self.real[sample].tolist(), strict=True) if on]


def positions(batch: Batch, name: str) -> Positions:
    """The positions that an axis `over` this name runs over.

    Args:
        batch: What the model was given.
        name: A modality, or several joined by "+".
    """
    streams = [batch.streams[Modality(part)] for part in name.split("+")]
    masks = [_heard(s) for s in streams]
    labels = [[_labels(s, i) for i in range(len(batch))] for s in streams]
    return Positions(
        name,
        torch.cat(masks, dim=1).cpu(),
        tuple(tuple(label for part in labels for label in part[i]) for i in range(len(batch))),
        tuple(str(s.modality) for s, mask in zip(streams, masks, strict=True) for _ in mask[0]),
        torch.stack([s.is_silent.cpu() for s in streams]).all(dim=0),
    )


def _heard(stream: Stream) -> Tensor:
    """The mask as the model sees it: a silent row has its first position only."""
    first = torch.zeros_like(stream.mask)
    first[:, 0] = True
    return torch.where(stream.is_silent[:, None], first, stream.mask)


def _labels(stream: Stream, row: int) -> list[str]:
    """One label per position of one sample, padding included."""
    length = stream.mask.shape[1]
    if bool(stream.is_silent[row]):
        return ["(silence)"] + [""] * (length - 1)
    ticks = stream.ticks[row] if stream.ticks is not None else range(1, length + 1)
    return padded([label(t) for t in ticks], length)


def label(tick: Any) -> str:
    """A word as it is, a moment as '1.2 s', a bare position as its number."""
    if isinstance(tick, str):
        return tick
    return str(tick) if isinstance(tick, int) else f"{float(tick):.1f} s"


def quoted(label: str) -> str:
    """A word in quotes, a moment as it is."""
    return label if re.fullmatch(r"[\d.]+ s", label) else f"“{label}”"


def padded(labels: Sequence[str], length: int) -> list[str]:
    """Exactly `length` labels; padding has none."""
    return [*labels[:length], *[""] * (length - len(labels))]


def views_positions(batch: Batch) -> list[Positions]:
    """The words of each of the four views, in the order of `View`.

    A view that is missing counts as silent: its learned stand-in is no word of the sample.
    """
    text = batch.streams[Modality.TEXT]
    missing = ~text.mask.any(dim=-1) | text.is_silent[:, None]
    length = text.mask.shape[2]

    def labels(row: int, view: int) -> tuple[str, ...]:
        words = text.ticks[row][view] if text.ticks is not None else range(1, length + 1)
        return tuple(padded([label(word) for word in words], length))

    return [
        Positions(
            str(view),
            text.mask[:, i].cpu(),
            tuple(labels(row, i) for row in range(len(batch))),
            (str(Modality.TEXT),) * length,
            missing[:, i].cpu(),
        )
        for i, view in enumerate(View)
    ]
