"""Which words of a description moved the answer? A view's contribution, shared among its words.

Owen's value: the four views are players, and the words of one view share what that view earns.
Whatever order the words are added in, and whoever else takes part, the way leads from the baseline
to the whole view; so the words of a view sum exactly to its Shapley value, however few orders are
tried. Short descriptions are answered for every set of words; longer ones for random orders, each
of them also backwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import comb, factorial
from typing import Any, ClassVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.models.mghft import MGHFT
from mer_core.models.view_coalitions import (
    Sight,
    coalition_logits,
    every_coalition,
    look,
    without_views,
    word_logits,
)
from mer_core.probes.base import Experiment, Row, names_of
from mer_core.probes.soft_fusion import words_of
from mer_core.probes.view_baselines import described, stand_in
from mer_core.probes.view_game import TOLERANCE, Scored, score, shapley, sticker_model
from mer_core.types import Batch, Stream, View

EXACT = 7
"""Descriptions of at most so many words are answered for every set of words."""


@dataclass(frozen=True, eq=False)
class WordContributions(Scored):
    """What each word of one view adds to the logits; the words sum to what the view adds.

    Attributes:
        views: The view whose words these are, per sample; None where nothing was said.
        words: Whole words, in reading order.
        values: Per sample, what each word adds.
        errors: Standard error of each value over pairs of orders; 0 where every set was answered.
        whole: What the view adds (its Shapley value).
        orders: Orders of the words that were tried; 0 where every set of words was answered.
        seed: Of the orders.
    """

    views: tuple[View | None, ...]
    words: tuple[tuple[str, ...], ...]
    values: tuple[Float[Tensor, "_ emotion"], ...]
    errors: tuple[Float[Tensor, "_ emotion"], ...]
    whole: Float[Tensor, "batch emotion"]
    orders: tuple[int, ...]
    seed: int

    def of(self, emotion: str) -> "WordContributions":
        """The same numbers, told of another emotion than the answered one.

        Raises:
            UnknownName: The model has no such emotion.
        """
        return replace(self, target=self.asked(emotion))

    def told(self, sample: int) -> list[tuple[str, float, float]]:
        """Word, value and standard error for the explained emotion, in reading order."""
        e = self.explained(sample)
        numbers = (self.values[sample][:, e].tolist(), self.errors[sample][:, e].tolist())
        return list(zip(self.words[sample], *numbers, strict=True))

    def says(self, sample: int = 0) -> str:
        target, told = self.target[sample], self.told(sample)
        if not told:
            return f"There are no words here that could move the score of {target}."
        word, value, error = max(told, key=lambda t: abs(t[1]))
        way = "for" if value > 0 else "against"
        unsure = f" (standard error {error:.2f})" if error else ""
        whole = score(float(self.whole[sample, self.explained(sample)]))
        return (
            f"“{word}” in the {self.views[sample]} pushes most: {score(value)}{unsure} {way} "
            f"{target}; all its words together {whole}."
        )

    def caption(self, sample: int = 0) -> str:
        orders = self.orders[sample]
        how = "Every set of words was answered"
        if orders:
            how = f"Mean over {orders} orders of the words, seed {self.seed}, with standard errors"
        hidden = "A word is taken out by hiding its features; its neighbours were read beside it"
        return f"{super().caption(sample)} {how}. {hidden}."

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            about: Row = {"sample": id, "baseline": self.against, "view": str(self.views[b])}
            if not self.words[b]:
                yield about
            for w, word in enumerate(self.words[b]):
                for e, name in enumerate(self.names):
                    yield {
                        **about,
                        "word": f"{w}: {word}",
                        "emotion": name,
                        "logit": float(self.values[b][w, e]),
                        "standard error": float(self.errors[b][w, e]),
                        "orders": self.orders[b],
                    }


@dataclass(frozen=True)
class ContributeWords(Experiment):
    """Add the words of one view in many orders, in every company of the other views.

    Source: Owen (1977), Values of games with a priori unions.

    Attributes:
        view: Whose words; None for the view that moved each sample's answer most.
        baseline: One of BASELINES.
        orders: Orders of the words of a long description: half of them drawn, half the same
            backwards. Even, and at least 4.
        seed: Of the orders.
    """

    passes: ClassVar[int] = 0
    view: View | None = None
    baseline: str = "removed"
    orders: int = 32
    seed: int = 0

    def __post_init__(self) -> None:
        if self.orders < 4 or self.orders % 2:
            raise ValueError(f"orders must be even and at least 4, and is {self.orders}.")

    def suits(self, model: EmotionModel) -> bool:
        return isinstance(model, MGHFT)

    def run(
        self, model: EmotionModel, batch: Batch, sight: Sight | None = None
    ) -> WordContributions:
        """Answer; give `sight` where the picture was looked at before (`look`).

        Raises:
            QuestionUnfit, UnknownBaseline, WeightsMissing, DataMissing: See `ContributeViews`.
            ArithmeticError: The words do not sum to the view.
        """
        model = sticker_model(model)
        text, vision = batch.need(model.modalities)
        sight = look(model, vision) if sight is None else sight
        bare = without_views(text, stand_in(model, self.baseline))
        logits = coalition_logits(model, sight, text, bare)
        answer = logits[:, -1].argmax(dim=-1).tolist()
        views = self._views(text, shapley(logits), answer)
        shared = []
        for b, view in enumerate(views):
            row = torch.tensor([b], device=logits.device)
            one = (model, sight.select(row), text.select(row), bare.select(row))
            words = () if view is None else words_of(batch, list(View).index(view))[b]
            shared.append(self._shared(_Game(*one, view or View.INTENTION, logits[b]), words))
        return WordContributions(
            ids=names_of(batch),
            target=tuple(model.config.emotions[i] for i in answer),
            against=self.baseline,
            instead=described(self.baseline),
            names=tuple(model.config.emotions),
            views=tuple(views),
            seed=self.seed,
            **{k: tuple(s[k] for s in shared) for k in ("words", "values", "errors", "orders")},
            whole=torch.stack([s["whole"] for s in shared]),
        )

    def _views(
        self, text: Stream, adds: Float[Tensor, "batch view emotion"], answer: list[int]
    ) -> list[View | None]:
        """The view to be shared out, per sample."""
        known = (text.mask.any(dim=-1) & ~text.is_silent[:, None]).tolist()
        chosen: list[View | None] = []
        for b, said in enumerate(known):
            size = adds[b, :, answer[b]].abs().tolist()
            here = [v for i, v in enumerate(View) if said[i] and self.view in (None, v)]
            chosen.append(max(here, key=lambda v: size[list(View).index(v)], default=None))
        return chosen

    def _shared(self, game: "_Game", pieces: Sequence[str]) -> dict[str, Any]:
        """What each word of one view of one sample adds."""
        words, owner = whole_words(pieces)
        count, emotions = len(words), game.coalitions.shape[-1]
        if not count:
            nothing = game.coalitions.new_zeros(0, emotions).cpu()
            whole = game.coalitions.new_zeros(emotions).cpu()
            return dict(words=(), values=nothing, errors=nothing, orders=0, whole=whole)
        orders = 0 if count <= EXACT else self.orders
        if orders:
            drawn = _orders(count, orders, self.seed)
            values, errors = _in_orders(game, drawn, owner)
        else:
            values = _in_every_set(game, count, owner)
            errors = torch.zeros_like(values)
        whole = game.ends[1] - game.ends[0]
        gap = float((values.sum(dim=0) - whole).abs().max())
        if not gap <= TOLERANCE:
            raise ArithmeticError(f"The words miss what their view adds by {gap:.2e}.")
        told = dict(values=values.cpu(), errors=errors.cpu(), whole=whole.cpu())
        return dict(words=words, orders=orders, **told)


def whole_words(pieces: Sequence[str]) -> tuple[tuple[str, ...], list[int]]:
    """Words made of word pieces, and the word that each piece belongs to.

    >>> whole_words(["un", "##happy", "cat"])
    (('unhappy', 'cat'), [0, 0, 1])
    """
    words: list[str] = []
    owner: list[int] = []
    for piece in pieces:
        if piece.startswith("##") and words:
            words[-1] += piece[2:]
        else:
            words.append(piece)
        owner.append(len(words) - 1)
    return tuple(words), owner


@dataclass(frozen=True, eq=False)
class _Game:
    """What a set of words of one view is worth, whoever else takes part.

    Attributes:
        coalitions: Logits of the sample's 16 coalitions, the view said whole or not at all.
    """

    model: MGHFT
    sight: Sight
    said: Stream
    instead: Stream
    view: View
    coalitions: Float[Tensor, "coalition emotion"]

    @cached_property
    def ends(self) -> Float[Tensor, "end emotion"]:
        """Worth of no word and of all words; their difference is the view's Shapley value."""
        takes_part = every_coalition()[:, list(View).index(self.view)]
        return torch.stack([self._fair(self.coalitions[takes_part == on]) for on in (False, True)])

    def worth(
        self, kept: Bool[Tensor, "set word"], owner: Sequence[int]
    ) -> Float[Tensor, "set emotion"]:
        """Of sets that hold some words, but not all."""
        if not len(kept):
            return self.coalitions.new_zeros(0, self.coalitions.shape[-1])
        said = (self.model, self.sight, self.said, self.instead, self.view)
        return self._fair(word_logits(*said, kept[:, list(owner)]))

    def _fair(self, logits: Float[Tensor, "*set company emotion"]) -> Float[Tensor, "*set emotion"]:
        """The mean over who else takes part, with the weights of Shapley's value."""
        others = len(View) - 1
        size = every_coalition()[: 2**others].sum(dim=-1).tolist()
        share = [factorial(s) * factorial(others - s) / factorial(others + 1) for s in size]
        return torch.einsum("...ce,c->...e", logits, logits.new_tensor(share))


