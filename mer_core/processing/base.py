"""The contract of every processor."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch

from mer_core.task import EMOTIONS
from mer_core.types import Batch, Modality, Sample


@runtime_checkable
class Processor(Protocol):
    """Samples in, one padded batch out, with every stream that its model needs.

    A sample that lacks a modality gets one zero position, mask True, marked silent.
    """

    def __call__(self, samples: Sequence[Sample]) -> Batch: ...


def targets(samples: Sequence[Sample], emotions: Sequence[str] = EMOTIONS) -> dict:
    """The keyword arguments of a Batch that carry what is known of the answers.

    Args:
        samples: With or without answers; a part that one of them lacks is left out for all.
        emotions: The classes, in the order of the model's logits.
    """
    index = {name: i for i, name in enumerate(emotions)}
    known: dict = {"ids": tuple(s.id for s in samples)}
    if all(s.target in index for s in samples):
        known["target"] = torch.tensor([index[str(s.target)] for s in samples])
    rated = [[max(0.0, s.rated.get(name, 0.0)) for name in emotions] for s in samples]
    if samples and all(sum(row) > 0 for row in rated):
        table = torch.tensor(rated)
        known["rated"] = table / table.sum(dim=1, keepdim=True)
    if all(s.sentiment is not None for s in samples):
        known["sentiment"] = torch.tensor([float(s.sentiment or 0.0) for s in samples])
    known["labels"] = {
        m: torch.tensor([index[s.labels[m]] for s in samples])
        for m in Modality
        if all(s.labels.get(m) in index for s in samples)
    }
    return known
