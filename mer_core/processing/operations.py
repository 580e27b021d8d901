"""Operations on a sample: silence a part, put in another sample's, build a sample from two.

They act on what was recorded, before any tensor: parts may be of other lengths, for a processor
makes the batch anew. What comes out says of each part where it is from (provenance).
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from mer_core.errors import BadInput
from mer_core.types import Modality, Provenance, Sample

T = TypeVar("T")

PARTS: dict[Modality, tuple[str, ...]] = {
    Modality.TEXT: ("text", "views"),
    Modality.AUDIO: ("sound",),
    Modality.VISION: ("clip", "image"),
}
"""Modality -> the fields of a sample that hold it; also keys of its provenance."""

SPOKEN: dict[Modality, str] = {
    Modality.TEXT: "words",
    Modality.AUDIO: "voice",
    Modality.VISION: "face",
}
"""Modality -> what it is called on pages about clips."""


class Step(StrEnum):
    """What is done to a modality."""

    KEEP = "keep"
    SILENCE = "silence"
    SWAP = "swap"


def has(sample: Sample, modality: Modality) -> bool:
    """Whether the sample brings anything of this modality."""
    held = any(not _is_nothing(getattr(sample, part)) for part in PARTS[modality])
    return held or modality in sample.features


def silenced(sample: Sample, modality: Modality) -> Sample:
    """The sample without one modality, as if it had never had it."""
    gone: dict[str, Any] = {part: _nothing(part) for part in PARTS[modality]}
    return replace(
        sample,
        **gone,
        features=_without(sample.features, modality),
        seconds=_without(sample.seconds, modality),
        labels=_without(sample.labels, modality),
        provenance={**sample.provenance, **_told(sample, modality, Provenance.SILENT)},
    )


def swapped(sample: Sample, donor: Sample, modality: Modality) -> Sample:
    """The sample with one modality of the donor in place of its own.

    Nobody knows what the mixture is meant to say: target, sentiment and ratings are gone. What
    each modality says alone stays known where it was (`labels`).

    Raises:
        BadInput: The donor has nothing of this modality.
    """
    if not has(donor, modality):
        raise BadInput(
            f"The donor has no {SPOKEN[modality]} to give. Choose another donor, or keep or "
            f"silence the {SPOKEN[modality]}."
        )
    given: dict[str, Any] = {part: getattr(donor, part) for part in PARTS[modality]}
    return replace(
        sample,
        **given,
        id=f"{sample.id} with {modality} of {donor.id}",
        target=None,
        sentiment=None,
        rated={},
        truth=None,
        features=_without(sample.features, modality) | _only(donor.features, modality),
        seconds=_without(sample.seconds, modality) | _only(donor.seconds, modality),
        labels=_without(sample.labels, modality) | _only(donor.labels, modality),
        provenance={**sample.provenance, **_told(donor, modality, Provenance.DONATED)},
    )


def operated(sample: Sample, plan: Mapping[Modality, Step], donor: Sample | None = None) -> Sample:
    """The sample after a step on each modality of the plan; what is not in it is kept.

    Raises:
        BadInput: A swap without a donor, or with one that lacks the modality.
    """
    for modality, step in plan.items():
        if step == Step.SILENCE:
            sample = silenced(sample, modality)
        elif step == Step.SWAP:
            if donor is None:
                raise BadInput(
                    f"To swap the {SPOKEN[modality]} takes a donor. Choose a sample that gives it."
                )
            sample = swapped(sample, donor, modality)
    return sample


def blended(words: Sample, voice: Sample, face: Sample) -> Sample:
    """A sample from the words of one, the voice of another and the face of a third, or of one.

    Raises:
        BadInput: One of them lacks what it is to give.
    """
    sample = words
    for modality, donor in ((Modality.AUDIO, voice), (Modality.VISION, face)):
        if donor is not words:
            sample = swapped(sample, donor, modality)
    return sample


def congruent(sample: Sample) -> bool | None:
    """Whether all parts say the same by their labels; None where fewer than two are labelled."""
    here = [label for m, label in sample.labels.items() if has(sample, m)]
    return len(set(here)) == 1 if len(here) > 1 else None


def odd_one(sample: Sample) -> Modality | None:
    """The modality that says something else than the others, which agree; None without one."""
    said = {m: label for m, label in sample.labels.items() if has(sample, m)}
    if len(said) < 3:
        return None
    for modality, label in said.items():
        others = {other for m, other in said.items() if m != modality}
        if len(others) == 1 and label not in others:
            return modality
    return None


def expectation(sample: Sample) -> str:
    """What is to be expected of a sample by the labels of its parts, in a sentence."""
    said = {m: sample.labels[m] for m in Modality if m in sample.labels and has(sample, m)}
    if len(said) < 2:
        return "What each part says by itself is not known here, so nothing can be expected."
    if congruent(sample):
        return f"By their labels all parts say {next(iter(said.values()))}: congruent."
    told = [f"the {SPOKEN[m]} {_verb(m, 'say')} {emotion}" for m, emotion in said.items()]
    odd = odd_one(sample)
    alone = "" if odd is None else f"; the {SPOKEN[odd]} {_verb(odd, 'stand')} alone"
    return f"By their labels {', '.join(told)}: incongruent{alone}."


def _verb(modality: Modality, word: str) -> str:
    """Words say, a voice says."""
    return word if modality == Modality.TEXT else f"{word}s"


def _nothing(part: str) -> object:
    return {} if part == "views" else None


def _is_nothing(value: object) -> bool:
    return value is None or (isinstance(value, Mapping) and not value)


def _told(source: Sample, modality: Modality, word: Provenance) -> dict[str, str]:
    """The provenance of the parts that the source has; of the first where it has features only."""
    held = [p for p in PARTS[modality] if not _is_nothing(getattr(source, p))]
    return dict.fromkeys(held or PARTS[modality][:1], word)


def _without(values: Mapping[Modality, T], modality: Modality) -> dict[Modality, T]:
    return {m: value for m, value in values.items() if m != modality}


def _only(values: Mapping[Modality, T], modality: Modality) -> dict[Modality, T]:
    return {m: value for m, value in values.items() if m == modality}
