"""Trained weights on disk: `weights.safetensors` beside a `card.json` that says what they are.

A card names the hash of the weights, of the Config and of the model's code. A test fails when
code and card drift apart: whoever changes a model retrains it or evaluates it again.
"""

import ast
import hashlib
import inspect
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from mer_core.disk import write_json, write_tensors
from mer_core.encoders.text import sha256
from mer_core.errors import CardInvalid, WeightsAltered, WeightsMissing
from mer_core.models import EmotionModel, kind_of

FORMAT = 1
"""Version of cards. An older one is refused in a sentence."""


def folder_of(name: str) -> Path:
    """Where the checkpoint of that name lies; MER_CHECKPOINTS overrides the place of all."""
    default = Path(__file__).resolve().parents[1] / "checkpoints"
    return Path(os.environ.get("MER_CHECKPOINTS", default)) / name


class Card(Mapping[str, Any]):
    """What a checkpoint says of itself, as plain data.

    Keys: format, model, config, config_hash, code_hash, weights_sha256, data, training, metrics,
    calibration, curves, limits; further keys as a model needs them.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = dict(data)

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __repr__(self) -> str:
        return f"Card({self._data.get('model')!r}, {sorted(self._data)})"


def config_hash(config: Any) -> str:
    """Hash of a Config's values."""
    plain = asdict(config) if is_dataclass(config) and not isinstance(config, type) else config
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:16]


def code_hash(model: type) -> str:
    """Hash of the code behind a model's answers: its file, and layers and encoders under it.

    Comments, docstrings and layout do not count.
    """
    files = sorted(_files_under(inspect.getfile(model)))
    trees = [(f.stem, _canonical(ast.parse(f.read_text(encoding="utf-8")))) for f in files]
    return hashlib.sha256(repr(trees).encode()).hexdigest()[:16]


def _files_under(first: str) -> set[Path]:
    """A model's file and those of mer_core.models, .layers and .encoders that it stands on."""
    root, todo, found = Path(__file__).resolve().parent, [Path(first).resolve()], set()
    while todo:
        file = todo.pop()
        if file in found or not file.is_file():
            continue
        found.add(file)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            if module.startswith(("mer_core.models.", "mer_core.layers", "mer_core.encoders.")):
                todo.append(root.joinpath(*module.split(".")[1:]).with_suffix(".py"))
    return found


def _canonical(node: Any) -> Any:
    """An AST as tuples, the same on every supported Python."""
    if isinstance(node, ast.AST):
        fields = {k: _canonical(v) for k, v in ast.iter_fields(node) if k not in ("kind", "ctx")}
        return (
            type(node).__name__,
            *sorted((k, v) for k, v in fields.items() if v not in ((), None)),
        )
    if isinstance(node, list):
        return tuple(_canonical(n) for n in node if not _is_docstring(n))
    return repr(node)


def _is_docstring(node: Any) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def save_checkpoint(model: EmotionModel, name: str, about: Mapping[str, Any]) -> Path:
    """Write weights (half precision) and card; returns the folder.

    Args:
        model: What to ship; `model.shipped()` says which tensors.
        name: Folder under checkpoints/.
        about: The further keys of the card: data, training, metrics, limits, ...
    """
    folder = folder_of(name)
    half = {k: t.half() if t.is_floating_point() else t for k, t in model.shipped().items()}
    write_tensors(folder / "weights.safetensors", half, {"model": name})
    card = {
        "format": FORMAT,
        "model": name,
        "config": asdict(model.config),
        "config_hash": config_hash(model.config),
        "code_hash": code_hash(type(model)),
        "weights_sha256": sha256(folder / "weights.safetensors"),
        **about,
    }
    write_json(folder / "card.json", card)
    return folder


def read_card(name: str) -> Card:
    """The card of a checkpoint.

    Raises:
        WeightsMissing: There is no such checkpoint here.
        CardInvalid: The card is damaged or of another format.
    """
    path = folder_of(name) / "card.json"
    if not path.is_file():
        raise WeightsMissing(f"{name!r}", f"Run `mer train {name}`, or restore checkpoints/{name}.")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as cause:
        raise CardInvalid(
            f"checkpoints/{name}/card.json is damaged: {cause}. Restore it."
        ) from cause
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else type(data).__name__
        raise CardInvalid(
            f"checkpoints/{name}/card.json has format {found}; this version reads {FORMAT}. "
            f"Train again with `mer train {name}`."
        )
    return Card(data)


def read_weights(name: str, expected: str) -> dict[str, Tensor]:
    """The tensors of a checkpoint in float32, after checking the file's hash.

    Raises:
        WeightsMissing: The file is not here.
        WeightsAltered: It is not the file that the card describes.
    """
    path = folder_of(name) / "weights.safetensors"
    if not path.is_file():
        raise WeightsMissing(f"{name!r}", f"Restore {path.name} or run `mer train {name}`.")
    if (found := sha256(path)) != expected:
        raise WeightsAltered(f"checkpoints/{name}/{path.name}", expected, found)
    return {k: t.float() if t.is_floating_point() else t for k, t in load_file(path).items()}


def load(name: str, device: str | torch.device = "cpu") -> EmotionModel:
    """A trained model by name, in eval mode, frozen, ready to be shared between threads.

    Raises:
        UnknownName: No model of that name.
        WeightsMissing, WeightsAltered, CardInvalid: See there.
    """
    kind = kind_of(name)
    card = read_card(name)
    weights = read_weights(name, card["weights_sha256"])
    model = kind(card["config"])
    put(model, weights, name)
    if (merge := getattr(model, "merge_adapters", None)) is not None:  # EGMF's LoRA
        merge()
    seed = card.get("training", {}).get("seed")
    model.origin = {"model": name, "weights_sha256": card["weights_sha256"], "seed": seed}
    return model.to(device).eval().requires_grad_(False)  # type: ignore[return-value]


def put(model: nn.Module, weights: Mapping[str, Tensor], name: str) -> None:
    """Load shipped tensors into a model that may stand on further ones from elsewhere.

    Raises:
        CardInvalid: Names do not match what the model ships.
    """
    wanted = set(model.shipped()) if isinstance(model, EmotionModel) else set(model.state_dict())
    if wanted != set(weights):
        odd = sorted(wanted ^ set(weights))
        raise CardInvalid(
            f"checkpoints/{name} does not fit the code: {len(odd)} tensors differ, the first is "
            f"{odd[0]!r}. Check out the commit that trained it or run `mer train {name}`."
        )
    model.load_state_dict(dict(weights), strict=False)
