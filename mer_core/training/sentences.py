"""Real sentences beside the puppets, so that EGMF's language model reads what people type.

A model that hears text learns from batches of two kinds in turn: puppets with all they say and
show, and sentences alone. The sentences are lines of MELD's training split and, because MELD has
hardly any fear or disgust, written situations. A part of MELD's dialogues, and a part of the
situations' frames, is kept from training to choose epochs; MELD's dev split is read once a seed,
when everything is chosen.
"""

import random
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from mer_core.datasets.situations import situations
from mer_core.datasets.utterances.meld import meld_set
from mer_core.metrics import classification
from mer_core.models.base import EmotionModel
from mer_core.task import EMOTIONS
from mer_core.training.features import process, trimmed
from mer_core.training.loop import TrainConfig, epoch_of
from mer_core.types import Batch, Modality, Sample

Progress = Callable[[str, int, int], None]

TOGETHER = "together"
"""Mean of four validation scores: accuracy on puppets, weighted and macro-F1 on MELD's held-out
dialogues, accuracy on situations' held-out frames."""

BUCKET = 8
"""Batches whose sentences are sorted by length, so that little is padded."""


@dataclass(frozen=True)
class SentencePlan:
    """Which sentences, and how often.

    Attributes:
        held_out: Share of MELD's training dialogues that choose the epoch.
        balance: How evenly emotions are drawn: 0 as often as MELD has them, 1 all alike.
        situations: Written sentences of each emotion in training.
        bare: Every so many-th line of MELD stands without punctuation, as people type; the
            situations bring their own ways of writing.
        share: Part of them that an epoch sees, each time another.
        alone: So many epochs at the start have nothing but sentences.
        batch: Sentences a step.
    """

    held_out: float = 0.1
    balance: float = 0.3
    situations: int = 800
    bare: int = 4
    share: float = 0.7
    alone: int = 0
    batch: int = 64


def meld_sentences(split: str) -> list[Sample]:
    """Lines of MELD with our emotions: joy is happiness.

    Raises:
        DataMissing: MELD's tables are not on this machine.
    """
    ours = {"joy": "happiness"}
    lines = [meld for meld in meld_set().splits[split] if meld.text]
    return [replace(s, target=ours.get(str(s.target), s.target)) for s in lines]


def beside(plan: SentencePlan) -> str:
    """What stands beside the puppets in training, in words, for a card."""
    source = meld_set().source
    assert source is not None
    return (
        f"{source.citation}, its training split ({source.licence}) without the "
        f"{plan.held_out:.0%} of its dialogues that choose the epoch, and {plan.situations} "
        "written situations of each emotion (ours, generated from a grammar)"
    )


def dialogue_of(sample: Sample) -> str:
    """`train/dia7_utt3` -> `train/dia7`."""
    return sample.id.rsplit("_utt", 1)[0]


def parted(samples: Sequence[Sample], held_out: float) -> tuple[list[Sample], list[Sample]]:
    """Training lines and held-out ones; a dialogue is never on both sides."""
    names = sorted({dialogue_of(s) for s in samples})
    random.Random(0).shuffle(names)
    held = set(names[: round(held_out * len(names))])
    inside = [s for s in samples if dialogue_of(s) not in held]
    return inside, [s for s in samples if dialogue_of(s) in held]


def bare(text: str) -> str:
    """A sentence without punctuation, in lower case: "No, I don't!" -> "no i dont"."""
    return " ".join(text.lower().translate(str.maketrans("", "", string.punctuation)).split())


