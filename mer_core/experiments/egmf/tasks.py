"""Who is listened to, by emotion and by task: the distribution of alpha."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float, Int

from mer_core.experiments.base import (
    ACCURACY,
    Ask,
    PaperExperiment,
    Progress,
    Result,
    Row,
    over_seeds,
)
from mer_core.experiments.egmf.bench import Bench, open_bench, result
from mer_core.experiments.egmf.scores import MAE, row_of, scored
from mer_core.experiments.egmf.short import BASE, WITHOUT_TRAINING, Ended, Short, together
from mer_core.experiments.egmf.short import Bench as ShortBench
from mer_core.probes.experts import entropy_share
from mer_core.probes.gates import EXPERT_NAMES
from mer_core.task import EMOTIONS

WEIGHT = "weight (alpha)"
EVEN = "evenness"
"""Entropy of alpha as a share of the greatest there is: 1 is a third for each."""
BETWEEN = "explained by the emotion"
"""Share of a weight's variance that lies between emotions."""

ALL, BOTH, CLASS, NUMBER = "all emotions", "both questions", "the emotion alone", "the number alone"
ANSWERS = "short runs, by what is asked"

CASES = {
    BOTH: BASE,
    CLASS: replace(BASE, limits=(), degrees=(), number_task=""),
    NUMBER: replace(BASE, emotions=(), answers=(), emotion_task=""),
}
"""What a run is trained for and asked -> Config."""

Alphas = Float[np.ndarray, "seed sample expert"]


def run(ask: Ask, progress: Progress) -> Result:
    """Alpha of trained weights by emotion; alpha of short runs that are asked one thing or both."""
    bench = open_bench(ask, progress)
    rows = by_emotion(alphas(bench), bench.target)
    short = None if ask.quick else ShortBench(ask, progress)
    if short is not None:
        rows += _by_task(short)
    return result(
        bench,
        EXPERIMENT.name,
        rows,
        short,
        found=_says(rows),
        measures=(WEIGHT, EVEN, BETWEEN, ACCURACY, MAE) if short else (WEIGHT, EVEN, BETWEEN),
        notes=(
            "A weight is not yet a contribution: an expert that says little counts little. Which "
            "expert takes which part is free: nothing names them in training, and another seed "
            "may hand the parts out anew, so look at the sd over seeds before reading a role "
            "into a mean.",
            _balance(bench),
        ),
    )


def _balance(bench: Bench) -> str:
    """Whether the weights by emotion were free."""
    some = next(iter(bench.models.values())).config.lambda_balance
    told = f"with a term of weight {some:g}" if some else "without a term"
    return (
        f"The weights that are asked by emotion were trained {told} that keeps the experts in even "
        "use over a batch; short runs have none, as the paper names none."
    )


def alphas(bench: Bench) -> Alphas:
    """alpha of each of the weights for every utterance."""
    found = []
    for i, seed in enumerate(bench.models):
        found.append(bench.inside(seed).alpha.double().numpy())
        bench.progress("weighing the experts", i + 1, len(bench.models))
    return np.stack(found)


def by_emotion(alpha: Alphas, target: Int[torch.Tensor, " sample"]) -> list[Row]:
    """Mean alpha and evenness in each emotion, and how much of alpha the emotion explains."""
    truth, rows = target.numpy(), []
    cases = {ALL: np.ones(len(truth), bool)}
    cases |= {e: truth == i for i, e in enumerate(EMOTIONS) if (truth == i).any()}
    for case, some in cases.items():
        about = {"reference": case == ALL}
        for i, name in enumerate(EXPERT_NAMES):
            weights = alpha[:, some, i]
            rows.append(over_seeds(case, WEIGHT, weights, group=_group(name), **about))
        rows.append(over_seeds(case, EVEN, evenness(alpha[:, some]), group="by emotion", **about))
    for i, name in enumerate(EXPERT_NAMES):
        shares = np.array([[explained(one[:, i], truth)] for one in alpha])
        row = over_seeds(name, BETWEEN, shares)
        rows.append(replace(row, n=len(truth), low=None, high=None))
    return rows


def _group(name: str) -> str:
    return f"{name}, by emotion"


