"""The parts of EGMF between its inputs and its language model, in the order of the paper.

See `mer_core.models.egmf` for the whole and for the source.
"""

from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from mer_core.layers import masked_mean
from mer_core.trace import Tap
from mer_core.types import Stream

EXPERTS: tuple[tuple[int, type[nn.Module]], ...] = ((8, nn.Mish), (4, nn.GELU), (2, nn.SiLU))
"""(ratio of the bottleneck, activation): fine-grained local, semantic, global context."""


class ModalityEncoder(nn.Module):
    """One of audio and vision: features -> positions of width `hidden`, marked as its own.

    Departs: the paper does not say how audio and vision are encoded. "sequence" keeps every state
        of a recurrent net; "final" keeps the last, as MSE-Adapter does; "transformer" is for
        comparison. Recurrent nets run forward in time, so padding on the right reaches no state.
    """

    def __init__(self, features: int, config: Any) -> None:
        super().__init__()
        self.mode = config.encoder
        self.norm = nn.LayerNorm(features)
        if self.mode == "transformer":
            self.local = nn.Conv1d(features, config.hidden, kernel_size=3, padding=1)
            layer = nn.TransformerEncoderLayer(
                config.hidden,
                config.heads,
                2 * config.hidden,
                config.dropout,
                activation="gelu",
                batch_first=True,
                norm_first=True,
            )
            self.body = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
            self.to_hidden = nn.Linear(config.hidden, config.hidden)
        elif self.mode in ("sequence", "final"):
            cells = {"lstm": nn.LSTM, "gru": nn.GRU}
            self.body = cells[config.cell](features, config.state, batch_first=True)
            self.to_hidden = nn.Linear(config.state, config.hidden)
        else:
            raise ValueError(
                f"encoder must be 'sequence', 'final' or 'transformer'; {self.mode!r} was given."
            )
        self.origin = nn.Parameter(torch.randn(config.hidden) * 0.02)

    def forward(self, stream: Stream) -> tuple[Tensor, Tensor]:
        """(batch, time, hidden) and its mask; one position a sample with "final"."""
        x, mask = self.norm(stream.values.to(self.norm.weight.dtype)), stream.mask
        if self.mode == "transformer":
            x = (x * mask[..., None]).transpose(1, 2)  # so that padding leaks through no kernel
            states = self.body(self.local(x).transpose(1, 2), src_key_padding_mask=~mask)
        else:
            states, _ = self.body(x)
        if self.mode == "final":
            last = mask.long().cumsum(dim=1).argmax(dim=1)
            states = states[torch.arange(len(last), device=last.device), last][:, None]
            mask = mask.any(dim=1, keepdim=True)
        return self.to_hidden(states) + self.origin, mask


class CrossAttention(nn.Module):
    """Positions of one source look at those of another: CrossAttention(H_t, H_av, H_av).

    Its keys have a bias, to which the softmax is blind, for the sake of the paper's counts.

    Departs: heads (8), one layer and dropout (0.1) are ours; the paper does not give them.
    """

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.heads = config.heads
        self.to_q = nn.Linear(config.hidden, config.hidden)
        self.to_k = nn.Linear(config.hidden, config.hidden)
        self.to_v = nn.Linear(config.hidden, config.hidden)
        self.to_out = nn.Linear(config.hidden, config.hidden)
        self.pattern = Tap("batch head query key")
        self.dropout = nn.Dropout(config.dropout)
        self.norm = nn.LayerNorm(config.hidden)

    def forward(
        self,
        x: Float[Tensor, "batch query hidden"],
        source: Float[Tensor, "batch key hidden"],
        mask: Bool[Tensor, "batch key"],
        query: str,
        key: str,
    ) -> Float[Tensor, "batch query hidden"]:
        """LN(x + what x found in the source). `query` and `key` name them for whoever watches."""
        q, k, v = (
            to(y).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for to, y in ((self.to_q, x), (self.to_k, source), (self.to_v, source))
        )
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        scores = scores.masked_fill(~mask[:, None, None, :], -torch.inf)
        weights = self.pattern(scores.softmax(dim=-1), query=query, key=key)
        found = self.to_out((weights.to(v.dtype) @ v).transpose(1, 2).flatten(2))
        return self.norm(x + self.dropout(found))


