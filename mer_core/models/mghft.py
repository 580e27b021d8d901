"""MGHFT: Multi-Granularity Hierarchical Fusion Transformer for stickers.

Source: arXiv 2507.18929 (ACM MM 2025). The body of the paper could not be read for this file:
structure follows its abstract, its figure and the equations of the released code, whose defects
are not repeated (every view reached every stage; the fourth T' was lost; padding was averaged).

A picture becomes a pyramid of four maps, fine to coarse. Four sentences describe the sticker;
view i is fused at stage i, by name: intention, style, role, posture. Each stage has a class
token whose attention chooses a few local tokens. Local Soft-Fusion adds words to what was
chosen; global Soft-Fusion adds views to the stages; TGFA, guided by the text, reads all of it
and answers. The text never enters the backbone, so pictures are looked at once and reused.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, cast, final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from mer_core.encoders.pyramid import Pyramid
from mer_core.errors import UnknownName
from mer_core.layers import masked_mean
from mer_core.models.base import EmotionModel
from mer_core.processing.pixels import StickerProcessor
from mer_core.task import EMOTIONS
from mer_core.trace import Tap
from mer_core.types import Batch, Modality, Prediction, Stream, View

VIEWS: tuple[str, ...] = tuple(str(v) for v in View)
"""View i and stage i share a name and a place, finest stage first."""

ANSWERING = len(VIEWS) - 1
"""Row of the visual sequence that is asked for the answer: the coarsest stage's global token."""


def attend(
    q: Float[Tensor, "batch head query hidden"],
    tokens: Float[Tensor, "batch key channel"],
    to_k: nn.Linear,
    to_v: nn.Linear,
    see: Callable[[Tensor], Tensor],
    sees: Bool[Tensor, "query key"] | None = None,
) -> Float[Tensor, "batch head query hidden"]:
    """softmax(Q Kᵀ / √d) V by head, with K = to_k(tokens) and V = to_v(tokens).

    Query and key maps are multiplied first, and values are mapped last. The numbers are the
    same, and the cost of a token is one dot product a query and head: with one query and many
    tokens that is a hundred times less than mapping every token.

    Args:
        q: Queries by head.
        tokens: What is looked at.
        to_k: Key map, without a bias: the softmax is blind to it.
        to_v: Value map.
        see: Shown the weights (batch, head, query, key) after the softmax; returns those to use.
        sees: False where a query must not look; None lets every query look everywhere.
    """
    heads = q.shape[1]
    w_k, w_v = to_k.weight.unflatten(0, (heads, -1)), to_v.weight.unflatten(0, (heads, -1))
    sought = torch.einsum("bhqd,hdc->bhqc", q * q.shape[-1] ** -0.5, w_k)
    scores = (sought.flatten(1, 2) @ tokens.transpose(1, 2)).unflatten(1, (heads, -1))
    if sees is not None:
        scores = scores.masked_fill(~sees, -torch.inf)
    weights = see(scores.softmax(dim=-1))
    found = (weights.flatten(1, 2) @ tokens).unflatten(1, (heads, -1))
    bias = to_v.bias.unflatten(0, (heads, -1))[:, None]
    # An edited pattern need not sum to 1, and V carries its bias as often as it is taken.
    return torch.einsum("bhqc,hdc->bhqd", found, w_v) + weights.sum(dim=-1, keepdim=True) * bias


class ClassAttention(nn.Module):
    """One stage's class token looks over the stage's map; its heads choose the local tokens.

    The query is the learned token plus the mean of the map, so that what is sought depends on
    the picture.

    Departs: the paper multiplies the attention maps of all blocks of a PVT v1 stage and takes
    the class token's row. A backbone of timm has no class token and shows no maps.
    """

    def __init__(self, channels: int, heads: int, grid: int) -> None:
        super().__init__()
        self.heads, self.grid = heads, grid
        self.token = nn.Parameter(torch.randn(channels) * 0.02)
        self.to_q = nn.Linear(channels, channels)
        self.to_k = nn.Linear(channels, channels, bias=False)  # softmax is blind to a key bias
        self.to_v = nn.Linear(channels, channels)
        self.pattern = Tap("batch head row column")

    def forward(
        self, tokens: Float[Tensor, "batch key channel"]
    ) -> tuple[Float[Tensor, "batch channel"], Float[Tensor, "batch head key"]]:
        """The stage's class token after looking, and where each head looked."""
        seeking = self.token + tokens.mean(dim=1)
        q = self.to_q(seeking).unflatten(-1, (self.heads, 1, -1))
        seen: list[Tensor] = []

        def see(weights: Tensor) -> Tensor:
            seen.append(self.pattern(weights.unflatten(-1, (self.grid, self.grid)).squeeze(2)))
            return seen[0].flatten(2).unsqueeze(2)

        found = attend(q, tokens, self.to_k, self.to_v, see)
        return seeking + found.flatten(1), seen[0].flatten(2)


