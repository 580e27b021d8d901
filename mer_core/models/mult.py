"""MulT: every modality looks at both others; the baseline on which HCT-DMG stands.

    text   --conv--> H      text looks at audio   } concat --self-attention--> last position
    audio  --conv--> H      text looks at vision  }
    vision --conv--> H      and so do audio and vision: six looks, three positions --> head

Source: Tsai et al., Multimodal Transformer for Unaligned Multimodal Language Sequences, ACL 2019.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mer_core.layers import Silence
from mer_core.models.base import EmotionModel
from mer_core.models.crossmodal import (
    CrossmodalTransformer,
    Dropout,
    Projection,
    Shares,
    last_real,
    only_first,
    pair,
    pairs,
)
from mer_core.models.spoken import (
    ResidualHead,
    answer_losses,
    outputs_of,
    predicted,
    three_streams,
)
from mer_core.processing.base import Processor
from mer_core.task import EMOTIONS
from mer_core.trace import Tap
from mer_core.types import Batch, Modality, Prediction, Stream


@dataclass(frozen=True)
class MulTConfig:
    """Sizes; the defaults are those whose count, 1,071,211 at CMU-MOSI, is quoted as 1.07 M.

    Attributes:
        text_features, audio_features, vision_features: Channels of the three streams.
        emotions: Names of the classes; empty for a model that says only a number. Two share one
            output.
        sentiment: Say a number in [-3, 3] too.
        binary: Each emotion is a yes-or-no question of its own, with two outputs (IEMOCAP).
        hidden: Channels inside; each self-attention has twice as many.
        heads, layers: Of every transformer.
        self_layers: Of the three self-attentions; None for as many as `layers`, but at least three.
        kernel: Positions that the convolution sees.
        silence: Learn what an absent modality sounds like; otherwise it sounds like zeros.
        sentiment_weight: Of the error of the number in the loss.
        text_dropout, attention_dropout, relu_dropout, residual_dropout, embed_dropout,
        out_dropout: Shares dropped in training.
    """

    text_features: int = 300
    audio_features: int = 5
    vision_features: int = 20
    emotions: tuple[str, ...] = ()
    sentiment: bool = True
    binary: bool = False
    hidden: int = 30
    heads: int = 5
    layers: int = 5
    self_layers: int | None = None
    kernel: int = 1
    silence: bool = False
    sentiment_weight: float = 1.0
    text_dropout: float = 0.25
    attention_dropout: float = 0.1
    relu_dropout: float = 0.1
    residual_dropout: float = 0.1
    embed_dropout: float = 0.25
    out_dropout: float = 0.0

    def __post_init__(self) -> None:
        if not self.emotions and not self.sentiment:
            raise ValueError("A model must say something: give emotions, sentiment or both.")
        if self.kernel % 2 == 0:
            raise ValueError(f"kernel ({self.kernel}) must be odd to keep the length.")
        if self.binary and len(self.emotions) < 3:
            raise ValueError("binary needs three emotions or more.")

    @staticmethod
    def demo() -> "MulTConfig":
        """The one that ships with weights: widths, layers and dropouts of HCT-DMG's demo."""
        from mer_core.encoders.face import FACE_FEATURES
        from mer_core.processing.audio import AUDIO_FEATURES

        return MulTConfig(
            text_features=384,
            audio_features=AUDIO_FEATURES,
            vision_features=FACE_FEATURES,
            emotions=EMOTIONS,
            hidden=32,
            heads=4,
            layers=3,
            attention_dropout=0.0,
            relu_dropout=0.0,
            out_dropout=0.1,
            silence=True,
            sentiment_weight=0.3,
        )

    @staticmethod
    def read(plain: Mapping[str, Any]) -> "MulTConfig":
        """A config from a card or from JSON, which has lists for tuples."""
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()
        }
        return MulTConfig(**values)

    def features(self) -> dict[Modality, int]:
        """Channels of each stream."""
        counts = (self.text_features, self.audio_features, self.vision_features)
        return dict(zip(Modality, counts, strict=True))

    def dropouts(self) -> Shares:
        """The shares that the transformers drop."""
        return Shares(
            self.attention_dropout, self.relu_dropout, self.residual_dropout, self.embed_dropout
        )


