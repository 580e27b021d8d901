"""MGHFT's experiments (arXiv 2507.18929), one module each, and questions of our own."""

from mer_core.experiments.base import PaperExperiment
from mer_core.experiments.mghft import (
    biased,
    emoji,
    evidence,
    generic,
    latency,
    no_text,
    released,
    unseen,
    view_order,
)

_ALL: tuple[PaperExperiment, ...] = (
    no_text.EXPERIMENT,
    view_order.EXPERIMENT,
    generic.EXPERIMENT,
    biased.EXPERIMENT,
    unseen.EXPERIMENT,
    evidence.EXPERIMENT,
    released.EXPERIMENT,
    latency.EXPERIMENT,
    emoji.EXPERIMENT,
)

MGHFT_EXPERIMENTS: dict[str, PaperExperiment] = {e.name: e for e in _ALL}
"""Name -> experiment."""
