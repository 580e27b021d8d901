"""Which way does each modality lean, alone and after it looked at another?

P1 and P2 of the feasibility analysis: linear probes on the mean of what a frozen model holds of
each modality (H), and of what it holds after one modality looked at another (Z, Y).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.errors import DataMissing
from mer_core.probes.base import Finding, Reader, Row, listed, names_of, percent
from mer_core.recording import Recording
from mer_core.roles import MODALITIES
from mer_core.tendencies import ENTRY, Tendencies, pooled, tendencies_of


@dataclass(frozen=True, eq=False)
class Lean:
    """What one tap leans to.

    Attributes:
        name: Of the tap: "H.text", "Y_u", "Y.text_from_audio".
        target: Place in MODALITIES of the modality at whose positions it stands, per sample.
        source: The modality it looked at; -1 for none.
        number: Sentiment, about -3 to 3.
        probs: Of the emotions.
    """

    name: str
    target: Int[Tensor, " batch"]
    source: Int[Tensor, " batch"]
    number: Float[Tensor, " batch"]
    probs: Float[Tensor, "batch emotion"]

    @property
    def alone(self) -> bool:
        """Whether it has looked at no other modality."""
        return bool((self.source < 0).all())

    def label(self, sample: int) -> str:
        """'text' or 'text after audio'."""
        target = str(MODALITIES[int(self.target[sample])])
        if self.alone:
            return target
        return f"{target} after {MODALITIES[int(self.source[sample])]}"


def leans(recording: Recording, tendencies: Tendencies) -> tuple[Lean, ...]:
    """What every tap of a recording leans to, for which a linear probe was fitted."""
    return tuple(
        Lean(name, p.target, p.source, *tendencies.leanings[name].says(p.values))
        for name, p in pooled(recording.trace, recording.batch).items()
        if name in tendencies.leanings and not name.startswith(ENTRY)
    )


def own_numbers(found: tuple[Lean, ...]) -> Float[Tensor, "modality batch"]:
    """The sentiment that each modality leans to by itself, in the order of MODALITIES."""
    alone = {int(lean.target[0]): lean.number for lean in found if lean.alone}
    return torch.stack([alone[i] for i in range(len(MODALITIES))])


@dataclass(frozen=True, eq=False)
class Leanings(Finding):
    """What each modality leans to, alone and after each look.

    Attributes:
        found: One per tap.
        names: The emotions.
        fitted: On what the linear probes were fitted, in words.
        silent: True where a sample lacks the modality.
    """

    unit = "sentiment that a linear probe reads, about −3 to 3"  # noqa: RUF001
    sign = "positive: leans to the pleasant; negative: to the unpleasant"
    baseline = "0, no leaning"
    found: tuple[Lean, ...]
    names: tuple[str, ...]
    fitted: str
    silent: Tensor

    def says(self, sample: int = 0) -> str:
        heard = [
            lean
            for lean in self.found
            if lean.alone and not bool(self.silent[int(lean.target[0]), sample])
        ]
        if not heard:
            return "Nothing is heard here, so nothing leans."
        told = [f"{lean.label(sample)} leans to {self._says(lean, sample)}" for lean in heard]
        spread = max(float(x.number[sample]) for x in heard) - min(
            float(x.number[sample]) for x in heard
        )
        apart = f" They lie {spread:.1f} apart." if len(heard) > 1 else ""
        sentence = listed(told)
        return f"{sentence[0].upper()}{sentence[1:]}.{apart}"

    def _says(self, lean: Lean, sample: int) -> str:
        best = int(lean.probs[sample].argmax())
        share = percent(float(lean.probs[sample, best]))
        return f"{float(lean.number[sample]):+.1f} ({self.names[best]}, {share})"

    def caption(self, sample: int = 0) -> str:
        return f"{super().caption(sample)} {self.fitted}"

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for lean in self.found:
                about: Row = {"sample": id, "tap": lean.name, "of": lean.label(b)}
                about["sentiment"] = float(lean.number[b])
                for e, name in enumerate(self.names):
                    about[name] = float(lean.probs[b, e])
                yield about


class TendencyReader(Reader):
    """A reader that needs the linear probes which belong to the recorded weights."""

    needs = ("H.*",)

    def fits(self, recording: Recording) -> bool:
        if not super().fits(recording):
            return False
        try:
            self.fitted(recording)
        except DataMissing:
            return False
        return True

    def fitted(self, recording: Recording) -> Tendencies:
        """The linear probes of these weights. Raises DataMissing; see `tendencies_of`."""
        return tendencies_of(recording.manifest.model, recording.manifest.weights)


def told_of(tendencies: Tendencies) -> str:
    """On what linear probes were fitted, as a sentence for a caption."""
    n, split = tendencies.about.get("n", 0), tendencies.about.get("split", "train")
    return f"Linear probes fitted on {n:,} puppets ({split} split), the model frozen."


def silences(recording: Recording) -> Tensor:
    """(modality, batch) True where a sample lacks the modality."""
    return torch.stack([s.is_silent.cpu() for s in recording.batch.need(MODALITIES)])


class ReadLeanings(TendencyReader):
    """Read the sentiment and the emotion out of every H, Z and Y."""

    def read(self, recording: Recording) -> Leanings:
        tendencies = self.fitted(recording)
        return Leanings(
            ids=names_of(recording.batch),
            target=(),
            found=leans(recording, tendencies),
            names=tendencies.emotions,
            fitted=told_of(tendencies),
            silent=silences(recording),
        )
