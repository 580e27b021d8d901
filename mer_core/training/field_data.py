"""An opened set of the field as training and evaluation batches, and a model's answers to it."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mer_core.datasets.utterances.collection import Utterances, UtteranceSet
from mer_core.encoders.text import TextEncoder
from mer_core.errors import BadInput
from mer_core.field_metrics import class_scores, head_scores, sentiment_scores, sims_scores
from mer_core.models.base import EmotionModel
from mer_core.processing.answers import one_decimal_floor
from mer_core.processing.base import Processor
from mer_core.processing.features import FeatureProcessor
from mer_core.task import SENTIMENT_RANGE
from mer_core.training.loop import TrainConfig
from mer_core.types import Batch, Modality, Sample

Progress = Callable[[str, int, int], None]

HELD_OUT = 0.1
"""Share of the training split that becomes validation where a set has none."""

FEWEST_VIDEOS = 5
"""With fewer videos in the training split, validation is cut by utterance."""

_VIDEO = re.compile(r"^(.+?)(?:\$_\$|\[|_)\d+\]?$")
"""An id of the field: the video, then the number of the utterance."""


def with_validation(data: UtteranceSet) -> UtteranceSet:
    """The set with a validation split; where it has none, a tenth of the training split.

    Whole videos are held out where ids tell them apart, so that validation hears nobody that
    training heard. The choice is the same for every seed, and `notes` says what was done.

    Raises:
        BadInput: The set has no training split, or one of a single utterance.
    """
    train = _training(data)
    if data.splits.get("valid"):
        return data
    held, whole = _held_out([sample.id for sample in train])
    inside = [row for row in range(len(train)) if row not in held]
    splits = {
        **data.splits,
        "train": Utterances(lambda i: train[i], inside),
        "valid": Utterances(lambda i: train[i], sorted(held)),
    }
    note = (
        f"{data.what} has no validation split: {len(held)} of its {len(train)} training utterances "
        f"({'whole videos' if whole else 'chosen at random'}, the same for every seed) choose the "
        "best epoch and are not trained on."
    )
    return replace(data, splits=splits, notes=(*data.notes, note))


def by_heart(data: UtteranceSet) -> UtteranceSet:
    """The training split alone, which is scored too: can it be learned by heart?

    Raises:
        BadInput: As `with_validation`.
    """
    train = _training(data)
    note = "Scored on what was learned from: a check of the way from file to loss, not of a model."
    return replace(data, splits={"train": train, "valid": train}, notes=(*data.notes, note))


def _training(data: UtteranceSet) -> Sequence[Sample]:
    train = data.splits.get("train") or ()
    if len(train) < 2:
        raise BadInput(
            f"{data.what} has {len(train)} training utterances here: there is nothing to learn "
            "from. Point --path at the file that has them."
        )
    return train


def _held_out(ids: Sequence[str]) -> tuple[set[int], bool]:
    """Rows for validation, and whether they are whole videos."""
    found = [_VIDEO.match(name) for name in ids]
    videos = [m[1] if m else name for m, name in zip(found, ids, strict=True)]
    whole = FEWEST_VIDEOS <= len(set(videos)) < len(ids)
    groups = videos if whole else list(ids)
    wanted, held = max(1, round(HELD_OUT * len(ids))), set[int]()
    names = sorted(set(groups))
    for i in torch.randperm(len(names), generator=torch.Generator().manual_seed(0)).tolist():
        if len(held) >= wanted:
            break
        held |= {row for row, group in enumerate(groups) if group == names[i]}
    return held, whole


def with_word_features(data: UtteranceSet, progress: Progress) -> UtteranceSet:
    """Words that come without features, read once by the frozen sentence encoder."""
    if Modality.TEXT in data.features:
        return data
    encoder = TextEncoder.load()
    total, done = sum(data.sizes.values()), 0
    splits: dict[str, Sequence[Sample]] = {}
    for name, samples in data.splits.items():
        read: list[Sample] = []
        for start in range(0, len(samples), 64):
            read += _read(list(samples[start : start + 64]), encoder)
            progress("reading words", done + len(read), total)
        splits[name], done = read, done + len(read)
    return replace(data, splits=splits, features={**data.features, Modality.TEXT: encoder.features})


def _read(samples: Sequence[Sample], encoder: TextEncoder) -> list[Sample]:
    encoded = encoder.encode([s.text or "" for s in samples])
    found = []
    for row, sample in enumerate(samples):
        words = encoded.tokens[row][encoded.mask[row]].numpy()
        given = {Modality.TEXT: words} if (sample.text or "").strip() else {}
        found.append(replace(sample, features={**sample.features, **given}))
    return found


def digest(data: UtteranceSet, progress: Progress) -> str:
    """Sixteen hex digits of everything that is learned from: ids, words, answers, features."""
    said, total, done = hashlib.sha256(data.task.encode()), sum(data.sizes.values()), 0
    for split, samples in data.splits.items():
        for sample in samples:
            answer = (sample.target, sample.sentiment, sorted(sample.rated.items()))
            said.update(repr((split, sample.id, sample.text or "", answer)).encode())
            for modality, values in sorted(sample.features.items()):
                said.update(f"{modality}{values.shape}".encode())
                said.update(np.ascontiguousarray(values).tobytes())
            done += 1
            progress("reading the set", done, total)
    return said.hexdigest()[:16]


class FieldSplit:
    """One split as batches, made when they are asked for.

    Args:
        samples: The split.
        data: The set that it belongs to.
        device: Where the batches go.
        process: What makes a batch of samples; None for the features of all three streams.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        data: UtteranceSet,
        device: str,
        process: Processor | None = None,
    ) -> None:
        self.samples, self.data, self.device = samples, data, device
        self.process = process or FeatureProcessor(data.features, data.emotions)

    def __len__(self) -> int:
        return len(self.samples)

    def batch(self, rows: Sequence[int]) -> Batch:
        """Some samples with their answers; IEMOCAP's as a 1 or 0 for each emotion."""
        samples = [self.samples[row] for row in rows]
        made = self.process(samples)
        if self.data.task == "four-binary":
            yes = [[float(s.rated.get(e, 0.0) > 0) for e in self.data.emotions] for s in samples]
            made = replace(made, rated=torch.tensor(yes))
        return made.to(self.device)

    def training(self, config: TrainConfig) -> Callable[[torch.Generator], Iterator[Batch]]:
        """Shuffled batches; the last one may be smaller."""

        def batches(generator: torch.Generator) -> Iterator[Batch]:
            order = torch.randperm(len(self), generator=generator)
            return (self.batch(rows.tolist()) for rows in order.split(config.batch))

        return batches

    def steps(self, config: TrainConfig) -> int:
        """Batches in an epoch."""
        return -(-len(self) // config.batch)

    def evaluation(self, size: int = 32) -> Iterator[Batch]:
        """Every sample once, in order."""
        rows = range(len(self))
        return (self.batch(rows[start : start + size]) for start in range(0, len(self), size))


@dataclass(frozen=True)
class Said:
    """What a model said to a whole split, and what is true.

    Attributes:
        data: The set.
        said: (n,) numbers, or (n, emotion) logits.
        truth: (n,) numbers or indices of classes; (n, emotion) 0 or 1 for "four-binary".
        unread: How many answers in words were no answer; None from models that say none.
    """

    data: UtteranceSet
    said: Tensor
    truth: Tensor
    unread: int | None = None

    def loss(self) -> float:
        """The loss that was trained: mean absolute error or cross-entropy."""
        if self.data.task == "sentiment":
            return float((self.said - self.truth).abs().mean())
        if self.data.task == "four-binary":
            return float(F.binary_cross_entropy_with_logits(self.said, self.truth))
        return float(F.cross_entropy(self.said, self.truth))

    def scores(self) -> dict[str, float]:
        """The field's scores for this task.

        From models that answer in words also `unread`, how many answers could not be read, and
        for numbers `one_decimal_floor`, the error of the best answers with one decimal.
        """
        told = {} if self.unread is None else {"unread": float(self.unread)}
        if told and self.data.task == "sentiment":
            told["one_decimal_floor"] = one_decimal_floor(self.truth)
        return self._scores() | told

    def _scores(self) -> dict[str, float]:
        if self.data.task == "sentiment":
            ours = self.data.limits == SENTIMENT_RANGE
            return (sentiment_scores if ours else sims_scores)(self.said, self.truth)
        if self.data.task == "four-binary":
            return head_scores(self.said > 0, self.truth > 0, self.data.emotions)
        return class_scores(self.said.argmax(dim=1), self.truth)


@torch.no_grad()
def ask(model: EmotionModel, split: FieldSplit) -> Said:
    """A model in eval mode is asked about every sample of a split.

    Raises:
        BadInput: A sample has no answer to compare with.
    """
    said, truth, unread = [], [], None
    for batch in split.evaluation():
        answer = model(batch)
        numbers = split.data.task == "sentiment"
        known = batch.sentiment if numbers else batch.target
        known = batch.rated if split.data.task == "four-binary" else known
        if known is None:
            raise BadInput(
                f"A sample among {', '.join(batch.ids[:3])}, ... of {split.data.what} has no "
                f"answer: leave it out of the file, or name its class among {split.data.emotions}."
            )
        said.append((answer.sentiment if numbers else answer.logits).float().cpu())
        truth.append(known.cpu())
        if answer.unread:
            question = "number" if numbers else "emotion"
            marked = answer.unread.get(question)
            unread = (unread or 0) + (0 if marked is None else int(marked.sum()))
    return Said(split.data, torch.cat(said), torch.cat(truth), unread)
