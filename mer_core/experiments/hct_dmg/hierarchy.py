"""Does the hierarchy do what the paper says: less distortion, less disparity of sources?

The paper's success statement: on incongruent samples, distortion (how far a look at another
modality moves what a modality leans to) and source disparity (how far two sources pull the same
target apart) are lower in HCT-DMG than in MulT, at equal accuracy. Linear probes are fitted on
every trained run, on training data alone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.checkpoints import code_hash, load, read_card
from mer_core.datasets.puppets import WORLD
from mer_core.encoders.text import sha256
from mer_core.errors import BadInput, WeightsMissing
from mer_core.experiments.base import Ask, PaperExperiment, Progress, Result, Row
from mer_core.grading.tables import utterance_table
from mer_core.metrics import bootstrap_interval
from mer_core.models import EmotionModel, kind_of
from mer_core.probes.distortion import moved
from mer_core.probes.tendencies import Lean, own_numbers
from mer_core.recording import versions as package_versions
from mer_core.roles import MODALITIES
from mer_core.tendencies import ENTRY, pooled, tendencies_of
from mer_core.trace import capture, taps
from mer_core.training.features import trimmed
from mer_core.training.recipes import run_folder, versions
from mer_core.training.report import has_run, load_run
from mer_core.training.tendencies import fit_tendencies
from mer_core.training.utterances import UtteranceTable
from mer_core.types import Modality

OURS, BASELINE = "hct_dmg", "mult"
CALLED = {OURS: "HCT-DMG", BASELINE: "MulT"}
SEEDS = (0, 1, 2, 3, 4)
NEAR = 0.01
"""Two runs are of equal accuracy if it lies within one point on validation."""

DISTORTION, DISPARITY, FLIPS = "distortion", "source disparity", "flips"
RELATIVE = "distortion relative to the spread of the leanings alone"
SAME = "source disparity at the same target"
MEASURES = (DISTORTION, DISPARITY, SAME, FLIPS, RELATIVE)
INCONGRUENT, CONGRUENT, PAIRED = "incongruent", "congruent", "pairs of equal accuracy, incongruent"
TRAINED_ON = 4000
"""Training utterances on which the linear probes of a run are fitted."""

_CHUNK = 64


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


def run(ask: Ask, progress: Progress) -> Result:
    """Fit linear probes on every run that is here, and compare what looks do.

    `ask.quick` takes the shipped weights alone, with the probes that ship beside them.
    """
    if ask.limit is not None and ask.limit < 1:
        raise BadInput("--limit must be at least 1.")
    here = {m: _seeds(m, ask.seeds, ask.quick) for m in (OURS, BASELINE)}
    for model, seeds in here.items():
        if not seeds:
            raise BadInput(
                f"No trained run of {model} is here; train some with "
                f"`mer train {model} --version fused --seed 0`, as the comparison needs seeds."
            )
    total = sum(map(len, here.values()))
    runs, lies = [], np.zeros(0, bool)
    for model, seeds in here.items():
        for seed in seeds:
            found, lies = _look(model, seed, ask, progress)
            runs.append(found)
            progress("looking at trained runs", len(runs), total)
    return result(at_same_target(runs), lies, ask.split)


def at_same_target(runs: Sequence[Run]) -> list[Run]:
    """Runs with the disparity at one target: HCT-DMG's primary, and the commonest one for MulT."""
    led = {r.seed: next(t for t in Modality if t in r.by_target) for r in runs if r.model == OURS}
    commonest = Counter(led.values()).most_common(1)[0][0]
    targets = [led[r.seed] if r.model == OURS else commonest for r in runs]
    return [
        replace(r, numbers={**r.numbers, SAME: r.by_target[target]})
        for r, target in zip(runs, targets, strict=True)
    ]


def _seeds(model: str, wanted: Sequence[int], quick: bool = False) -> tuple[int, ...]:
    """Seeds of finished runs; the shipped weights are one too, and with `quick` the only one."""
    fused, shipped = versions(model)[0], _shipped_seed(model)
    if quick:
        return () if shipped is None else (shipped,)
    return tuple(s for s in (wanted or SEEDS) if s == shipped or has_run(model, fused, s))


