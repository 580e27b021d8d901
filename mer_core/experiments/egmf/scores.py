"""What EGMF's experiments measure: is the emotion right, and how far is the sentiment off?"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from mer_core.experiments.base import ACCURACY, Row, over_seeds, spread
from mer_core.metrics import bootstrap_interval

MAE = "mean absolute error"
"""Of the sentiment, in its points: -3 to 3. Less is better."""

SHIPPED = "changed when asked"
"""Trained weights, asked under another condition than they were trained under."""

UNSURE = "may be none"
"""Of a difference whose 95 % interval over samples holds zero, or that is no greater than its sd
over seeds."""

TRAINED = "trained so (short runs)"
"""Weights that met the condition from the first step on."""


class Said(NamedTuple):
    """What some weights answer, seed by seed and sample by sample.

    Attributes:
        right: 1 where the emotion is right, else 0; no samples where none is asked for.
        error: How far the sentiment is off, in points; no samples where none is asked for.
    """

    right: Float[np.ndarray, "seed classed"]
    error: Float[np.ndarray, "seed rated"]


def scored(case: str, said: Said, base: Said | None = None, **more: Any) -> list[Row]:
    """Accuracy and error of a case, each where it was asked for.

    Args:
        case: In words.
        said: Its answers.
        base: Answers of the case that it is compared with, about the same samples; the rows then
            note how far it lies from that.
        **more: Further fields of the rows.
    """
    rows = []
    for measure, name in ((ACCURACY, "right"), (MAE, "error")):
        scores = getattr(said, name)
        if not scores.size:
            continue
        told = dict(more)
        if base is not None and getattr(base, name).size:
            gap = apart(measure, scores, getattr(base, name))
            told["note"] = "; ".join(part for part in (gap, more.get("note", "")) if part)
        rows.append(over_seeds(case, measure, scores, reference=base is None, **told))
    return rows


def compared(said: Mapping[str, Said], group: str) -> list[Row]:
    """Rows of all cases, each compared with the first."""
    first = next(iter(said))
    base = said[first]
    return [
        row
        for case, answers in said.items()
        for row in scored(case, answers, None if case == first else base, group=group)
    ]


def apart(
    measure: str, scores: Float[np.ndarray, "seed sample"], base: Float[np.ndarray, "seed sample"]
) -> str:
    """Mean difference, its 95 % interval over samples, its sd over seeds where there are several.

    Returns:
        For instance '-1.2 points (-2.0 to -0.4; sd over seeds 0.5)'.
    """
    gaps = scores - base
    middle, ends = float(gaps.mean()), bootstrap_interval(gaps.mean(axis=0))
    low, high = (_gap(measure, end) for end in ends)
    sd = float(gaps.mean(axis=1).std(ddof=1)) if len(gaps) > 1 else 0.0
    spread_ = f"; sd over seeds {_gap(measure, sd)[1:]}" if len(gaps) > 1 else ""
    doubt = f": {UNSURE}" if ends[0] <= 0 <= ends[1] or abs(middle) <= sd else ""
    points = " points" if measure == ACCURACY else ""
    return f"{_gap(measure, middle)}{points} ({low} to {high}{spread_}{doubt})"


def sure(row: Row) -> bool:
    """Whether a row lies apart from its base by more than chance; of a base itself, False."""
    return not row.reference and UNSURE not in row.note


def _gap(measure: str, value: float) -> str:
    return f"{100 * value:+.1f}" if measure == ACCURACY else f"{value:+.3f}"


def row_of(rows: Sequence[Row], case: str, measure: str = ACCURACY, group: str = "") -> Row:
    """The row of these names.

    Raises:
        KeyError: There is none.
    """
    for row in rows:
        if (row.case, row.measure, row.group) == (case, measure, group):
            return row
    raise KeyError((case, measure, group))


def told_of_cases(rows: Sequence[Row], group: str = "") -> str:
    """The base, and how far each other case lies from it: right answers, then the sentiment."""
    told: dict[str, list[str]] = {}
    bases = {r.measure: r for r in rows if r.group == group and r.reference}
    for row in (r for r in rows if r.group == group and r.measure in (ACCURACY, MAE)):
        parts = told.setdefault(row.case, [])
        if row.reference:
            parts.append(f"{spread(row)}{' right' if row.measure == ACCURACY else ' off'}")
            continue
        gap = _gap(row.measure, row.value - bases[row.measure].value)
        unit = "points" if row.measure == ACCURACY else "off"
        parts.append(f"{gap} {unit}{f' ({UNSURE})' * (UNSURE in row.note)}")
    return "; ".join(f"{case}: {', '.join(parts)}" for case, parts in told.items()) + "."
