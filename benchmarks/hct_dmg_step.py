"""HCT-DMG beside MulT, MulT beside torch's own attention, watched forwards beside unwatched ones.

    python benchmarks/hct_dmg_step.py [--pairs 20] [--batch 4] [--anew]

Random streams of the lengths of unaligned CMU-MOSI (50 words, 375 of audio, 500 of vision), equal
width, heads and layers, one thread. Who runs first in a pair changes each time, and a ratio is
taken within a pair, so that the machine's mood cancels. Times are of this thread's processor. Three
numbers, each the median of the pairs with their middle half:

* step     a training step of HCT-DMG over one of MulT (kernels and GRU as in each paper)
* plain    a step and a forward of our MulT over the same network on nn.MultiheadAttention, with
           the same weights and the same answers, but without taps
* watched  a forward with every tap recorded over one with none

What is watched is kept, so that its memory cannot be used again at once. Where the C library gives
freed memory back to the system, pages that are faulted in anew cost more than all watching, and
unwatched forwards too; by default this process keeps what it frees, as `mer train --dataset` does,
and `--anew` shows how it is otherwise.
"""

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import torch
from torch import Tensor, nn

from mer_core.allocator import keep_freed_memory
from mer_core.models.base import EmotionModel
from mer_core.models.crossmodal import pair, pairs, sine_positions
from mer_core.models.hct_dmg import HCTDMG, HCTDMGConfig
from mer_core.models.mult import MulT, MulTConfig
from mer_core.trace import capture
from mer_core.types import Batch, Modality, Stream

LENGTHS = {Modality.TEXT: 50, Modality.AUDIO: 375, Modality.VISION: 500}
WATCHED = 1.3
"""A watched forward may take at most so many times an unwatched one."""


class PlainLayer(nn.Module):
    """One layer of a crossmodal transformer, as one writes it with torch's own parts."""

    def __init__(self, hidden: int, heads: int, attention: float, relu: float, rest: float) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(hidden, heads, attention, batch_first=True)
        self.norms = nn.ModuleList(nn.LayerNorm(hidden) for _ in range(2))
        self.feed = nn.Sequential(
            nn.Linear(hidden, 4 * hidden),
            nn.ReLU(),
            nn.Dropout(relu),
            nn.Linear(4 * hidden, hidden),
        )
        self.dropout = nn.Dropout(rest)

    def forward(self, x: Tensor, source: Tensor | None, padded: Tensor) -> Tensor:
        query = self.norms[0](x)
        key = query if source is None else self.norms[0](source)
        seen, _ = self.attention(query, key, key, key_padding_mask=padded, need_weights=False)
        x = x + self.dropout(seen)
        return x + self.dropout(self.feed(self.norms[1](x)))


class PlainTransformer(nn.Module):
    """The same stack as `CrossmodalTransformer`."""

    def __init__(self, hidden: int, layers: int, c: MulTConfig) -> None:
        super().__init__()
        shares = (c.attention_dropout, c.relu_dropout, c.residual_dropout)
        self.layers = nn.ModuleList(PlainLayer(hidden, c.heads, *shares) for _ in range(layers))
        self.norm, self.dropout = nn.LayerNorm(hidden), nn.Dropout(c.embed_dropout)

    def forward(self, x: Tensor, source: Tensor | None, padded: Tensor) -> Tensor:
        x = self._placed(x)
        source = None if source is None else self._placed(source)
        for layer in self.layers:
            x = layer(x, source, padded)
        return self.norm(x)

    def _placed(self, x: Tensor) -> Tensor:
        return self.dropout(x * math.sqrt(x.shape[-1]) + sine_positions(*x.shape[1:]))


