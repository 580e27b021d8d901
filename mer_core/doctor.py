"""What this installation has, what it lacks, and what to do about it."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

from mer_core.errors import MerError

DISTRIBUTION = "mer-lab"
ROOM_NEEDED = 2 * 1024**3
"""Bytes of disk that features of a whole data set and a training run take."""


class State(StrEnum):
    """How a check came out."""

    GOOD = "good"
    OPTIONAL = "optional"  # absent, and only some people need it
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """One line of the doctor's report.

    Attributes:
        name: What was looked at.
        state: How it came out.
        says: What was found.
        remedy: What to do; empty where there is nothing to do.
    """

    name: str
    state: State
    says: str
    remedy: str = ""


def examine() -> Iterator[Check]:
    """Look at everything, one after another; a check that itself fails is reported as bad."""
    looks: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("device", _device),
        ("encoder", _encoder),
        ("weights", _weights),
        ("browser", _browser),
        ("disk", _disk),
        ("real data", _real_data),
    )
    for name, look in looks:
        try:
            yield from look()
        except MerError as cause:
            yield Check(name, State.BAD, str(cause))
        except (
            Exception
        ) as cause:  # whatever is broken here, the rest of the report is still wanted
            yield Check(
                name,
                State.BAD,
                f"Looking failed: {type(cause).__name__}: {cause}.",
                "Install again: delete .venv and run `make install`.",
            )


def _python() -> Iterator[Check]:
    says = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        yield Check("python", State.GOOD, says)
    else:
        remedy = "Use Python 3.11, 3.12 or 3.13: delete .venv and run `make install PYTHON=...`."
        yield Check("python", State.BAD, says, remedy)


def _packages() -> Iterator[Check]:
    try:
        lines = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Check("packages", State.BAD, f"{DISTRIBUTION} is not installed.", "`make install`")
        return
    wrong = [fault for line in lines if (fault := _fault(line))]
    shown = ("torch", "torchvision", "timm", "transformers", "peft", "streamlit", "plotly")
    if wrong:
        yield Check("packages", State.BAD, "; ".join(wrong), "Run `make install` again.")
        return
    yield Check(
        "packages", State.GOOD, ", ".join(f"{name} {metadata.version(name)}" for name in shown)
    )
    yield from _pair()


def _fault(line: str) -> str:
    """What is wrong with one requirement; empty where nothing is."""
    from packaging.requirements import Requirement

    wanted = Requirement(line)
    if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
        return ""
    try:
        found = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return f"{wanted.name} is missing"
    if wanted.specifier.contains(found, prereleases=True):
        return ""
    return f"{wanted.name} is {found}, wanted {wanted.specifier}"


def _pair() -> Iterator[Check]:
    """torch and torchvision are built for each other; another pair fails when timm is imported."""
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in metadata.requires("torchvision") or []]
    torch = next((w for w in wanted if w.name == "torch"), None)
    found = metadata.version("torch").partition("+")[0]
    if torch is not None and not torch.specifier.contains(found, prereleases=True):
        yield Check(
            "torch and torchvision",
            State.BAD,
            f"torchvision {metadata.version('torchvision')} wants torch{torch.specifier}, "
            f"found {found}.",
            "Delete .venv and run `make install`: it installs a matching pair.",
        )


def _device() -> Iterator[Check]:
    import torch

    cores = os.cpu_count() or 1
    if torch.cuda.is_available():
        yield Check("device", State.GOOD, f"{torch.cuda.get_device_name(0)}, {cores} cores")
    else:
        yield Check("device", State.GOOD, f"processor only, {cores} cores (all that ships needs)")


def _encoder() -> Iterator[Check]:
    from mer_core.encoders.text import EMBEDDED, EMBEDDED_SHA256, embedded_folder

    embedded_folder()
    says = f"{EMBEDDED}, sha256 {EMBEDDED_SHA256[:12]}… as pinned"
    yield Check("sentence encoder", State.GOOD, says)


def _weights() -> Iterator[Check]:
    """Every checkpoint that lies here, and every model that has none."""
    from mer_core.checkpoints import folder_of
    from mer_core.models import NAMES

    shelf = folder_of("any").parent
    there = {path.parent.name for path in shelf.glob("*/card.json")}
    for name in sorted(there | set(NAMES)):
        yield _checkpoint(name)


def _checkpoint(name: str) -> Check:
    from mer_core.checkpoints import folder_of, read_card

    try:
        card = read_card(name)
    except MerError as cause:
        return Check(f"weights of {name}", State.BAD, str(cause))
    restore = f"Restore it (`git checkout -- checkpoints/{name}`) or run `mer train {name}`."
    path = folder_of(name) / "weights.safetensors"
    if not path.is_file():
        return Check(f"weights of {name}", State.BAD, f"{path.name} is missing.", restore)
    expected, found = _hashes(card, path)
    if found != expected:
        says = f"sha256 is {found[:12]}…, the card says {expected[:12]}…"
        return Check(f"weights of {name}", State.BAD, says, restore)
    size = path.stat().st_size / 1024**2
    return Check(f"weights of {name}", State.GOOD, f"{size:.1f} MB, sha256 {found[:12]}…")


def _hashes(card: Mapping[str, Any], path: Path) -> tuple[str, str]:
    """The hash that a card names and the one that is found: of the file, or of its tensors."""
    if "heads_sha256" in card:  # the interpreter's: names and values in half precision
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from mer_core.encoders.pyramid import fingerprint

        try:
            return str(card["heads_sha256"]), fingerprint(load_file(path))
        except SafetensorError:
            return str(card["heads_sha256"]), "unreadable"
    from mer_core.encoders.text import sha256

    return str(card.get("weights_sha256")), sha256(path)


def _browser() -> Iterator[Check]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path:
        yield Check("browser for tests", State.GOOD, path)
    else:
        yield Check(
            "browser for tests",
            State.OPTIONAL,
            "Chromium was not found: `make test` skips the browser tests.",
            "Debian: apt install chromium. Elsewhere: CHROMIUM=/path/to/it make test.",
        )


def _disk() -> Iterator[Check]:
    from mer_core.training.features import cache_folder

    folder = cache_folder()
    place = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(place).free
    says = f"{free / 1024**3:.0f} GB free for caches in {_short(folder)}"
    if free >= ROOM_NEEDED:
        yield Check("disk", State.GOOD, says)
    else:
        remedy = "Free 2 GB before training, or point MER_CACHE to another disk."
        yield Check("disk", State.OPTIONAL, says, remedy)


def _short(path: Path) -> str:
    return str(path).replace(str(Path.home()), "~")


def _real_data() -> Iterator[Check]:
    from mer_core.datasets.location import data_folder
    from mer_core.errors import DataMissing

    try:
        folder = data_folder()
    except DataMissing:
        yield Check(
            "real data",
            State.OPTIONAL,
            "None here: tests on real stickers, voices and sentences are skipped.",
            "Set MER_DATA_DIR to the folder that holds it.",
        )
        return
    sets = sorted(p.name for p in folder.iterdir() if p.is_dir())
    yield Check("real data", State.GOOD, ", ".join(sets) or f"{_short(folder)} is empty")