class SentenceTable:
    """Sentences as token ids, for a model that stands on a language model."""

    def __init__(
        self, model: EmotionModel, plan: SentencePlan, progress: Progress = lambda *_: None
    ) -> None:
        self.plan = plan
        train, held = parted(meld_sentences("train"), plan.held_out)
        written = list(situations("train", plan.situations, 0)) if plan.situations else []
        processor, told = model.processor(), "reading sentences"
        train = [
            replace(s, text=bare(s.text or "") or s.text) if i % plan.bare == 0 else s
            for i, s in enumerate(train)
        ]
        self.batch = process(processor, [*train, *written], told, progress)
        self.held = process(processor, held, told, progress)
        self.unseen = process(processor, situations("valid", 30, 0), told, progress)
        self.drawn = len(train)
        self.lengths = self.batch.streams[Modality.TEXT].mask.sum(1)

    def __len__(self) -> int:
        return len(self.batch)

    def steps(self) -> int:
        """Batches in an epoch."""
        return max(1, round(self.plan.share * len(self)) // self.plan.batch)

    def training(self, generator: torch.Generator, batches: int) -> list[Tensor]:
        """Rows of so many batches: MELD's lines drawn by emotion, situations each once."""
        target = self.batch.target
        assert target is not None
        told = target[: self.drawn]
        weight = told.bincount(minlength=len(EMOTIONS)).float().clamp(min=1) ** -self.plan.balance
        drawn = weight[told].multinomial(self.drawn, replacement=True, generator=generator)
        rows = torch.cat([drawn, torch.arange(self.drawn, len(self))])
        rounds = -(-batches * self.plan.batch // len(rows))
        order = [torch.randperm(len(rows), generator=generator) for _ in range(rounds)]
        rows = rows[torch.cat(order)][: batches * self.plan.batch]
        found: list[Tensor] = []
        for bucket in rows.split(BUCKET * self.plan.batch):
            found += bucket[self.lengths[bucket].argsort(stable=True)].split(self.plan.batch)
        return found

    def at(self, rows: Tensor) -> Batch:
        """One training batch."""
        return trimmed(self.batch.select(rows))

    @torch.no_grad()
    def scores(self, model: EmotionModel) -> dict[str, float]:
        """How well held-out dialogues and held-out frames are read."""
        meld = classification(*said_to(model, self.held))
        written = classification(*said_to(model, self.unseen))
        return {
            "meld_weighted_f1": meld["weighted_f1"],
            "meld_macro_f1": meld["macro_f1"],
            "situations_accuracy": written["accuracy"],
        }


@torch.no_grad()
def said_to(model: EmotionModel, batch: Batch, size: int = 128) -> tuple[Tensor, Tensor]:
    """Answers (n, emotion) of a model in eval mode to sentences alone, and what is true (n,)."""
    lengths = batch.streams[Modality.TEXT].mask.sum(1)
    probs, target = [], []
    for rows in lengths.argsort(stable=True).split(size):
        part = trimmed(batch.select(rows))
        probs.append(model(part).probs)
        target.append(part.target)
    return torch.cat(probs), torch.cat(target)


@runtime_checkable
class Learned(Protocol):
    """What gives the batches of an epoch: an UtteranceTable, for one."""

    def steps(self, config: TrainConfig) -> int: ...
    def training(self, config: TrainConfig) -> Callable[[torch.Generator], Iterator[Batch]]: ...


class WithSentences:
    """Puppets and sentences in turn: the batches of an epoch in an order that the seed decides.

    Args:
        puppets: The data set that the model learns from first of all.
        sentences: What stands beside it.
    """

    def __init__(self, puppets: Learned, sentences: SentenceTable) -> None:
        self.puppets, self.sentences = puppets, sentences

    def steps(self, config: TrainConfig) -> int:
        """Batches of both in an epoch."""
        return self.puppets.steps(config) + self.sentences.steps()

    def training(self, config: TrainConfig) -> Callable[[torch.Generator], Iterator[Batch]]:
        """Batches of either kind, shuffled; in the first epochs sentences alone."""

        def batches(generator: torch.Generator) -> Iterator[Batch]:
            alone = epoch_of(generator, config) < self.sentences.plan.alone
            count = 0 if alone else self.puppets.steps(config)
            rows = self.sentences.training(generator, self.steps(config) - count)
            first = self.puppets.training(config)(generator)
            turn = torch.randperm(count + len(rows), generator=generator) < count
            text = iter(rows)
            for puppets in turn.tolist():
                yield next(first) if puppets else self.sentences.at(next(text))

        return batches

    def score(self, model: EmotionModel, puppets: dict[str, float]) -> dict[str, float]:
        """Validation scores of both, and the one that chooses."""
        found = self.sentences.scores(model)
        parts = [puppets["accuracy"], *found.values()]
        return {**puppets, **found, TOGETHER: sum(parts) / len(parts)}
