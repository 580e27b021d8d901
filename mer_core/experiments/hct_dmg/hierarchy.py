"""Does the hierarchy do what the paper says: less distortion, less disparity of sources?

The paper's success statement: on incongruent samples, distortion (how far a look at another
modality moves what a modality leans to) and source disparity (how far two sources pull the same
target apart) are lower in HCT-DMG than in MulT, at equal accuracy. Linear probes are fitted on
every trained run, on training data alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from jaxtyping import Bool, Float

from mer_core.errors import BadInput
from mer_core.experiments.base import Ask, PaperExperiment, Progress, Result, Row
from mer_core.experiments.hct_dmg.bench import TRAINED_ON, Bench, manifest, open_benches
from mer_core.experiments.short import told_of
from mer_core.metrics import bootstrap_interval
from mer_core.probes.distortion import moved
from mer_core.probes.tendencies import Lean, own_numbers
from mer_core.roles import MODALITIES
from mer_core.types import Modality

OURS, BASELINE = "hct_dmg", "mult"
CALLED = {OURS: "HCT-DMG", BASELINE: "MulT"}
NEAR = 0.01
"""Two runs are of equal accuracy if it lies within one point on validation."""

DISTORTION, DISPARITY, FLIPS = "distortion", "source disparity", "flips"
RELATIVE = "distortion relative to the spread of the leanings alone"
SAME = "source disparity at the same target"
MEASURES = (DISTORTION, DISPARITY, SAME, FLIPS, RELATIVE)
INCONGRUENT, CONGRUENT, PAIRED = "incongruent", "congruent", "pairs of equal accuracy, incongruent"


@dataclass(frozen=True, eq=False)
class Run:
    """One trained run, and what its looks do to leanings on each sample.

    Attributes:
        model: Name in MODELS.
        seed: Of the run.
        accuracy: On validation.
        weights: sha256 of its file.
        numbers: Measure -> one number a sample.
        by_target: Modality -> how far its two sources pull it apart, where it has two.
    """

    model: str
    seed: int
    accuracy: float
    weights: str
    numbers: dict[str, Float[np.ndarray, " sample"]]
    by_target: dict[Modality, Float[np.ndarray, " sample"]] = field(default_factory=dict)

    @property
    def leader(self) -> Modality:
        """The only target of two sources in HCT-DMG: its primary."""
        (target,) = self.by_target
        return target


def run(ask: Ask, progress: Progress) -> Result:
    """Fit linear probes on every run that is here, and compare what looks do.

    `ask.quick` takes the shipped weights alone, with the probes that ship beside them.

    Raises:
        BadInput: A seed that is not here, or too few utterances.
        WeightsMissing, WeightsAltered, CardInvalid: See `mer_core.load`.
    """
    benches = open_benches((OURS, BASELINE), ask, progress)
    runs = at_same_target([_run(bench) for bench in benches])
    return result(runs, benches[0].incongruent, ask.split)


def _run(bench: Bench) -> Run:
    own = bench.run
    numbers, by_target = measured(bench.leans), disparities(bench.leans)
    return Run(own.name, own.seed, own.accuracy, own.weights, numbers, by_target)


def at_same_target(runs: Sequence[Run]) -> list[Run]:
    """Runs with the disparity at one target.

    HCT-DMG's is at its primary. MulT has one at every modality: it gets the mean over the
    primaries of all runs of HCT-DMG, and each pair compares at the primary of its own run.
    """
    leaders = [r.leader for r in runs if r.model == OURS]
    same = []
    for r in runs:
        targets = [r.leader] if r.model == OURS else leaders
        mean = np.mean([r.by_target[target] for target in targets], axis=0)
        same.append(replace(r, numbers={**r.numbers, SAME: mean}))
    return same


def measured(leans: tuple[Lean, ...]) -> dict[str, Float[np.ndarray, " sample"]]:
    """Distortion, disparity and flips of each sample, means over the looks."""
    found, own = moved(leans), own_numbers(leans)
    scale = own.std(dim=1).mean()
    distortion = found.distortion.mean(0)
    told = {
        DISTORTION: distortion,
        DISPARITY: found.disparity.mean(0),
        FLIPS: found.flip.float().mean(0),
        RELATIVE: distortion / scale,
    }
    return {name: values.double().numpy() for name, values in told.items()}


def disparities(leans: tuple[Lean, ...]) -> dict[Modality, Float[np.ndarray, " sample"]]:
    """Target -> how far its two sources pull it apart, on each sample."""
    found, looks = moved(leans), [lean for lean in leans if not lean.alone]
    return {
        MODALITIES[int(looks[i].target[0])]: apart.double().numpy()
        for (i, _), apart in zip(found.shared, found.disparity, strict=True)
    }


def result(runs: Sequence[Run], lies: Bool[np.ndarray, " sample"], split: str) -> Result:
    """Rows, sentences and manifest from what every run showed."""
    rows = [row for group, some in ((INCONGRUENT, lies), (CONGRUENT, ~lies)) for row in
            _by_model(runs, some, group)]  # fmt: skip
    pairs = equal_pairs(runs)
    rows += _paired(pairs, lies)
    return Result(
        model=OURS,
        experiment=EXPERIMENT.name,
        found=_says(rows, pairs),
        data=told_of(split, len(lies)),
        seeds=tuple(sorted({r.seed for r in runs})),
        rows=tuple(rows),
        measures=MEASURES,
        unit="utterance",
        notes=_notes(runs, pairs),
        manifest=manifest([(r.model, r.seed, r.weights, r.accuracy) for r in runs]),
    )


def _by_model(runs: Sequence[Run], some: Bool[np.ndarray, " sample"], group: str) -> list[Row]:
    rows = []
    for measure in MEASURES:
        for name in (OURS, BASELINE):
            scores = np.stack([r.numbers[measure][some] for r in runs if r.model == name])
            if not scores.size:
                raise BadInput(f"No sample is {group}: ask for more with a larger --limit.")
            rows.append(_row(CALLED[name], measure, scores, group, name == BASELINE))
    return rows


def _row(
    case: str, measure: str, scores: Float[np.ndarray, "run sample"], group: str,
    reference: bool = False, note: str = "",
) -> Row:  # fmt: skip
    means = scores.mean(axis=1)
    low, high = bootstrap_interval(scores.mean(axis=0))
    sd = float(means.std(ddof=1)) if len(means) > 1 else None
    return Row(
        case, measure, float(means.mean()), scores.shape[1], len(means), sd, low, high,
        group=group, reference=reference, note=note,
    )  # fmt: skip


def equal_pairs(runs: Sequence[Run]) -> list[tuple[Run, Run]]:
    """Every pair of a run of ours and one of the baseline whose accuracy is equal to a point."""
    ours, other = ([r for r in runs if r.model == m] for m in (OURS, BASELINE))
    near = [(a, b) for a, b in product(ours, other) if abs(a.accuracy - b.accuracy) <= NEAR + 1e-9]
    return near


def _paired(pairs: Sequence[tuple[Run, Run]], lies: Bool[np.ndarray, " sample"]) -> list[Row]:
    """The difference of every pair, ours less the baseline; none is left out."""
    rows = []
    for measure in MEASURES:
        for a, b in pairs:
            theirs = b.by_target[a.leader] if measure == SAME else b.numbers[measure]
            apart = (a.numbers[measure] - theirs)[lies]
            note = f"validation accuracy {a.accuracy:.3f} and {b.accuracy:.3f}"
            if measure == SAME:
                note = f"at {a.leader}; {note}"
            case = f"seed {a.seed} less MulT's seed {b.seed}"
            rows.append(_row(case, measure, apart[None], PAIRED, note=note))
    return rows


def _says(rows: Sequence[Row], pairs: Sequence[tuple[Run, Run]]) -> tuple[str, ...]:
    told = []
    for measure in MEASURES:
        ours, other = (
            next(r for r in rows if (r.case, r.measure, r.group) == (c, measure, INCONGRUENT))
            for c in CALLED.values()
        )
        lower = [r for r in rows if r.group == PAIRED and r.measure == measure]
        better = sum(r.value < 0 for r in lower)
        word = "lower" if ours.value < other.value else "not lower"
        told.append(
            f"On incongruent samples {measure} is {word} in HCT-DMG: {_spread(ours)} against "
            f"{_spread(other)} in MulT ({ours.seeds} and {other.seeds} seeds, n = {ours.n:,}); "
            f"it is lower in {better} of {len(lower)} pairs of equal accuracy."
        )
    if not pairs:
        told.append("No two runs lie within one point of validation accuracy of each other.")
    return tuple(told)


def _spread(row: Row) -> str:
    sd = "" if row.sd is None else f" ± {row.sd:.3f}"
    return f"{row.value:.3f}{sd}"


def _notes(runs: Sequence[Run], pairs: Sequence[tuple[Run, Run]]) -> tuple[str, ...]:
    led = [f"{r.leader} (seed {r.seed})" for r in runs if r.model == OURS]
    accuracies = [
        f"{CALLED[m]} {', '.join(f'{r.accuracy:.3f}' for r in runs if r.model == m)}"
        for m in (OURS, BASELINE)
    ]
    return (
        "Distortion and disparity are on the scale of sentiment, about 0 to 6. HCT-DMG has four "
        "looks, two of them at its primary; MulT has six, two at each modality: means are over the "
        "looks of each.",
        f"“At the same target”: HCT-DMG has it at the modality that leads, {', '.join(led)}. Each "
        "pair takes MulT's two looks at the modality that leads in its run of HCT-DMG; the row of "
        "MulT is the mean over those modalities, each as often as it leads.",
        f"Linear probes are fitted per run on {TRAINED_ON:,} training utterances, the run frozen; "
        "a quick try takes the shipped weights and the probes that ship with them.",
        f"Validation accuracy by seed: {'; '.join(accuracies)}; {len(pairs)} pairs lie within one "
        "point, and all of them are told.",
        "MulT has no GRU and more crossmodal transformers; what differs is more than the "
        "hierarchy. A probe that reads a state worse says a number nearer the mean, which lowers "
        "both measures: the relative distortion takes the spread of the leanings into account.",
    )


EXPERIMENT = PaperExperiment(
    name="hierarchy",
    title="Hierarchy against distortion",
    question="Does the hierarchy lessen what crossmodal attention distorts?",
    claim="Crossmodal attention distorts what a modality says when another disagrees, and sources "
    "pull the same target apart; the hierarchy is said to mitigate this at the latent level.",
    source="arXiv 2305.13583, abstract and section 3 as a third-party digest tells them; "
    "the measures are a reconstruction",
    run=run,
    model=OURS,
)
