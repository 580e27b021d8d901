"""Words of samples as streams: one sentence a sample, or MGHFT's four views a sample."""

from collections.abc import Sequence

import torch

from mer_core.encoders.text import TextEncoder
from mer_core.types import Modality, Sample, Stream, View


def text_stream(samples: Sequence[Sample], encoder: TextEncoder) -> Stream:
    """Token features of what is said, (batch, time, feature); no words means silent."""
    silent = torch.tensor([not (s.text or "").strip() for s in samples])
    encoded = encoder.encode([s.text or "" for s in samples])
    mask = encoded.mask.clone()
    mask[:, 0] |= ~mask.any(dim=1)  # one zero position where nothing is said
    return Stream(
        Modality.TEXT,
        encoded.tokens,
        mask,
        ("batch", "time", "feature"),
        silent,
        encoded.words,
    )


def views_stream(samples: Sequence[Sample], encoder: TextEncoder) -> Stream:
    """Word features of the four views, (batch, view, word, feature).

    The views stand in the order of `View`, whatever the order of the mapping. A view that is
    absent or blank has no real word: its row of the mask is all False, which the model hears as
    a missing view. A sample without any view is silent.
    """
    texts = [(s.views.get(v) or "").strip() for s in samples for v in View]
    encoded = encoder.encode(texts)
    shape = (len(samples), len(View))
    mask = encoded.mask.unflatten(0, shape)
    words = [encoded.words[i : i + len(View)] for i in range(0, len(texts), len(View))]
    return Stream(
        Modality.TEXT,
        encoded.tokens.unflatten(0, shape),
        mask,
        ("batch", "view", "word", "feature"),
        ~mask.flatten(1).any(dim=1),
        tuple(words),
    )
