"""The few layers that more than one model shares."""

from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from mer_core.trace import Tap
from mer_core.types import Stream


class CrossAttention(nn.Module):
    """Let one stream (query) look at another (key), after MulT (Tsai et al., ACL 2019).

    The softmax is written out, so that the pattern is the same tensor watched or not.

    Args:
        hidden: Channels of both streams.
        heads: Attention heads; must divide `hidden`.
        key_bias: Give keys a bias. The softmax is blind to it; MulT's parameter count has it.
        dropout: On the attention weights, in training.
    """

    def __init__(
        self, hidden: int, heads: int, key_bias: bool = False, dropout: float = 0.0
    ) -> None:
        super().__init__()
        if hidden % heads:
            raise ValueError(f"hidden ({hidden}) must be a multiple of heads ({heads}).")
        self.heads = heads
        self.to_q = nn.Linear(hidden, hidden)
        self.to_k = nn.Linear(hidden, hidden, bias=key_bias)
        self.to_v = nn.Linear(hidden, hidden)
        self.to_out = nn.Linear(hidden, hidden)
        self.pattern = Tap("batch head query key")
        self.dropout: nn.Module = nn.Dropout(dropout)

    def forward(self, x: Stream, source: Stream) -> Stream:
        q = self._split(self.to_q(x.values))
        q = q * q.shape[-1] ** -0.5
        k = self._split(self.to_k(source.values))
        v = self._split(self.to_v(source.values))
        # Adding -inf hides padding as exactly as filling does, at a third of the cost.
        hidden = torch.zeros_like(source.mask, dtype=q.dtype).masked_fill(~source.mask, -torch.inf)
        scores = q @ k.transpose(-1, -2) + hidden[:, None, None, :]
        weights = self.pattern(scores.softmax(dim=-1), query=x.modality, key=source.modality)
        mixed = self.dropout(weights) @ v
        return x.at(self.to_out(mixed.transpose(1, 2).flatten(2)))

    def _split(
        self, x: Float[Tensor, "batch time hidden"]
    ) -> Float[Tensor, "batch {self.heads} time channels"]:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class Silence(nn.Module):
    """What a model hears where a modality is absent: one position with a learned vector.

    Args:
        features: Channels of the stream.
        learned: Learn the vector; otherwise it is zero and no parameter.
    """

    vector: Tensor

    def __init__(self, features: int, learned: bool = True) -> None:
        super().__init__()
        if learned:
            self.vector = nn.Parameter(torch.randn(features) * 0.02)
        else:
            self.register_buffer("vector", torch.zeros(features), persistent=False)

    def forward(self, stream: Stream) -> Stream:
        """The stream with silent rows replaced: position 0 is the vector, the rest is masked."""
        rows = stream.is_silent[:, None]
        first = torch.zeros_like(stream.mask)
        first[:, 0] = True
        mask = torch.where(rows, first, stream.mask)
        values = torch.where(rows[..., None], self.vector.to(stream.values.dtype), stream.values)
        return Stream(stream.modality, values, mask, stream.axes, stream.silent, stream.ticks)


def masked_mean(
    values: Float[Tensor, "*lead time hidden"], mask: Bool[Tensor, "*lead time"]
) -> Float[Tensor, "*lead hidden"]:
    """Average over the real positions; a row without any gives zeros."""
    weight = mask.to(values.dtype)
    weight = weight / weight.sum(dim=-1, keepdim=True).clamp(min=1)
    return (weight[..., None] * values).sum(dim=-2)


def parameter_groups(module: nn.Module, lr: float, weight_decay: float) -> list[dict[str, Any]]:
    """Groups for an optimiser: what learns, without weight decay on vectors and scalars."""
    learn = [p for p in module.parameters() if p.requires_grad]
    return [
        {"params": [p for p in learn if p.ndim > 1], "lr": lr, "weight_decay": weight_decay},
        {"params": [p for p in learn if p.ndim <= 1], "lr": lr, "weight_decay": 0.0},
    ]