def evenness(alpha: Alphas) -> Float[np.ndarray, "seed sample"]:
    """Entropy of each sample's weights as a share of the greatest."""
    return entropy_share(torch.from_numpy(alpha)).numpy()


def explained(values: Float[np.ndarray, " sample"], groups: Int[np.ndarray, " sample"]) -> float:
    """Share of the variance that lies between groups (eta squared); 0 where nothing varies."""
    total = ((values - values.mean()) ** 2).sum()
    means = {g: values[groups == g].mean() for g in np.unique(groups)}
    within = sum(((values[groups == g] - m) ** 2).sum() for g, m in means.items())
    return float(1 - within / total) if total > 1e-12 else 0.0


def _by_task(short: ShortBench) -> list[Row]:
    rows, base = [], None
    for case, config in CASES.items():
        ended = short.over_seeds(Short(config), case)
        rows += weights_of(case, ended)
        said = together(ended)
        rows += scored(case, said, base, group=ANSWERS)
        base = base or said
    return rows


def weights_of(case: str, ended: Sequence[Ended]) -> list[Row]:
    """alpha and evenness of runs that are asked one thing."""
    alpha = np.stack([e.alpha for e in ended])
    about = {"group": ANSWERS, "reference": case == BOTH}
    rows = [
        over_seeds(case, WEIGHT, alpha[..., i], group=f"{name}, {ANSWERS}", reference=case == BOTH)
        for i, name in enumerate(EXPERT_NAMES)
    ]
    return [*rows, over_seeds(case, EVEN, evenness(alpha), **about)]


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    told = []
    for i, name in enumerate(EXPERT_NAMES):
        some = [r for r in rows if (r.measure, r.group) == (WEIGHT, _group(name))]
        whole, *emotions = some
        low, high = (f(emotions, key=lambda r: r.value) for f in (min, max))
        between = row_of(rows, name, BETWEEN)
        told.append(
            f"The {name} (E{i + 1}) gets {_weight(whole)} on average, from {_weight(low)} in "
            f"{low.case} to {_weight(high)} in {high.case}; the emotion explains "
            f"{100 * between.value:.0f} % of how its weight varies."
        )
    if any(r.group == ANSWERS for r in rows):
        told.append(_of_tasks(rows))
    return tuple(told)


def _of_tasks(rows: Sequence[Row]) -> str:
    weights = {
        case: [row_of(rows, case, WEIGHT, f"{name}, {ANSWERS}") for name in EXPERT_NAMES]
        for case in (CLASS, NUMBER)
    }
    even = {case: row_of(rows, case, EVEN, ANSWERS) for case in weights}
    outer = {case: w[0].value + w[2].value for case, w in weights.items()}
    gaps = (outer[CLASS] - outer[NUMBER], even[NUMBER].value - even[CLASS].value)
    middle = {case: w[1] for case, w in weights.items()}  # what the outer two leave
    scatter = [max(row.sd or 0 for row in some.values()) for some in (middle, even)]
    parts = "; ".join(
        f"asked for {case}, alpha is {', '.join(_weight(w) for w in some)}, evenness "
        f"{100 * even[case].value:.1f} %"
        for case, some in weights.items()
    )
    if any(abs(gap) <= sd for gap, sd in zip(gaps, scatter, strict=True)):
        verdict = "Seeds differ by more than the two tasks do, so what the paper says"
        return f"In short runs: {parts}. {verdict} of them can be neither shown nor refused here."
    verdict = "This is what the paper says" if min(gaps) > 0 else "This is not what the paper says"
    return f"In short runs: {parts}. {verdict} of classification and regression."


def _weight(row: Row) -> str:
    sd = "" if row.sd is None else f" ± {100 * row.sd:.0f}"
    return f"{100 * row.value:.0f} %{sd}"


EXPERIMENT = PaperExperiment(
    name="tasks",
    title="Who is listened to",
    question="Are other experts listened to in another emotion, or for another task?",
    claim="Classification benefits more from the fine-grained and the global expert (E1 and E3), "
    "regression uses all three more evenly. The distribution itself was not recovered.",
    source="arXiv 2601.07565, section VI, as a third-party digest tells it",
    run=run,
    model="egmf",
    cost=WITHOUT_TRAINING,
)
