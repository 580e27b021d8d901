"""How a chosen set differs from the rest: shares and means, each with n and a 95 % interval."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from jaxtyping import Bool, Float

from mer_core.hardness.selecting import measures_of
from mer_core.hardness.table import UNKNOWN, HardTable

SHARE, MEAN = "share", "mean"
_Z = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Difference:
    """One thing, among the chosen and among the rest.

    Attributes:
        what: "accuracy", "share of sarcasm", "mean confidence", ...
        kind: SHARE or MEAN.
        unit: "share" (0 to 1) or "bits".
        chosen, rest: Its value among the chosen and among the rest.
        n_chosen, n_rest: On how many samples each rests; those that have no such number are out.
        low, high: 95 % interval of `chosen`.
        difference, difference_low, difference_high: Chosen less rest, with its 95 % interval.
        effect, effect_low, effect_high: Its size in standard deviations: Cohen's h of shares,
            Hedges' g of means, with a 95 % interval. NaN where nothing varies.
    """

    what: str
    kind: str
    unit: str
    chosen: float
    rest: float
    n_chosen: int
    n_rest: int
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float
    effect: float
    effect_low: float
    effect_high: float


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share. NaN for n = 0.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22.
    """
    if not n:
        return math.nan, math.nan
    share, z2 = hits / n, _Z**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = _Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def difference_of_shares(
    what: str, chosen: Bool[np.ndarray, " some"], rest: Bool[np.ndarray, " others"]
) -> Difference:
    """Two shares of independent samples.

    Source: Newcombe (1998), Interval estimation for the difference between independent
    proportions, Statistics in Medicine 17, method 10; Cohen (1988), Statistical power analysis,
    chapter 6, for h, whose variance is 1/n + 1/m.
    """
    n, m = len(chosen), len(rest)
    p, q = float(chosen.mean()), float(rest.mean())
    (p_low, p_high), (q_low, q_high) = wilson(int(chosen.sum()), n), wilson(int(rest.sum()), m)
    h = 2 * math.asin(math.sqrt(p)) - 2 * math.asin(math.sqrt(q))
    reach = _Z * math.sqrt(1 / n + 1 / m)
    return Difference(
        what, SHARE, "share", p, q, n, m, p_low, p_high, p - q,
        p - q - math.hypot(p - p_low, q_high - q),
        p - q + math.hypot(p_high - p, q - q_low),
        h, h - reach, h + reach,
    )  # fmt: skip


def difference_of_means(
    what: str,
    unit: str,
    chosen: Float[np.ndarray, " some"],
    rest: Float[np.ndarray, " others"],
) -> Difference:
    """Two means of independent samples, at least two numbers each.

    Source: Welch (1938) for the interval, by the normal distribution; Hedges and Olkin (1985),
    Statistical methods for meta-analysis, chapter 5, for g and its variance.
    """
    n, m = len(chosen), len(rest)
    a, b = chosen.astype(float), rest.astype(float)
    own, other = a.var(ddof=1) / n, b.var(ddof=1) / m
    apart, reach = a.mean() - b.mean(), _Z * math.sqrt(own + other)
    pooled = math.sqrt(((n - 1) * a.var(ddof=1) + (m - 1) * b.var(ddof=1)) / (n + m - 2))
    g = (apart / pooled) * (1 - 3 / (4 * (n + m) - 9)) if pooled else math.nan
    spread = _Z * math.sqrt((n + m) / (n * m) + g * g / (2 * (n + m)))
    middle, half = a.mean(), _Z * math.sqrt(own)
    return Difference(
        what, MEAN, unit, float(middle), float(b.mean()), n, m,
        float(middle - half), float(middle + half),
        float(apart), float(apart - reach), float(apart + reach), g, g - spread, g + spread,
    )  # fmt: skip


def compared(
    table: HardTable, model: str, chosen: Bool[np.ndarray, " sample"]
) -> tuple[Difference, ...]:
    """Everything that is known of a table, among the chosen and among the rest of it.

    Accuracy first, then means, then the shares of kinds of conflict and of right answers. A line
    is left out where either side has fewer than two samples that know it.
    """
    found = [*_accuracy(table, model, chosen), *_means(table, model, chosen)]
    for title, labels in (("kind", table.kind), ("meant", table.target)):
        known = ~labels.is_any([UNKNOWN])
        names = [name for name in labels.present() if name != UNKNOWN]
        if len(names) < 2 or not _enough(known & chosen, known & ~chosen):
            continue
        for name in names:
            here = labels.is_any([name])
            sides = here[known & chosen], here[known & ~chosen]
            found.append(difference_of_shares(f"{title}: {name}", *sides))
    return tuple(found)


def _accuracy(
    table: HardTable, model: str, chosen: Bool[np.ndarray, " sample"]
) -> Iterator[Difference]:
    right = table.correct(model)
    known = np.isfinite(right)
    if _enough(known & chosen, known & ~chosen):
        yield difference_of_shares(
            "accuracy", right[known & chosen] == 1, right[known & ~chosen] == 1
        )


def _means(
    table: HardTable, model: str, chosen: Bool[np.ndarray, " sample"]
) -> Iterator[Difference]:
    for measure in measures_of(table, model).values():
        values = measure.of(table, model)
        known = np.isfinite(values)
        if _enough(known & chosen, known & ~chosen):
            sides = values[known & chosen], values[known & ~chosen]
            yield difference_of_means(measure.title, measure.unit, *sides)


def _enough(chosen: Bool[np.ndarray, " sample"], rest: Bool[np.ndarray, " sample"]) -> bool:
    return bool(chosen.sum() >= 2 and rest.sum() >= 2)
