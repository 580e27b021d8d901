"""Which samples to look at: filters that combine, and presets that name a kind of trouble."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from mer_core.hardness.table import HardTable

SURE = 0.8
"""A model is called sure from this confidence on."""

SPLIT = 2.0
"""People are called split from this entropy of their ratings on, in bits: that of four emotions
rated alike."""

APART = 0.5
"""Modalities are called in conflict from this disagreement on, in bits."""


class Measure(NamedTuple):
    """One number a sample.

    Attributes:
        title: For a menu.
        unit: "bits" or "share".
        of: Table and model -> (sample,), NaN where nobody knows.
        own: Whether every model has its own.
    """

    title: str
    unit: str
    of: Callable[[HardTable, str], Float[np.ndarray, " sample"]]
    own: bool = True


MEASURES: dict[str, Measure] = {
    "disagreement": Measure(
        "disagreement of the modalities", "bits", lambda t, m: t.models[m].disagreement
    ),
    "confidence": Measure("confidence", "share", lambda t, m: t.models[m].confidence),
    "apart": Measure("disagreement of the models", "bits", lambda t, m: t.apart(), own=False),
    "spread": Measure("spread of people's labels", "bits", lambda t, m: t.spread, own=False),
}
"""What a map is coloured by and a filter cuts; more may be known of one table than of another."""


def measures_of(table: HardTable, model: str) -> dict[str, Measure]:
    """The measures of which this table knows at least one number."""
    return {k: m for k, m in MEASURES.items() if np.isfinite(m.of(table, model)).any()}


class Preset(NamedTuple):
    """A kind of trouble.

    Attributes:
        title: For a button.
        means: In words, with its threshold.
        rows: Table and model -> which samples are in it.
        first: Measure that orders them, the highest first.
    """

    title: str
    means: str
    rows: Callable[[HardTable, str], Bool[np.ndarray, " sample"]]
    first: str


def _confident_and_wrong(table: HardTable, model: str) -> Bool[np.ndarray, " sample"]:
    return (table.correct(model) == 0) & _sure(table, model)


def _modalities_disagree(table: HardTable, model: str) -> Bool[np.ndarray, " sample"]:
    return (table.models[model].disagreement >= APART) & _sure(table, model)


def _people_split(table: HardTable, model: str) -> Bool[np.ndarray, " sample"]:
    return (table.spread >= SPLIT) & _sure(table, model)


def _sure(table: HardTable, model: str) -> Bool[np.ndarray, " sample"]:
    return table.models[model].confidence >= SURE


PRESETS: dict[str, Preset] = {
    "sure-wrong": Preset(
        "Confident and wrong",
        f"the model is wrong and at least {100 * SURE:.0f} % sure",
        _confident_and_wrong,
        "confidence",
    ),
    "models": Preset(
        "Models disagree",
        "not all models give the same answer",
        lambda table, model: table.differ(),
        "apart",
    ),
    "modalities": Preset(
        "Modalities disagree, model sure",
        f"the modalities, each heard alone, are {APART} bits apart or more, and the model is at "
        f"least {100 * SURE:.0f} % sure",
        _modalities_disagree,
        "disagreement",
    ),
    "people": Preset(
        "People split, model sure",
        f"people's ratings spread over {SPLIT:.0f} bits or more, and the model is at least "
        f"{100 * SURE:.0f} % sure",
        _people_split,
        "spread",
    ),
}


def presets_of(table: HardTable, model: str) -> dict[str, Preset]:
    """The presets that make sense for this table."""
    unfit = set() if np.isfinite(table.spread).any() else {"people"}
    unfit |= set() if len(table.models) > 1 else {"models"}
    unfit |= set() if np.isfinite(table.correct(model)).any() else {"sure-wrong"}
    return {key: preset for key, preset in PRESETS.items() if key not in unfit}


@dataclass(frozen=True)
class Filter:
    """What must hold of a sample; what is empty asks nothing.

    Attributes:
        model: Whose answer, confidence and disagreement count.
        preset: Key of PRESETS.
        kinds: Kinds of conflict.
        targets, answers: Emotions.
        correct: True for right answers, False for wrong ones, None for both and unknown ones.
        ranges: Measure -> least and greatest value. Samples without a number fall out.
        words: Must occur in what is said, letters of either case.
    """

    model: str
    preset: str = ""
    kinds: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    correct: bool | None = None
    ranges: tuple[tuple[str, float, float], ...] = ()
    words: str = ""

    def rows(self, table: HardTable) -> Bool[np.ndarray, " sample"]:
        """Which samples pass."""
        keep = np.ones(len(table), bool)
        if self.preset:
            keep &= PRESETS[self.preset].rows(table, self.model)
        answered = table.models[self.model].answers
        for labels, wanted in (
            (table.kind, self.kinds),
            (table.target, self.targets),
            (answered, self.answers),
        ):
            if wanted:
                keep &= labels.is_any(wanted)
        if self.correct is not None:
            keep &= table.correct(self.model) == float(self.correct)
        for name, low, high in self.ranges:
            values = MEASURES[name].of(table, self.model)
            keep &= (values >= low) & (values <= high)
        if sought := self.words.casefold().strip():
            keep &= np.array([sought in text.casefold() for text in table.words], bool)
        return keep


def hardest(
    table: HardTable, model: str, rows: Bool[np.ndarray, " sample"], measure: str
) -> np.ndarray:
    """Numbers of the chosen rows, the highest of a measure first; those without a number last."""
    chosen = np.flatnonzero(rows)
    values = MEASURES[measure].of(table, model)[chosen]
    return chosen[np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")]
