"""Where does one modality look in another? Attention patterns with words and seconds on them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.probes.base import Finding, Reader, Row, listed, names_of, percent
from mer_core.probes.positions import Positions, positions, quoted
from mer_core.recording import Recording
from mer_core.trace import Reading
from mer_core.types import Batch


@dataclass(frozen=True, eq=False)
class Flow:
    """One map of attention between two modalities, averaged over heads.

    Attributes:
        role: Where in the model it stands, such as "stage1.first".
        layer: Its layer within that role, from 0.
        query: Positions that look.
        key: Positions that are looked at.
        weights: Attention; each row of a real position sums to 1 over the real keys.
    """

    role: str
    layer: int
    query: Positions
    key: Positions
    weights: Float[Tensor, "batch query key"]

    def hollow(self, sample: int) -> bool:
        """True where one side is silent: a map of the silence's one position shows nothing."""
        return bool(self.query.silent[sample] or self.key.silent[sample])

    def seen(self, sample: int) -> Float[Tensor, "real_query real_key"]:
        """The map of one sample without its padding."""
        rows, columns = self.query.real[sample], self.key.real[sample]
        return self.weights[sample][rows][:, columns]

    def shares(self, sample: int) -> dict[str, tuple[float, float]]:
        """Modality of the key -> share of the attention, and share of the positions.

        The second is what even looking would give. One entry with (1, 1) unless keys are joined.
        """
        seen, kinds = self.seen(sample).mean(dim=0), self.key.kinds_kept(sample)
        attention = {
            k: sum(float(w) for w, o in zip(seen, kinds, strict=True) if o == k)
            for k in dict.fromkeys(kinds)
        }
        return {k: (share, kinds.count(k) / len(kinds)) for k, share in attention.items()}

    def sharpest(self, sample: int) -> tuple[float, str, str, float]:
        """Greatest weight relative to uniform, its query and key, and the weight itself."""
        seen = self.seen(sample)
        best = int(seen.argmax())
        row, column = divmod(best, seen.shape[1])
        weight = float(seen[row, column])
        words = self.query.kept(sample)[row], self.key.kept(sample)[column]
        return weight * seen.shape[1], *words, weight


@dataclass(frozen=True, eq=False)
class AttentionMap(Finding):
    """Every map between two modalities.

    Attributes:
        flows: In the order of the forward pass.
    """

    unit = "attention relative to looking everywhere alike (1 = uniform), mean of heads"
    baseline = "uniform attention; a weight says where a model looks, not what moved its answer"
    flows: tuple[Flow, ...]

    @property
    def layers(self) -> list[int]:
        """The layers there are."""
        return sorted({flow.layer for flow in self.flows})

    @property
    def roles(self) -> list[str]:
        """The places in the model there are, in the order of the forward pass."""
        return list(dict.fromkeys(flow.role for flow in self.flows))

    def only(self, layer: int | None = None, role: str | None = None) -> "AttentionMap":
        """The maps of one layer, of one role, or of both. `layer` counts from the end if negative.

        Raises:
            ValueError: No such map.
        """
        layer = self.layers[layer] if layer is not None and layer < 0 else layer
        kept = [f for f in self.flows if layer in (None, f.layer) and role in (None, f.role)]
        if not kept:
            raise ValueError(
                f"There is no map of layer {layer} and role {role!r}. "
                f"Layers: {self.layers}; roles: {self.roles}."
            )
        return replace(self, flows=tuple(kept))

    def drawable(self, sample: int) -> list[Flow]:
        """The last layer's maps whose two sides are both heard."""
        return [f for f in self.only(layer=-1).flows if not f.hollow(sample)]

    def says(self, sample: int = 0) -> str:
        flows = self.drawable(sample)
        if not flows:
            return "No two modalities are heard here, so none has another to look at."
        flow = max(flows, key=lambda f: f.sharpest(sample)[0])
        return self._sharpest(flow, sample) + "".join(_shared(f, sample) for f in flows)

    def _sharpest(self, flow: Flow, sample: int) -> str:
        times, looks, seen, weight = flow.sharpest(sample)
        if times < 1.5:
            return (
                f"Attention is close to even: at most {times:.1f} times what looking everywhere "
                "alike would give."
            )
        return (
            f"The sharpest look is {flow.query.name}'s at {flow.key.name}: at {quoted(looks)} it "
            f"puts {percent(weight)} of its attention on {quoted(seen)}, {times:.1f} times what "
            "looking everywhere alike would give."
        )

    def rows(self) -> Iterator[Row]:
        for flow in self.flows:
            for b, id in enumerate(self.ids):
                queries, keys = flow.query.kept(b), flow.key.kept(b)
                about: Row = {"sample": id, "role": flow.role, "layer": flow.layer}
                about |= {"from": flow.query.name, "to": flow.key.name}
                for i, row in enumerate(flow.seen(b).tolist()):
                    for j, weight in enumerate(row):
                        where: Row = {"query": f"{i}: {queries[i]}", "key": f"{j}: {keys[j]}"}
                        yield {**about, **where, "weight": weight}


def _shared(flow: Flow, sample: int) -> str:
    """How attention is shared where the keys of several modalities stand on one axis."""
    shares = flow.shares(sample)
    if len(shares) < 2:
        return ""
    parts = [
        f"{percent(got)} to {kind} ({percent(even)} of the positions)"
        for kind, (got, even) in shares.items()
    ]
    return f" {flow.query.name.capitalize()} gives {listed(parts)}."


class LooksAcross(Reader):
    """Attention whose query and key run over different modalities."""

    needs = ("*.pattern",)

    def fits(self, recording: Recording) -> bool:
        return any(True for _ in _crossmodal(recording))

    def read(self, recording: Recording) -> AttentionMap:
        flows = tuple(_flow(n, r, recording.batch) for n, r in _crossmodal(recording))
        return AttentionMap(ids=names_of(recording.batch), target=(), flows=flows)


def _crossmodal(recording: Recording) -> Iterator[tuple[str, Reading]]:
    """Patterns that run over positions of two different modalities of the batch."""
    for name in recording.trace:
        for reading in recording.trace.visits(name):
            sides = [str(reading.over.get(axis, "")) for axis in ("query", "key")]
            heard = all(_given(side, recording.batch) for side in sides)
            if "pattern" in name and heard and sides[0] != sides[1]:
                yield name, reading


def _given(side: str, batch: Batch) -> bool:
    """Whether these are modalities whose positions run along one axis, time."""
    streams = {str(m): s for m, s in batch.streams.items()}
    return all(part in streams and streams[part].mask.ndim == 2 for part in side.split("+"))


def _flow(name: str, reading: Reading, batch: Batch) -> Flow:
    found = re.search(r"\.(\d+)\.", name)
    role = name[: found.start()].removesuffix(".layers") if found else name.rpartition(".")[0]
    weights = reading.mean("head") if "head" in reading.axes else reading
    rows, columns = weights.values.shape[1:]
    return Flow(
        role=role,
        layer=int(found[1]) if found else 0,
        query=positions(batch, str(reading.over["query"])).fitted(rows),
        key=positions(batch, str(reading.over["key"])).fitted(columns),
        weights=torch.as_tensor(weights.values).detach().float().cpu(),
    )
