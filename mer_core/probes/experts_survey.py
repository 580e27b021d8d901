"""EGMF over a whole set, seen in one go: mixtures, swaps, pseudo tokens, looks and alarms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mer_core.errors import BadInput
from mer_core.layers import masked_mean
from mer_core.models.base import EmotionModel
from mer_core.models.egmf import EGMF
from mer_core.probes.experts import ReadsMix
from mer_core.probes.experts_alarms import ExpertAlarms, alarms_of
from mer_core.probes.experts_set import About, ExpertSet, joined
from mer_core.probes.pseudo_set import PseudoSet, pseudo_set
from mer_core.probes.pseudo_swapped import TAP, Swapped, swapped
from mer_core.probes.spoken_looks import TAPS, PromptLooks, prompt_looks
from mer_core.probes.spoken_set import LooksSet, looks_set
from mer_core.recording import Recording, record
from mer_core.types import Batch, Sample

BATCH = 32

WATCHED = ("entry.*", "fusion.fused", "fusion.expert_out", "fusion.gate_w", "fusion.alpha",
           "fusion.enhanced", TAP, f"{TAPS}*")  # fmt: skip
"""Taps that a survey reads."""

OTHER_NAMES = {"joy": "happiness", "happy": "happiness", "sad": "sadness", "calm": "neutral"}
"""What other sets call emotions that this program names."""

Told = Callable[[str, int, int], None]
"""Told (what is being done, how many are done, of how many). It may raise to stop the work."""


@dataclass(frozen=True, eq=False)
class ExpertSurvey:
    """What one EGMF does on a set.

    Attributes:
        mix: Every sample's mixture.
        swapped: The answers with other samples' pseudo tokens.
        pseudo: What the pseudo tokens carry.
        looks: Where the language model looks.
    """

    mix: ExpertSet
    swapped: Swapped
    pseudo: PseudoSet
    looks: LooksSet

    @property
    def about(self) -> About:
        """Where all of it comes from."""
        return self.mix.about

    def alarms(self) -> ExpertAlarms:
        """Whether the mixture has collapsed."""
        return alarms_of(self.mix, self.swapped)


@dataclass(frozen=True, eq=False)
class _Read:
    """What one batch showed."""

    ids: tuple[str, ...]
    batch: Batch
    mix: dict[str, Tensor]
    vectors: dict[str, Tensor]
    tokens: Tensor
    looks: PromptLooks
    unread: dict[str, int]
    answer: Tensor


def survey(
    model: EmotionModel,
    samples: Sequence[Sample],
    data: str,
    split: str,
    told: Told = lambda *_: None,
) -> ExpertSurvey:
    """Read a set batch by batch, then once more with other samples' pseudo tokens.

    Args:
        model: An EGMF in eval mode; it is not changed.
        samples: Utterances.
        data: Name of the data set and split, and whether it is demo data.
        split: "train", "valid" or "test".
        told: Called before every batch.

    Raises:
        BadInput: The model has no experts, or there are no samples.
    """
    if not isinstance(model, EGMF):
        raise BadInput(f"{type(model).__name__} has no experts to look at; egmf has.")
    if not len(samples):
        raise BadInput("There are no samples to read: choose another split, or a larger limit.")
    reads: list[_Read] = []
    recording: Recording | None = None
    for start in range(0, len(samples), BATCH):
        told("Reading utterances", start, len(samples))
        some = [samples[i] for i in range(start, min(start + BATCH, len(samples)))]
        recording = record(model, some, *WATCHED)
        reads.append(_read(recording))
    assert recording is not None
    names = recording.prediction.names
    truth = torch.tensor([_place(s, names) for s in samples])
    about = _about(recording, data, split, len(samples))
    return _joined(model, reads, truth, names, about, told)


def _about(recording: Recording, data: str, split: str, n: int) -> About:
    m = recording.manifest
    return About(m.model, m.weights, m.config, m.seed, data, split, n, dict(m.versions))


def _place(sample: Sample, names: Sequence[str]) -> int:
    """Place of the right answer; -1 where nobody knows it, or the model has no such class."""
    target = OTHER_NAMES.get(sample.target or "", sample.target or "")
    return names.index(target) if target in names else -1


def _read(recording: Recording) -> _Read:
    """What is kept of one batch: small things, and the batch itself for the swap."""
    trace, said = recording.trace, recording.prediction
    found = ReadsMix().read(recording)
    mix = {k: getattr(found, k) for k in ("alpha", "first", "cosine", "share", "brought")}
    vectors = {
        str(m): masked_mean(trace[f"entry.{m}"].values.float(), stream.mask).cpu()
        for m, stream in recording.batch.streams.items()
    }
    vectors["fused features"] = trace["fusion.fused"].values.float().cpu()
    vectors["experts' mixture"] = trace["fusion.enhanced"].values.float().cpu()
    return _Read(
        found.ids,
        recording.batch,
        mix,
        vectors,
        trace[TAP].values.float().cpu(),
        prompt_looks(trace, recording.batch, recording.extra["segments"]),
        {question: int(odd.sum()) for question, odd in said.unread.items()},
        said.logits.argmax(dim=-1).cpu(),
    )


def _joined(
    model: EGMF,
    reads: list[_Read],
    truth: Tensor,
    names: tuple[str, ...],
    about: About,
    told: Told,
) -> ExpertSurvey:
    """All batches together, and what can only be told of all of them."""
    ids = tuple(id for read in reads for id in read.ids)
    tokens, answer = (torch.cat([getattr(r, k) for r in reads]) for k in ("tokens", "answer"))
    given: dict[str, Any] = swapped(model, [r.batch for r in reads], tokens, answer, truth, told)
    told("Comparing pseudo tokens with words", 0, 1)
    sides = joined([r.vectors for r in reads])
    if bool((truth >= 0).any()):
        known = torch.nn.functional.one_hot(truth.clamp(min=0), len(names)).float()
        sides["the right answer"] = known * (truth >= 0)[:, None]
    unread = {q: sum(r.unread[q] for r in reads) for q in reads[0].unread}
    here: dict[str, Any] = {"ids": (), "target": (), "about": about}
    mix: dict[str, Any] = joined([r.mix for r in reads])
    looks, pseudo = looks_set([r.looks for r in reads]), pseudo_set(model, tokens, sides)
    told("Comparing pseudo tokens with words", 1, 1)
    return ExpertSurvey(
        ExpertSet(ids, (), about, names, truth, answer, **mix),
        Swapped(**here, **given),
        PseudoSet(**here, **pseudo),
        LooksSet(**here, **looks, unread=unread),
    )
