"""Which words look at which moments? Every head and layer, with whole words and seconds.

The keys of every map are what a modality itself brings (or, in the second stage of HCT-DMG, brings
after one look at another), at its own positions, and no layer updates them. So the map of one
layer can be read as it is, and no rollout through layers is needed.

Source: Tsai et al. (2019), Multimodal Transformer for Unaligned Multimodal Language Sequences, for
    maps of single heads between words and frames.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.probes.base import Finding, Reader, Row, names_of, percent
from mer_core.probes.cross_axes import Axes, patterns
from mer_core.probes.cross_looks import Look, Window
from mer_core.probes.cross_sides import Side, joined
from mer_core.probes.positions import Positions, quoted
from mer_core.recording import Recording
from mer_core.trace import Reading

WIDTH = 0.6
"""Seconds of a top window unless someone says otherwise."""


class Heads(NamedTuple):
    """The maps of one sample at one place of the model.

    Attributes:
        query, key: Who looks, and what is looked at.
        weights: Attention, pieces of a word averaged where they look, added where they are
            looked at.
        even: What looking everywhere alike would give each key.
    """

    query: Side
    key: Side
    weights: Float[Tensor, "layer head query key"]
    even: Float[Tensor, " key"]

    def look(self, layer: int, head: int | None = None) -> Look:
        """One map; the mean of the heads without a head. Layers and heads count from 0."""
        weights = self.weights[layer].mean(dim=0) if head is None else self.weights[layer, head]
        return Look(self.query, self.key, weights, self.even)


class Fact(NamedTuple):
    """One head in a few numbers.

    Attributes:
        layer, head: Which one, from 0.
        misplaced: Share of its attention that would have to move to be even.
        entropy: Of its attention, 1 where it looks everywhere alike.
        diagonal: How far it looks at its own place in time, 1 exactly there, 0 as even looking.
        window: The seconds that all rows together have most attention at; None without seconds.
    """

    layer: int
    head: int
    misplaced: float
    entropy: float
    diagonal: float
    window: Window | None


@dataclass(frozen=True, eq=False)
class Crossing:
    """Where in a model one modality looks at another.

    Attributes:
        place: Name in the model: "stage2.first".
        query, key: The modalities.
        beside: Further modalities that share the softmax with the keys.
        heads: Per sample; None where one of the two is silent.
    """

    place: str
    query: str
    key: str
    beside: tuple[str, ...]
    heads: tuple[Heads | None, ...]

    @property
    def name(self) -> str:
        """Of the crossing within its model: the place, and the pair where a place has several."""
        return f"{self.place}:{self.query}-{self.key}"

    def facts(self, sample: int = 0, seconds: float = WIDTH) -> list[Fact]:
        """Every head, layer by layer; none where one side is silent."""
        heads = self.heads[sample]
        if heads is None:
            return []
        layers, count = heads.weights.shape[:2]
        looks = ((i, j, heads.look(i, j)) for i in range(layers) for j in range(count))
        return [
            Fact(i, j, x.misplaced(), x.entropy(), x.diagonal(), x.window(None, seconds))
            for i, j, x in looks
        ]


@dataclass(frozen=True, eq=False)
class CrossMaps(Finding):
    """Every head of every map between modalities, in the order of the forward pass.

    Attributes:
        crossings: A place whose keys are of two modalities is two crossings.
        silent: Per sample, the modalities that it lacks.
    """

    unit = "attention of one head relative to looking everywhere alike (1 = even)"
    baseline = (
        "even looking, which gives each of n positions 1/n: such a map has the value 1 all over "
        "and says nothing. Pieces of a word are averaged where they look and added where they are "
        "looked at. A map says where a head looks, not what moved the answer"
    )
    crossings: tuple[Crossing, ...]
    silent: tuple[frozenset[str], ...]

    def only(self, name: str) -> "CrossMaps":
        """The crossing of that name.

        Raises:
            KeyError: There is none.
        """
        kept = tuple(c for c in self.crossings if c.name == name)
        if not kept:
            raise KeyError(name)
        return replace(self, crossings=kept)

    def heard(self, sample: int = 0) -> tuple[Crossing, ...]:
        """Those whose two sides are both heard."""
        return tuple(c for c in self.crossings if c.heads[sample] is not None)

    def says(self, sample: int = 0) -> str:
        facts = [(c, f) for c in self.heard(sample) for f in c.facts(sample)]
        if not facts:
            return "No two modalities are heard here, so none has another to look at."
        crossing, fact = max(facts, key=lambda pair: pair[1].misplaced)
        heads = crossing.heads[sample]
        assert heads is not None
        look = heads.look(fact.layer, fact.head)
        if look.is_even:
            return (
                f"All {len(facts)} heads look almost everywhere alike: at most "
                f"{percent(fact.misplaced)} of a head's attention would have to move to be even."
            )
        row, column, times = look.sharpest()
        here = (look.down.labels[row], look.across.labels[column])
        looks, seen = reversed(here) if look.turned else here
        return (
            f"Of {len(facts)} heads, head {fact.head + 1} of layer {fact.layer + 1} in which "
            f"{crossing.query} looks at {crossing.key} is the least even: "
            f"{percent(fact.misplaced)} of its attention would have to move to be even. It looks "
            f"hardest from {quoted(looks)} at {quoted(seen)}, {times:.1f} times even looking."
        )

    def rows(self) -> Iterator[Row]:
        for crossing in self.crossings:
            for id, heads in zip(self.ids, crossing.heads, strict=True):
                if heads is not None:
                    about: Row = {"sample": id, "place": crossing.place}
                    about |= {"from": crossing.query, "to": crossing.key}
                    yield from _numbers(about, heads)


def _numbers(about: Row, heads: Heads) -> Iterator[Row]:
    even = heads.even.tolist()
    for layer, maps in enumerate(heads.weights.tolist()):
        for head, rows in enumerate(maps):
            for i, row in enumerate(rows):
                for j, weight in enumerate(row):
                    where: Row = {"layer": layer + 1, "head": head + 1}
                    where |= {"query": f"{i}: {heads.query.labels[i]}"}
                    where |= {"key": f"{j}: {heads.key.labels[j]}"}
                    yield {**about, **where, "weight": weight, "even": even[j]}


class LooksByHead(Reader):
    """Every head's attention between positions of modalities, a modality and itself included."""

    needs = ("*.pattern",)

    def fits(self, recording: Recording) -> bool:
        return any(sides[0] != sides[1] for _, _, sides in patterns(recording))

    def read(self, recording: Recording) -> CrossMaps:
        found: dict[tuple[str, str, str], list[Reading]] = {}
        for place, reading, sides in patterns(recording):
            found.setdefault((place, *sides), []).append(reading)
        axes = Axes(recording)
        crossings = [
            crossing
            for (place, *sides), layers in found.items()
            for crossing in _crossings(place, sides, layers, axes)
        ]
        silent = tuple(
            frozenset(str(m) for m, s in recording.batch.streams.items() if bool(s.is_silent[b]))
            for b in range(len(recording.batch))
        )
        return CrossMaps(names_of(recording.batch), (), tuple(crossings), silent)


