"""The papers' own experiments: whole data sets, several seeds, saved results.

A table of plain names: `EXPERIMENTS[model][name]`.
"""

from mer_core.experiments.base import PaperExperiment
from mer_core.experiments.egmf import EGMF_EXPERIMENTS
from mer_core.experiments.hct_dmg import HCT_DMG_EXPERIMENTS
from mer_core.experiments.mghft import MGHFT_EXPERIMENTS

EXPERIMENTS: dict[str, dict[str, PaperExperiment]] = {
    "mghft": MGHFT_EXPERIMENTS,
    "egmf": EGMF_EXPERIMENTS,
    "hct_dmg": HCT_DMG_EXPERIMENTS,
}
"""Model -> name -> experiment, in the order of every list."""
