"""What does the answer look at, guided by the text? MGHFT's two maps A1 and A2.

The answering token first looks at eight positions of text, for each view its vector T and what
its stage made of it, T'; what it read there is its query to the visual sequence.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.probes.base import Finding, Reader, Row, names_of, percent
from mer_core.probes.sources import GLOBALS, TAPS, Source, sources
from mer_core.recording import Recording
from mer_core.trace import Trace
from mer_core.types import Batch, Modality, Stream, View

KINDS = ("T", "T'")
"""A view as it was read, and as its stage passed it on."""
NEARLY = 1.2
"""Shares under so many times even are called close to even."""


@dataclass(frozen=True, eq=False)
class GuidedLook(Finding):
    """Where the answering token looks, head by head.

    Attributes:
        text: A1 over T of the four views, then T' of the four views.
        vision: A2 over the visual sequence.
        sources: What stands where in the visual sequence.
        images: The stickers, uint8 (row, column, channel); None where there is none.
        absent: True where a view is missing and its learned stand-in is heard.
        blank: True where there is no picture and learned silence is seen.
    """

    unit = "share of the answering token's attention, 0 to 1, mean of heads"
    baseline = (
        "even attention (1/4 for each view; for each stage its share of the tokens); "
        "a weight says where the model looks, not what moved its answer"
    )
    text: Float[Tensor, "batch head slot"]
    vision: Float[Tensor, "batch head key"]
    sources: tuple[Source, ...]
    images: tuple[np.ndarray | None, ...]
    absent: Bool[Tensor, "batch view"]
    blank: Bool[Tensor, " batch"]

    @property
    def slots(self) -> Float[Tensor, "batch kind view"]:
        """A1 by kind (T, T') and view, mean of heads; sums to 1 over both."""
        return self.text.mean(dim=1).unflatten(-1, (len(KINDS), len(View)))

    def shares(self, sample: int) -> dict[str, tuple[float, float]]:
        """Stretch of the visual sequence -> share of A2, and share of the tokens (even)."""
        weights = self.vision[sample].mean(dim=0)
        return {s.name: (float(weights[s.span].sum()), s.size / len(weights)) for s in self.sources}

    def reached(self, sample: int) -> float:
        """At how many tokens a head looks, as if evenly: exp of its entropy, mean of heads."""
        weights = self.vision[sample]
        entropy = -(weights * weights.clamp(min=1e-12).log()).sum(dim=-1)
        return float(entropy.exp().mean())

    def place(self, source: Source, sample: int) -> Float[Tensor, "row column"]:
        """Times even that the chosen places of one stage are looked at; NaN elsewhere."""
        weights = self.vision[sample].mean(dim=0)
        return source.onto(weights[source.span] * len(weights), sample, mean=True)

    def says(self, sample: int = 0) -> str:
        return f"{self._reads(sample)} {self._looks(sample)}"

    def _reads(self, sample: int) -> str:
        if bool(self.absent[sample].all()):
            return "Nothing is said of this sticker: only learned stand-ins guide the look."
        views = self.slots[sample].sum(dim=0)
        most, share = int(views.argmax()), percent(float(views.max()))
        if float(views.max()) * len(View) < NEARLY:
            return f"The four views guide the look almost alike (at most {share}, even is 25 %)."
        note = " (missing: its learned stand-in)" * bool(self.absent[sample, most])
        return (
            f"The {tuple(View)[most]} view{note} guides the look most, with {share} of the "
            "attention to the text (even is 25 %)."
        )

    def _looks(self, sample: int) -> str:
        if bool(self.blank[sample]):
            return "There is no picture here, so no place is looked at."
        shares, total = self.shares(sample), self.vision.shape[-1]
        reach = f"a head looks as if evenly at {self.reached(sample):.0f} of {total} tokens"
        name = max(shares, key=lambda n: shares[n][0] / shares[n][1])
        got, even = shares[name]
        if got / even < NEARLY:
            return f"No stage is looked at much more than its tokens would get evenly; {reach}."
        of = f"the {name}" if name == GLOBALS else f"the {name} stage's places"
        return (
            f"It looks at {of} with {percent(got)}, {got / even:.1f} times their share of the "
            f"tokens ({percent(even)}); {reach}."
        )

    def caption(self, sample: int = 0) -> str:
        return (
            f"{super().caption(sample)} Places of a map: times even looking, where a head chose "
            "the place. Random weights draw maps too: ask whether shuffled ones look there."
        )

    def rows(self) -> Iterator[Row]:
        slots = [f"{kind} {view}" for kind in KINDS for view in View]
        for b, id in enumerate(self.ids):
            for head, weights in enumerate(self.text[b].tolist()):
                for slot, weight in zip(slots, weights, strict=True):
                    yield {"sample": id, "map": "A1", "head": head, "at": slot, "weight": weight}
            for head, row in enumerate(self.vision[b].tolist()):
                for source in self.sources:
                    for token, weight in enumerate(row[source.span]):
                        at = f"{source.name}: {source.label(b, token)}"
                        yield {"sample": id, "map": "A2", "head": head, "at": at, "weight": weight}


class LooksGuided(Reader):
    """Both maps of the text-guided block."""

    needs = ("fusion.text.pattern", "fusion.vision.pattern", *TAPS)

    def read(self, recording: Recording) -> GuidedLook:
        silent = recording.batch.streams[Modality.VISION].is_silent.tolist()
        samples = zip(recording.samples, silent, strict=True)
        images = tuple(None if gone else s.image for s, gone in samples)
        return guided_look(recording.trace, recording.batch, images)


def guided_look(trace: Trace, batch: Batch, images: tuple[np.ndarray | None, ...]) -> GuidedLook:
    """Both maps, from what the taps in `LooksGuided.needs` showed."""
    text = batch.streams[Modality.TEXT]
    return GuidedLook(
        ids=names_of(batch),
        target=(),
        text=answering(trace["fusion.text.pattern"].values),
        vision=answering(trace["fusion.vision.pattern"].values),
        sources=sources(trace),
        images=images,
        absent=missing_views(text),
        blank=batch.streams[Modality.VISION].is_silent.cpu(),
    )


def answering(pattern: Float[Tensor, "batch head query key"]) -> Float[Tensor, "batch head key"]:
    """The one row that is computed: the answering token's."""
    return pattern[:, :, 0].detach().float().cpu()


def missing_views(text: Stream) -> Bool[Tensor, "batch view"]:
    """Which views are not there, so that a learned stand-in is heard."""
    return (~text.mask.any(dim=-1) | text.is_silent[:, None]).cpu()
