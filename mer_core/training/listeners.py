"""Train the listeners of `mer_core.listeners`: `mer train listeners`.

The training stream of the puppets goes on beyond what the models learn from: utterance 8,000 and
those after it are made here, each voice by a speaker of its own, none of them a held-out one. Words
are those of the usual split: more of them would be the same forms again.

A listener of voices or faces learns what the oracle believes of the voice or face, which is what
can be known: the label says of a sad voice that came out fearful that it is sad. And it learns the
cues that the maker put in. A listener of words learns labels, which served unseen wording better.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import Linear
from torch.nn.functional import cross_entropy, mse_loss, one_hot
from torch.nn.utils.rnn import pad_sequence

from mer_core.datasets.puppets import WORLD
from mer_core.datasets.puppets.clips import draw_clip, unit_track
from mer_core.datasets.puppets.oracle import believe
from mer_core.datasets.puppets.utterances import (
    HELD_OUT_SPEAKERS,
    SPEAKERS,
    utterance_latent,
    utterance_words,
)
from mer_core.datasets.puppets.voices import speak, speaker
from mer_core.datasets.puppets.world import rng
from mer_core.encoders.text import TextEncoder, sha256
from mer_core.layers import masked_mean
from mer_core.listeners import CUES, Listener, Listeners, summary
from mer_core.recording import versions as package_versions
from mer_core.task import EMOTIONS
from mer_core.training.features import (
    Progress,
    cache_folder,
    code_key,
    in_parallel,
    load_arrays,
    save_arrays,
)
from mer_core.training.loop import TrainConfig, learning_rate
from mer_core.training.utterances import featured_utterances
from mer_core.types import Modality

MORE = 16_000
"""Utterances made beyond the training split, for voices and faces."""

NOISE = 0.7
"""Standard deviation of what is added to the words' summary, which is of unit scale."""

_CHUNK = 1000

PLANS: dict[Modality, TrainConfig] = {
    Modality.TEXT: TrainConfig(epochs=10, batch=256, lr=2e-3, weight_decay=0.01, warmup=0.0),
    Modality.AUDIO: TrainConfig(epochs=25, batch=256, lr=2e-3, weight_decay=0.01, warmup=0.0),
    Modality.VISION: TrainConfig(epochs=25, batch=256, lr=2e-3, weight_decay=0.01, warmup=0.0),
}


@dataclass(frozen=True, eq=False)
class Lesson:
    """What one modality has to learn from.

    Attributes:
        numbers: Its summary in each utterance.
        own: The emotion that it sets out to express.
        taught: What is learned of it: the label, or what the oracle believes.
        cues: What the maker put into a voice or a face; None for words.
    """

    numbers: Float[Tensor, "sample number"]
    own: Int[Tensor, " sample"]
    taught: Float[Tensor, "sample emotion"]
    cues: Float[Tensor, "sample cue"] | None


@cache
def _face():
    from mer_core.encoders.face import FaceEncoder

    return FaceEncoder.load()


def _featured(index: int) -> tuple[np.ndarray, np.ndarray]:
    """Sound and face features of one further utterance; runs in a worker process."""
    from mer_core.processing.audio import audio_features

    torch.set_num_threads(1)
    truth = utterance_latent(index, "train")
    draw = rng(WORLD, "utterance media", "train", index)
    sound = speak(truth.cues, speaker(SPEAKERS + HELD_OUT_SPEAKERS + index), draw)
    track = unit_track(truth.units, sound.seconds, draw)
    clip = draw_clip(track, truth.character, truth.style, draw)
    audio, vision = audio_features(sound)[0], _face().encode(clip)[0]
    return audio.astype(np.float16), vision.astype(np.float16)


