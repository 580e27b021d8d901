"""MGHFT's experiments (arXiv 2507.18929), one module each, and two questions of our own."""

from mer_core.experiments.base import PaperExperiment

_ALL: tuple[PaperExperiment, ...] = ()

MGHFT_EXPERIMENTS: dict[str, PaperExperiment] = {e.name: e for e in _ALL}
"""Name -> experiment."""
