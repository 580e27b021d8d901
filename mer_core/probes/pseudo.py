"""What do the experts hand to the language model? EGMF's pseudo tokens, looked at as words.

They lie in the space of the language model's word embeddings, so they have a length and nearest
words there. Nearest words may mean little: nothing in training asks a pseudo token to resemble a
word. Beside them stands what random vectors get, and what words get among themselves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from mer_core.models.base import EmotionModel
from mer_core.models.egmf import EGMF
from mer_core.probes.base import Experiment, Finding, Row, listed, names_of
from mer_core.probes.spoken import written
from mer_core.trace import capture
from mer_core.types import Batch

if TYPE_CHECKING:
    from mer_core.encoders.language import LanguageModel

NEAREST = 8
"""Words shown for each token."""
DRAWS = 200
"""Random vectors, and words, that the nearest words stand beside."""
SEED = 0
ROWS = 8192
"""Rows of the embedding table compared at once: a large model's table does not fit twice."""


@dataclass(frozen=True)
class Chance:
    """Cosine with the nearest word, of what is no pseudo token.

    Attributes:
        draws, seed: How many vectors, and how they were drawn.
        mean, top: Of random vectors: mean, and what 95 % stay below.
        words: Of words of the vocabulary, each with the nearest other word: mean.
    """

    draws: int
    seed: int
    mean: float
    top: float
    words: float


@dataclass(frozen=True, eq=False)
class Pseudo(Finding):
    """The pseudo tokens of every sample.

    Attributes:
        rank: How many directions the tokens of a sample span.
        alike: Mean cosine of the tokens of a sample with each other; 1 where they are one vector.
        length: Of each token over the mean length of a row of the embedding table.
        words: For each sample and token, the nearest words.
        cosine: Of each of them.
        chance: What other vectors get.
        expand: How one vector becomes many tokens.
    """

    unit = "cosine with a row of the language model's embedding table, −1 to 1"  # noqa: RUF001
    baseline = "random vectors of the same length (the line: what 95 % of them stay below)"
    rank: tuple[int, ...]
    alike: Float[Tensor, " batch"]
    length: Float[Tensor, "batch token"]
    words: tuple[tuple[tuple[str, ...], ...], ...]
    cosine: Float[Tensor, "batch token near"]
    chance: Chance
    expand: str

    def beyond(self, sample: int) -> bool:
        """Whether the nearest word of any token is nearer than to 95 % of random vectors."""
        return bool((self.cosine[sample, :, 0] > self.chance.top).any())

    def same(self, sample: int) -> bool:
        """Whether all tokens of a sample are one vector."""
        return bool(self.alike[sample] > 1 - 1e-5)

    def says(self, sample: int = 0) -> str:
        count, rank = self.length.shape[1], self.rank[sample]
        span = (
            f"The {count} pseudo tokens are one vector, repeated (rank 1)"
            if self.same(sample)
            else f"The {count} pseudo tokens span {rank} direction{'s' * (rank > 1)} (rank {rank})"
        )
        near = listed([f"“{w}”" for w in self.words[sample][0][:3]])
        best = float(self.cosine[sample, 0, 0])
        verdict = (
            "nearer than chance, which need not mean that it stands for them"
            if self.beyond(sample)
            else "no nearer than random vectors come, so read no meaning into these words"
        )
        return (
            f"{span}, {float(self.length[sample].mean()):.2f} times as long as a word. Nearest "
            f"to the first are {near}, with a cosine of {best:.2f}, where a random vector gets "
            f"{self.chance.mean:.2f} (95 % stay below {self.chance.top:.2f}) and a word has its "
            f"nearest other word at {self.chance.words:.2f}: {verdict}."
        )

    def caption(self, sample: int = 0) -> str:
        drawn = f"{self.chance.draws} random vectors and words, seed {self.chance.seed}"
        return (
            f"{super().caption(sample)} {drawn}. Caution: training asks no pseudo token to "
            "resemble a word, so the nearest words may mean little."
        )

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            about: Row = {"sample": id, "rank": self.rank[b], "tokens alike": float(self.alike[b])}
            for t, words in enumerate(self.words[b]):
                length = float(self.length[b, t])
                at: Row = {**about, "token": t + 1, "length over a word's": length}
                for i, word in enumerate(words):
                    near: Row = {"near": i + 1, "word": word, "cosine": float(self.cosine[b, t, i])}
                    yield {**at, **near, "random, 95 %": self.chance.top}


