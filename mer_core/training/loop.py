"""One training loop for everything that learns here: seeded, resumable, best by validation.

Kill it at any moment: the state after the last whole epoch is on disk, and a run that is started
again with the same settings goes on from there to the same end.
"""

import io
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from mer_core.disk import write_bytes, write_json

Progress = Callable[[str, int, int], None]
"""Called with a message, how many steps are done, how many there are."""


@dataclass(frozen=True)
class TrainConfig:
    """What a run is determined by, beside model and data.

    Attributes:
        epochs: Passes over the training samples.
        batch: Samples a step.
        lr: Peak learning rate; linear warm-up, then a cosine down to a twentieth of it.
        weight_decay: Of matrices; vectors and scalars have none.
        warmup: Share of all steps that warms up.
        clip: Greatest norm of the gradient.
        seed: Of initial weights, order of samples, dropout and silenced modalities.
        modality_dropout: Chance that a sample is heard with a random part of its modalities.
        keep: Names of the modalities that are heard; empty for all. The others are silent in
            training and evaluation: a single-modality version.
        mismatch: Chance that a sticker's picture is another one's, so that no witness is trusted
            blindly, and views are read even where the picture shows enough.
        order: Names of the views in the order of the stages that they go to; empty for the
            paper's.
        autocast: Run forwards in bfloat16 where that is faster.
        select: Validation score whose best epoch is kept.
    """

    epochs: int = 10
    batch: int = 64
    lr: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.1
    clip: float = 1.0
    seed: int = 0
    modality_dropout: float = 0.2
    keep: tuple[str, ...] = ()
    mismatch: float = 0.0
    order: tuple[str, ...] = ()
    autocast: bool = False
    select: str = "accuracy"


class Learner(Protocol):
    """What the loop can train: a module that gives named losses of a batch."""

    def losses(self, batch: Any) -> dict[str, Tensor]: ...
    def groups(self, lr: float, weight_decay: float) -> list[dict[str, Any]]: ...
    def end_of_epoch(self, epoch: int) -> dict[str, Any]: ...


@dataclass
class History:
    """What a run went through: one row an epoch, and which epoch was best."""

    rows: list[dict[str, Any]]
    best: int = -1

    @property
    def best_row(self) -> dict[str, Any]:
        return self.rows[self.best]


def order_of(epoch: int, config: TrainConfig) -> torch.Generator:
    """What decides the order of an epoch's batches."""
    return torch.Generator().manual_seed(config.seed * 1_000 + epoch)


def epoch_of(order: torch.Generator, config: TrainConfig) -> int:
    """Which epoch an order was made for, counted from 0."""
    return order.initial_seed() - config.seed * 1_000


def learning_rate(step: int, steps: int, config: TrainConfig) -> float:
    """Rate at a step: linear warm-up, then half a cosine to a twentieth of the peak."""
    warm = max(1, int(config.warmup * steps))
    if step < warm:
        return config.lr * (step + 1) / warm
    turn = (step - warm) / max(1, steps - warm)
    return config.lr * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * turn)))


def fit(
    model: Any,
    batches: Callable[[torch.Generator], Iterable[Any]],
    steps_per_epoch: int,
    score: Callable[[Any], Mapping[str, float]],
    config: TrainConfig,
    folder: Path,
    progress: Progress = lambda *_: None,
) -> History:
    """Train `model` in place and leave it with the weights of its best epoch.

    Args:
        model: A Learner and nn.Module.
        batches: Generator -> the batches of one epoch, in an order that it decides.
        steps_per_epoch: How many batches that is.
        score: Model in eval mode -> validation scores, `config.select` among them.
        config: The run.
        folder: Where the state of the run is kept; the same folder resumes it.
        progress: Told how far the run is.
    """
    run = _Run(model, config, folder, steps_per_epoch)
    run.resume()
    for epoch in range(run.epoch, config.epochs):
        torch.manual_seed(config.seed * 1_000 + epoch)
        start = time.perf_counter()
        means = run.train(batches(order_of(epoch, config)), epoch, progress)
        model.eval()
        with torch.no_grad():
            scores = dict(score(model))
        row = {"epoch": epoch, **means, **scores, **model.end_of_epoch(epoch)}
        row["seconds"] = round(time.perf_counter() - start, 1)
        run.keep(row)
        told = f"epoch {epoch + 1}: {config.select} {scores[config.select]:.3f}"
        progress(told, (epoch + 1) * steps_per_epoch, config.epochs * steps_per_epoch)
    model.load_state_dict(run.best_state, strict=False)
    model.eval()
    return run.history


