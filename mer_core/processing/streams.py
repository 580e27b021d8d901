"""Sound and faces of samples as streams: padded, masked, with the second of every position."""

from collections.abc import Sequence

import numpy as np
import torch

from mer_core.encoders.face import FACE_FEATURES, FaceEncoder
from mer_core.processing.audio import AUDIO_FEATURES, POSITIONS_A_SECOND, audio_features
from mer_core.types import Modality, Sample, Stream

_Track = tuple[np.ndarray, np.ndarray]


def audio_stream(samples: Sequence[Sample]) -> Stream:
    """Audio features of each sample; a sample with neither features nor sound is silent."""

    def read(sample: Sample) -> _Track | None:
        return audio_features(sample.sound) if sample.sound and len(sample.sound.wave) else None

    tracks = [_given(s, Modality.AUDIO, POSITIONS_A_SECOND) or read(s) for s in samples]
    return _padded(Modality.AUDIO, tracks, AUDIO_FEATURES)


def vision_stream(samples: Sequence[Sample], encoder: FaceEncoder | None) -> Stream:
    """Face features of each sample; a sample with neither features nor clip is silent.

    Args:
        samples: At least one.
        encoder: Reads clips; may be None where every sample brings features or has no clip.

    Raises:
        ValueError: A clip must be read and there is no encoder.
    """

    def read(sample: Sample) -> _Track | None:
        if not sample.clip or not len(sample.clip.frames):
            return None
        if encoder is None:
            raise ValueError(f"Sample {sample.id!r} has a clip; reading it takes a face encoder.")
        return encoder.encode(sample.clip)

    tracks = [_given(s, Modality.VISION, 8.0) or read(s) for s in samples]
    return _padded(Modality.VISION, tracks, FACE_FEATURES)


def _given(sample: Sample, modality: Modality, rate: float) -> _Track | None:
    """Features that the sample brings; without moments of their own they are evenly spaced."""
    values = sample.features.get(modality)
    if values is None or not len(values):
        return None
    moments = sample.seconds.get(modality)
    return values, np.arange(len(values)) / rate if moments is None else moments


def _padded(modality: Modality, tracks: list[_Track | None], features: int) -> Stream:
    width = {t[0].shape[1] for t in tracks if t is not None} or {features}
    if len(width) > 1:
        raise ValueError(
            f"Samples of one batch must have {modality} features of one width; "
            f"these have {sorted(width)}. Make batches of one data set."
        )
    longest = max((len(t[0]) for t in tracks if t is not None), default=1)
    values = torch.zeros(len(tracks), longest, width.pop())
    mask = torch.zeros(len(tracks), longest, dtype=torch.bool)
    mask[:, 0] = True  # a silent row keeps one position
    for row, track in enumerate(tracks):
        if track is not None:
            values[row, : len(track[0])] = torch.from_numpy(np.asarray(track[0], np.float32))
            mask[row, : len(track[0])] = True
    return Stream(
        modality,
        values,
        mask,
        ("batch", "time", "feature"),
        torch.tensor([t is None for t in tracks]),
        tuple([0.0] if t is None else [float(x) for x in t[1]] for t in tracks),
    )
