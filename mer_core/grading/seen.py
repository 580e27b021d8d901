"""What probes need of a whole split, seen in as few forwards as possible.

For each chunk of samples ONE forward holds every subset of the modalities, and is watched; one
more, with gradients, says which words and moments mattered; one more holds every level of noise.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.probes.corruption import corrupted_answers
from mer_core.probes.highlight import correlations
from mer_core.probes.silence import every_subset, heard_only
from mer_core.roles import marginals
from mer_core.tendencies import pooled
from mer_core.trace import Trace, capture, taps
from mer_core.types import Batch

Progress = Callable[[str, int, int], None]

CHUNK = 32
"""Samples a forward; the lattice has eight times as many rows."""

WATCHED = ("entry.*", "H.*", "Z_?", "Y_?", "Y.*", "*omega_by_sample", "*.alpha", "*.pattern")
"""Taps that graded probes read."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What one model showed of one split, in the order of the samples.

    Attributes:
        heard: Which modalities are heard in each case; all first, none last.
        logits: Divided by the model's temperature.
        number: Said sentiment with everything heard; None for a model that says none.
        pooled: Tap -> vectors; `target` and `source` of each, where the tap is a look.
        falls: Role of a map -> where attention falls.
        gates: Name of a gate -> its weights.
        highlight: Pearson correlation of what mattered with what was looked at, per map; NaN
            where one of the two is flat.
        noisy: Probabilities at every level of noise in one modality; modality by modality.
        milliseconds: Kind of forward -> wall time a sample.
    """

    heard: Tensor
    logits: Float[Tensor, "case sample emotion"]
    number: Float[Tensor, " sample"] | None
    pooled: dict[str, Float[Tensor, "sample hidden"]]
    sides: dict[str, tuple[Int[Tensor, " sample"], Int[Tensor, " sample"]]]
    falls: dict[str, Float[Tensor, "sample bin"]]
    gates: dict[str, Float[Tensor, "sample part"]]
    highlight: Float[Tensor, "map sample"] | None
    noisy: Float[Tensor, "modality level sample emotion"] | None
    milliseconds: dict[str, float]

    @property
    def probs(self) -> Float[Tensor, "case sample emotion"]:
        return self.logits.softmax(dim=-1)

    def case(self, *heard: int) -> int:
        """The case in which exactly these modalities are heard."""
        wanted = torch.zeros(self.heard.shape[1], dtype=torch.bool)
        wanted[list(heard)] = True
        return int((self.heard == wanted).all(dim=1).nonzero()[0])

    def __len__(self) -> int:
        return self.logits.shape[1]


def watched(model: EmotionModel) -> tuple[str, ...]:
    """Those of WATCHED that this model has."""
    return tuple(p for p in WATCHED if any(fnmatchcase(name, p) for name in taps(model)))


def see(
    model: EmotionModel,
    batches: Sequence[Batch],
    progress: Progress,
    deep: bool = True,
    seed: int = 0,
) -> Seen:
    """Put every batch through the model.

    Args:
        model: In eval mode; it is not changed.
        batches: The samples in order.
        progress: Told how far it is.
        deep: Also look at gradients and at noise, which take most of the time.
        seed: Of the noise.
    """
    generator, parts, clock = torch.Generator().manual_seed(seed), [], _Clock()
    for i, batch in enumerate(batches):
        part = _lattice(model, batch, clock)
        if deep:
            with clock.timed("gradient", len(batch)):
                part["highlight"] = correlations(model, batch)[1]
            with clock.timed("noise", len(batch)):
                part["noisy"] = corrupted_answers(model, batch, generator)[1]
        parts.append(part)
        progress("asking every subset of modalities", i + 1, len(batches))
    for kind, heard in (("plain", 1), ("alone", 4)):
        _time(model, batches[: 1 + len(batches) // 8], kind, heard, clock)
    return _joined(parts, every_subset(model.modalities), clock.per_sample())


@torch.inference_mode()
def _lattice(model: EmotionModel, batch: Batch, clock: "_Clock") -> dict[str, Any]:
    """All subsets in one forward; inside, only the first case (everything heard) is kept."""
    heard, n = every_subset(model.modalities), len(batch)
    with clock.timed("lattice", n), capture(model, *watched(model)) as trace:
        said = model(heard_only(batch, model.modalities, heard))
    first = _first_case(trace, n)
    pools = pooled(first, batch)
    return {
        "logits": (said.logits.float() / said.temperature).unflatten(0, (len(heard), n)),
        "number": None if said.sentiment is None else said.sentiment[:n].float(),
        "pooled": {name: p.values for name, p in pools.items()},
        "sides": {name: (p.target, p.source) for name, p in pools.items()},
        "falls": marginals(first, batch),
        "gates": {
            name.rpartition(".")[2]: first[name].values.float()
            for name in first
            if name.endswith(("omega_by_sample", "alpha"))
        },
    }


def _first_case(trace: Trace, n: int) -> Trace:
    """The trace of the rows in which everything is heard."""
    kept = {}
    for name in trace:
        reading = trace[name]
        kept[name] = [replace(reading, values=reading.values[:n])]
    return Trace(kept)


@torch.inference_mode()
def _time(
    model: EmotionModel, batches: Sequence[Batch], kind: str, rows: int, clock: "_Clock"
) -> None:
    for batch in batches:
        cases = torch.cat([torch.ones(1, 3), torch.eye(3)])[:rows].bool()
        repeated = heard_only(batch, model.modalities, cases)
        with clock.timed(kind, len(batch)):
            model(repeated)


class _Clock:
    """Wall time by kind of forward, a sample; the first of each kind warms up and is not counted
    where there are more.
    """

    def __init__(self) -> None:
        self.seen: dict[str, list[tuple[float, int]]] = {}

    def timed(self, kind: str, samples: int) -> "_Timed":
        return _Timed(self, kind, samples)

    def per_sample(self) -> dict[str, float]:
        told = {}
        for kind, runs in self.seen.items():
            kept = runs[1:] or runs
            told[kind] = 1000 * sum(t for t, _ in kept) / sum(n for _, n in kept)
        return told


@dataclass
class _Timed:
    clock: _Clock
    kind: str
    samples: int
    start: float = 0.0

    def __enter__(self) -> None:
        self.start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        spent = time.perf_counter() - self.start
        self.clock.seen.setdefault(self.kind, []).append((spent, self.samples))


def _joined(parts: list[dict[str, Any]], heard: Tensor, times: dict[str, float]) -> Seen:
    def join(key: str, dim: int = 0) -> Any:
        values: list[Any] = [p.get(key) for p in parts]
        if values[0] is None:
            return None
        if isinstance(values[0], dict):
            return {name: _cat([v[name] for v in values]) for name in values[0]}
        return torch.cat(values, dim=dim)

    return Seen(
        heard=heard,
        logits=join("logits", 1),
        number=join("number"),
        pooled=join("pooled"),
        sides=join("sides"),
        falls=join("falls"),
        gates=join("gates"),
        highlight=join("highlight", 1),
        noisy=join("noisy", 2),
        milliseconds=times,
    )


def _cat(values: list[Any]) -> Any:
    if isinstance(values[0], tuple):
        return tuple(torch.cat([v[i] for v in values]) for i in range(len(values[0])))
    return torch.cat(values)


def reordered(seen: Seen, order: Int[Tensor, " sample"]) -> Seen:
    """The same with its samples in another order."""

    def rows(values: dict[str, Any]) -> dict[str, Any]:
        return {
            k: tuple(x[order] for x in v) if isinstance(v, tuple) else v[order]
            for k, v in values.items()
        }

    return replace(
        seen,
        logits=seen.logits[:, order],
        number=None if seen.number is None else seen.number[order],
        pooled=rows(seen.pooled),
        sides=rows(seen.sides),
        falls=rows(seen.falls),
        gates=rows(seen.gates),
        highlight=None if seen.highlight is None else seen.highlight[:, order],
        noisy=None if seen.noisy is None else seen.noisy[:, :, order],
    )
