"""EGMF: experts guide a multimodal fusion whose result a language model reads and answers.

    text ids -> frozen embedding table -> E_text -> H_text           (time, hidden)
    audio, vision -> recurrent encoders -> H_av                      (time, hidden), audio first
    H_text <-> H_av by cross-attention -> fused                      (hidden,)
    three experts, weighted by a gate in two stages -> enhanced      (hidden,)
    [prefix; pseudo tokens of `enhanced`; text; suffix; tasks] -> language model -> words

The middle three lines are `mer_core.models.egmf_fusion`; this file has the prompt and the answers.

Source: Qiao, Xu, Li and Liu (2026), A Unified Framework for Emotion Recognition and Sentiment
Analysis via Expert-Guided Multimodal Fusion with Large Language Models, arXiv 2601.07565. The
paper has no public code; where it is silent the docstrings below say what we do.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, final

import torch
from jaxtyping import Bool, Float, Int
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from mer_core.encoders.text import EMBEDDED
from mer_core.layers import Silence
from mer_core.models.base import EmotionModel
from mer_core.models.egmf_fusion import EXPERTS, Fusion, Guidance, ModalityEncoder
from mer_core.models.egmf_numbers import IGNORED, Prompt, expected_number, number_goals, taught
from mer_core.processing.answers import between, parse_number
from mer_core.processing.tokens import TokenProcessor
from mer_core.task import EMOTIONS, SENTIMENT_RANGE
from mer_core.trace import Tap
from mer_core.types import Batch, Modality, Prediction, Stream

TEXT, AUDIO, VISION = Modality.TEXT, Modality.AUDIO, Modality.VISION

NUMBER_TOKENS = 6
"""Tokens of a generated number at most: sign, digit, point, digit, end, and one to spare."""


@dataclass(frozen=True)
class EGMFConfig:
    """What an EGMF is made of. Defaults are the paper's, or MSE-Adapter's where it is silent.

    Attributes:
        language: Language model: a name on the hub, a folder, or the embedded one.
        layers: Keep only its first so many layers; None keeps all.
        precision: How its frozen weights are held: "full", "bf16" or "4bit".
        rank, alpha, lora_dropout: Of LoRA; rank 0 is without it.
        audio_features, vision_features: Channels of the streams; defaults are MOSEI's.
        longest: Tokens of text at most.
        encoder: How audio and vision become positions: "sequence", "final" or "transformer".
        cell: Recurrent cell of the first two: "lstm" or "gru".
        state: Its channels.
        hidden: d_h, width of the fusion.
        heads: Of the cross-attention.
        dropout: In the fusion, in training.
        gating: "hierarchical"; "first" (alpha = w) and "uniform" are the paper's ablations.
        gate_softmax: Stage 1 of the gate gives a distribution; else raw scores.
        residual: Add the fused vector to what the experts say.
        tokens: How many pseudo tokens.
        expand: How one vector becomes many tokens: "repeat", "affine" or "repeat+pos".
        inject_text: Put the words after the pseudo tokens.
        prefix, suffix, emotion_task, number_task: The words of the prompt.
        emotions: The classes; empty where none is asked for.
        answers: One answer a class, in the same order, one token each: a word or a digit.
        limits: Least and greatest number; empty where none is asked for.
        degrees: Answers to the second question, one token each, evenly over `limits`. Empty: the
            answer is a number with one decimal, as in the paper.
        number: What such a number is taken to be: "said", as in the paper, what greedy decoding
            says; or "expected", the mean over every number that could be said.
        lambda_balance: Weight of the term that keeps the experts in even use.
        gate_lr, lora_lr: The gates, and LoRA with the head, learn this many times faster than
            the rest.
    """

    language: str = "THUDM/glm-4-9b-hf"
    layers: int | None = None
    precision: str = "full"
    rank: int = 8
    alpha: int = 16
    lora_dropout: float = 0.05
    audio_features: int = 74
    vision_features: int = 35
    longest: int = 50
    encoder: str = "sequence"
    cell: str = "lstm"
    state: int = 64
    hidden: int = 256
    heads: int = 8
    dropout: float = 0.1
    gating: str = "hierarchical"
    gate_softmax: bool = True
    residual: bool = True
    tokens: int = 4
    expand: str = "repeat"
    inject_text: bool = True
    prefix: str = "What a person says and how it is said:"
    suffix: str = "."
    emotion_task: str = (
        "Name the emotion by its number: 0 anger, 1 disgust, 2 fear, 3 happiness, 4 neutral, "
        "5 sadness, 6 surprise. The emotion is"
    )
    number_task: str = "Rate the sentiment from -3.0 to 3.0. The sentiment is"
    emotions: tuple[str, ...] = EMOTIONS
    answers: tuple[str, ...] = ("0", "1", "2", "3", "4", "5", "6")
    limits: tuple[float, ...] = SENTIMENT_RANGE
    degrees: tuple[str, ...] = ()
    number: str = "said"
    lambda_balance: float = 0.0
    gate_lr: float = 1.0
    lora_lr: float = 1.0

    @classmethod
    def demo(cls, **changes: Any) -> "EGMFConfig":
        """The one that ships with weights: the embedded language model, short prompts, words.

        Departs: degrees in words ("bad", "good") answer the second question in one token, so that
            class and number come from one pass. Nothing goes around the experts (`residual`
            off), and the gates, which begin at zero, learn faster: without both, it hardly
            mattered which weights a sample got. A small term keeps all experts in use over a
            batch: without it, the second one died.
        """
        from mer_core.encoders.face import FACE_FEATURES
        from mer_core.processing.audio import AUDIO_FEATURES

        return cls.small(AUDIO_FEATURES, FACE_FEATURES, **changes)

    @classmethod
    def small(cls, audio_features: int, vision_features: int, **changes: Any) -> "EGMFConfig":
        """The demo's values for streams of other widths."""
        values: dict[str, Any] = {
            "language": EMBEDDED,
            "lora_dropout": 0.05,
            "longest": 48,
            "cell": "gru",
            "residual": False,
            "lambda_balance": 0.1,
            "gate_lr": 4.0,
            "prefix": "speaker :",
            "emotion_task": "the emotion is",
            "number_task": "the sentiment is",
            "answers": EMOTIONS,
            "degrees": ("terrible", "bad", "poor", "neutral", "fine", "good", "great"),
        }
        return cls(
            audio_features=audio_features, vision_features=vision_features, **(values | changes)
        )


