"""Mean maps of two groups as a file, so that a page shows some before anything is computed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mer_core.checkpoints import folder_of
from mer_core.disk import write_tensors
from mer_core.errors import ResultInvalid
from mer_core.probes.cross_groups import GroupMap, GroupMaps

FORMAT = 1
FILE = "cross_groups.safetensors"
"""Beside a model's weights."""


def write_groups(found: GroupMaps, path: Path) -> None:
    """Write maps, p-values and counts to one file, whole or not at all.

    Maps are written in half precision, and without the mean of the heads, which they give.
    """
    tensors, maps = {}, []
    for i, one in enumerate(found.maps):
        tensors[f"{i}/congruent"] = one.congruent[:, :-1].half()
        tensors[f"{i}/incongruent"] = one.incongruent[:, :-1].half()
        tensors[f"{i}/p"] = one.p
        pair = {"name": one.name, "place": one.place, "query": one.query, "key": one.key}
        maps.append({**pair, "counts": one.counts})
    about = {
        "format": FORMAT,
        "model": found.model,
        "weights": found.weights,
        "data": found.data,
        "n": found.n,
        "shuffles": found.shuffles,
        "maps": maps,
    }
    write_tensors(path, tensors, {"groups": json.dumps(about)})


def read_groups(path: Path) -> GroupMaps:
    """Read what `write_groups` wrote.

    Raises:
        ResultInvalid: The file is absent, damaged, or of another format.
    """
    try:
        with safe_open(path, "pt") as file:
            about = json.loads((file.metadata() or {})["groups"])
            tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118
            if about["format"] != FORMAT:
                raise KeyError(f"format {about['format']}")
            maps = tuple(_map(one, i, tensors) for i, one in enumerate(about["maps"]))
            kept = {k: about[k] for k in ("model", "weights", "data", "n", "shuffles")}
    except (OSError, SafetensorError, KeyError, TypeError, json.JSONDecodeError) as cause:
        raise ResultInvalid(
            f"The saved maps {path.name} of {path.parent.name} are absent, damaged or of another "
            f"format. Make them again with `mer attention {path.parent.name} --ship`."
        ) from cause
    return GroupMaps(ids=(), target=(), maps=maps, **kept)


def _map(about: Mapping[str, Any], i: int, tensors: Mapping[str, Tensor]) -> GroupMap:
    same, other = (tensors[f"{i}/{kind}"] for kind in ("congruent", "incongruent"))
    return GroupMap(
        about["name"],
        about["place"],
        about["query"],
        about["key"],
        torch.cat([same, same.mean(dim=1, keepdim=True)], dim=1),
        torch.cat([other, other.mean(dim=1, keepdim=True)], dim=1),
        tensors[f"{i}/p"],
        (int(about["counts"][0]), int(about["counts"][1])),
    )


def shipped_groups(name: str) -> GroupMaps | None:
    """The maps that came with a model's weights; None where there are none.

    Raises:
        ResultInvalid: The file is damaged.
    """
    path = folder_of(name) / FILE
    return read_groups(path) if path.is_file() else None
