"""Where does the answer's score come from? MGHFT's logits as an exact sum.

The head is linear and reads the answering token after the text-guided block, which is a sum: the
token before the block, what its heads took from each token of the visual sequence, the
feed-forward part, and biases. So the logits are that sum too, nothing left over. The
feed-forward part is not linear in what it is given, which is all the rest: it stays one term.

Only differences of logits reach the answer, so each part is told less its mean over emotions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.errors import UnknownName
from mer_core.models.base import EmotionModel
from mer_core.models.mghft import MGHFT
from mer_core.probes.attribution import pictures
from mer_core.probes.base import Experiment, Finding, Row, names_of
from mer_core.probes.silence import looked_at
from mer_core.probes.sources import GLOBALS, TAPS, Source, sources
from mer_core.trace import capture
from mer_core.types import Batch

RESIDUAL, FFN, BIAS = "coarsest stage itself", "feed-forward part", "bias"
"""The parts that are not attention: the answering token as it was, what is made of all, habits."""


@dataclass(frozen=True, eq=False)
class LogitSum(Finding):
    """Every part of the logits, of all emotions.

    Attributes:
        residual: From the answering token before the block.
        attention: From each token of the visual sequence by each head, for the given weights A2.
        ffn: From the feed-forward part.
        bias: From the biases after attention; the same for every sticker.
        logits: What the model answered, not calibrated.
        names: The emotions.
        sources: What stands where in the visual sequence.
        images: The pictures, uint8 (row, column, channel); None where there is none.
    """

    unit = "logit of the explained emotion less the mean over emotions, before calibration"
    sign = "positive (vermilion): speaks for the emotion; negative (blue): against it"
    baseline = "the mean over emotions, because only differences of logits reach the answer"
    residual: Float[Tensor, "batch emotion"]
    attention: Float[Tensor, "batch head key emotion"]
    ffn: Float[Tensor, "batch emotion"]
    bias: Float[Tensor, "batch emotion"]
    logits: Float[Tensor, "batch emotion"]
    names: tuple[str, ...]
    sources: tuple[Source, ...]
    images: tuple[np.ndarray | None, ...]

    def of(self, emotion: str) -> "LogitSum":
        """The same sum for another emotion than the answered one, on every sample.

        Raises:
            UnknownName: The model has no such emotion.
        """
        if emotion not in self.names:
            raise UnknownName(emotion, self.names)
        return replace(self, target=(emotion,) * len(self.target))

    def by_head(self) -> "HeadSum":
        """The attention's part as a table of heads by sources, for a figure of its own."""
        return HeadSum(**vars(self))

    def beyond(self, values: Float[Tensor, "*lead emotion"], sample: int) -> Float[Tensor, "*lead"]:
        """A part's value for the explained emotion less its mean over emotions."""
        return values[..., self.names.index(self.target[sample])] - values.mean(dim=-1)

    def heads(self, sample: int) -> Float[Tensor, "head source"]:
        """What each head brings from the global tokens and from each stage's places."""
        told = self.beyond(self.attention[sample], sample)
        return torch.stack([told[:, s.span].sum(dim=1) for s in self.sources], dim=1)

    def terms(self, sample: int) -> list[tuple[str, float]]:
        """Name and value of each part, in the order of the computation; they sum to `total`."""
        taken = self.heads(sample).sum(dim=0).tolist()
        looks = [
            (s.name if s.name == GLOBALS else f"{s.name} places", value)
            for s, value in zip(self.sources, taken, strict=True)
        ]
        residual, ffn, bias = (
            float(self.beyond(part[sample], sample))
            for part in (self.residual, self.ffn, self.bias)
        )
        return [(RESIDUAL, residual), *looks, (FFN, ffn), (BIAS, bias)]

    def total(self, sample: int) -> float:
        """The logit less the mean over emotions, as the model answered."""
        return float(self.beyond(self.logits[sample], sample))

    def gap(self, sample: int) -> float:
        """What the parts leave of the model's own logits: rounding and nothing else."""
        return self.total(sample) - sum(value for _, value in self.terms(sample))

    def place(self, source: Source, sample: int) -> Float[Tensor, "row column"]:
        """What the places of one stage bring, heads added up; NaN where none was chosen."""
        told = self.beyond(self.attention[sample], sample).sum(dim=0)
        return source.onto(told[source.span], sample)

    def says(self, sample: int = 0) -> str:
        terms, target = self.terms(sample), self.target[sample]
        name, value = max(terms, key=lambda term: abs(term[1]))
        taken = float(self.heads(sample).sum())
        head, source = divmod(int(self.heads(sample).abs().argmax()), len(self.sources))
        best = float(self.heads(sample)[head, source])
        return (
            f"{target.capitalize()} stands {signed(self.total(sample))} from the mean of the "
            f"emotions; the largest part is {_spoken(name)} with {signed(value)}. All looks "
            f"together bring {signed(taken)}, most of a single head: head {head + 1} at "
            f"{_at(self.sources[source])} with {signed(best)}."
        )

    def caption(self, sample: int = 0) -> str:
        return (
            f"{super().caption(sample)} The parts sum to the logit (left over: "
            f"{self.gap(sample):.0e}). The feed-forward part is made of all the others and is "
            "not split further; looks are split for the weights as they are."
        )

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for e, emotion in enumerate(self.names):
                about: Row = {"sample": id, "emotion": emotion}
                parts = {RESIDUAL: self.residual, FFN: self.ffn, BIAS: self.bias}
                for part, values in parts.items():
                    yield {**about, "part": part, "logit": float(values[b, e])}
                for head, row in enumerate(self.attention[b, :, :, e].tolist()):
                    for source in self.sources:
                        for token, value in enumerate(row[source.span]):
                            at = f"{source.name}: {source.label(b, token)}"
                            look: Row = {"part": "look", "head": head + 1, "at": at}
                            yield {**about, **look, "logit": value}


class HeadSum(LogitSum):
    """The same sum, looked at head by head."""


def signed(value: float) -> str:
    """0.5 -> '+0.50', with a real minus sign."""
    return f"{'+' if value >= 0 else '−'}{abs(value):.2f}"  # noqa: RUF001 (a real minus sign)


def _spoken(name: str) -> str:
    return f"its {name}" if name == BIAS else f"the {name}"


def _at(source: Source) -> str:
    return f"the {source.name}" if source.name == GLOBALS else f"the {source.name} stage's places"


class SumsLogits(Experiment):
    """Split the logits by source, and check the sum against an ordinary forward pass."""

    def suits(self, model: EmotionModel) -> bool:
        return isinstance(model, MGHFT)

    def run(self, model: EmotionModel, batch: Batch) -> LogitSum:
        seen, mghft = looked_at(model, batch), cast("MGHFT", model)
        with torch.no_grad():
            prediction = mghft(seen)
            with capture(mghft, *TAPS) as trace:
                split = mghft.logit_split(seen)
        best = prediction.logits.argmax(dim=-1).tolist()
        return LogitSum(
            ids=names_of(batch),
            target=tuple(prediction.names[i] for i in best),
            residual=split.residual.cpu(),
            attention=split.attention.cpu(),
            ffn=split.ffn.cpu(),
            bias=split.bias.expand_as(split.ffn).cpu(),
            logits=prediction.logits.cpu(),
            names=tuple(prediction.names),
            sources=sources(trace),
            images=pictures(batch),
        )
