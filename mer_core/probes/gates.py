"""How much does each expert, or each modality, count? The gates of EGMF and of HCT-DMG."""

from collections.abc import Iterator
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from mer_core.probes.base import Finding, Reader, Row, names_of, percent
from mer_core.recording import Recording
from mer_core.trace import Reading
from mer_core.types import Modality

EXPERT_NAMES = ("fine-grained expert", "semantic expert", "global expert")
"""EGMF's experts in the order of its axis `expert`: local detail, correlation, context."""


@dataclass(frozen=True, eq=False)
class Gate(Finding):
    """Mixing weights that sum to 1.

    Attributes:
        weights: For each sample; all rows are equal where the gate does not look at the input.
        names: Who is weighed.
        of: "expert" or "modality".
        before: Weights of an earlier stage, where the model has one.
        fixed: True where no input moves the gate.
    """

    unit = "mixing weight, 0 to 1; the weights sum to 1"
    baseline = "equal weights (the line); a weight is not yet a contribution to the answer"
    weights: Float[Tensor, "batch part"]
    names: tuple[str, ...]
    of: str
    before: Float[Tensor, "batch part"] | None = None
    fixed: bool = False

    def says(self, sample: int = 0) -> str:
        weights = self.weights[sample]
        best = int(weights.argmax())
        even = 1 / len(self.names)
        if float((weights - even).abs().max()) < 0.01:
            lead = f"The gate weighs all alike, {percent(even)} each"
        else:
            lead = f"The {self.names[best]} counts most, with {percent(float(weights[best]))}"
        if self.fixed:
            return (
                f"{lead}. This is ONE vector for all inputs, learned in training: "
                "no sample moves it."
            )
        return f"{lead}{self._moved(sample)}."

    def _moved(self, sample: int) -> str:
        if self.before is None:
            return ""
        change = self.weights[sample] - self.before[sample]
        most = int(change.abs().argmax())
        if abs(float(change[most])) < 0.005:
            return "; the second stage leaves the first as it was"
        verb = "raises" if change[most] > 0 else "lowers"
        first = percent(float(self.before[sample, most]))
        second = percent(float(self.weights[sample, most]))
        return f"; the second stage {verb} the {self.names[most]} from {first} to {second}"

    def caption(self, sample: int = 0) -> str:
        common = super().caption(sample)
        return f"One vector for all inputs; {common}" if self.fixed else common

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for i, name in enumerate(self.names):
                row: Row = {"sample": id, self.of: name, "weight": float(self.weights[b, i])}
                if self.before is not None:
                    row["first_stage"] = float(self.before[b, i])
                yield row


class ModalityGateReader(Reader):
    """The learned weight of each modality: omega of HCT-DMG."""

    needs = ("*gate.omega*",)

    def read(self, recording: Recording) -> Gate:
        reading = next(r for n, r in recording.trace.items() if "gate.omega" in n)
        values = reading.values.detach().float().cpu()
        fixed = "batch" not in reading.axes
        return Gate(
            ids=names_of(recording.batch),
            target=(),
            weights=values.expand(len(recording.batch), -1) if fixed else values,
            names=tuple(str(m) for m in Modality if m in recording.batch.streams),
            of="modality",
            fixed=fixed,
        )


class ExpertGateReader(Reader):
    """The weight of each expert: w of the first stage and alpha of the second, of EGMF."""

    needs = ("*gate_w", "*alpha")

    def read(self, recording: Recording) -> Gate:
        alpha, w = (the_tap(recording, name).values.float().cpu() for name in ("alpha", "gate_w"))
        return Gate(
            ids=names_of(recording.batch),
            target=(),
            weights=alpha,
            names=EXPERT_NAMES,
            of="expert",
            before=w,
        )


def the_tap(recording: Recording, ending: str) -> Reading:
    """The reading of the tap whose name ends so."""
    return recording.trace[next(n for n in recording.trace if n.endswith(ending))]
