"""What do the experts hand over, over a whole set? Pseudo tokens of many samples together."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from mer_core.models.egmf import EGMF
from mer_core.probes.base import Row, listed, percent
from mer_core.probes.experts_set import OverSet
from mer_core.probes.pseudo import Chance, chance_of, nearest
from mer_core.probes.pseudo_carry import Carried, carried, directions
from mer_core.probes.spoken import written

COMMON = 12
"""Words that are nearest most often, kept."""


@dataclass(frozen=True, eq=False)
class PseudoSet(OverSet):
    """Pseudo tokens of a set; several tokens of a sample are laid end to end.

    Attributes:
        carried: How alike they are to each representation of the same samples.
        spread: Directions that hold 95 % of what varies from sample to sample.
        room: Directions there could be.
        length: Mean length over the mean length of a row of the embedding table.
        words: The words that are nearest to the first token most often, and in what share.
        cosine: Mean cosine of the first token with its nearest word.
        chance: What other vectors get.
    """

    unit = (
        "likeness of pseudo tokens and a representation of the same samples (unbiased linear CKA)"
    )
    sign = "1: the same arrangement of the samples; 0: nothing in common"
    baseline = "the line: what 95 % of 100 shuffles of the samples stay below, seed 0"
    carried: tuple[Carried, ...]
    spread: int
    room: int
    length: float
    words: tuple[tuple[str, float], ...]
    cosine: float
    chance: Chance

    def says(self, sample: int = 0) -> str:
        told = [c for c in self.carried if c.cka == c.cka]
        if not told:
            return "Too few samples to tell what the pseudo tokens carry: take more."
        parts = [f"{c.name} {c.cka:.2f}" for c in told]
        lost = [c.name for c in told if not c.beyond]
        beyond = (
            f" No more than chance: {listed(lost)}."
            if lost
            else " All lie beyond what shuffled samples get."
        )
        return (
            "Likeness of the pseudo tokens (unbiased CKA, 1: alike, about 0: not): "
            f"{listed(parts)}.{beyond} From sample to sample they vary in {self.spread} of "
            f"{self.room} directions."
        )

    def says_words(self) -> str:
        """Which words are nearest most often."""
        told = [f"“{word}” ({percent(share)})" for word, share in self.words[:5]]
        verdict = "above" if self.cosine > self.chance.top else "not above"
        return (
            f"Nearest word of the first token, most often: {listed(told)}. The mean cosine is "
            f"{self.cosine:.2f}, {verdict} what 95 % of random vectors stay below "
            f"({self.chance.top:.2f})."
        )

    def rows(self) -> Iterator[Row]:
        for c in self.carried:
            about: Row = {"what": "likeness", "name": c.name, "value": c.cka}
            yield {**about, "shuffles, 95 %": c.chance, "n": c.n}
        for word, share in self.words:
            yield {"what": "nearest word, share of samples", "name": word, "value": share}
        yield {"what": "directions", "name": f"of {self.room}", "value": self.spread}
        yield {"what": "length over a word's", "name": "mean", "value": self.length}


def pseudo_set(
    model: EGMF,
    tokens: Float[Tensor, "sample token width"],
    sides: Mapping[str, Float[Tensor, "sample _"]],
) -> dict[str, Any]:
    """The numbers of a `PseudoSet`.

    Args:
        model: Whose language model has the words.
        tokens: Pseudo tokens of each sample.
        sides: Name -> another representation of the same samples.
    """
    flat, language = tokens.flatten(1), model.language
    device = language.network.get_input_embeddings().weight.device
    with torch.no_grad():
        cosine, ids = nearest(language, tokens[:, 0].to(device), 1)
    counts = Counter(written(language, ids[:, 0].tolist()))
    length = float(tokens.norm(dim=-1).mean()) / language.row_norm
    return {
        "carried": carried(flat, sides),
        "spread": directions(flat),
        "room": min(len(flat) - 1, flat.shape[1], model.config.hidden),
        "length": length,
        "words": tuple((word, n / len(flat)) for word, n in counts.most_common(COMMON)),
        "cosine": float(cosine.mean()),
        "chance": chance_of(language),
    }
