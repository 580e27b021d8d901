"""Where does the time go between a picture and an answer on screen?"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from mer_core.datasets import open_dataset
from mer_core.encoders.interpreter import Description
from mer_core.experiments.base import (
    MILLISECONDS,
    Ask,
    PaperExperiment,
    Progress,
    Result,
    Row,
    said,
)
from mer_core.experiments.mghft.bench import manifest, trained
from mer_core.models.mghft import MGHFT
from mer_core.stickers import interpreter
from mer_core.types import Prediction, Sample

STEPS = {
    "describe": "the embedded interpreter looks and writes four sentences",
    "encode": "words become features, the picture is scaled",
    "forward": "backbone, fusion, answer",
    "draw": "the figure of the answer, as it is sent to a browser",
}
"""Steps of an answer, in order, and what each does."""
TOTAL = "all together"
COUNT, WARM_UPS = 200, 10
QUIET = 0.5
"""Load average for each processor below which a machine counts as quiet."""


def run(ask: Ask, progress: Progress) -> Result:
    """Time every step for one sticker after another, after some that are not counted."""
    models, weights = trained(ask.seeds[:1])
    seed, model = next(iter(models.items()))
    samples = open_dataset("puppet-stickers", ask.split, (ask.limit or COUNT) + WARM_UPS)
    before, describe = os.getloadavg()[0], interpreter().describe
    times = []
    for i in range(len(samples)):
        times.append(_timed(model, samples[i], describe))
        progress("timing stickers", i + 1, len(samples))
    seconds = np.array(times[WARM_UPS:])
    rows = [_row(s, seconds[:, i], note=STEPS[s]) for i, s in enumerate(STEPS)]
    rows.append(_row(TOTAL, seconds.sum(1), reference=True))
    return Result(
        model="mghft",
        experiment=EXPERIMENT.name,
        found=_says(rows),
        data={
            "name": "puppet-stickers",
            "what": "generated stickers with known answers (demo data, no real stickers)",
            "split": ask.split,
            "n": len(seconds),
            "demo": True,
        },
        seeds=(seed,),
        rows=tuple(rows),
        measures=(MILLISECONDS,),
        lines="the middle half (quartiles)",
        notes=_notes(before, max(before, os.getloadavg()[0])),
        manifest=manifest(models, weights) | {"machine": _machine(model, before)},
    )


def _timed(
    model: MGHFT, sample: Sample, describe: Callable[[np.ndarray], Description]
) -> list[float]:
    """Seconds of each step for one sticker."""
    assert sample.image is not None  # every generated sticker has one
    marks = [time.perf_counter()]
    told = replace(sample, views=describe(sample.image).views)
    marks.append(time.perf_counter())
    batch = model.processor()([told])
    marks.append(time.perf_counter())
    with torch.inference_mode():
        prediction = model(batch)
    marks.append(time.perf_counter())
    drawn(prediction)
    marks.append(time.perf_counter())
    return np.diff(marks).tolist()


def drawn(prediction: Prediction) -> str:
    """The figure of an answer as plotly's JSON, which is what a browser gets."""
    from mer_core.views import figure  # stands above experiments: what is timed here is a view

    return figure(prediction).to_json() or ""


def _row(case: str, seconds: np.ndarray, **more: Any) -> Row:
    low, middle, high = np.percentile(1000 * seconds, [25, 50, 75]).tolist()
    return Row(case, MILLISECONDS, middle, len(seconds), low=low, high=high, **more)


def _machine(model: MGHFT, load: float) -> dict[str, Any]:
    return {
        "device": str(next(model.parameters()).device),
        "threads": torch.get_num_threads(),
        "processors": os.cpu_count(),
        "load_average": round(load, 2),
    }


def _notes(before: float, load: float) -> tuple[str, ...]:
    cores = os.cpu_count() or 1
    quiet = load < QUIET * cores + 1  # the measurement itself is one of the running processes
    state = (
        f"The machine was quiet (load average {before:.2f} on {cores} processors)."
        if quiet
        else f"The machine was busy (load average {load:.2f} on {cores} processors): these times "
        "are upper bounds."
    )
    return (
        f"{state} One sticker at a time; {torch.get_num_threads()} threads of torch; "
        f"{WARM_UPS} stickers to warm up.",
        "The describer is the embedded interpreter. A language model that looks at pictures, as "
        "the paper has it, takes seconds on a graphics card and minutes without one; it was not "
        "timed here.",
    )


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    *steps, total = rows
    most = max(steps, key=lambda r: r.value)
    parts = ", ".join(f"{r.case} {said(MILLISECONDS, r.value)}" for r in steps)
    return (
        f"From picture to figure it takes {said(MILLISECONDS, total.value)} (median): {parts}. "
        f"Most of it is to {most.case}.",
    )


EXPERIMENT = PaperExperiment(
    name="latency",
    title="Time to answer",
    question="Where does the time go between a picture and its answer?",
    claim="Not recovered. A third-party digest calls use in real time doubtful, because a "
    "language model of 7 billion parameters writes the descriptions.",
    source="arXiv 2507.18929, a third-party digest",
    run=run,
)
