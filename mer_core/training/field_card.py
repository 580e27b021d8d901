"""The table of a run on a set of the field, for the screen and for its card."""

from collections.abc import Iterator, Mapping
from typing import Any

from mer_core.field_metrics import label_of
from mer_core.training.field_plans import OVERFIT

SPLITS = {"valid": "validation", "test": "test"}
"""What a table shows; the training split's scores are in `result.json`."""

UNITS = {"mae", "corr", "r2", "one_decimal_floor"}
"""Scores that are no shares."""

COUNTS = {"n", "n_non0", "unread"}

SHOWN = 3
"""Problems of a set that are told one by one."""


def table(found: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Score, as papers call it -> split -> mean and sd over seeds, shares in per cent.

    Args:
        found: What `train_on` returns.
    """
    splits = {"train": "training"} if _by_heart(found) else SPLITS
    shown = {words: found["scores"][key] for key, words in splits.items() if key in found["scores"]}
    names = dict.fromkeys(name for scores in shown.values() for name in scores)
    rows: dict[str, dict[str, str]] = {}
    for name in sorted(names, key=lambda n: (n != "n", n not in COUNTS)):
        cells = {w: _spread(name, s[name]) if name in s else "" for w, s in shown.items()}
        rows[label_of(name)] = cells
    return rows


def _by_heart(found: Mapping[str, Any]) -> bool:
    return found["preset"] == OVERFIT


def _spread(name: str, found: Mapping[str, float]) -> str:
    if name in COUNTS:
        return f"{found['mean']:.0f}"
    scale, places = (1, 3) if name in UNITS else (100, 1)
    middle = f"{scale * found['mean']:.{places}f}"
    return middle if found["n"] < 2 else f"{middle} ± {scale * found['sd']:.{places}f}"


def headline(found: Mapping[str, Any]) -> str:
    """One line: which model, which set, how large, which seeds."""
    seeds, data = ", ".join(map(str, found["seeds"])), found["data"]
    over = f"seeds {seeds}, mean ± sd over them" if "," in seeds else f"seed {seeds}"
    if folds := len(found.get("folds", ())):
        over = f"{folds} folds, mean ± sd over them of the mean over seeds {seeds}"
    return (
        f"{found['model']} on {data['what']}: {found['parameters']:,} parameters, "
        f"{found['train']['epochs']} epochs, {over}; shares in per cent"
    )


def remarks(found: Mapping[str, Any]) -> Iterator[str]:
    """What whoever reads the table must know, a sentence each."""
    yield from found["data"]["notes"]
    problems = found["data"]["problems"]
    yield from problems[:SHOWN]
    if len(problems) > SHOWN:
        yield f"And {len(problems) - SHOWN} more that were missing or left out, in result.json."
    if "test" not in found["scores"] and not _by_heart(found):
        yield "This set has no test split: validation chose the epoch, so its scores flatter."


def written(found: Mapping[str, Any]) -> str:
    """The card of a run as Markdown."""
    rows, data, train = table(found), found["data"], found["train"]
    judge = "the training split" if _by_heart(found) else "validation"
    columns = list(next(iter(rows.values())))
    features = ", ".join(f"{m} {n}" for m, n in data["features"].items())
    lines = [
        f"# {headline(found)}\n",
        "Written from `result.json` by the training code; do not edit.\n",
        f"| score | {' | '.join(columns)} |",
        f"|---|{'--:|' * len(columns)}",
        *(f"| {label} | {' | '.join(row.values())} |" for label, row in rows.items()),
        "",
        *(f"- {remark}" for remark in remarks(found)),
        f"- Best epochs: {', '.join(str(run['best_epoch'] + 1) for run in found['runs'])} of "
        f"{train['epochs']}, by the least loss on {judge}.",
        f"- Features: {features}. Data {data['digest']}, Config {found['config_hash']}, code "
        f"{found['code_hash']}.",
        f"- Batch {train['batch']}, rate {train['lr']:g}, weight decay {train['weight_decay']:g}, "
        f"gradient at most {train['clip']:g}.",
        f"- Data: {data['citation'] or data['what']} {data['licence']}",
        "- The paper's own settings for this set are not known; nothing here is its result.",
    ]
    return "\n".join(lines) + "\n"
