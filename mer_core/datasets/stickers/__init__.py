"""Real sticker sets, as their makers distribute them, and any folder of a user's own."""

from mer_core.datasets.stickers.collection import Absent, Source, Sticker, StickerSet

__all__ = ["Absent", "Source", "Sticker", "StickerSet"]
