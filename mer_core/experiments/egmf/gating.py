"""Does the gate in two stages do better than even weights, or than its first stage alone?"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from mer_core.experiments.base import ACCURACY, Ask, PaperExperiment, Progress, Result, Row
from mer_core.experiments.egmf.bench import Bench, open_bench, result
from mer_core.experiments.egmf.scores import (
    MAE,
    SHIPPED,
    TRAINED,
    Said,
    compared,
    row_of,
    scored,
    sure,
    told_of_cases,
)
from mer_core.experiments.egmf.short import BASE, WITHOUT_TRAINING, Ended, Short, together
from mer_core.experiments.egmf.short import Bench as ShortBench
from mer_core.trace import Edit

HIERARCHICAL, FIRST, EVEN = "two stages", "the first stage alone", "a third for each"

CASES = {
    HIERARCHICAL: BASE,
    FIRST: replace(BASE, gating="first"),
    EVEN: replace(BASE, gating="uniform"),
}
"""How the experts are weighed -> Config."""


def run(ask: Ask, progress: Progress) -> Result:
    """Put another alpha into trained weights, and train short runs with each gate.

    Raises:
        BadInput: A limit below 1.
    """
    bench = open_bench(ask, progress)
    rows = _asked(bench)
    short = None if ask.quick else ShortBench(ask, progress)
    if short is not None:
        rows += _trained(short)
    return result(
        bench,
        EXPERIMENT.name,
        rows,
        short,
        found=_says(rows),
        measures=(ACCURACY, MAE),
        notes=(
            "Weights that were trained with two stages never met another alpha; the short runs "
            "were trained with theirs from the first step.",
        ),
    )


def _asked(bench: Bench) -> list[Row]:
    inside = {seed: bench.inside(seed) for seed in bench.models}

    def first(seed: int, rows: Tensor) -> dict[str, Edit]:
        return {"fusion.alpha": lambda alpha: inside[seed].first[rows].to(alpha)}

    def even(seed: int, rows: Tensor) -> dict[str, Edit]:
        return {"fusion.alpha": lambda alpha: torch.full_like(alpha, 1 / alpha.shape[-1])}

    edits = {HIERARCHICAL: None, FIRST: first, EVEN: even}
    return compared({c: bench.ask(c, edits=edit) for c, edit in edits.items()}, SHIPPED)


def _trained(short: ShortBench) -> list[Row]:
    rows: list[Row] = []
    base: Said | None = None
    for case, config in CASES.items():
        ended = short.over_seeds(Short(config), case)
        said = together(ended)
        rows += scored(case, said, base, note=_weights(ended), group=TRAINED)
        base = base or said
    return rows


def _weights(ended: Sequence[Ended]) -> str:
    """Mean alpha and how far it spreads from sample to sample, over seeds."""
    means = np.mean([e.alpha.mean(axis=0) for e in ended], axis=0)
    spread = np.mean([e.alpha.std(axis=0).mean() for e in ended])
    return f"alpha {' / '.join(f'{100 * m:.0f}' for m in means)} %, sd over samples {spread:.3f}"


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    told = []
    for group in dict.fromkeys(r.group for r in rows):
        ours, *others = (row_of(rows, case, group=group) for case in CASES)
        best = max(others, key=lambda r: r.value)
        gap = f"{100 * (ours.value - best.value):+.1f} points"
        if sure(best):
            better = "more" if ours.value > best.value else "less"
            verdict = f"The gate in two stages is right {better} often than “{best.case}”: {gap}."
        else:
            verdict = (
                f"Between the gate in two stages and “{best.case}” nothing can be told: {gap}."
            )
        told.append(f"{group.capitalize()}. {told_of_cases(rows, group)} {verdict}")
    return tuple(told)


EXPERIMENT = PaperExperiment(
    name="gating",
    title="Two-stage gate",
    question="Does the gate in two stages do better than even weights, or than one stage?",
    claim="Hierarchical dynamic gating gives 0.78 to 1.66 points. (The digest gives the same range "
    "to the fine-grained expert.) A table of gates was not recovered.",
    source="arXiv 2601.07565, as a third-party digest tells it",
    run=run,
    model="egmf",
    cost=WITHOUT_TRAINING,
)
