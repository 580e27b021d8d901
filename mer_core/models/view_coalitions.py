"""MGHFT's answer under every coalition of its four views, at the price of about one answer.

In a coalition each view either says its own words or something else is put in its place. With
four views there are 16 coalitions, but a stage reads nothing but its own view: it knows two
versions, and the 16 are made of these eight readings. So each version is read and projected once,
all of them lie side by side in one sequence, and TGFA runs once with 16 answering rows, each of
which may look at the versions of its own coalition only. What 16 forwards would answer, exactly.

What the stages saw depends on the picture alone. Whoever asks again and again about one picture
(a page, for its session) keeps its `Sight`; the model keeps nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F

from mer_core.models.mghft import ANSWERING, MGHFT, VIEWS, Heard, Looked
from mer_core.types import Stream, View

CHUNK = 64
"""Sentences with words taken out that are read in one go; more would only take more memory."""


def every_coalition() -> Bool[Tensor, "coalition view"]:
    """Which views take part: view v in row r where bit v of r is 1. None first, all last."""
    bits = torch.arange(len(VIEWS))
    return (torch.arange(2 ** len(VIEWS))[:, None] >> bits) % 2 == 1


@dataclass(frozen=True, eq=False)
class Sight:
    """What the four stages saw of some pictures. Valid for as long as pictures and weights are.

    Attributes:
        looked: What each stage saw, finest first.
    """

    looked: tuple[Looked, ...]

    def select(self, rows: Int[Tensor, " some"]) -> "Sight":
        """Some pictures, in the order given."""
        return Sight(tuple(Looked(seen.whole[rows], seen.chosen[rows]) for seen in self.looked))


@torch.no_grad()
def look(model: MGHFT, vision: Stream) -> Sight:
    """Look at pictures once; not differentiable."""
    return Sight(tuple(model.look_stages(vision)))


class StandIn(NamedTuple):
    """What is heard in place of a view that takes no part."""

    features: Float[Tensor, "view word feature"]
    mask: Bool[Tensor, "view word"]


def without_views(said: Stream, stand_in: StandIn | None) -> Stream:
    """The text when no view takes part.

    A view that nobody said stays missing and a silent text stays silent: where nothing was said
    there is nothing to take away.

    Args:
        said: The four views.
        stand_in: Heard in place of each; None for the model's learned missing view.
    """
    there = said.mask.any(dim=-1) & ~said.is_silent[:, None]
    if stand_in is None:
        return replace(said, mask=said.mask & ~there[..., None], ticks=None)
    features, mask = stand_in.features.to(said.values), stand_in.mask.to(said.mask)
    width = max(said.mask.shape[-1], mask.shape[-1])
    wide, mask = _widened(said, width), F.pad(mask, (0, width - mask.shape[-1]))
    features = F.pad(features, (0, 0, 0, width - features.shape[-2]))
    values = torch.where(there[..., None, None], features, wide.values)
    return replace(wide, values=values, mask=torch.where(there[..., None], mask, wide.mask))


def _widened(text: Stream, width: int) -> Stream:
    """The same text with padding up to this many words, without its ticks."""
    more = width - text.mask.shape[-1]
    values, mask = F.pad(text.values, (0, 0, 0, more)), F.pad(text.mask, (0, more))
    return replace(text, values=values, mask=mask, ticks=None)


def _same_width(one: Stream, other: Stream) -> tuple[Stream, Stream]:
    width = max(one.mask.shape[-1], other.mask.shape[-1])
    return _widened(one, width), _widened(other, width)


@torch.no_grad()
def coalition_logits(
    model: MGHFT, sight: Sight, said: Stream, instead: Stream
) -> Float[Tensor, "batch coalition emotion"]:
    """Logits of all 16 coalitions, in the order of `every_coalition`.

    Two coalitions that say the very same words have the very same logits, to the bit. Where
    `Config.whole_text` lets every stage read all views there are no two versions to share, and
    the coalitions are a batch of 16 answers a sticker; the picture is still not looked at again.

    Args:
        model: In eval mode. Not inside a `capture` with edits: taps see all coalitions at once.
        sight: What `look` saw of the pictures.
        said: The four views.
        instead: What is heard of the views that take no part, as `without_views` gives it.
    """
    said, instead = _same_width(said, instead)
    coalitions = every_coalition().to(said.mask.device)
    if model.config.whole_text:
        logits = _one_by_one(model, sight, said, instead, coalitions)
    else:
        logits = _fused(model, sight, _both_versions(model, sight, said, instead), coalitions)
    alike = _bits(_alike(said, instead))[:, None] | torch.arange(len(coalitions)).to(logits.device)
    return logits.gather(1, alike[..., None].expand_as(logits))


@torch.no_grad()
def word_logits(
    model: MGHFT,
    sight: Sight,
    said: Stream,
    instead: Stream,
    view: View,
    kept: Bool[Tensor, "row word"],
) -> Float[Tensor, "row coalition emotion"]:
    """Logits of ONE sticker when a view says some of its words only.

    A word is taken out by hiding its features; what it lent to its neighbours while the sentence
    was encoded stays with them.

    Args:
        model: In eval mode.
        sight: Of one picture.
        said: Its four views.
        instead: See `coalition_logits`.
        view: Whose words are taken out.
        kept: The words that stay, one row a question; at least one in each row.

    Returns:
        The eight coalitions that the view takes part in, in the order of `every_coalition`.
    """
    i, width = VIEWS.index(view), max(said.mask.shape[-1], instead.mask.shape[-1])
    said, instead = _widened(said, width), _widened(instead, width)
    kept = F.pad(kept, (0, width - kept.shape[-1])).to(said.mask.device)
    coalitions = every_coalition().to(said.mask.device)
    coalitions = coalitions[coalitions[:, i]]
    versions = None if model.config.whole_text else _both_versions(model, sight, said, instead)
    parts = []
    for some in kept.split(CHUNK):
        rows = torch.zeros(len(some), dtype=torch.long, device=some.device)
        mask = said.mask[rows].clone()
        mask[:, i] &= some
        fewer, seen = replace(said.select(rows), mask=mask), sight.select(rows)
        if versions is None:
            parts.append(_one_by_one(model, seen, fewer, instead.select(rows), coalitions))
        else:
            told = [v.expand(len(some)) for v in versions]
            words = _read(model, i, seen.looked[i].chosen, model.hear(fewer))
            told[i] = told[i].saying(words)
            parts.append(_fused(model, seen, told, coalitions))
    return torch.cat(parts)


class _Version(NamedTuple):
    """What a stage makes of its view; in the width of TGFA where it goes there directly."""

    local: Float[Tensor, "row query fusion"]  # V_l after fusion, projected, with its rank
    view: Float[Tensor, "row joint"]  # T
    slot: Float[Tensor, "row joint"]  # T'


@dataclass(frozen=True, eq=False)
class _Versions:
    """The two versions of one view: axis `version` is 0 where it takes no part, else 1."""

    local: Float[Tensor, "row version query fusion"]
    view: Float[Tensor, "row version joint"]
    slot: Float[Tensor, "row version joint"]

    def expand(self, rows: int) -> "_Versions":
        """Of one sticker, the same for several rows."""
        shapes = (self.local, self.view, self.slot)
        return _Versions(*(t.expand(rows, *t.shape[1:]) for t in shapes))

    def saying(self, own: _Version) -> "_Versions":
        """The same stand-in beside other words of the view."""
        mine = (self.local, self.view, self.slot)
        pairs = zip(mine, own, strict=True)
        return _Versions(*(torch.stack([t[:, 0], new], dim=1) for t, new in pairs))


def _both_versions(model: MGHFT, sight: Sight, said: Stream, instead: Stream) -> list[_Versions]:
    """Each view read by its stage without and with its own words, both in one batch."""
    n = len(said.values)
    both = replace(
        said,
        values=torch.cat([instead.values, said.values]),
        mask=torch.cat([instead.mask, said.mask]),
        silent=said.is_silent.repeat(2),
    )
    heard, told = model.hear(both), []
    for i, seen in enumerate(sight.looked):
        read = _read(model, i, seen.chosen.repeat(2, 1, 1), heard)
        told.append(_Versions(*(t.unflatten(0, (2, n)).transpose(0, 1) for t in read)))
    return told


def _read(
    model: MGHFT, i: int, chosen: Float[Tensor, "row query channel"], heard: Heard
) -> _Version:
    """View i, read by its stage and projected as far as no other view matters."""
    words, view = model.to_joint(heard.features[:, i]), model.to_joint(heard.pooled[:, i])
    read = model.each_stage()[i].read(chosen, words, heard.mask[:, i], view)
    _, span = model.layout()[1 + i]
    return _Version(model.to_vision(model.norm(read.local)) + model.rank[span], view, read.text)


def _fused(
    model: MGHFT,
    sight: Sight,
    told: Sequence[_Versions],
    coalitions: Bool[Tensor, "coalition view"],
) -> Float[Tensor, "row coalition emotion"]:
    """Global Soft-Fusion, then TGFA over both versions of all views, a row for each coalition."""
    stages, count = len(VIEWS), len(coalitions)
    views = torch.stack([t.view for t in told], dim=1)
    here = views[:, torch.arange(stages), coalitions.long()].flatten(0, 1)
    whole = torch.stack([seen.whole for seen in sight.looked], dim=1)
    fused = model.global_fusion(whole.repeat_interleave(count, dim=0), here)
    row = model.to_vision(model.norm(fused)) + model.rank[:stages]
    x = torch.cat(
        [row.unflatten(0, (-1, count)).flatten(1, 2), *(t.local.flatten(1, 2) for t in told)], dim=1
    )
    slots = [*range(stages - 1), stages - 2 if model.config.third_twice else stages - 1]
    y = torch.cat([*(t.view for t in told), *(told[i].slot for i in slots)], dim=1)
    reads = _of(coalitions, [*range(stages), *slots], [1] * (2 * stages))
    locals_ = _of(coalitions, range(stages), [t.local.shape[2] for t in told])
    own = torch.eye(count, dtype=torch.bool, device=coalitions.device)
    sees = torch.cat([own.repeat_interleave(stages, dim=1), locals_], dim=1)
    rows = slice(ANSWERING, stages * count, stages)
    parts = model.fusion(x, model.to_text(y), rows, reads, sees)
    return model.head(parts.residual + parts.attention + parts.ffn)


def _of(
    coalitions: Bool[Tensor, "coalition view"], views: Sequence[int], sizes: Sequence[int]
) -> Bool[Tensor, "coalition key"]:
    """Which positions belong to each coalition: for every view its stand-in's, then its own."""
    view = torch.tensor(list(views)).repeat_interleave(2)
    size = torch.tensor(list(sizes)).repeat_interleave(2).to(coalitions.device)
    own = torch.tensor([False, True]).repeat(len(views)).to(coalitions.device)
    return (coalitions[:, view] == own).repeat_interleave(size, dim=1)


def _one_by_one(
    model: MGHFT,
    sight: Sight,
    said: Stream,
    instead: Stream,
    coalitions: Bool[Tensor, "coalition view"],
) -> Float[Tensor, "row coalition emotion"]:
    """The plain way: every coalition is a text of its own."""
    n, count = len(said.values), len(coalitions)
    rows = torch.arange(n, device=coalitions.device).repeat_interleave(count)
    part = coalitions.repeat(n, 1)
    text = replace(
        said.select(rows),
        values=torch.where(part[..., None, None], said.values[rows], instead.values[rows]),
        mask=torch.where(part[..., None], said.mask[rows], instead.mask[rows]),
    )
    answer = model.answer(sight.select(rows).looked, model.hear(text))
    return answer.logits.unflatten(0, (n, count))


def _alike(said: Stream, instead: Stream) -> Bool[Tensor, "batch view"]:
    """Views that say the very same words whether they take part or not."""
    words = (said.values == instead.values).all(dim=-1) | ~said.mask
    return ((said.mask == instead.mask) & words).all(dim=-1)


def _bits(views: Bool[Tensor, "batch view"]) -> Int[Tensor, " batch"]:
    return (views.long() << torch.arange(len(VIEWS), device=views.device)).sum(dim=-1)
