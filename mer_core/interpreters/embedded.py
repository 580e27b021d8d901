"""The interpreter that ships: attribute heads on MGHFT's backbone, worded by the puppets."""

import hashlib
import inspect
import json
from typing import final

import numpy as np

from mer_core.checkpoints import folder_of
from mer_core.datasets.puppets import views, wording
from mer_core.encoders.interpreter import Description
from mer_core.errors import WeightsMissing
from mer_core.stickers import describe


@final
class Embedded:
    """Needs nothing beyond this package.

    Raises:
        WeightsMissing: Its heads are not on this machine.
    """

    name = "embedded"
    at_once = 1
    sends_to = ""

    def __init__(self) -> None:
        self.version = _version()

    def describe(self, image: np.ndarray) -> Description:
        """The most probable label of each attribute, worded as four sentences."""
        return describe(image)


def _version() -> str:
    """Weights of the heads and of their backbone, and the code that words what they name."""
    path = folder_of("interpreter") / "card.json"
    if not path.is_file():
        raise WeightsMissing("the sticker interpreter", "Restore it or train it again.")
    card = json.loads(path.read_text(encoding="utf-8"))
    worded = "".join(inspect.getsource(module) for module in (views, wording)).encode()
    heads, backbone = card["heads_sha256"][:12], card["backbone_sha256"][:12]
    return f"heads {heads}, backbone {backbone}, wording {hashlib.sha256(worded).hexdigest()[:12]}"