def further(count: int, progress: Progress) -> dict[Modality, list[np.ndarray]]:
    """Sound and face features of `count` utterances beyond the training split, cached on disk."""
    from mer_core.checkpoints import folder_of
    from mer_core.datasets.puppets import clips, face, heads, pen, utterances, voices
    from mer_core.processing import audio, audio_scale

    made = (clips, face, heads, pen, utterances, voices, audio, audio_scale)
    weights, first = sha256(folder_of("face") / "weights.safetensors"), WORLD.utterances["train"]
    code = code_key(*made, weights, WORLD.digest(), first)
    path = cache_folder() / f"further-utterances-{count}-{code}.npz"
    names = (Modality.AUDIO, Modality.VISION)
    if not path.is_file():
        tasks = range(first, first + count)
        rows = list(in_parallel(_featured, tasks, "making further utterances", progress))
        arrays = {}
        for name, parts in zip(names, zip(*rows, strict=True), strict=True):
            arrays[str(name)] = np.concatenate(parts)
            arrays[f"{name}_ends"] = np.cumsum([len(p) for p in parts])
        save_arrays(path, arrays, {"first": first, "count": count})
    arrays, _ = load_arrays(path)
    return {m: np.split(arrays[str(m)], arrays[f"{m}_ends"][:-1]) for m in names}


def lessons(split: str, more: int, progress: Progress) -> dict[Modality, Lesson]:
    """What there is to learn from a split, or to be asked on it.

    Args:
        split: "train" or "valid".
        more: So many utterances beyond the split as well, for voices and faces.
        progress: Told how far it is.
    """
    samples = featured_utterances(split, progress)
    extra = further(more, progress) if more else {}
    known = len(samples)
    told = {Modality.TEXT: _lesson(_words(split, known, progress), split, Modality.TEXT)}
    for m in CUES:
        tracks = [*(s.features[m] for s in samples), *extra.get(m, ())]
        told[m] = _lesson(summaries(tracks), split, m)
    return told


def _lesson(numbers: Tensor, split: str, modality: Modality) -> Lesson:
    truths = [utterance_latent(i, split) for i in range(len(numbers))]
    own = torch.tensor([EMOTIONS.index(t.emotions[modality]) for t in truths])
    if modality is Modality.TEXT:
        return Lesson(numbers, own, one_hot(own, len(EMOTIONS)).float(), None)
    parts = [truths[i : i + _CHUNK] for i in range(0, len(truths), _CHUNK)]
    taught = torch.cat([torch.tensor(believe(part).own[modality]).float() for part in parts])
    if modality is Modality.AUDIO:
        cues = torch.tensor(np.stack([t.cues for t in truths])).float()
        return Lesson(numbers, own, taught, cues)
    # what is below 0 or above 1 cannot be drawn; twice, to weigh like the cues of a voice
    units = torch.tensor(np.stack([t.units for t in truths])).float()
    return Lesson(numbers, own, taught, 2 * units.clamp(0, 1))


def _words(split: str, count: int, progress: Progress) -> Float[Tensor, "sample feature"]:
    """The mean word of every sentence, each different one encoded once."""
    texts = [utterance_words(i, split)[0] for i in range(count)]
    different, encoder, parts = sorted(set(texts), key=len), TextEncoder.load(), []
    for start in range(0, len(different), 256):
        found = encoder.encode(different[start : start + 256])
        parts.append(masked_mean(found.tokens, found.mask))
        progress("reading sentences", min(start + 256, len(different)), len(different))
    place = {text: i for i, text in enumerate(different)}
    return torch.cat(parts)[[place[text] for text in texts]]


def summaries(tracks: Sequence[np.ndarray]) -> Float[Tensor, "sample number"]:
    """The summary of every track of a voice or a face."""
    parts = []
    for start in range(0, len(tracks), 128):
        some = [torch.from_numpy(np.asarray(t, np.float32)) for t in tracks[start : start + 128]]
        values = pad_sequence(some, batch_first=True)
        lengths = torch.tensor([len(t) for t in some])
        mask = torch.arange(values.shape[1]) < lengths[:, None]
        parts.append(summary(values, mask, words=False))
    return torch.cat(parts)


