"""A desk: one sample whose gate can be set by hand, answered again without starting again."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.desk.setting import apart, box_grid, checked, simplex_grid
from mer_core.errors import MerError
from mer_core.types import Batch, Prediction

CHUNK = 32
"""Settings in a batch: more are no faster on a processor, and a batch cannot be stopped."""

Progress = Callable[[int, int], None]
"""Told how many settings of how many are answered."""


class NoGate(MerError):
    """A model without a gate that could be set."""


class Desk(ABC):
    """One sample of one model, everything computed that no gate touches.

    The answer at the model's own setting is the one that the model itself gave: those very
    tensors, whenever that setting is asked for, so that going back gives the same bits. All other
    settings go through what was kept. That way differs from a whole forward with the gate put in
    by less than 1e-5 in any logit (float32, another order of additions).

    A desk is made for one sample and one session. It never changes its model, and answers may be
    asked for by several threads at once.

    Args:
        parts: Names of what is weighed.
        of: What a part is: "expert", "modality" or "stage".
        simplex: Whether the weights sum to 1; otherwise they are strengths from 0 to 2.
        gate: The model's own setting.
        own: Its answer there.
    """

    def __init__(
        self,
        parts: Sequence[str],
        of: str,
        simplex: bool,
        gate: Float[Tensor, " part"],
        own: Prediction,
    ) -> None:
        self.parts, self.of, self.simplex = tuple(parts), of, simplex
        self.gate, self.own = gate, own

    @property
    def names(self) -> tuple[str, ...]:
        """The emotions."""
        return self.own.names

    def grid(self) -> Float[Tensor, "setting part"]:
        """The settings that are tried first: 66 mixtures, or five strengths of each part."""
        found = simplex_grid() if self.simplex else box_grid(len(self.parts))
        return found.to(self.gate)

    def apart(
        self, a: Float[Tensor, "*#lead part"], b: Float[Tensor, "*#lead part"]
    ) -> Float[Tensor, "*lead"]:
        """How far two settings are apart; see `mer_core.desk.setting.apart`."""
        return apart(a, b, self.simplex)

    @torch.no_grad()
    def answers(
        self, settings: Float[Tensor, "setting part"], progress: Progress | None = None
    ) -> Prediction:
        """The answer at each setting, in their order.

        Raises:
            SettingUnfit: A setting is none of this gate.
        """
        settings = checked(settings.to(self.gate), self.parts, self.simplex)
        mine = (settings == self.gate).all(dim=-1)
        others, found = settings[~mine], []
        for some in others.split(CHUNK) if len(others) else ():
            found.append(self.after(self.mixed(some)))
            if progress is not None:
                progress(sum(len(p.logits) for p in found), len(others))
        order = torch.zeros(len(settings), dtype=torch.long, device=settings.device)
        order[~mine] = torch.arange(1, 1 + len(others), device=settings.device)
        return picked(joined([self.own, *found]), order)

    def answer(self, setting: Float[Tensor, " part"]) -> Prediction:
        """The answer at one setting."""
        return self.answers(setting[None])

    def labels(self, settings: Float[Tensor, "setting part"]) -> Int[Tensor, " setting"]:
        """Which emotion is the answer at each setting."""
        return self.answers(settings).logits.argmax(dim=-1)

    @abstractmethod
    def mixed(self, settings: Float[Tensor, "setting part"]) -> object:
        """What stands behind the gate, one row a setting: what `after` reads."""

    @abstractmethod
    def after(self, mixed: object) -> Prediction:
        """The layers that come after the gate."""


def joined(parts: Sequence[Prediction]) -> Prediction:
    """Predictions of one model one after another."""
    first = parts[0]
    said = None
    if first.said is not None:
        said = tuple(word for part in parts for word in part.said or ())
    sentiment = None
    if first.sentiment is not None:
        sentiment = torch.cat([p.sentiment for p in parts if p.sentiment is not None])
    unread = {k: torch.cat([p.unread[k] for p in parts]) for k in first.unread}
    return replace(
        first,
        logits=torch.cat([p.logits for p in parts]),
        sentiment=sentiment,
        said=said,
        unread=unread,
    )


def picked(found: Prediction, rows: Int[Tensor, " row"]) -> Prediction:
    """Some rows of a prediction, in the order given."""
    return replace(
        found,
        logits=found.logits[rows],
        sentiment=None if found.sentiment is None else found.sentiment[rows],
        said=None if found.said is None else tuple(found.said[i] for i in rows.tolist()),
        unread={k: odd[rows] for k, odd in found.unread.items()},
    )


def only_one(batch: Batch) -> Batch:
    """The batch, if it holds one sample.

    Raises:
        ValueError: It holds another number of them.
    """
    if len(batch) != 1:
        raise ValueError(f"A desk is for one sample; the batch has {len(batch)}. Use select().")
    return batch
