"""The paper's feasibility analysis: what does crossmodal attention do to salient information?"""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Bool, Float

from mer_core.experiments.base import Ask, PaperExperiment, Progress, Result, Row, over_seeds
from mer_core.experiments.hct_dmg.bench import CASES, TRAINED_ON, Bench, open_benches, result
from mer_core.probes.distortion import moved
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

    `ask.quick` takes the shipped weights alone, with the probes that ship beside them.

    Raises:
        BadInput: A seed that is not here, or too few utterances.
        WeightsMissing, WeightsAltered, CardInvalid: MulT's weights are not here, or not those.
    """
    benches = open_benches((MODEL,), ask, progress, salient=True)
    rows = [*_of_looks(benches), *_of_pairs(benches), *_highlight(benches)]
    fitted = "those that ship" if ask.quick else f"fitted on {TRAINED_ON:,} training utterances"
    return result(
        benches,
        EXPERIMENT.name,
        rows,
        found=_says(rows),
        measures=(DISTORTION, DISPARITY, FLIPS, SHIFT, HIGHLIGHT),
        lines="95 % bootstrap interval over utterances, of the mean over seeds",
        notes=(
            "What a modality leans to is read by linear probes on the mean of its states in the "
            f"frozen model, one set a run, {fitted}. Distortion is how far that moves when the "
            "modality has looked at another; disparity, how far apart two sources move it.",
            "Incongruent: one of words, voice and face was made to express another emotion (true "
            "unimodal labels). The paper shows samples; these are means over all.",
            "± is the deviation over the seeds of MulT.",
        ),
    )


def _of_looks(benches: Sequence[Bench]) -> list[Row]:
    found, rows = [moved(b.leans) for b in benches], []
    looks = [lean for lean in benches[0].leans if not lean.alone]
    odd = benches[0].incongruent
    for measure, values in (
        (DISTORTION, [m.distortion for m in found]),
        (FLIPS, [m.flip for m in found]),
        (SHIFT, [m.shift for m in found]),
    ):
        numbers = np.stack([v.double().numpy() for v in values])
        rows += split(measure, numbers.mean(axis=1), odd, ALL)
        for i, lean in enumerate(looks):
            rows += split(measure, numbers[:, i], odd, lean.label(0))
    return rows


def _of_pairs(benches: Sequence[Bench]) -> list[Row]:
    found, odd = [moved(b.leans) for b in benches], benches[0].incongruent
    looks = [lean for lean in benches[0].leans if not lean.alone]
    numbers = np.stack([m.disparity.double().numpy() for m in found])
    rows = split(DISPARITY, numbers.mean(axis=1), odd, ALL)
    for place, (i, _) in enumerate(found[0].shared):
        group = f"at {MODALITIES[int(looks[i].target[0])]}"
        rows += split(DISPARITY, numbers[:, place], odd, group)
    return rows


def _highlight(benches: Sequence[Bench]) -> list[Row]:
    maps = np.stack([b.highlight.double().numpy() for b in benches if b.highlight is not None])
    known = ~np.isnan(maps)
    real = known.any(axis=1).all(axis=0)  # in every run some map is not flat
    mean = np.nanmean(maps[..., real], axis=1)
    return split(HIGHLIGHT, mean, benches[0].incongruent[real], ALL)


def split(
    measure: str,
    values: Float[np.ndarray, "seed sample"],
    odd: Bool[np.ndarray, " sample"],
    group: str,
) -> list[Row]:
    """One row for congruent samples, one for incongruent ones."""
    return [
        over_seeds(case, measure, values[:, some], group=group, reference=case == CASES[0])
        for case, some in zip(CASES, (~odd, odd), strict=True)
    ]


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
            f"{measure.capitalize()}: congruent {_value(even)}, incongruent {_value(odd)}: "
            f"{verdict}."
        )
    yield f"Means over {_runs(rows[0].seeds)} of MulT."


def _value(row: Row) -> str:
    sd = "" if row.sd is None else f" ± {row.sd:.3f}"
    return f"{row.value:.3f}{sd} ({row.low:.3f} to {row.high:.3f})"


def _runs(count: int) -> str:
    return "one run" if count == 1 else f"{count} runs"


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
