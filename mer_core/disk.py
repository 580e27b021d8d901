"""Files that are whole or absent: write beside, fsync, rename. And where caches lie."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import get_ident
from typing import Any

from safetensors.torch import save
from torch import Tensor


def cache_folder() -> Path:
    """Where caches lie; MER_CACHE overrides it."""
    return Path(os.environ.get("MER_CACHE", Path(__file__).resolve().parents[1] / ".cache"))


def write_bytes(path: Path, data: bytes, sync: bool = True) -> None:
    """Put `data` at `path`; a crash leaves the old file or the new one, never half of one.

    Args:
        path: Its folder is made where it is not there.
        data: The whole file.
        sync: Whether that must also hold when the power fails. It costs a wait for the disk; not
            worth it for a file that is checked when it is read and can be made again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = f"{os.getpid()}-{get_ident()}"  # threads of one process may write the same file
    beside = path.with_name(f".{path.name}.{writer}.part")
    with beside.open("wb") as file:
        file.write(data)
        if sync:
            file.flush()
            os.fsync(file.fileno())
    beside.replace(path)


def write_json(path: Path, data: Any, sync: bool = True) -> None:
    """The same for something that JSON can hold, indented for people."""
    write_bytes(path, (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode(), sync)


def write_tensors(
    path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, str] | None = None
) -> None:
    """The same for named tensors, as safetensors."""
    whole = {k: t.detach().cpu().contiguous().clone() for k, t in tensors.items()}
    write_bytes(path, save(whole, dict(about or {})))