class MulT(EmotionModel):
    """Multimodal transformer: six crossmodal transformers, three self-attentions, one head.

    Taps: `entry.<modality>` raw features, `H.<modality>`, `Y.text_from_audio` and its like (text
    having looked at audio), `R.<modality>`, and the attention of every layer at
    `crossmodal.text_from_audio.layers.0.attention.pattern` and its like.

    Source: Tsai et al. (2019), section 3, and the authors' code for sizes.
    Departs: padding is masked and the last REAL position is read; no future is masked; attention
    drops the same share whatever the modality.
    """

    modalities = (Modality.TEXT, Modality.AUDIO, Modality.VISION)
    Config = MulTConfig

    def __init__(self, config: MulTConfig | dict | None = None) -> None:
        super().__init__()
        c = config if isinstance(config, MulTConfig) else MulTConfig.read(config or {})
        self.config = c
        self.entry = nn.ModuleDict({m: Tap("batch time feature") for m in self.modalities})
        self.silence = nn.ModuleDict(
            {m: Silence(n, learned=c.silence) for m, n in c.features().items()}
        )
        self.text_dropout = Dropout(c.text_dropout)
        self.project = nn.ModuleDict(
            {m: Projection(n, c.hidden, c.kernel, gru=False) for m, n in c.features().items()}
        )
        self.H = nn.ModuleDict({m: Tap("batch time hidden") for m in self.modalities})
        self.crossmodal = nn.ModuleDict(
            {n: self._transformer(1, c.layers) for n in pairs(self.modalities)}
        )
        self.Y = nn.ModuleDict({n: Tap("batch time hidden") for n in pairs(self.modalities)})
        deep = max(c.layers, 3) if c.self_layers is None else c.self_layers
        self.self_attention = nn.ModuleDict(
            {m: self._transformer(2, deep) for m in self.modalities}
        )
        self.R = nn.ModuleDict({m: Tap("batch time hidden") for m in self.modalities})
        outputs = outputs_of(c.emotions, c.sentiment, c.binary)
        self.head = ResidualHead(6 * c.hidden, outputs, c.out_dropout)
        self.add_temperature()

    def _transformer(self, width: int, layers: int) -> CrossmodalTransformer:
        c = self.config
        return CrossmodalTransformer(width * c.hidden, c.heads, layers, c.dropouts())

    def forward(self, batch: Batch) -> Prediction:
        heard = {s.modality: self._hear(s) for s in batch.need(self.modalities)}
        read = torch.cat([self._read(m, heard) for m in self.modalities], dim=-1)
        c = self.config
        return predicted(
            self.head(read), c.emotions, c.sentiment, c.binary, float(self.temperature)
        )

    def _hear(self, stream: Stream) -> Stream:
        """Raw features to hidden ones; silence takes the place of what is absent."""
        m = stream.modality
        if (given := stream.values.shape[-1]) != (wanted := self.config.features()[m]):
            raise ValueError(
                f"The Config expects {wanted} channels of {m}; the batch has {given}. Make it with "
                "the model's own processor(), or change the Config."
            )
        if bool(stream.is_silent.all()):
            stream = only_first(stream)
        stream = self.silence[m](stream)
        values = self.entry[m](stream.values, time=m)
        if m == Modality.TEXT:
            values = self.text_dropout(values)
        stream = self.project[m](stream.at(values))
        return stream.at(self.H[m](stream.values, time=m))

    def _read(self, target: Modality, heard: Mapping[Modality, Stream]) -> Tensor:
        """What one modality says having looked at both others: its last position."""
        x, seen = heard[target], []
        for source in (m for m in self.modalities if m != target):
            name = pair(target, source)
            y = self.crossmodal[name](x, heard[source])
            seen.append(self.Y[name](y.values, time=target))
        r = self.self_attention[target](x.at(torch.cat(seen, dim=-1)))
        return last_real(r.at(self.R[target](r.values, time=target)))

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the emotion and mean absolute error of the number.

        Raises:
            ValueError: The batch lacks an answer that the model is to learn.
        """
        c = self.config
        return answer_losses(self(batch), batch, c.emotions, c.binary, c.sentiment_weight)

    def frozen(self) -> set[str]:
        """Key biases, which cancel in every softmax."""
        idle = {n for n, _ in self.named_parameters() if n.endswith("attention.to_k.bias")}
        return super().frozen() | idle

    def processor(self) -> Processor:
        """Words by the frozen sentence encoder, sound as measured, faces by the face encoder."""
        return three_streams()
