"""How well a number finds known lies: one line beside every such number, and the page Grades."""

import json
from urllib.parse import quote

import streamlit as st

from mer_core.errors import MerError, ResultInvalid
from mer_core.grading import (
    CONTROLS,
    REFERENCES,
    SHORT,
    WHAT,
    Grade,
    Grades,
    Score,
    grade_sentence,
    load_grades,
)
from mer_core.models import NAMES
from mer_core.views.grades import draw_scores
from ui.downloads import downloads
from ui.findings import draw, is_dark
from ui.resources import called

_MEASURES = {
    "incongruent": "Does something lie?",
    "liar": "Who lies?",
}


def grade_note(probe: str, model: str, named: bool = False) -> None:
    """One small line: how well this number finds known lies, with a link to all grades.

    Without a saved grade the line says so, and nothing breaks.

    Args:
        probe: Name in `mer_core.grading.WHAT`, such as "disagreement" or "conflict".
        model: Name of the checkpoint.
        named: Begin with the model and the number, where several stand beside each other.
    """
    try:
        sentence = grade_sentence(probe, model)
    except MerError as error:
        sentence = f"How well this number finds lies is not known here. {error}"
    if named:
        sentence = f"{called(model)}, {SHORT.get(probe, probe)}: {sentence}"
    st.caption(f":material/grading: {sentence} [All grades](grades?graded={quote(called(model))})")


def not_graded() -> None:
    """Say of which models there are no grades to show, and what to do."""
    for problem in _all_grades()[1]:
        st.caption(f":material/info: {problem}")


def pick_grades() -> Grades | None:
    """Choose a model whose grades are saved; the choice stands in the address."""
    found, problems = _all_grades()
    if not found:
        st.error(
            "Grades are not on this machine. Restore checkpoints, or run `mer grade --save`; it "
            "takes some minutes.",
            icon=":material/error:",
        )
        for problem in problems:
            st.caption(f":material/info: {problem}")
        return None
    chosen = st.segmented_control(
        "Model",
        list(found),
        default=next(iter(found)),
        required=True,
        format_func=called,
        key="graded",
        bind="query-params",
    )
    return found.get(str(chosen), next(iter(found.values())))


def _all_grades() -> tuple[dict[str, Grades], list[str]]:
    """Model -> its grades, and a sentence for each whose grades cannot be shown."""
    found, problems = {}, []
    for model in NAMES:
        try:
            found[model] = load_grades(model)
        except ResultInvalid as error:
            problems.append(str(error))
        except MerError:
            continue  # a model without weights has nothing to grade; the page Models says so
    return found, problems


def lead(grades: Grades) -> None:
    """The answer in sentences made from the grades, and on what it rests."""
    st.markdown(" ".join(grades.found))
    data = grades.data
    with st.container(horizontal=True, gap="small"):
        st.badge("demo data", icon=":material/toys:", color="orange")
        st.badge(f"{grades.split} split", color="gray")
        st.badge(f"n = {data['n']:,}, of which {data['incongruent']:,} lie", color="gray")
    st.caption(f"Data: {data['what']}.")


def picture(grades: Grades) -> None:
    """A dot for each number, for one of the two questions."""
    here = [m for m in _MEASURES if any(getattr(g, m) for g in grades.probes)]
    what = here[0]
    if len(here) > 1:
        chosen = st.segmented_control(
            "Question",
            here,
            default=here[0],
            required=True,
            format_func=_MEASURES.__getitem__,
            key="grades-measure",
        )
        what = str(chosen or what)
    told = _MEASURES[what]
    caption = draw(draw_scores(grades, what, is_dark()), f"grades-{grades.model}-{what}", told)
    downloads(f"grades-{grades.model}", lambda: _csv(grades), told, caption)


def table(grades: Grades) -> None:
    """Every number with both scores, its price, and what must be known of it."""
    rows = [_row(grade) for grade in grades.grades]
    st.dataframe(
        {key: [row[key] for row in rows] for key in rows[0]},
        hide_index=True,
        height="content",
        column_config={
            "Number": st.column_config.TextColumn(width="large"),
            "Remark": st.column_config.TextColumn(width="large"),
        },
        alt=f"Grades of every probe of {called(grades.model)}",
    )
    for note in grades.notes:
        st.caption(f":material/info: {note}")
    with st.expander("Manifest", icon=":material/description:", key="grades-manifest"):
        st.json(json.dumps(dict(grades.manifest)), expanded=1)


def _row(grade: Grade) -> dict[str, str]:
    cost = "" if grade.milliseconds is None else f"{grade.milliseconds:.1f}"
    return {
        "Number": WHAT.get(grade.name, grade.name),
        "In the figure": SHORT.get(grade.name, grade.name),
        "Asks": _asks(grade.name),
        "Something lies (AUROC)": _told(grade.incongruent),
        "Of the oracle": _share(grade.incongruent),
        "Who lies (accuracy)": _told(grade.liar),
        "Of the oracle's": _share(grade.liar),
        "Forwards": f"{grade.forwards:g}",
        "ms": cost,
        "Remark": grade.note,
    }


def _asks(name: str) -> str:
    """Whether a number says something of the model, or only of what the model is given."""
    if name in CONTROLS:
        return "control: the inputs"
    if name in REFERENCES and name != "confidence":
        return "reference"
    return "several" if name == "combination" else "the model"


def _told(score: Score | None) -> str:
    if score is None:
        return "–"  # noqa: RUF001
    return f"{score.value:.3f} ({score.low:.2f} to {score.high:.2f})"


def _share(score: Score | None) -> str:
    return "–" if score is None else f"{100 * score.share:.0f} %"  # noqa: RUF001


def _csv(grades: Grades) -> str:
    """All grades as a table."""
    import csv
    import io

    out = io.StringIO()
    rows = [_row(g) | {"Name": g.name, "Fitted on": g.fitted} for g in grades.grades]
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