class MeetsPseudo(Experiment):
    """Compare the pseudo tokens with every row of the embedding table."""

    def suits(self, model: EmotionModel) -> bool:
        return isinstance(model, EGMF)

    def run(self, model: EmotionModel, batch: Batch) -> Pseudo:
        egmf = cast("EGMF", model)
        with torch.no_grad(), capture(egmf, "fusion.pseudo") as trace:
            egmf.prompt(batch)
            tokens = trace["fusion.pseudo"].values.float()
            cosine, ids = nearest(egmf.language, tokens, NEAREST)
            chance = chance_of(egmf.language)
        words = tuple(tuple(written(egmf.language, row) for row in rows) for rows in ids.tolist())
        return Pseudo(
            ids=names_of(batch),
            target=(),
            rank=tuple(torch.linalg.matrix_rank(tokens).tolist()),
            alike=likeness(tokens).cpu(),
            length=(tokens.norm(dim=-1) / egmf.language.row_norm).cpu(),
            words=words,
            cosine=cosine.cpu(),
            chance=chance,
            expand=egmf.config.expand,
        )


def likeness(tokens: Float[Tensor, "batch token width"]) -> Float[Tensor, " batch"]:
    """Mean cosine of different tokens of a sample; 1 where there is only one."""
    units = F.normalize(tokens, dim=-1)
    count = tokens.shape[1]
    if count == 1:
        return torch.ones(len(tokens))
    all_pairs = (units @ units.transpose(1, 2)).sum(dim=(1, 2))
    return (all_pairs - count) / (count * (count - 1))


def nearest(
    language: "LanguageModel", vectors: Float[Tensor, "*lead width"], count: int
) -> tuple[Float[Tensor, "*lead near"], Tensor]:
    """The rows of the embedding table with the greatest cosines, and their token ids."""
    units, found = F.normalize(vectors, dim=-1), None
    for ids in torch.arange(size_of(language), device=vectors.device).split(ROWS):
        near = units @ F.normalize(language.embed(ids).float(), dim=-1).T
        best = near.topk(min(count, len(ids)), dim=-1)
        here = best.values, ids[best.indices]
        found = here if found is None else _best(found, here, count)
    assert found is not None, "a vocabulary has words"
    return found


def _best(
    first: tuple[Tensor, Tensor], second: tuple[Tensor, Tensor], count: int
) -> tuple[Tensor, Tensor]:
    cosine, ids = (torch.cat(pair, dim=-1) for pair in zip(first, second, strict=True))
    top = cosine.topk(min(count, cosine.shape[-1]), dim=-1)
    return top.values, ids.gather(-1, top.indices)


def size_of(language: "LanguageModel") -> int:
    """Rows of the embedding table that stand for tokens."""
    return min(len(language.tokenizer), language.network.get_input_embeddings().num_embeddings)


def chance_of(language: "LanguageModel") -> Chance:
    """How near random vectors come to a word, and words to each other. A length changes nothing.

    Computed once for each language model: its embedding table never learns.
    """
    if language in _CHANCES:
        return _CHANCES[language]
    generator = torch.Generator().manual_seed(SEED)
    device = language.network.get_input_embeddings().weight.device
    random = torch.randn(DRAWS, language.width, generator=generator).to(device)
    best = nearest(language, random, 1)[0][:, 0]
    some = torch.randperm(size_of(language), generator=generator)[:DRAWS].to(device)
    others = nearest(language, language.embed(some).float(), 2)[0][:, 1]
    told = (float(x) for x in (best.mean(), best.quantile(0.95), others.mean()))
    _CHANCES[language] = Chance(DRAWS, SEED, *told)
    return _CHANCES[language]


_CHANCES: "WeakKeyDictionary[LanguageModel, Chance]" = WeakKeyDictionary()
