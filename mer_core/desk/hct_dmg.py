"""HCT-DMG's desk: how much each modality counts, and with it, who leads."""

from collections.abc import Sequence
from typing import cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mer_core.desk.base import Desk, joined, only_one, picked
from mer_core.models.crossmodal import last_real
from mer_core.models.hct_dmg import HCTDMG, roles_of
from mer_core.models.spoken import predicted
from mer_core.trace import capture
from mer_core.types import Batch, Prediction, Stream

GATE = "gate.omega*"
"""The tap of the weights, of either kind of gate."""


class HCTDMGDesk(Desk):
    """Kept: for each modality that may lead, what both stages make of the sample.

    Who is heaviest leads, ties by order, as in the model; a Config that names the primary keeps
    it whatever the weights are. Behind the gate come the self-attention and the head.

    Args:
        model: In eval mode; its gate by batch or by sample.
        batch: One sample.

    Raises:
        StreamMissing: The batch lacks a stream.
    """

    @torch.no_grad()
    def __init__(self, model: HCTDMG, batch: Batch) -> None:
        self.model, self._batch = model, only_one(batch)
        with capture(model, GATE, "H.*") as trace:
            own = model(batch)
        gate = next(r for name, r in trace.items() if name.startswith("gate.")).values.reshape(-1)
        super().__init__(tuple(map(str, model.modalities)), "modality", True, gate, own)
        named = model.config.primary in model.modalities
        self._fixed = list(model.modalities).index(model.config.primary) if named else None
        heard = [
            Stream(m, trace[f"H.{m}"].values, _real(batch.streams[m])) for m in model.modalities
        ]
        leaders = range(len(self.parts)) if self._fixed is None else (self._fixed,)
        self._pieces = {leader: self._piece(heard, leader) for leader in leaders}

    def leaders(self, settings: Float[Tensor, "setting part"]) -> Int[Tensor, " setting"]:
        """Which modality leads at each setting."""
        if self._fixed is not None:
            return torch.full((len(settings),), self._fixed, device=settings.device)
        return settings.argmax(dim=-1)

    def _piece(self, heard: Sequence[Stream], leader: int) -> Stream:
        """What is joined when this modality leads, before anything is weighed."""
        model = self.model
        p, u, v = (heard[i] for i in roles_of(leader))
        y_u, y_v = model._augment_primary(p, *model._enhance_auxiliaries(p, u, v))
        parts = [p.values, y_u, y_v] if model.config.join_primary else [y_u, y_v]
        return p.at(torch.cat(parts, dim=-1))

    def mixed(self, settings: Float[Tensor, "setting part"]) -> list[tuple[Stream, Tensor]]:
        """The weighed branches, one batch for each who leads, and the rows they belong to."""
        c, leaders, found = self.model.config, self.leaders(settings), []
        for leader in leaders.unique().tolist():
            rows = (leaders == leader).nonzero()[:, 0]
            piece = self._pieces[leader]
            order = roles_of(leader)[0 if c.join_primary else 1 :]
            weights = settings[rows][:, list(order)]
            weights = weights if c.weighting else torch.ones_like(weights)
            wide = weights.repeat_interleave(c.hidden, dim=1)[:, None]
            mask = piece.mask.expand(len(rows), -1)
            found.append((Stream(piece.modality, piece.values * wide, mask), rows))
        return found

    def after(self, mixed: object) -> Prediction:
        """Self-attention over what is joined, its last position, and the head."""
        c, parts, places = self.model.config, [], []
        for stream, rows in cast(list[tuple[Stream, Tensor]], mixed):
            read = last_real(self.model.self_attention(stream))
            out, scale = self.model.head(read), float(self.model.temperature)
            parts.append(predicted(out, c.emotions, c.sentiment, c.binary, scale))
            places.append(rows)
        return picked(joined(parts), torch.cat(places).argsort())


def _real(stream: Stream) -> Bool[Tensor, "1 time"]:
    """Which positions of a stream the model goes on with; a silence is heard at one alone."""
    if bool(stream.is_silent.all()):
        return torch.ones_like(stream.mask[:, :1])
    return stream.mask
