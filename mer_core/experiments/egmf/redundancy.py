"""Do the experts say different things, or one thing three times?"""

from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np
import torch
from torch import Tensor

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
from mer_core.experiments.egmf.scores import MAE, row_of, scored, told_of_cases
from mer_core.probes.experts import SHORT, cosines
from mer_core.probes.pseudo_carry import cka

COSINE, CKA, OVER = "cosine", "CKA", "samples with a cosine over 0.9"
LIMIT = 0.9
"""The digest's threshold: beyond it two experts are redundant."""

PAIRS = tuple(combinations(range(len(SHORT)), 2))
AS_IT_IS = "each for itself"


def run(ask: Ask, progress: Progress) -> Result:
    """How alike the experts are, and what is lost when one says what another says."""
    bench = open_bench(ask, progress)
    rows = [*_alike(bench), *_instead(bench)]
    return result(
        bench,
        EXPERIMENT.name,
        rows,
        found=_says(rows),
        measures=(COSINE, OVER, CKA, ACCURACY, MAE),
        notes=(
            "The cosine is that of two experts' outputs for one utterance; what they add to every "
            "utterance alike counts in it. CKA (linear, unbiased: about 0 for unrelated outputs, "
            "and perhaps below) looks at how outputs differ from utterance "
            "to utterance, so it is blind to that, and to turns of the whole space: it may be high "
            "where the cosine is low.",
            "“B in place of A”: A's output is replaced by B's, under A's weight.",
        ),
    )


def _pair(i: int, j: int) -> str:
    return f"{SHORT[i]} and {SHORT[j]}"


def _alike(bench: Bench) -> list[Row]:
    said = []
    for i, seed in enumerate(bench.models):
        said.append(bench.inside(seed).said)
        bench.progress("listening to the experts", i + 1, len(bench.models))
    angle = torch.stack([cosines(s) for s in said]).double().numpy()
    rows = []
    for i, j in PAIRS:
        case = _pair(i, j)
        rows.append(over_seeds(case, COSINE, angle[..., i, j]))
        rows.append(over_seeds(case, OVER, (angle[..., i, j] > LIMIT).astype(float)))
        likeness, chance = np.array([cka(s[:, i], s[:, j]) for s in said]).T
        sd = float(likeness.std(ddof=1)) if len(said) > 1 else None
        note = f"unrelated outputs stay below {chance.max():.3f} in 95 % of shuffles"
        if np.isfinite(likeness).all():  # a handful of utterances has none
            mean = float(likeness.mean())
            rows.append(Row(case, CKA, mean, len(bench), len(said), sd, note=note))
    return rows


def _instead(bench: Bench) -> list[Row]:
    base = bench.ask(AS_IT_IS)
    rows = scored(AS_IT_IS, base)
    for i, j in permutations(range(len(SHORT)), 2):

        def swap(said: Tensor, i: int = i, j: int = j) -> Tensor:
            said = said.clone()
            said[:, i] = said[:, j]
            return said

        case = f"{SHORT[j]} in place of {SHORT[i]}"
        answers = bench.ask(case, edits=lambda *_, swap=swap: {"fusion.expert_out": swap})
        rows += scored(case, answers, base)
    return rows


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    pairs = [row_of(rows, _pair(i, j), COSINE) for i, j in PAIRS]
    alike = {r.case: f" (CKA {r.value:.2f})" for r in rows if r.measure == CKA}
    told = ", ".join(f"{r.case} {r.value:.2f}{alike.get(r.case, '')}" for r in pairs)
    beyond = [r.case for r in pairs if r.value > LIMIT]
    verdict = (
        f"redundant by the digest's {LIMIT}: {'; '.join(beyond)}"
        if beyond
        else (f"no pair is redundant by the digest's {LIMIT}")
    )
    return (
        f"Mean cosine: {told}; {verdict}.",
        f"One in place of another: {told_of_cases(rows)}",
    )


EXPERIMENT = PaperExperiment(
    name="redundancy",
    title="Redundant experts",
    question="Do the experts say different things, or one thing three times?",
    claim="Other widths and activations are said to keep the experts apart; where outputs have a "
    "cosine over 0.9 they are redundant (the digest's threshold). The paper's own numbers were "
    "not recovered.",
    source="a third-party digest of arXiv 2601.07565",
    run=run,
    model="egmf",
)
