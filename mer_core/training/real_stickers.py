"""Real, labelled stickers as batches for MGHFT; what cannot be scored is counted, not hidden."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mer_core.datasets.stickers import Sticker, StickerSet
from mer_core.datasets.stickers.collection import read_image
from mer_core.errors import BadInput, MerError
from mer_core.models.mghft import MGHFT
from mer_core.types import Batch, Sample

ALIASES = {"joy": "happiness"}
"""Names of the field -> ours, where they mean the same; other names must be the model's own."""

SIZE = 32
"""Stickers in a batch; their pictures are read when it is made."""


class LabelledStickers:
    """The stickers of a set whose label is one of the model's answers, in batches.

    Args:
        model: Who will be asked.
        data: The set.
        writer: Whose views are read: "given" with the set, or "interpreter", written from the
            picture by the embedded one.

    Attributes:
        left_out: Reason -> number of stickers; those with unreadable pictures are known once all
            batches were made.

    Raises:
        BadInput: No sticker has a label that the model could answer with.
    """

    def __init__(self, model: MGHFT, data: StickerSet, writer: str) -> None:
        self.processor, self.writer = model.processor(), writer
        self.rows: list[tuple[Sticker, str]] = []
        known = model.config.emotions
        reasons: Counter[str] = Counter(
            {"not in the folder or table": len(data.missing)} if data.missing else {}
        )
        for sticker in data.stickers:
            label = sticker.told.target
            same = ALIASES.get(label or "", label or "")
            if same in known:
                self.rows.append((sticker, same))
            else:
                reasons[f"label {label!r}" if label else "no label"] += 1
        if not self.rows:
            raise BadInput(
                f"None of the {len(data)} stickers has a label that the model can answer with "
                f"({', '.join(known)}). {_told(reasons)}"
            )
        self._reasons, self._unread = reasons, 0

    @property
    def left_out(self) -> dict[str, int]:
        unread = {"picture cannot be read": self._unread} if self._unread else {}
        return dict(self._reasons) | unread

    def __len__(self) -> int:
        return -(-len(self.rows) // SIZE)

    def __iter__(self) -> Iterator[Batch]:
        self._unread, some = 0, False
        for start in range(0, len(self.rows), SIZE):
            if samples := self._samples(self.rows[start : start + SIZE]):
                some = True
                yield self.processor(samples)
        if not some:
            raise BadInput(f"None of the {len(self.rows)} labelled pictures can be read.")

    def _samples(self, rows: Sequence[tuple[Sticker, str]]) -> list[Sample]:
        samples = []
        for sticker, target in rows:
            try:
                image = read_image(sticker.path, sticker.told.id)
            except MerError:
                self._unread += 1
                continue
            # what people rated stays out: these stickers are scored by their one label
            sample = replace(sticker.told, image=image, target=target, rated={})
            samples.append(_interpreted(sample) if self.writer == "interpreter" else sample)
        return samples


def _interpreted(sample: Sample) -> Sample:
    from mer_core.stickers import describe

    assert sample.image is not None
    return replace(sample, views=describe(sample.image).views, missing={})


def _told(reasons: Counter[str]) -> str:
    return "Left out: " + ", ".join(f"{n} with {why}" for why, n in reasons.items()) + "."


def real_batches(model: MGHFT, data: StickerSet) -> dict[str, LabelledStickers]:
    """Writer -> batches: the views given with the set, if it has any, and the interpreter's."""
    given = any(sticker.told.views for sticker in data.stickers)
    writers = ("given", "interpreter") if given else ("interpreter",)
    return {writer: LabelledStickers(model, data, writer) for writer in writers}
