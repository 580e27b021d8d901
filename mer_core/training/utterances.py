"""Whole splits of puppet utterances as batches, with sound and faces turned into features once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import torch

from mer_core.datasets.puppets import WORLD, utterance
from mer_core.datasets.puppets.collection import utterances as utterances_of
from mer_core.models.base import EmotionModel
from mer_core.training.features import (
    cache_folder,
    code_key,
    in_parallel,
    keep_only,
    load_arrays,
    process,
    save_arrays,
    silence_at_random,
    trimmed,
)
from mer_core.training.loop import TrainConfig
from mer_core.types import Batch, Modality, Sample

Progress = Callable[[str, int, int], None]


@cache
def _face():
    from mer_core.encoders.face import FaceEncoder

    return FaceEncoder.load()


def _featured(task: tuple[str, int]) -> tuple[np.ndarray, ...]:
    """Features of one generated utterance; runs in a worker process."""
    from mer_core.processing.audio import audio_features

    torch.set_num_threads(1)
    sample = utterance(task[1], task[0], WORLD)
    assert sample.sound is not None
    assert sample.clip is not None
    audio, heard = audio_features(sample.sound)
    vision, seen = _face().encode(sample.clip)
    return tuple(np.asarray(a, np.float16) for a in (audio, heard, vision, seen))


def featured_utterances(split: str, progress: Progress, limit: int | None = None) -> list[Sample]:
    """Samples of a split that carry audio and face features in place of sound and clip.

    Made in several processes and cached on disk under the world's knobs and the features' code.
    """
    from mer_core.checkpoints import folder_of
    from mer_core.datasets.puppets import (
        clips,
        face,
        heads,
        pen,
        phrases,
        sentences,
        utterances,
        voices,
    )
    from mer_core.encoders.text import sha256
    from mer_core.processing import audio, audio_scale

    count = len(utterances_of(split, limit))
    weights = sha256(folder_of("face") / "weights.safetensors")
    code = code_key(
        clips,
        face,
        heads,
        pen,
        phrases,
        sentences,
        utterances,
        voices,
        audio,
        audio_scale,
        weights,
        WORLD.digest(),
    )
    whole = cache_folder() / f"utterances-{split}-{len(utterances_of(split))}-{code}.npz"
    part = cache_folder() / f"utterances-{split}-{count}-{code}.npz"
    path = whole if whole.is_file() else part  # what is there of all is there of the first few
    if not path.is_file():
        tasks = [(split, i) for i in range(count)]
        made = list(in_parallel(_featured, tasks, f"making {split} utterances", progress))
        arrays = {}
        for k, name in enumerate(("audio", "heard", "vision", "seen")):
            parts = [m[k] for m in made]
            arrays[name] = np.concatenate(parts)
            arrays[f"{name}_ends"] = np.cumsum([len(p) for p in parts])
        save_arrays(path, arrays, {"split": split, "count": count})
    arrays, _ = load_arrays(path)
    return [_light(split, i, arrays) for i in range(count)]


def _light(split: str, i: int, arrays: dict[str, np.ndarray]) -> Sample:
    from mer_core.datasets.puppets.utterances import utterance_sample

    def part(name: str) -> np.ndarray:
        ends = arrays[f"{name}_ends"]
        return arrays[name][ends[i - 1] if i else 0 : ends[i]].astype(np.float32)

    return replace(
        utterance_sample(i, split, WORLD, media=False),
        features={Modality.AUDIO: part("audio"), Modality.VISION: part("vision")},
        seconds={Modality.AUDIO: part("heard"), Modality.VISION: part("seen")},
    )


class UtteranceTable:
    """A split, processed for one model, that gives training and evaluation batches."""

    def __init__(self, model: EmotionModel, samples: Sequence[Sample], progress: Progress) -> None:
        self.batch = process(model.processor(), samples, "encoding text", progress)
        lengths = self.batch.streams[Modality.AUDIO].mask.sum(1)
        self.by_length = lengths.argsort(stable=True)

    def __len__(self) -> int:
        return len(self.batch)

    def training(self, config: TrainConfig) -> Callable[[torch.Generator], Iterator[Batch]]:
        """Shuffled batches, silenced at random as the config says."""

        def batches(generator: torch.Generator) -> Iterator[Batch]:
            order = torch.randperm(len(self), generator=generator)
            for rows in order[: self.steps(config) * config.batch].split(config.batch):
                batch = keep_only(self.batch.select(rows), config.keep)
                chance = 0.0 if config.keep else config.modality_dropout
                yield trimmed(silence_at_random(batch, chance, generator))

        return batches

    def steps(self, config: TrainConfig) -> int:
        """Batches in an epoch; the last, smaller one is left out when others exist."""
        return max(1, len(self) // config.batch)

    def evaluation(self, size: int = 128, keep: Sequence[str] = ()) -> list[Batch]:
        """Every sample once, those of like length together."""
        parts = self.by_length.split(size)
        return [trimmed(keep_only(self.batch.select(rows), keep)) for rows in parts]
