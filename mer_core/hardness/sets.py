"""Sets whose samples can be looked through, and what each sample says of itself."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mer_core.datasets import DATASETS, open_dataset
from mer_core.encoders.face import FACE_FEATURES
from mer_core.errors import BadInput
from mer_core.hardness.table import UNKNOWN
from mer_core.processing.audio import AUDIO_FEATURES
from mer_core.training.real_stickers import ALIASES
from mer_core.types import Modality, Provenance, Sample

Progress = Callable[[str, int, int], None]

CLIPS, STICKERS = "puppet-utterances", "puppet-stickers"
NONE = "none"
"""The liar where nothing lies."""

SARCASM = {"sarcastic": "sarcasm", "not sarcastic": "congruent"}
"""Labels of sets that people asked about sarcasm -> kind of conflict; who lies they do not say."""

WHAT = {
    CLIPS: "generated clips of words, voice and face, whose liar is known",
    STICKERS: "generated stickers with four views each, whose liar is known",
    "emoji": "emoji in two drawing styles, some of them rated by people",
}


@dataclass(frozen=True, eq=False)
class Examined:
    """A set that was opened.

    Attributes:
        name: Key of DATASETS.
        split: "train", "valid" or "test".
        samples: In the order of their numbers; made or read when asked for.
        what: In words.
        demo: Whether the data is generated.
    """

    name: str
    split: str
    samples: Sequence[Sample]
    what: str
    demo: bool


def examined(
    name: str,
    split: str = "test",
    limit: int | None = None,
    path: Path | None = None,
    progress: Progress | None = None,
) -> Examined:
    """Open a set.

    Args:
        name: A key of DATASETS.
        split: "train", "valid" or "test".
        limit: Only the first so many.
        path: Where a real set lies; None to look among the real data.
        progress: Where it is given, features of clips are made in several processes and kept;
            otherwise voices and faces are drawn as they are asked for, and nothing is kept.

    Raises:
        UnknownName: No such set or split.
        BadInput: The set is empty or damaged, or has features that no shipped model reads.
        DataMissing: A real set that is not there.
    """
    if name == CLIPS and progress is not None:
        from mer_core.training.utterances import featured_utterances

        samples: Sequence[Sample] = featured_utterances(split, progress, limit)
    else:
        samples = open_dataset(name, split, limit, path)
    if not len(samples):
        raise BadInput(f"The {split} split of {name} has no samples: choose another one.")
    _check_features(samples[0], name)
    what = WHAT.get(name) or str(getattr(DATASETS[name], "what", name))
    return Examined(name, split, samples, what, demo=name in (CLIPS, STICKERS))


def _check_features(sample: Sample, name: str) -> None:
    """Refuse features that were measured in another way than the shipped models learned."""
    own = {Modality.AUDIO: AUDIO_FEATURES, Modality.VISION: FACE_FEATURES}
    for modality, values in sample.features.items():
        if modality in own and values.shape[1] != own[modality]:
            raise BadInput(
                f"The {modality} features of {name} have {values.shape[1]} channels; the models "
                f"that ship read {own[modality]} of their own. `mer train` trains one on the set."
            )


def is_sticker(sample: Sample) -> bool:
    """Whether it is a picture with views, and not a clip."""
    return sample.image is not None or bool(sample.views)


def words_of(sample: Sample) -> str:
    """What is said; of a sticker its views, one after the other."""
    return sample.text or " ".join(sample.views.values())


def target_of(sample: Sample) -> str:
    """The right answer in the models' words."""
    if sample.target in SARCASM:
        return UNKNOWN  # a label of the kind, not of the feeling
    return ALIASES.get(sample.target or "", sample.target or UNKNOWN)


def conflict_of(sample: Sample) -> tuple[str, str]:
    """Kind of conflict and who lies, from what a sample knows of itself or people said of it."""
    truth = sample.truth
    if sample.target in SARCASM:
        return SARCASM[sample.target], UNKNOWN
    if truth is None:
        return UNKNOWN, UNKNOWN
    if hasattr(truth, "kind"):
        return str(truth.kind), str(truth.liar or NONE)
    liars = tuple(getattr(truth, "liars", ()))
    if not liars:
        return "congruent", NONE
    liar = " and ".join(liars)
    return f"{liar} lies" if len(liars) == 1 else f"{liar} lie", liar


def spread_of(rated: Mapping[str, float]) -> float:
    """How far people's ratings spread over the emotions, in bits; NaN without ratings.

    The entropy of the ratings as shares of their sum: 0 where all is one emotion, log2 of the
    number of emotions where all are rated alike.

    Examples:
        >>> spread_of({"joy": 0.5, "fear": 0.5, "anger": 0.0})
        1.0
    """
    total = sum(max(0.0, score) for score in rated.values())
    if total <= 0:
        return math.nan
    shares = [score / total for score in rated.values() if score > 0]
    return -sum(share * math.log2(share) for share in shares) + 0.0


def origin_of(sample: Sample) -> str:
    """Where the parts come from: 'generated', or 'real; views: written by a model'."""
    kinds = {str(v) for v in sample.provenance.values()} or {str(Provenance.REAL)}
    if len(kinds) == 1:
        return kinds.pop()
    return "; ".join(f"{part}: {kind}" for part, kind in sample.provenance.items())


def without_media(sample: Sample) -> Sample:
    """The same sample without picture, sound and clip, for keeping."""
    return replace(sample, image=None, sound=None, clip=None, features={}, seconds={})