class _Run:
    """The state of one run: optimiser, history, best weights, and its file."""

    def __init__(self, model: Any, config: TrainConfig, folder: Path, steps: int) -> None:
        self.model, self.config, self.folder, self.steps = model, config, folder, steps
        self.optimiser = torch.optim.AdamW(model.groups(config.lr, config.weight_decay))
        self.scale = [group["lr"] / config.lr for group in self.optimiser.param_groups]
        self.history, self.epoch = History([]), 0
        self.best_state = self._learned()

    def _learned(self) -> dict[str, Tensor]:
        """What training changes: parameters that learn, and buffers."""
        learn = {n for n, p in self.model.named_parameters() if p.requires_grad}
        learn |= {n for n, _ in self.model.named_buffers()}
        return {n: t.clone() for n, t in self.model.state_dict().items() if n in learn}

    def train(self, batches: Iterable[Any], epoch: int, progress: Progress) -> dict[str, float]:
        self.model.train()
        sums: dict[str, float] = {}
        total, done = self.config.epochs * self.steps, epoch * self.steps
        for batch in batches:
            for group, scale in zip(self.optimiser.param_groups, self.scale, strict=True):
                group["lr"] = scale * learning_rate(done, total, self.config)
            with torch.autocast("cpu", torch.bfloat16, enabled=self.config.autocast):
                losses = self.model.losses(batch)
            loss = torch.stack([v.float() for v in losses.values()]).sum()
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            learn = [p for group in self.optimiser.param_groups for p in group["params"]]
            torch.nn.utils.clip_grad_norm_(learn, self.config.clip)
            self.optimiser.step()
            done += 1
            for name, value in losses.items():
                sums[f"loss_{name}"] = sums.get(f"loss_{name}", 0.0) + float(value.detach())
            progress(f"epoch {epoch + 1} of {self.config.epochs}", done, total)
        return {name: value / self.steps for name, value in sums.items()}

    def keep(self, row: dict[str, Any]) -> None:
        """Add a row, remember the best weights, write the state to disk."""
        rows, select = self.history.rows, self.config.select
        rows.append(row)
        if self.history.best < 0 or row[select] > rows[self.history.best][select]:
            self.history.best, self.best_state = len(rows) - 1, self._learned()
        self.epoch = len(rows)
        self.save()

    def save(self) -> None:
        about = {"config": asdict(self.config), "best": self.history.best}
        about["rows"] = self.history.rows
        state = {
            "about": json.dumps(about),  # in the same file, so that they cannot fall apart
            "optimiser": self.optimiser.state_dict(),
            "model": self._learned(),
            "best": self.best_state,
        }
        buffer = io.BytesIO()
        torch.save(state, buffer)
        write_bytes(self.folder / "state.pt", buffer.getvalue())
        write_json(self.folder / "history.json", about)  # for people; never read back

    def resume(self) -> None:
        """Go on from the folder's state, if it is of the same run."""
        state = self.folder / "state.pt"
        if not state.is_file():
            return
        kept = torch.load(state, weights_only=True)
        told = json.loads(kept["about"])
        if told["config"] != json.loads(json.dumps(asdict(self.config))):
            return
        self.model.load_state_dict(kept["model"], strict=False)
        self.optimiser.load_state_dict(kept["optimiser"])
        self.best_state = kept["best"]
        self.history = History(told["rows"], told["best"])
        self.epoch = len(told["rows"])
