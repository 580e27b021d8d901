"""The paper's feasibility analysis: what does crossmodal attention do to salient information?"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from mer_core.experiments.base import Ask, PaperExperiment, Progress, Result, Row
from mer_core.experiments.hct_dmg.bench import CASES, Bench, open_bench, result
from mer_core.metrics import bootstrap_interval
from mer_core.probes.distortion import Moved, moved
from mer_core.probes.tendencies import Lean
from mer_core.roles import MODALITIES

MODEL = "mult"

HIGHLIGHT = "correlation of what mattered with where attention fell"
DISTORTION = "distortion, in points of sentiment"
FLIPS = "share whose sign turned"
SHIFT = "distortion towards the source, in points of sentiment"
DISPARITY = "source disparity, in points of sentiment"
ALL = "all looks"


def run(ask: Ask, progress: Progress) -> Result:
    """On MulT, standard crossmodal attention: congruent against incongruent utterances.

    Raises:
        BadInput: Too few utterances.
        WeightsMissing, WeightsAltered, CardInvalid: MulT's weights are not here, or not those.
    """
    bench = open_bench(MODEL, ask, progress)
    looks = [lean for lean in bench.evidence.leans if not lean.alone]
    found, odd = moved(bench.evidence.leans), bench.incongruent
    rows = [*_of_looks(found, looks, odd), *_of_pairs(found, looks, odd), *_highlight(bench)]
    return result(
        bench,
        EXPERIMENT.name,
        rows,
        found=_says(rows),
        measures=(DISTORTION, DISPARITY, FLIPS, SHIFT, HIGHLIGHT),
        lines="95 % bootstrap interval over utterances",
        notes=(
            "What a modality leans to is read by linear probes on the mean of its states, fitted "
            "on the training split of the frozen model. Distortion is how far that moves when the "
            "modality has looked at another; disparity, how far apart two sources move it.",
            "Incongruent: one of words, voice and face was made to express another emotion (true "
            "unimodal labels). The paper shows samples; these are means over all.",
        ),
    )


def _of_looks(found: Moved, looks: Sequence[Lean], odd: Bool[np.ndarray, " sample"]) -> list[Row]:
    rows = []
    for measure, values in (
        (DISTORTION, found.distortion),
        (FLIPS, found.flip.double()),
        (SHIFT, found.shift),
    ):
        numbers = values.double().numpy()
        rows += split(measure, numbers.mean(axis=0), odd, ALL)
        for lean, own in zip(looks, numbers, strict=True):
            rows += split(measure, own, odd, lean.label(0))
    return rows


def _of_pairs(found: Moved, looks: Sequence[Lean], odd: Bool[np.ndarray, " sample"]) -> list[Row]:
    numbers = found.disparity.double().numpy()
    rows = split(DISPARITY, numbers.mean(axis=0), odd, ALL)
    for (i, _), own in zip(found.shared, numbers, strict=True):
        rows += split(DISPARITY, own, odd, f"at {MODALITIES[int(looks[i].target[0])]}")
    return rows


def _highlight(bench: Bench) -> list[Row]:
    values = bench.evidence.seen.highlight
    if values is None:
        return []
    with np.errstate(invalid="ignore"):
        mean = np.nanmean(values.double().numpy(), axis=0)
    real = ~np.isnan(mean)
    return split(HIGHLIGHT, mean[real], bench.incongruent[real], ALL)


def split(
    measure: str,
    values: Float[np.ndarray, " sample"],
    odd: Bool[np.ndarray, " sample"],
    group: str,
    **more: Any,
) -> list[Row]:
    """One row for congruent samples, one for incongruent ones."""
    rows = []
    for case, chosen in zip(CASES, (~odd, odd), strict=True):
        low, high = bootstrap_interval(values[chosen])
        mean, n = float(values[chosen].mean()), int(chosen.sum())
        about = {"group": group, "low": low, "high": high, "reference": case == CASES[0]}
        rows.append(Row(case, measure, mean, n, **about, **more))
    return rows


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(_sentences(rows))


def _sentences(rows: Sequence[Row]) -> Iterator[str]:
    for measure in (DISTORTION, DISPARITY, FLIPS, HIGHLIGHT):
        pair = [r for r in rows if r.measure == measure and r.group == ALL]
        if len(pair) != 2:
            continue
        even, odd = pair
        told = (even.high or 0) < (odd.low or 0) or (odd.high or 0) < (even.low or 0)
        verdict = "apart by more than the intervals" if told else "not apart beyond the intervals"
        yield (
            f"{measure.capitalize()}: congruent {even.value:.3f} ({even.low:.3f} to "
            f"{even.high:.3f}), incongruent {odd.value:.3f} ({odd.low:.3f} to {odd.high:.3f}): "
            f"{verdict}."
        )


EXPERIMENT = PaperExperiment(
    name="feasibility",
    title="Feasibility analysis",
    question="What does crossmodal attention do to salient information when modalities disagree?",
    claim="Crossmodal attention highlights salient affective information where the source agrees "
    "and distorts it where tendencies mismatch; two sources leave disparate tendencies at the same "
    "target. Shown there on examples.",
    source="arXiv 2305.13583, section 3, as summarised",
    run=run,
    model="hct_dmg",
)
