"""A toy in the shape of HCT-DMG, for tests of taps: text looks at audio through a gate."""

from dataclasses import dataclass

import torch
from torch import nn

from mer_core.layers import CrossAttention, masked_mean
from mer_core.trace import Tap
from mer_core.types import Batch, Modality, Prediction, Stream


class Toy(nn.Module):
    """Small enough to read, with every kind of tap."""

    modalities = (Modality.TEXT, Modality.AUDIO)

    @dataclass(frozen=True)
    class Config:
        text_features: int = 8
        audio_features: int = 5
        hidden: int = 16
        heads: int = 4
        emotions: tuple[str, ...] = ("anger", "joy", "neutral")

    def __init__(self, config: Config | None = None) -> None:
        super().__init__()
        self.config = config or Toy.Config()
        hidden = self.config.hidden
        self.embed_text = nn.Linear(self.config.text_features, hidden)
        self.embed_audio = nn.Linear(self.config.audio_features, hidden)
        self.entry = nn.ModuleDict({m: Tap("batch time hidden") for m in self.modalities})
        self.audio_to_text = CrossAttention(hidden, self.config.heads)
        self.to_gate = nn.Linear(2 * hidden, 1)
        self.gate = Tap("batch one")
        self.head = nn.Linear(hidden, len(self.config.emotions))

    def forward(self, batch: Batch) -> Prediction:
        text, audio = batch.need(self.modalities)
        text = text.at(self.entry["text"](self.embed_text(text.values)))
        audio = audio.at(self.entry["audio"](self.embed_audio(audio.values)))

        own, heard = pooled(text), pooled(self.audio_to_text(text, audio))
        gate = self.gate(self.to_gate(torch.cat([own, heard], dim=-1)).sigmoid())
        return Prediction(self.head(own + gate * heard), self.config.emotions)


def pooled(stream: Stream) -> torch.Tensor:
    """Mean over the real positions."""
    return masked_mean(stream.values, stream.mask)
