"""What would the answer be without one part? Every part taken away in turn, in one forward pass.

A knock-out is causal: it says what a part did for the answer, where a weight only says how much
of it was taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.probes.base import Experiment, Finding, Row, names_of, percent, points
from mer_core.probes.gates import EXPERT_NAMES
from mer_core.probes.silence import gather, looked_at
from mer_core.trace import capture, taps
from mer_core.types import Batch, Modality, View


@dataclass(frozen=True, eq=False)
class Knockout(Finding):
    """The answer with everything, and without each part.

    Attributes:
        parts: What was taken away, in the order of the axis `part`.
        probs: Probabilities with everything, then without each part.
        names: The emotions.
        absent: True where a sample never had the part.
    """

    unit = "probability of the answered emotion, in points of 100"
    sign = "positive: the part spoke for the answer; negative: against it"
    of = "part"
    parts: tuple[str, ...]
    probs: Float[Tensor, "case batch emotion"]
    names: tuple[str, ...]
    absent: Bool[Tensor, "part batch"]

    @property
    def lost(self) -> Float[Tensor, "part batch"]:
        """Probability that the answer loses without each part."""
        told = gather(self.probs, [self.names.index(t) for t in self.target])
        return told[0] - told[1:]

    def turned(self, part: int, sample: int) -> str:
        """The answer without that part."""
        return self.names[int(self.probs[part + 1, sample].argmax())]

    def says(self, sample: int = 0) -> str:
        target, lost = self.target[sample], self.lost[:, sample]
        share = percent(float(self.probs[0, sample].max()))
        most = int(lost.abs().argmax())
        if abs(float(lost[most])) < 0.005:
            return f"The answer {target} ({share}) stands on no single {self.of}."
        turn = self.turned(most, sample)
        then = f"the answer stays {target}" if turn == target else f"the answer turns to {turn}"
        verb = "loses" if lost[most] > 0 else "gains"
        moved = points(float(lost[most]), signed=False)
        return (
            f"The {self.parts[most]} {self.of} matters most: without it {target} ({share}) "
            f"{verb} {moved}, and {then}."
        )

    def rows(self) -> Iterator[Row]:
        for c, without in enumerate(("nothing", *self.parts)):
            for b, id in enumerate(self.ids):
                for e, name in enumerate(self.names):
                    value = float(self.probs[c, b, e])
                    yield {"sample": id, "without": without, "emotion": name, "prob": value}


class ViewKnockout(Knockout):
    """The four views taken away in turn."""

    of = "view"
    baseline = "the same sticker with that view replaced by the model's learned missing view"


class ExpertKnockout(Knockout):
    """The experts taken away in turn."""

    of = "expert"
    baseline = "the same sample with that expert's weight at 0 and the others raised to sum to 1"


class KnockOutViews(Experiment):
    """Take each of the four views away; the picture is looked at once."""

    def suits(self, model: EmotionModel) -> bool:
        entry = taps(model).get(f"entry.{Modality.TEXT}")
        return entry is not None and "view" in entry.axes

    def run(self, model: EmotionModel, batch: Batch) -> ViewKnockout:
        n, cases = len(batch), len(View) + 1
        seen = looked_at(model, batch)
        repeated = seen.select(torch.arange(n).repeat(cases))
        text = repeated.streams[Modality.TEXT]
        mask = text.mask.unflatten(0, (cases, n)).clone()
        absent = ~mask[0].any(dim=-1).T | text.is_silent[:n]
        for view in range(len(View)):
            mask[view + 1, :, view] = False
        streams = {**repeated.streams, Modality.TEXT: replace(text, mask=mask.flatten(0, 1))}
        with torch.inference_mode():
            prediction = model(replace(repeated, streams=streams))
        probs = prediction.probs.cpu().unflatten(0, (cases, n))
        return ViewKnockout(
            ids=names_of(batch),
            target=tuple(prediction.names[i] for i in probs[0].argmax(dim=-1).tolist()),
            parts=tuple(str(v) for v in View),
            probs=probs,
            names=prediction.names,
            absent=absent.cpu(),
        )


class KnockOutExperts(Experiment):
    """Set the weight of each expert to 0 and let the others share it."""

    pattern = "*alpha"

    def suits(self, model: EmotionModel) -> bool:
        return any(self._is_gate(name, tap.axes) for name, tap in taps(model).items())

    def _is_gate(self, name: str, axes: tuple[str, ...]) -> bool:
        return fnmatchcase(name, self.pattern) and "expert" in axes

    def run(self, model: EmotionModel, batch: Batch) -> ExpertKnockout:
        n, cases = len(batch), len(EXPERT_NAMES) + 1
        gate = next(name for name, tap in taps(model).items() if self._is_gate(name, tap.axes))
        keep = 1 - torch.eye(cases)[:, 1:]  # the first case keeps all

        def edit(alpha: Tensor) -> Tensor:
            kept = alpha * keep.repeat_interleave(n, dim=0).to(alpha)
            return kept / kept.sum(dim=-1, keepdim=True).clamp(min=1e-9)

        repeated = batch.select(torch.arange(n).repeat(cases))
        with torch.inference_mode(), capture(model, gate, edits={gate: edit}):
            prediction = model(repeated)
        probs = prediction.probs.cpu().unflatten(0, (cases, n))
        return ExpertKnockout(
            ids=names_of(batch),
            target=tuple(prediction.names[i] for i in probs[0].argmax(dim=-1).tolist()),
            parts=tuple(name.removesuffix(" expert") for name in EXPERT_NAMES),
            probs=probs,
            names=prediction.names,
            absent=torch.zeros(cases - 1, n, dtype=torch.bool),
        )