def teach(listener: Listener, lesson: Lesson, plan: TrainConfig) -> None:
    """Teach one listener in place: the emotion, and beside it the cues where they are known.

    Args:
        listener: Fresh; its centre and scale are taken from the lesson.
        lesson: What to learn from.
        plan: Passes, batch, rate, decay; its seed decides weights, order, noise and dropout.
    """
    numbers, n = lesson.numbers, len(lesson.numbers)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.seed)
        for part in listener.modules():
            if isinstance(part, Linear):
                part.reset_parameters()
        listener.centre.copy_(numbers.mean(0))
        listener.scale.copy_(numbers.std(0) + 1e-3)
        known, cues = CUES.get(listener.modality), None
        if known is not None:
            cues = Linear(listener.head.in_features, known)
        learn = [*listener.parameters(), *(cues.parameters() if cues else ())]
        optimiser = torch.optim.AdamW(learn, plan.lr, weight_decay=plan.weight_decay)
        size, step = min(plan.batch, n), 0
        steps = plan.epochs * (n // size)
        for _ in range(plan.epochs):
            for rows in torch.randperm(n)[: n // size * size].split(size):
                for group in optimiser.param_groups:
                    group["lr"] = learning_rate(step, steps, plan)
                optimiser.zero_grad(set_to_none=True)
                _loss(listener, cues, lesson, rows).backward()
                optimiser.step()
                step += 1
    listener.eval()


def _loss(
    listener: Listener, cues: Linear | None, lesson: Lesson, rows: Int[Tensor, " some"]
) -> Tensor:
    seen = listener.standard(lesson.numbers[rows])
    if cues is None:
        seen = seen + NOISE * torch.randn_like(seen)
    inside = listener.body(seen)
    loss = cross_entropy(listener.head(inside), lesson.taught[rows])
    if cues is None or lesson.cues is None:
        return loss
    return loss + mse_loss(cues(inside), lesson.cues[rows])


def train_listeners(
    folder: Path, progress: Progress = lambda *_: None, more: int = MORE
) -> dict[str, Any]:
    """Make what there is to learn from, teach every member, write weights and card.

    Args:
        folder: Where both go.
        progress: Told how far it is.
        more: Utterances beyond the training split.

    Returns:
        Per modality accuracy and cross-entropy on valid.
    """
    found, taught = Listeners().train(), lessons("train", more, progress)
    done, total = 0, sum(len(found.of(m)) for m in Modality)
    for m, lesson in taught.items():
        for seed, listener in enumerate(found.of(m)):
            plan = PLANS[m]
            teach(listener, lesson, TrainConfig(**{**asdict(plan), "seed": seed}))
            done += 1
            progress("teaching listeners", done, total)
    for tensor in found.state_dict().values():
        tensor.copy_(tensor.half().float())
    scores = measured(found.eval(), lessons("valid", 0, progress))
    counts = {str(m): len(lesson.own) for m, lesson in taught.items()}
    found.save(folder, _about(counts, scores))
    return scores


@torch.inference_mode()
def measured(found: Listeners, asked: dict[Modality, Lesson]) -> dict[str, Any]:
    """How well each modality's own emotion is told."""
    told: dict[str, Any] = {}
    for m, lesson in asked.items():
        probs = torch.stack([each(lesson.numbers).softmax(-1) for each in found.of(m)]).mean(0)
        right = probs.argmax(1) == lesson.own
        chance = probs.gather(1, lesson.own[:, None]).clamp(min=1e-6).log()
        told[str(m)] = {
            "accuracy": round(float(right.float().mean()), 4),
            "cross_entropy": round(-float(chance.mean()), 4),
            "n": len(lesson.own),
        }
    return told


def _about(counts: dict[str, int], scores: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": {
            "name": "puppet-utterances",
            "what": "generated utterances (demo data, no real people): the training split, and "
            "for voices and faces the training stream beyond it, each voice by another speaker",
            "taught": counts,
            "world": WORLD.digest(),
        },
        "training": {str(m): asdict(plan) for m, plan in PLANS.items()}
        | {"noise_on_words": NOISE, "versions": package_versions()},
        "metrics": {"valid": scores},
        "limits": [
            "They hear features of generated puppets: babble for voices, drawn faces, sentences of "
            "a grammar. What they say of people was never measured.",
            "They know nothing of any model: what they find says what its inputs hold.",
        ],
    }
