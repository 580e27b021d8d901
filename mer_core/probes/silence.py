"""What does each modality do for the answer? Every subset of modalities, in one forward pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import factorial

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.probes.base import Experiment, Finding, Row, listed, names_of, percent, points
from mer_core.types import Batch, Modality


def every_subset(modalities: Sequence[Modality]) -> Bool[Tensor, "subset modality"]:
    """Which modalities are heard, in every way: all of them first, none of them last."""
    return torch.tensor(list(product([True, False], repeat=len(modalities))))


def heard_only(
    batch: Batch, modalities: Sequence[Modality], heard: Bool[Tensor, "case modality"]
) -> Batch:
    """The batch once per case, one after the other, with the modalities not heard marked silent.

    What a sample lacks already stays silent.
    """
    n = len(batch)
    repeated = batch.select(torch.arange(n).repeat(len(heard)))
    device = batch.need(modalities)[0].values.device
    silenced = {
        m: repeated.streams[m].silenced((~heard[:, i]).repeat_interleave(n).to(device))
        for i, m in enumerate(modalities)
    }
    return replace(repeated, streams={**repeated.streams, **silenced})


def looked_at(model: EmotionModel, batch: Batch) -> Batch:
    """The batch with its pictures looked at, for models that can reuse what they saw.

    A picture is then seen once, however many cases stand in the batch.
    """
    look = getattr(model, "look", None)
    pictures = batch.streams.get(Modality.VISION)
    if look is None or pictures is None or "pyramid" in pictures.axes:
        return batch
    return replace(batch, streams={**batch.streams, Modality.VISION: look(pictures)})


def answers_when_heard(
    model: EmotionModel, batch: Batch, heard: Bool[Tensor, "case modality"]
) -> tuple[Float[Tensor, "case batch emotion"], tuple[str, ...]]:
    """Probabilities in every case, from ONE forward pass, and the names of the emotions."""
    with torch.inference_mode():
        prediction = model(heard_only(looked_at(model, batch), model.modalities, heard))
    return prediction.probs.cpu().unflatten(0, (len(heard), len(batch))), prediction.names


def gather(
    probs: Float[Tensor, "case batch emotion"], answered: list[int]
) -> Float[Tensor, "case batch"]:
    """The probability of one emotion per sample, in every case."""
    index = torch.tensor(answered)[None, :, None].expand(len(probs), -1, 1)
    return probs.gather(-1, index)[..., 0]


@dataclass(frozen=True, eq=False)
class Silences(Finding):
    """The answer with every subset of modalities heard.

    Attributes:
        modalities: In the order of the axis `modality`.
        heard: Which modalities are heard in each case; all of them first, none last.
        probs: Probabilities in each case.
        names: The emotions.
        absent: True where a sample never had the modality.
    """

    unit = "probability of the answered emotion, in points of 100"
    sign = "positive: the modality spoke for the answer; negative: against it"
    baseline = "the same sample with that modality replaced by the model's learned silence"
    modalities: tuple[Modality, ...]
    heard: Bool[Tensor, "subset modality"]
    probs: Float[Tensor, "subset batch emotion"]
    names: tuple[str, ...]
    absent: Bool[Tensor, "modality batch"]

    @property
    def told(self) -> Float[Tensor, "subset batch"]:
        """Probability of the answer given with everything heard, in each case."""
        return gather(self.probs, [self.names.index(t) for t in self.target])

    def case(self, *heard: Modality) -> int:
        """Row of the case in which exactly these modalities are heard."""
        wanted = torch.tensor([m in heard for m in self.modalities])
        return int((self.heard == wanted).all(dim=1).nonzero()[0])

    @property
    def lost(self) -> Float[Tensor, "modality batch"]:
        """Probability that the answer loses when one modality falls silent."""
        without = [self.case(*(o for o in self.modalities if o != m)) for m in self.modalities]
        return self.told[0] - self.told[without]

    def says(self, sample: int = 0) -> str:
        lost, told = self.lost[:, sample], float(self.told[0, sample])
        opening = f"The answer is {self.target[sample]} with {percent(told)}."
        most = int(lost.abs().argmax())
        name, moved = self.modalities[most], float(lost[most])
        if abs(moved) < 0.005:
            return f"{opening} No single modality matters: silencing any moves it by under 1 point."
        without = self.case(*(m for m in self.modalities if m != name))
        after = self.names[int(self.probs[without, sample].argmax())]
        turn = "stays" if after == self.target[sample] else f"turns to {after}"
        verb = "loses" if moved > 0 else "gains"
        return (
            f"{opening} Without {name} it {verb} {points(moved, signed=False)} and {turn}"
            f"{'' if turn != 'stays' else ' ' + after}, more than for any other modality."
        )

    def rows(self) -> Iterator[Row]:
        for s, heard in enumerate(self.heard.tolist()):
            hears = "+".join(m for m, on in zip(self.modalities, heard, strict=True) if on)
            for b, id in enumerate(self.ids):
                for e, name in enumerate(self.names):
                    value = float(self.probs[s, b, e])
                    yield {"sample": id, "heard": hears or "none", "emotion": name, "prob": value}


@dataclass(frozen=True, eq=False)
class Shares(Silences):
    """The same cases, added up fairly: how much each modality adds to the answer."""

    sign = "positive: adds to the answer; negative: takes from it"
    baseline = "every modality silent; averaged over every order of adding them (Shapley value)"

    @property
    def shapley(self) -> Float[Tensor, "modality batch"]:
        """What each modality adds; sums to all heard less none heard, exactly.

        Source: Shapley (1953), A value for n-person games.
        """
        count, total = len(self.modalities), torch.zeros_like(self.lost)
        for i, m in enumerate(self.modalities):
            others = [o for o in self.modalities if o != m]
            for keep in product([True, False], repeat=count - 1):
                kept = [o for o, on in zip(others, keep, strict=True) if on]
                weight = factorial(len(kept)) * factorial(count - 1 - len(kept)) / factorial(count)
                step = self.told[self.case(*kept, m)] - self.told[self.case(*kept)]
                total[i] += weight * step
        return total

    def says(self, sample: int = 0) -> str:
        none, full = float(self.told[-1, sample]), float(self.told[0, sample])
        adds = [
            f"{m} {points(float(v))}"
            for m, v in zip(self.modalities, self.shapley[:, sample], strict=True)
        ]
        return (
            f"From silence to everything heard, {self.target[sample]} goes from {percent(none)} "
            f"to {percent(full)}: {listed(adds)}."
        )


class Silencing(Experiment):
    """Silence the modalities in every combination, all in one batch."""

    kind: type[Silences] = Silences

    def run(self, model: EmotionModel, batch: Batch) -> Silences:
        heard = every_subset(model.modalities)
        probs, names = answers_when_heard(model, batch, heard)
        return self.kind(
            ids=names_of(batch),
            target=tuple(names[i] for i in probs[0].argmax(dim=-1).tolist()),
            modalities=model.modalities,
            heard=heard,
            probs=probs,
            names=names,
            absent=torch.stack([s.is_silent.cpu() for s in batch.need(model.modalities)]),
        )


class Sharing(Silencing):
    """The same run, read as what each modality adds."""

    kind = Shares
