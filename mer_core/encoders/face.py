"""A small network that reads faces: facial action units and a short embedding of each picture.

It was trained on the drawn faces of the puppets, whose units are known. On photographs it gives
numbers too, but nothing promises that they are right: its card says so, and so should a page.
"""

import json
import os
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import interpolate

from mer_core.encoders.text import sha256
from mer_core.errors import WeightsAltered, WeightsMissing
from mer_core.types import Clip

UNIT_NAMES: tuple[str, ...] = (
    "inner_brow_raise",
    "outer_brow_raise",
    "brow_lower",
    "upper_lid_raise",
    "cheek_raise",
    "lid_tighten",
    "nose_wrinkle",
    "upper_lip_raise",
    "lip_corner_pull",
    "lip_corner_depress",
    "lip_stretch",
    "lip_press",
    "jaw_drop",
    "tongue_show",
)
"""The action units that are read, the same as the puppets are drawn from."""

EMBEDDING = 20
FACE_FEATURES: int = len(UNIT_NAMES) + EMBEDDING
"""Channels of the vision stream: the units, each about 0 to 1, then an embedding of unit scale."""

FACE_NAMES: tuple[str, ...] = (*UNIT_NAMES, *(f"look_{i + 1}" for i in range(EMBEDDING)))
FACE_SIZE = 64
POSITIONS_A_SECOND = 8.0
_BATCH = 128


def face_folder() -> Path:
    """Where the trained reader lies; MER_CHECKPOINTS overrides the place of all checkpoints."""
    default = Path(__file__).resolve().parents[2] / "checkpoints"
    return Path(os.environ.get("MER_CHECKPOINTS", default)) / "face"


class FaceEncoder(nn.Module):
    """Pictures of a face in, action units and an embedding out; about 280 thousand parameters.

    The units are computed from the embedding alone, so that the embedding knows the expression;
    `BatchNorm1d` without scale keeps it at unit scale.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 16, 32, 64, 96)
        blocks: list[nn.Module] = []
        for before, after in pairwise(widths):
            blocks += [
                nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
            ]
        self.pictures = nn.Sequential(*blocks)
        self.squeeze = nn.Sequential(nn.Flatten(), nn.Linear(96 * 16, 112), nn.ReLU())
        self.embed = nn.Sequential(
            nn.Linear(112, EMBEDDING), nn.BatchNorm1d(EMBEDDING, affine=False)
        )
        self.units = nn.Sequential(
            nn.Linear(EMBEDDING, 64), nn.ReLU(), nn.Linear(64, len(UNIT_NAMES))
        )

    def forward(self, pictures: Float[Tensor, "batch 3 64 64"]) -> Float[Tensor, "batch feature"]:
        """Units and embedding; `pictures` within [0, 1]."""
        embedding = self.embed(self.squeeze(self.pictures(pictures - 0.5)))
        return torch.cat([self.units(embedding), embedding], dim=1)

    @classmethod
    def load(cls, folder: Path | str | None = None) -> "FaceEncoder":
        """The trained reader, frozen and in eval mode; one shared instance a folder.

        Raises:
            WeightsMissing: The folder holds no trained reader.
            WeightsAltered: The weights are not those that the card describes.
        """
        return _load(Path(folder or face_folder()))

    def encode(
        self, clip: Clip
    ) -> tuple[Float[np.ndarray, "time feature"], Float[np.ndarray, " time"]]:
        """Read a clip, at most 8 pictures of each second.

        Pictures of any size are cut to their middle square and resized to 64 x 64. A clip without
        pictures gives no positions.

        Returns:
            float32 (time, FACE_FEATURES), and the moment of each position in seconds.
        """
        chosen = chosen_frames(len(clip.frames), clip.fps)
        if not len(chosen):
            return np.zeros((0, FACE_FEATURES), np.float32), np.zeros(0, np.float32)
        parts = []
        with torch.no_grad():
            for first in range(0, len(chosen), _BATCH):
                frames = clip.frames[chosen[first : first + _BATCH]]
                found = self(squared(torch.from_numpy(np.ascontiguousarray(frames))))
                parts.append(found.float())
        values = torch.cat(parts).numpy()
        units = values[:, : len(UNIT_NAMES)].clip(0.0, 1.0)
        looks = values[:, len(UNIT_NAMES) :].clip(-5.0, 5.0)
        seconds = (chosen / clip.fps).astype(np.float32)
        return np.concatenate([units, looks], axis=1).astype(np.float32), seconds


def chosen_frames(count: int, fps: float) -> np.ndarray:
    """Indices of the frames that are read: all, or the nearest to 8 moments a second.

    Raises:
        ValueError: `fps` is not a positive number.
    """
    if not fps > 0:
        raise ValueError(f"A clip needs more than 0 frames a second; it has {fps}.")
    if fps <= POSITIONS_A_SECOND or count == 0:
        return np.arange(count)
    moments = np.arange(0.0, count / fps - 1e-9, 1.0 / POSITIONS_A_SECOND)
    return np.minimum(np.floor(moments * fps + 0.5).astype(int), count - 1)


def squared(frames: Tensor) -> Float[Tensor, "batch 3 64 64"]:
    """uint8 (batch, row, column, 3) of any size -> middle square at 64 x 64, within [0, 1]."""
    rows, columns = frames.shape[1:3]
    side = min(rows, columns)
    top, left = (rows - side) // 2, (columns - side) // 2
    square = frames[:, top : top + side, left : left + side].permute(0, 3, 1, 2)
    pictures = square.to(torch.float32) / 255.0
    if side == FACE_SIZE:
        return pictures.contiguous()
    size = (FACE_SIZE, FACE_SIZE)
    return interpolate(pictures, size, mode="bilinear", antialias=True, align_corners=False)


@cache
def _load(folder: Path) -> FaceEncoder:
    weights, card = folder / "weights.safetensors", folder / "card.json"
    if not weights.is_file() or not card.is_file():
        raise WeightsMissing(
            f"the face encoder ({folder.name}/weights.safetensors and card.json)",
            "Train it with mer_core.training.faces.train_face, or restore it from the repository.",
        )
    expected = json.loads(card.read_text())["weights_sha256"]
    if (found := sha256(weights)) != expected:
        raise WeightsAltered(weights.name, expected, found)
    encoder = FaceEncoder()
    tensors = load_file(weights)
    encoder.load_state_dict(
        {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}
    )
    return encoder.eval().requires_grad_(False)
