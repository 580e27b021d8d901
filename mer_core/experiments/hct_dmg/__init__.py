"""HCT-DMG's experiments (arXiv 2305.13583), one module each."""

from mer_core.experiments.base import PaperExperiment
from mer_core.experiments.hct_dmg import (
    depth,
    divergence,
    feasibility,
    hierarchy,
    noisy,
    primary,
    shift,
    switches,
)

_ALL: tuple[PaperExperiment, ...] = (
    hierarchy.EXPERIMENT,
    feasibility.EXPERIMENT,
    primary.EXPERIMENT,
    depth.EXPERIMENT,
    divergence.EXPERIMENT,
    noisy.EXPERIMENT,
    shift.EXPERIMENT,
    switches.EXPERIMENT,
)

HCT_DMG_EXPERIMENTS: dict[str, PaperExperiment] = {e.name: e for e in _ALL}
"""Name -> experiment."""
