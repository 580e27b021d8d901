"""Short runs of EGMF: another Config or language model, an expert that never speaks, or silence.

See `mer_core.experiments.short` for what a short run is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.disk import write_json
from mer_core.experiments import short as shared
from mer_core.experiments.base import Ask, Progress, Result, Row, SharedProgress
from mer_core.experiments.egmf.languages import LAYERS, Recipe, language_folder
from mer_core.experiments.egmf.scores import TRAINED, Said, compared
from mer_core.experiments.short import COST as COST
from mer_core.experiments.short import Basis, checked, kept, learn, remembered, table
from mer_core.models.egmf import EGMF, EGMFConfig
from mer_core.trace import Edit, Trace, capture
from mer_core.training.features import keep_only, trimmed
from mer_core.training.loop import TrainConfig
from mer_core.training.utterances import UtteranceTable
from mer_core.types import Batch, Modality

BASE = replace(EGMFConfig.demo(), layers=LAYERS, lambda_balance=0.0, gate_lr=1.0)
"""What every short run is, but for what is changed.

No term keeps the experts in even use, and the gates learn no faster than the rest: the paper names
neither, and the weights are to be free.
"""

PLAN = TrainConfig(
    epochs=3, batch=16, lr=1e-3, weight_decay=0.01, modality_dropout=0.0, autocast=True
)
TRAINED_ON = 1760
"""Training utterances of a short run: the first of the split."""

BASIS = Basis(
    "egmf", BASE, f"{BASE.layers} layers of the embedded language model", PLAN, TRAINED_ON
)
WITHOUT_TRAINING = (
    "Here the trained weights alone are asked. Short runs that were trained so stand in the saved "
    "result; `mer experiment egmf` trains them, each about two minutes on one core."
)
"""What a page says before it runs an experiment that has both parts."""

_POOL = 8
"""Batches' worth of utterances that are sorted by length together, so that little is padding."""


@dataclass(frozen=True)
class Short:
    """One short run: everything that decides what comes out of it.

    Attributes:
        config: Of the model.
        seed: Of weights, order and dropout.
        without: Places of experts that never speak, in training and after; the others share alpha.
        language: Of a language model in place of `config.language`; None for that one.
        plan: How long, how fast, and in `keep` which modalities are heard, in training and after.
        samples: Training utterances.
    """

    config: EGMFConfig = BASE
    seed: int = 0
    without: tuple[int, ...] = ()
    language: Recipe | None = None
    plan: TrainConfig = PLAN
    samples: int = TRAINED_ON

    def key(self) -> str:
        """A name for its files: settings, model code, world."""
        return BASIS.key(self)


@dataclass(frozen=True, eq=False)
class Ended:
    """What a short run came to, sample by sample in the order of the split.

    Attributes:
        right: 1 where the emotion is right, else 0; empty where none is asked for.
        error: How far the sentiment is off, in points; empty where none is asked for.
        unread: 1 where the decoder's own answer is none of the seven, else 0.
        alpha: What the gate says.
        learned: Parameters that learn.
    """

    right: Float[np.ndarray, " classed"]
    error: Float[np.ndarray, " rated"]
    unread: Float[np.ndarray, " classed"]
    alpha: Float[np.ndarray, "sample expert"]
    learned: int


class Bench:
    """The utterances of an experiment, and the short runs on them."""

    def __init__(self, ask: Ask, progress: Progress) -> None:
        ask = checked(ask)
        self.split, self.seeds = ask.split, ask.seeds
        self.progress = progress
        self.asked = table(BASIS.model, ask.split, ask.limit, SharedProgress(progress))

    def __len__(self) -> int:
        return len(self.asked)

    def run(self, short: Short, what: str = "") -> Ended:
        """Answers of a short run: trained now, or read from what an earlier try left."""
        path = BASIS.folder(short) / f"asked-{self.split}-{len(self)}.json"
        told = kept(path)
        if told is None:
            told = answered(self._trained(short, what), self.asked, short)
            write_json(path, told)
        numbers = {k: np.array(told[k], float) for k in ("right", "error", "unread", "alpha")}
        return Ended(**numbers, learned=int(told["learned"]))

    def over_seeds(self, short: Short, what: str = "") -> list[Ended]:
        """The same run with every seed."""
        return [self.run(replace(short, seed=s), f"{what}, seed {s}") for s in self.seeds]

    def _trained(self, short: Short, what: str) -> EGMF:
        told = lambda text, done, total: self.progress(f"{what}: {text}", done, total)  # noqa: E731
        model = built(short, told)
        folder = BASIS.folder(short)
        if remembered(model, folder) is None:
            here = table(BASIS.model, "train", short.samples, SharedProgress(self.progress))
            plan = replace(short.plan, seed=short.seed)
            with dropping(model, short.without):
                learn(model, folder, of_like_length(here, plan), here.steps(plan), plan, told)
        return model


