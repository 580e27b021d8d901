"""EGMF's desk: how much each expert counts, with experts silent or from another sample."""

import copy
from collections.abc import Collection
from typing import Any, cast

import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.desk.base import Desk, only_one
from mer_core.models.egmf import EGMF, BeforeGate, Prompt
from mer_core.probes.gates import EXPERT_NAMES
from mer_core.types import Batch, Prediction


class EGMFDesk(Desk):
    """Kept: what the experts read and say, the words, and the keys and values of the prefix.

    The language model is causal: what stands before the pseudo tokens never hears of alpha, so its
    keys and values are the same for every setting. What stands behind them, the text and both
    questions, hears of alpha in every layer but the first, and has to be read again.

    A model that writes its number out digit by digit, or has no prefix, is asked whole.

    Args:
        model: In eval mode.
        batch: One sample.
        before: What its experts read and say, where they are not to be asked again.

    Raises:
        StreamMissing: The batch lacks a stream.
    """

    @torch.no_grad()
    def __init__(self, model: EGMF, batch: Batch, before: BeforeGate | None = None) -> None:
        self.model, self._batch = model, only_one(batch)
        self.before = model.before_gate(batch) if before is None else before
        prompt = model.mixed(self.before, self.before.alpha)
        super().__init__(EXPERT_NAMES, "expert", True, self.before.alpha[0], model.answer(prompt))
        c = model.config
        in_words = bool(c.emotions) and (bool(c.degrees) or not c.limits)
        self._start = len(model.prefix_ids) if in_words else 0
        self._kept = _keep(model, self._start) if self._start else None

    def swapped(self, donor: "EGMFDesk", experts: Collection[int]) -> "EGMFDesk":
        """The same desk with what some experts say taken from another sample.

        What the experts read stays this sample's, and so does alpha: the gate looks at what they
        read, not at what they say.

        Args:
            donor: Of the other sample, of the same model.
            experts: Places on the axis `expert`.
        """
        said = self.before.heard.said.clone()
        said[:, list(experts)] = donor.before.heard.said[:, list(experts)]
        heard = self.before.heard._replace(said=said)
        return EGMFDesk(self.model, self._batch, self.before._replace(heard=heard))

    def mixed(self, settings: Float[Tensor, "setting part"]) -> Prompt:
        """A prompt for each mixture of the experts."""
        rows = torch.zeros(len(settings), dtype=torch.long, device=settings.device)
        return self.model.mixed(self.before.rows(rows), settings)

    def after(self, mixed: object) -> Prediction:
        """What the language model says, from the pseudo tokens on."""
        prompt = cast(Prompt, mixed)
        if self._kept is None:
            return self.model.answer(prompt)
        places = self.model.questions(prompt)
        scores = _behind(self.model, self._kept, self._start, prompt, places).float()
        return self.model.read(prompt, scores)


@torch.no_grad()
def _keep(model: EGMF, positions: int) -> Any:
    """Keys and values of the first positions of the prompt."""
    embeds = model.language.embed(model.prefix_ids)[None, :positions]
    out = model.language.network(
        inputs_embeds=embeds.to(model.language.network.dtype),
        attention_mask=torch.ones_like(embeds[..., 0], dtype=torch.long),
        use_cache=True,
        logits_to_keep=1,
    )
    return out.past_key_values


def _behind(
    model: EGMF, kept: Any, start: int, prompt: Prompt, places: Tensor
) -> Float[Tensor, "setting question vocabulary"]:
    """Scores at some places of prompts whose first `start` positions were kept."""
    past = copy.deepcopy(kept)  # the network writes what comes next into it
    past.batch_repeat_interleave(len(prompt.embeds))
    position = (prompt.mask.long().cumsum(dim=1) - 1).clamp(min=0)  # gaps are not counted
    out = model.language.network(
        inputs_embeds=prompt.embeds[:, start:].to(model.language.network.dtype),
        attention_mask=prompt.mask.long(),
        position_ids=position[:, start:],
        past_key_values=past,
        use_cache=True,
        logits_to_keep=places - start,
    )
    return out.logits
