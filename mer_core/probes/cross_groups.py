"""Do parts that disagree look at each other differently? Mean maps of two groups of utterances.

Utterances differ in length, so each map is laid on one grid: way through what looks by way through
what is looked at, both from begin (0) to end (1). The groups are compared head by head, by a test
that shuffles who belongs to which.

Source: arXiv 2305.13583, section 3, asks whether attention differs on incongruent utterances; mean
    maps on a common grid are ours. Permutation test: Phipson and Smyth (2010), Permutation P-values
    Should Never Be Zero.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.errors import BadInput
from mer_core.models.base import EmotionModel
from mer_core.probes.base import Finding, Row, percent
from mer_core.probes.cross_grid import SHUFFLES, holm, on_grid, permutation_p
from mer_core.probes.cross_maps import Crossing, LooksByHead
from mer_core.recording import Manifest, record
from mer_core.trace import taps
from mer_core.types import Sample

BATCH = 32
LEAST = 5
"""Utterances that a group must have."""

Progress = Callable[[str, int, int], None]
"""Told (what is being done, how many are done, of how many). It may raise to stop the work."""


@dataclass(frozen=True, eq=False)
class GroupMap:
    """One crossing's mean maps. The last "head" is the mean of the heads.

    Attributes:
        name, place, query, key: Of the crossing.
        congruent, incongruent: Mean maps, relative to even looking (1).
        p: Probability of a difference as great where the groups were drawn by lot.
        counts: Utterances in the two groups that have both modalities.
    """

    name: str
    place: str
    query: str
    key: str
    congruent: Float[Tensor, "layer head query key"]
    incongruent: Float[Tensor, "layer head query key"]
    p: Float[Tensor, "layer head"]
    counts: tuple[int, int]

    def apart(self) -> Float[Tensor, "layer head"]:
        """Share of the attention that lies elsewhere in one mean map than in the other, 0 to 1."""
        both = (self.incongruent + self.congruent).sum(dim=(-2, -1))
        return (self.incongruent - self.congruent).abs().sum(dim=(-2, -1)) / both.clamp(min=1e-9)

    def adjusted(self) -> Float[Tensor, "layer head"]:
        """p after Holm's correction for all single heads of this crossing.

        The mean of the heads is one question of its own for each layer, and corrected for those.
        """
        heads, mean = self.p[:, :-1], self.p[:, -1]
        return torch.cat([holm(heads.flatten()).view_as(heads), holm(mean)[:, None]], dim=1)

    def differing(self) -> tuple[int, int]:
        """How many single heads differ beyond chance after the correction, and of how many."""
        fair = self.adjusted()[:, :-1]
        return int((fair < 0.05).sum()), fair.numel()


@dataclass(frozen=True, eq=False)
class GroupMaps(Finding):
    """All crossings of a model.

    Attributes:
        model, weights: Name, and sha256 of the weights that looked.
        data: Name of the data set and split.
        n: Utterances read.
        shuffles: Of the permutation test, drawn with seed 0.
        maps: One for each crossing.
    """

    unit = "mean attention relative to even looking (1 = even), on a grid of 32 by 32 steps"
    sign = "a difference above 0: more attention there where the parts disagree"
    baseline = "utterances whose words, voice and face express the same emotion"
    model: str
    weights: str
    data: str
    n: int
    shuffles: int
    maps: tuple[GroupMap, ...]

    def only(self, name: str) -> "GroupMaps":
        """The crossing of that name.

        Raises:
            KeyError: There is none.
        """
        kept = tuple(m for m in self.maps if m.name == name)
        if not kept:
            raise KeyError(name)
        return replace(self, maps=kept)

    def says(self, sample: int = 0) -> str:
        """Which crossing differs most, by the mean of its heads; the last layer of each."""
        best = max(self.maps, key=lambda m: float(m.apart()[-1, -1]))
        return self.tells(best, best.p.shape[0] - 1, None)

    def tells(self, found: GroupMap, layer: int, head: int | None) -> str:
        """One head, or the mean of the heads, in a sentence. Both count from 0."""
        at = -1 if head is None else head
        moved, p = float(found.apart()[layer, at]), float(found.p[layer, at])
        fair = float(found.adjusted()[layer, at])
        who = "the mean of the heads" if head is None else f"head {head + 1}"
        same, other = found.counts
        sure = (
            "more than groups drawn by lot would differ"
            if fair < 0.05
            else "no more than groups drawn by lot may differ"
        )
        return (
            f"In layer {layer + 1}, {who}: {percent(moved)} of the attention of {found.query} to "
            f"{found.key} lies elsewhere in the mean map of {other} incongruent utterances than in "
            f"that of {same} congruent ones, {sure} (p {p:.3f}, {fair:.3f} after Holm's "
            "correction). Single heads of this pair that differ beyond chance after it: "
            f"{found.differing()[0]} of {found.differing()[1]}."
        )

    def caption(self, sample: int = 0) -> str:
        parts = [
            f"n = {self.n} utterances of {self.data}; those with both modalities are counted",
            self.unit,
            self.sign,
            f"compared with {self.baseline}",
            f"{self.shuffles} shuffles of the groups, seed 0; weights {self.weights[:6]}",
        ]
        return "; ".join(parts) + "."

    def rows(self) -> Iterator[Row]:
        for found in self.maps:
            apart, fair = found.apart().tolist(), found.adjusted().tolist()
            for layer, values in enumerate(found.p.tolist()):
                for head, p in enumerate(values):
                    name = "mean" if head == len(values) - 1 else str(head + 1)
                    about: Row = {"place": found.place, "from": found.query, "to": found.key}
                    about |= {"layer": layer + 1, "head": name, "apart": apart[layer][head]}
                    about |= {"p": p, "p_holm": fair[layer][head]}
                    yield {**about, "congruent": found.counts[0], "incongruent": found.counts[1]}


def is_incongruent(sample: Sample) -> bool | None:
    """Whether its parts express different emotions; None where the set does not say."""
    return len(set(sample.labels.values())) > 1 if len(sample.labels) > 1 else None


@dataclass
class _Gathered:
    """The maps of one crossing, utterance by utterance, and whose parts disagree."""

    crossing: Crossing
    grids: list[Tensor] = field(default_factory=list)
    incongruent: list[bool] = field(default_factory=list)

    def add(self, crossing: Crossing, samples: Sequence[Sample]) -> None:
        for sample, heads in zip(samples, crossing.heads, strict=True):
            if heads is not None:
                self.grids.append(on_grid(heads).half())  # hundreds of maps stay in memory
                self.incongruent.append(bool(is_incongruent(sample)))

    def counts(self) -> tuple[int, int]:
        """Utterances whose parts agree, and whose parts do not."""
        return len(self.incongruent) - sum(self.incongruent), sum(self.incongruent)


def group_maps(
    model: EmotionModel,
    samples: Sequence[Sample],
    data: str,
    told: Progress = lambda words, done, total: None,
) -> GroupMaps:
    """Read utterances batch by batch and compare the two groups.

    Args:
        model: With crossings.
        samples: Utterances with a label for each modality.
        data: Name of the data set and split.
        told: Called before every batch.

    Raises:
        BadInput: Too few utterances of a group, or no labels that tell the groups.
    """
    found: dict[str, _Gathered] = {}
    about: Manifest | None = None
    patterns = ["*pattern", *(name for name in taps(model) if name.endswith("omega_by_sample"))]
    for start in range(0, len(samples), BATCH):
        told("Reading utterances", start, len(samples))
        some = [s for s in samples[start : start + BATCH] if is_incongruent(s) is not None]
        if some:
            recording = record(model, some, *patterns)
            about = recording.manifest
            for crossing in LooksByHead().read(recording).crossings:
                found.setdefault(crossing.name, _Gathered(crossing)).add(crossing, some)
    if about is not None and not found:
        raise BadInput(f"There is no attention between modalities in {about.model} to compare.")
    if about is None:
        raise BadInput(
            "These utterances do not say what words, voice and face express by themselves, so "
            "nobody can tell the groups: choose a set with a label for each modality."
        )
    told("Comparing the groups", len(samples), len(samples))
    maps = tuple(compared(g) for g in found.values() if min(g.counts()) >= LEAST)
    if not maps:
        same, other = max((g.counts() for g in found.values()), key=min)
        raise BadInput(
            f"Among these utterances the parts of {same} agree and those of {other} do not; each "
            f"group needs at least {LEAST}. Take more utterances."
        )
    return GroupMaps((), (), about.model, about.weights, data, len(samples), SHUFFLES, maps)


def compared(gathered: _Gathered) -> GroupMap:
    """The two mean maps of one crossing and the p-values of their difference."""
    grids, incongruent = torch.stack(gathered.grids), torch.tensor(gathered.incongruent)
    shape = (grids.shape[1], grids.shape[2] + 1, *grids.shape[3:])
    means, p = torch.zeros(2, *shape), torch.zeros(shape[:2])
    for layer in range(shape[0]):
        for head in range(shape[1]):
            one = grids[:, layer].float()
            one = one.mean(dim=1) if head == shape[1] - 1 else one[:, head]
            means[0, layer, head] = one[~incongruent].mean(dim=0)
            means[1, layer, head] = one[incongruent].mean(dim=0)
            p[layer, head] = permutation_p(one.flatten(1), incongruent)
    crossing = gathered.crossing
    pair = (crossing.name, crossing.place, crossing.query, crossing.key)
    return GroupMap(*pair, means[0], means[1], p, gathered.counts())
