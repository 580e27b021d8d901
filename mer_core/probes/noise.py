"""How does an answer change as one modality drowns in noise? A whole sweep in one forward pass.

Gaussian noise is added where the modality enters the model as numbers (`entry.<modality>`), on
all models alike; what is heard and seen on a page stays clean. At 0 dB the noise is as strong as
the signal: their mean squares over the real positions of the sample are equal, exactly and not
only on average. A draw keeps its noise from level to level and only makes it louder.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.errors import QuestionUnfit
from mer_core.models.base import EmotionModel
from mer_core.probes.base import Experiment, Finding, Row, names_of, percent
from mer_core.probes.gates import EXPERT_NAMES
from mer_core.trace import Edit, Trace, capture, taps
from mer_core.types import Batch, Modality, Stream

CLEAN = math.inf
"""The level without noise."""

LEVELS: tuple[float, ...] = (CLEAN, 20.0, 15.0, 10.0, 5.0, 0.0, -5.0, -10.0, -15.0)
"""Signal over noise in decibels, from none to far too much."""

DRAWS = 4
"""How often the noise is drawn anew."""

GATES: dict[str, tuple[str, str]] = {
    "alpha": ("expert", "α of the experts"),  # noqa: RUF001
    "omega": ("modality", "ω of the modalities"),
    "omega_by_sample": ("modality", "ω of this sample"),
}
"""Last name of a gate's tap -> what it weighs, and what its weights are called."""

ENTRY = ("batch", "time", "feature")


@dataclass(frozen=True, eq=False)
class GateSweep:
    """The weights of a gate at every level.

    Attributes:
        of: "expert" or "modality".
        called: Symbol and words.
        names: Who is weighed.
        weights: Rows sum to 1 over `part`.
        fixed: True where no input moves the gate: one vector for all.
    """

    of: str
    called: str
    names: tuple[str, ...]
    weights: Float[Tensor, "level draw batch part"]
    fixed: bool

    def stuck(self, sample: int) -> bool:
        """Whether a gate that can move hardly does: no weight by half a point at any level."""
        mean = self.weights[:, :, sample].mean(dim=1)
        return not self.fixed and float((mean - mean[:1]).abs().max()) < 0.005

    @property
    def why(self) -> str:
        """Why a gate stands still; empty where it can move."""
        if not self.fixed:
            return ""
        return (
            "The paper's gate stands still: it is one vector of weights, learned in training for "
            "all inputs alike. It never looks at the sample, so nothing in a sample can move it."
        )


@dataclass(frozen=True, eq=False)
class NoiseSweep(Finding):
    """Answers and gate with ever more noise in one modality.

    Attributes:
        modality: Which one is noisy.
        levels: Signal over noise in decibels; infinite for none.
        probs: Calibrated probabilities.
        names: The emotions.
        gate: The gate's weights; None for a model without one.
        seed: Of the noise.
        at: Place in `levels` of the one that is told and marked.
    """

    unit = "probability of each emotion and weights of the gate, 0 to 1"
    modality: Modality
    levels: tuple[float, ...]
    probs: Float[Tensor, "level draw batch emotion"]
    names: tuple[str, ...]
    gate: GateSweep | None
    seed: int
    at: int = 0

    @property
    def baseline(self) -> str:  # type: ignore[override]  (it names the modality)
        return f"the same sample with no noise in {self.modality}"

    @property
    def draws(self) -> int:
        """How often the noise was drawn."""
        return self.probs.shape[1]

    def marked(self, level: float) -> "NoiseSweep":
        """The same sweep, told at another level; the nearest one, if it is not among them."""
        near = min(range(len(self.levels)), key=lambda i: _apart(self.levels[i], level))
        return replace(self, at=near)

    def answer(self, at: int, sample: int) -> tuple[str, float]:
        """Emotion with the greatest mean probability at a level, and that probability."""
        mean = self.probs[at, :, sample].mean(dim=0)
        best = int(mean.argmax())
        return self.names[best], float(mean[best])

    def turns(self, sample: int) -> float | None:
        """The first level at which the answer is another one; None where it holds out."""
        first = self.answer(0, sample)[0]
        for at, level in enumerate(self.levels):
            if self.answer(at, sample)[0] != first:
                return level
        return None

    def says(self, sample: int = 0) -> str:
        (was, before), (now, after) = self.answer(0, sample), self.answer(self.at, sample)
        turn = self.turns(sample)
        holds = "It never turns." if turn is None else f"It first turns at {decibels(turn)}."
        if self.at == 0:
            return f"Without noise the answer is {was} ({percent(before)}). {holds}"
        step = f"stays {now}" if now == was else f"turns from {was} to {now}"
        return (
            f"With noise in {self.modality} at {decibels(self.levels[self.at])} the answer {step} "
            f"({percent(before)} before, {percent(after)} now). {holds}{self._gate_says(sample)}"
        )

    def _gate_says(self, sample: int) -> str:
        if self.gate is None:
            return ""
        if self.gate.fixed:
            return f" {self.gate.why}"
        start, here = (self.gate.weights[i, :, sample].mean(dim=0) for i in (0, self.at))
        most = int((here - start).abs().argmax())
        if float((here - start).abs().max()) < 0.005:
            times = (here / start.clamp(min=1e-12)).clamp(min=1e-12)
            part = int(times.log().abs().argmax())
            return (
                f" The gate moves by less than half a point: it holds to the "
                f"{self.gate.names[int(start.argmax())]} with {percent(float(start.max()))}; the "
                f"weight of the {self.gate.names[part]} becomes {float(times[part]):.2g} times "
                "what it was."
            )
        return (
            f" In the gate the {self.gate.names[most]} moves most, from "
            f"{percent(float(start[most]))} to {percent(float(here[most]))}."
        )

    def caption(self, sample: int = 0) -> str:
        return (
            f"{super().caption(sample)} Noise is added at entry.{self.modality}, 0 dB: as strong "
            f"as the signal. Lines: means of {self.draws} draws (seed {self.seed}); bands: from "
            "the least to the greatest."
        )

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for i, level in enumerate(self.levels):
                for d in range(self.draws):
                    about: Row = {
                        "sample": id,
                        "noisy": str(self.modality),
                        "snr_db": level,
                        "draw": d,
                    }
                    for e, name in enumerate(self.names):
                        value = float(self.probs[i, d, b, e])
                        yield {**about, "what": "prob", "of": name, "value": value}
                    if self.gate is not None:
                        for p, name in enumerate(self.gate.names):
                            value = float(self.gate.weights[i, d, b, p])
                            yield {**about, "what": "weight", "of": name, "value": value}


