"""Train the face encoder on drawn faces, whose action units are known."""

import hashlib
import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from mer_core.datasets.puppets.face import PROTOTYPES, UNITS, draw_face
from mer_core.datasets.puppets.heads import HEADS
from mer_core.datasets.puppets.pen import STYLE_LOOKS
from mer_core.encoders import face
from mer_core.encoders.face import FACE_SIZE, UNIT_NAMES, FaceEncoder
from mer_core.encoders.text import sha256

_BATCH = 96


def random_units(count: int, rng: np.random.Generator) -> np.ndarray:
    """float32 (count, unit): half noisy emotions at any intensity, half any few units at once."""
    emotions = np.stack(list(PROTOTYPES.values()))
    shown = emotions[rng.integers(0, len(emotions), count)]
    shown = shown * rng.uniform(0.2, 1.1, (count, 1)) + rng.normal(0, 0.25, shown.shape)
    few = rng.uniform(0, 1, shown.shape) * (rng.random(shown.shape) < 0.3)
    return np.where(rng.random((count, 1)) < 0.6, shown, few).clip(0, 1).astype(np.float32)


def draw_faces(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """uint8 pictures (count, 64, 64, 3) of any character and style, and their units."""
    rng = np.random.Generator(np.random.PCG64([41, seed]))
    units = random_units(count, rng)
    heads, styles = list(HEADS), list(STYLE_LOOKS)
    pictures = [
        draw_face(row, heads[rng.integers(len(heads))], styles[rng.integers(len(styles))], 64)
        for row in units
    ]
    return torch.from_numpy(np.stack(pictures)), torch.from_numpy(units)


def shaken(pictures: Tensor, noise: torch.Generator) -> Tensor:
    """Pictures shifted, scaled, brightened and tinted a little, each in its own way."""
    n = len(pictures)

    def spread(width: float, *shape: int) -> Tensor:
        return (torch.rand(n, *shape, generator=noise) * 2 - 1) * width

    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = 1 + spread(0.08)
    theta[:, :, 2] = spread(0.08, 2)
    grid = affine_grid(theta, list(pictures.shape), align_corners=False)
    moved = grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    return moved * (1 + spread(0.15, 3, 1, 1)) + spread(0.08, 1, 1, 1)


def explained(units: Tensor, found: Tensor) -> dict[str, float]:
    """R squared of each unit: 1 is perfect, 0 as good as always saying the mean."""
    missed = ((units - found) ** 2).sum(0)
    spread = ((units - units.mean(0)) ** 2).sum(0)
    return {k: round(float(v), 4) for k, v in zip(UNITS, 1 - missed / spread, strict=True)}


def train_face(
    folder: Path,
    steps: int = 3000,
    seed: int = 0,
    progress: Callable[[float, str], None] = lambda done, words: None,
    faces: int = 12_000,
    held_out: int = 1_500,
) -> dict[str, Any]:
    """Draw faces, learn to read their units, and write weights and card.

    Args:
        folder: Where `weights.safetensors` (half precision) and `card.json` go.
        steps: Optimiser steps of 96 pictures each.
        seed: Of the faces, the initial weights and the order.
        progress: Called with the share done and a few words.
        faces: How many faces are drawn for training.
        held_out: How many further ones measure it.

    Returns:
        The card.
    """
    torch.manual_seed(seed)
    noise = torch.Generator().manual_seed(seed)
    progress(0.0, "drawing faces")
    pictures, units = draw_faces(faces, 2 * seed)
    encoder = FaceEncoder().train()
    rule = torch.optim.AdamW(encoder.parameters(), weight_decay=0.01)
    plan = torch.optim.lr_scheduler.OneCycleLR(rule, 3e-3, total_steps=steps)
    for step in range(steps):
        rows = torch.randint(len(units), (_BATCH,), generator=noise)
        found = encoder(shaken(face.squared(pictures[rows]), noise))[:, : len(UNIT_NAMES)]
        loss = torch.nn.functional.smooth_l1_loss(found, units[rows], beta=0.1)
        rule.zero_grad()
        loss.backward()
        rule.step()
        plan.step()
        if step % 100 == 0:
            progress((step + 1) / steps, f"step {step} of {steps}, loss {loss.item():.4f}")
    about = {
        "data": f"{faces} generated puppet faces of {FACE_SIZE} pixels, every character and style",
        "training": {"steps": steps, "batch": _BATCH, "seed": seed},
    }
    return _write(encoder.eval(), folder, about, draw_faces(held_out, 2 * seed + 1))


def _write(
    encoder: FaceEncoder, folder: Path, about: dict[str, Any], held_out: tuple[Tensor, Tensor]
) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        k: v.half().contiguous() if v.is_floating_point() else v.contiguous()
        for k, v in encoder.state_dict().items()
    }
    save_file(state, folder / "weights.safetensors")
    # Measure what is shipped: the halved weights.
    encoder.load_state_dict(
        {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
    )
    pictures, units = held_out
    with torch.no_grad():
        found = encoder(face.squared(pictures))[:, : len(UNIT_NAMES)].clamp(0, 1)
    scores = explained(units, found)
    card = {
        "format": 1,
        "model": "face",
        "code_hash": hashlib.sha256(inspect.getsource(FaceEncoder).encode()).hexdigest(),
        "weights_sha256": sha256(folder / "weights.safetensors"),
        **about,
        "metrics": {
            "held_out_faces": len(units),
            "r2": scores,
            "r2_mean": round(sum(scores.values()) / len(scores), 4),
        },
        "limits": "Reads drawn puppet faces. What it says of photographs was never measured.",
    }
    (folder / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    return card
