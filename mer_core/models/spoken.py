"""How the models of sequences speak: MulT's residual head, and what its outputs mean."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from mer_core.models.crossmodal import Dropout
from mer_core.processing.base import Processor, targets
from mer_core.types import Batch, Prediction, Sample


class ResidualHead(nn.Module):
    """MulT's read-out: a hidden layer around which a residual goes, then the outputs.

    Args:
        hidden: Channels that come in.
        outputs: Numbers that go out.
        dropout: Of the hidden layer, in training.
    """

    def __init__(self, hidden: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, outputs)
        self.dropout = Dropout(dropout)

    def forward(self, x: Float[Tensor, "batch hidden"]) -> Float[Tensor, "batch output"]:
        """From what was read to unnormalised outputs."""
        return self.out(self.outer(self.dropout(self.inner(x).relu())) + x)


def outputs_of(emotions: Sequence[str], sentiment: bool, binary: bool) -> int:
    """How many outputs a head needs; the number of the sentiment is the last.

    Two emotions share one: the log-odds of the second. Binary has two an emotion.
    """
    count = len(emotions)
    if count == 2:
        count = 1
    return count * (2 if binary else 1) + sentiment


def predicted(
    out: Float[Tensor, "batch output"],
    emotions: tuple[str, ...],
    sentiment: bool,
    binary: bool,
    temperature: float,
) -> Prediction:
    """The answer that the outputs stand for.

    Binary: an emotion's logit is the log-odds of its "yes", so that above zero it
    is answered yes, as the larger of MulT's two outputs would be.
    """
    number = out[:, -1] if sentiment else None
    if not emotions:
        # Two classes by the sign: softmax of (-y/2, y/2) gives "positive" sigmoid(y).
        return Prediction(_two(out[:, -1]), ("negative", "positive"), temperature, number)
    if len(emotions) == 2:
        return Prediction(_two(out[:, 0]), emotions, temperature, number)
    if binary:
        answers = out[:, : 2 * len(emotions)].unflatten(1, (-1, 2))
        return Prediction(answers[..., 1] - answers[..., 0], emotions, temperature, number)
    return Prediction(out[:, : len(emotions)], emotions, temperature, number)


def _two(odds: Float[Tensor, " batch"]) -> Float[Tensor, "batch 2"]:
    return torch.stack([-odds, odds], dim=1) / 2


def answer_losses(
    said: Prediction,
    batch: Batch,
    emotions: Sequence[str],
    binary: bool,
    sentiment_weight: float,
) -> dict[str, Tensor]:
    """Cross-entropy of the emotion and mean absolute error of the number.

    Binary: cross-entropy of each emotion's no and yes, averaged over emotions;
    `Batch.rated`, where given, says which hold.

    Raises:
        ValueError: The batch lacks an answer that the model is to learn.
    """
    terms: dict[str, Tensor] = {}
    if emotions:
        if binary:
            yes = _yes(batch, len(emotions)).to(said.logits.dtype)
            terms["emotion"] = F.binary_cross_entropy_with_logits(said.logits, yes)
        else:
            terms["emotion"] = F.cross_entropy(said.logits, _known(batch.target, "target"))
    if said.sentiment is not None:
        error = (said.sentiment - _known(batch.sentiment, "sentiment")).abs().mean()
        terms["sentiment"] = sentiment_weight * error
    return terms


def _yes(batch: Batch, count: int) -> Bool[Tensor, "batch emotion"]:
    """Which emotions hold: those that people saw at all, or else the one target."""
    if batch.rated is not None:
        return batch.rated > 0
    return F.one_hot(_known(batch.target, "target"), count).bool()


def _known(answer: Tensor | None, name: str) -> Tensor:
    if answer is None:
        raise ValueError(f"To learn, every sample of the batch needs its {name}; one lacks it.")
    return answer


def three_streams() -> Processor:
    """Words by the frozen sentence encoder, sound as measured, faces by the face encoder."""
    from mer_core.encoders.face import FaceEncoder
    from mer_core.encoders.text import TextEncoder
    from mer_core.processing.streams import audio_stream, vision_stream
    from mer_core.processing.text import text_stream

    text, face = TextEncoder.load(), FaceEncoder.load()

    def process(samples: Sequence[Sample]) -> Batch:
        streams = (
            text_stream(samples, text),
            audio_stream(samples),
            vision_stream(samples, face),
        )
        return Batch({s.modality: s for s in streams}, **targets(samples))

    return process
