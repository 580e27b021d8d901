"""What trained runs of HCT-DMG and MulT show of a whole split, for experiments that train nothing.

A run is the weights that ship, or a finished one in runs/ of the same code and Config.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.checkpoints import code_hash, load, read_card
from mer_core.datasets.puppets import WORLD
from mer_core.encoders.text import sha256
from mer_core.errors import BadInput
from mer_core.experiments.base import Ask, Progress, Result, Row, SharedProgress
from mer_core.experiments.short import told_of
from mer_core.grading.seen import watched
from mer_core.grading.tables import utterance_table
from mer_core.models import EmotionModel, kind_of
from mer_core.probes.highlight import correlations
from mer_core.probes.tendencies import Lean
from mer_core.recording import versions as package_versions
from mer_core.roles import marginals
from mer_core.tendencies import ENTRY, Tendencies, pooled, tendencies_of
from mer_core.trace import capture
from mer_core.training.features import trimmed
from mer_core.training.recipes import run_folder, versions
from mer_core.training.report import has_run, load_run
from mer_core.training.tendencies import fit_tendencies
from mer_core.training.utterances import UtteranceTable

CASES = ("congruent", "incongruent")
SEEDS = (0, 1, 2, 3, 4)
TRAINED_ON = 4000
"""Training utterances on which the linear probes of a run are fitted."""

CHUNK = 64


@dataclass(frozen=True)
class Trained:
    """One trained run. Two are the same if their weights are.

    Attributes:
        name: In MODELS.
        seed: Of the run.
        weights: sha256 of its file.
        model: In eval mode, rounded to the half precision that ships.
        accuracy: On validation, 0..1.
    """

    name: str
    seed: int
    weights: str
    model: EmotionModel = field(compare=False)
    accuracy: float = field(compare=False)


def trained(name: str, wanted: Sequence[int] = (), quick: bool = False) -> tuple[Trained, ...]:
    """Runs of a model: what ships, and finished ones beside it.

    Args:
        name: In MODELS.
        wanted: Only these seeds; none means all that are here.
        quick: Only what ships.

    Raises:
        BadInput: A wanted seed is not here.
        WeightsMissing, WeightsAltered, CardInvalid: See `mer_core.load`.
    """
    card, fused = read_card(name), versions(name)[0]
    own = int(card["training"]["seed"])
    valid = next(s for s in card["metrics"]["fused"]["seeds"] if s["seed"] == own)["valid"]
    shipped = Trained(name, own, card["weights_sha256"], load(name), float(valid["accuracy"]))
    found = {own: shipped}
    same = {"code": card["code_hash"], "config": card["config_hash"], "world": WORLD.digest()}
    for seed in () if quick else wanted or SEEDS:
        if seed != own and has_run(name, fused, seed):
            model, told = load_run(name, fused, seed)
            if all(told[key] == value for key, value in same.items()):
                file = run_folder(name, fused, seed) / "weights.safetensors"
                accuracy = float(told["valid"]["accuracy"])
                found[seed] = Trained(name, seed, sha256(file), model, accuracy)
    for seed in wanted:
        if seed not in found:
            raise BadInput(
                f"Weights of {name} with seed {seed} are not here; there are those of "
                f"{sorted(found)}. Train them with "
                f"`mer train {name} --version fused --seed {seed}`."
            )
    return tuple(found[seed] for seed in sorted(wanted or found))


def probes_of(run: Trained, quick: bool, progress: Progress) -> Tendencies:
    """Linear probes of a run, fitted on training data alone; with `quick` those that ship."""
    if quick:
        return tendencies_of(run.name, run.weights)
    return _fitted(run, SharedProgress(progress))


@lru_cache(maxsize=2 * len(SEEDS))
def _fitted(run: Trained, progress: SharedProgress) -> Tendencies:
    train, _ = utterance_table(run.model, "train", None, progress, TRAINED_ON)
    told: Progress = lambda text, done, total: progress(  # noqa: E731
        f"{run.name} seed {run.seed}: {text}", done, total
    )
    return fit_tendencies(run.model, train.batch, run.weights, {"split": "train"}, told)


@dataclass(frozen=True, eq=False)
class Bench:
    """What one run shows of a split, sample by sample.

    Attributes:
        run: Its weights.
        split: Of the utterances.
        leans: What every H, Z and Y leans to; empty where nobody asked.
        falls: Role of a map -> shares of attention by stretch of the keys.
        highlight: Correlation of what mattered with where attention fell, per map; None where
            nobody asked.
        incongruent: Which utterances have a modality that lies, as the maker knows.
    """

    run: Trained
    split: str
    leans: tuple[Lean, ...]
    falls: Mapping[str, Float[Tensor, "sample bin"]]
    highlight: Float[Tensor, "map sample"] | None
    incongruent: Bool[np.ndarray, " sample"]

    def __len__(self) -> int:
        return len(self.incongruent)


def open_benches(
    names: Iterable[str], ask: Ask, progress: Progress, lean: bool = True, salient: bool = False
) -> list[Bench]:
    """Show every run of some models the utterances that are asked for.

    Args:
        names: In MODELS.
        ask: See there; with `quick` the shipped weights alone, and their shipped linear probes.
        progress: Told how far it is.
        lean: Also read what every state leans to.
        salient: Also find out which positions mattered, by gradients.

    Raises:
        BadInput: A seed that is not here, or too few utterances.
        DataMissing: The shipped linear probes are not here.
        WeightsMissing, WeightsAltered, CardInvalid: See `mer_core.load`.
    """
    if ask.limit is not None and ask.limit < 1:
        raise BadInput("--limit must be at least 1.")
    runs = [run for name in names for run in trained(name, ask.seeds, ask.quick)]
    benches = []
    for run in runs:
        table, truths = utterance_table(run.model, ask.split, ask.limit, progress)
        lies = np.array([t.liar is not None for t in truths])
        if lies.all() or not lies.any():
            raise BadInput("So few samples hold no lie, or nothing else: ask for more.")
        probes = probes_of(run, ask.quick, progress) if lean else None
        leans, falls, highlight = _seen(run.model, table, probes, salient)
        benches.append(Bench(run, ask.split, leans, falls, highlight, lies))
        progress("looking at trained runs", len(benches), len(runs))
    return benches


def _seen(
    model: EmotionModel, table: UtteranceTable, probes: Tendencies | None, salient: bool
) -> tuple[tuple[Lean, ...], dict[str, Tensor], Tensor | None]:
    """What every state leans to, where attention falls, what mattered: in the order of samples."""
    parts: dict[str, list[tuple[Tensor, ...]]] = {}
    falls: dict[str, list[Tensor]] = {}
    mattered: list[Tensor] = []
    rows = table.by_length.split(CHUNK)
    for some in rows:
        batch = trimmed(table.batch.select(some))
        with torch.inference_mode(), capture(model, *watched(model)) as trace:
            model(batch)
        for role, fall in marginals(trace, batch).items():
            falls.setdefault(role, []).append(fall)
        for name, p in pooled(trace, batch).items():
            if probes is not None and not name.startswith(ENTRY):
                said = probes.leanings[name].says(p.values)
                parts.setdefault(name, []).append((p.target, p.source, *said))
        if salient:
            mattered.append(correlations(model, batch)[1])
    back = torch.cat(list(rows)).argsort()
    leans = tuple(
        Lean(name, *(torch.cat([v[i] for v in found])[back] for i in range(4)))
        for name, found in parts.items()
    )
    highlight = torch.cat(mattered, dim=1)[:, back] if salient else None
    return leans, {role: torch.cat(fall)[back] for role, fall in falls.items()}, highlight


def result(benches: Sequence[Bench], name: str, rows: Sequence[Row], **more: Any) -> Result:
    """A result of trained runs with its data and its manifest filled in."""
    runs = [b.run for b in benches]
    return Result(
        model="hct_dmg",
        experiment=name,
        data=told_of(benches[0].split, len(benches[0])),
        seeds=tuple(sorted({r.seed for r in runs})),
        rows=tuple(rows),
        unit="utterance",
        manifest=manifest([(r.name, r.seed, r.weights, r.accuracy) for r in runs]),
        **more,
    )


def manifest(runs: Sequence[tuple[str, int, str, float]]) -> dict[str, Any]:
    """Where numbers of some runs come from, as plain data without a date.

    Args:
        runs: Model, seed, sha256 of the weights and accuracy on validation of each.
    """
    names = tuple(dict.fromkeys(name for name, *_ in runs))
    return {
        "weights": {f"{name} seed {seed}": weights for name, seed, weights, _ in runs},
        "validation": {f"{name} seed {seed}": round(right, 4) for name, seed, _, right in runs},
        "config": {name: read_card(name)["config_hash"] for name in names},
        "code": {name: code_hash(kind_of(name)) for name in names},
        "world": WORLD.digest(),
        "versions": package_versions(),
    }
