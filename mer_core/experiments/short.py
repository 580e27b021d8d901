"""Short runs: a model trained again and again with one thing changed, and kept once it has ended.

A question about training takes dozens of trained models. Each is small, sees part of the training
split and takes about a minute. They are compared with each other only: the shipped weights had
more of everything. What can be changed is each model's own business: `hct_dmg.short` and
`egmf.short`.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, runtime_checkable

import torch
from safetensors.torch import load_file

from mer_core.checkpoints import code_hash, config_hash
from mer_core.datasets.puppets import WORLD
from mer_core.disk import cache_folder, write_json, write_tensors
from mer_core.errors import BadInput
from mer_core.experiments.base import Ask, Progress, Result, Row, SharedProgress
from mer_core.models import EmotionModel, demo_config, kind_of
from mer_core.recording import versions as package_versions
from mer_core.training.loop import TrainConfig, fit
from mer_core.training.utterances import UtteranceTable, featured_utterances
from mer_core.types import Batch

SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Basis:
    """What the short runs of one model have in common.

    Attributes:
        model: Name in MODELS.
        config: What every run is, but for what is changed.
        small: How small that is, in words: "2 layers".
        plan: How long, how fast.
        samples: Training utterances: the first of the split.
    """

    model: str
    config: Any
    small: str
    plan: TrainConfig
    samples: int

    def key(self, run: Any) -> str:
        """A name for the files of a run, a dataclass: its settings, model code, world."""
        code = code_hash(kind_of(self.model))
        told = json.dumps([asdict(run), code, WORLD.digest()], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def folder(self, run: Any) -> Path:
        """Where the files of a run lie."""
        return cache_folder() / self.model / self.key(run)

    @property
    def note(self) -> str:
        """What must stand beside every number of short runs."""
        return (
            f"Short runs, comparable with each other only: {self.small}, {self.plan.epochs} passes "
            f"over the first {self.samples:,} training utterances, the last epoch counts, no "
            "validation. The shipped weights had more of everything; a case that merely learns "
            "more slowly looks worse here."
        )

    def manifest(self) -> Mapping[str, Any]:
        """Where numbers of short runs come from, as plain data without a date."""
        return {
            "config": config_hash(self.config),
            "code": code_hash(kind_of(self.model)),
            "plan": json.loads(json.dumps(asdict(self.plan))),
            "samples": self.samples,
            "world": WORLD.digest(),
            "versions": package_versions(),
        }


@runtime_checkable
class Asked(Protocol):
    """The utterances that short runs are asked about, and the seeds they have."""

    split: str
    seeds: tuple[int, ...]

    def __len__(self) -> int: ...


def checked(ask: Ask) -> Ask:
    """The request itself, with all seeds where none is named.

    Raises:
        BadInput: A limit below 1.
    """
    if ask.limit is not None and ask.limit < 1:
        raise BadInput("--limit must be at least 1.")
    return Ask(ask.split, ask.limit, tuple(ask.seeds or SEEDS))


@lru_cache(maxsize=4)
def table(model: str, split: str, limit: int | None, progress: SharedProgress) -> UtteranceTable:
    """The first so many utterances of a split as the model reads them."""
    samples = featured_utterances(split, progress)[:limit]
    return UtteranceTable(kind_of(model)(demo_config(model)), samples, progress)


def remembered(model: EmotionModel, folder: Path) -> Any:
    """Put the weights of a run that has ended into the model, and give what `learn` kept of it.

    Returns:
        None where no run has ended there; the model is then as it was.
    """
    history = kept(folder / "path.json")
    if history is not None:
        model.load_state_dict(load_file(folder / "weights.safetensors"), strict=False)
        model.eval()
    return history


def learn(
    model: EmotionModel,
    folder: Path,
    source: Callable[[torch.Generator], Iterable[Batch]],
    steps: int,
    plan: TrainConfig,
    progress: Progress,
    keep: Callable[[Sequence[Mapping[str, Any]]], Any] = lambda rows: [],
) -> Any:
    """Train to the last epoch, validation unseen; a run that is stopped begins again.

    Args:
        model: Changed in place.
        folder: Of the run; weights and history lie there once it has ended.
        source: Generator -> the batches of an epoch, `steps` of them.
        steps: In an epoch.
        plan: How long, how fast.
        progress: Told how far it is.
        keep: What is kept of the rows of all epochs, as plain data.
    """
    with TemporaryDirectory() as state:
        last = replace(plan, select=PASSES)
        rows = fit(model, source, steps, _LastCounts(), last, Path(state), progress).rows
    history = keep(rows)
    write_tensors(folder / "weights.safetensors", model.shipped())
    write_json(folder / "path.json", history)
    return history


def kept(path: Path) -> Any:
    """Plain data that an earlier run left; None where it left none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


PASSES = "passes"
"""What stands in place of a validation score while a short run trains."""


class _LastCounts:
    """The score of an epoch is its number: the last one counts, and validation is not looked at."""

    def __init__(self) -> None:
        self.epochs = 0

    def __call__(self, model: Any) -> dict[str, float]:
        self.epochs += 1
        return {PASSES: float(self.epochs)}


def result(basis: Basis, bench: Asked, experiment: str, rows: Sequence[Row], **more: Any) -> Result:
    """A result of short runs with its data and its manifest filled in."""
    notes = more.pop("notes", ())
    return Result(
        model=basis.model,
        experiment=experiment,
        data=told_of(bench.split, len(bench)),
        seeds=tuple(bench.seeds),
        rows=tuple(rows),
        unit="utterance",
        notes=(*notes, basis.note),
        manifest=basis.manifest(),
        **more,
    )


def told_of(split: str, n: int) -> dict[str, Any]:
    """What the generated utterances are, as a result says it."""
    return {
        "name": "puppet-utterances",
        "what": "generated utterances with known answers (demo data, no real recordings)",
        "split": split,
        "n": n,
        "demo": True,
    }


COST = (
    "Trains dozens of small models, each about a minute on one core. Those that have ended are "
    "kept, so a run that is stopped goes on from there."
)
