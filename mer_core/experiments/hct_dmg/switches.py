"""What does each part of the hierarchy do for the answer?"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mer_core.experiments.base import (
    ACCURACY,
    Ask,
    PaperExperiment,
    Progress,
    Result,
    Row,
    over_seeds,
    spread,
)
from mer_core.experiments.hct_dmg.short import BASE, COST, Bench, Short, result
from mer_core.models.hct_dmg import HCTDMG, HCTDMGConfig

WHOLE = "as the paper"

SWITCHES: dict[str, HCTDMGConfig] = {
    WHOLE: BASE,
    "no weights on the branches": replace(BASE, weighting=False),
    "stage 1 looks at the primary": replace(BASE, stage1="from_primary"),
    "no stage 1": replace(BASE, stage1="off"),
    "no stage 2": replace(BASE, stage2=False),
    "six transformers, by pair": replace(BASE, sharing="pairs"),
    "no GRU": replace(BASE, gru=False),
}
"""What is switched off or changed -> Config."""


def run(ask: Ask, progress: Progress) -> Result:
    """Short runs with one switch turned.

    Raises:
        BadInput: A limit below 1.
    """
    bench, rows = Bench(ask, progress), []
    for case, config in SWITCHES.items():
        size = sum(p.numel() for p in HCTDMG(config).parameters())
        right = np.stack([e.right for e in bench.over_seeds(Short(config), case)])
        rows.append(
            over_seeds(case, ACCURACY, right, reference=config is BASE, note=f"{size:,} parameters")
        )
    return result(bench, EXPERIMENT.name, rows, found=_says(rows), measures=(ACCURACY,))


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    whole, *others = rows
    worst = min(others, key=lambda r: r.value)
    best = max(others, key=lambda r: r.value)
    return (
        f"As the paper: {spread(whole)}. It loses most with “{worst.case}”: {spread(worst)}; the "
        f"best of the others is “{best.case}”: {spread(best)}.",
    )


EXPERIMENT = PaperExperiment(
    name="switches",
    title="Parts switched off",
    question="What does each part of the hierarchy do for the answer?",
    claim="Not recovered; an ablation of the gate's freezing is mentioned.",
    source="arXiv 2305.13583, as summarised",
    run=run,
    model="hct_dmg",
    cost=COST,
)
