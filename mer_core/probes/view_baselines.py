"""What is heard in place of a description that takes no part: the zero of every contribution.

A contribution is a difference, and says nothing without what it is a difference from. Three
baselines answer three questions: what if nobody had described this, what if somebody had said
nothing of interest, what if it were described as stickers are on average?
"""

from functools import cache

import torch

from mer_core.encoders.text import TextEncoder
from mer_core.errors import DataMissing, UnknownName
from mer_core.models.mghft import MGHFT
from mer_core.models.view_coalitions import StandIn
from mer_core.types import View
from mer_core.view_means import REMEDY, ViewMeans, path_of

BASELINES: dict[str, str] = {
    "removed": "the description taken away (what the model learned to hear for a missing view)",
    "generic": "a sentence that would fit any sticker",
    "mean": "the average description of the training stickers, as one word",
}
"""Name -> what it is, in words for people."""

FROM: dict[str, str] = {
    "removed": "no descriptions",
    "generic": "generic descriptions",
    "mean": "average descriptions",
}
"""Name -> where the way to the answer starts, in two words."""

GENERIC: dict[View, str] = {
    View.INTENTION: "the sticker is sent to tell somebody something.",
    View.STYLE: "the sticker is drawn in some style.",
    View.ROLE: "the main role is somebody or something.",
    View.POSTURE: "the main role has some posture and some expression.",
}
"""Says what its view is about and nothing of this sticker."""


class UnknownBaseline(UnknownName):
    kind = "baseline"


def stand_in(model: MGHFT, baseline: str) -> StandIn | None:
    """What is heard instead of each view; None stands for the model's learned missing view.

    Raises:
        UnknownBaseline: It is none of BASELINES.
        WeightsMissing: The text encoder, which must read the generic sentences, is not here.
        DataMissing: The mean views are not here, or are another encoder's.
    """
    if baseline not in BASELINES:
        raise UnknownBaseline(baseline, BASELINES)
    if baseline == "removed":
        return None
    return _generic(model.config.text_encoder) if baseline == "generic" else _mean(model)


@cache
def _generic(encoder: str) -> StandIn:
    """The generic sentences as an encoder reads them; it is frozen, so once is enough."""
    encoded = TextEncoder.load(encoder).encode([GENERIC[v] for v in View])
    return StandIn(encoded.tokens, encoded.mask)


def _mean(model: MGHFT) -> StandIn:
    means, wanted = ViewMeans.load(path_of()), model.config.text_encoder
    if means.encoder != wanted:
        raise DataMissing(
            f"The mean views were made by {means.encoder!r}; this model hears {wanted!r}. {REMEDY}"
        )
    return StandIn(means.features[:, None], torch.ones(len(View), 1, dtype=torch.bool))


def described(baseline: str) -> str:
    """The baseline in words, with the n and the source of what was averaged."""
    if baseline != "mean":
        return BASELINES[baseline]
    means = ViewMeans.load(path_of())
    return f"{BASELINES[baseline]} (n = {min(means.n)} {means.source})"
