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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from mer_core.layers import Silence, masked_mean
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
from mer_core.models.modality_gate import ModalityGate
from mer_core.models.sample_gate import SampleGate
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
from mer_core.types import Batch, Modality, Prediction, Role, Stream


@dataclass(frozen=True)
class HCTDMGConfig:
    """Sizes and switches; the defaults are the paper's at CMU-MOSI, with one output.

    Two emotions share one output, the log-odds of the second (UR-FUNNY, MUStARD).

    Attributes:
        text_features, audio_features, vision_features: Channels of the three streams.
        emotions: Names of the classes; empty for a model that says only a number.
        sentiment: Say a number in [-3, 3] too.
        binary: Each emotion is a yes-or-no question of its own, with two outputs (IEMOCAP).
        hidden: Channels inside; the self-attention has three times as many.
        heads, layers: Of every transformer.
        self_layers: Of the self-attention, where it has another number of layers.
        kernel: Positions that the convolution sees.
        gru: Follow the convolution by a GRU.
        silence: Learn what an absent modality sounds like; otherwise it sounds like zeros.
        gate: "batch": one weight a modality for all inputs, the paper's. "sample": weights
            computed from each sample, and each sample has its own primary.
        primary: "learned" by the gate, "random" for each training batch, or a modality's name.
        weighting: Multiply the three branches by the gate's weights.
        stage1: "mutual": the auxiliaries look at each other; "from_primary": both at the primary;
            "off": the primary looks at them as they are.
        stage2: Let the primary look at the auxiliaries; without, each is averaged over time and
            stands beside every position of the primary.
        sharing: "roles": four crossmodal transformers, whichever modality has the role; "pairs":
            six, one for each ordered pair of modalities.
        join_primary: Concatenate the primary itself too, not only what it saw.
        tau: Temperature of the gate's softmax.
        gate_lr: The gate learns this many times faster than the rest.
        freeze_after: Calm epochs after which the gate is frozen; 0 for never.
        freeze_tolerance: An epoch is calm if no weight moved by more and the primary stayed.
        freeze_epoch: Freeze after this many epochs whatever happens; 0 for equal weights for ever.
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
    kernel: int = 3
    gru: bool = True
    silence: bool = False
    gate: str = "batch"
    primary: str = "learned"
    weighting: bool = True
    stage1: str = "mutual"
    stage2: bool = True
    sharing: str = "roles"
    join_primary: bool = True
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
        choices = {
            "primary": ("learned", "random", *map(str, Modality)),
            "stage1": ("mutual", "from_primary", "off"),
            "gate": ("batch", "sample"),
            "sharing": ("roles", "pairs"),
        }
        for name, allowed in choices.items():
            if (given := getattr(self, name)) not in allowed:
                raise ValueError(f"{name} is one of {allowed}, not {given!r}.")
        if not self.emotions and not self.sentiment:
            raise ValueError("A model must say something: give emotions, sentiment or both.")
        if self.kernel % 2 == 0:
            raise ValueError(f"kernel ({self.kernel}) must be odd to keep the length.")
        if self.binary and len(self.emotions) < 3:
            raise ValueError("binary needs three emotions or more.")
        if not (self.join_primary or self.stage2):
            raise ValueError("Without stage 2 the primary must be joined: nothing looked at it.")
        if self.gate == "sample" and (self.primary, self.sharing) != ("learned", "roles"):
            raise ValueError("gate='sample' goes with primary='learned' and sharing='roles'.")
        if self.gate == "sample" and not self.weighting:
            raise ValueError("gate='sample' learns through weighting, which must be on.")

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
    def sample_gate() -> "HCTDMGConfig":
        """The demo with a gate that weighs the modalities of each sample by themselves."""
        return replace(HCTDMGConfig.demo(), gate="sample")

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
    input moves it) or, of a gate by sample, `gate.omega_by_sample`; `H.<modality>`, `Z_u`, `Z_v`,
    `Y_u`, `Y_v`, `C`, `R`, and the attention of every layer at
    `stage1.first.layers.0.attention.pattern` and its like. Roles are fixed names; which modality
    fills a role is said by `over` (a `Role` where it differs between the samples of a batch).
    With sharing="pairs" the attention is at
    `crossmodal.text_from_audio.layers.0.attention.pattern` and its like.

    Source: arXiv 2305.13583, section 4. The gate by sample: after MODS, arXiv 2511.06328.
    Departs: the order of stage 1, the freezing rule and all sizes are reconstructed. The gate by
    sample has no contrastive term, and weighs what is joined, not what enters.
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
            {m: Projection(n, c.hidden, c.kernel, c.gru) for m, n in c.features().items()}
        )
        self.gate = self._gate()
        self._add_crossmodal()
        width = (2 + c.join_primary) * c.hidden
        self.self_attention = CrossmodalTransformer(
            width, c.heads, c.layers if c.self_layers is None else c.self_layers, c.dropouts()
        )
        outputs = outputs_of(c.emotions, c.sentiment, c.binary)
        self.head = ResidualHead(width, outputs, c.out_dropout)
        self.H = nn.ModuleDict({m: Tap("batch time hidden") for m in self.modalities})
        roles = ("Z_u", "Z_v") * (c.stage1 != "off") + ("Y_u", "Y_v") * c.stage2
        for name in (*roles, "C", "R"):
            setattr(self, name, Tap("batch time hidden"))
        self.add_temperature()

    def _gate(self) -> ModalityGate | SampleGate:
        c = self.config
        if c.gate == "sample":
            return SampleGate(self.modalities, c.hidden, c.tau)
        gate = ModalityGate(self.modalities, c.primary, c.tau)
        if c.freeze_epoch == 0:
            gate.fixed.fill_(True)
        return gate

    def _add_crossmodal(self) -> None:
        """Four crossmodal transformers by role, or six by pair; none for a stage that is off."""
        c = self.config

        def transformer() -> CrossmodalTransformer:
            return CrossmodalTransformer(c.hidden, c.heads, c.layers, c.dropouts())

        if c.sharing == "pairs":
            self.crossmodal = nn.ModuleDict({n: transformer() for n in pairs(self.modalities)})
            return
        for stage, on in (("stage1", c.stage1 != "off"), ("stage2", c.stage2)):
            if on:
                roles = {role: transformer() for role in ("first", "second")}
                setattr(self, stage, nn.ModuleDict(roles))

    def forward(self, batch: Batch) -> Prediction:
        heard = [self._hear(s) for s in batch.need(self.modalities)]
        roles, (w_p, w_u, w_v) = self._cast(heard)
        p, u, v = roles
        z_u, z_v = self._enhance_auxiliaries(p, u, v)
        y_u, y_v = self._augment_primary(p, z_u, z_v)
        parts = [w_u * y_u, w_v * y_v]
        if self.config.join_primary:
            parts = [w_p * p.values, *parts]
        c = p.at(torch.cat(parts, dim=-1))
        r = self.self_attention(self._seen("C", c))
        return self._answer(last_real(self._seen("R", r)))

    def _cast(self, heard: list[Stream]) -> tuple[Sequence[Stream], Sequence[Tensor]]:
        """Primary and auxiliaries, and the weight of each, which broadcasts over its values."""
        if isinstance(self.gate, SampleGate):
            omega, leaders = self.gate(heard)
            if bool((leaders == leaders[0]).all()):
                order = roles_of(int(leaders[0]))
                return [heard[i] for i in order], [omega[:, i, None, None] for i in order]
            return cast_by_sample(heard, omega, leaders)
        omega, primary = self.gate()
        weight = omega if self.config.weighting else torch.ones_like(omega)
        order = roles_of(self.modalities.index(primary))
        return [heard[i] for i in order], [weight[i] for i in order]

    def _hear(self, stream: Stream) -> Stream:
        """Raw features to hidden ones; silence takes the place of what is absent."""
        m = stream.modality
        if (given := stream.values.shape[-1]) != (wanted := self.config.features()[m]):
            raise ValueError(
                f"The Config expects {wanted} channels of {m}; the batch has {given}. Make it with "
                "the model's own processor(), or change the Config."
            )
        if bool(stream.is_silent.all()):  # one position says it all, and costs less
            stream = only_first(stream)
        stream = self.silence[m](stream)
        values = self.entry[m](stream.values, time=m)
        if m == Modality.TEXT:
            values = self.text_dropout(values)
        stream = self.project[m](stream.at(values))
        return stream.at(self.H[m](stream.values, time=m))

    def _enhance_auxiliaries(self, p: Stream, u: Stream, v: Stream) -> tuple[Stream, Stream]:
        """Stage 1. Each auxiliary keeps its positions."""
        if self.config.stage1 == "off":
            return u, v
        mutual = self.config.stage1 == "mutual"
        z_u = self._look("stage1", "first", u, v if mutual else p)
        z_v = self._look("stage1", "second", v, u if mutual else p)
        return self._seen("Z_u", z_u), self._seen("Z_v", z_v)

    def _augment_primary(self, p: Stream, z_u: Stream, z_v: Stream) -> tuple[Tensor, Tensor]:
        """Stage 2. Everything now stands at the positions of the primary."""
        if not self.config.stage2:
            time = p.values.shape[1]
            averages = [masked_mean(z.values, z.mask)[:, None] for z in (z_u, z_v)]
            return averages[0].expand(-1, time, -1), averages[1].expand(-1, time, -1)
        y_u = self._look("stage2", "first", p, z_u)
        y_v = self._look("stage2", "second", p, z_v)
        return self._seen("Y_u", y_u).values, self._seen("Y_v", y_v).values

    def _look(self, stage: str, role: str, x: Stream, source: Stream) -> Stream:
        """Through the transformer of the role, or of the pair."""
        if self.config.sharing == "pairs":
            return self.crossmodal[pair(x.modality, source.modality)](x, source)
        return getattr(self, stage)[role](x, source)

    def _seen(self, name: str, stream: Stream) -> Stream:
        return stream.at(getattr(self, name)(stream.values, time=stream.modality))

    def _answer(self, read: Float[Tensor, "batch hidden"]) -> Prediction:
        c = self.config
        return predicted(
            self.head(read), c.emotions, c.sentiment, c.binary, float(self.temperature)
        )

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the emotion and mean absolute error of the number.

        Raises:
            ValueError: The batch lacks an answer that the model is to learn.
        """
        said = self(batch)
        if self.training and isinstance(self.gate, ModalityGate):
            self.gate.note()
        c = self.config
        return answer_losses(said, batch, c.emotions, c.binary, c.sentiment_weight)

    def groups(self, lr: float, weight_decay: float) -> list[dict[str, Any]]:
        """The gate learns faster and never decays; it keeps its group when it is frozen."""
        rest = super().groups(lr, weight_decay)
        if isinstance(self.gate, SampleGate):
            return rest
        for group in rest:
            group["params"] = [p for p in group["params"] if p is not self.gate.weight]
        gate = {"params": [self.gate.weight], "lr": lr * self.config.gate_lr, "weight_decay": 0.0}
        return [*rest, gate]

    def end_of_epoch(self, epoch: int) -> dict[str, Any]:
        """Freeze a gate that has come to rest; returns its path through the epoch."""
        if isinstance(self.gate, ModalityGate):
            c = self.config
            self.gate.settle(epoch, c.freeze_after, c.freeze_tolerance, c.freeze_epoch)
        return self.gate.story()

    def frozen(self) -> set[str]:
        """Key biases, which cancel in every softmax, and a gate that has come to rest.

        With transformers by pair, those of pairs that no role needs rest too while one leads.
        """
        idle = {n for n, _ in self.named_parameters() if n.endswith("attention.to_k.bias")}
        if isinstance(self.gate, ModalityGate) and (
            self.gate.is_frozen or not self.config.weighting
        ):
            idle.add("gate.weight")
        return super().frozen() | idle

    def processor(self) -> Processor:
        """Words by the frozen sentence encoder, sound as measured, faces by the face encoder."""
        return three_streams()


