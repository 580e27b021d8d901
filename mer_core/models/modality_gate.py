"""One learned weight for each modality, for all inputs; the heaviest leads.

Source: arXiv 2305.13583, section 4 (dynamic modality gating).
Departs: the paper does not say when the gate is frozen; the rule in `settle` is ours.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mer_core.trace import Tap
from mer_core.types import Modality

POINTS = 12
"""How many points of an epoch's path are kept."""


class ModalityGate(nn.Module):
    """omega = softmax(W / tau); the modality with the greatest omega is primary, ties by order.

    W gets its gradient through what it multiplies; the choice itself has none.

    Args:
        modalities: Who may lead, in the order that breaks ties.
        primary: "learned", "random" for each training batch, or the name of who always leads.
        tau: Temperature of the softmax.
    """

    fixed: Tensor
    calm: Tensor
    previous: Tensor

    def __init__(self, modalities: Sequence[Modality], primary: str, tau: float) -> None:
        super().__init__()
        self.modalities, self.primary, self.tau = tuple(modalities), primary, tau
        self.weight = nn.Parameter(torch.ones(len(self.modalities)))
        self.omega = Tap("modality")
        # Buffers, so that a run that is killed and resumed freezes at the same epoch.
        self.register_buffer("fixed", torch.tensor(False))
        self.register_buffer("calm", torch.tensor(0))
        self.register_buffer("previous", self.current())
        self._path: list[Tensor] = []

    @property
    def is_frozen(self) -> bool:
        """Whether the weights no longer move."""
        return bool(self.fixed)

    def current(self) -> Float[Tensor, " modality"]:
        """omega as it is now, without gradient."""
        return (self.weight.detach() / self.tau).softmax(dim=0)

    def forward(self) -> tuple[Float[Tensor, " modality"], Modality]:
        """omega, and who leads, chosen once for the whole batch."""
        # A frozen weight is detached: it gets no gradient, so no optimiser moves it.
        weight = self.weight.detach() if self.is_frozen else self.weight
        omega = self.omega((weight / self.tau).softmax(dim=0))
        if self.primary == "random" and self.training:
            return omega, self.modalities[int(torch.randint(len(self.modalities), ()))]
        if self.primary in self.modalities:
            return omega, Modality(self.primary)
        return omega, self.modalities[int(omega.argmax())]

    def note(self) -> None:
        """Add where omega stands to the path of this epoch; the training loss calls it."""
        self._path.append(self.current().cpu())

    def settle(
        self, epoch: int, freeze_after: int, tolerance: float, freeze_epoch: int | None
    ) -> None:
        """Freeze once omega has been at rest.

        An epoch is calm if the primary is the same as at the end of the epoch before and no
        weight moved by `tolerance`. `freeze_after` calm epochs on end freeze the gate (0: never),
        and so does the end of epoch number `freeze_epoch`, counted from 1.
        """
        if self.is_frozen:
            return
        now = self.current()
        moved = float((now - self.previous).abs().max())
        same = int(now.argmax()) == int(self.previous.argmax())
        self.calm.copy_(
            self.calm + 1 if same and moved < tolerance else torch.zeros_like(self.calm)
        )
        self.previous.copy_(now)
        rested = 0 < freeze_after <= int(self.calm)
        if rested or (freeze_epoch is not None and epoch + 1 >= freeze_epoch):
            self.fixed.fill_(True)
            self.weight.grad = None

    def story(self) -> dict[str, Any]:
        """The epoch that ended, as plain data; starts the next path.

        Keys: `omega` at the end, `omega_path` (at most a dozen points), `primary`, `flips` (how
        often another modality took the lead within the epoch), `gate_frozen`.
        """
        path, self._path = self._path, []
        leaders = [int(p.argmax()) for p in path]
        stride = max(1, -(-len(path) // POINTS))
        now = self.current()
        return {
            "omega": _plain(now),
            "omega_path": [_plain(p) for p in path[::stride]],
            "primary": str(self.modalities[int(now.argmax())]),
            "flips": sum(a != b for a, b in pairwise(leaders)),
            "gate_frozen": self.is_frozen,
        }


def _plain(omega: Tensor) -> list[float]:
    return [round(float(w), 5) for w in omega]
