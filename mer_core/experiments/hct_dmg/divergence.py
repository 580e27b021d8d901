"""Does attention fall elsewhere where modalities disagree?"""

from collections.abc import Sequence

import torch

from mer_core.experiments.base import Ask, PaperExperiment, Progress, Result, Row
from mer_core.experiments.hct_dmg.bench import Bench, open_bench, result
from mer_core.probes.divergence import SHUFFLES, contrast

MODELS = {"hct_dmg": "HCT-DMG", "mult": "MulT, standard crossmodal attention"}

KL, JS, P = "divergence KL, in bits", "divergence JS, in bits", "p of KL, by permutation"


def run(ask: Ask, progress: Progress) -> Result:
    """Where attention falls on congruent and on incongruent utterances, map by map, two models.

    Raises:
        BadInput: Too few utterances.
        WeightsMissing, WeightsAltered, CardInvalid: Weights are not here, or not those.
    """
    benches = [open_bench(name, ask, progress, deep=False) for name in MODELS]
    rows = [row for bench in benches for row in _rows(bench)]
    odd = int(benches[0].incongruent.sum())
    return result(
        benches,
        EXPERIMENT.name,
        rows,
        found=_says(rows),
        measures=(KL, JS, P),
        lines="none",
        notes=(
            f"Groups: {len(benches[0]) - odd} congruent and {odd} incongruent utterances, by the "
            "true unimodal labels.",
            "Of each map: last layer, mean of heads and queries, keys stretched over 32 bins; KL "
            "of the congruent mean from the incongruent one, in bits. Any two groups differ a bit: "
            f"p is the share of {SHUFFLES} shuffled groupings that differ at least as much.",
        ),
    )


def _rows(bench: Bench) -> list[Row]:
    rows, odd = [], torch.from_numpy(bench.incongruent)
    for role, falls in bench.evidence.seen.falls.items():
        found = contrast(falls, odd)
        told = (
            f"p = {found.p_kl:.3f}; entropy {found.entropy[0]:.2f} and {found.entropy[1]:.2f} bits"
        )
        for measure, value in ((KL, found.kl), (JS, found.js), (P, found.p_kl)):
            group = MODELS[bench.name]
            rows.append(Row(role, measure, value, len(bench), group=group, note=told))
    return rows


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    told = []
    for name in MODELS.values():
        kls = [r for r in rows if (r.group, r.measure) == (name, KL)]
        small = [r for r in rows if (r.group, r.measure) == (name, P) and r.value < 0.05]
        mean = sum(r.value for r in kls) / len(kls)
        told.append(
            f"{name}: mean KL {mean:.4f} bits over {len(kls)} maps; {len(small)} of them differ "
            "by more than shuffled groups do (p < 0.05, each map by itself)."
        )
    return tuple(told)


EXPERIMENT = PaperExperiment(
    name="divergence",
    title="Where attention falls",
    question="Does attention fall elsewhere where modalities disagree?",
    claim="The distribution of attention differs between congruent and incongruent samples; which "
    "divergence was reported, and how large, was not recovered.",
    source="arXiv 2305.13583, as summarised",
    run=run,
    model="hct_dmg",
)
