"""Has the mixture of experts collapsed? Five alarms over a set, each with its number and threshold.

Source: the digest of EGMF names two failures, weights that are equal whatever the input is and
    experts whose outputs have a cosine above 0.9; the fact sheet adds a mean weight above 0.9, a
    deviation below 0.01, and pseudo tokens that can be swapped at no cost. The threshold of even
    weights is the 0.01 of the deviation, measured from equal weights.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from mer_core.probes.base import Row, listed, percent, points
from mer_core.probes.experts import EXPERT_NAMES
from mer_core.probes.experts_set import ExpertLikeness, ExpertSet, OverSet
from mer_core.probes.pseudo_swapped import Swapped

DOMINANT = 0.9
"""Mean weight of one expert above which the others hardly work."""
STILL = 0.01
"""Standard deviation of every weight below which the gate says the same whatever it reads."""
EVEN = 0.01
"""Distance from equal weights, root mean square, below which the gate does not choose."""
REDUNDANT = 0.9
"""Mean cosine of the outputs above which the experts say the same."""


@dataclass(frozen=True)
class Alarm:
    """One check.

    Attributes:
        name: A few words.
        number: What was found; NaN where it cannot be told.
        threshold: Where it rings.
        above: Whether it rings above the threshold, or below it.
        rings: Whether it does; None where it cannot be told.
        found: The number in words.
        means: What it would mean, whether it rings or not.
    """

    name: str
    number: float
    threshold: float
    above: bool
    rings: bool | None
    found: str
    means: str

    @property
    def state(self) -> str:
        """One word: rings, quiet or unknown."""
        return {True: "rings", False: "quiet", None: "unknown"}[self.rings]

    def says(self) -> str:
        """The alarm in two sentences."""
        lead = {
            True: f"It rings: {self.found}. That means that {self.means}.",
            False: f"Quiet: {self.found}. If it rang, it would mean that {self.means}.",
            None: f"Cannot be told: {self.found}. If it rang, it would mean that {self.means}.",
        }
        return lead[self.rings]


@dataclass(frozen=True, eq=False)
class ExpertAlarms(OverSet):
    """All alarms over a set.

    Attributes:
        alarms: In the order of the model: gate, experts, language model.
    """

    unit = "each alarm has a number and a threshold of its own"
    alarms: tuple[Alarm, ...]

    def says(self, sample: int = 0) -> str:
        rings = [alarm.name for alarm in self.alarms if alarm.rings]
        unknown = [alarm.name for alarm in self.alarms if alarm.rings is None]
        rest = f" Cannot be told here: {listed(unknown)}." if unknown else ""
        if not rings:
            return f"None of {len(self.alarms) - len(unknown)} collapse alarms rings.{rest}"
        verb = "alarm rings" if len(rings) == 1 else "alarms ring"
        return f"{len(rings)} of {len(self.alarms)} collapse {verb}: {listed(rings)}.{rest}"

    def rows(self) -> Iterator[Row]:
        for alarm in self.alarms:
            about: Row = {"alarm": alarm.name, "number": alarm.number}
            about |= {"threshold": alarm.threshold, "rings": "above" if alarm.above else "below"}
            yield {**about, "state": alarm.state, "means": alarm.means}


def alarms_of(found: ExpertSet, swapped: Swapped) -> ExpertAlarms:
    """Every alarm, from the mixtures of a set and the swap of its pseudo tokens."""
    alarms = (_dominant(found), _even(found), _still(found), _redundant(found), _unheeded(swapped))
    return ExpertAlarms((), (), found.about, alarms)


def _dominant(found: ExpertSet) -> Alarm:
    mean = found.alpha.mean(dim=0)
    best, most = int(mean.argmax()), float(mean.max())
    return Alarm(
        "one expert does it all",
        most,
        DOMINANT,
        True,
        most > DOMINANT,
        f"the {EXPERT_NAMES[best]} has the greatest mean weight, {most:.3f}; the alarm is at "
        f"{DOMINANT}",
        "the other experts hardly work, and a single one would do",
    )


def _even(found: ExpertSet) -> Alarm:
    away = float((found.alpha - 1 / found.alpha.shape[1]).square().mean().sqrt())
    return Alarm(
        "all experts weighed alike",
        away,
        EVEN,
        False,
        away < EVEN,
        f"the weights lie {away:.3f} from equal ones (root mean square); the alarm is below {EVEN}",
        "the gate never learned to choose, and a plain average would do",
    )


def _still(found: ExpertSet) -> Alarm:
    most = float(found.alpha.std(dim=0, unbiased=False).max())
    few = len(found.alpha) < 2
    return Alarm(
        "the same weights for every sample",
        math.nan if few else most,
        STILL,
        False,
        None if few else most < STILL,
        f"the weight that varies most has a standard deviation of {most:.3f} over the samples; "
        f"the alarm is below {STILL}"
        if not few
        else "a single sample does not vary",
        "the gate does not look at its input",
    )


def _redundant(found: ExpertSet) -> Alarm:
    mean = found.drawn_as(ExpertLikeness).pairs()
    return Alarm(
        "experts say the same",
        mean,
        REDUNDANT,
        True,
        mean > REDUNDANT,
        f"the mean cosine of two experts' outputs is {mean:.3f}; the alarm is at {REDUNDANT}",
        "the experts are redundant, and it hardly matters how they are mixed",
    )


def _unheeded(swapped: Swapped) -> Alarm:
    name, means = "swapped pseudo tokens change nothing", (
        "the language model ignores what the experts hand it: voice and face cannot reach the "
        "answer"
    )  # fmt: skip
    lost, low, high = swapped.lost()
    if math.isnan(lost) or len(swapped.own) < 2:
        changed = percent(float(swapped.changed.mean()))
        why = "no right answers are known" if math.isnan(lost) else "there is a single sample"
        return Alarm(
            name, math.nan, 0.0, False, None, f"{why} ({changed} of the answers change)", means
        )
    interval = f"{points(low)} to {points(high)}"
    found = (
        f"with another sample's pseudo tokens accuracy falls by {points(lost, signed=lost < 0)} "
        f"(95 % interval {interval}); the alarm rings where the interval reaches 0"
    )
    return Alarm(name, lost, 0.0, False, low <= 0, found, means)
