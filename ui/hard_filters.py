"""Which samples the page Hard samples shows: presets, filters, and the words for both."""

import math
from typing import Any

import numpy as np
import streamlit as st

from mer_core.hardness import HardTable
from mer_core.hardness.selecting import Filter, Measure, measures_of, presets_of
from mer_core.hardness.table import UNKNOWN
from ui.hard import Opened

_RIGHT = {"Right and wrong": None, "Right": True, "Wrong": False}
_STEPS = 20
"""Steps of a slider over bits."""


def filters(opened: Opened) -> Filter:
    """Draw presets and filters; what is chosen stands in the address."""
    table, model = opened.table, opened.model
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    preset = _preset(table, model, bar)
    with bar.popover("Filter", icon=":material/filter_alt:"):
        kinds = _several("Kind of conflict", table.kind.present(), "hard-kind")
        targets = _several("What was meant", table.target.present(), "hard-meant")
        answers = _several("The answer", table.models[model].answers.present(), "hard-answer")
        right = _right(table, model)
        ranges = [_range(k, m, table, model) for k, m in measures_of(table, model).items()]
        words = st.text_input("Words in it", key="hard-words", bind="query-params", max_chars=80)
    return Filter(
        model,
        preset,
        kinds,
        targets,
        answers,
        right,
        tuple(found for found in ranges if found is not None),
        str(words or ""),
    )


def _preset(table: HardTable, model: str, bar: Any) -> str:
    known = presets_of(table, model)
    titles = {preset.title: key for key, preset in known.items()}
    chosen = bar.pills("Show only", list(titles), key="hard-preset", bind="query-params")
    return titles.get(str(chosen), "")


def _several(label: str, options: tuple[str, ...], key: str) -> tuple[str, ...]:
    if options == (UNKNOWN,):
        return ()
    chosen = st.multiselect(label, options, key=key, bind="query-params", placeholder="all")
    return tuple(c for c in chosen if c in options)


def _right(table: HardTable, model: str) -> bool | None:
    if not np.isfinite(table.correct(model)).any():
        return None
    chosen = st.segmented_control(
        "Correctness",
        list(_RIGHT),
        default="Right and wrong",
        required=True,
        key="hard-right",
        bind="query-params",
    )
    return _RIGHT.get(str(chosen))


def _range(
    key: str, measure: Measure, table: HardTable, model: str
) -> tuple[str, float, float] | None:
    """A slider over a measure; None while it lets everything pass."""
    values = measure.of(table, model)
    most = 1.0 if measure.unit == "share" else math.ceil(10 * float(np.nanmax(values))) / 10
    if most <= 0:
        return None
    step = most / _STEPS
    low, high = st.slider(
        f"{measure.title.capitalize()} ({measure.unit})",
        0.0,
        most,
        (0.0, most),
        step,
        key=f"hard-{key}-{most}",
    )
    return None if low <= 0 and high >= most else (key, float(low), float(high))


def says(found: Filter, shown: int, table: HardTable) -> str:
    """How many samples are shown, and why only those."""
    if shown == len(table):
        return f"All {len(table):,} samples are shown."
    parts = []
    if found.preset:
        parts.append(presets_of(table, found.model)[found.preset].means)
    parts += [f"the kind is {' or '.join(found.kinds)}"] if found.kinds else []
    parts += [f"{' or '.join(found.targets)} was meant"] if found.targets else []
    parts += [f"the answer is {' or '.join(found.answers)}"] if found.answers else []
    if found.correct is not None:
        parts.append("the answer is right" if found.correct else "the answer is wrong")
    known = measures_of(table, found.model)
    parts += [f"{known[k].title} is {low:.2f} to {high:.2f}" for k, low, high in found.ranges]
    parts += [f"it says “{found.words}”"] if found.words.strip() else []
    return f"{shown:,} of {len(table):,} samples are shown: {'; '.join(parts)}."
