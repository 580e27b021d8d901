"""The nouns, in the order in which data flows through them.

    Sample --Processor--> Batch --EmotionModel--> Prediction
                                      |
                                    taps --> Trace --Probe--> Finding --figure--> Figure

Axis names, the same in every annotation, tap and figure:

* batch        samples that are processed together
* time         positions of text, audio or video: word pieces or frames
* row, column  positions of an image
* view, word   MGHFT's four descriptions, and positions inside one of them
* feature      channels of a stream as the processor made it
* hidden       channels inside a model
* head         attention heads
* query, key   positions that look, positions that are looked at
* modality     in the order of `EmotionModel.modalities`
* stage        stages of a pyramid, finest first
* expert       EGMF's experts
* emotion      classes, in the order of `Prediction.names`
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, Shaped
from torch import Tensor

from mer_core.errors import StreamMissing


class Modality(StrEnum):
    """A kind of signal."""

    TEXT = "text"
    AUDIO = "audio"
    VISION = "vision"


class Role(StrEnum):
    """What a modality does in HCT-DMG; names a stream whose modality differs by sample."""

    PRIMARY = "primary"
    FIRST = "first auxiliary"
    SECOND = "second auxiliary"


# Batches hold modalities; only inside HCT-DMG does a stream stand for a role. A type checker sees
# the first alone, so that nobody has to rule out roles where there are none.
if TYPE_CHECKING:
    Signal = Modality
else:
    Signal = Modality | Role


class View(StrEnum):
    """One of the four things a description says of a sticker; view i is fused at stage i."""

    INTENTION = "intention"
    STYLE = "style"
    ROLE = "role"
    POSTURE = "posture"


class Provenance(StrEnum):
    """Where an input comes from."""

    REAL = "real"  # given by a user or read from a real data set
    GENERATED = "generated"  # made by the puppets
    CACHED = "cached"  # read from a disk cache
    WRITTEN = "written by a model"
    EDITED = "edited"  # changed by the user on the page
    DONATED = "from another sample"  # put in by the user
    SILENT = "silent"  # absent; the model hears its learned silence


@dataclass(frozen=True)
class Sound:
    """Mono sound.

    Attributes:
        wave: float32, shape (n,), within [-1, 1].
        rate: Samples per second.
    """

    wave: np.ndarray
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.wave) / self.rate


@dataclass(frozen=True)
class Clip:
    """Pictures of a face over time.

    Attributes:
        frames: uint8, shape (time, row, column, 3).
        fps: Frames per second.
        found: How the face was found: "whole frame", "cropped by hand", or what else.
    """

    frames: np.ndarray
    fps: float
    found: str = "whole frame"

    @property
    def seconds(self) -> float:
        return len(self.frames) / self.fps


@dataclass(frozen=True)
class Sample:
    """One sticker or utterance as recorded, before any tensor. What is absent is None.

    Attributes:
        id: Unique within its data set.
        image: Sticker picture, uint8 (row, column, 3).
        views: View -> sentence; a view that is absent is missing from the mapping.
        text: What is said.
        sound: The voice.
        clip: The face.
        target: Name of the emotion, where known: one of `mer_core.task.EMOTIONS`, or of the
            classes of the data set that it comes from.
        sentiment: In [-3, 3], or in the range of the data set that it comes from, where known.
        labels: Modality -> emotion which that modality alone expresses, where the set has it.
        tendencies: Modality -> sentiment which that modality alone expresses, as people rated it,
            in the range of `sentiment`, where the set has it (CH-SIMS).
        truth: What a generated sample knows of itself; None for real data.
        provenance: Input ("image", "views", "text", "sound", "clip") -> where it comes from.
        features: Modality -> float32 (time, feature) already computed, as the field distributes
            them or from a cache; processors use it in place of `sound` or `clip`.
        seconds: Modality -> float32 (time,) moment of each position of `features`.
        rated: Emotion -> how strongly people saw it, 0 to 1, where the set has it.
        missing: View -> why nobody could say it, one sentence; such a view is not in `views`.
    """

    id: str
    image: np.ndarray | None = None
    views: Mapping[View, str] = field(default_factory=dict)
    text: str | None = None
    sound: Sound | None = None
    clip: Clip | None = None
    target: str | None = None
    sentiment: float | None = None
    labels: Mapping[Modality, str] = field(default_factory=dict)
    truth: Any | None = None
    provenance: Mapping[str, str] = field(default_factory=dict)
    features: Mapping[Modality, np.ndarray] = field(default_factory=dict)
    seconds: Mapping[Modality, np.ndarray] = field(default_factory=dict)
    rated: Mapping[str, float] = field(default_factory=dict)
    missing: Mapping[View, str] = field(default_factory=dict)
    tendencies: Mapping[Modality, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """One modality of a batch. Its mask, its name and its ticks travel with its values.

    Attributes:
        modality: Which signal; inside a model perhaps only its role.
        values: First axis `batch`. For sequences (batch, time, feature); for views (batch, view,
            word, feature); for pictures (batch, channel, row, column).
        mask: True where a position is real. Its axes are the leading axes of `values` over
            positions: (batch, time) or (batch, view, word); for pictures (batch,).
        axes: Names of the axes of `values`.
        silent: (batch,) True where the modality is absent and the model's learned silence is heard.
            None means that nothing is silent.
        ticks: Per sample, what stands at each position: words or seconds; for views, per view.
    """

    modality: Signal
    values: Shaped[Tensor, "batch ..."]
    mask: Bool[Tensor, "batch ..."]
    axes: tuple[str, ...] = ("batch", "time", "feature")
    silent: Bool[Tensor, " batch"] | None = None
    ticks: tuple[Sequence[Any], ...] | None = None

    def at(self, values: Tensor) -> "Stream":
        """The same positions with other values."""
        return replace(self, values=values)

    @property
    def is_silent(self) -> Bool[Tensor, " batch"]:
        """(batch,) True where the modality is absent."""
        if self.silent is None:
            return torch.zeros(len(self.values), dtype=torch.bool, device=self.values.device)
        return self.silent

    def silenced(self, rows: Bool[Tensor, " batch"] | None = None) -> "Stream":
        """The same stream with the given rows (default: all) marked silent."""
        rows = torch.ones_like(self.is_silent) if rows is None else rows
        return replace(self, silent=self.is_silent | rows)

    def select(self, rows: Int[Tensor, " some"]) -> "Stream":
        """Some samples, in the order given."""
        return replace(
            self,
            values=self.values[rows],
            mask=self.mask[rows],
            silent=None if self.silent is None else self.silent[rows],
            ticks=None if self.ticks is None else tuple(self.ticks[int(r)] for r in rows),
        )

    def to(self, device: torch.device | str) -> "Stream":
        return replace(
            self,
            values=self.values.to(device),
            mask=self.mask.to(device),
            silent=None if self.silent is None else self.silent.to(device),
        )


@dataclass(frozen=True)
class Batch:
    """What every model eats.

    Attributes:
        streams: Modality -> stream.
        target: (batch,) index of the emotion, where known.
        sentiment: (batch,) in [-3, 3], where known.
        labels: Modality -> (batch,) index of the emotion that this modality alone expresses.
        ids: Names of the samples.
        rated: (batch, emotion) what people saw, rows sum to 1, where known; losses prefer it to
            `target`.
    """

    streams: Mapping[Modality, Stream]
    target: Int[Tensor, " batch"] | None = None
    sentiment: Float[Tensor, " batch"] | None = None
    labels: Mapping[Modality, Tensor] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    rated: Float[Tensor, "batch emotion"] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.streams.values())).values)

    def need(self, modalities: Iterable[Modality]) -> tuple[Stream, ...]:
        """The streams asked for, in that order.

        Raises:
            StreamMissing: The batch lacks one of them.
        """
        wanted = tuple(modalities)
        if missing := set(wanted) - set(self.streams):
            raise StreamMissing(missing, self.streams)
        return tuple(self.streams[m] for m in wanted)

    def silence(self, *modalities: Modality) -> "Batch":
        """The same samples with whole modalities marked silent."""
        streams = {m: s.silenced() if m in modalities else s for m, s in self.streams.items()}
        return replace(self, streams=streams)

    def select(self, rows: Int[Tensor, " some"]) -> "Batch":
        """Some samples, in the order given."""
        return Batch(
            {m: s.select(rows) for m, s in self.streams.items()},
            None if self.target is None else self.target[rows],
            None if self.sentiment is None else self.sentiment[rows],
            {m: labels[rows] for m, labels in self.labels.items()},
            tuple(self.ids[int(r)] for r in rows) if self.ids else (),
            None if self.rated is None else self.rated[rows],
        )

    def to(self, device: torch.device | str) -> "Batch":
        return Batch(
            {m: s.to(device) for m, s in self.streams.items()},
            None if self.target is None else self.target.to(device),
            None if self.sentiment is None else self.sentiment.to(device),
            {m: labels.to(device) for m, labels in self.labels.items()},
            self.ids,
            None if self.rated is None else self.rated.to(device),
        )


@dataclass(frozen=True)
class Prediction:
    """What every model says.

    Attributes:
        logits: Unnormalised answers.
        names: The emotions, in the order of the logits.
        temperature: Fitted on validation; `probs` divides the logits by it.
        sentiment: (batch,) in [-3, 3], from models that say a number too.
        said: The generated answer of each sample, from models that answer in words.
        unread: Question -> (batch,) True where the generated words are no answer to it, from
            models that answer in words: "emotion" (the logits still compare the classes) and
            "number" (it is then the middle of the range).
    """

    logits: Float[Tensor, "batch emotion"]
    names: tuple[str, ...]
    temperature: float = 1.0
    sentiment: Float[Tensor, " batch"] | None = None
    said: tuple[str, ...] | None = None
    unread: Mapping[str, Bool[Tensor, " batch"]] = field(default_factory=dict)

    @property
    def probs(self) -> Float[Tensor, "batch emotion"]:
        """Calibrated probabilities; rows sum to 1."""
        return (self.logits.float() / self.temperature).softmax(dim=-1)

    @property
    def answers(self) -> list[str]:
        """The most probable emotion of each sample."""
        return [self.names[i] for i in self.logits.argmax(dim=-1).tolist()]
