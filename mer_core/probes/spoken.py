"""Which words did the language model nearly say? EGMF's answers, token by token.

Both questions are answered over the whole vocabulary, greedily. At each token stand the words that
came next, and how much of the probability lies on answers at all: EGMF's `logits` compare the
answer words with each other only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.models.egmf import EGMF, NUMBER_TOKENS
from mer_core.probes.base import Experiment, Finding, Row, listed, names_of, percent
from mer_core.processing.answers import parse_number
from mer_core.types import Batch

if TYPE_CHECKING:
    from mer_core.encoders.language import LanguageModel

TOP = 5
"""Words shown at each token."""

EMOTION, NUMBER = "emotion", "number"


@dataclass(frozen=True)
class Step:
    """One token of an answer.

    Attributes:
        word: What is said.
        words, probs: The most probable, first among them what is said, over the whole vocabulary.
        end: Whether it ends the answer.
    """

    word: str
    words: tuple[str, ...]
    probs: tuple[float, ...]
    end: bool

    @property
    def prob(self) -> float:
        """Probability of what is said, 0 to 1."""
        return self.probs[0]


@dataclass(frozen=True)
class Speech:
    """The answer to one question.

    Attributes:
        question: EMOTION or NUMBER.
        asked: The words of the prompt that ask it.
        steps: Token by token.
        text: All of it.
        listed: Share of the first token's probability that lies on the words of the answers;
            None where any number may be said.
        value: The number that is meant; None for an emotion, and where no number was said.
        fits: Whether it is an answer to the question.
    """

    question: str
    asked: str
    steps: tuple[Step, ...]
    text: str
    listed: float | None
    value: float | None
    fits: bool


@dataclass(frozen=True, eq=False)
class Spoken(Finding):
    """The answers of every sample.

    Attributes:
        speeches: For each sample, one a question.
    """

    unit = "probability of a token over the whole vocabulary, 0 to 1, without calibration"
    speeches: tuple[tuple[Speech, ...], ...]

    def says(self, sample: int = 0) -> str:
        return " ".join(say_speech(speech) for speech in self.speeches[sample])

    def rows(self) -> Iterator[Row]:
        for id, speeches in zip(self.ids, self.speeches, strict=True):
            for speech in speeches:
                for i, step in enumerate(speech.steps):
                    for rank, (word, prob) in enumerate(zip(step.words, step.probs, strict=True)):
                        about: Row = {"sample": id, "question": speech.question}
                        about |= {"token": i + 1, "rank": rank + 1}
                        yield {**about, "word": word, "probability": prob}


def say_speech(speech: Speech) -> str:
    """One answer in a sentence or two."""
    first = speech.steps[0]
    others = [
        f"“{w}” {percent(p)}" for w, p in zip(first.words[1:3], first.probs[1:3], strict=True)
    ]
    opening = f"To “{speech.asked}” it says “{speech.text}”"
    if len(speech.steps) > 1:
        chance = 1.0
        for step in speech.steps:
            chance *= step.prob
        told = f"{opening}, {len(speech.steps)} tokens that have {percent(chance)} together"
    else:
        told = f"{opening} with {percent(first.prob)}, before {listed(others)}"
    if not speech.fits:
        return f"{told}; this is no answer to the question."
    if speech.value is not None:
        told += f"; as a number {speech.value:+.2f}".replace("-", "−")  # noqa: RUF001
    if speech.listed is not None:
        told += f". {percent(speech.listed)} of the probability lies on words that are answers"
    return f"{told}."


class Speaks(Experiment):
    """Let the language model say both answers, and look at what else it might have said."""

    passes = 2 + NUMBER_TOKENS

    def suits(self, model: EmotionModel) -> bool:
        return isinstance(model, EGMF)

    def run(self, model: EmotionModel, batch: Batch) -> Spoken:
        egmf = cast("EGMF", model)
        with torch.no_grad():
            prompt = egmf.prompt(batch)
            answers = []
            for question, place in zip(
                asked_of(egmf), egmf.questions(prompt).tolist(), strict=True
            ):
                part = prompt.embeds[:, : place + 1], prompt.mask[:, : place + 1]
                answers.append(_answers(egmf, question, *part))
        return Spoken(names_of(batch), (), tuple(zip(*answers, strict=True)))


def asked_of(model: EGMF) -> tuple[str, ...]:
    """What this model is asked, in order."""
    asked = {EMOTION: model.config.emotions, NUMBER: model.config.limits}
    return tuple(question for question, given in asked.items() if given)


def _answers(model: EGMF, question: str, embeds: Tensor, mask: Tensor) -> list[Speech]:
    """One question, answered for every row."""
    c = model.config
    ids = {EMOTION: model.answers_ids, NUMBER: model.degrees_ids}[question]
    asked = {EMOTION: c.emotion_task, NUMBER: c.number_task}[question]
    free = question == NUMBER and not c.degrees
    scores, tokens = _say(model.language, embeds, mask, NUMBER_TOKENS if free else 1)
    probs = scores.softmax(dim=-1)
    told = []
    for row in range(len(embeds)):
        steps = _steps(model.language, probs[row], tokens[row])
        text = model.language.decode(tokens[row].tolist())
        mass = None if free else float(probs[row, 0, ids].sum())
        value, fits = _meant(model, question, text, probs[row, 0], int(tokens[row, 0]))
        told.append(Speech(question, asked, steps, text, mass, value, fits))
    return told


def _say(
    language: "LanguageModel",
    embeds: Float[Tensor, "batch position width"],
    mask: Tensor,
    most: int,
) -> tuple[Float[Tensor, "batch step vocabulary"], Int[Tensor, "batch step"]]:
    """Greedy decoding that keeps every score. Prompts are short, so each token reads it anew."""
    scores, tokens = [], []
    for _ in range(most):
        last = torch.tensor([embeds.shape[1] - 1], device=embeds.device)
        scores.append(language(embeds, mask, last)[:, 0].float())
        tokens.append(scores[-1].argmax(dim=-1))
        embeds = torch.cat([embeds, language.embed(tokens[-1])[:, None].to(embeds.dtype)], dim=1)
        mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
    return torch.stack(scores, dim=1).cpu(), torch.stack(tokens, dim=1).cpu()


def _steps(
    language: "LanguageModel", probs: Float[Tensor, "step vocabulary"], tokens: Tensor
) -> tuple[Step, ...]:
    """Tokens of one answer up to its end, each with what else it might have been."""
    steps = []
    for row, token in zip(probs, tokens.tolist(), strict=True):
        best = row.topk(min(TOP, len(row)))
        words = written(language, best.indices.tolist())
        end = token == language.end_id
        steps.append(Step(words[0], words, tuple(best.values.tolist()), end))
        if end:
            break
    return tuple(steps)


def _meant(
    model: EGMF, question: str, text: str, first: Float[Tensor, " vocabulary"], token: int
) -> tuple[float | None, bool]:
    """The number behind an answer, where there is one, and whether it is an answer at all."""
    c = model.config
    if question == EMOTION:
        return None, token in model.answers_ids.tolist()
    if not c.degrees:
        value = parse_number(text, c.limits)
        return value, value is not None
    share = first[model.degrees_ids.cpu()]
    low, high = c.limits
    values = torch.linspace(low, high, len(share))
    return float((share / share.sum()) @ values), token in model.degrees_ids.tolist()


def written(language: "LanguageModel", ids: Sequence[int]) -> tuple[str, ...]:
    """Tokens as people read them; a piece that goes on a word keeps its hyphen, "-ing"."""
    tokenizer: Any = language.tokenizer
    pieces = tokenizer.convert_ids_to_tokens(list(ids))
    told = []
    for piece, id in zip(pieces, ids, strict=True):
        if piece is None:
            told.append(f"token {id}")
        elif piece.startswith("##"):
            told.append(f"-{piece[2:]}")
        else:
            told.append(tokenizer.decode([id]).strip() or piece)
    return tuple(told)
