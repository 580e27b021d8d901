"""A picture as a pyramid of maps, from any timm backbone with four stages.

MGHFT reads the pyramid out and the interpreter names what it sees in it; both stand on the same
backbone. For storage the four maps are packed into one row of numbers a picture, stage after
stage, position after position.
"""

import hashlib
from collections.abc import Mapping
from math import prod
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from mer_core.encoders.hub import published
from mer_core.errors import WeightsMissing

STAGES = 4
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class Pyramid(nn.Module):
    """The backbone and the shape of what it sees. It never downloads: weights are loaded later.

    Args:
        name: Name of a timm model, for example "pvt_v2_b0".
        image: Side of the square picture, in pixels.

    Attributes:
        channels: Channels of each stage, finest first.
        grids: Rows (= columns) of each stage's map, finest first.
        size: Numbers in a packed pyramid.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, name: str, image: int) -> None:
        super().__init__()
        import timm  # here: it takes a second, and drawing a page needs no backbone

        last = tuple(range(-STAGES, 0))
        self.body = timm.create_model(
            name, pretrained=False, features_only=True, out_indices=last, drop_path_rate=0.1
        )
        self.name, self.image = name, image
        info: Any = self.body.feature_info
        self.channels: tuple[int, ...] = tuple(info.channels())
        self.grids: tuple[int, ...] = tuple(-(-image // r) for r in info.reduction())
        self.size = sum(g * g * c for g, c in zip(self.grids, self.channels, strict=True))
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD)[:, None, None], persistent=False)

    def forward(
        self, pixels: Float[Tensor, "batch 3 row column"]
    ) -> Float[Tensor, "batch pyramid"]:
        """Look at pictures with values in [0, 1] and pack what is seen.

        Raises:
            ValueError: The picture has another size than the model was made for.
        """
        if pixels.shape[-2:] != (self.image, self.image):
            given = " x ".join(map(str, pixels.shape[-2:]))
            raise ValueError(
                f"The backbone was made for {self.image} x {self.image} pixels, and got {given}. "
                "Let the model's processor() resize the picture."
            )
        return self.pack(self.body((pixels - self.mean) / self.std))

    def pack(self, maps: list[Tensor]) -> Float[Tensor, "batch pyramid"]:
        """Four maps (batch, channel, row, column) as one row of numbers a picture."""
        shapes = [tuple(m.shape[1:]) for m in maps]
        expected = [(c, g, g) for c, g in zip(self.channels, self.grids, strict=True)]
        if shapes != expected:
            raise ValueError(f"{self.name} gave maps {shapes}; expected {expected}.")
        return torch.cat([m.flatten(2).transpose(1, 2).flatten(1) for m in maps], dim=1)

    def unpack(
        self, packed: Float[Tensor, "batch pyramid"]
    ) -> list[Float[Tensor, "batch key channel"]]:
        """The tokens of each stage, finest first; token = row x grid + column.

        Raises:
            ValueError: The row has another length than this backbone's pyramid.
        """
        if packed.shape[-1] != self.size:
            raise ValueError(
                f"A packed pyramid of {self.name} at {self.image} pixels has {self.size} numbers; "
                f"got {packed.shape[-1]}. It was made by another backbone or at another size."
            )
        shapes = [(g * g, c) for g, c in zip(self.grids, self.channels, strict=True)]
        parts = packed.split([prod(s) for s in shapes], dim=-1)
        return [part.unflatten(-1, s) for part, s in zip(parts, shapes, strict=True)]


def imagenet(name: str) -> dict[str, Tensor]:
    """Weights that timm publishes for a backbone, in the form that `Pyramid` loads.

    Raises:
        WeightsMissing: They are neither in the local cache nor to be had from the hub.
    """
    import timm

    last, about = tuple(range(-STAGES, 0)), timm.get_pretrained_cfg(name, allow_unregistered=False)
    file = published(about.hf_hub_id, "model.safetensors") if about and about.hf_hub_id else None
    if file is None:
        raise WeightsMissing(
            f"{name} (trained on ImageNet)",
            "Connect to the hub once, or train with the backbone's random weights.",
        )
    body = timm.create_model(
        name,
        pretrained=True,
        pretrained_cfg_overlay={"file": file},
        features_only=True,
        out_indices=last,
    )
    return {f"body.{key}": tensor for key, tensor in body.state_dict().items()}


def fingerprint(state: Mapping[str, Tensor]) -> str:
    """SHA-256 over names and values in half precision, as checkpoints hold them."""
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].detach().half().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
