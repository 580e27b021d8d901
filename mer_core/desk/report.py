"""What a desk says of one setting, as plain data."""

from typing import Any

from jaxtyping import Float
from torch import Tensor

from mer_core.desk.base import Desk
from mer_core.desk.flip import Flip, Tried, smallest_flip, tried
from mer_core.desk.maps import GateMap, StrengthMap, gate_map, strength_map
from mer_core.desk.met import met_of
from mer_core.errors import MerError
from mer_core.models import EmotionModel
from mer_core.types import Prediction


def whole_map(desk: Desk, id: str) -> tuple[GateMap | StrengthMap, Tried]:
    """The map of a desk, and the settings whose answers are then known."""
    if desk.simplex:
        found = gate_map(desk, id)
        return found, Tried(found.settings, found.labels)
    return strength_map(desk, id), tried(desk)


def report(
    model: EmotionModel, desk: Desk, setting: Float[Tensor, " part"] | None, id: str, known: Tried
) -> dict[str, Any]:
    """The own answer, the answer at a setting, the nearest flip from there, and whether training
    met the setting.

    Args:
        model: That the desk is of.
        desk: Of the sample.
        setting: None for the model's own.
        id: Name of the sample.
        known: Settings whose answers are known.
    """
    at = desk.gate if setting is None else setting
    flip = smallest_flip(desk, at, known, id)
    try:
        met = met_of(model, desk.gate).says(at, desk.simplex)
    except MerError as error:
        met = str(error)
    told: dict[str, Any] = {"id": id, "own": _said(desk, desk.gate, desk.own)}
    if setting is not None:
        told["set"] = _said(desk, setting, desk.answer(setting))
    return told | {"flip": _turned(desk, flip), "training": met}


def _said(desk: Desk, setting: Float[Tensor, " part"], said: Prediction) -> dict[str, Any]:
    """A setting and the answer there."""
    probs = zip(said.names, said.probs[0].tolist(), strict=True)
    sentiment = None if said.sentiment is None else round(float(said.sentiment[0]), 3)
    return {
        "weights": _weights(desk, setting),
        "answer": said.answers[0],
        "probs": {name: round(p, 4) for name, p in probs},
        "sentiment": sentiment,
    }


def _turned(desk: Desk, flip: Flip) -> dict[str, Any]:
    """The nearest flip; without weights where there is none."""
    told: dict[str, Any] = {"says": flip.says(), "tried": flip.tried}
    if flip.at is None:
        return told
    return told | {
        "to": flip.to,
        "distance": round(flip.distance, 4),
        "weights": _weights(desk, flip.at),
    }


def _weights(desk: Desk, setting: Float[Tensor, " part"]) -> dict[str, float]:
    return {p: round(w, 6) for p, w in zip(desk.parts, setting.tolist(), strict=True)}
