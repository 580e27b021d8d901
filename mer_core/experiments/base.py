"""A paper's own experiment, and what it finds: plain data that can be saved, drawn and read aloud.

An experiment of a paper asks about a whole data set and several seeds, where a probe asks about
one sample. What it finds is a `Result`: rows of numbers that all have the same few fields, so that
one table, one figure and one file format serve every experiment.

To add one: a module with a `PaperExperiment`, and a line in `EXPERIMENTS`.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from mer_core.checkpoints import folder_of
from mer_core.disk import write_json
from mer_core.errors import BadInput, ResultInvalid, UnknownName
from mer_core.metrics import bootstrap_interval

Progress = Callable[[str, int, int], None]
"""Told (what is being done, how many are done, of how many). It may raise to stop the run."""


class SharedProgress:
    """A progress that all requests for one thing share, so that it may be a key of a cache."""

    def __init__(self, told: Progress) -> None:
        self.told = told

    def __call__(self, *progress: Any) -> None:
        self.told(*progress)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SharedProgress)

    def __hash__(self) -> int:
        return 0


FORMAT = 1
"""Version of saved results. An older one is refused in a sentence."""

ACCURACY = "accuracy"
"""The measure that most experiments share: share of right answers, 0..1."""

MACRO_F1 = "macro-F1"
MILLISECONDS = "milliseconds"
PLAIN = (
    "AUROC", MACRO_F1, "correlation", "distortion", "source disparity", "divergence", "p of",
    "mean absolute error", "cosine", "CKA",
)  # fmt: skip
"""Beginnings of measures that are written as they are; others are shares."""


@dataclass(frozen=True)
class Ask:
    """How much of an experiment is wanted.

    Attributes:
        split: "valid" while something is tried out, "test" for what is reported.
        limit: Only the first so many samples; None for all.
        seeds: Only runs of these seeds; empty for all that are here. The shipped weights are one.
        quick: Leave out what takes training, where there is something else to tell.
    """

    split: str = "test"
    limit: int | None = None
    seeds: tuple[int, ...] = ()
    quick: bool = False


@dataclass(frozen=True)
class Row:
    """One number, and how sure it is.

    Attributes:
        case: What was done, in words: "no text".
        measure: What the number is: "accuracy". Shares and accuracies lie in 0..1.
        value: Mean over seeds (of latencies: the median).
        n: Samples (or what `Result.unit` says) that it rests on.
        seeds: Trained weights that it rests on.
        sd: Sample standard deviation over seeds; None for a single one.
        low, high: What `Result.lines` says, usually a 95 % interval; None where there is none.
        group: Cases of one group stand together: a view, a style; empty where there is no need.
        dose: Place on an axis of doses; None where the cases are no doses.
        reference: The case that the others are compared with.
        note: A few words that must stand beside the number.
    """

    case: str
    measure: str
    value: float
    n: int
    seeds: int = 1
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    group: str = ""
    dose: float | None = None
    reference: bool = False
    note: str = ""


@dataclass(frozen=True)
class Result:
    """What an experiment found.

    Attributes:
        model: Name in MODELS, and `experiment` in EXPERIMENTS[model].
        found: The answer in sentences made from the rows.
        data: What it was found on: "name", "what", "split", "n", and whatever else names it.
            "demo" says whether the data is generated (demo data) and not real.
        seeds: Of the weights used.
        rows: All numbers.
        measures: Measures drawn, in order; the first is the one to look at.
        unit: What a sample is: "sticker", "sticker and view".
        dosage: What the doses are: "views rewritten"; empty where there are none.
        lines: What `Row.low` and `Row.high` are.
        notes: What a reader must know before believing a number.
        manifest: Weights, Config, code, world and package versions, as plain data; without a
            date, so that the same run writes the same file.
    """

    model: str
    experiment: str
    found: tuple[str, ...]
    data: Mapping[str, Any]
    seeds: tuple[int, ...]
    rows: tuple[Row, ...]
    measures: tuple[str, ...]
    unit: str = "sticker"
    dosage: str = ""
    lines: str = "95 % bootstrap interval over samples"
    notes: tuple[str, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)

    def of(self, measure: str, group: str | None = None) -> tuple[Row, ...]:
        """Rows of one measure, in order; of one group if it is named."""
        return tuple(r for r in self.rows if r.measure == measure and group in (None, r.group))

    def row(self, case: str, measure: str, group: str = "") -> Row:
        """One row by its names.

        Raises:
            KeyError: There is none.
        """
        for row in self.of(measure, group):
            if row.case == case:
                return row
        raise KeyError((case, measure, group))

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, in order."""
        return tuple(dict.fromkeys(row.group for row in self.rows))

    def caption(self, rows: Sequence[Row] | None = None) -> str:
        """On what some rows rest and what their lines are: what a figure must carry."""
        rows = self.rows if rows is None else rows
        counts, seeds = sorted({r.n for r in rows}), sorted({r.seeds for r in rows})
        demo = ", demo data" if self.data.get("demo") else ""
        parts = [
            f"n = {_range(counts)} {self.unit}s ({self.data['split']} split{demo})",
            f"{_range(seeds)} {'seed' if seeds[-1:] == [1] else 'seeds'}",
        ]
        if any(r.low is not None for r in rows):
            parts.append(f"lines: {self.lines}")
        return "; ".join(parts) + "."

    def plain(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {"format": FORMAT, **json.loads(json.dumps(asdict(self)))}

    def to_csv(self) -> str:
        """All rows as a table."""
        out = io.StringIO()
        table = csv.DictWriter(out, [f.name for f in fields(Row)], lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(row) for row in self.rows)
        return out.getvalue()


@dataclass(frozen=True)
class PaperExperiment:
    """A question that the paper asks of its own model.

    Attributes:
        name: In EXPERIMENTS and in the shell.
        title: Two or three words for a menu.
        question: As a person would ask it.
        claim: What the paper says; "not recovered" where it could not be read.
        source: Where it says so.
        run: Answers it. The samples, and what can be computed once, are its own business.
        live: Whether a page may run it on few samples while somebody waits.
        still: What a page says instead where it may not.
        model: Name in MODELS, and of the table that it stands in.
        cost: What a page says before it runs one that takes longer than a minute.
    """

    name: str
    title: str
    question: str
    claim: str
    source: str
    run: Callable[[Ask, Progress], Result]
    live: bool = True
    still: str = "This one takes training, and is not run live."
    model: str = "mghft"
    cost: str = ""


def over_seeds(
    case: str, measure: str, scores: Float[np.ndarray, "seed sample"], **more: Any
) -> Row:
    """A row from one score a seed and sample: their mean, its spread over seeds and over samples.

    Args:
        case, measure: As in `Row`.
        scores: 1 for right and 0 for wrong, or any number whose mean is wanted.
        **more: Further fields of the row.

    Raises:
        BadInput: There are no samples.
    """
    if not scores.size:
        raise BadInput(f"{case!r} has no samples: ask for more with a larger --limit.")
    seeds, n = scores.shape
    low, high = bootstrap_interval(scores.mean(axis=0))
    means = scores.mean(axis=1)
    sd = float(means.std(ddof=1)) if seeds > 1 else None
    return Row(case, measure, float(means.mean()), n, seeds, sd, low, high, **more)


def _range(numbers: Sequence[int]) -> str:
    """(12, 900, 1500) -> '12 to 1,500'."""
    ends = [f"{n:,}" for n in (numbers[0], numbers[-1])] if numbers else ["0"]
    return " to ".join(dict.fromkeys(ends))


class UnknownExperiment(UnknownName):
    kind = "experiment"


def chosen(
    table: Mapping[str, Mapping[str, PaperExperiment]], model: str, names: Sequence[str] = ()
) -> tuple[PaperExperiment, ...]:
    """Experiments of a model by name; none named means all.

    Raises:
        UnknownName: No such model in the table.
        UnknownExperiment: No experiment of that name.
    """
    if model not in table:
        raise UnknownName(model, table)
    for name in names:
        if name not in table[model]:
            raise UnknownExperiment(name, table[model])
    return tuple(table[model][name] for name in names or table[model])


def summary(result: Result) -> dict[str, dict[str, str]]:
    """Rows as a table for people: group and case -> every measure, and n."""
    told: dict[str, dict[str, str]] = {}
    for row in result.rows:
        name = f"{row.group}: {row.case}" if row.group else row.case
        cells = told.setdefault(name, {})
        cells[row.measure] = spread(row)
        if row.low is not None and row.high is not None and row.measure == result.measures[0]:
            ends = (said(row.measure, v).removesuffix(" %") for v in (row.low, row.high))
            cells["from - to"] = " - ".join(ends)
        cells |= {"n": f"{row.n:,}", "seeds": str(row.seeds)}
    return told


def result_path(model: str, experiment: str) -> Path:
    """Where the result that ships lies."""
    return folder_of(model) / "experiments" / f"{experiment}.json"


def save_result(result: Result, path: Path | None = None) -> Path:
    """Write a result, whole or not at all; by default where those that ship lie."""
    path = path or result_path(result.model, result.experiment)
    write_json(path, result.plain())
    return path


def load_result(path: Path) -> Result:
    """Read what `save_result` wrote.

    Raises:
        ResultInvalid: It is absent, damaged, or of another format.
    """
    again = "Run `mer experiment` with --save to write it again."
    if not path.is_file():
        raise ResultInvalid(f"There is no saved result {path.name} here. {again}")
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if told.pop("format") != FORMAT:
            raise ResultInvalid(f"{path.name} was written by another version. {again}")
        told["rows"] = tuple(Row(**row) for row in told["rows"])
        for key in ("found", "seeds", "measures", "notes"):
            told[key] = tuple(told[key])
        return Result(**told)
    except (ValueError, TypeError, KeyError, AttributeError) as cause:
        raise ResultInvalid(f"{path.name} is damaged. {again}") from cause


def said(measure: str, value: float) -> str:
    """A value as people write it: shares in per cent, milliseconds, the rest as it is."""
    if measure == MILLISECONDS:
        return f"{value:.1f} ms"
    if measure.startswith(PLAIN):
        return f"{value:.3f}"
    return f"{100 * value:.1f} %"


def spread(row: Row) -> str:
    """A value with its sd over seeds, where there is one: '81.3 % ± 0.4'."""
    value = said(row.measure, row.value)
    if row.sd is None:
        return value
    return f"{value} ± {said(row.measure, row.sd).removesuffix(' %')}"


def in_order(names: Sequence[str]) -> str:
    """('a', 'b') -> 'a → b'."""
    return " → ".join(names)
