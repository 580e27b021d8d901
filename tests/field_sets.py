"""Tiny sets of the field in memory, whose answers stand in their features."""

import numpy as np

from mer_core.datasets.utterances.collection import UtteranceSet
from mer_core.types import Modality, Sample

WIDTHS = {Modality.TEXT: 6, Modality.AUDIO: 3, Modality.VISION: 4}
HEADS = ("neutral", "happy", "sad", "angry")


def utterance(i, answer, rng, modalities=WIDTHS):
    """Two to five positions; the first text channel says the number `answer["number"]`."""
    number = answer.pop("number")
    features = {
        m: rng.normal(size=(int(rng.integers(2, 6)), WIDTHS[m])).astype(np.float32)
        for m in modalities
    }
    if Modality.TEXT in features:
        features[Modality.TEXT][:, 0] = number
    return Sample(id=f"video{i // 4}[{i % 4}]", text="so it goes", features=features, **answer)


def answer_of(task, i, rng):
    """What a sample of a task knows; `number` is put into its features."""
    number = float(rng.uniform(-3, 3))
    if task == "sentiment":
        return {"number": number, "sentiment": round(number, 1)}
    if task == "binary":
        return {"number": number, "target": ("no", "yes")[number > 0]}
    if task == "classes":
        which = int(np.digitize(number, (-1, 1)))
        return {"number": 2.0 * which - 2, "target": ("low", "middle", "high")[which]}
    which = i % 5  # every fifth utterance is none of the four
    yes = {name: float(k == which) for k, name in enumerate(HEADS)}
    return {"number": float(which), "rated": yes, "target": HEADS[which] if which < 4 else None}


EMOTIONS = {
    "sentiment": (),
    "binary": ("no", "yes"),
    "classes": ("low", "middle", "high"),
    "four-binary": HEADS,
}


def toy_set(task="sentiment", sizes=(32, 8, 8), seed=0, modalities=tuple(WIDTHS), **more):
    """A set with the given sizes of train, valid and test."""
    rng = np.random.default_rng(seed)
    splits, start = {}, 0
    for name, count in zip(("train", "valid", "test"), sizes, strict=True):
        splits[name] = [
            utterance(i, answer_of(task, i, rng), rng, modalities)
            for i in range(start, start + count)
        ]
        start += count
    features = {m: WIDTHS[m] for m in modalities}
    return UtteranceSet("toy", "a toy set", task, splits, features, EMOTIONS[task], **more)
