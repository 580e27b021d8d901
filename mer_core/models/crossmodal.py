"""The crossmodal transformer of MulT, from which HCT-DMG is built.

Source: Tsai et al., Multimodal Transformer for Unaligned Multimodal Language Sequences, ACL 2019,
section 3.2, and the authors' code for what the paper leaves open: pre-norm, one LayerNorm for
query, key and value, a source that no layer updates, sine positions.
Departs: padding is masked, no future is masked (MulT does neither by default the other way round).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mer_core.layers import CrossAttention
from mer_core.types import Modality, Stream


@dataclass(frozen=True)
class Shares:
    """Shares of numbers set to zero in training. Defaults: MulT's code.

    Attributes:
        attention: Of the attention weights.
        relu: Inside the feed-forward part.
        residual: Of what is added to a residual stream.
        embed: Of the scaled input with its positions.
    """

    attention: float = 0.1
    relu: float = 0.1
    residual: float = 0.1
    embed: float = 0.25


class CrossmodalTransformer(nn.Module):
    """Layers in which a stream looks at a source, or, without a source, at itself.

    12 d^2 + 13 d parameters a layer and 2 d for the last norm, d = hidden.

    Args:
        hidden: Channels of stream and source.
        heads: Attention heads; must divide `hidden`.
        layers: How many layers.
        dropout: Shares dropped in training.
    """

    def __init__(self, hidden: int, heads: int, layers: int, dropout: Shares) -> None:
        super().__init__()
        self.layers = nn.ModuleList(CrossmodalLayer(hidden, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(hidden)
        self.dropout = Dropout(dropout.embed)

    def forward(self, x: Stream, source: Stream | None = None) -> Stream:
        """The stream, having looked; its positions and mask stay.

        Args:
            x: Values (batch, time, hidden).
            source: What is looked at; every layer sees the same low-level source.
        """
        x = self._placed(x)
        source = None if source is None else self._placed(source)
        for layer in self.layers:
            x = layer(x, source)
        return x.at(self.norm(x.values))

    def _placed(self, x: Stream) -> Stream:
        time, hidden = x.values.shape[1:]
        values = x.values * math.sqrt(hidden)
        return x.at(self.dropout(values + sine_positions(time, hidden).to(values)))


class CrossmodalLayer(nn.Module):
    """Attention, then a feed-forward part of four times the width; both add to a residual stream.

    Args:
        hidden: Channels.
        heads: Attention heads.
        dropout: Shares dropped in training.
    """

    def __init__(self, hidden: int, heads: int, dropout: Shares) -> None:
        super().__init__()
        # The key bias cancels in the softmax; MulT's parameter count has it.
        self.attention = CrossAttention(hidden, heads, key_bias=True)
        self.attention.dropout = Dropout(dropout.attention)
        self.widen, self.narrow = nn.Linear(hidden, 4 * hidden), nn.Linear(4 * hidden, hidden)
        self.attention_norm, self.feed_norm = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        self.relu_dropout = Dropout(dropout.relu)
        self.dropout = Dropout(dropout.residual)
        for linear in (m for m in self.modules() if isinstance(m, nn.Linear)):
            nn.init.xavier_uniform_(linear.weight)
            nn.init.zeros_(linear.bias)

    def forward(self, x: Stream, source: Stream | None = None) -> Stream:
        query = x.at(self.attention_norm(x.values))
        key = query if source is None else source.at(self.attention_norm(source.values))
        values = x.values + self.dropout(self.attention(query, key).values)
        wide = self.relu_dropout(self.widen(self.feed_norm(values)).relu())
        return x.at(values + self.dropout(self.narrow(wide)))


class Projection(nn.Module):
    """Convolution, then a GRU: local and global context of one modality.

    Args:
        features: Channels that come in.
        hidden: Channels that go out.
        kernel: Positions that the convolution sees; odd.
        gru: Have the GRU (HCT-DMG); MulT has none.
    """

    def __init__(self, features: int, hidden: int, kernel: int, gru: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv1d(features, hidden, kernel, padding="same", bias=False)
        self.gru = nn.GRU(hidden, hidden, batch_first=True) if gru else None

    def forward(self, x: Stream) -> Stream:
        """Hidden channels at the same positions; zeros where nothing is real.

        Real positions come first. Padding after them is zero before the convolution, as its own
        border is, and the GRU looks only backwards: what is padded cannot reach what is real.
        """
        real = x.mask[..., None]
        found = self.conv(x.values.masked_fill(~real, 0).transpose(1, 2)).transpose(1, 2)
        if self.gru is not None:
            found, _ = self.gru(found)
        return x.at(found.masked_fill(~real, 0))


class Dropout(nn.Module):
    """Dropout whose mask is drawn one byte a number, on a CPU about ten times faster than bits.

    The share is rounded to 256ths, and the rest is scaled up by what is really kept.

    Args:
        share: Of the numbers set to zero in training.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.bar = round(256 * share)

    def extra_repr(self) -> str:
        return f"{self.bar}/256"

    def forward(self, x: Tensor) -> Tensor:
        if not (self.training and self.bar):
            return x
        words = torch.empty(-(-x.numel() // 8), dtype=torch.int64, device=x.device)
        dice = words.random_(-(2**63), None).view(torch.uint8)[: x.numel()].view(x.shape)
        return x * (dice >= self.bar).to(x.dtype).mul_(256 / (256 - self.bar))


def sine_positions(time: int, hidden: int) -> Float[Tensor, "{time} {hidden}"]:
    """Positions 1..time as waves: the first half of the channels sines, the second cosines."""
    half = hidden // 2
    slowing = torch.arange(half) * (-math.log(10_000) / max(half - 1, 1))
    angles = torch.arange(1, time + 1)[:, None] * slowing.exp()
    waves = torch.cat([angles.sin(), angles.cos()], dim=1)
    return nn.functional.pad(waves, (0, hidden - 2 * half))


def pair(target: str, source: str) -> str:
    """Name of the transformer in which `target` looks at `source`: "text_from_audio"."""
    return f"{target}_from_{source}"


def pairs(modalities: Sequence[Modality]) -> list[str]:
    """Names of all ordered pairs."""
    return [pair(target, source) for target, source in permutations(modalities, 2)]


def last_real(stream: Stream) -> Float[Tensor, "batch hidden"]:
    """Values at the last real position, which padding may follow."""
    places = torch.arange(stream.mask.shape[1], device=stream.mask.device)
    last = (places * stream.mask).argmax(dim=1)
    return stream.values[torch.arange(len(last), device=last.device), last]


def only_first(stream: Stream) -> Stream:
    """The first position alone: where all is silent it says everything, and costs less."""
    return Stream(
        stream.modality,
        stream.values[:, :1],
        stream.mask[:, :1],
        stream.axes,
        stream.silent,
        stream.ticks,
    )