class WordFusion(nn.Module):
    """Local Soft-Fusion over words: each chosen token takes from the words of its stage's view.

    SF(X, Y) = X + softmax(X Yᵀ / √d) Y, without weights of its own.

    Departs: the released code fuses with one pooled vector repeated K times. Its weights are
    uniform whatever the input, the result is exactly X + T', and a picture of them would lie.
    `Config.soft_fusion = "pooled"` has it so.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pattern = Tap("batch query key")

    def forward(
        self,
        x: Float[Tensor, "batch query channel"],
        words: Float[Tensor, "batch word channel"],
        mask: Bool[Tensor, "batch word"],
    ) -> Float[Tensor, "batch query channel"]:
        scores = x @ words.transpose(1, 2) * x.shape[-1] ** -0.5
        weights = scores.masked_fill(~mask[:, None], -torch.inf).softmax(dim=-1)
        return x + self.pattern(weights, query="vision", key="text") @ words


class Looked(NamedTuple):
    """What one stage sees before any word: it depends on the picture alone, and can be kept."""

    whole: Float[Tensor, "batch hidden"]  # V_g, in the joint width
    chosen: Float[Tensor, "batch query channel"]  # V_l before fusion


class Read(NamedTuple):
    """What one stage makes of its view, in the joint width."""

    local: Float[Tensor, "batch query hidden"]  # V_l, chosen and fused
    text: Float[Tensor, "batch hidden"]  # T'


class Stage(nn.Module):
    """One stage: choose local tokens, fuse them with the words of the view of the same name.

    Args:
        channels: Channels of the stage's map.
        grid: Rows (= columns) of the map.
        heads: Heads of the class attention.
        kept: Tokens that each head chooses.
        joint: Width shared by all stages and views.
        words: Fuse with words; otherwise with the view's pooled vector.
    """

    def __init__(
        self, channels: int, grid: int, heads: int, kept: int, joint: int, words: bool
    ) -> None:
        super().__init__()
        self.kept = kept
        self.attention = ClassAttention(channels, heads, grid)
        self.chosen = Tap("batch head query")  # positions row x grid + column, best first
        self.text_map = _two_layers(joint, channels, channels)  # T -> T'
        self.fusion = WordFusion() if words else None
        self.local_map = _two_layers(channels, channels, joint)  # LP
        self.whole_map = _two_layers(channels, channels, joint)  # GP

    def look(self, tokens: Float[Tensor, "batch key channel"]) -> Looked:
        """Look at the stage's map and choose from it; no text is needed."""
        whole, weights = self.attention(tokens)
        return Looked(self.whole_map(whole), self._choose(tokens, weights))

    def read(
        self,
        chosen: Float[Tensor, "batch query channel"],
        words: Float[Tensor, "batch word hidden"],
        mask: Bool[Tensor, "batch word"],
        pooled: Float[Tensor, "batch hidden"],
    ) -> Read:
        """Fuse what was chosen with the stage's view."""
        text = self.text_map(pooled)
        if self.fusion is None:
            local = chosen + text[:, None]
        else:
            local = self.fusion(chosen, self.text_map(words), mask)
        return Read(self.local_map(local), self.local_map(text))

    def _choose(
        self, tokens: Float[Tensor, "batch key channel"], weights: Float[Tensor, "batch head key"]
    ) -> Float[Tensor, "batch query channel"]:
        """The tokens that each head looked at most, head after head; repeats are kept.

        Choosing has no gradient: the class attention learns through the global token.
        """
        chosen: Int[Tensor, "batch head query"] = weights.detach().topk(self.kept).indices
        rows = self.chosen(chosen, query="vision").flatten(1)
        return tokens.gather(1, rows[..., None].expand(-1, -1, tokens.shape[-1]))


