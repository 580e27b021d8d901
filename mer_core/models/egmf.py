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
from jaxtyping import Float, Int
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from mer_core.encoders.text import EMBEDDED
from mer_core.layers import Silence
from mer_core.models.base import EmotionModel
from mer_core.models.egmf_fusion import EXPERTS, Fusion, Guidance, ModalityEncoder
from mer_core.processing.answers import between, parse_number, write_number
from mer_core.processing.tokens import TokenProcessor
from mer_core.task import EMOTIONS, SENTIMENT_RANGE
from mer_core.trace import Tap
from mer_core.types import Batch, Modality, Prediction, Stream

TEXT, AUDIO, VISION = Modality.TEXT, Modality.AUDIO, Modality.VISION

NUMBER_TOKENS = 6
"""Tokens of a generated number at most: sign, digit, point, digit, end, and one to spare."""

IGNORED = -100
"""Target of a position that carries no loss."""


@dataclass(frozen=True)
class EGMFConfig:
    """What an EGMF is made of. Defaults are the paper's, or MSE-Adapter's where it is silent.

    Attributes:
        language: Language model: a name on the hub, a folder, or the embedded one.
        layers: Keep only its first so many layers; None keeps all.
        rank, alpha, lora_dropout: Of LoRA.
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
        answers: One answer a class, in the order of `mer_core.task.EMOTIONS`, one token each.
        degrees: Answers to the second question, one token each, evenly from -3 to 3. Empty: the
            answer is a number with one decimal, as in the paper.
        lambda_balance: Weight of the term that keeps the experts in even use.
        gate_lr: The gates learn this many times faster than the rest.
    """

    language: str = "THUDM/glm-4-9b"
    layers: int | None = None
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
    answers: tuple[str, ...] = ("0", "1", "2", "3", "4", "5", "6")
    degrees: tuple[str, ...] = ()
    lambda_balance: float = 0.0
    gate_lr: float = 1.0

    @classmethod
    def demo(cls, **changes: Any) -> "EGMFConfig":
        """The one that ships with weights: the embedded language model, short prompts, words.

        Departs: degrees in words ("bad", "good") answer the second question in one token, so that
            class and number come from one pass. Of the six layers of the embedded language model
            the first four are kept: two thirds of the time on a CPU. Nothing goes around the
            experts (`residual` off), and the gates, which begin at zero, learn faster: without
            both, it hardly mattered which weights a sample got.
        """
        from mer_core.encoders.face import FACE_FEATURES
        from mer_core.processing.audio import AUDIO_FEATURES

        return cls.small(AUDIO_FEATURES, FACE_FEATURES, **changes)

    @classmethod
    def small(cls, audio_features: int, vision_features: int, **changes: Any) -> "EGMFConfig":
        """The demo's values for streams of other widths."""
        values: dict[str, Any] = {
            "language": EMBEDDED,
            "layers": 4,
            "lora_dropout": 0.0,
            "longest": 32,
            "cell": "gru",
            "residual": False,
            "gate_lr": 10.0,
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


class Prompt(NamedTuple):
    """What the language model reads: one vector a position, where it is real, and the gate."""

    embeds: Tensor
    mask: Tensor
    alpha: Tensor


@final
class EGMF(EmotionModel):
    """Text, audio and vision in; an emotion and a sentiment out, both as words.

    One pass of the language model gives both: the two questions stand one after the other, and
    each is answered at its last position. `Prediction.logits` are the scores of the answer words;
    `Prediction.said` is what a greedy decoder says, over the whole vocabulary.

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
        if len(c.answers) != len(EMOTIONS):
            raise ValueError(f"EGMF needs {len(EMOTIONS)} answers; {len(c.answers)} were given.")
        # here, not above: peft and transformers take seconds to import, and reading a recording
        # or drawing a page needs neither
        from mer_core.encoders.language import LanguageModel

        self.language = LanguageModel.load(
            c.language, c.layers, rank=c.rank, alpha=c.alpha, dropout=c.lora_dropout
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
        lead, answers = lm.answer_ids(c.answers)
        second, degrees = lm.answer_ids(c.degrees) if c.degrees else ([], [])
        words = {
            "prefix": lm.ids(c.prefix, start=True),
            "suffix": lm.ids(c.suffix),
            "emotion_task": lm.ids(c.emotion_task) + lead,
            "number_task": lm.ids(c.number_task) + second,
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

    def _questions(self, prompt: Prompt) -> Int[Tensor, "2"]:
        """The position that answers for the emotion, and the one that answers for the number."""
        last = prompt.embeds.shape[1] - 1
        places = [last - len(self.number_task_ids), last]
        return torch.tensor(places, device=prompt.embeds.device)

    def forward(self, batch: Batch) -> Prediction:
        """Answer both questions. Raises StreamMissing."""
        return self.answer(self.prompt(batch))

    def answer(self, prompt: Prompt) -> Prediction:
        """What the language model says to a prompt."""
        emotion, number = self.language(prompt.embeds, prompt.mask, self._questions(prompt)).unbind(
            1
        )
        return Prediction(
            emotion[:, self.answers_ids].float(),
            EMOTIONS,
            float(self.temperature),
            self._sentiment(prompt, number),
            tuple(self.language.decode([i]) for i in emotion.argmax(dim=-1).tolist()),
        )

    def _sentiment(
        self, prompt: Prompt, number: Float[Tensor, "batch vocabulary"]
    ) -> Float[Tensor, " batch"]:
        """Expected value over the degrees, or the number that is said (0.0 where none is)."""
        if not self.config.degrees:
            said = [parse_number(text) or 0.0 for text in self._say_number(prompt)]
            return torch.tensor(said, device=number.device)
        values = torch.linspace(*SENTIMENT_RANGE, len(self.degrees_ids), device=number.device)
        return number[:, self.degrees_ids].float().softmax(dim=-1) @ values

    def _say_number(self, prompt: Prompt) -> tuple[str, ...]:
        steps = 1 if self.config.degrees else NUMBER_TOKENS
        return self.language.generate(prompt.embeds, prompt.mask, steps)

    @torch.no_grad()
    def generate(self, batch: Batch) -> tuple[str, ...]:
        """Greedy answers to the first question, one token each, free to be any word at all."""
        prompt = self.prompt(batch)
        stop = int(self._questions(prompt)[0]) + 1
        return self.language.generate(prompt.embeds[:, :stop], prompt.mask[:, :stop], 1)

    @torch.no_grad()
    def generate_number(self, batch: Batch) -> tuple[str, ...]:
        """Greedy answers to the second question: a degree, or a number as text."""
        return self._say_number(self.prompt(batch))

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy over the whole vocabulary at the answers' tokens, and nowhere else.

        Returns:
            emotion: Where the batch has targets.
            number: Where it has sentiments. A value between two degrees is shared between them.
            balance: 3 sum_i mean(alpha_i)^2 - 1, where `lambda_balance` is set.
        """
        if batch.target is None and batch.sentiment is None:
            raise ValueError("EGMF learns from targets or sentiments; this batch has neither.")
        prompt = self.prompt(batch)
        if batch.sentiment is None or self.config.degrees:
            said, places = prompt, self._questions(prompt)
            goal = None
        else:
            said, goal = self._teach(prompt, batch.sentiment)
            first = int(self._questions(prompt)[1])
            places = torch.arange(first, first + goal.shape[1], device=goal.device)
            places = torch.cat([self._questions(prompt)[:1], places])
        logits = self.language(said.embeds, said.mask, places).float()
        terms: dict[str, Tensor] = {}
        if batch.target is not None:
            terms["emotion"] = cross_entropy(logits[:, 0], self.answers_ids[batch.target])
        if batch.sentiment is not None:
            terms["number"] = self._number_loss(logits[:, 1:], goal, batch.sentiment)
        if self.config.lambda_balance:
            even = len(EXPERTS) * prompt.alpha.mean(dim=0).square().sum() - 1
            terms["balance"] = self.config.lambda_balance * even
        return terms

    def _number_loss(
        self,
        logits: Float[Tensor, "batch answer vocabulary"],
        goal: Int[Tensor, "batch answer"] | None,
        sentiment: Float[Tensor, " batch"],
    ) -> Float[Tensor, ""]:
        if goal is not None:
            return cross_entropy(logits.flatten(0, 1), goal.flatten(), ignore_index=IGNORED)
        share = between(sentiment, len(self.degrees_ids))
        said = logits[:, 0].log_softmax(dim=-1)[:, self.degrees_ids]
        return -(share * said).sum(dim=-1).mean()

    def _teach(
        self, prompt: Prompt, sentiment: Float[Tensor, " batch"]
    ) -> tuple[Prompt, Int[Tensor, "batch answer"]]:
        """The prompt followed by the number as text, and the tokens to be said; -100 at padding."""
        end = [] if self.language.end_id is None else [self.language.end_id]
        rows = [self.language.ids(write_number(s)) + end for s in sentiment.tolist()]
        goal = torch.full((len(rows), max(map(len, rows))), IGNORED, device=prompt.mask.device)
        for row, ids in enumerate(rows):
            goal[row, : len(ids)] = torch.tensor(ids)
        heard, real = goal[:, :-1], goal[:, :-1] != IGNORED
        embeds = torch.cat([prompt.embeds, self.language.embed(heard.clamp(min=0))], dim=1)
        return Prompt(embeds, torch.cat([prompt.mask, real], dim=1), prompt.alpha), goal

    def processor(self) -> TokenProcessor:
        """Utterances -> token ids, audio features, face features."""
        return TokenProcessor(self.language.tokenizer, self.config.longest)

    def shipped(self) -> dict[str, Tensor]:
        """Fusion, encoders, silences, LoRA and head transform; not the language model's weights."""
        prefix = "language.network."
        learned = {prefix + name for name in self.language.learned}
        state = self.state_dict()
        return {n: t for n, t in state.items() if n in learned or not n.startswith(prefix)}

    def groups(self, lr: float, weight_decay: float) -> list[dict[str, Any]]:
        """The gates learn faster than the rest and never decay."""
        gates = [*self.fusion.feature_gate.parameters(), *self.fusion.context_gate.parameters()]
        rest, known = super().groups(lr, weight_decay), {id(p) for p in gates}
        for group in rest:
            group["params"] = [p for p in group["params"] if id(p) not in known]
        faster = {"params": gates, "lr": lr * self.config.gate_lr, "weight_decay": 0.0}
        return [*rest, faster]

    def frozen(self) -> set[str]:
        """The language model's own weights, and key biases, to which a softmax is blind."""
        keys = {f"fusion.{side}.to_k.bias" for side in ("text_to_av", "av_to_text")}
        return super().frozen() | keys

    def _save_pretrained(self, save_directory: Path) -> None:
        """Write what is shipped; the language model's weights come from where they came from."""
        held = {n: t.detach().contiguous() for n, t in self.shipped().items()}
        save_file(held, save_directory / "model.safetensors")


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
