"""Listeners: one small network for each modality, which hears nothing else and says what it tells.

They read what every clip model reads (word vectors, sound and face features), never a model, and
learned from many more generated utterances than the models did. So they are a control: what they
find was there to be read, and a model that finds less has lost it or never read it.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from mer_core.checkpoints import folder_of
from mer_core.disk import write_json, write_tensors
from mer_core.encoders.face import FACE_FEATURES
from mer_core.errors import DataMissing
from mer_core.layers import masked_mean
from mer_core.processing.audio import AUDIO_FEATURES
from mer_core.task import EMOTIONS
from mer_core.types import Batch, Modality

FOLDER = "listeners"
WEIGHTS, CARD = "weights.safetensors", "card.json"
FORMAT = 1

WIDTHS: dict[Modality, int] = {
    Modality.TEXT: 384,
    Modality.AUDIO: AUDIO_FEATURES,
    Modality.VISION: FACE_FEATURES,
}
"""Channels that are heard: of the embedded sentence encoder, of sound, of faces."""

CUES: dict[Modality, int] = {Modality.AUDIO: 8, Modality.VISION: 14}
"""How many numbers the maker put into a voice and into a face; taught beside the emotion."""

HIDDEN = 128
MEMBERS = 2
"""Networks of different seeds that answer together, as the mean of their probabilities."""

_QUANTILES = (0.1, 0.5, 0.9)
_FAR = 5.0
_CHUNK = 128
_LONG = 20.0  # positions of a usual clip, which brings lengths to unit scale


def summary(
    values: Float[Tensor, "batch time feature"], mask: Bool[Tensor, "batch time"], words: bool
) -> Float[Tensor, "batch number"]:
    """A sequence as few numbers: of words the mean; of a voice or a face its course too.

    That is mean, spread, three quantiles, greatest, least, trend and mean step of each channel,
    and the length.
    """
    mean = masked_mean(values, mask)
    if words:
        return mean
    real, n = mask[..., None], mask.sum(1, keepdim=True).clamp(min=1)
    gaps = values.masked_fill(~real, torch.nan)
    spread = masked_mean((values - mean[:, None]) ** 2, mask).sqrt()
    levels = torch.nanquantile(gaps, torch.tensor(_QUANTILES), dim=1).unbind(0)
    top = values.masked_fill(~real, -torch.inf).amax(1)
    low = values.masked_fill(~real, torch.inf).amin(1)
    place = (mask.cumsum(1) - 1) / (n - 1).clamp(min=1) * 2 - 1
    trend = masked_mean(values * place[..., None], mask)
    step = masked_mean((values[:, 1:] - values[:, :-1]).abs(), mask[:, 1:] & mask[:, :-1])
    told = torch.cat([mean, spread, *levels, top, low, trend, step, n / _LONG], dim=1)
    return told.nan_to_num(0.0, 0.0, 0.0)  # a row without positions


class Listener(nn.Module):
    """Summary of one modality in, logits of the emotions out; the cues only while it learns."""

    def __init__(self, modality: Modality) -> None:
        super().__init__()
        self.modality = modality
        width, hidden = WIDTHS[modality], HIDDEN
        count = width if modality is Modality.TEXT else 9 * width + 1
        self.register_buffer("centre", torch.zeros(count))
        self.register_buffer("scale", torch.ones(count))
        self.centre: Tensor
        self.scale: Tensor
        drop = nn.Dropout(0.5 if modality is Modality.TEXT else 0.25)
        self.body = nn.Sequential(
            nn.Linear(count, hidden), nn.GELU(), drop, nn.Linear(hidden, hidden), nn.GELU(), drop
        )
        self.head = nn.Linear(hidden, len(EMOTIONS))

    def standard(self, numbers: Float[Tensor, "batch number"]) -> Float[Tensor, "batch number"]:
        """Numbers at unit scale; what lies far out is cut."""
        return ((numbers - self.centre) / self.scale).clamp(-_FAR, _FAR)

    def forward(self, numbers: Float[Tensor, "batch number"]) -> Float[Tensor, "batch emotion"]:
        return self.head(self.body(self.standard(numbers)))


class Listeners(nn.Module):
    """All members for all modalities. `told` is where they came from, as plain data."""

    def __init__(self, told: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.told = dict(told or {})
        self.members = nn.ModuleDict({
            str(m): nn.ModuleList(Listener(m) for _ in range(MEMBERS)) for m in Modality
        })  # fmt: skip

    def of(self, modality: Modality) -> list[Listener]:
        """Members that hear this modality."""
        return [m for m in self.members[str(modality)] if isinstance(m, Listener)]  # type: ignore[union-attr]

    @torch.no_grad()  # not inference_mode: what is fitted on it is learned with gradients
    def hear(self, batch: Batch) -> Float[Tensor, "modality batch emotion"]:
        """Log probabilities of what each modality tells by itself.

        Raises:
            ValueError: The batch holds features of other widths; ask `can_hear`.
        """
        if not can_hear(batch):
            raise ValueError("These streams are not those that the listeners learned from.")
        said = [self._one(m, numbers_of(batch, m)) for m in Modality]
        return torch.stack(said).clamp(min=1e-6).log()

    def _one(
        self, modality: Modality, numbers: Float[Tensor, "batch number"]
    ) -> Float[Tensor, "batch emotion"]:
        return torch.stack([m(numbers).softmax(-1) for m in self.of(modality)]).mean(0)

    def save(self, folder: Path, about: Mapping[str, Any]) -> None:
        """Weights in half precision, and a card that names their hash."""
        tensors = {k: t.half() for k, t in self.state_dict().items()}
        write_tensors(folder / WEIGHTS, tensors)
        card = {"format": FORMAT, "model": FOLDER, "weights_sha256": _hash(folder / WEIGHTS)}
        write_json(folder / CARD, {**card, **about})

    @staticmethod
    def load(folder: Path | None = None) -> "Listeners":
        """What `save` wrote; one shared instance a folder, frozen.

        Raises:
            DataMissing: They are not here, damaged, or not those that the card describes.
        """
        return _load(folder or folder_of(FOLDER))


def can_hear(batch: Batch) -> bool:
    """Whether a batch holds all three streams as the listeners read them."""
    return all(
        m in batch.streams and batch.streams[m].values.ndim == 3
        and batch.streams[m].values.shape[2] == width
        for m, width in WIDTHS.items()
    )  # fmt: skip


def numbers_of(batch: Batch, modality: Modality) -> Float[Tensor, "batch number"]:
    """The summary of one stream; in chunks, for quantiles are hungry."""
    stream = batch.streams[modality]
    parts = zip(stream.values.split(_CHUNK), stream.mask.split(_CHUNK), strict=True)
    words = modality is Modality.TEXT
    return torch.cat([summary(values.float(), mask, words) for values, mask in parts])


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _load(folder: Path) -> Listeners:
    remedy = "Restore checkpoints/listeners, or run `mer train listeners`."
    if not (folder / WEIGHTS).is_file() or not (folder / CARD).is_file():
        raise DataMissing(f"The listeners of single modalities are not here. {remedy}")
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if card["format"] != FORMAT or card["weights_sha256"] != _hash(folder / WEIGHTS):
            raise DataMissing(f"The listeners are not those that their card describes. {remedy}")
        found = Listeners(card)
        found.load_state_dict({k: t.float() for k, t in load_file(folder / WEIGHTS).items()})
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as cause:
        raise DataMissing(f"The listeners are damaged. {remedy}") from cause
    return found.eval().requires_grad_(False)
