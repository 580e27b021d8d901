"""A survey of EGMF over a set as a file, so that a page shows one before anything is computed."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor

from mer_core.checkpoints import folder_of
from mer_core.disk import write_bytes
from mer_core.errors import ResultInvalid
from mer_core.probes.experts_set import About, ExpertSet
from mer_core.probes.experts_survey import ExpertSurvey
from mer_core.probes.pseudo import Chance
from mer_core.probes.pseudo_carry import Carried
from mer_core.probes.pseudo_set import PseudoSet
from mer_core.probes.pseudo_swapped import Swapped
from mer_core.probes.spoken_set import LooksSet

FORMAT = 1
FILE = "experts.npz"
"""Beside a model's weights."""

COMMAND = "mer experts --split test --save"
"""Makes what ships."""

_TENSORS = {
    "mix": ("truth", "answer", "alpha", "first", "share", "brought", "cosine"),
    "swapped": ("own", "others", "known", "changed"),
    "looks": ("mean", "sd", "evenly"),
}


def write_survey(found: ExpertSurvey, path: Path) -> Path:
    """Write a survey, whole or not at all; returns the file."""
    arrays = {
        f"{part}/{name}": getattr(getattr(found, part), name).numpy()
        for part, names in _TENSORS.items()
        for name in names
    }
    pseudo, looks = found.pseudo, found.looks
    about = {
        "format": FORMAT,
        "about": asdict(found.about),
        "ids": found.mix.ids,
        "names": found.mix.names,
        "looks": {k: getattr(looks, k) for k in ("questions", "segments")}
        | {"unread": dict(looks.unread)},
        "pseudo": {k: getattr(pseudo, k) for k in ("spread", "room", "length", "words", "cosine")}
        | {"carried": [asdict(c) for c in pseudo.carried], "chance": asdict(pseudo.chance)},
    }
    arrays["about"] = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())
    return path


def read_survey(path: Path) -> ExpertSurvey:
    """Read what `write_survey` wrote.

    Raises:
        ResultInvalid: The file is absent, damaged, or of another format.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        about = json.loads(arrays.pop("about").tobytes().decode())
        if about["format"] != FORMAT:
            raise KeyError(f"format {about['format']}")
        return _unpacked({k: torch.from_numpy(v) for k, v in arrays.items()}, about)
    except (OSError, BadZipFile, ValueError, KeyError, TypeError, EOFError) as cause:
        raise ResultInvalid(
            f"The saved survey {path.name} of {path.parent.name} is absent, damaged or of another "
            f"format. Make it again with `{COMMAND}`."
        ) from cause


def _unpacked(tensors: Mapping[str, Tensor], told: Mapping[str, Any]) -> ExpertSurvey:
    about, ids = About(**told["about"]), tuple(told["ids"])
    of: dict[str, Any] = {
        part: {n: tensors[f"{part}/{n}"] for n in names} for part, names in _TENSORS.items()
    }
    for name in (*of["mix"].values(), *of["swapped"].values()):
        if len(name) != len(ids) or about.n != len(ids):
            raise ValueError("A column is shorter or longer than the list of samples.")
    here: dict[str, Any] = {"ids": (), "target": (), "about": about}
    pseudo = dict(told["pseudo"])
    pseudo["carried"] = tuple(Carried(**c) for c in pseudo["carried"])
    pseudo["chance"] = Chance(**pseudo["chance"])
    pseudo["words"] = tuple((str(word), float(share)) for word, share in pseudo["words"])
    looks: dict[str, Any] = {k: tuple(told["looks"][k]) for k in ("questions", "segments")}
    return ExpertSurvey(
        ExpertSet(ids, (), about, tuple(told["names"]), **of["mix"]),
        Swapped(**here, **of["swapped"]),
        PseudoSet(**here, **pseudo),
        LooksSet(**here, **of["looks"], **looks, unread=told["looks"]["unread"]),
    )


def shipped_survey(name: str = "egmf") -> ExpertSurvey | None:
    """The survey that came with a model's weights; None where there is none.

    Raises:
        ResultInvalid: The file is damaged.
    """
    path = folder_of(name) / FILE
    return read_survey(path) if path.is_file() else None
