"""A gate that looks: for each sample its own weights, and its own primary modality.

Source: MODS, arXiv 2511.06328, which answers HCT-DMG's one primary for a whole batch.
Departs: no contrastive term; a silent modality never leads.
"""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from mer_core.trace import Tap
from mer_core.types import Modality, Stream


class SampleGate(nn.Module):
    """omega = softmax(MLP([pooled H of each modality]) / tau); the heaviest leads, ties by order.

    Fresh, it weighs all alike. A silent modality weighs nothing, unless all are silent.

    Args:
        modalities: Who may lead, in the order that breaks ties.
        hidden: Channels of each modality.
        tau: Temperature of the softmax.
    """

    def __init__(self, modalities: Sequence[Modality], hidden: int, tau: float) -> None:
        super().__init__()
        self.modalities, self.tau = tuple(modalities), tau
        self.notice = nn.ModuleDict({m: nn.Linear(hidden, 1, bias=False) for m in modalities})
        self.inner = nn.Linear(len(self.modalities) * hidden, hidden)
        self.outer = nn.Linear(hidden, len(self.modalities))
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)
        self.omega_by_sample = Tap("batch modality")
        self._sum, self._led = torch.zeros(len(self.modalities)), torch.zeros(len(self.modalities))

    def forward(
        self, heard: Sequence[Stream]
    ) -> tuple[Float[Tensor, "batch modality"], Int[Tensor, " batch"]]:
        """omega of each sample, and the place of who leads it."""
        pooled = [self._pool(s) for s in heard]
        scores = self.outer(self.inner(torch.cat(pooled, dim=-1)).relu()) / self.tau
        silent = torch.stack([s.is_silent for s in heard], dim=1)
        scores = scores.masked_fill(silent & ~silent.all(1, keepdim=True), -torch.inf)
        omega = self.omega_by_sample(scores.softmax(dim=-1))
        leaders = omega.argmax(dim=-1)
        if self.training:
            self._note(omega, leaders, ~silent.any(1))
        return omega, leaders

    def _pool(self, stream: Stream) -> Float[Tensor, "batch hidden"]:
        """Average over time, weighted by what a learned vector notices."""
        scores = self.notice[stream.modality](stream.values)[..., 0]
        weights = scores.masked_fill(~stream.mask, -torch.inf).softmax(dim=1)
        return (weights[..., None] * stream.values).sum(dim=1)

    def _note(self, omega: Tensor, leaders: Tensor, whole: Bool[Tensor, " batch"]) -> None:
        """Count, over samples with nothing silent, who weighed and who led this epoch."""
        self._sum = self._sum.to(omega.device) + omega.detach()[whole].sum(0)
        counted = torch.bincount(leaders[whole], minlength=len(self.modalities))
        self._led = self._led.to(omega.device) + counted

    def story(self) -> dict[str, Any]:
        """The epoch that ended, over training samples with nothing silent; starts a new count.

        Keys: `omega_mean`, and `led`: modality -> share of samples in which it was primary.
        """
        count = float(self._led.sum().clamp(min=1))
        names = [str(m) for m in self.modalities]
        mean = [round(float(x) / count, 5) for x in self._sum]
        led = {n: round(float(x) / count, 5) for n, x in zip(names, self._led, strict=True)}
        self._sum, self._led = torch.zeros_like(self._sum), torch.zeros_like(self._led)
        return {"omega_mean": mean, "led": led}
