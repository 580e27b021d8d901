"""The parts of the page Experiments: the claim, what was found here, and the numbers."""

import json
from typing import Any

import streamlit as st

from mer_core.checkpoints import read_card
from mer_core.errors import MerError, ResultInvalid
from mer_core.experiments import EXPERIMENTS
from mer_core.experiments.base import (
    PaperExperiment,
    Result,
    load_result,
    result_path,
    said,
    spread,
)
from mer_core.experiments.freshness import outdated
from mer_core.models import NAMES as MODELS
from mer_core.views.experiments import draw_result
from ui.downloads import downloads
from ui.findings import draw, is_dark
from ui.grades import grade_note
from ui.resources import NAMES

_ATTENDED = {
    "distortion": "distortion",
    "source disparity": "disparity",
    "flips": "flips",
    "share whose sign turned": "flips",
    "correlation of what mattered": "highlight",
}
GRADED = {
    "feasibility": _ATTENDED,
    "hierarchy": _ATTENDED,
    "divergence": {"divergence": "attention", "p of KL": "attention"},
}
"""Experiment -> beginning of a measure -> the graded number that it sums up."""


def pick_experiment() -> PaperExperiment:
    """Choose a paper and one of its experiments; both stand in the address."""
    papers = list(EXPERIMENTS)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        model = st.segmented_control(
            "Paper",
            papers,
            default=papers[0],
            required=True,
            format_func=NAMES.__getitem__,
            key="paper",
            bind="query-params",
        )
        model = model if model in EXPERIMENTS else papers[0]
        table = {e.title: e for e in EXPERIMENTS[model].values()}
        key = "experiment" if model == papers[0] else f"experiment-{model}"
        title = st.selectbox("Experiment", list(table), key=key, bind="query-params")
    return table.get(str(title), next(iter(table.values())))


def show_claim(experiment: PaperExperiment) -> None:
    """What the paper says, and where."""
    st.markdown(f"**The paper:** {experiment.claim}")
    st.caption(f"Source: {experiment.source}.")


def saved_result(experiment: PaperExperiment) -> Result | None:
    """The result that ships; where it cannot be read, the page says so and goes on."""
    try:
        return load_result(result_path(experiment.model, experiment.name))
    except ResultInvalid:
        return None


def show_found(experiment: PaperExperiment, live: Result | None) -> None:
    """The saved result with its figure; a live one beside it, or alone where none is saved."""
    saved = saved_result(experiment)
    if saved is None and not _weights_are_here(experiment.model):
        return
    if saved is None:
        st.info(
            "No result of this experiment is saved here. Run it below, or with "
            f"`mer experiment {experiment.model} {experiment.name} --save`.",
            icon=":material/science:",
        )
    result = saved or live
    if result is None:
        return
    st.markdown(f"**Found here:** {' '.join(result.found)}")
    if saved and (changed := outdated(saved)):
        st.warning(changed, icon=":material/update:")
    _data(result)
    if saved and live:
        st.markdown(f"**Live, just now:** {' '.join(live.found)}")
        _data(live)
    _figure(result, live if saved else None)


def _weights_are_here(model: str) -> bool:
    """Whether the model can be asked at all; if not, the page says what to do."""
    try:
        read_card(model)
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        return False
    return True


def _data(result: Result) -> None:
    """On what the numbers rest."""
    seeds = ", ".join(str(s) for s in result.seeds)
    with st.container(horizontal=True, gap="small"):
        if result.data.get("demo"):
            st.badge("demo data", icon=":material/toys:", color="orange")
        st.badge(f"{result.data['split']} split", color="gray")
        st.badge(f"n = {result.data['n']:,}", color="gray")
        st.badge(f"{'seed' if len(result.seeds) == 1 else 'seeds'} {seeds}", color="gray")
    st.caption(f"Data: {result.data['what']}.")


def _figure(result: Result, live: Result | None) -> None:
    key = f"experiment-{result.model}-{result.experiment}"
    measure = _choose("Measure", list(result.measures), f"{key}-measure")
    groups = list(dict.fromkeys(r.group for r in result.of(measure)))
    group = _choose("Cases", groups, f"{key}-{result.measures.index(measure)}-group")
    drawing = draw_result(result, measure, group, is_dark(), live)
    title = f"{measure}, {group}" if group else measure
    caption = draw(drawing, key, f"{title}: {_in_words(result, measure, group)}")
    downloads(key, result.to_csv, title, caption)
    _graded(result, measure)
    with st.expander("The numbers", icon=":material/table:", key=f"{key}-rows"):
        st.dataframe(_table(result, measure, group), hide_index=True, alt=title)
        st.download_button(
            "Whole result as JSON",
            lambda: json.dumps(result.plain(), indent=2, ensure_ascii=False),
            file_name=f"{result.experiment}.json",
            mime="application/json",
            key=f"json-{key}",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )


def graded_as(experiment: str, measure: str) -> str | None:
    """Name in `mer_core.grading.WHAT` of what a measure sums up; None where it is not graded.

    Args:
        experiment: Name of the experiment.
        measure: Of its result, such as "flips" or "divergence KL, in bits".
    """
    begins = GRADED.get(experiment, {})
    return next((name for start, name in begins.items() if measure.startswith(start)), None)


def _graded(result: Result, measure: str) -> None:
    """How well the number behind a measure finds lies by itself, for each model that was asked."""
    number = graded_as(result.experiment, measure)
    if number is None:
        return
    st.caption(
        "The figure shows means over many samples. How well such a number tells single samples in "
        "which something lies:"
    )
    for model in models_of(result):
        grade_note(number, model, named=True)


def models_of(result: Result) -> list[str]:
    """Names of the models whose weights the manifest names, each once."""
    weights = result.manifest.get("weights")
    keys = [key.split(" ")[0] for key in weights] if isinstance(weights, dict) else []
    return [name for name in dict.fromkeys(keys) if name in MODELS] or [result.model]


def _choose(label: str, options: list[str], key: str) -> str:
    """One of several; no widget where there is no choice."""
    if len(options) < 2:
        return options[0]
    return (
        str(st.selectbox(label, options, key=key))
        if len(options) > 4
        else _pill(label, options, key)
    )


def _pill(label: str, options: list[str], key: str) -> str:
    chosen = st.pills(label, options, default=options[0], key=key)
    return str(chosen or options[0])


def _in_words(result: Result, measure: str, group: str) -> str:
    rows = result.of(measure, group)
    return "; ".join(f"{r.case} {said(measure, r.value)}" for r in rows)


def _table(result: Result, measure: str, group: str) -> dict[str, list[Any]]:
    rows = result.of(measure, group)
    table: dict[str, list[Any]] = {
        "Case": [r.case for r in rows],
        "Value": [spread(r) for r in rows],
        "From": ["" if r.low is None else said(measure, r.low) for r in rows],
        "To": ["" if r.high is None else said(measure, r.high) for r in rows],
        "n": [r.n for r in rows],
        "Seeds": [r.seeds for r in rows],
    }
    if any(r.note for r in rows):
        table["Note"] = [r.note for r in rows]
    return table


def show_notes(experiment: PaperExperiment) -> None:
    """What must be known before a number is believed, and where the numbers come from."""
    result = saved_result(experiment)
    if result is None:
        return
    for note in result.notes:
        st.caption(f":material/info: {note}")
    with st.expander("Manifest", icon=":material/description:", key="experiment-manifest"):
        st.json(json.dumps(result.manifest), expanded=1)
