"""Words of utterances as token ids, for models that stand on a language model."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import torch

from mer_core.processing.base import targets
from mer_core.processing.features import feature_stream
from mer_core.types import Batch, Modality, Sample, Stream


def token_stream(samples: Sequence[Sample], tokenizer: Any, longest: int) -> Stream:
    """Token ids of what is said, int64 (batch, time), padded on the right; no words means silent.

    Args:
        samples: Utterances.
        tokenizer: Of the language model.
        longest: Tokens beyond so many are cut.
    """
    ids = [
        list(tokenizer.encode((s.text or "").strip(), add_special_tokens=False))[:longest]
        for s in samples
    ]
    silent = torch.tensor([not row for row in ids])
    width = max(1, max(map(len, ids), default=1))
    values = torch.zeros(len(ids), width, dtype=torch.long)
    mask = torch.zeros(len(ids), width, dtype=torch.bool)
    mask[:, 0] = True  # where nothing is said, the position in which the silence is heard
    for row, tokens in enumerate(ids):
        values[row, : len(tokens)] = torch.tensor(tokens, dtype=torch.long)
        mask[row, : len(tokens)] = True
    words = tuple(tuple(tokenizer.convert_ids_to_tokens(row)) for row in ids)
    return Stream(Modality.TEXT, values, mask, ("batch", "time"), silent, words)


class TokenProcessor:
    """Utterances -> token ids, audio features, face features.

    Args:
        tokenizer: Of the language model.
        longest: Tokens of text at most.
        load_face: Gives the face encoder; called when the first clip must be read.
    """

    def __init__(
        self, tokenizer: Any, longest: int, load_face: Callable[[], Any] | None = None
    ) -> None:
        self._tokenizer = tokenizer
        self._longest = longest
        self._load_face = load_face

    @cached_property
    def _face(self) -> Any:
        if self._load_face is not None:
            return self._load_face()
        from mer_core.encoders.face import FaceEncoder

        return FaceEncoder.load()

    def __call__(self, samples: Sequence[Sample]) -> Batch:
        from mer_core.processing.streams import audio_stream, vision_stream

        reads_clips = any(s.clip and Modality.VISION not in s.features for s in samples)
        streams = {
            Modality.TEXT: token_stream(samples, self._tokenizer, self._longest),
            Modality.AUDIO: audio_stream(samples),
            Modality.VISION: vision_stream(samples, self._face if reads_clips else None),
        }
        return Batch(streams, **targets(samples))


class TokenFeatureProcessor:
    """Samples of a set of the field -> token ids of their words, and the features that they bring.

    Args:
        tokenizer: Of the language model.
        longest: Tokens of text at most.
        widths: Channels of audio and vision.
        emotions: The classes, in the order of the model's logits.
    """

    def __init__(
        self,
        tokenizer: Any,
        longest: int,
        widths: Mapping[Modality, int],
        emotions: Sequence[str] = (),
    ) -> None:
        self._tokenizer, self._longest = tokenizer, longest
        self.widths, self.emotions = dict(widths), tuple(emotions)

    def __call__(self, samples: Sequence[Sample]) -> Batch:
        streams = {Modality.TEXT: token_stream(samples, self._tokenizer, self._longest)}
        for modality in (Modality.AUDIO, Modality.VISION):
            streams[modality] = feature_stream(samples, modality, self.widths[modality])
        return Batch(streams, **targets(samples, self.emotions))
