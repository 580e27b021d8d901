"""What the command `mer` prints: JSON for machines, tables and bars for people."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TimeRemainingColumn
from rich.status import Status
from rich.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from mer_core.doctor import Check
    from mer_core.experiments.base import PaperExperiment, Result
    from mer_core.grading import Grade, Grades
    from mer_core.interpreters.folder import Run

MOST_REASONS = 40
"""Rows of the table of what failed; the file that is written has all."""


def print_json(data: Any) -> None:
    """One JSON value on stdout; what JSON does not know is written as text."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def waiting(quiet: bool) -> Status:
    """A spinner on stderr with words that can be changed; silent where nobody watches."""
    return Console(stderr=True, quiet=quiet or not sys.stderr.isatty()).status("Starting")


class Bars:
    """Progress bars on stderr, one for each message; used as `progress(message, done, total)`."""

    def __init__(self, quiet: bool) -> None:
        self._shown = Progress(
            *Progress.get_default_columns()[:-1],
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=quiet,
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._shown.start()
        return self._told

    def __exit__(self, *_: object) -> None:
        self._shown.stop()

    def _told(self, message: str, done: int, total: int) -> None:
        if message not in self._tasks:
            self._tasks[message] = self._shown.add_task(message)
        self._shown.update(self._tasks[message], completed=done, total=total)


def print_answers(answers: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> None:
    """What each model said of one sample, what it read, and how far to trust it."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("model", "answer", "sure", "next", "sentiment", "heard", "ms"):
        table.add_column(
            column, justify="right" if column in ("sure", "sentiment", "ms") else "left"
        )
    for a in answers:
        best, second = sorted(a["probs"].items(), key=lambda pair: -pair[1])[:2]
        number = "" if a["sentiment"] is None else f"{a['sentiment']:+.1f}"
        heard = ", ".join(m for m, origin in a["inputs"].items() if origin != "silent")
        follows = f"{second[0]} {second[1]:.0%}"
        ms = f"{1000 * a['seconds']:.0f}"
        table.add_row(a["model"], best[0], f"{best[1]:.0%}", follows, number, heard, ms)
    out = Console()
    out.print(table)
    for view, sentence in answers[0]["views"].items():
        out.print(f"[dim]{view}:[/] {sentence}", highlight=False)
    for note in notes:
        out.print(note, highlight=False)
    for a in answers:
        for note in a["notes"]:
            out.print(f"{a['model']}: {note}", highlight=False)
    for a in answers:
        out.print(f"[dim]{a['trust']}[/]", highlight=False)


def print_checks(checks: "Iterable[Check]") -> "list[Check]":
    """The doctor's checks, each as soon as it is known; returns them."""
    marks = {"good": "[green]✓[/]", "optional": "[yellow]·[/]", "bad": "[red]✗[/]"}
    out, seen = Console(), []
    for check in checks:
        seen.append(check)
        out.print(marks[check.state], f"[bold]{check.name}:[/]", check.says, highlight=False)
        if check.remedy:
            out.print("   ", check.remedy, style="dim", highlight=False)
    return seen


def print_run(run: "Run", file: "Path") -> None:
    """What became of a folder of pictures: counts, then a table of what is missing and why."""
    told, rows = run.summary(), run.reasons()
    out = Console()
    if rows:
        table = Table("picture", "missing", "why", box=None, padding=(0, 2, 0, 0))
        for row in rows[:MOST_REASONS]:
            table.add_row(*(escape(cell) for cell in row))  # file names and servers may hold [...]
        out.print(table)
        if len(rows) > MOST_REASONS:
            out.print(f"... and {len(rows) - MOST_REASONS} more, all in {escape(str(file))}.")
    out.print(
        f"{told['pictures']} pictures: {told['described now']} described now, "
        f"{told['kept from before']} kept from before, {told['failed']} without any view.",
        highlight=False,
    )
    out.print(f"Written to {escape(str(file))}.", highlight=False)
    if run.stopped:
        typer.echo(run.stopped, err=True)


def print_result(experiment: "PaperExperiment", result: "Result") -> None:
    """An experiment of a paper: question, claim, what was found, every number."""
    from mer_core.experiments.base import summary

    out = Console()
    out.print(f"\n[bold]{escape(experiment.question)}[/]")
    out.print(f"The paper: {escape(experiment.claim)} [dim]({escape(experiment.source)})[/]")
    for sentence in result.found:
        out.print(escape(sentence), highlight=False)
    print_table(summary(result), experiment.name)
    for note in (result.caption(), *result.notes):
        out.print(escape(note), style="dim", highlight=False)


def print_field(found: Mapping[str, Any]) -> None:
    """A training run on a set of the field: its table, what to know about it, where it lies."""
    from mer_core.training.field_card import headline, remarks, table

    out, rows = Console(), table(found)
    shown = Table("", *next(iter(rows.values())), box=None, padding=(0, 2, 0, 0))
    for column in shown.columns[1:]:
        column.justify = "right"
    for label, cells in rows.items():
        shown.add_row(label, *cells.values())
    out.print(f"\n[bold]{escape(headline(found))}[/]", highlight=False)
    out.print(shown)
    for remark in remarks(found):
        out.print(escape(remark), style="dim", highlight=False)
    out.print(f"Weights, card and every number: {escape(found['folder'])}", highlight=False)


def print_grades(grades: "Grades") -> None:
    """Grades of one model: what was found, every number, what must be known."""
    out = Console()
    out.print(f"\n[bold]{escape(grades.model)}[/], {grades.split} split")
    for sentence in grades.found:
        out.print(escape(sentence), highlight=False)
    rows = {g.name: grade_cells(g) for g in grades.grades}
    print_table(rows, "number")
    for note in grades.notes:
        out.print(escape(note), style="dim", highlight=False)


def grade_cells(grade: "Grade") -> dict[str, str]:
    """One grade as the cells of a row."""
    cells = {}
    for what, share, score in (
        ("something lies", "of the oracle", grade.incongruent),
        ("who lies", "of its accuracy", grade.liar),
    ):
        told = f"{score.value:.3f} ({score.low:.3f}-{score.high:.3f})" if score else "-"
        cells |= {what: told, share: f"{100 * score.share:.0f} %" if score else "-"}
    ms = "" if grade.milliseconds is None else f"{grade.milliseconds:.1f}"
    return cells | {"forwards": f"{grade.forwards:g}", "ms": ms, "remark": grade.note}


def print_table(rows: Mapping[str, Any], head: str) -> None:
    """Nested plain data as a table: one row a name, one column a key."""
    flat = {name: _flat(row) for name, row in rows.items()}
    columns = list(dict.fromkeys(key for row in flat.values() for key in row))
    table = Table(head, *columns, box=None, padding=(0, 2, 0, 0))
    for name, row in flat.items():
        table.add_row(name, *(_short(row.get(column, "")) for column in columns))
    Console().print(table)


def print_facts(facts: Mapping[str, Any]) -> None:
    """Plain data as one line a fact; what holds several things, one line each."""
    out = Console()
    for name, value in facts.items():
        if isinstance(value, Mapping):
            out.print(f"[bold]{name}[/]")
            for key, inner in value.items():
                out.print(f"  {escape(str(key))}: {escape(_short(inner))}", highlight=False)
        else:
            out.print(f"[bold]{name}:[/] {escape(_short(value))}", highlight=False)


def print_desk(told: Mapping[str, Any]) -> None:
    """A gate set by hand: both answers side by side, the map, the nearest flip."""
    settings = {name: told[name] for name in ("own", "set") if name in told}
    rows = {
        {"own": "own setting", "set": "as set"}[name]: {
            **{part: f"{weight:.3f}" for part, weight in each["weights"].items()},
            "answer": each["answer"],
            "sure": f"{100 * each['probs'].get(each['answer'], 0):.0f} %",
        }
        for name, each in settings.items()
    }
    print_table(rows, str(told["id"]))
    typer.echo()
    for sentence in (told["map"], told["flip"]["says"], told["training"], *told["notes"]):
        typer.echo(sentence)
    if "file" in told:
        typer.echo(f"The map is written to {told['file']}.")


def _flat(row: Any, before: str = "") -> dict[str, Any]:
    if not isinstance(row, Mapping):
        return {before or "result": row}
    flat: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{before}.{key}" if before else str(key)
        flat |= _flat(value, name) if isinstance(value, Mapping) else {name: value}
    return flat


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_short(v) for v in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
