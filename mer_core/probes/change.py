"""What an edit did to the answer: two predictions for the same sample, compared."""

from collections.abc import Iterator
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from mer_core.probes.base import Finding, Row, percent, points
from mer_core.recording import Recording
from mer_core.types import Prediction

STILL = 0.0005
"""A probability that moves less has not moved: it is rounded away on screen."""


@dataclass(frozen=True, eq=False)
class AnswerChange(Finding):
    """The answer before an edit and after it.

    Attributes:
        before: To the sample as it was.
        after: To the edited one; the same emotions in the same order.
    """

    unit = "calibrated probability of each emotion, 0 to 1"
    sign = "positive: more probable after the edit"
    baseline = "the same sample with nothing edited"
    before: Prediction
    after: Prediction

    @property
    def moved(self) -> Float[Tensor, "batch emotion"]:
        """After less before."""
        return self.after.probs - self.before.probs

    def still(self, sample: int = 0) -> bool:
        """Whether nothing moved that could be seen."""
        return float(self.moved[sample].abs().max()) < STILL

    def says(self, sample: int = 0) -> str:
        was, now = self.before.answers[sample], self.after.answers[sample]
        if self.still(sample):
            return f"The edit moves nothing: the answer stays {now}."
        at = self.after.names.index(now)
        here, there = (float(p.probs[sample, at]) for p in (self.after, self.before))
        step = f"{now} goes from {percent(there)} to {percent(here)} ({points(here - there)})"
        return f"The answer turns from {was} to {now}: {step}." if was != now else f"{step}."

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for e, name in enumerate(self.after.names):
                before, after = (float(p.probs[b, e]) for p in (self.before, self.after))
                yield {
                    "sample": id,
                    "emotion": name,
                    "before": before,
                    "after": after,
                    "change": after - before,
                }


def change(before: Recording, after: Recording) -> AnswerChange:
    """What became of the answer.

    Raises:
        ValueError: The two are not about the same emotions.
    """
    if before.prediction.names != after.prediction.names:
        raise ValueError("Two answers can be compared only if they name the same emotions.")
    return AnswerChange(
        ids=after.batch.ids or tuple(s.id for s in after.samples),
        target=tuple(after.prediction.answers),
        before=before.prediction,
        after=after.prediction,
    )