def _crossings(
    place: str, sides: Sequence[str], layers: list[Reading], axes: Axes
) -> Iterator[Crossing]:
    """One for each pair of modalities whose positions stand on the two axes of any sample."""
    weights = torch.stack([_by_head(reading) for reading in layers], dim=1)
    rows = range(len(weights))
    found: dict[tuple[str, str], dict[int, Heads | None]] = {}
    for b in rows:
        query, key = (
            axes.of(side, b, weights.shape[at]) for side, at in zip(sides, (-2, -1), strict=True)
        )
        for one in query.name.split("+"):
            for other in key.name.split("+"):
                heads = _heads(weights[b], axes, (query, one), (key, other), b)
                found.setdefault((one, other), {})[b] = heads
    for (one, other), heads in found.items():
        beside = tuple(part for part in sides[1].split("+") if "+" in sides[1] and part != other)
        yield Crossing(place, one, other, beside, tuple(heads.get(b) for b in rows))


def _by_head(reading: Reading) -> Float[Tensor, "batch head query key"]:
    values = torch.as_tensor(reading.values).detach().float().cpu()
    return values if "head" in reading.axes else values[:, None]


def _heads(
    weights: Float[Tensor, "layer head query key"],
    axes: Axes,
    query: tuple[Positions, str],
    key: tuple[Positions, str],
    row: int,
) -> Heads | None:
    looks = joined(axes.batch, *query, row, axes.texts[row])
    seen = joined(axes.batch, *key, row, axes.texts[row])
    if looks is None or seen is None:
        return None
    columns = seen.summed(weights[..., list(seen.at)])
    both = looks.averaged(columns.transpose(-1, -2)[..., list(looks.at)]).transpose(-1, -2)
    even = seen.sizes() / float(key[0].real[row].sum())
    return Heads(looks.side, seen.side, both, even)
