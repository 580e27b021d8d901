"""Short runs of HCT-DMG: another Config, another plan, noise; see `mer_core.experiments.short`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.disk import write_json
from mer_core.experiments import short as shared
from mer_core.experiments.base import Ask, Progress, Result, Row, SharedProgress
from mer_core.experiments.short import COST as COST
from mer_core.experiments.short import Basis, checked, kept, learn, remembered, table
from mer_core.models.hct_dmg import HCTDMG, HCTDMGConfig
from mer_core.models.modality_gate import ModalityGate
from mer_core.trace import capture
from mer_core.training.loop import TrainConfig
from mer_core.training.utterances import UtteranceTable
from mer_core.types import Batch, Modality, Stream

BASE = replace(HCTDMGConfig.demo(), layers=2)
"""What every short run is, but for what is changed."""

PLAN = TrainConfig(epochs=3, batch=64, lr=2e-3, weight_decay=0.01)
TRAINED_ON = 3200
"""Training utterances of a short run: the first of the split."""

BASIS = Basis("hct_dmg", BASE, f"{BASE.layers} layers", PLAN, TRAINED_ON)


@dataclass(frozen=True)
class Noise:
    """Gaussian noise in one modality, where it enters the model as numbers.

    Attributes:
        modality: Which one.
        decibels: Signal over noise, in each sample over its real positions; 0: as strong.
    """

    modality: str
    decibels: float


@dataclass(frozen=True)
class Short:
    """One short run: everything that decides what comes out of it.

    Attributes:
        config: Of the model.
        seed: Of weights, order, dropout, silences and noise.
        noise: In training and when it is asked; None for none.
        after: The noise comes only now: the run goes on from the one that is the same but for
            `noise` and `frozen`, for `plan.epochs` more.
        frozen: Hold the gate still from there on.
        plan: How long, how fast.
        samples: Training utterances.
    """

    config: HCTDMGConfig = BASE
    seed: int = 0
    noise: Noise | None = None
    after: bool = False
    frozen: bool = False
    plan: TrainConfig = PLAN
    samples: int = TRAINED_ON

    @property
    def before(self) -> "Short":
        """The run from which this one goes on."""
        return replace(self, noise=None, after=False, frozen=False)

    def key(self) -> str:
        """A name for its files: settings, model code, world."""
        return BASIS.key(self)


@dataclass(frozen=True, eq=False)
class Ended:
    """What a short run came to.

    Attributes:
        right: 1 where the answer to a sample is right, else 0.
        omega: Mean weight of each modality when it is asked.
        led: Share of samples in which each modality is primary.
        path: omega at the end of each epoch; of a gate by sample, its mean in training.
    """

    right: Float[np.ndarray, " sample"]
    omega: tuple[float, ...]
    led: tuple[float, ...]
    path: tuple[tuple[float, ...], ...]


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
        return self.ask(short, short.noise, what)

    def ask(self, short: Short, noise: Noise | None, what: str = "") -> Ended:
        """A run that was trained as it says, asked under other noise."""
        at = "clean" if noise is None else f"{noise.modality}{noise.decibels:+.0f}"
        path = BASIS.folder(short) / f"asked-{self.split}-{len(self)}-{at}.json"
        told = kept(path)
        if told is None:
            model, history = self._trained(short, what)
            told = self._asked(model, replace(short, noise=noise)) | {"path": history}
            write_json(path, told)
        return _ended(told)

    def over_seeds(self, short: Short, what: str = "") -> list[Ended]:
        """The same run with every seed."""
        return [self.run(replace(short, seed=s), f"{what}, seed {s}") for s in self.seeds]

    def _trained(self, short: Short, what: str) -> tuple[HCTDMG, list[list[float]]]:
        """The model of a run and the path of its gate; a run that was stopped begins again."""
        folder = BASIS.folder(short)
        torch.manual_seed(short.seed)
        model = HCTDMG(short.config)
        if (history := remembered(model, folder)) is not None:
            return model, history
        if short.after:
            model.load_state_dict(self._trained(short.before, what)[0].state_dict())
            if short.frozen and isinstance(model.gate, ModalityGate):
                model.gate.fixed.fill_(True)
        here = table(BASIS.model, "train", short.samples, SharedProgress(self.progress))
        plan = replace(short.plan, seed=short.seed + 100 * short.after)
        told = lambda text, done, total: self.progress(f"{what}: {text}", done, total)  # noqa: E731
        source, steps = noisy_training(here, short), here.steps(plan)
        return model, learn(model, folder, source, steps, plan, told, _path)

    @torch.no_grad()
    def _asked(self, model: HCTDMG, short: Short) -> dict[str, Any]:
        right, omegas = [], []
        generator = torch.Generator().manual_seed(1000 + short.seed)
        for batch in self.asked.evaluation():
            with capture(model, "gate.omega*") as trace:
                said = model(noisy(batch, short.noise, generator))
            omega = next(iter(trace.values())).values
            omegas.append(omega.expand(len(batch), -1))
            right.append((said.logits.argmax(-1) == batch.target).float())
        omega = torch.cat(omegas)
        led = torch.nn.functional.one_hot(omega.argmax(1), omega.shape[1]).float().mean(0)
        if short.config.primary in list(map(str, Modality)):
            led = torch.tensor([float(m == short.config.primary) for m in Modality])
        return {
            "right": torch.cat(right).int().tolist(),
            "omega": [round(float(w), 5) for w in omega.mean(0)],
            "led": [round(float(w), 5) for w in led],
        }


def _ended(told: Mapping[str, Any]) -> Ended:
    omega, led = (tuple(float(w) for w in told[k]) for k in ("omega", "led"))
    return Ended(np.array(told["right"], float), omega, led, tuple(map(tuple, told["path"])))


def _path(rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
    return [list(r.get("omega", r.get("omega_mean", ()))) for r in rows]


def noisy(batch: Batch, noise: Noise | None, generator: torch.Generator) -> Batch:
    """The batch with noise in one modality; at 0 dB as strong as the signal of the sample."""
    if noise is None:
        return batch
    modality = Modality(noise.modality)
    stream = batch.streams[modality]
    real = stream.mask[..., None].float()
    drawn = torch.randn(stream.values.shape, generator=generator) * real
    power = _mean_square(stream, stream.values * real) / _mean_square(stream, drawn)
    louder = drawn * power.sqrt() * 10 ** (-noise.decibels / 20)
    return replace(batch, streams={**batch.streams, modality: stream.at(stream.values + louder)})


def _mean_square(stream: Stream, values: Tensor) -> Float[Tensor, "batch 1 1"]:
    count = stream.mask.sum(1).clamp(min=1) * values.shape[-1]
    return (values.square().sum((1, 2)) / count)[:, None, None].clamp(min=1e-12)


def noisy_training(
    table: UtteranceTable, short: Short
) -> Callable[[torch.Generator], Iterator[Batch]]:
    """Batches of training as the plan says, with the run's noise in them."""
    plain = table.training(replace(short.plan, seed=short.seed))

    def batches(generator: torch.Generator) -> Iterator[Batch]:
        for batch in plain(generator):
            yield noisy(batch, short.noise, generator)

    return batches


def result(bench: Bench, experiment: str, rows: Sequence[Row], **more: Any) -> Result:
    """A result of short runs with its data and its manifest filled in."""
    return shared.result(BASIS, bench, experiment, rows, **more)
