"""Does the gate in two stages do better than even weights, or than its first stage alone?"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mer_core.experiments.base import ACCURACY, Ask, PaperExperiment, Progress, Result, Row
from mer_core.experiments.egmf.scores import MAE, row_of, scored, told_of_cases
from mer_core.experiments.egmf.short import BASE, COST, Bench, Ended, Short, result, together

HIERARCHICAL = "two stages"

CASES = {
    HIERARCHICAL: BASE,
    "the first stage alone": replace(BASE, gating="first"),
    "a third for each": replace(BASE, gating="uniform"),
}
"""How the experts are weighed -> Config."""


def run(ask: Ask, progress: Progress) -> Result:
    """Short runs with each gate.

    Raises:
        BadInput: A limit below 1.
    """
    bench, rows, base = Bench(ask, progress), [], None
    for case, config in CASES.items():
        ended = bench.over_seeds(Short(config), case)
        said = together(ended)
        rows += scored(case, said, base, note=_weights(ended))
        base = base or said
    return result(bench, EXPERIMENT.name, rows, found=_says(rows), measures=(ACCURACY, MAE))


def _weights(ended: Sequence[Ended]) -> str:
    """Mean alpha and how far it spreads from sample to sample, over seeds."""
    means = np.mean([e.alpha.mean(axis=0) for e in ended], axis=0)
    spread = np.mean([e.alpha.std(axis=0).mean() for e in ended])
    return f"alpha {' / '.join(f'{100 * m:.0f}' for m in means)} %, sd over samples {spread:.3f}"


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    ours, *others = (row_of(rows, case) for case in CASES)
    best = max(others, key=lambda r: r.value)
    better = "more" if ours.value > best.value else "no more"
    return (
        told_of_cases(rows),
        f"The gate in two stages is right {better} often than “{best.case}”: "
        f"{100 * (ours.value - best.value):+.1f} points, where the sd over seeds is "
        f"{100 * (ours.sd or 0):.1f}.",
    )


EXPERIMENT = PaperExperiment(
    name="gating",
    title="Two-stage gate",
    question="Does the gate in two stages do better than even weights, or than one stage?",
    claim="Hierarchical dynamic gating gives 0.78 to 1.66 points. (The digest gives the same range "
    "to the fine-grained expert.) A table of gates was not recovered.",
    source="arXiv 2601.07565, as a third-party digest tells it",
    run=run,
    live=False,
    model="egmf",
    cost=COST,
)