def _orders(words: int, count: int, seed: int) -> Int[Tensor, "order word"]:
    """Half of them drawn, then the same backwards."""
    generator = torch.Generator().manual_seed(seed)
    drawn = [torch.randperm(words, generator=generator) for _ in range(count // 2)]
    return torch.stack([*drawn, *(order.flip(0) for order in drawn)])


def _in_orders(
    game: _Game, orders: Int[Tensor, "order word"], owner: Sequence[int]
) -> tuple[Float[Tensor, "word emotion"], Float[Tensor, "word emotion"]]:
    """What each word adds where its turn comes: the mean, and its standard error over pairs.

    Source: Mitchell et al. (2022), Sampling Permutations for Shapley Value Estimation, for pairs
    of an order and its reverse.
    """
    count, words = orders.shape
    turn = orders.argsort(dim=1)
    held = turn[:, None] < torch.arange(1, words)[:, None]
    sets, place = held.flatten(0, 1).unique(dim=0, return_inverse=True)
    between = game.worth(sets, owner)[place].unflatten(0, (count, -1))
    none, whole = (end.expand(count, 1, -1) for end in game.ends)
    steps = torch.cat([none, between, whole], dim=1).diff(dim=1)
    added = steps.gather(1, turn[..., None].expand_as(steps).to(steps.device))
    pairs = added.unflatten(0, (2, -1)).mean(dim=0)
    return pairs.mean(dim=0), pairs.std(dim=0) / len(pairs) ** 0.5


def _in_every_set(game: _Game, words: int, owner: Sequence[int]) -> Float[Tensor, "word emotion"]:
    """Shapley's value of the words, from every set of them."""
    sets = (torch.arange(2**words)[:, None] >> torch.arange(words)) % 2 == 1
    worth = torch.cat([game.ends[:1], game.worth(sets[1:-1], owner), game.ends[1:]])
    values = []
    for word in range(words):
        without = (~sets[:, word]).nonzero()[:, 0]
        size = sets[without].sum(dim=1).tolist()
        share = worth.new_tensor([1 / (words * comb(words - 1, s)) for s in size])
        values.append(share @ (worth[without | 1 << word] - worth[without]))
    return torch.stack(values)
