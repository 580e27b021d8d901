"""Do the modalities lean to opposite sides? A label, and where it comes from.

P3 of the feasibility analysis. Three origins are possible and never mixed in one number: labels
that people (or the puppets' maker) gave to each modality; what linear probes predict; and a proxy,
such as a label of sarcasm.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.probes.base import Finding, Row, listed, names_of
from mer_core.probes.tendencies import TendencyReader, leans, own_numbers, silences
from mer_core.recording import Recording
from mer_core.roles import MODALITIES
from mer_core.types import Batch

LEANS = 0.5
"""A modality leans at all where its sentiment is farther than this from 0."""

PROXIES: Mapping[str, bool] = {
    "sarcasm": True,
    "sarcastic": True,
    "not sarcasm": False,
    "not sarcastic": False,
    "sincere": False,
    "humour": True,
    "humor": True,
    "no humour": False,
    "not humour": False,
}
"""Name of a sample's target -> whether it stands for incongruity, where a set has no better."""


class Origin(StrEnum):
    """Where a label of congruence comes from."""

    TRUE = "true unimodal labels"
    PREDICTED = "predicted"
    PROXY = "proxy"


def true_incongruity(batch: Batch) -> Bool[Tensor, " batch"] | None:
    """True where the modalities' own labels differ; None where fewer than two are labelled."""
    labels = [batch.labels[m] for m in MODALITIES if m in batch.labels]
    if len(labels) < 2:
        return None
    stacked = torch.stack(labels)
    return (stacked != stacked[:1]).any(dim=0)


def predicted_incongruity(
    own: Float[Tensor, "modality batch"], silent: Bool[Tensor, "modality batch"] | None = None
) -> Bool[Tensor, " batch"]:
    """True where two modalities lean to opposite sides, both by more than LEANS."""
    heard = own if silent is None else own.masked_fill(silent, 0.0)
    return (heard > LEANS).any(dim=0) & (heard < -LEANS).any(dim=0)


@dataclass(frozen=True, eq=False)
class Congruence(Finding):
    """Whether the modalities contradict each other, per sample, and how that is known.

    Attributes:
        incongruent: The label.
        origin: Where each label comes from.
        own: The sentiment each modality leans to, for the picture.
        silent: True where a sample lacks the modality.
    """

    unit = "sentiment that a linear probe reads, about −3 to 3"  # noqa: RUF001
    sign = "positive: pleasant; negative: unpleasant; within the dotted lines: no leaning"
    incongruent: Bool[Tensor, " batch"]
    origin: tuple[Origin, ...]
    own: Float[Tensor, "modality batch"]
    silent: Bool[Tensor, "modality batch"]

    def says(self, sample: int = 0) -> str:
        verdict = "contradict" if bool(self.incongruent[sample]) else "do not contradict"
        told = [
            f"{m} {float(self.own[i, sample]):+.1f}"
            for i, m in enumerate(MODALITIES)
            if not bool(self.silent[i, sample])
        ]
        if len(told) < 2:
            return "Fewer than two modalities are heard, so none contradicts another."
        return (
            f"The modalities {verdict} each other ({self.origin[sample]}); they lean to "
            f"{listed(told)}."
        )

    def caption(self, sample: int = 0) -> str:
        return f"{super().caption(sample)} Origin of the label: {self.origin[sample]}."

    def share(self, origin: Origin) -> tuple[float, int]:
        """Share of incongruent samples among those of one origin, and their number.

        Raises:
            ValueError: None has this origin: numbers of different origins are never mixed.
        """
        rows = [i for i, o in enumerate(self.origin) if o == origin]
        if not rows:
            raise ValueError(f"No sample here has a label by {origin}.")
        return float(self.incongruent[rows].float().mean()), len(rows)

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            about: Row = {"sample": id, "incongruent": int(self.incongruent[b])}
            about["origin"] = str(self.origin[b])
            for i, m in enumerate(MODALITIES):
                about[str(m)] = float(self.own[i, b])
            yield about


class LabelCongruence(TendencyReader):
    """The best label there is: of people or the maker, else a proxy, else predicted.

    Args:
        wanted: Only this origin; None for the best.
    """

    def __init__(self, wanted: Origin | None = None) -> None:
        self.wanted = wanted

    def read(self, recording: Recording) -> Congruence:
        own = own_numbers(leans(recording, self.fitted(recording)))
        silent = silences(recording)
        label, origin = self._label(recording, own, silent)
        return Congruence(
            ids=names_of(recording.batch),
            target=(),
            incongruent=label,
            origin=(origin,) * len(recording.batch),
            own=own,
            silent=silent,
        )

    def _label(
        self, recording: Recording, own: Tensor, silent: Tensor
    ) -> tuple[Bool[Tensor, " batch"], Origin]:
        true = true_incongruity(recording.batch)
        if true is not None and self.wanted in (None, Origin.TRUE):
            return true.cpu(), Origin.TRUE
        named = [PROXIES.get(str(s.target)) for s in recording.samples]
        if None not in named and named and self.wanted in (None, Origin.PROXY):
            return torch.tensor([bool(x) for x in named]), Origin.PROXY
        if self.wanted in (None, Origin.PREDICTED):
            return predicted_incongruity(own, silent), Origin.PREDICTED
        raise ValueError(f"These samples have no label by {self.wanted}.")
