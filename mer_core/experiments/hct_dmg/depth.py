"""Do more layers in every transformer help? All stages have the same number."""

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
from mer_core.models.hct_dmg import HCTDMG

DEPTHS = (1, 2, 3)
NOTES = (
    f"Depths {DEPTHS[0]} to {DEPTHS[-1]} were tried. The stages move together, all with the same "
    "number of layers: how many a single stage needs was not asked.",
)


def run(ask: Ask, progress: Progress) -> Result:
    """Short runs with ever more layers in all transformers.

    Raises:
        BadInput: A limit below 1.
    """
    bench, rows = Bench(ask, progress), []
    for depth in DEPTHS:
        config = replace(BASE, layers=depth)
        size = sum(p.numel() for p in HCTDMG(config).parameters())
        ended = bench.over_seeds(Short(config), f"{depth} layers")
        rows.append(
            over_seeds(
                str(depth),
                ACCURACY,
                np.stack([e.right for e in ended]),
                dose=float(depth),
                reference=config == BASE,
                note=f"{size:,} parameters",
            )
        )
    return result(
        bench,
        EXPERIMENT.name,
        rows,
        found=_says(rows),
        measures=(ACCURACY,),
        dosage="layers of every transformer",
        notes=NOTES,
    )


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    best = max(rows, key=lambda r: r.value)
    told = ", ".join(f"{r.case}: {spread(r)}" for r in rows)
    highest = max(r.high or 0 for r in rows if r is not best)
    sure = "beyond" if (best.low or 0) > highest else "not beyond"
    return (
        f"Right answers by layers of every transformer: {told}. Most with {best.case}, {sure} the "
        "intervals of the others; runs are short, and deep ones may need longer.",
    )


EXPERIMENT = PaperExperiment(
    name="layers",
    title="Layers",
    question="Do more layers in every transformer help?",
    claim="Not recovered; by its size the paper's model has five in every transformer.",
    source="arXiv 2305.13583; the number of its parameters",
    run=run,
    model="hct_dmg",
    cost=COST,
)