def _shipped_seed(model: str) -> int | None:
    try:
        return int(read_card(model)["training"]["seed"])
    except (WeightsMissing, KeyError):
        return None


def _weights(name: str, seed: int) -> tuple[EmotionModel, float, str]:
    """A run's model, its accuracy on validation, and the hash of its file."""
    fused = versions(name)[0]
    if not has_run(name, fused, seed):
        return _shipped(name)
    model, told = load_run(name, fused, seed)
    file = run_folder(name, fused, seed) / "weights.safetensors"
    return model, float(told["valid"]["accuracy"]), sha256(file)


def _shipped(name: str) -> tuple[EmotionModel, float, str]:
    card = read_card(name)
    seed = card["training"]["seed"]
    own = next(s for s in card["metrics"]["fused"]["seeds"] if s["seed"] == seed)
    return load(name), float(own["valid"]["accuracy"]), str(card["weights_sha256"])


def _look(
    name: str, seed: int, ask: Ask, progress: Progress
) -> tuple[Run, Bool[np.ndarray, " sample"]]:
    model, accuracy, weights = _shipped(name) if ask.quick else _weights(name, seed)
    table, truths = utterance_table(model, ask.split, ask.limit, progress)
    if ask.quick:
        tendencies = tendencies_of(name, weights)
    else:
        train, _ = utterance_table(model, "train", None, progress, TRAINED_ON)
        quiet: Progress = lambda *_: None  # noqa: E731
        tendencies = fit_tendencies(model, train.batch, weights, {"split": "train"}, quiet)
    leans = _leans(model, table, tendencies.leanings)
    lies = np.array([t.liar is not None for t in truths])
    return Run(name, seed, accuracy, weights, measured(leans), disparities(leans)), lies


@torch.inference_mode()
def _leans(model: EmotionModel, table: UtteranceTable, leanings: Any) -> tuple[Lean, ...]:
    """What every H, Z and Y of a model leans to, in the order of the samples."""
    names = [n for n in taps(model) if n in leanings and not n.startswith(ENTRY)]
    over = [n for n in ("C",) if n in taps(model)]
    parts: dict[str, list[tuple[Tensor, ...]]] = {}
    rows = table.by_length.split(_CHUNK)
    for some in rows:
        batch = trimmed(table.batch.select(some))
        with capture(model, *names, *over) as trace:
            model(batch)
        for name, p in pooled(trace, batch).items():
            said = leanings[name].says(p.values)
            parts.setdefault(name, []).append((p.target, p.source, *said))
    back = torch.cat(list(rows)).argsort()
    return tuple(
        Lean(name, *(torch.cat([v[i] for v in found])[back] for i in range(4)))
        for name, found in parts.items()
    )


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
        data={
            "name": "puppet-utterances",
            "what": "generated utterances with known lies (demo data, no real people)",
            "split": split,
            "n": len(lies),
            "demo": True,
        },
        seeds=tuple(sorted({r.seed for r in runs})),
        rows=tuple(rows),
        measures=MEASURES,
        unit="utterance",
        notes=_notes(runs, pairs),
        manifest={
            "weights": {f"{r.model} seed {r.seed}": r.weights for r in runs},
            "validation": {f"{r.model} seed {r.seed}": round(r.accuracy, 4) for r in runs},
            "code": {m: code_hash(kind_of(m)) for m in (OURS, BASELINE)},
            "world": WORLD.digest(),
            "versions": package_versions(),
        },
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
            apart = (a.numbers[measure] - b.numbers[measure])[lies]
            note = f"validation accuracy {a.accuracy:.3f} and {b.accuracy:.3f}"
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
    accuracies = [
        f"{CALLED[m]} {', '.join(f'{r.accuracy:.3f}' for r in runs if r.model == m)}"
        for m in (OURS, BASELINE)
    ]
    return (
        "Distortion and disparity are on the scale of sentiment, about 0 to 6. HCT-DMG has four "
        "looks, two of them at its primary; MulT has six, two at each modality: means are over the "
        "looks of each. “At the same target” takes MulT's two looks from the modality that leads "
        "in HCT-DMG, and no others.",
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