class BeforeGate(NamedTuple):
    """Everything of a batch that no gate touches: to mix the experts again, start from here.

    Attributes:
        heard: What the experts read and say.
        alpha: What the gate says, (batch, expert); sums to 1.
        words: Of the text, as the language model embeds them, (batch, time, width).
        mask: True at words that are there and are said, (batch, time).
    """

    heard: Guidance
    alpha: Tensor
    words: Tensor
    mask: Tensor

    def rows(self, index: Int[Tensor, " row"]) -> "BeforeGate":
        """Samples by number; one may come many times, to be mixed in many ways."""
        heard = Guidance(*(x[index] for x in self.heard))
        return BeforeGate(heard, self.alpha[index], self.words[index], self.mask[index])


@final
class EGMF(EmotionModel):
    """Text, audio and vision in; an emotion and a sentiment out, both as words.

    One pass of the language model gives both: the two questions stand one after the other, and
    each is answered at its last position. `Prediction.logits` are the scores of the answer words
    (their softmax is restricted to them); `Prediction.said` is what a greedy decoder says, over
    the whole vocabulary, and `Prediction.unread` marks where that is no answer.

    What learns: the fusion, the encoders, the silences, LoRA, and the head's transform of the
    embedded language model. The language model's own weights are frozen and never shipped.

    Taps: `entry.*`, `fusion.text_to_av.pattern`, `fusion.av_to_text.pattern`, `fusion.fused`,
    `fusion.expert_out`, `fusion.gate_w`, `fusion.alpha`, `fusion.enhanced`, `fusion.pseudo`, and
    `language.attention.<layer>`, whose positions `segments` names.

    Departs: text tokens are put after the pseudo tokens, as in MSE-Adapter; a repeated vector
        alone would have to carry the sentence.
    """

    modalities: ClassVar[tuple[Modality, ...]] = (TEXT, AUDIO, VISION)
    Config = EGMFConfig
    prefix_ids: Tensor
    suffix_ids: Tensor
    emotion_task_ids: Tensor
    number_task_ids: Tensor
    answers_ids: Tensor
    degrees_ids: Tensor

    def __init__(self, config: EGMFConfig | dict | None = None) -> None:
        super().__init__()
        self.config = as_config(config)
        c = self.config
        _check(c)
        # here, not above: peft and transformers take seconds to import, and reading a recording
        # or drawing a page needs neither
        from mer_core.encoders.language import LanguageModel

        self.language = LanguageModel.load(
            c.language,
            c.layers,
            c.precision,
            rank=c.rank,
            alpha=c.alpha,
            dropout=c.lora_dropout,
        )
        widths = {TEXT: self.language.width, AUDIO: c.audio_features, VISION: c.vision_features}
        self.widths: dict[Modality, int] = widths
        self.silence = nn.ModuleDict({m: Silence(n) for m, n in widths.items()})
        self.entry = nn.ModuleDict({m: Tap("batch time feature") for m in widths})
        self.encoders = nn.ModuleDict({m: ModalityEncoder(widths[m], c) for m in (AUDIO, VISION)})
        self.fusion = Fusion(c, self.language.width, self.language.row_norm)
        self._add_words()
        self.add_temperature()

    def _add_words(self) -> None:
        """Token ids of the prompt and of the answers, as buffers that no checkpoint holds."""
        lm, c = self.language, self.config
        lead, answers = lm.answer_ids(c.answers) if c.answers else ([], [])
        second, degrees = lm.answer_ids(c.degrees) if c.degrees else ([], [])
        words = {
            "prefix": lm.ids(c.prefix, start=True),
            "suffix": lm.ids(c.suffix),
            "emotion_task": lm.ids(c.emotion_task) + lead if c.emotions else [],
            "number_task": lm.ids(c.number_task) + second if c.limits else [],
            "answers": answers,
            "degrees": degrees,
        }
        for name, ids in words.items():
            held = torch.tensor(ids, dtype=torch.long)
            self.register_buffer(f"{name}_ids", held, persistent=False)

    def hear(self, batch: Batch) -> dict[Modality, Stream]:
        """The three streams as real numbers: silences in place, entry taps passed.

        Raises:
            StreamMissing: The batch lacks one of them.
            ValueError: A stream has other channels than the Config says.
        """
        text, audio, vision = batch.need(self.modalities)
        text = Stream(
            TEXT, self.language.embed(text.values), text.mask, silent=text.silent, ticks=text.ticks
        )
        heard: dict[Modality, Stream] = {}
        for stream in (text, audio, vision):
            wanted, given = self.widths[stream.modality], stream.values.shape[-1]
            if given != wanted:
                raise ValueError(
                    f"This EGMF reads {wanted} {stream.modality} features a position; the batch "
                    f"has {given}. Make it with the model's own processor(), or change the Config."
                )
            stream = self.silence[stream.modality](stream)
            heard[stream.modality] = stream.at(self.entry[stream.modality](stream.values))
        return heard

    def before_gate(self, batch: Batch) -> BeforeGate:
        """All that does not depend on how the experts are mixed, and the gate's own mixture.

        Raises:
            StreamMissing: The batch lacks a stream.
        """
        heard = self.hear(batch)
        text = heard[TEXT]
        parts = [self.encoders[m](heard[m]) for m in (AUDIO, VISION)]
        av, av_mask = (torch.cat(both, dim=1) for both in zip(*parts, strict=True))
        guidance = self.fusion.guidance(text, av, av_mask)
        said = text.mask & ~text.is_silent[:, None]
        return BeforeGate(guidance, self.fusion.weigh(guidance.fused), text.values, said)

    def prompt(self, batch: Batch) -> Prompt:
        """[prefix; pseudo; text; suffix; tasks], padded in the middle where a text is shorter."""
        before = self.before_gate(batch)
        return self.mixed(before, before.alpha)

    def mixed(self, before: BeforeGate, alpha: Float[Tensor, "batch expert"]) -> Prompt:
        """The prompt with the experts mixed by `alpha`, which may be what no gate ever said."""
        tokens = self.fusion(before.heard, alpha)
        rows = len(tokens)
        real = torch.ones(rows, 1, dtype=torch.bool, device=tokens.device)
        segments = [(self._say(self.prefix_ids, rows), real), (tokens, real)]
        if self.config.inject_text:
            segments.append((before.words, before.mask))
        for ids in (self.suffix_ids, self.emotion_task_ids, self.number_task_ids):
            segments.append((self._say(ids, rows), real))
        embeds = torch.cat([x for x, _ in segments], dim=1)
        mask = torch.cat([m.expand(-1, x.shape[1]) for x, m in segments], dim=1)
        return Prompt(embeds, mask, alpha)

    def _say(self, ids: Int[Tensor, " time"], rows: int) -> Float[Tensor, "batch time width"]:
        return self.language.embed(ids).expand(rows, -1, -1)

    def segments(self, text: int) -> dict[str, slice]:
        """Which positions of the prompt are what, in a batch whose text has `text` positions."""
        lengths = {
            "prefix": len(self.prefix_ids),
            "pseudo": self.config.tokens,
            "text": text if self.config.inject_text else 0,
            "suffix": len(self.suffix_ids),
            "emotion task": len(self.emotion_task_ids),
            "number task": len(self.number_task_ids),
        }
        found, start = {}, 0
        for name, length in lengths.items():
            found[name] = slice(start, start + length)
            start += length
        return found

    def questions(self, prompt: Prompt) -> Int[Tensor, " question"]:
        """The position that answers for the emotion, then the one that answers for the number."""
        last = prompt.embeds.shape[1] - 1
        places = [last - len(self.number_task_ids)] if self.config.emotions else []
        places += [last] if self.config.limits else []
        return torch.tensor(places, device=prompt.embeds.device)

    def forward(self, batch: Batch) -> Prediction:
        """Answer what is asked. Raises StreamMissing."""
        return self.answer(self.prompt(batch))

    def answer(self, prompt: Prompt) -> Prediction:
        """What the language model says to a prompt.

        One that is asked for a number alone has two classes, by its sign, as other models have.
        """
        scores = self.language(prompt.embeds, prompt.mask, self.questions(prompt)).float()
        return self.read(prompt, scores)

    def read(
        self, prompt: Prompt, scores: Float[Tensor, "batch question vocabulary"]
    ) -> Prediction:
        """The answers to a prompt, from the scores of the next words where it asks."""
        c = self.config
        number, unread = self._number(prompt, scores[:, -1]) if c.limits else (None, None)
        odd = {} if unread is None else {"number": unread}
        temperature = float(self.temperature)
        if not c.emotions:
            assert number is not None
            logits = torch.stack([-number, number], dim=1) / 2
            return Prediction(logits, ("negative", "positive"), temperature, number, unread=odd)
        best = scores[:, 0].argmax(dim=-1)
        said = tuple(self.language.decode([i]) for i in best.tolist())
        odd["emotion"] = ~torch.isin(best, self.answers_ids)
        logits = scores[:, 0, self.answers_ids]
        return Prediction(logits, c.emotions, temperature, number, said, odd)

    def _number(
        self, prompt: Prompt, scores: Float[Tensor, "batch vocabulary"]
    ) -> tuple[Float[Tensor, " batch"], Bool[Tensor, " batch"] | None]:
        """The number, and where the most likely next word is none.

        A number that is to be said and is none is the middle of the range; degrees are compared
        with each other whatever else was likelier.
        """
        c = self.config
        if c.degrees:
            low, high = c.limits
            values = torch.linspace(low, high, len(c.degrees), device=scores.device)
            odd = ~torch.isin(scores.argmax(dim=-1), self.degrees_ids)
            return scores[:, self.degrees_ids].softmax(dim=-1) @ values, odd
        if c.number == "expected":
            return expected_number(self.language, prompt, c.limits), None
        said = [parse_number(text, c.limits) for text in self._say_number(prompt)]
        middle = sum(c.limits) / 2
        read = [middle if number is None else number for number in said]
        unread = torch.tensor([number is None for number in said], device=scores.device)
        return torch.tensor(read, device=scores.device), unread

    def _say_number(self, prompt: Prompt) -> tuple[str, ...]:
        steps = 1 if self.config.degrees else NUMBER_TOKENS
        return self.language.generate(prompt.embeds, prompt.mask, steps)

    @torch.no_grad()
    def generate(self, batch: Batch) -> tuple[str, ...]:
        """Greedy answers to the first question, one token each, free to be any word at all.

        Raises:
            ValueError: It is asked for no emotion.
        """
        if not self.config.emotions:
            raise ValueError("This EGMF is asked for a number alone: use generate_number().")
        prompt = self.prompt(batch)
        stop = int(self.questions(prompt)[0]) + 1
        return self.language.generate(prompt.embeds[:, :stop], prompt.mask[:, :stop], 1)

    @torch.no_grad()
    def generate_number(self, batch: Batch) -> tuple[str, ...]:
        """Greedy answers to the second question: a degree, or a number as text.

        Raises:
            ValueError: It is asked for no number.
        """
        if not self.config.limits:
            raise ValueError("This EGMF is asked for an emotion alone: use generate().")
        return self._say_number(self.prompt(batch))

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy over the whole vocabulary at the answers' tokens, and nowhere else.

        Returns:
            emotion: Where it is asked for and the batch has targets.
            number: Where it is asked for and the batch has sentiments. A value between two
                degrees is shared between them.
            balance: 3 sum_i mean(alpha_i)^2 - 1, where `lambda_balance` is set.
        """
        c = self.config
        emotion = batch.target if c.emotions else None
        number = batch.sentiment if c.limits else None
        if emotion is None and number is None:
            raise ValueError("EGMF learns from targets or sentiments; this batch has neither.")
        prompt = self.prompt(batch)
        places, goal = self.questions(prompt), None
        asked = prompt
        if number is not None and not c.degrees:
            goal = number_goals(self.language, number)
            asked = taught(self.language, prompt, goal)
            tail = int(places[-1]) + torch.arange(1, goal.shape[1], device=goal.device)
            places = torch.cat([places, tail])
        logits = self.language(asked.embeds, asked.mask, places).float()
        terms: dict[str, Tensor] = {}
        if emotion is not None:
            terms["emotion"] = cross_entropy(logits[:, 0], self.answers_ids[emotion])
        if number is not None:
            terms["number"] = self._number_loss(logits[:, bool(c.emotions) :], goal, number)
        if c.lambda_balance:
            even = len(EXPERTS) * prompt.alpha.mean(dim=0).square().sum() - 1
            terms["balance"] = c.lambda_balance * even
        return terms

    def _number_loss(
        self,
        logits: Float[Tensor, "batch answer vocabulary"],
        goal: Int[Tensor, "batch answer"] | None,
        sentiment: Float[Tensor, " batch"],
    ) -> Float[Tensor, ""]:
        if goal is not None:
            return cross_entropy(logits.flatten(0, 1), goal.flatten(), ignore_index=IGNORED)
        share = between(sentiment, len(self.degrees_ids), self.config.limits)
        said = logits[:, 0].log_softmax(dim=-1)[:, self.degrees_ids]
        return -(share * said).sum(dim=-1).mean()

    def processor(self) -> TokenProcessor:
        """Utterances -> token ids, audio features, face features."""
        return TokenProcessor(self.language.tokenizer, self.config.longest)

    def shipped(self) -> dict[str, Tensor]:
        """Fusion, encoders, silences, LoRA and head transform; not the language model's weights."""
        prefix = "language.network."
        learned = {prefix + name for name in self.language.learned}
        state = self.state_dict()
        return {n: t for n, t in state.items() if n in learned or not n.startswith(prefix)}

    def merge_adapters(self) -> None:
        """Fold LoRA into the weights it adapts, so that answering costs no more than without it.

        `mer_core.checkpoints.load` calls it: what is loaded is inspected and never trained on.
        Weights in 4 bits stay as they are: merging would round LoRA away.
        """
        if self.config.precision != "4bit":
            self.language.merge()

    def groups(self, lr: float, weight_decay: float) -> list[dict[str, Any]]:
        """Gates and LoRA learn faster than the rest; the gates never decay."""
        c = self.config
        gates = [*self.fusion.feature_gate.parameters(), *self.fusion.context_gate.parameters()]
        known = {id(p) for p in gates}
        lora = {id(p) for p in self.language.network.parameters()}
        found = [{"params": gates, "lr": lr * c.gate_lr, "weight_decay": 0.0}]
        for group in super().groups(lr, weight_decay):
            rest = [p for p in group["params"] if id(p) not in known]
            for faster, times in ((False, 1.0), (True, c.lora_lr)):
                chosen = [p for p in rest if (id(p) in lora) is faster]
                if chosen:
                    found.append({**group, "params": chosen, "lr": group["lr"] * times})
        return found

    def frozen(self) -> set[str]:
        """The language model's own weights, and key biases, to which a softmax is blind."""
        keys = {f"fusion.{side}.to_k.bias" for side in ("text_to_av", "av_to_text")}
        return super().frozen() | keys

    def _save_pretrained(self, save_directory: Path) -> None:
        """Write what is shipped; the language model's weights come from where they came from."""
        held = {n: t.detach().contiguous() for n, t in self.shipped().items()}
        save_file(held, save_directory / "model.safetensors")


def _check(config: EGMFConfig) -> None:
    c = config
    if len(c.answers) != len(c.emotions):
        raise ValueError(f"EGMF needs {len(c.emotions)} answers; {len(c.answers)} were given.")
    if not c.emotions and not c.limits:
        raise ValueError("EGMF must be asked for something: give `emotions`, `limits`, or both.")
    if c.number not in ("said", "expected"):
        raise ValueError(f"number must be 'said' or 'expected'; {c.number!r} was given.")
    if c.gating not in ("hierarchical", "first", "uniform"):
        raise ValueError(
            f"gating must be 'hierarchical', 'first' or 'uniform'; {c.gating!r} was given."
        )


def as_config(config: EGMFConfig | dict | None) -> EGMFConfig:
    """A Config from itself, from plain data as a card holds it, or the paper's."""
    if isinstance(config, EGMFConfig):
        return config
    known = {f.name for f in fields(EGMFConfig)}
    plain: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in (config or {}).items()
    }
    if strange := set(plain) - known:
        raise ValueError(f"EGMF's Config has no {sorted(strange)}; it has {sorted(known)}.")
    return EGMFConfig(**plain)
