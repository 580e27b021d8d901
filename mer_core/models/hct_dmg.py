"""HCT-DMG: a learned gate names the primary modality, the others serve it.

    text   --conv, GRU--> H            first  = the auxiliaries, in the order text, audio, vision
    audio  --conv, GRU--> H            second   without the primary
    vision --conv, GRU--> H

    stage 1   Z_u = first looks at second         Z_v = second looks at first
    stage 2   Y_u = primary looks at Z_u          Y_v = primary looks at Z_v
    C = [omega_p H_p ; omega_u Y_u ; omega_v Y_v] --self-attention--> R, last position --> head

Source: Wang et al., Cross-Attention is Not Enough: Incongruity-Aware Dynamic Hierarchical Fusion
for Multimodal Affect Recognition, arXiv 2305.13583. No official code is public. What the paper
leaves open is settled by its "approximately 0.8M parameters" and by MulT, on which it stands.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from mer_core.layers import Silence
from mer_core.models.base import EmotionModel
from mer_core.models.crossmodal import CrossmodalTransformer, Dropout, Shares
from mer_core.models.modality_gate import ModalityGate
from mer_core.processing.base import targets
from mer_core.task import EMOTIONS
from mer_core.trace import Tap
from mer_core.types import Batch, Modality, Prediction, Sample, Stream


@dataclass(frozen=True)
class HCTDMGConfig:
    """Sizes and switches; the defaults are the paper's at CMU-MOSI, with one output.

    Attributes:
        text_features, audio_features, vision_features: Channels of the three streams.
        emotions: Names of the classes; empty for a model that says only a number.
        sentiment: Say a number in [-3, 3] too.
        hidden: Channels inside; the self-attention has three times as many.
        heads, layers: Of every transformer.
        kernel: Positions that the convolution sees.
        silence: Learn what an absent modality sounds like; otherwise it sounds like zeros.
        primary: "learned" by the gate, "random" for each training batch, or a modality's name.
        weighting: Multiply the three branches by the gate's weights.
        stage1: "mutual": the auxiliaries look at each other; "from_primary": both at the primary.
        tau: Temperature of the gate's softmax.
        gate_lr: The gate learns this many times faster than the rest.
        freeze_after: Calm epochs after which the gate is frozen; 0 for never.
        freeze_tolerance: An epoch is calm if no weight moved by more and the primary stayed.
        freeze_epoch: Freeze after this many epochs whatever happens.
        sentiment_weight: Of the error of the number in the loss.
        text_dropout, attention_dropout, relu_dropout, residual_dropout, embed_dropout,
        out_dropout: Shares dropped in training.
    """

    text_features: int = 300
    audio_features: int = 5
    vision_features: int = 20
    emotions: tuple[str, ...] = ()
    sentiment: bool = True
    hidden: int = 30
    heads: int = 5
    layers: int = 5
    kernel: int = 3
    silence: bool = False
    primary: str = "learned"
    weighting: bool = True
    stage1: str = "mutual"
    tau: float = 1.0
    gate_lr: float = 10.0
    freeze_after: int = 3
    freeze_tolerance: float = 1e-3
    freeze_epoch: int | None = None
    sentiment_weight: float = 1.0
    text_dropout: float = 0.25
    attention_dropout: float = 0.1
    relu_dropout: float = 0.1
    residual_dropout: float = 0.1
    embed_dropout: float = 0.25
    out_dropout: float = 0.1

    def __post_init__(self) -> None:
        leaders = ("learned", "random", *map(str, Modality))
        if self.primary not in leaders:
            raise ValueError(f"primary is one of {leaders}, not {self.primary!r}.")
        if self.stage1 not in ("mutual", "from_primary"):
            raise ValueError(f"stage1 is 'mutual' or 'from_primary', not {self.stage1!r}.")
        if not self.emotions and not self.sentiment:
            raise ValueError("A model must say something: give emotions, sentiment or both.")
        if self.kernel % 2 == 0:
            raise ValueError(f"kernel ({self.kernel}) must be odd to keep the length.")

    @staticmethod
    def demo() -> "HCTDMGConfig":
        """The one that ships with weights: puppets, seven emotions, a number, learned silence.

        Departs: three layers for five, 32 channels and 4 heads for 30 and 5, and no dropout on
        attention and inside the feed-forward part: a third of the time on a CPU.
        """
        from mer_core.encoders.face import FACE_FEATURES
        from mer_core.processing.audio import AUDIO_FEATURES

        return HCTDMGConfig(
            text_features=384,
            audio_features=AUDIO_FEATURES,
            vision_features=FACE_FEATURES,
            emotions=EMOTIONS,
            hidden=32,
            heads=4,
            layers=3,
            attention_dropout=0.0,
            relu_dropout=0.0,
            silence=True,
            sentiment_weight=0.3,
        )

    @staticmethod
    def read(plain: Mapping[str, Any]) -> "HCTDMGConfig":
        """A config from a card or from JSON, which has lists for tuples."""
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in plain.items()
        }
        return HCTDMGConfig(**values)

    def features(self) -> dict[Modality, int]:
        """Channels of each stream."""
        counts = (self.text_features, self.audio_features, self.vision_features)
        return dict(zip(Modality, counts, strict=True))

    def dropouts(self) -> Shares:
        """The shares that the transformers drop."""
        return Shares(
            self.attention_dropout, self.relu_dropout, self.residual_dropout, self.embed_dropout
        )


class HCTDMG(EmotionModel):
    """Hierarchical crossmodal transformer with dynamic modality gating.

    A regression model (`emotions` empty) answers "negative" or "positive", the two classes of
    CMU-MOSI, by the sign of its number.

    Taps: `entry.<modality>` raw features, `gate.omega` the weights (one vector for all inputs, no
    input moves it), `H.<modality>`, `Z_u`, `Z_v`, `Y_u`, `Y_v`, `C`, `R`, and the attention of
    every layer at `stage1.first.layers.0.attention.pattern` and its like. Roles are fixed names;
    which modality fills a role is said by `over`.

    Source: arXiv 2305.13583, section 4.
    Departs: the order of stage 1, the freezing rule and all sizes are reconstructed.
    """

    modalities = (Modality.TEXT, Modality.AUDIO, Modality.VISION)
    Config = HCTDMGConfig

    def __init__(self, config: HCTDMGConfig | dict | None = None) -> None:
        super().__init__()
        c = config if isinstance(config, HCTDMGConfig) else HCTDMGConfig.read(config or {})
        self.config = c
        self.entry = nn.ModuleDict({m: Tap("batch time feature") for m in self.modalities})
        self.silence = nn.ModuleDict(
            {m: Silence(n, learned=c.silence) for m, n in c.features().items()}
        )
        self.text_dropout = Dropout(c.text_dropout)
        self.project = nn.ModuleDict(
            {m: Projection(n, c.hidden, c.kernel) for m, n in c.features().items()}
        )
        self.gate = ModalityGate(self.modalities, c.primary, c.tau)
        self.stage1 = nn.ModuleDict({role: self._transformer(1) for role in ("first", "second")})
        self.stage2 = nn.ModuleDict({role: self._transformer(1) for role in ("first", "second")})
        self.self_attention = self._transformer(3)
        self.head = ResidualHead(3 * c.hidden, self._outputs(), c.out_dropout)
        self.H = nn.ModuleDict({m: Tap("batch time hidden") for m in self.modalities})
        for name in ("Z_u", "Z_v", "Y_u", "Y_v", "C", "R"):
            setattr(self, name, Tap("batch time hidden"))
        self.add_temperature()

    def _transformer(self, width: int) -> CrossmodalTransformer:
        c = self.config
        return CrossmodalTransformer(width * c.hidden, c.heads, c.layers, c.dropouts())

    def _outputs(self) -> int:
        return len(self.config.emotions) + self.config.sentiment

    def forward(self, batch: Batch) -> Prediction:
        heard = {s.modality: self._hear(s) for s in batch.need(self.modalities)}
        omega, primary = self.gate()
        weight = omega if self.config.weighting else torch.ones_like(omega)
        roles = [primary, *(m for m in self.modalities if m != primary)]
        p, u, v = (heard[m] for m in roles)

        z_u, z_v = self._enhance_auxiliaries(p, u, v)
        y_u, y_v = self._augment_primary(p, z_u, z_v)
        w_p, w_u, w_v = (weight[self.modalities.index(m)] for m in roles)
        c = p.at(torch.cat([w_p * p.values, w_u * y_u.values, w_v * y_v.values], dim=-1))
        r = self.self_attention(self._seen("C", c))
        return self._answer(last_real(self._seen("R", r)))

    def _hear(self, stream: Stream) -> Stream:
        """Raw features to hidden ones; silence takes the place of what is absent."""
        m = stream.modality
        if (given := stream.values.shape[-1]) != (wanted := self.config.features()[m]):
            raise ValueError(
                f"The Config expects {wanted} channels of {m}; the batch has {given}. Make it with "
                "the model's own processor(), or change the Config."
            )
        if bool(stream.is_silent.all()):  # one position says it all, and costs less
            stream = _only_first(stream)
        stream = self.silence[m](stream)
        values = self.entry[m](stream.values, time=m)
        if m == Modality.TEXT:
            values = self.text_dropout(values)
        stream = self.project[m](stream.at(values))
        return stream.at(self.H[m](stream.values, time=m))

    def _enhance_auxiliaries(self, p: Stream, u: Stream, v: Stream) -> tuple[Stream, Stream]:
        """Stage 1. Each auxiliary keeps its positions."""
        mutual = self.config.stage1 == "mutual"
        z_u = self.stage1["first"](u, v if mutual else p)
        z_v = self.stage1["second"](v, u if mutual else p)
        return self._seen("Z_u", z_u), self._seen("Z_v", z_v)

    def _augment_primary(self, p: Stream, z_u: Stream, z_v: Stream) -> tuple[Stream, Stream]:
        """Stage 2. Everything now stands at the positions of the primary."""
        y_u, y_v = self.stage2["first"](p, z_u), self.stage2["second"](p, z_v)
        return self._seen("Y_u", y_u), self._seen("Y_v", y_v)

    def _seen(self, name: str, stream: Stream) -> Stream:
        return stream.at(getattr(self, name)(stream.values, time=stream.modality))

    def _answer(self, read: Float[Tensor, "batch hidden"]) -> Prediction:
        emotions, out = self.config.emotions, self.head(read)
        number = out[:, -1] if self.config.sentiment else None
        if emotions:
            return Prediction(
                out[:, : len(emotions)], emotions, float(self.temperature), sentiment=number
            )
        # Two classes by the sign: softmax of (-y/2, y/2) gives "positive" sigmoid(y).
        signs = torch.stack([-out[:, -1], out[:, -1]], dim=1) / 2
        return Prediction(signs, ("negative", "positive"), float(self.temperature), number)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the emotion and mean absolute error of the number.

        Raises:
            ValueError: The batch lacks an answer that the model is to learn.
        """
        said = self(batch)
        if self.training:
            self.gate.note()
        terms: dict[str, Tensor] = {}
        if self.config.emotions:
            terms["emotion"] = F.cross_entropy(said.logits, _known(batch.target, "target"))
        if said.sentiment is not None:
            error = (said.sentiment - _known(batch.sentiment, "sentiment")).abs().mean()
            terms["sentiment"] = self.config.sentiment_weight * error
        return terms

    def groups(self, lr: float, weight_decay: float) -> list[dict[str, Any]]:
        """The gate learns faster and never decays; it keeps its group when it is frozen."""
        rest = super().groups(lr, weight_decay)
        for group in rest:
            group["params"] = [p for p in group["params"] if p is not self.gate.weight]
        gate = {"params": [self.gate.weight], "lr": lr * self.config.gate_lr, "weight_decay": 0.0}
        return [*rest, gate]

    def end_of_epoch(self, epoch: int) -> dict[str, Any]:
        """Freeze a gate that has come to rest; returns its path through the epoch."""
        c = self.config
        self.gate.settle(epoch, c.freeze_after, c.freeze_tolerance, c.freeze_epoch)
        return self.gate.story()

    def frozen(self) -> set[str]:
        """Key biases, which cancel in every softmax, and a gate that has come to rest."""
        idle = {n for n, _ in self.named_parameters() if n.endswith("attention.to_k.bias")}
        resting = {"gate.weight"} if self.gate.is_frozen or not self.config.weighting else set()
        return super().frozen() | idle | resting

    def processor(self) -> Callable[[Sequence[Sample]], Batch]:
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