class GlobalFusion(nn.Module):
    """Global Soft-Fusion: each stage takes from each view, G' = G + softmax(G Tᵀ) T.

    Args:
        scaled: Divide the scores by √d. The paper's code does not, and saturates.
    """

    def __init__(self, scaled: bool) -> None:
        super().__init__()
        self.scaled = scaled
        self.pattern = Tap("batch stage view")

    def forward(
        self, stages: Float[Tensor, "batch stage hidden"], views: Float[Tensor, "batch view hidden"]
    ) -> Float[Tensor, "batch stage hidden"]:
        scores = stages @ views.transpose(1, 2)
        if self.scaled:
            scores = scores * stages.shape[-1] ** -0.5
        return stages + self.pattern(scores.softmax(dim=-1)) @ views


class Parts(NamedTuple):
    """The answering row as a sum of three; the head is linear, so the logits are one too."""

    residual: Tensor
    attention: Tensor
    ffn: Tensor


class Split(NamedTuple):
    """The logits as an exact sum: residual + attention over heads and keys + ffn + bias."""

    residual: Float[Tensor, "batch emotion"]
    attention: Float[Tensor, "batch head key emotion"]
    ffn: Float[Tensor, "batch emotion"]
    bias: Float[Tensor, " emotion"]


class Mixed(NamedTuple):
    """What TGFA took from the visual sequence, and from where."""

    seen: Float[Tensor, "batch key hidden"]  # the sequence as keys and values see it
    weights: Float[Tensor, "batch head query key"]  # A2
    found: Float[Tensor, "batch head query channel"]  # O by head


