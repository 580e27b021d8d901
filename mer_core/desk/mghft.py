"""MGHFT's desk: how strongly each stage takes from its words, Soft-Fusion, 1 as trained."""

from typing import NamedTuple, cast

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.desk.base import Desk, only_one
from mer_core.models.mghft import MGHFT, VIEWS
from mer_core.types import Batch, Prediction


class _Piece(NamedTuple):
    """One stage before its Soft-Fusion, and what Soft-Fusion adds."""

    chosen: Float[Tensor, "1 query channel"]
    added: Float[Tensor, "1 query channel"]


class Fused(NamedTuple):
    """All stages behind Soft-Fusion.

    Attributes:
        whole: The global tokens, one row a setting.
        local: For each stage, its places at each strength that some setting has.
        which: For each stage, which of these strengths each setting has.
    """

    whole: Float[Tensor, "setting stage hidden"]
    local: tuple[Float[Tensor, "level query channel"], ...]
    which: tuple[Int[Tensor, " setting"], ...]


class MGHFTDesk(Desk):
    """Kept: what the stages saw, what was said, and what Soft-Fusion adds at strength 1.

    The strength of a stage scales both things that Soft-Fusion does there: what the words of its
    view add to its chosen places (local) and what the four views add to its global token. At 0 the
    stage stays as it was seen. Text still guides the last block, in which there is no Soft-Fusion.

    Stages do not hear of one another before the last block. So each works out its places once for
    every strength that occurs, however many settings share it.

    Source: Soft-Fusion, arXiv 2507.18929. The strength is ours; the paper has none.

    Args:
        model: In eval mode.
        batch: One sticker; pixels, or the packed pyramid of `MGHFT.look`.

    Raises:
        StreamMissing: The batch lacks a stream.
    """

    @torch.no_grad()
    def __init__(self, model: MGHFT, batch: Batch) -> None:
        self.model = model
        text, vision = only_one(batch).need(model.modalities)
        looked, heard = model.look_stages(vision), model.hear(text)
        own = model.answer(looked, heard)
        super().__init__(VIEWS, "stage", False, torch.ones(len(VIEWS)).to(own.logits), own)
        words, views = model.to_joint(heard.features), model.to_joint(heard.pooled)
        self._pieces, slots = [], []
        for i, stage in enumerate(model.each_stage()):
            text_here, chosen = stage.text_map(views[:, i]), looked[i].chosen
            fused = (
                chosen + text_here[:, None]
                if stage.fusion is None
                else stage.fusion(chosen, stage.text_map(words[:, i]), heard.mask[:, i])
            )
            self._pieces.append(_Piece(chosen, fused - chosen))
            slots.append(stage.local_map(text_here))
        self._whole = torch.stack([seen.whole for seen in looked], dim=1)
        self._views = model.global_fusion(self._whole, views) - self._whole
        if model.config.third_twice:
            slots[-1] = slots[-2]
        self._said = model.to_text(torch.cat([views, torch.stack(slots, dim=1)], dim=1))

    def mixed(self, settings: Float[Tensor, "setting part"]) -> Fused:
        """Soft-Fusion at every strength asked for."""
        local, which = [], []
        for strengths, piece in zip(settings.T, self._pieces, strict=True):
            levels, place = strengths.unique(return_inverse=True)
            local.append(piece.chosen + levels[:, None, None] * piece.added)
            which.append(place)
        whole = self._whole + settings[..., None] * self._views
        return Fused(whole, tuple(local), tuple(which))

    def after(self, mixed: object) -> Prediction:
        """Into the joint width, the text-guided block, and the head."""
        m, fused = self.model, cast(Fused, mixed)
        globals_ = m.to_vision(m.norm(fused.whole)) + m.rank[: len(VIEWS)]
        places = [
            (m.to_vision(m.norm(stage.local_map(x))) + m.rank[span])[which]
            for stage, x, which, (_, span) in zip(
                m.each_stage(), fused.local, fused.which, m.layout()[1:], strict=True
            )
        ]
        x = torch.cat([globals_, *places], dim=1)
        parts = m.fusion(x, self._said.expand(len(x), -1, -1))
        logits = m.head((parts.residual + parts.attention + parts.ffn)[:, 0])
        return Prediction(logits, tuple(m.config.emotions), float(m.temperature))
