"""Does attention fall elsewhere where modalities disagree?"""

from collections.abc import Sequence

import numpy as np
import torch

from mer_core.experiments.base import Ask, PaperExperiment, Progress, Result, Row
from mer_core.experiments.hct_dmg.bench import Bench, open_benches, result
from mer_core.probes.cross_grid import holm
from mer_core.probes.divergence import SHUFFLES, Contrast, contrast

MODELS = {"hct_dmg": "HCT-DMG", "mult": "MulT, standard crossmodal attention"}

KL, JS = "divergence KL, in bits", "divergence JS, in bits"
P, HOLM = "p of KL, by permutation", "p of KL, corrected (Holm)"
SURE = 0.05


def run(ask: Ask, progress: Progress) -> Result:
    """Where attention falls on congruent and on incongruent utterances, map by map, two models.

    `ask.quick` takes the shipped weights alone.

    Raises:
        BadInput: A seed that is not here, or too few utterances.
        WeightsMissing, WeightsAltered, CardInvalid: Weights are not here, or not those.
    """
    benches = open_benches(MODELS, ask, progress, lean=False)
    rows = [row for name in MODELS for row in _rows([b for b in benches if b.run.name == name])]
    odd = int(benches[0].incongruent.sum())
    return result(
        benches,
        EXPERIMENT.name,
        rows,
        found=_says(rows),
        measures=(KL, JS, P, HOLM),
        lines="none",
        notes=(
            f"Groups: {len(benches[0]) - odd} congruent and {odd} incongruent utterances, by the "
            "true unimodal labels.",
            "Of each map: last layer, mean of heads and queries, keys stretched over 32 bins; KL "
            "of the congruent mean from the incongruent one, in bits; ± over seeds. Any two groups "
            f"differ a bit: p is the share of {SHUFFLES} shuffled groupings that differ at least "
            "as much, the given one counted.",
            "Corrected: by Holm over all maps of all runs of one model, so that one false alarm in "
            "all of them is as rare as p says.",
            "Maps of HCT-DMG are named by role, and roles by each run's own leader: the same name "
            "may be another modality with another seed.",
        ),
    )


def _rows(benches: Sequence[Bench]) -> list[Row]:
    """All numbers of one model: KL and JS with sd over its runs, p of every map of every run."""
    group, n = MODELS[benches[0].run.name], len(benches[0])
    found = {
        role: [contrast(b.falls[role], torch.from_numpy(b.incongruent)) for b in benches]
        for role in benches[0].falls
    }
    rows = []
    for role, each in found.items():
        for measure, values in ((KL, [c.kl for c in each]), (JS, [c.js for c in each])):
            sd = float(np.std(values, ddof=1)) if len(values) > 1 else None
            mean, note = float(np.mean(values)), _entropy(each)
            rows.append(Row(role, measure, mean, n, len(each), sd, group=group, note=note))
    ps = torch.tensor([[c.p_kl for c in each] for each in found.values()], dtype=torch.double)
    for measure, values in ((P, ps), (HOLM, holm(ps.flatten()).view_as(ps))):
        for role, own in zip(found, values.tolist(), strict=True):
            for bench, p in zip(benches, own, strict=True):
                rows.append(Row(f"{role}, seed {bench.run.seed}", measure, p, n, group=group))
    return rows


def _entropy(each: Sequence[Contrast]) -> str:
    even, odd = np.mean([c.entropy for c in each], axis=0)
    return f"entropy {even:.2f} and {odd:.2f} bits"


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    told = []
    for name in MODELS.values():
        kls, ps, fair = (
            [r for r in rows if (r.group, r.measure) == (name, measure)]
            for measure in (KL, P, HOLM)
        )
        mean = sum(r.value for r in kls) / len(kls)
        differ, alone = (sum(r.value < SURE for r in some) for some in (fair, ps))
        told.append(
            f"{name}: mean KL {mean:.4f} bits over {len(kls)} maps and {_runs(kls[0].seeds)}. In "
            f"{differ} of {len(ps)} tests the groups differ by more than shuffled ones do (p < "
            f"{SURE}, corrected by Holm); uncorrected it would be {alone}, where chance alone "
            f"gives {SURE * len(ps):.1f}."
        )
    return tuple(told)


def _runs(count: int) -> str:
    return "one run" if count == 1 else f"{count} runs"


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
