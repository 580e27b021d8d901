"""What does EGMF's language model look at before it answers: pseudo tokens, words or the prompt?

A prompt is [prefix; pseudo tokens; words; suffix; two questions]. Each question is answered at the
last position of its own; here is where that position's attention goes, layer by layer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.probes.base import Finding, Reader, Row, listed, names_of, percent, points
from mer_core.recording import Recording
from mer_core.trace import Trace
from mer_core.types import Batch, Modality

QUESTIONS = {"emotion": "emotion task", "number": "number task"}
"""What is asked -> the segment of the prompt that asks it."""

GROUPS = {
    "pseudo tokens": ("pseudo",),
    "words": ("text",),
    "prompt": ("prefix", "suffix", "emotion task", "number task"),
}
"""What is looked at, in words -> segments."""

TAPS = "language.attention."


@dataclass(frozen=True, eq=False)
class PromptLooks(Finding):
    """Where the attention of the answering positions goes.

    Attributes:
        shares: Of each head's attention, by segment; sums to 1.
        evenly: Where it would go if each position that can be seen got as much as any other.
        questions: What is asked, in the order of the axis `question`: keys of QUESTIONS.
        segments: Names of the axis `segment`.
    """

    unit = "share of the answering position's attention, 0 to 1; mean of the heads of a layer"
    baseline = "looking evenly at every position before the answer; a look is not yet an influence"
    shares: Float[Tensor, "batch question layer head segment"]
    evenly: Float[Tensor, "batch question segment"]
    questions: tuple[str, ...]
    segments: tuple[str, ...]

    def grouped(self) -> Float[Tensor, "batch question layer group"]:
        """Mean of the heads, in the three groups of GROUPS."""
        return group_shares(self.shares.mean(dim=3), self.segments)

    def evenly_grouped(self) -> Float[Tensor, "batch question group"]:
        """The same of an even look."""
        return group_shares(self.evenly, self.segments)

    def says(self, sample: int = 0) -> str:
        grouped, even = self.grouped()[sample, 0], self.evenly_grouped()[sample, 0]
        return say_looks(grouped, even, self.questions[0])

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for q, question in enumerate(self.questions):
                for layer, heads in enumerate(self.shares[b, q].tolist()):
                    for head, values in enumerate(heads):
                        for s, value in enumerate(values):
                            about: Row = {"sample": id, "before the": question}
                            about |= {"layer": layer + 1, "head": head + 1}
                            about |= {"at": self.segments[s], "share": value}
                            yield {**about, "even": float(self.evenly[b, q, s])}


def say_looks(
    shares: Float[Tensor, "layer group"], evenly: Float[Tensor, " group"], question: str
) -> str:
    """Where the attention before one answer goes, in a sentence or two."""
    mean, pseudo = shares.mean(dim=0), shares[:, 0]
    parts = [
        f"{percent(float(mean[i]))} to the {name} (even: {percent(float(evenly[i]))})"
        for i, name in enumerate(GROUPS)
    ]
    most, least = int(pseudo.argmax()), int(pseudo.argmin())
    beside = float(mean[0] - evenly[0])
    opening = f"Before it says the {question}, the language model gives {listed(parts)}"
    if len(pseudo) == 1:
        return f"{opening} of its attention."
    return (
        f"{opening} of its attention, mean of {len(pseudo)} layers. It looks most at the pseudo "
        f"tokens in layer {most + 1} ({percent(float(pseudo[most]))}), least in layer "
        f"{least + 1} ({percent(float(pseudo[least]))}); on average "
        f"{points(abs(beside), signed=False)} {'more' if beside > 0 else 'less'} than evenly."
    )


class LooksAtPrompt(Reader):
    """The attention of both answering positions, from one recording."""

    needs: ClassVar[tuple[str, ...]] = (f"{TAPS}0", f"{TAPS}*")

    def fits(self, recording: Recording) -> bool:
        return super().fits(recording) and "segments" in recording.extra

    def read(self, recording: Recording) -> PromptLooks:
        return prompt_looks(recording.trace, recording.batch, recording.extra["segments"])


def prompt_looks(
    trace: Trace, batch: Batch, places: Mapping[str, tuple[int, int] | list[int]]
) -> PromptLooks:
    """The shares of attention by segment.

    Args:
        trace: With every layer's attention over the whole prompt as its first visit.
        batch: What was read, for what is real of the words.
        places: Segment -> its first position and the one after its last.
    """
    asked = {q: places[s] for q, s in QUESTIONS.items() if places[s][1] > places[s][0]}
    asks = [stop - 1 for _, stop in asked.values()]
    names = sorted((n for n in trace if n.startswith(TAPS)), key=lambda n: int(n[len(TAPS) :]))
    # a number with decimals is generated after the whole prompt was read once: the first visit
    maps = [trace.visits(name)[0].values[:, :, asks].float().cpu() for name in names]
    looks = torch.stack(maps, dim=1).permute(0, 3, 1, 2, 4)  # batch question layer head key
    seen = _seen(batch, places, looks.shape[-1])
    before = torch.arange(looks.shape[-1]) <= torch.tensor(asks)[:, None]
    even = (seen[:, None] & before).float()
    even = even / even.sum(dim=-1, keepdim=True)
    return PromptLooks(
        ids=names_of(batch),
        target=(),
        shares=_by_segment(looks, places),
        evenly=_by_segment(even, places),
        questions=tuple(asked),
        segments=tuple(places),
    )


def _seen(
    batch: Batch, places: Mapping[str, tuple[int, int] | list[int]], length: int
) -> Bool[Tensor, "batch key"]:
    """Positions of the prompt that are there: all but padding and words that are not said."""
    text = batch.streams[Modality.TEXT]
    seen = torch.ones(len(batch), length, dtype=torch.bool)
    start, stop = places["text"]
    if stop > start:
        seen[:, start:stop] = (text.mask & ~text.is_silent[:, None]).cpu()
    return seen


def _by_segment(
    looks: Float[Tensor, "*lead key"], places: Mapping[str, tuple[int, int] | list[int]]
) -> Float[Tensor, "*lead segment"]:
    return torch.stack([looks[..., a:b].sum(dim=-1) for a, b in places.values()], dim=-1)


def group_shares(
    shares: Float[Tensor, "*lead segment"], segments: tuple[str, ...]
) -> Float[Tensor, "*lead group"]:
    """Shares of segments added up to the three groups of GROUPS."""
    which = [[segments.index(s) for s in of if s in segments] for of in GROUPS.values()]
    return torch.stack([shares[..., i].sum(dim=-1) for i in which], dim=-1)
