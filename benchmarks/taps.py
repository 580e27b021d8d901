"""What unwatched taps cost: a forward with taps against the same forward with bare identities.

    python benchmarks/taps.py [--pairs 200]

Both are run in turn on one thread and one sample, where the share of taps is greatest. Times are
of this thread's processor, so that other work on the machine disturbs them less. Two numbers:

* paired   median over pairs of (with - without) / without, with the middle half of the pairs
* counted  calls of taps in a forward x the cost of one call, as a share of the forward
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

import torch

from mer_core.datasets import open_dataset
from mer_core.models import MODELS
from mer_core.models.base import EmotionModel
from mer_core.trace import Tap
from mer_core.types import Batch

DATA = {**dict.fromkeys(MODELS, "puppet-utterances"), "mghft": "puppet-stickers"}
LIMIT = 0.02


def _bare(_self: Tap, x: torch.Tensor, **_over: str) -> torch.Tensor:
    return x


def seconds(run: Callable[[], Any]) -> float:
    """Processor time of this thread."""
    start = time.thread_time()
    run()
    return time.thread_time() - start


def without_taps(run: Callable[[], Any]) -> float:
    """The same, every tap an identity that asks nobody."""
    forward, Tap.forward = Tap.forward, _bare
    try:
        return seconds(run)
    finally:
        Tap.forward = forward


def call_cost(n: int = 20_000) -> float:
    """Seconds that one unwatched tap adds to a bare identity."""
    tap, x = Tap("batch"), torch.zeros(1)

    def calls() -> None:
        for _ in range(n):
            tap(x, query="text", key="audio")

    return median((seconds(calls) - without_taps(calls)) / n for _ in range(5))


def calls_in(run: Callable[[], Any]) -> int:
    """How many times taps are called in one run."""
    count = 0
    forward = Tap.forward

    def counting(self: Tap, x: torch.Tensor, **over: str) -> torch.Tensor:
        nonlocal count
        count += 1
        return forward(self, x, **over)

    Tap.forward = counting
    try:
        run()
    finally:
        Tap.forward = forward
    return count


@dataclass(frozen=True)
class Cost:
    """What the taps of one model cost.

    Attributes:
        visits: Calls of taps in one forward.
        each: Seconds that one call adds to a bare identity.
        forward: Seconds of a forward without taps, the median.
        paired: Quartiles of (with - without) / without.
        rounds: Pairs that were run.
    """

    visits: int
    each: float
    forward: float
    paired: tuple[float, float, float]
    rounds: int

    @property
    def share(self) -> float:
        """The counted share of a forward; noise of the machine hardly reaches it."""
        return self.visits * self.each / self.forward

    def __str__(self) -> str:
        low, middle, high = self.paired
        return (
            f"paired {middle:+.2%} (middle half {low:+.2%} to {high:+.2%}, n = {self.rounds} pairs)"
            f"  counted {self.share:.3%} = {self.visits} calls x {self.each * 1e6:.2f} us"
            f" / {self.forward * 1e3:.2f} ms"
        )


def cost(model: EmotionModel, batch: Batch, rounds: int) -> Cost:
    """Measure one model on one batch."""

    def run() -> None:
        with torch.inference_mode():
            model(batch)

    for _ in range(3):
        run()
    shares, plain = [], []
    for i in range(rounds):  # whoever runs first in a pair changes each time
        first = seconds(run) if i % 2 else None
        bare = without_taps(run)
        tapped = seconds(run) if first is None else first
        shares.append((tapped - bare) / bare)
        plain.append(bare)
    low, middle, high = quantiles(shares, n=4)
    return Cost(calls_in(run), call_cost(), median(plain), (low, middle, high), rounds)


def main() -> None:
    """Print one line a model; exit with 1 if taps cost more than the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=200)
    pairs = parser.parse_args().pairs
    torch.set_num_threads(1)
    worst = 0.0
    for name in MODELS:
        torch.manual_seed(0)
        model = MODELS[name](MODELS[name].Config.demo()).eval()
        batch = model.processor()(list(open_dataset(DATA[name], "valid", 1)))
        found = cost(model, batch, pairs)
        worst = max(worst, found.share)
        print(f"{name:8} {found}", flush=True)
    print(f"limit {LIMIT:.0%}: {'kept' if worst < LIMIT else 'BROKEN'}")
    raise SystemExit(worst >= LIMIT)


if __name__ == "__main__":
    main()
