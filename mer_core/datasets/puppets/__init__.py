"""A small generated world in which every answer, every lie and every piece of evidence is known."""

from mer_core.datasets.puppets.stickers import StickerTruth, sticker
from mer_core.datasets.puppets.utterances import UtteranceTruth, utterance
from mer_core.datasets.puppets.world import WORLD, World

__all__ = ["WORLD", "StickerTruth", "UtteranceTruth", "World", "sticker", "utterance"]
