"""What grades say, in sentences made from the numbers."""

from mer_core.grading.base import HELPS, Grade, Grades, best_of
from mer_core.grading.names import SHORT, WHAT

BLIND = 0.15
"""Below this share of the oracle a number is said not to work."""


def found_sentences(grades: Grades) -> tuple[str, ...]:
    """Best single number, the combination, who lies, and what does not work."""
    single = [g for g in grades.probes if g.name != "combination"]
    best = best_of(single)
    if best is None or best.incongruent is None:
        return ("Nothing could be graded.",)
    told = [_best(best, grades)]
    if "combination" in grades and (combined := grades["combination"].incongruent):
        told.append(
            f"A combination fitted on validation reaches {combined.value:.3f} "
            f"({_share(combined.share)} of the oracle)."
        )
    told += _liar(grades)
    told += _blind(single)
    return tuple(told)


def _best(best: Grade, grades: Grades) -> str:
    score = best.incongruent
    assert score is not None
    oracle = grades["oracle"].incongruent
    doubt = grades["confidence"].incongruent if "confidence" in grades else None
    beside = f"; doubt of the answer {doubt.value:.3f}" if doubt else ""
    against = f"{oracle.value:.3f}" if oracle else "unknown"
    return (
        f"The best single number is “{WHAT[best.name]}”: AUROC {score.value:.3f} "
        f"({score.low:.3f} to {score.high:.3f}), {_share(score.share)} of what the oracle reaches "
        f"above guessing (oracle {against}{beside})."
    )


def _liar(grades: Grades) -> list[str]:
    named = [g for g in grades.probes if g.liar is not None]
    if not named:
        return []
    best = max(named, key=lambda g: g.liar.value if g.liar else 0)
    assert best.liar is not None
    return [
        f"Who lies is named best by “{WHAT[best.name]}”: {100 * best.liar.value:.1f} % of "
        f"{best.liar.n:,} liars, where guessing gets {100 * best.liar.chance:.0f} % "
        f"({_share(best.liar.share)} of the oracle)."
    ]


def _blind(single: list[Grade]) -> list[str]:
    """Which numbers find nothing, and which point the wrong way."""
    lost = [_short(g) for g in single if g.incongruent and abs(g.incongruent.share) < BLIND]
    wrong = [_short(g) for g in single if g.incongruent and g.incongruent.share <= -BLIND]
    weak = [_short(g) for g in single if g.incongruent and BLIND <= g.incongruent.share < HELPS]
    told = []
    if lost:
        told.append(f"These do not find lies: {', '.join(lost)}.")
    if wrong:
        told.append(f"These point the other way than was said of them: {', '.join(wrong)}.")
    if weak:
        told.append(f"These find few: {', '.join(weak)}.")
    return told


def _short(grade: Grade) -> str:
    return SHORT.get(grade.name, grade.name)


def _share(share: float) -> str:
    return f"{100 * share:.0f} %"
