"""A sticker's four views without a language model: attribute heads on MGHFT's backbone.

Each head names one attribute of the picture (which face, which posture, which prop, ...) from
pooled maps of all four stages. The named attributes are then worded as sentences. The intention
cannot be seen in a picture: its head guesses the emotion of the whole, and the view is marked
as guessed. The backbone gets its training here, under all heads at once.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from jaxtyping import Float, UInt8
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from mer_core.disk import write_json, write_tensors
from mer_core.encoders.pyramid import Pyramid, fingerprint
from mer_core.errors import WeightsAltered, WeightsMissing
from mer_core.layers import parameter_groups
from mer_core.processing.pixels import square
from mer_core.types import View

FORMAT = 1
IGNORED = -1
"""Target of an attribute that a picture does not have, or that is not known."""

SOURCES: dict[View, tuple[str, ...]] = {
    View.INTENTION: ("intention_emotion",),
    View.STYLE: ("style", "caption_emotion"),
    View.ROLE: ("character", "prop"),
    View.POSTURE: ("face_emotion", "posture"),
}
"""Which attributes each view is worded from."""

Realise = Callable[[Mapping[str, str], Mapping[str, float]], Mapping[View, str]]
"""Attribute -> label, attribute -> confidence; gives a sentence for each view."""


@dataclass(frozen=True)
class Description:
    """What the interpreter says of a picture.

    Attributes:
        views: View -> sentence; empty where no wording was given to the interpreter.
        confidence: View -> product of the probabilities of the labels it is worded from, 0 to 1.
        attributes: Attribute -> label -> probability.
        guessed: Views that cannot be seen in a picture.
        missing: View -> why it could not be had, one sentence; such a view is not in `views`.
    """

    views: Mapping[View, str]
    confidence: Mapping[View, float]
    attributes: Mapping[str, Mapping[str, float]]
    guessed: frozenset[View] = frozenset({View.INTENTION})
    missing: Mapping[View, str] = field(default_factory=dict)


@final
class Interpreter(nn.Module):
    """A backbone and one small head for each attribute.

    Args:
        config: Sizes and label vocabularies.
        backbone: Share this one; otherwise a fresh, untrained one is made.
        realise: Words labels as sentences; `describe` needs it.
    """

    @dataclass(frozen=True)
    class Config:
        """What can be named.

        Attributes:
            labels: Attribute -> its labels, in the order of the head's outputs.
            backbone: Name of the timm model.
            image: Side of the picture in pixels.
            hidden: Hidden width of each head.
            dropout: On the pooled maps, in training.
            smoothing: Of the targets.
        """

        labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
        backbone: str = "pvt_v2_b0"
        image: int = 112
        hidden: int = 128
        dropout: float = 0.1
        smoothing: float = 0.05

        def __post_init__(self) -> None:
            labels = {name: tuple(some) for name, some in self.labels.items()}
            object.__setattr__(self, "labels", labels)  # JSON has lists
            if not labels or not all(labels.values()):
                raise ValueError("labels must name at least one attribute, each with its labels.")

    def __init__(
        self, config: Config, backbone: Pyramid | None = None, realise: Realise | None = None
    ) -> None:
        super().__init__()
        self.config, self.realise = config, realise
        self.backbone = backbone or Pyramid(config.backbone, config.image)
        pooled = 2 * sum(self.backbone.channels)
        self.norm = nn.LayerNorm(pooled)
        self.dropout = nn.Dropout(config.dropout)
        self.heads = nn.ModuleDict({
            name: nn.Sequential(
                nn.Linear(pooled, config.hidden), nn.GELU(), nn.Linear(config.hidden, len(labels))
            )
            for name, labels in config.labels.items()
        })  # fmt: skip

    @classmethod
    def fresh(cls, config: Config, realise: Realise | None = None) -> "Interpreter":
        """An interpreter with an untrained backbone of its own, every part ready to learn."""
        return cls(config, None, realise)

    def forward(self, seen: Tensor) -> dict[str, Float[Tensor, "batch label"]]:
        """Logits of every attribute.

        Args:
            seen: Pixels in [0, 1], (batch, 3, row, column), or packed pyramids (batch, pyramid).
        """
        packed = self.backbone(seen) if seen.ndim == 4 else seen
        pooled = [
            pool
            for tokens in self.backbone.unpack(packed)
            for pool in (tokens.mean(dim=1), tokens.amax(dim=1))
        ]
        pooled = self.dropout(self.norm(torch.cat(pooled, dim=1)))
        return {name: head(pooled) for name, head in self.heads.items()}

    def losses(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """One smoothed cross-entropy an attribute, each a scalar; their sum is minimised.

        Args:
            batch: "pixels" (batch, 3, row, column) in [0, 1], or "pyramid" (batch, pyramid); and
                for each attribute int64 (batch,) indices of labels, -1 where there is none.
        """
        logits = self(batch["pixels"] if "pixels" in batch else batch["pyramid"])
        return {name: self._loss(logits[name], batch[name]) for name in logits if name in batch}

    def _loss(self, logits: Float[Tensor, "batch label"], target: Tensor) -> Tensor:
        known = target != IGNORED
        if not known.any():
            return logits.float().sum() * 0.0  # a mean over nothing would be NaN
        smoothing = self.config.smoothing
        return F.cross_entropy(logits[known].float(), target[known], label_smoothing=smoothing)

    def groups(self, lr: float, weight_decay: float) -> list[dict[str, Any]]:
        """Parameter groups for the optimiser."""
        return parameter_groups(self, lr, weight_decay)

    def end_of_epoch(self, epoch: int) -> dict[str, Any]:
        """Nothing to add to the history."""
        return {}

    @torch.no_grad()
    def correct(self, batch: Mapping[str, Tensor]) -> dict[str, tuple[int, int]]:
        """Attribute -> (right answers, pictures that have the attribute)."""
        logits = self(batch["pixels"] if "pixels" in batch else batch["pyramid"])
        right = {n: x.argmax(dim=-1) == batch[n] for n, x in logits.items() if n in batch}
        return {n: (int(r.sum()), int((batch[n] != IGNORED).sum())) for n, r in right.items()}

    @torch.no_grad()
    def describe(
        self, picture: UInt8[np.ndarray, "row column channel"] | Float[Tensor, " pyramid"]
    ) -> Description:
        """Name what is seen and word it as four views.

        Args:
            picture: A picture of any size, or its packed pyramid.
        """
        if isinstance(picture, np.ndarray):
            fitted = torch.from_numpy(square(picture, self.config.image))
            seen = fitted.permute(2, 0, 1)[None].float() / 255
        else:
            seen = picture[None].float()
        probs = {name: logits[0].float().softmax(dim=-1) for name, logits in self(seen).items()}
        attributes = {
            name: dict(zip(self.config.labels[name], p.tolist(), strict=True))
            for name, p in probs.items()
        }
        best = {name: max(p, key=lambda label: p[label]) for name, p in attributes.items()}
        sure = {name: attributes[name][label] for name, label in best.items()}
        views = {} if self.realise is None else dict(self.realise(best, sure))
        return Description(views, _confidence(sure), attributes)

    def backbone_state(self) -> dict[str, Tensor]:
        """The trained backbone, for `MGHFT.load_backbone`."""
        return {
            name: tensor.detach().clone() for name, tensor in self.backbone.state_dict().items()
        }

    def save(self, folder: Path, **about: object) -> None:
        """Write the heads alone, and a card that names the backbone they were trained on.

        Args:
            folder: Holds `weights.safetensors` and `card.json` afterwards.
            **about: Further entries of the card: data, training, metrics, limits.
        """
        heads = {n: t.half() for n, t in self.state_dict().items() if not _of_backbone(n)}
        write_tensors(folder / "weights.safetensors", heads, {"model": "interpreter"})
        card = {
            "format": FORMAT,
            "model": "interpreter",
            "config": asdict(self.config),
            "backbone_sha256": fingerprint(self.backbone.state_dict()),
            "heads_sha256": fingerprint(heads),
            **about,
        }
        write_json(folder / "card.json", card)

    @classmethod
    def load(cls, folder: Path, backbone: Pyramid, realise: Realise | None = None) -> "Interpreter":
        """Heads from disk on the backbone of MGHFT, frozen and in eval mode.

        Raises:
            WeightsMissing: There are no heads in `folder`.
            WeightsAltered: Heads or backbone are not those that the card names.
        """
        weights, path = folder / "weights.safetensors", folder / "card.json"
        if not (weights.is_file() and path.is_file()):
            raise WeightsMissing("the sticker interpreter", "Restore it or train it again.")
        card, heads = json.loads(path.read_text(encoding="utf-8")), load_file(weights)
        for what, key, state in (
            ("the interpreter's heads", "heads_sha256", heads),
            ("the interpreter's backbone", "backbone_sha256", backbone.state_dict()),
        ):
            if (found := fingerprint(state)) != card[key]:
                raise WeightsAltered(what, card[key], found)
        model = cls(cls.Config(**card["config"]), backbone, realise)
        model.load_state_dict({n: t.float() for n, t in heads.items()}, strict=False)
        return model.eval().requires_grad_(False)


def _of_backbone(name: str) -> bool:
    return name.startswith("backbone.")


def _confidence(sure: Mapping[str, float]) -> dict[View, float]:
    """Product over the attributes of each view; a view without any has none."""
    return {
        view: float(np.prod([sure[name] for name in names if name in sure]))
        for view, names in SOURCES.items()
        if any(name in sure for name in names)
    }