class Expert(nn.Sequential):
    """E(f) = W2 act(W1 f + b1) + b2 with a bottleneck of hidden / ratio."""

    def __init__(self, hidden: int, ratio: int, activation: nn.Module, dropout: float) -> None:
        super().__init__(
            nn.Linear(hidden, hidden // ratio),
            activation,
            nn.Dropout(dropout),
            nn.Linear(hidden // ratio, hidden),
        )


def gate_net(into: int, hidden: int, dropout: float) -> nn.Sequential:
    """Scores of the experts. The last layer begins at zero: every expert begins alike."""
    last = nn.Linear(hidden // 2, len(EXPERTS))
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(nn.Linear(into, hidden // 2), nn.GELU(), nn.Dropout(dropout), last)


class PseudoTokens(nn.Module):
    """One vector -> n vectors of the language model's width, as long as its embeddings are.

    Repeated tokens are equal before the language model adds positions; "affine" is MSE-Adapter's
    a_j p + b_j; "repeat+pos" adds a learned vector to each.

    Args:
        width: Of the language model.
        row_norm: Mean norm of the rows of its embedding table.
    """

    def __init__(self, config: Any, width: int, row_norm: float) -> None:
        super().__init__()
        self.count, self.expand = config.tokens, config.expand
        self.project = nn.Linear(config.hidden, width)
        nn.init.normal_(self.project.weight, std=row_norm * (config.hidden * width) ** -0.5)
        nn.init.zeros_(self.project.bias)
        if self.expand == "affine":
            self.scale = nn.Parameter(torch.ones(self.count))
            self.shift = nn.Parameter(torch.zeros(self.count))
        elif self.expand == "repeat+pos":
            self.place = nn.Parameter(torch.randn(self.count, width) * row_norm * width**-0.5)
        elif self.expand != "repeat":
            raise ValueError(
                f"expand must be 'repeat', 'affine' or 'repeat+pos'; {self.expand!r} was given."
            )

    def forward(self, x: Float[Tensor, "batch hidden"]) -> Float[Tensor, "batch token width"]:
        tokens = self.project(x)[:, None].expand(-1, self.count, -1)
        if self.expand == "affine":
            return self.scale[:, None] * tokens + self.shift[:, None]
        return tokens + self.place if self.expand == "repeat+pos" else tokens


class Guidance(NamedTuple):
    """Everything of the fusion that no gate touches.

    Attributes:
        fused: What the experts read, (batch, hidden).
        said: What they say, (batch, expert, hidden).
    """

    fused: Tensor
    said: Tensor


class Fusion(nn.Module):
    """Everything between the encoders and the language model.

    At hidden 256 and width 4096: 2,941,798 parameters in linear layers, 2,560 in LayerNorms.

    Departs: pooling of both directions by masked mean, merged by one linear layer, is ours.
    """

    def __init__(self, config: Any, width: int, row_norm: float = 1.0) -> None:
        super().__init__()
        hidden = config.hidden
        self.config = config
        self.text_to_hidden = nn.Sequential(nn.Linear(width, hidden), nn.LayerNorm(hidden))
        self.text_to_av = CrossAttention(config)
        self.av_to_text = CrossAttention(config)
        self.merge = nn.Sequential(nn.Linear(2 * hidden, hidden), nn.LayerNorm(hidden))
        self.experts = nn.ModuleList(
            Expert(hidden, ratio, act(), config.dropout) for ratio, act in EXPERTS
        )
        self.feature_gate = gate_net(hidden, hidden, config.dropout)
        self.context_gate = gate_net(hidden + len(EXPERTS), hidden, 0.0)
        self.enhanced_norm = nn.LayerNorm(hidden)
        self.pseudo_tokens = PseudoTokens(config, width, row_norm)
        self.fused = Tap("batch hidden")
        self.expert_out = Tap("batch expert hidden")
        self.gate_w = Tap("batch expert")
        self.alpha = Tap("batch expert")
        self.enhanced = Tap("batch hidden")
        self.pseudo = Tap("batch time hidden")

    def guidance(
        self,
        text: Stream,
        av: Float[Tensor, "batch time hidden"],
        av_mask: Bool[Tensor, "batch time"],
    ) -> Guidance:
        """What the experts read and say. `text` holds embeddings of the language model; in `av`
        audio stands before vision."""
        h_text = self.text_to_hidden(text.values)
        z_text = self.text_to_av(h_text, av, av_mask, "text", "audio+vision")
        z_av = self.av_to_text(av, h_text, text.mask, "audio+vision", "text")
        pooled = [masked_mean(z_text, text.mask), masked_mean(z_av, av_mask)]
        fused = self.fused(self.merge(torch.cat(pooled, dim=-1)))
        said = torch.stack([expert(fused) for expert in self.experts], dim=1)
        return Guidance(fused, self.expert_out(said))

    def forward(
        self, heard: Guidance, alpha: Float[Tensor, "batch expert"]
    ) -> Float[Tensor, "batch token width"]:
        """The pseudo tokens of experts mixed by `alpha`."""
        guided = (alpha.to(heard.said.dtype)[..., None] * heard.said).sum(dim=1)
        guided = heard.fused + guided if self.config.residual else guided
        enhanced = self.enhanced(self.enhanced_norm(guided))
        return self.pseudo(self.pseudo_tokens(enhanced))

    def weigh(self, fused: Float[Tensor, "batch hidden"]) -> Float[Tensor, "batch expert"]:
        """The gate's two stages: w = GateNetwork(f), alpha = softmax(MLP([f; w])).

        Departs: the widths of both nets and the softmax of stage 1 are ours.
        """
        w = self.feature_gate(fused).float()
        w = self.gate_w(w.softmax(dim=-1) if self.config.gate_softmax else w)
        if self.config.gating == "uniform":
            return self.alpha(torch.full_like(w, 1 / len(EXPERTS)))
        if self.config.gating == "first":
            return self.alpha(w if self.config.gate_softmax else w.softmax(dim=-1))
        both = torch.cat([fused, w.to(fused.dtype)], dim=-1)
        return self.alpha(self.context_gate(both).float().softmax(dim=-1))
