"""Should the gate be frozen when the data may change?"""

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
from mer_core.experiments.hct_dmg.short import BASE, COST, Bench, Ended, Noise, Short, result
from mer_core.types import Modality

DECIBELS = -5.0
FROZEN, FREE = "gate frozen", "gate never frozen"
WEIGHT = "weight of the modality that became noisy"
STAYS = "share of runs in which it still leads"


def run(ask: Ask, progress: Progress) -> Result:
    """Train, then make one modality noisy and train on, with the gate frozen and not.

    Raises:
        BadInput: A limit below 1.
    """
    bench, rows = Bench(ask, progress), []
    start = Short(replace(BASE, freeze_after=0))
    for m in Modality:
        later = replace(start, noise=Noise(str(m), DECIBELS), after=True)
        for case, frozen in ((FROZEN, True), (FREE, False)):
            ended = bench.over_seeds(replace(later, frozen=frozen), f"{m} noisy later, {case}")
            rows += _rows(m, case, frozen, ended)
    before = bench.over_seeds(start, "before the shift")
    leaders = ", ".join(
        f"seed {s}: {list(Modality)[int(np.argmax(e.omega))]}"
        for s, e in zip(bench.seeds, before, strict=True)
    )
    return result(
        bench,
        EXPERIMENT.name,
        rows,
        found=_says(rows),
        measures=(ACCURACY, WEIGHT, STAYS),
        notes=(
            f"After the short run one modality gets noise at {DECIBELS:.0f} dB, in training and "
            "when asked, and the run goes on from the same weights for as many passes again.",
            f"Who led before: {leaders}.",
        ),
    )


def _rows(modality: Modality, case: str, frozen: bool, ended: Sequence[Ended]) -> list[Row]:
    place, group = list(Modality).index(modality), f"{modality} becomes noisy"
    n, seeds = len(ended[0].right), len(ended)

    def mean(measure: str, values: Sequence[float]) -> Row:
        sd = float(np.std(values, ddof=1)) if seeds > 1 else None
        value = float(np.mean(values))
        return Row(case, measure, value, n, seeds, sd, group=group, reference=frozen)

    right = np.stack([e.right for e in ended])
    return [
        over_seeds(case, ACCURACY, right, group=group, reference=frozen),
        mean(WEIGHT, [e.omega[place] for e in ended]),
        mean(STAYS, [e.led[place] for e in ended]),
    ]


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    told = []
    for m in Modality:
        group = [r for r in rows if r.group == f"{m} becomes noisy" and r.measure == ACCURACY]
        frozen, free = (next(r for r in group if r.case == c) for c in (FROZEN, FREE))
        gain = 100 * (free.value - frozen.value)
        told.append(f"{m}: frozen {spread(frozen)}, never frozen {spread(free)} ({gain:+.1f})")
    return (f"Right answers after one modality became noisy. {'; '.join(told)} points.",)


EXPERIMENT = PaperExperiment(
    name="shift",
    title="A shift of the data",
    question="Should the gate be frozen when the data may change?",
    claim="The gate's weights are frozen once they have converged; by which rule, and what that "
    "costs when data change, was not recovered.",
    source="arXiv 2305.13583, as summarised",
    run=run,
    model="hct_dmg",
    cost=COST,
)
