"""The models by name. A further model is one file and one line here."""

from dataclasses import dataclass
from typing import Any

from mer_core.errors import UnknownName
from mer_core.models.base import EmotionModel
from mer_core.models.egmf import EGMF
from mer_core.models.hct_dmg import HCTDMG
from mer_core.models.mghft import MGHFT
from mer_core.models.mult import MulT

MODELS: dict[str, type[EmotionModel]] = {
    "mghft": MGHFT,
    "egmf": EGMF,
    "hct_dmg": HCTDMG,
    "mult": MulT,
}


@dataclass(frozen=True)
class Variant:
    """A model of MODELS with another Config, shipped beside the paper's own.

    Attributes:
        model: Its name in MODELS.
        preset: Name of its Config.
    """

    model: str
    preset: str


VARIANTS: dict[str, Variant] = {"hct_dmg_sample": Variant("hct_dmg", "sample_gate")}

NAMES: tuple[str, ...] = (*MODELS, *VARIANTS)
"""Every name under which weights ship."""


def kind_of(name: str) -> type[EmotionModel]:
    """The class behind a name of NAMES.

    Raises:
        UnknownName: There is none.
    """
    if name not in NAMES:
        raise UnknownName(name, NAMES)
    return MODELS[VARIANTS[name].model if name in VARIANTS else name]


def demo_config(name: str) -> Any:
    """The Config of the one that ships with weights.

    Raises:
        UnknownName: There is no such name.
    """
    preset = VARIANTS[name].preset if name in VARIANTS else "demo"
    return getattr(kind_of(name).Config, preset)()
