"""EGMF's experiments (arXiv 2601.07565), one module each."""

from mer_core.experiments.base import PaperExperiment
from mer_core.experiments.egmf import (
    experts,
    gating,
    language,
    lora,
    modalities,
    pseudo,
    redundancy,
    tasks,
)

_ALL: tuple[PaperExperiment, ...] = (
    modalities.EXPERIMENT,
    experts.EXPERIMENT,
    gating.EXPERIMENT,
    lora.EXPERIMENT,
    language.EXPERIMENT,
    tasks.EXPERIMENT,
    redundancy.EXPERIMENT,
    pseudo.EXPERIMENT,
)

EGMF_EXPERIMENTS: dict[str, PaperExperiment] = {e.name: e for e in _ALL}
"""Name -> experiment."""
