"""What does another language model make of the same prompt?"""

from collections.abc import Iterator, Sequence

import numpy as np

from mer_core.experiments.base import (
    ACCURACY,
    Ask,
    PaperExperiment,
    Progress,
    Result,
    Row,
    over_seeds,
)
from mer_core.experiments.egmf.languages import LAYERS, RECIPES, losses_of
from mer_core.experiments.egmf.scores import MAE, row_of, scored, sure, told_of_cases
from mer_core.experiments.egmf.short import COST, Bench, Short, result, together

UNREAD = "answers that are none of the seven"
"""Share of the decoder's own answers, over the whole vocabulary; compared are the seven alone."""

EMBEDDED = f"embedded, {LAYERS} layers"


def runs() -> Iterator[tuple[str, Short]]:
    """What the swap table says, and the run."""
    yield EMBEDDED, Short()
    for name, recipe in RECIPES.items():
        yield name, Short(language=recipe)


def run(ask: Ask, progress: Progress) -> Result:
    """Short runs with each language model, frozen but for LoRA.

    Raises:
        BadInput: A limit below 1.
    """
    bench, rows, base = Bench(ask, progress), [], None
    for case, short in runs():
        ended = bench.over_seeds(short, case)
        said, note = together(ended), f"{ended[0].learned:,} parameters learn"
        rows += scored(case, said, base, note=note)
        unread = np.stack([e.unread for e in ended])
        rows.append(over_seeds(case, UNREAD, unread, reference=base is None, note=note))
        base = base or said
    return result(
        bench,
        EXPERIMENT.name,
        rows,
        found=_says(rows),
        measures=(ACCURACY, MAE, UNREAD),
        notes=_notes(),
    )


def _notes() -> tuple[str, ...]:
    read = {name: losses_of(recipe) for name, recipe in RECIPES.items() if recipe.passes}
    told = "; ".join(
        f"“{name}” passed {RECIPES[name].passes} times over the sentences of the first "
        f"{RECIPES[name].sentences:,} training utterances, all its weights learning: loss "
        f"{' then '.join(f'{loss:.2f}' for loss in losses)} nats a token"
        for name, losses in read.items()
    )
    return (
        "Nothing was downloaded. Only the embedded language model knows English. Those with "
        "random weights were never trained: they stand for their family's architecture "
        f"({LAYERS} layers, the width and vocabulary of the embedded one), frozen, with LoRA and "
        "the fusion learning on top. A row says what the architecture can carry from the pseudo "
        "tokens and the words to an answer, and nothing about the large models of its name.",
        f"{told}.",
        "The embedded one's transform before the vocabulary learns too, for it comes without one.",
    )


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    told = [told_of_cases(rows)]
    random = [row_of(rows, name) for name, recipe in RECIPES.items() if not recipe.passes]
    best, base = max(random, key=lambda r: r.value), row_of(rows, EMBEDDED)
    chance = "" if sure(best) else ", which may be chance,"
    told.append(
        f"What was learned before is worth {100 * (base.value - best.value):+.1f} points{chance} "
        f"over the best language model that learned nothing before (“{best.case}”); among the "
        f"untrained "
        f"families the best and the worst lie "
        f"{100 * (best.value - min(r.value for r in random)):.1f} points apart."
    )
    return tuple(told)


EXPERIMENT = PaperExperiment(
    name="language",
    title="Another language model",
    question="What does another language model make of the same prompt?",
    claim="GLM3-6B is chosen: as good as GLM4-9B with a third fewer parameters. Llama3-8B falls to "
    "46.52 weighted F1 on CHERMA (Chinese) where GLM3-6B has 73.90. The table was not recovered.",
    source="arXiv 2601.07565, as a third-party digest tells it",
    run=run,
    live=False,
    model="egmf",
    cost=COST,
)
