"""Does adapting the language model help (LoRA on and off)?"""

from collections.abc import Sequence
from dataclasses import replace

from mer_core.experiments.base import ACCURACY, Ask, PaperExperiment, Progress, Result, Row
from mer_core.experiments.egmf.scores import MAE, row_of, scored, sure, told_of_cases
from mer_core.experiments.egmf.short import BASE, COST, Bench, Short, result, together

ON, OFF = f"adapted (LoRA, rank {BASE.rank})", "not adapted (no LoRA)"

CASES = {ON: BASE, OFF: replace(BASE, rank=0)}
"""Whether the language model's attention learns -> Config."""


def run(ask: Ask, progress: Progress) -> Result:
    """Short runs with LoRA and without.

    Raises:
        BadInput: A limit below 1.
    """
    bench, rows, base = Bench(ask, progress), [], None
    for case, config in CASES.items():
        ended = bench.over_seeds(Short(config), case)
        said = together(ended)
        rows += scored(case, said, base, note=f"{ended[0].learned:,} parameters learn")
        base = base or said
    return result(
        bench,
        EXPERIMENT.name,
        rows,
        found=_says(rows),
        measures=(ACCURACY, MAE),
        notes=(
            "With and without LoRA the transform before the vocabulary learns, for the embedded "
            "language model comes without one; the rest of it is frozen in both.",
        ),
    )


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    on, off = (row_of(rows, case) for case in CASES)
    if sure(off):
        verdict = "as on the paper's English sets" if on.value > off.value else "unlike there"
    else:
        verdict = "which may be chance"
    return (
        f"{told_of_cases(rows)} LoRA adds {100 * (on.value - off.value):+.1f} points, {verdict}.",
    )


EXPERIMENT = PaperExperiment(
    name="lora",
    title="Adapted or not",
    question="Does adapting the language model help (LoRA on and off)?",
    claim="Without LoRA the English sets lose 0.78 to 1.18 points (elsewhere: LoRA adds 0.74 to "
    "1.40); on the Chinese sets LoRA hurts.",
    source="arXiv 2601.07565, section VI, as a third-party digest tells it",
    run=run,
    live=False,
    model="egmf",
    cost=COST,
)
