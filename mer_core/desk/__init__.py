"""Desks by kind of model. A further gate is one file and one line here."""

from collections.abc import Callable
from typing import Any

from mer_core.desk.base import Desk, NoGate
from mer_core.desk.egmf import EGMFDesk
from mer_core.desk.hct_dmg import HCTDMGDesk
from mer_core.desk.mghft import MGHFTDesk
from mer_core.models import EmotionModel
from mer_core.models.egmf import EGMF
from mer_core.models.hct_dmg import HCTDMG
from mer_core.models.mghft import MGHFT
from mer_core.types import Batch

DESKS: dict[type[EmotionModel], Callable[[Any, Batch], Desk]] = {
    EGMF: EGMFDesk,
    HCTDMG: HCTDMGDesk,
    MGHFT: MGHFTDesk,
}


def desk_of(model: EmotionModel, batch: Batch) -> Desk:
    """The desk of one sample.

    Args:
        model: In eval mode.
        batch: One sample.

    Raises:
        NoGate: The model has none.
        StreamMissing: The batch lacks a stream.
    """
    make = DESKS.get(type(model))
    if make is None:
        able = ", ".join(kind.__name__ for kind in DESKS)
        raise NoGate(
            f"{type(model).__name__} has no gate to set: all its parts always count alike. "
            f"Choose one of {able}."
        )
    return make(model, batch)


__all__ = ["DESKS", "Desk", "EGMFDesk", "HCTDMGDesk", "MGHFTDesk", "NoGate", "desk_of"]