class PlainMulT(nn.Module):
    """MulT on nn.MultiheadAttention: what a user would write who wants to see nothing."""

    def __init__(self, c: MulTConfig) -> None:
        super().__init__()
        self.project = nn.ModuleDict(
            {m: nn.Conv1d(n, c.hidden, 1, bias=False) for m, n in c.features().items()}
        )
        self.crossmodal = nn.ModuleDict(
            {name: PlainTransformer(c.hidden, c.layers, c) for name in pairs(tuple(Modality))}
        )
        self.self_attention = nn.ModuleDict(
            {m: PlainTransformer(2 * c.hidden, max(c.layers, 3), c) for m in Modality}
        )
        width = 6 * c.hidden
        self.inner, self.outer = nn.Linear(width, width), nn.Linear(width, width)
        self.out = nn.Linear(width, 1)
        self.text_dropout, self.out_dropout = nn.Dropout(c.text_dropout), nn.Dropout(c.out_dropout)

    def forward(self, batch: Batch) -> Tensor:
        heard = {}
        for m, stream in batch.streams.items():
            values = self.text_dropout(stream.values) if m == Modality.TEXT else stream.values
            heard[m] = self.project[m](values.transpose(1, 2)).transpose(1, 2)
        padded = {m: ~stream.mask for m, stream in batch.streams.items()}
        read = [self._read(m, heard, padded) for m in heard]
        x = torch.cat(read, dim=-1)
        return self.out(self.outer(self.out_dropout(self.inner(x).relu())) + x)[:, 0]

    def _read(self, m: Modality, heard: dict[Any, Tensor], padded: dict[Any, Tensor]) -> Tensor:
        seen = [self.crossmodal[pair(m, s)](heard[m], heard[s], padded[s]) for s in heard if s != m]
        return self.self_attention[m](torch.cat(seen, dim=-1), None, padded[m])[:, -1]

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """Mean absolute error, as MulT learns."""
        return {"sentiment": (self(batch) - batch.sentiment).abs().mean()}

    def copy(self, model: Any) -> "PlainMulT":
        """Take the weights of a MulT of ours."""
        for m in Modality:
            self.project[m].load_state_dict(model.project[m].conv.state_dict())
            _copy(self.self_attention[m], model.self_attention[m])
        for name, transformer in self.crossmodal.items():
            _copy(transformer, model.crossmodal[name])
        for name in ("inner", "outer", "out"):
            getattr(self, name).load_state_dict(getattr(model.head, name).state_dict())
        return self


@torch.no_grad()
def _copy(plain: Any, ours: Any) -> None:
    """From a CrossmodalTransformer to a PlainTransformer: torch keeps query, key, value as one."""
    plain.norm.load_state_dict(ours.norm.state_dict())
    for mine, theirs in zip(plain.layers, ours.layers, strict=True):
        attention = theirs.attention
        qkv = (attention.to_q, attention.to_k, attention.to_v)
        mine.attention.in_proj_weight.copy_(torch.cat([linear.weight for linear in qkv]))
        mine.attention.in_proj_bias.copy_(torch.cat([linear.bias for linear in qkv]))
        mine.attention.out_proj.load_state_dict(attention.to_out.state_dict())
        mine.norms[0].load_state_dict(theirs.attention_norm.state_dict())
        mine.norms[1].load_state_dict(theirs.feed_norm.state_dict())
        mine.feed[0].load_state_dict(theirs.widen.state_dict())
        mine.feed[3].load_state_dict(theirs.narrow.state_dict())


def random_batch(config: Any, size: int, lengths: dict[Modality, int]) -> Batch:
    """Streams without padding, and numbers to learn."""
    draw = torch.Generator().manual_seed(0)
    streams = {
        m: Stream(
            m,
            torch.randn(size, lengths[m], n, generator=draw),
            torch.ones(size, lengths[m], dtype=torch.bool),
        )
        for m, n in config.features().items()
    }
    return Batch(streams, sentiment=torch.randn(size, generator=draw))


def stepper(model: Any, batch: Batch) -> Callable[[], Any]:
    """A whole training step: forward, backward, clipping, AdamW."""
    model.train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4)

    def step() -> None:
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(model.losses(batch).values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.8)
        optimiser.step()

    return step


