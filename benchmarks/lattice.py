"""How long every combination of modalities takes, and a whole sweep of noise: one batch each.

    python benchmarks/lattice.py [--samples 20]

Generated samples of the validation split, one at a time, features ready; wall time of the probe
on one thread, after a first run that does not count. The lattice has 8 answers (MGHFT: 4), the
sweep 36. Ends with status 1 where the lattice's median is over a second.
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import torch

from mer_core.checkpoints import folder_of, load
from mer_core.datasets import open_dataset
from mer_core.models import NAMES
from mer_core.probes.lattice import SplitsByModality
from mer_core.probes.noise import AddNoise
from mer_core.types import Batch, Modality

LIMIT = 1.0
"""Seconds that the lattice may take: it follows a click."""


def seconds(run: Callable[[], Any]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def batches(name: str, samples: int) -> list[Batch]:
    """Processed samples that the model reads, one in each batch."""
    data = open_dataset("puppet-stickers" if name == "mghft" else "puppet-utterances", "valid")
    process = load(name).processor()
    return [process([data[i]]) for i in range(samples)]


def measured(name: str, samples: int) -> dict[str, list[float]]:
    """Probe -> seconds of each sample."""
    model, ready = load(name), batches(name, samples + 1)
    noise = AddNoise(Modality.TEXT)
    probes: dict[str, Any] = {"lattice": SplitsByModality()}
    if noise.suits(model):
        probes["noise sweep"] = noise
    found: dict[str, list[float]] = {}
    for what, probe in probes.items():
        times = [seconds(partial(probe.run, model, batch)) for batch in ready]
        found[what] = times[1:]
    return found


def main() -> int:
    """Print a table; 1 where a lattice is too slow."""
    parser = argparse.ArgumentParser(description="Time the lattice of modalities.")
    parser.add_argument("--samples", type=int, default=20)
    samples = parser.parse_args().samples
    torch.set_num_threads(1)
    print("| model | what | n | median, ms | slowest, ms |\n|---|---|---|---|---|")
    slow = False
    for name in NAMES:
        if not (folder_of(name) / "weights.safetensors").is_file():
            continue
        for what, times in measured(name, samples).items():
            middle = median(times)
            slow |= what == "lattice" and middle > LIMIT
            print(f"| {name} | {what} | {samples} | {1e3 * middle:.0f} | {1e3 * max(times):.0f} |")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
