"""How much noise does the answer bear? Each modality spoilt by degrees, all in one batch.

P8 of the feasibility analysis: Gaussian noise at falling signal-to-noise ratios, and the modality
of another sample in its place; what becomes of the answer and of the gates is tracked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.probes.base import Experiment, Finding, Row, names_of, percent
from mer_core.roles import MODALITIES
from mer_core.trace import Edit, capture, taps
from mer_core.types import Batch, Modality, Stream

LEVELS: tuple[float, ...] = (20.0, 10.0, 0.0, -10.0)
"""Signal-to-noise ratios in decibels: at 0 the noise is as strong as what is heard."""


@dataclass(frozen=True, eq=False)
class Corruption(Finding):
    """The answer with one modality spoilt, level by level.

    Attributes:
        modalities: Which one is spoilt, in the order of the axis.
        levels: In decibels.
        clean: Probabilities with nothing spoilt.
        probs: With noise.
        donated: With the modality of the next sample of the batch; None for a batch of one.
        names: The emotions.
        gates: Name of a gate -> its weights; the paper's gate has one vector for all.
        absent: True where a sample never had the modality.
    """

    unit = "probability of the answered emotion, 0 to 1; noise in decibels (SNR)"
    baseline = "the same sample without noise"
    modalities: tuple[Modality, ...]
    levels: tuple[float, ...]
    clean: Float[Tensor, "batch emotion"]
    probs: Float[Tensor, "modality level batch emotion"]
    donated: Float[Tensor, "modality batch emotion"] | None
    names: tuple[str, ...]
    gates: dict[str, Float[Tensor, "modality level batch part"]]
    absent: Tensor

    @property
    def told(self) -> Float[Tensor, "modality level batch"]:
        """Probability of the answer that was given without noise."""
        index = self.clean.argmax(dim=-1)[None, None, :, None]
        return self.probs.gather(-1, index.expand(*self.probs.shape[:-1], 1))[..., 0]

    @property
    def gained(self) -> Float[Tensor, "modality batch"]:
        """What the answer gains from the strongest noise: positive for what spoke against it."""
        return self.told[:, -1] - self.clean.amax(dim=-1)

    def says(self, sample: int = 0) -> str:
        start = float(self.clean[sample].max())
        here = [i for i in range(len(self.modalities)) if not bool(self.absent[i, sample])]
        if not here:
            return "Nothing is heard here, so there is nothing to spoil."
        most = max(here, key=lambda i: abs(float(self.gained[i, sample])))
        end = float(self.told[most, -1, sample])
        still = self._stands_still(sample)
        return (
            f"{self.target[sample]} has {percent(start)}; noise of {self.levels[-1]:.0f} dB in "
            f"{self.modalities[most]} moves it most, to {percent(end)}.{still}"
        )

    def _stands_still(self, sample: int) -> str:
        told = []
        for name, weights in self.gates.items():
            moved = float((weights[:, :, sample] - weights[:1, :1, sample]).abs().max())
            if moved < 1e-7:
                told.append(f" The weights of {name} stand still: no input moves them.")
            else:
                told.append(f" The weights of {name} move by up to {moved:.2f}.")
        return "".join(told)

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for i, m in enumerate(self.modalities):
                for j, level in enumerate(self.levels):
                    value = float(self.told[i, j, b])
                    yield {"sample": id, "spoilt": str(m), "snr_db": level, "prob": value}


class Spoil(Experiment):
    """Add noise to one modality after the other, at every level.

    Args:
        seed: Of the noise.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def suits(self, model: EmotionModel) -> bool:
        return model.modalities == MODALITIES

    def run(self, model: EmotionModel, batch: Batch) -> Corruption:
        generator = torch.Generator().manual_seed(self.seed)
        clean, probs, donated, names, gates = _spoilt(model, batch, generator)
        return Corruption(
            ids=names_of(batch),
            target=tuple(names[i] for i in clean.argmax(dim=-1).tolist()),
            modalities=model.modalities,
            levels=LEVELS,
            clean=clean,
            probs=probs,
            donated=donated,
            names=names,
            gates=gates,
            absent=torch.stack([s.is_silent.cpu() for s in batch.need(model.modalities)]),
        )


def corrupted_answers(
    model: EmotionModel, batch: Batch, generator: torch.Generator
) -> tuple[Float[Tensor, "batch emotion"], Float[Tensor, "modality level batch emotion"]]:
    """Probabilities without noise, and with every level of it in each modality."""
    return _spoilt(model, batch, generator)[:2]


def _spoilt(model: EmotionModel, batch: Batch, generator: torch.Generator) -> tuple:
    n, count, steps = len(batch), len(model.modalities), len(LEVELS)
    swaps = count if n > 1 else 0
    cases = 1 + count * steps + swaps
    repeated = _with_donors(batch, model.modalities, cases, swaps)
    edits = {
        f"entry.{m}": _noise(batch.streams[m], 1 + i * steps, generator)
        for i, m in enumerate(model.modalities)
    }
    watched = [n for n in taps(model) if n.endswith(("gate.omega", "omega_by_sample", ".alpha"))]
    with torch.inference_mode(), capture(model, *edits, *watched, edits=edits) as trace:
        said = model(repeated)
    probs = said.probs.cpu().unflatten(0, (cases, n))
    noisy = probs[1 : 1 + count * steps].unflatten(0, (count, steps))
    donated = probs[1 + count * steps :] if swaps else None
    gates = {}
    for name in watched:
        weights = trace[name].values.float().cpu()
        by_case = (
            weights.expand(cases, n, -1) if weights.ndim == 1 else weights.unflatten(0, (cases, n))
        )
        gates[name] = by_case[1 : 1 + count * steps].unflatten(0, (count, steps))
    return probs[0], noisy, donated, said.names, gates


def _with_donors(batch: Batch, modalities: tuple[Modality, ...], cases: int, swaps: int) -> Batch:
    """The batch once a case; in the last cases one modality comes from the next sample."""
    n = len(batch)
    rows = torch.arange(n).repeat(cases, 1)
    streams = {}
    for i, m in enumerate(modalities):
        own: Int[Tensor, "case batch"] = rows.clone()
        if swaps:
            own[cases - swaps + i] = rows[0].roll(-1)
        streams[m] = batch.streams[m].select(own.flatten())
    repeated = batch.select(rows.flatten())
    return replace(repeated, streams={**repeated.streams, **streams})


def _noise(stream: Stream, first: int, generator: torch.Generator) -> Edit:
    """An edit that adds noise to the cases of one modality, as strong as each sample is there."""
    n, mask = len(stream.mask), stream.mask

    def edit(x: Tensor) -> Tensor:
        out, real = x.clone(), mask[:, : x.shape[1], None].to(x)
        for j, level in enumerate(LEVELS):
            rows = slice((first + j) * n, (first + j + 1) * n)
            power = (x[rows].square() * real).sum((1, 2)) / (real.sum((1, 2)) * x.shape[2])
            noise = torch.randn(x[rows].shape, generator=generator).to(x)
            out[rows] = x[rows] + noise * power.sqrt()[:, None, None] * 10 ** (-level / 20)
        return out

    return edit