def roles_of(primary: int) -> tuple[int, int, int]:
    """The primary's place among the modalities, then the auxiliaries' in their fixed order."""
    first, second = (i for i in range(3) if i != primary)
    return primary, first, second


def cast_by_sample(
    heard: Sequence[Stream], omega: Float[Tensor, "batch modality"], leaders: Int[Tensor, " batch"]
) -> tuple[list[Stream], list[Tensor]]:
    """Streams by role where each sample has its own primary, in one batch.

    All are padded to the longest; their `modality` is the name of the role.
    """
    length = max(s.values.shape[1] for s in heard)
    values = torch.stack([_longer(s.values, length) for s in heard])
    masks = torch.stack([_longer(s.mask, length) for s in heard])
    table = torch.tensor([roles_of(i) for i in range(len(heard))], device=leaders.device)
    order, rows = table[leaders], torch.arange(len(leaders), device=leaders.device)
    streams, weights = [], []
    for place, role in enumerate(Role):
        who = order[:, place]
        streams.append(Stream(cast(Modality, role), values[who, rows], masks[who, rows]))
        weights.append(omega[rows, who][:, None, None])
    return streams, weights


def _longer(x: Tensor, length: int) -> Tensor:
    """Zeros (or False) behind, along axis 1."""
    behind = (0, 0) * (x.ndim - 2) + (0, length - x.shape[1])
    return F.pad(x, behind)
