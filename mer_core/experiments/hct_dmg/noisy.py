"""Does the learned gate turn to the clean modalities when one is noisy in training?"""

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
    said,
)
from mer_core.experiments.hct_dmg.short import BASE, COST, Bench, Ended, Noise, Short, result
from mer_core.types import Modality

LEVELS = (0.0, -10.0)
"""Signal over noise in decibels, beside none."""

WEIGHT = "weight of the noisy modality"
LEADS = "share of runs in which the noisy modality leads"
TRAINED = "{} noisy in training, one gate for all"
ASKED = "{} noisy when asked, gate by sample"


def run(ask: Ask, progress: Progress) -> Result:
    """Retrain the paper's gate at each level; ask the gate by sample at each level.

    Raises:
        BadInput: A limit below 1.
    """
    bench, rows = Bench(ask, progress), []
    sample = replace(BASE, gate="sample")
    for m in Modality:
        for level in (None, *LEVELS):
            noise = None if level is None else Noise(str(m), level)
            told = "clean" if level is None else f"{level:.0f} dB"
            ended = bench.over_seeds(Short(noise=noise), f"{m}, {told}")
            rows += _rows(TRAINED.format(m), told, level, m, ended)
            asked = [
                bench.ask(Short(sample, seed=s), noise, f"gate by sample, seed {s}")
                for s in bench.seeds
            ]
            rows += _rows(ASKED.format(m), told, level, m, asked)
    return result(
        bench,
        EXPERIMENT.name,
        rows,
        found=_says(rows),
        measures=(WEIGHT, ACCURACY, LEADS),
        dosage="signal over noise",
        notes=(
            "Noise is Gaussian, in what enters the model; at 0 dB as strong as the signal of the "
            "sample. The paper's gate is trained anew at each level and asked under the same "
            "noise; the gate by sample was trained without noise and meets it when it is asked.",
        ),
    )


def _rows(
    group: str, told: str, level: float | None, modality: Modality, ended: Sequence[Ended]
) -> list[Row]:
    place = list(Modality).index(modality)
    dose = -(20.0 if level is None else level)
    about = {"group": group, "dose": dose, "reference": level is None}
    n, seeds = len(ended[0].right), len(ended)

    def mean(measure: str, values: Sequence[float]) -> Row:
        sd = float(np.std(values, ddof=1)) if seeds > 1 else None
        return Row(told, measure, float(np.mean(values)), n, seeds, sd, **about)

    return [
        mean(WEIGHT, [e.omega[place] for e in ended]),
        over_seeds(told, ACCURACY, np.stack([e.right for e in ended]), **about),
        mean(LEADS, [e.led[place] for e in ended]),
    ]


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(
        f"{name}, weight of the noisy modality without noise and at {LEVELS[-1]:.0f} dB: "
        + "; ".join(f"{m} {_moved(rows, group.format(m))}" for m in Modality)
        + "."
        for name, group in (
            ("The paper's gate, trained under noise", TRAINED),
            ("The gate by sample, meeting noise untrained", ASKED),
        )
    )


def _moved(rows: Sequence[Row], group: str) -> str:
    some = [r for r in rows if r.group == group and r.measure == WEIGHT]
    first, last = some[0], some[-1]
    spread = f" ± {100 * last.sd:.1f}" if last.sd is not None else ""
    return f"{said(WEIGHT, first.value)} to {said(WEIGHT, last.value)}{spread}"


EXPERIMENT = PaperExperiment(
    name="noise",
    title="Noise in one modality",
    question="Does the learned gate turn to the clean modalities when one is noisy?",
    claim="The gate weighs modalities by how much they are worth as the primary one; an experiment "
    "with noise was not recovered.",
    source="arXiv 2305.13583, abstract",
    run=run,
    model="hct_dmg",
    cost=COST,
)
