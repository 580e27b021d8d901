"""The models by name. A fourth model is one file and one line here."""

from mer_core.models.base import EmotionModel
from mer_core.models.egmf import EGMF
from mer_core.models.hct_dmg import HCTDMG
from mer_core.models.mghft import MGHFT

MODELS: dict[str, type[EmotionModel]] = {
    "mghft": MGHFT,
    "egmf": EGMF,
    "hct_dmg": HCTDMG,
}