def forwarder(model: Any, batch: Batch, watched: bool = False) -> Callable[[], Any]:
    """A forward in eval mode; watched, everything that the taps show is kept."""

    model.eval()

    def forward() -> None:
        with torch.inference_mode():
            if not watched:
                model(batch)
                return
            with capture(model):
                model(batch)

    return forward


def seconds(run: Callable[[], Any]) -> float:
    """Processor time of this thread."""
    start = time.thread_time()
    run()
    return time.thread_time() - start


@dataclass(frozen=True)
class Ratio:
    """How long one thing takes over another.

    Attributes:
        middle, low, high: Median of the pairs and the ends of their middle half.
        over, under: Median seconds of each.
        pairs: How many were run.
    """

    middle: float
    low: float
    high: float
    over: float
    under: float
    pairs: int

    def __str__(self) -> str:
        return (
            f"{self.middle:.2f} (middle half {self.low:.2f} to {self.high:.2f}, n = {self.pairs} "
            f"pairs)  {self.over * 1e3:.0f} ms / {self.under * 1e3:.0f} ms"
        )


def ratio(over: Callable[[], Any], under: Callable[[], Any], pairs: int) -> Ratio:
    """Run both in turn; whoever runs first in a pair changes each time."""
    over()
    under()
    times: list[tuple[float, float]] = []
    for i in range(pairs):
        if i % 2:
            first = seconds(over)
            times.append((first, seconds(under)))
        else:
            second = seconds(under)
            times.append((seconds(over), second))
    low, middle, high = quantiles([a / b for a, b in times], n=4)
    return Ratio(middle, low, high, median(a for a, _ in times), median(b for _, b in times), pairs)


def measure(
    pairs: int, size: int, lengths: dict[Modality, int], sizes: dict[str, Any]
) -> dict[str, Ratio]:
    """Every ratio of this file, by name.

    Args:
        pairs: Of each ratio; at least 2.
        size: Samples in the batch.
        lengths: Positions of each stream.
        sizes: Fields of both Configs: hidden, heads, layers; empty for the papers'.
    """
    torch.manual_seed(0)
    hct: EmotionModel = HCTDMG(HCTDMGConfig(**sizes))
    mult = MulT(MulTConfig(**sizes))
    plain = PlainMulT(mult.config).copy(mult)
    batch = random_batch(mult.config, size, lengths)
    found = {
        "watched / unwatched, HCT-DMG": ratio(
            forwarder(hct, batch, watched=True), forwarder(hct, batch), pairs
        ),
        "watched / unwatched, MulT": ratio(
            forwarder(mult, batch, watched=True), forwarder(mult, batch), pairs
        ),
        "forward, MulT / plain": ratio(forwarder(mult, batch), forwarder(plain, batch), pairs),
        "step, MulT / plain": ratio(stepper(mult, batch), stepper(plain, batch), pairs),
        "step, HCT-DMG / MulT": ratio(stepper(hct, batch), stepper(mult, batch), pairs),
    }
    return found


def main() -> None:
    """Print one line a ratio; exit with 1 if watching costs more than the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--anew", action="store_true", help="let freed memory go")
    given = parser.parse_args()
    torch.set_num_threads(1)
    kept = not given.anew and keep_freed_memory()
    lengths = ", ".join(f"{m} {n}" for m, n in LENGTHS.items())
    print(f"batch {given.batch}, {lengths}; hidden 30, 5 heads, 5 layers, random weights, seed 0")
    print(f"freed memory is {'kept' if kept else 'given back'}")
    found = measure(max(2, given.pairs), given.batch, LENGTHS, {})
    for name, each in found.items():
        print(f"{name:30} {each}", flush=True)
    worst = max(each.middle for name, each in found.items() if name.startswith("watched"))
    print(f"watched at most {WATCHED:g} times: {'kept' if worst <= WATCHED else 'BROKEN'}")
    raise SystemExit(worst > WATCHED)


if __name__ == "__main__":
    main()