class TGFA(nn.Module):
    """Text-guided fusion attention: text says what to look for, then vision is looked at.

    One pre-norm block whose query, key and value maps serve both modalities:
    A1 = softmax(Q K_tᵀ / √d), U = A1 V_t; A2 = softmax(U Kᵀ / √d), O = A2 V.
    Only the answering row is read afterwards, so only that row is computed: the same number.
    """

    def __init__(self, hidden: int, heads: int, ffn: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm, self.ffn_norm = nn.LayerNorm(hidden, eps=1e-6), nn.LayerNorm(hidden, eps=1e-6)
        self.to_q, self.to_v, self.to_out = (nn.Linear(hidden, hidden) for _ in range(3))
        self.to_k = nn.Linear(hidden, hidden, bias=False)  # softmax is blind to a key bias
        self.text = nn.ModuleDict({"pattern": Tap("batch head query key")})  # A1
        self.vision = nn.ModuleDict({"pattern": Tap("batch head query key")})  # A2
        self.ffn = nn.Sequential(
            nn.Linear(hidden, ffn), nn.GELU(), nn.Dropout(dropout),
            nn.Linear(ffn, hidden), nn.Dropout(dropout),
        )  # fmt: skip
        self.parts = nn.ModuleDict({part: Tap("batch query hidden") for part in Parts._fields})

    def forward(
        self,
        x: Float[Tensor, "batch key hidden"],
        y: Float[Tensor, "batch slot hidden"],
        rows: slice = slice(ANSWERING, ANSWERING + 1),
        reads: Bool[Tensor, "query slot"] | None = None,
        sees: Bool[Tensor, "query key"] | None = None,
    ) -> Parts:
        """The rows asked for, as three parts (batch, rows, hidden) whose sum is the output.

        Args:
            x: Visual sequence.
            y: Text sequence.
            rows: Positions of `x` to compute.
            reads: False where a row must not look at a position of `y`; None for nowhere.
            sees: The same for positions of `x`.
        """
        return self.finish(x[:, rows], self.mix(x, y, rows, reads, sees))

    def mix(
        self,
        x: Float[Tensor, "batch key hidden"],
        y: Float[Tensor, "batch slot hidden"],
        rows: slice = slice(ANSWERING, ANSWERING + 1),
        reads: Bool[Tensor, "query slot"] | None = None,
        sees: Bool[Tensor, "query key"] | None = None,
    ) -> Mixed:
        """Both looks, at the text and then at the visual sequence; arguments as in `forward`."""
        seen = self.norm(x)
        q = self.to_q(seen[:, rows]).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        see = partial(self.text["pattern"], query="vision", key="text")
        # U is a query without a further map
        guided = attend(q, y, self.to_k, self.to_v, see, reads)
        looks: list[Tensor] = []

        def keep(weights: Tensor) -> Tensor:
            looks.append(self.vision["pattern"](weights, query="vision", key="vision"))
            return looks[0]

        found = attend(guided, seen, self.to_k, self.to_v, keep, sees)
        return Mixed(seen, looks[0], found)

    def finish(self, x: Float[Tensor, "batch query hidden"], mixed: Mixed) -> Parts:
        """The rows `x`, what they took, and the feed-forward part of both."""
        residual = self.parts["residual"](x)
        attention = self.parts["attention"](self.to_out(mixed.found.transpose(1, 2).flatten(2)))
        ffn = self.parts["ffn"](self.ffn(self.ffn_norm(residual + attention)))
        return Parts(residual, attention, ffn)

    def sources(
        self, mixed: Mixed, read: Float[Tensor, "emotion hidden"]
    ) -> Float[Tensor, "batch head key emotion"]:
        """What each head brings to the first row from each token, as `read` reads it.

        Summed over heads and tokens it is `read` of Parts.attention, less the bias of `to_out`.

        Args:
            mixed: What `mix` took.
            read: A linear map out of the block, such as the weights of a head.
        """
        values = self.to_v(mixed.seen).unflatten(-1, (self.heads, -1))
        out = (read @ self.to_out.weight).unflatten(-1, (self.heads, -1))
        return mixed.weights[:, :, 0, :, None] * torch.einsum("bkhd,ehd->bhke", values, out)


class Heard(NamedTuple):
    """What is read of the four views, before anything is learned from it."""

    features: Float[Tensor, "batch view word feature"]
    mask: Bool[Tensor, "batch view word"]
    pooled: Float[Tensor, "batch view feature"]
    known: Bool[Tensor, "batch view"]  # said by somebody, not a learned stand-in


class _Fused(NamedTuple):
    """What a forward pass knows at its end; the losses need more than the answer."""

    parts: Parts
    mixed: Mixed
    stages: Float[Tensor, "batch stage hidden"]  # V_g before fusion
    views: Float[Tensor, "batch view hidden"]  # T
    known: Bool[Tensor, "batch view"]  # neither the picture nor the view is a learned stand-in
    said: Float[Tensor, "batch view feature"]  # pooled word features, frozen


@final
class MGHFT(EmotionModel):
    """Stickers: a pyramid of the picture, four views of text, one answer.

    A batch carries either pixels, axes (batch, channel, row, column) within [0, 1], or the packed
    pyramid that `look` made of them, axes (batch, pyramid). Both give the same logits.

    Visual sequence of TGFA: the four global tokens, stage 1 to 4, then the chosen local tokens,
    stage 1 to 4, head after head, best first (`layout`). Its position embeddings stand for rank,
    not for place. Text sequence: T1 to T4, then T'1 to T'4.

    Source: arXiv 2507.18929. Departs: see ClassAttention and WordFusion; the released code
    orders both sequences from stage 4 to 1, and has a projection at stage 4 only where needed.
    """

    @dataclass(frozen=True)
    class Config:
        """Sizes and weights; the defaults are those of the paper's released code.

        Attributes:
            backbone: Name of a timm model with four stages. Departs: the paper's is PVT v1 small.
            image: Side of the picture in pixels.
            text_encoder: Name of the frozen encoder.
            text_features: Its channels.
            joint: Width of stages and views.
            fusion: Width of TGFA.
            heads: Heads of TGFA.
            ffn: Hidden width of TGFA's feed-forward part.
            dropout: In the feed-forward part.
            class_heads: Heads of each stage's class attention, finest first.
            kept: Fraction of a stage's tokens that each head chooses.
            kept_at_least: Fewest tokens that a head chooses.
            chosen_below: All heads together choose less than this fraction of a stage. It wins
                over `kept_at_least`: a map that shows nearly everything shows nothing.
            soft_fusion: "words" or "pooled".
            scaled: Scale the scores of global Soft-Fusion.
            tau: Temperature of the contrastive loss.
            relation_weight: Weight of MLCE against the contrastive loss.
            alignment_weight: Weight of both against the answer's loss.
            smoothing: Of the answer's targets.
            emotions: Names of the classes, in the order of the logits.
            whole_text: Give every stage all four views together; needs `soft_fusion="pooled"`.
            third_twice: T'3 stands in the place of T'4 as well.
            pooled_over: Average a view's words over this many places, empty ones counted as
                zeros; 0 for the words that are there.
            train_backbone: Learn the backbone too.
            drop_modality: In training, chance that a sample's picture, and that its text, is
                replaced by the learned silence (never both).
            drop_view: In training, chance that one view is replaced by the learned missing view.
        """

        backbone: str = "pvt_v2_b2"
        image: int = 448
        text_encoder: str = "bert-base-uncased"
        text_features: int = 768
        joint: int = 512
        fusion: int = 768
        heads: int = 12
        ffn: int = 3072
        dropout: float = 0.1
        class_heads: Sequence[int] = (1, 2, 5, 8)
        kept: float = 512 / 12544
        kept_at_least: int = 4
        chosen_below: float = 1.0
        soft_fusion: str = "words"
        scaled: bool = False
        tau: float = 0.07
        relation_weight: float = 30.0
        alignment_weight: float = 0.5
        smoothing: float = 0.2
        emotions: Sequence[str] = EMOTIONS
        whole_text: bool = False
        third_twice: bool = False
        pooled_over: int = 0
        train_backbone: bool = True
        drop_modality: float = 0.0
        drop_view: float = 0.0

        def __post_init__(self) -> None:
            for name in ("class_heads", "emotions"):
                object.__setattr__(self, name, tuple(getattr(self, name)))  # JSON has lists
            if self.soft_fusion not in ("words", "pooled"):
                raise ValueError(
                    f"soft_fusion must be 'words' or 'pooled', and is {self.soft_fusion!r}."
                )
            if len(self.class_heads) != len(VIEWS):
                raise ValueError(f"class_heads needs {len(VIEWS)} numbers, one for each stage.")
            if self.whole_text and self.soft_fusion != "pooled":
                raise ValueError("whole_text=True needs soft_fusion='pooled'.")

        @classmethod
        def paper(cls) -> "MGHFT.Config":
            """Paper scale: pvt_v2_b2 at 448 pixels and bert-base-uncased.

            Its ImageNet weights come from the hub: `load_backbone(imagenet(config.backbone))`.
            """
            return cls()

        @classmethod
        def demo(cls) -> "MGHFT.Config":
            """The small one that ships with weights and runs on a CPU."""
            return cls(
                backbone="pvt_v2_b0", image=112, text_encoder="all-MiniLM-L6-v2",
                text_features=384, joint=192, fusion=192, heads=6, ffn=384,
                relation_weight=30 * 16 / 64,  # MLCE is a sum over the batch: 16 there, 64 here
                class_heads=(2, 4, 2, 1), chosen_below=0.25, scaled=True,
                smoothing=0.0, train_backbone=False, drop_modality=0.1, drop_view=0.1,
            )  # fmt: skip

        @classmethod
        def released(cls) -> "MGHFT.Config":
            """The demo with four defects of the released code, so that they can be compared.

            Every stage reads the whole text; T'4 is lost; Soft-Fusion takes one pooled vector
            (so that its local weights are uniform) and has no scale; padding is averaged in.

            Departs: the released code's backbone is PVT v1, which chooses tokens by multiplied
            attention maps; here both are ours. Its padding holds BERT's states; ours is zero.
            """
            return replace(
                cls.demo(), whole_text=True, third_twice=True, soft_fusion="pooled",
                scaled=False, pooled_over=512,
            )  # fmt: skip

        @classmethod
        def preset(cls, name: str) -> "MGHFT.Config":
            """A Config by the name of its preset.

            Raises:
                UnknownName: It is none of PRESETS.
            """
            if name not in PRESETS:
                raise UnknownName(name, PRESETS)
            return PRESETS[name]()

        def kept_of(self, tokens: int, heads: int) -> int:
            """How many of a stage's tokens each head chooses."""
            most = max(1, (math.ceil(tokens * self.chosen_below) - 1) // heads)
            return min(most, max(self.kept_at_least, round(tokens * self.kept)))

    modalities = (Modality.TEXT, Modality.VISION)

    def __init__(self, config: Config | dict | None = None) -> None:
        super().__init__()
        self.config = c = (
            self.Config(**config) if isinstance(config, dict) else config or self.Config()
        )
        self.backbone = Pyramid(c.backbone, c.image).requires_grad_(c.train_backbone)
        self.stages = nn.ModuleDict({view: self._stage(i) for i, view in enumerate(VIEWS)})
        self.entry = nn.ModuleDict({
            Modality.VISION: Tap("batch pyramid"),
            Modality.TEXT: Tap("batch view word feature"),
        })  # fmt: skip
        self.silent_vision = nn.ParameterList(torch.randn(n) * 0.02 for n in self.backbone.channels)
        self.silent_text = nn.Parameter(torch.randn(len(VIEWS), c.text_features) * 0.02)
        self.missing_view = nn.Parameter(torch.randn(len(VIEWS), c.text_features) * 0.02)
        self.to_joint = nn.Linear(c.text_features, c.joint)
        self.stage_vectors, self.view_vectors = Tap("batch stage hidden"), Tap("batch view hidden")
        self.global_fusion = GlobalFusion(c.scaled)
        self.norm = nn.LayerNorm(c.joint, eps=1e-6)
        self.to_vision, self.to_text = nn.Linear(c.joint, c.fusion), nn.Linear(c.joint, c.fusion)
        self.rank = nn.Parameter(torch.randn(self.layout()[-1][1].stop, c.fusion) * 0.02)
        self.fusion = TGFA(c.fusion, c.heads, c.ffn, c.dropout)
        self.head = nn.Linear(c.fusion, len(c.emotions))
        for linear in (self.to_joint, self.to_vision, self.to_text, self.head):
            nn.init.xavier_uniform_(linear.weight)
        self.add_temperature()
        self.train(self.training)

    def _stage(self, i: int) -> Stage:
        c, channels, grid = self.config, self.backbone.channels[i], self.backbone.grids[i]
        heads = c.class_heads[i]
        kept = c.kept_of(grid**2, heads)
        return Stage(channels, grid, heads, kept, c.joint, c.soft_fusion == "words")

    def train(self, mode: bool = True) -> "MGHFT":
        """Training mode for what learns; a frozen backbone stays in eval mode."""
        super().train(mode)
        self.backbone.train(mode and self.config.train_backbone)
        return self

    def layout(self) -> tuple[tuple[str, slice], ...]:
        """What stands where in TGFA's visual sequence: ("globals", slice), then (view, slice)."""
        parts, start = [("globals", slice(0, len(VIEWS)))], len(VIEWS)
        grids, heads = self.backbone.grids, self.config.class_heads
        for view, grid, several in zip(VIEWS, grids, heads, strict=True):
            stop = start + several * self.config.kept_of(grid**2, several)
            parts.append((view, slice(start, stop)))
            start = stop
        return tuple(parts)

    def forward(self, batch: Batch) -> Prediction:
        logits = self._logits(self._fuse(batch).parts)
        return Prediction(logits, self.config.emotions, float(self.temperature))

    def answer(self, looked: Sequence[Looked], heard: Heard) -> Prediction:
        """The answer to what was looked at and heard before: neither is done again."""
        logits = self._logits(self._read(looked, heard).parts)
        return Prediction(logits, self.config.emotions, float(self.temperature))

    def logit_parts(self, batch: Batch) -> dict[str, Float[Tensor, "batch emotion"]]:
        """The logits as an exact sum: residual + attention + ffn + bias."""
        parts = self._fuse(batch).parts._asdict()
        split = {name: part[:, 0] @ self.head.weight.T for name, part in parts.items()}
        return {**split, "bias": self.head.bias.expand(len(batch), -1)}

    def logit_split(self, batch: Batch) -> Split:
        """The logits as an exact sum, with attention by head and by source token (see `layout`).

        The bias of TGFA's output map comes from no token and stands with the head's bias. The
        feed-forward part is not linear in what it is given, and stays one term.
        """
        fused, read = self._fuse(batch), self.head.weight
        return Split(
            residual=fused.parts.residual[:, 0] @ read.T,
            attention=self.fusion.sources(fused.mixed, read),
            ffn=fused.parts.ffn[:, 0] @ read.T,
            bias=self.head.bias + read @ self.fusion.to_out.bias,
        )

    @torch.no_grad()
    def look(self, pixels: Stream) -> Stream:
        """The packed pyramid of pictures, to be kept and used again in place of the pixels.

        Not differentiable. Valid for as long as the backbone does not change.
        """
        return replace(pixels, values=self.backbone(pixels.values), axes=("batch", "pyramid"))

    def load_backbone(self, state: Mapping[str, Tensor]) -> None:
        """Take over a trained backbone, as `Interpreter.backbone_state()` gives it."""
        self.backbone.load_state_dict(state)

    def processor(self) -> StickerProcessor:
        """What turns stickers into pictures of this model's size and words of its encoder."""
        c = self.config
        return StickerProcessor(c.image, c.text_encoder, c.emotions)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """The answer's loss, and two alignment losses a stage: "contrast.style", "relation.style".

        L = CE + w_a Σ_i (L_con_i + w_r L_mlce_i). Where people rated the stickers, CE is against
        their shares.

        Raises:
            ValueError: The batch has neither ratings nor targets.
        """
        target = batch.target if batch.rated is None else batch.rated
        if target is None:
            raise ValueError("The losses need Batch.target; this batch has samples without one.")
        c = self.config
        fused = self._fuse(self._dropped(batch) if self.training else batch)
        logits = self._logits(fused.parts)
        terms = {"answer": F.cross_entropy(logits, target, label_smoothing=c.smoothing)}
        for i, view in enumerate(VIEWS):
            known = fused.known[:, i]
            v = F.normalize(fused.stages[known, i], dim=-1)
            t = F.normalize(fused.views[known, i], dim=-1)
            contrast = contrastive_loss(v, t, c.tau, same_words(fused.said[known, i]))
            terms[f"contrast.{view}"] = c.alignment_weight * contrast
            relation = relation_loss(v, t)
            terms[f"relation.{view}"] = c.alignment_weight * c.relation_weight * relation
        return terms

    def _logits(self, parts: Parts) -> Float[Tensor, "batch emotion"]:
        return self.head((parts.residual + parts.attention + parts.ffn)[:, 0])

    def _fuse(self, batch: Batch) -> _Fused:
        text, vision = batch.need(self.modalities)
        fused = self._read(self.look_stages(vision), self.hear(text))
        return fused._replace(known=fused.known & ~vision.is_silent[:, None])

    def _read(self, looked: Sequence[Looked], heard: Heard) -> _Fused:
        words, views = self.to_joint(heard.features), self.view_vectors(self.to_joint(heard.pooled))
        read = [
            stage.read(looked[i].chosen, words[:, i], heard.mask[:, i], views[:, i])
            for i, stage in enumerate(self.each_stage())
        ]
        stages = self.stage_vectors(torch.stack([seen.whole for seen in looked], dim=1))
        fused = self.global_fusion(stages, views)
        h_v = self.norm(torch.cat([fused, *(r.local for r in read)], dim=1))
        slots = torch.stack([r.text for r in read], dim=1)
        if self.config.third_twice:
            slots = slots[:, [0, 1, 2, 2]]
        h_t = torch.cat([views, slots], dim=1)
        x = self.to_vision(h_v) + self.rank
        mixed = self.fusion.mix(x, self.to_text(h_t))
        parts = self.fusion.finish(x[:, ANSWERING : ANSWERING + 1], mixed)
        return _Fused(parts, mixed, stages, views, heard.known, heard.pooled.detach())

    def look_stages(self, vision: Stream) -> list[Looked]:
        """What each stage sees, without any text."""
        tokens = self.backbone.unpack(self.entry[Modality.VISION](self._see(vision)))
        return [stage.look(t) for stage, t in zip(self.each_stage(), tokens, strict=True)]

    def each_stage(self) -> tuple[Stage, ...]:
        """The stages, finest first."""
        return tuple(cast("Stage", stage) for stage in self.stages.values())

    def _see(self, vision: Stream) -> Float[Tensor, "batch pyramid"]:
        """The packed pyramid; where there is no picture, each stage's silence everywhere."""
        if vision.axes == ("batch", "pyramid"):
            packed = vision.values.to(self.rank.dtype)
        else:
            with torch.set_grad_enabled(self.config.train_backbone and torch.is_grad_enabled()):
                packed = self.backbone(vision.values)
        blank = [
            vector.expand(grid**2, -1).flatten()
            for vector, grid in zip(self.silent_vision, self.backbone.grids, strict=True)
        ]
        return torch.where(vision.is_silent[:, None], torch.cat(blank), packed)

    def hear(self, text: Stream) -> Heard:
        """What is read of the views, before anything is learned from it.

        A silent text and a missing view are one word each: the view's learned stand-in.
        """
        silent = text.is_silent[:, None]
        absent = ~text.mask.any(dim=-1) | silent
        stand_in = torch.where(silent[..., None], self.silent_text, self.missing_view)
        values = torch.where(absent[..., None, None], stand_in[:, :, None], text.values)
        first = torch.zeros_like(text.mask)
        first[..., 0] = True
        mask, known = torch.where(absent[..., None], first, text.mask), ~absent
        features = self.entry[Modality.TEXT](values)
        if self.config.whole_text:
            several = (-1, len(VIEWS), -1)
            features = features.flatten(1, 2)[:, None].expand(*several, -1)
            mask = mask.flatten(1)[:, None].expand(*several)
            known = known.any(dim=1, keepdim=True).expand(-1, len(VIEWS))
        pooled = masked_mean(features, mask)
        if places := self.config.pooled_over:
            pooled = pooled * mask.sum(dim=-1, keepdim=True) / places
        return Heard(features, mask, pooled, known)

    def _dropped(self, batch: Batch) -> Batch:
        """The batch with some pictures, texts and views taken away, so that silence is learned."""
        text, vision = batch.need(self.modalities)
        p, chance = self.config.drop_modality, torch.rand(len(batch), device=text.values.device)
        text = text.silenced((chance < p) & ~vision.is_silent)
        vision = vision.silenced((chance > 1 - p) & ~text.is_silent)
        drop = torch.rand(text.mask.shape[:2], device=chance.device) < self.config.drop_view
        text = replace(text, mask=text.mask & ~drop[..., None])
        return replace(
            batch, streams={**batch.streams, text.modality: text, vision.modality: vision}
        )


PRESETS: dict[str, Callable[[], MGHFT.Config]] = {
    "demo": MGHFT.Config.demo,
    "paper": MGHFT.Config.paper,
    "released": MGHFT.Config.released,
}
"""The sizes and the variants that have a name."""


def same_words(said: Float[Tensor, "batch feature"]) -> Bool[Tensor, "batch other"]:
    """Pairs of different samples whose view says the very same words."""
    unit = F.normalize(said, dim=-1)
    return (unit @ unit.T > 1 - 1e-5) & ~torch.eye(len(said), dtype=torch.bool, device=said.device)


def contrastive_loss(
    v: Float[Tensor, "batch hidden"],
    t: Float[Tensor, "batch hidden"],
    tau: float,
    ignore: Bool[Tensor, "batch other"],
) -> Float[Tensor, ""]:
    """Picture and view of one sticker belong together, against the other stickers of the batch.

    Args:
        v: Global tokens of one stage, unit length.
        t: Views of the same stage, unit length.
        tau: Temperature.
        ignore: Pairs that are no negatives. Departs: the released code has none, and pushes a
            sticker away from another of which the very same words are said.
    """
    if len(v) < 2:
        return v.sum() * 0.0  # nothing to contrast with
    scores = (v @ t.T / tau).masked_fill(ignore, -torch.inf)
    own = torch.arange(len(v), device=v.device)
    return (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2


def relation_loss(
    v: Float[Tensor, "batch hidden"], t: Float[Tensor, "batch hidden"]
) -> Float[Tensor, ""]:
    """MLCE: who resembles whom should be the same in pictures as in text; 0 where v = t.

    S = (1 + x xᵀ) / 2, P = softmax of its rows, Σ_rows KL(Pᵗ ‖ Pᵛ): a sum over the batch.
    """
    p_v, p_t = (((1 + x @ x.T) / 2).log_softmax(dim=-1) for x in (v, t))
    return F.kl_div(p_v, p_t, reduction="sum", log_target=True)


def _two_layers(into: int, hidden: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(into, hidden), nn.ReLU(), nn.Linear(hidden, out))
