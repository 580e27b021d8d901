"""A table in a few numbers and one sentence."""

import numpy as np
from jaxtyping import Bool

from mer_core.hardness.comparing import wilson
from mer_core.hardness.selecting import SURE
from mer_core.hardness.table import UNKNOWN, HardTable

FEW = 10
"""A kind of conflict with fewer samples is not called the hardest."""


def summary(table: HardTable) -> dict[str, dict[str, str | int | float]]:
    """Model -> n, accuracy with its 95 % interval, sure and wrong, mean disagreement in bits."""
    told: dict[str, dict[str, str | int | float]] = {}
    for name, heard in table.models.items():
        right = table.correct(name)
        known = np.isfinite(right)
        hits, n = int(np.nansum(right)), int(known.sum())
        low, high = wilson(hits, n)
        told[name] = {
            "n": len(table),
            "with an answer": n,
            "accuracy": hits / n if n else float("nan"),
            "from - to": f"{low:.3f} - {high:.3f}" if n else "",
            "sure and wrong": int(((right == 0) & (heard.confidence >= SURE)).sum()),
            "bits apart": float(np.nanmean(heard.disagreement))
            if np.isfinite(heard.disagreement).any()
            else float("nan"),
        }
    return told


def says(table: HardTable, model: str, name: str) -> str:
    """What is hard for a model, in one or two sentences made from the numbers.

    Args:
        table: The set.
        model: Key of its models.
        name: The model's name on screen.
    """
    right = table.correct(model)
    known = np.isfinite(right)
    if not known.any():
        return _without_answers(table, model, name)
    wrong, n = int((right == 0).sum()), int(known.sum())
    low, high = wilson(wrong, n)
    sure = int(((right == 0) & (table.models[model].confidence >= SURE)).sum())
    first = (
        f"{name} is wrong on **{wrong:,} of {n:,}** ({_percent(wrong / n)}, "
        f"{_percent(low)} to {_percent(high)}) and at least {100 * SURE:.0f} % sure of {sure:,} "
        "of them."
    )
    return f"{first} {_hardest_kind(table, right == 0, known)}".strip()


def _without_answers(table: HardTable, model: str, name: str) -> str:
    """What can be said where nobody knows the right answers."""
    bits = table.models[model].disagreement
    first = f"Nobody knows the right answers of these {len(table):,}"
    if not np.isfinite(bits).any():
        return f"{first}, and each has one modality only: there is nothing to disagree with."
    return f"{first}; to {name}, their modalities lie {np.nanmean(bits):.2f} bits apart on average."


def _hardest_kind(
    table: HardTable, wrong: Bool[np.ndarray, " sample"], known: Bool[np.ndarray, " sample"]
) -> str:
    """Which kind of conflict has most wrong answers, beside the congruent ones."""
    shares = {}
    for kind in table.kind.present():
        here = table.kind.is_any([kind]) & known
        if kind != UNKNOWN and here.sum() >= FEW:
            shares[kind] = (float(wrong[here].mean()), int(here.sum()))
    if len(shares) < 2:
        return ""
    kind, (share, n) = max(shares.items(), key=lambda pair: pair[1][0])
    beside = (
        "congruent"
        if "congruent" in shares and kind != "congruent"
        else min(shares, key=lambda k: shares[k][0])
    )
    other, m = shares[beside]
    return (
        f"Hardest is **{kind}**: {_percent(share)} wrong of {n:,}, against {_percent(other)} of "
        f"{m:,} where it is {beside}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
