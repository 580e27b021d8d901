"""Tendencies: which way each modality leans, alone and after it looked at another one.

Linear probes on what a frozen model holds inside, averaged over time. They are fitted once, kept
beside the weights that they belong to, and read by probes that need no model.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mer_core.checkpoints import folder_of
from mer_core.disk import write_tensors
from mer_core.errors import DataMissing
from mer_core.layers import masked_mean
from mer_core.roles import ROLES, Cast
from mer_core.trace import Trace
from mer_core.types import Batch

FILE = "tendencies.safetensors"
FORMAT = "1"
LOOKS = ("Z_u", "Z_v", "Y_u", "Y_v")
"""HCT-DMG's four looks by role. Z: an auxiliary looks at the other; Y: the primary at one."""

ENTRY = "entry."
"""Beginning of the taps where a modality enters as numbers: what it brings, before it is read."""

_SIDES = {
    "Z_u": (ROLES[1], ROLES[2]),
    "Z_v": (ROLES[2], ROLES[1]),
    "Y_u": (ROLES[0], ROLES[1]),
    "Y_v": (ROLES[0], ROLES[2]),
}


@dataclass(frozen=True, eq=False)
class Pooled:
    """What one tap holds, averaged over its real positions.

    Attributes:
        values: One vector a sample.
        target: Place in `Modality` of the modality at whose positions it stands, per sample.
        source: The modality that it looked at; -1 where it looked at none.
    """

    values: Float[Tensor, "batch hidden"]
    target: Int[Tensor, " batch"]
    source: Int[Tensor, " batch"]


@dataclass(frozen=True, eq=False)
class Leaning:
    """One linear probe: from a pooled vector to a number and to the emotions.

    Attributes:
        weight, bias: Column 0 says the sentiment, the others the logits of the emotions.
    """

    weight: Float[Tensor, "hidden output"]
    bias: Float[Tensor, " output"]

    def says(
        self, values: Float[Tensor, "batch hidden"]
    ) -> tuple[Float[Tensor, " batch"], Float[Tensor, "batch emotion"]]:
        """Sentiment, about -3 to 3, and probabilities of the emotions."""
        out = values.float() @ self.weight + self.bias
        return out[:, 0], out[:, 1:].softmax(dim=-1)


@dataclass(frozen=True, eq=False)
class Tendencies:
    """All linear probes of one checkpoint.

    Attributes:
        leanings: Name of a tap -> its probe.
        centres: Role of a map -> how its attention falls on a congruent sample on average.
        emotions: In the order of the outputs.
        weights: sha256 of the weights that they belong to.
        about: Split, n, world, how many were congruent, as plain data.
    """

    leanings: Mapping[str, Leaning]
    centres: Mapping[str, Float[Tensor, " bin"]]
    emotions: tuple[str, ...]
    weights: str
    about: Mapping[str, Any] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write everything to one file, whole or not at all."""
        tensors = {f"weight/{n}": p.weight.half().contiguous() for n, p in self.leanings.items()}
        tensors |= {f"bias/{n}": p.bias for n, p in self.leanings.items()}
        tensors |= {f"centre/{n}": c for n, c in self.centres.items()}
        told = {"emotions": list(self.emotions), "about": dict(self.about)}
        write_tensors(
            path, tensors, {"format": FORMAT, "weights": self.weights, "told": json.dumps(told)}
        )

    @staticmethod
    def load(path: Path) -> "Tendencies":
        """What `save` wrote.

        Raises:
            DataMissing: There is no such file, it is damaged, or of another format.
        """
        remedy = f"Run `mer grade {path.parent.name} --save`, which fits them."
        if not path.is_file():
            raise DataMissing(f"The tendencies of {path.parent.name} are not fitted here. {remedy}")
        try:
            with safe_open(path, "pt") as file:
                about = file.metadata() or {}
                tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118
            if about.get("format") != FORMAT:
                raise DataMissing(f"{path.name} is of another format. {remedy}")
            told = json.loads(about["told"])
            names = [key.removeprefix("bias/") for key in tensors if key.startswith("bias/")]
            leanings = {n: Leaning(tensors[f"weight/{n}"], tensors[f"bias/{n}"]) for n in names}
            centres = {k[7:]: t for k, t in tensors.items() if k.startswith("centre/")}
            emotions = tuple(told["emotions"])
            return Tendencies(leanings, centres, emotions, about["weights"], told["about"])
        except (SafetensorError, KeyError, ValueError, TypeError) as cause:
            raise DataMissing(f"{path.name} is damaged. {remedy}") from cause


def tendencies_of(model: str, weights: str) -> Tendencies:
    """The tendencies kept beside a checkpoint.

    Args:
        model: Name of the checkpoint.
        weights: sha256 of the weights that are looked at.

    Raises:
        DataMissing: They are not here, or they belong to other weights.
    """
    found = Tendencies.load(folder_of(model) / FILE)
    if found.weights != weights:
        raise DataMissing(
            f"The tendencies of {model} were fitted on other weights. "
            f"Run `mer grade {model} --save`, which fits them again."
        )
    return found


def is_pooled(name: str) -> bool:
    """Whether a tap holds a modality's input (entry), its own states (H) or a look (Z, Y)."""
    return name in LOOKS or name.startswith((ENTRY, "H.", "Y."))


def pooled(trace: Trace, batch: Batch) -> dict[str, Pooled]:
    """Every entry, H, Z and Y that was seen, averaged over the real positions of each sample.

    Which modality has a role is said by the taps; where it differs between the samples of a
    batch, the gate by sample says it.
    """
    cast, found = Cast.of(trace, batch), {}
    for name in filter(is_pooled, trace):
        values = trace[name].values.float().cpu()
        target, source = _sides(name)
        mean = masked_mean(values, cast.mask(target, values.shape[1]))
        looked = torch.full((len(values),), -1) if source is None else cast.place(source)
        found[name] = Pooled(mean, cast.place(target), looked)
    return found


def _sides(name: str) -> tuple[str, str | None]:
    """Whose positions a tap holds, and at whom they looked: names of modalities or of roles."""
    if name in LOOKS:
        return _SIDES[name]
    words = name.partition(".")[2].split("_from_")
    return words[0], words[1] if len(words) > 1 else None