class Projection(nn.Module):
    """Convolution, then a GRU: local and global context of one modality.

    Args:
        features: Channels that come in.
        hidden: Channels that go out.
        kernel: Positions that the convolution sees; odd.
    """

    def __init__(self, features: int, hidden: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(features, hidden, kernel, padding="same", bias=False)
        self.gru = nn.GRU(hidden, hidden, batch_first=True)

    def forward(self, x: Stream) -> Stream:
        """Hidden channels at the same positions; zeros where nothing is real.

        Real positions come first. Padding after them is zero before the convolution, as its own
        border is, and the GRU looks only backwards: what is padded cannot reach what is real.
        """
        real = x.mask[..., None]
        local = self.conv(x.values.masked_fill(~real, 0).transpose(1, 2)).transpose(1, 2)
        context, _ = self.gru(local)
        return x.at(context.masked_fill(~real, 0))


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


def last_real(stream: Stream) -> Float[Tensor, "batch hidden"]:
    """Values at the last real position, which padding may follow."""
    places = torch.arange(stream.mask.shape[1], device=stream.mask.device)
    last = (places * stream.mask).argmax(dim=1)
    return stream.values[torch.arange(len(last), device=last.device), last]


def _only_first(stream: Stream) -> Stream:
    return Stream(
        stream.modality,
        stream.values[:, :1],
        stream.mask[:, :1],
        stream.axes,
        stream.silent,
        stream.ticks,
    )


def _known(answer: Tensor | None, name: str) -> Tensor:
    if answer is None:
        raise ValueError(f"To learn, every sample of the batch needs its {name}; one lacks it.")
    return answer