def built(short: Short, progress: Progress) -> EGMF:
    """The untrained model of a run."""
    config = short.config
    if short.language:
        folder = language_folder(short.language, progress)
        config = replace(config, language=str(folder), layers=None)
    torch.manual_seed(short.seed)
    return EGMF(config)


def without(alpha: Float[Tensor, "batch expert"], experts: Sequence[int]) -> Tensor:
    """Weights with some experts at 0 and the others raised to sum to 1.

    A gate may have given those who stay nothing at all: they then share evenly.
    """
    stay = torch.ones(alpha.shape[-1], device=alpha.device, dtype=alpha.dtype)
    stay[list(experts)] = 0
    left = alpha * stay
    total = left.sum(dim=-1, keepdim=True)
    least = torch.finfo(alpha.dtype).tiny
    return torch.where(total > least, left / total.clamp(min=least), stay / stay.sum())


def dropped(experts: Sequence[int]) -> dict[str, Edit]:
    """The edit that keeps these experts from speaking; none for no experts."""
    return {"fusion.alpha": lambda alpha: without(alpha, experts)} if experts else {}


def dropping(model: EGMF, experts: Sequence[int]) -> AbstractContextManager[Trace]:
    """While it lasts, these experts never speak, in training and in answers."""
    return capture(model, "fusion.alpha", edits=dropped(experts))


def of_like_length(
    here: UtteranceTable, plan: TrainConfig
) -> Callable[[torch.Generator], Iterator[Batch]]:
    """Shuffled batches of utterances with about as many words, silenced as the plan says."""
    words = here.batch.streams[Modality.TEXT].mask.sum(dim=1)

    def batches(generator: torch.Generator) -> Iterator[Batch]:
        order = torch.randperm(len(here), generator=generator)
        order = order[: here.steps(plan) * plan.batch]
        for pool in order.split(_POOL * plan.batch):
            parts = pool[words[pool].argsort(stable=True)].split(plan.batch)
            for i in torch.randperm(len(parts), generator=generator).tolist():
                yield trimmed(keep_only(here.batch.select(parts[i]), plan.keep))

    return batches


@torch.no_grad()
def answered(model: EGMF, asked: UtteranceTable, short: Short) -> dict[str, Any]:
    """What a run answers, as plain data, sample by sample in the order of the split."""
    parts: dict[str, list[Tensor]] = {k: [] for k in ("right", "error", "unread", "alpha")}
    config = short.config
    autocast = torch.autocast("cpu", torch.bfloat16, enabled=short.plan.autocast)
    for batch in asked.evaluation(keep=short.plan.keep):
        with autocast, dropping(model, short.without):
            before = model.before_gate(batch)
            said = model.answer(model.mixed(before, before.alpha))
        assert batch.target is not None
        assert batch.sentiment is not None
        if config.emotions:
            parts["right"].append((said.logits.argmax(-1) == batch.target).float())
            parts["unread"].append(said.unread["emotion"].float())
        if config.limits:
            assert said.sentiment is not None
            parts["error"].append((said.sentiment.float() - batch.sentiment.float()).abs())
        parts["alpha"].append(before.alpha.float())
    places = asked.by_length.argsort()
    told = {k: [] if not p else torch.cat(p)[places].tolist() for k, p in parts.items()}
    learned = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return {k: _rounded(v) for k, v in told.items()} | {"learned": learned}


def _rounded(values: Any) -> Any:
    if isinstance(values, list):
        return [_rounded(v) for v in values]
    return round(values, 5)


def together(ended: Sequence[Ended]) -> Said:
    """What a run of several seeds answers."""
    return Said(np.stack([e.right for e in ended]), np.stack([e.error for e in ended]))


def result(bench: Bench, experiment: str, rows: Sequence[Row], **more: Any) -> Result:
    """A result of short runs with its data and its manifest filled in."""
    return shared.result(BASIS, bench, experiment, rows, **more)


def trained(bench: Bench, cases: Mapping[str, Short]) -> dict[str, Said]:
    """Case -> what short runs with every seed answer."""
    return {case: together(bench.over_seeds(short, case)) for case, short in cases.items()}


def trained_rows(bench: Bench, cases: Mapping[str, Short]) -> list[Row]:
    """Short runs of every case with every seed, each compared with the first case."""
    return compared(trained(bench, cases), TRAINED)