def decibels(level: float) -> str:
    """A level in words: 'no noise' where it is infinite, else as '5 dB'."""
    if level == CLEAN:
        return "no noise"
    return f"{'−' if level < 0 else ''}{abs(level):.0f} dB"  # noqa: RUF001 (a real minus sign)


def _apart(one: float, other: float) -> float:
    return 0.0 if one == other else abs(one - other)


@dataclass(frozen=True)
class AddNoise(Experiment):
    """Answer at every level and for every draw, all in one batch.

    Attributes:
        modality: Which one is made noisy.
        levels: Signal over noise in decibels; the first should be CLEAN.
        draws: How often noise is drawn.
        seed: Of the noise.
    """

    modality: Modality
    levels: Sequence[float] = LEVELS
    draws: int = DRAWS
    seed: int = 0

    def suits(self, model: EmotionModel) -> bool:
        """Whether the modality enters this model as a sequence."""
        tap = taps(model).get(f"entry.{self.modality}")
        return tap is not None and tap.axes == ENTRY

    def run(self, model: EmotionModel, batch: Batch) -> NoiseSweep:
        """Add noise.

        Raises:
            QuestionUnfit: The modality is absent from every sample, or is no sequence here.
        """
        (stream,) = batch.need([self.modality])
        question = f"What does noise in {self.modality} do?"
        if not self.suits(model):
            raise QuestionUnfit(question, type(model).__name__, "there it is no sequence")
        if bool(stream.is_silent.all()):
            raise QuestionUnfit(question, type(model).__name__, "the modality is silent here")
        n, cases = len(batch), len(self.levels) * self.draws
        repeated = batch.select(torch.arange(n).repeat(cases))
        entry = f"entry.{self.modality}"
        watched = [name for name in taps(model) if name.rpartition(".")[2] in GATES]
        noise = self._noise(stream.values.shape[1], repeated.streams[self.modality], n)
        with (
            torch.inference_mode(),
            capture(model, entry, *watched, edits={entry: noise}) as trace,
        ):
            said = model(repeated)
        shape = (len(self.levels), self.draws, n)
        probs = said.probs.cpu().unflatten(0, shape)
        return NoiseSweep(
            ids=names_of(batch),
            target=tuple(said.names[i] for i in probs[0, 0].argmax(dim=-1).tolist()),
            modality=self.modality,
            levels=tuple(self.levels),
            probs=probs.clone(),
            names=tuple(said.names),
            gate=_gate(trace, watched, model, shape),
            seed=self.seed,
        )

    def _noise(self, time: int, stream: Stream, n: int) -> Edit:
        """An edit for rows in the order level, draw, sample."""
        ratio = torch.tensor([10 ** (-level / 10) for level in self.levels])
        strength = ratio.repeat_interleave(self.draws * n)

        def add(x: Float[Tensor, "row time feature"]) -> Float[Tensor, "row time feature"]:
            real = stream.mask & ~stream.is_silent[:, None]
            noise = _drawn(self.seed, self.draws * n, (time, x.shape[-1]))
            noise = noise.repeat(len(self.levels), 1, 1).to(x)
            wanted = strength.to(x) * power(x, real)
            scale = (wanted / power(noise, real).clamp(min=1e-12)).sqrt()
            return x + scale[:, None, None] * noise * real[..., None]

        return add


def power(
    x: Float[Tensor, "row time feature"], real: Bool[Tensor, "row time"]
) -> Float[Tensor, " row"]:
    """Mean square over the real positions; 0 where there are none."""
    weight = real.to(x.dtype)
    return (x.square().mean(dim=-1) * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1)


def _drawn(seed: int, rows: int, shape: tuple[int, int]) -> Tensor:
    """The same numbers on every device."""
    return torch.randn(rows, *shape, generator=torch.Generator().manual_seed(seed))


def _gate(
    trace: Trace, watched: list[str], model: EmotionModel, shape: tuple[int, int, int]
) -> GateSweep | None:
    for name in watched:
        if name not in trace:
            continue
        reading = trace[name]
        of, called = GATES[name.rpartition(".")[2]]
        values = reading.values.float().cpu()
        fixed = "batch" not in reading.axes
        weights = values.expand(*shape, -1) if fixed else values.unflatten(0, shape)
        names = EXPERT_NAMES if of == "expert" else tuple(map(str, model.modalities))
        return GateSweep(of, called, names, weights.clone(), fixed)
    return None
