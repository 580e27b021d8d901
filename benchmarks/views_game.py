"""What the exact contributions of the four views cost, against ordinary answers and captum.

    python benchmarks/views_game.py [--rounds 50]

One sticker, one thread, everything in turn within each round, in an order that changes from round
to round; times are of this thread's processor, so that other work on the machine disturbs them
less. What is timed:

* forward   the whole way of one answer: backbone, four views encoded, fusion
* fusion    the fusion alone, from what the stages saw and the words that were encoded
* game      all 16 coalitions and the four Shapley values, from the same two caches
* finding   the game as a page asks for it, with its check against two ordinary answers
* captum    its enumeration of the 24 orders on the same caches, each step one fusion
* batched   the same with as many steps of an order in a batch as captum puts there

Ratios are medians over rounds of ratios within a round.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median, stdev
from typing import Any

import torch
from captum.attr import ShapleyValues

from mer_core.datasets import open_dataset
from mer_core.models.mghft import MGHFT
from mer_core.models.view_coalitions import Sight, coalition_logits, look, without_views
from mer_core.probes.view_game import ContributeViews, shapley
from mer_core.processing.text import views_stream
from mer_core.types import Modality, Stream, View

OF_FORWARD, OF_FUSION, AGAINST_CAPTUM = 1.5, 4.0, 10.0


def seconds(run: Callable[[], Any]) -> float:
    """Processor time of this thread."""
    start = time.thread_time()
    run()
    return time.thread_time() - start


def by_captum(model: MGHFT, sight: Sight, text: Stream, bare: Stream, steps: int) -> torch.Tensor:
    """The same values by enumerating orders; (view, emotion)."""

    def answers(takes_part: torch.Tensor) -> torch.Tensor:
        rows = torch.zeros(len(takes_part), dtype=torch.long)
        part = takes_part[..., None] > 0.5
        mask = torch.where(part, text.mask[rows], bare.mask[rows])
        said = replace(text.select(rows), mask=mask)
        return model.answer(sight.select(rows).looked, model.hear(said)).logits

    everyone = torch.ones(1, len(View))
    none = torch.zeros_like(everyone)
    found = ShapleyValues(answers).attribute(everyone, none, perturbations_per_eval=steps)
    return found[0].T


def runs(model: MGHFT) -> dict[str, Callable[[], Any]]:
    """What is timed, by name; the caches are warm."""
    sample = next(iter(open_dataset("puppet-stickers", "valid", 1)))
    process = model.processor()
    batch = process([sample])
    text, vision = batch.need(model.modalities)
    sight, bare = look(model, vision), without_views(text, None)

    def forward() -> torch.Tensor:
        heard = views_stream([sample], process.encoder)
        return model(replace(batch, streams={**batch.streams, Modality.TEXT: heard})).logits

    return {
        "forward": forward,
        "fusion": lambda: model.answer(sight.looked, model.hear(text)).logits,
        "game": lambda: shapley(coalition_logits(model, sight, text, without_views(text, None)))[0],
        "finding": lambda: ContributeViews().run(model, batch, sight),
        "captum": lambda: by_captum(model, sight, text, bare, 1),
        "batched": lambda: by_captum(model, sight, text, bare, len(View)),
    }


def measure(timed: dict[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each, round by round."""
    names, found = list(timed), {name: [] for name in timed}
    for run in timed.values():
        run()
    for i in range(rounds):
        shift = i % len(names)
        for name in names[shift:] + names[:shift]:
            found[name].append(seconds(timed[name]))
    return found


def ratio(over: list[float], under: list[float]) -> tuple[float, float]:
    """Median and standard deviation of the ratio within a round."""
    each = [a / b for a, b in zip(over, under, strict=True)]
    return median(each), stdev(each)


def main() -> None:
    """Print times and ratios; exit with 1 if a limit is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    rounds = max(2, parser.parse_args().rounds)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    timed = runs(MGHFT(MGHFT.Config.demo()).eval().requires_grad_(False))
    with torch.no_grad():
        gap = float((timed["game"]() - timed["captum"]()).abs().max())
        found = measure(timed, rounds)
    print(f"n = {rounds} rounds, one thread, random weights (seed 0)")
    for name, times in found.items():
        print(f"{name:8} {median(times) * 1e3:8.2f} ms  sd {stdev(times) * 1e3:.2f}")
    game, kept = found["game"], True
    for what, pair, limit, least in (
        ("game / forward", (game, found["forward"]), OF_FORWARD, False),
        ("game / fusion", (game, found["fusion"]), OF_FUSION, False),
        ("captum / game", (found["captum"], game), AGAINST_CAPTUM, True),
        ("finding / fusion", (found["finding"], found["fusion"]), None, False),
        ("batched captum / game", (found["batched"], game), None, True),
    ):
        middle, spread = ratio(*pair)
        fine = limit is None or (middle >= limit if least else middle <= limit)
        kept &= fine
        bound = f", at {'least' if least else 'most'} {limit:g}: " if limit else ""
        verdict = ("kept" if fine else "BROKEN") if limit else ""
        print(f"{what:22} {middle:6.2f} (sd {spread:.2f}){bound}{verdict}")
    print(f"largest difference from captum's values: {gap:.1e} (float32)")
    raise SystemExit(not kept)


if __name__ == "__main__":
    main()
