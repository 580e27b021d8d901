"""The utterances of a split and the trained weights that are asked about them, again and again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.checkpoints import code_hash, config_hash, load, read_card
from mer_core.datasets.puppets import WORLD
from mer_core.encoders.text import sha256
from mer_core.errors import BadInput
from mer_core.experiments.base import Ask, Progress, Result, Row
from mer_core.experiments.egmf.scores import Said
from mer_core.experiments.egmf.short import BASIS
from mer_core.experiments.egmf.short import Bench as ShortBench
from mer_core.experiments.short import told_of
from mer_core.grading.tables import utterance_table
from mer_core.models.egmf import EGMF
from mer_core.recording import versions as package_versions
from mer_core.trace import Edit, capture
from mer_core.training.recipes import SEEDS, run_folder, versions
from mer_core.training.report import has_run, load_run
from mer_core.training.utterances import UtteranceTable

BATCH = 128

Edits = Callable[[int, Tensor], Mapping[str, Edit]]
"""(seed, rows) -> what is changed inside while these rows are asked: tap -> edit."""


class Inside(NamedTuple):
    """What lies between the inputs and the language model, sample by sample.

    Attributes:
        said: What each expert says, (sample, expert, hidden).
        first: Weights of the gate's first stage, (sample, expert).
        alpha: Weights that count, (sample, expert).
        pseudo: The pseudo tokens, (sample, time, hidden).
    """

    said: Tensor
    first: Tensor
    alpha: Tensor
    pseudo: Tensor


_TAPS = ("fusion.expert_out", "fusion.gate_w", "fusion.alpha", "fusion.pseudo")


@dataclass(frozen=True, eq=False)
class Bench:
    """What all experiments on trained weights share.

    Attributes:
        split: Of the utterances.
        table: The utterances themselves.
        models: Seed -> trained weights, in eval mode.
        weights: Seed -> sha256 of the file they come from.
        progress: Told how far it is.
    """

    split: str
    table: UtteranceTable
    models: Mapping[int, EGMF]
    weights: Mapping[int, str]
    progress: Progress

    def __len__(self) -> int:
        return len(self.table)

    @property
    def target(self) -> Int[Tensor, " sample"]:
        """The true emotions, as positions in EMOTIONS."""
        assert self.table.batch.target is not None
        return self.table.batch.target

    def ask(self, what: str, keep: Sequence[str] = (), edits: Edits | None = None) -> Said:
        """Answers of each of the weights about every utterance.

        Args:
            what: Told to whoever waits.
            keep: Modalities that are heard; none named means all.
            edits: What is changed inside.
        """
        found = [self._ask(seed, what, keep, edits) for seed in self.models]
        return Said(*(np.stack(both) for both in zip(*found, strict=True)))

    @torch.no_grad()
    def _ask(
        self, seed: int, what: str, keep: Sequence[str], edits: Edits | None
    ) -> tuple[Float[np.ndarray, " sample"], Float[np.ndarray, " sample"]]:
        model = self.models[seed]
        right, error = torch.zeros(len(self)), torch.zeros(len(self))
        done = 0
        for rows, batch in self._batches(keep):
            with capture(model, "fusion.alpha", edits=edits(seed, rows) if edits else None):
                said = model(batch)
            assert said.sentiment is not None
            assert batch.sentiment is not None
            right[rows] = (said.logits.argmax(-1) == batch.target).float()
            error[rows] = (said.sentiment - batch.sentiment).abs().float()
            done += len(rows)
            self.progress(f"{what}, seed {seed}", done, len(self))
        return right.double().numpy(), error.double().numpy()

    @torch.no_grad()
    def inside(self, seed: int, keep: Sequence[str] = ()) -> Inside:
        """What each utterance becomes before the language model reads it."""
        model, found = self.models[seed], []
        for _, batch in self._batches(keep):
            with capture(model, *_TAPS) as trace:
                model.prompt(batch)
            found.append([trace[tap].values.float() for tap in _TAPS])
        places = self.table.by_length.argsort()
        return Inside(*(torch.cat(parts)[places] for parts in zip(*found, strict=True)))

    def _batches(self, keep: Sequence[str]) -> list[tuple[Tensor, Any]]:
        rows = self.table.by_length.split(BATCH)
        return list(zip(rows, self.table.evaluation(BATCH, keep), strict=True))


def open_bench(ask: Ask, progress: Progress) -> Bench:
    """The utterances and weights that are asked for.

    Raises:
        BadInput: Weights of a seed are neither shipped nor in runs/, or a limit below 1.
        WeightsMissing, WeightsAltered, CardInvalid: See `mer_core.load`.
    """
    if ask.limit is not None and ask.limit < 1:
        raise BadInput("--limit must be at least 1.")
    models, weights = trained(ask.seeds)
    some = next(iter(models.values()))
    table, _ = utterance_table(some, ask.split, ask.limit, progress)
    return Bench(ask.split, table, models, weights, progress)


def trained(seeds: Sequence[int] = ()) -> tuple[dict[int, EGMF], dict[int, str]]:
    """Seed -> weights, and seed -> hash of their file: what ships, and finished runs beside it.

    Args:
        seeds: Those wanted; none means all that are here.

    Raises:
        BadInput: One of them is not here.
    """
    card, shipped, fused = read_card("egmf"), load("egmf"), versions("egmf")[0]
    assert isinstance(shipped, EGMF)
    own = int(card["training"]["seed"])
    models, hashes = {own: shipped}, {own: str(card["weights_sha256"])}
    for seed in (s for s in (seeds or SEEDS) if s != own and has_run("egmf", fused, s)):
        model, told = load_run("egmf", fused, seed)
        same = {"code": card["code_hash"], "config": card["config_hash"], "world": WORLD.digest()}
        if isinstance(model, EGMF) and all(told[key] == value for key, value in same.items()):
            models[seed] = model
            hashes[seed] = sha256(run_folder("egmf", fused, seed) / "weights.safetensors")
    for seed in seeds:
        if seed not in models:
            raise BadInput(
                f"Weights of seed {seed} are not here; there are those of {sorted(models)}. "
                f"Train them with `mer train egmf --version fused --seed {seed}`."
            )
    wanted = sorted(seeds or models)
    return {s: models[s] for s in wanted}, {s: hashes[s] for s in wanted}


def result(
    bench: Bench, experiment: str, rows: Sequence[Row], short: ShortBench | None = None, **more: Any
) -> Result:
    """A result of trained weights, and perhaps of short runs, with data and manifest filled in."""
    model = next(iter(bench.models.values()))
    manifest: dict[str, Any] = {
        "weights": {str(seed): digest for seed, digest in bench.weights.items()},
        "config": config_hash(model.config),
        "code": code_hash(EGMF),
        "world": WORLD.digest(),
        "versions": package_versions(),
    }
    notes, seeds = more.pop("notes", ()), set(bench.models)
    if short is not None:
        manifest["short runs"] = BASIS.manifest()
        notes, seeds = (*notes, BASIS.note), seeds | set(short.seeds)
    return Result(
        model="egmf",
        experiment=experiment,
        data=told_of(bench.split, len(bench)),
        seeds=tuple(sorted(seeds)),
        rows=tuple(rows),
        unit="utterance",
        notes=tuple(notes),
        manifest=manifest,
        **more,
    )
