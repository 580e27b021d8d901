"""Numbers as words: how EGMF is taught to say them, and what it expects beside what it says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.processing.answers import sayable, write_number

if TYPE_CHECKING:
    from mer_core.encoders.language import LanguageModel

IGNORED = -100
"""Target of a position that carries no loss."""


class Prompt(NamedTuple):
    """What the language model reads: one vector a position, where it is real, and the gate."""

    embeds: Tensor
    mask: Tensor
    alpha: Tensor


def number_ids(language: "LanguageModel", number: float) -> list[int]:
    """The tokens of a number with one decimal, and of the end of an answer."""
    end = [] if language.end_id is None else [language.end_id]
    return language.ids(write_number(number)) + end


def number_goals(
    language: "LanguageModel", sentiment: Float[Tensor, " batch"]
) -> Int[Tensor, "batch answer"]:
    """The tokens to be said, -100 behind shorter numbers."""
    rows = [number_ids(language, number) for number in sentiment.tolist()]
    goal = torch.full((len(rows), max(map(len, rows))), IGNORED, device=sentiment.device)
    for row, ids in enumerate(rows):
        goal[row, : len(ids)] = torch.tensor(ids)
    return goal


def taught(language: "LanguageModel", prompt: Prompt, goal: Int[Tensor, "batch answer"]) -> Prompt:
    """The prompt followed by the number as text, all but its last token."""
    heard, real = goal[:, :-1], goal[:, :-1] != IGNORED
    embeds = torch.cat([prompt.embeds, language.embed(heard.clamp(min=0))], dim=1)
    return Prompt(embeds, torch.cat([prompt.mask, real], dim=1), prompt.alpha)


def expected_number(
    language: "LanguageModel", prompt: Prompt, limits: Sequence[float]
) -> Float[Tensor, " batch"]:
    """The mean over every number that could be said, each as likely as its tokens are together.

    All numbers pass the language model in one go, as branches behind the prompt. What it might say
    beside numbers is left out: their chances are scaled to sum to 1.

    Source: the fact sheet of EGMF recommends a soft prediction over the first tokens; ours is over
        whole answers.
    """
    from mer_core.encoders.language import tree_of

    numbers = sayable(limits)
    texts = [number_ids(language, number) for number in numbers]
    # the last token of each is only predicted, never read
    tree = tree_of([ids[:-1] for ids in texts if len(ids) > 1])
    said = language.branches(prompt.embeds, prompt.mask, tree).float().log_softmax(dim=-1)
    chances = []
    for ids, path in zip((t for t in texts if len(t) > 1), tree.paths, strict=True):
        before = torch.tensor([0, *(node + 1 for node in path)], device=said.device)
        chances.append(said[:, before, torch.tensor(ids, device=said.device)].sum(dim=-1))
    share = torch.stack(chances, dim=-1).softmax(dim=-1)
    return share @ torch.tensor(numbers, device=said.device)
