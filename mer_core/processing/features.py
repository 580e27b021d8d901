"""Features that a data set brings, as a batch: padded on the right, masked, silence marked."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import torch

from mer_core.datasets.utterances.collection import UtteranceSet
from mer_core.encoders.text import TextEncoder
from mer_core.errors import BadInput
from mer_core.processing.base import targets
from mer_core.processing.text import text_stream
from mer_core.types import Batch, Modality, Sample, Stream


class FeatureProcessor:
    """Samples of one set -> a batch with all three streams.

    Words that come without features are read by the frozen sentence encoder. A modality that a
    sample lacks is one zero position, marked silent; one that the whole set lacks is one channel
    wide.

    Args:
        features: Modality -> channels, as `UtteranceSet.features` says.
        emotions: The classes, in the order of the model's logits.
    """

    def __init__(self, features: Mapping[Modality, int], emotions: Sequence[str] = ()) -> None:
        self.features, self.emotions = dict(features), tuple(emotions)

    @cached_property
    def encoder(self) -> TextEncoder:
        """The frozen sentence encoder, loaded when words without features must be read."""
        return TextEncoder.load()

    @cached_property
    def widths(self) -> dict[Modality, int]:
        """Channels of each stream: what the Config of a model must say."""
        absent = (
            {Modality.TEXT: self.encoder.features} if Modality.TEXT not in self.features else {}
        )
        return {m: self.features.get(m, absent.get(m, 1)) for m in Modality}

    def __call__(self, samples: Sequence[Sample]) -> Batch:
        streams = {m: self._stream(samples, m) for m in Modality}
        return Batch(streams, **targets(samples, self.emotions))

    def _stream(self, samples: Sequence[Sample], modality: Modality) -> Stream:
        if modality == Modality.TEXT and modality not in self.features:
            return text_stream(samples, self.encoder)
        return feature_stream(samples, modality, self.widths[modality])


def feature_processor(opened: UtteranceSet) -> FeatureProcessor:
    """What turns the samples of an opened set into batches."""
    return FeatureProcessor(opened.features, opened.emotions)


def feature_stream(samples: Sequence[Sample], modality: Modality, width: int) -> Stream:
    """The features of one modality; a sample without any is silent.

    Ticks are words where the sample has as many as positions, moments where it knows them, and
    else the numbers of the positions: which second a position stands for is not made up.

    Args:
        samples: At least one.
        modality: Which signal.
        width: Channels.

    Raises:
        BadInput: A sample has another number of channels.
    """
    tracks = [_track(sample, modality, width) for sample in samples]
    lengths = [len(track) for track in tracks]
    values = torch.zeros(len(samples), max(1, *lengths), width)
    for row, track in enumerate(tracks):
        values[row, : len(track)] = torch.from_numpy(track)
    reach = torch.tensor(lengths)
    mask = torch.arange(values.shape[1]) < reach.clamp(min=1)[:, None]
    ticks = tuple(_ticks(sample, modality, n) for sample, n in zip(samples, lengths, strict=True))
    return Stream(modality, values, mask, ("batch", "time", "feature"), reach == 0, ticks)


def _track(sample: Sample, modality: Modality, width: int) -> np.ndarray:
    """(time, feature) float32; no position where the sample has none."""
    given = sample.features.get(modality)
    if given is None or not len(given):
        return np.zeros((0, width), np.float32)
    if given.ndim != 2 or given.shape[1] != width:
        raise BadInput(
            f"Sample {sample.id!r} has {modality} features of shape {given.shape}; (time, {width}) "
            "is expected: make batches of one data set, with the processor of that set."
        )
    return np.ascontiguousarray(given, np.float32)


def _ticks(sample: Sample, modality: Modality, length: int) -> list[str] | list[float] | list[int]:
    """What stands at each position; a silent row has the one position of its silence."""
    if (moments := sample.seconds.get(modality)) is not None and len(moments) == length:
        return [float(moment) for moment in moments]
    words = (sample.text or "").split() if modality == Modality.TEXT else []
    return words if words and len(words) == length else list(range(1, max(1, length) + 1))
