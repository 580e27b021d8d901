"""A split where a set has none: within each class, by a fixed seed, kept on disk.

A thing's place depends on its name, the names of its class and the seed alone, not on the order
of a file or the version of a library.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mer_core.datasets.stickers.tables import read_json
from mer_core.disk import write_json
from mer_core.errors import BadInput

FORMAT = 1
HELD = 0.2
"""Share of each class that goes to validation, and again to the test."""


def stratified(answers: Mapping[str, str], seed: int = 0, held: float = HELD) -> dict[str, str]:
    """Name -> split, with the same shares in every class.

    A class of three or more is in every split; a smaller one is in training only.

    Args:
        answers: Name of a thing -> its class. Things that belong together share a name.
        seed: Another seed gives another split.
        held: Share of each class for "valid", and again for "test".

    Examples:
        >>> answers = {f"{emotion}{i}": emotion for emotion in ("joy", "fear") for i in range(5)}
        >>> split = stratified(answers)
        >>> [sorted(split[name] for name in answers if name.startswith("joy"))]
        [['test', 'train', 'train', 'train', 'valid']]
    """
    classes: dict[str, list[str]] = defaultdict(list)
    for name, answer in answers.items():
        classes[answer].append(name)
    splits: dict[str, str] = {}
    for names in classes.values():
        names.sort(key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest())
        n = max(1, round(held * len(names))) if len(names) >= 3 else 0
        splits |= {
            name: "valid" if i < n else "test" if i < 2 * n else "train"
            for i, name in enumerate(names)
        }
    return splits


def kept_split(path: Path, answers: Mapping[str, str], seed: int = 0) -> tuple[dict[str, str], str]:
    """The split on disk; made and written there, whole or not at all, where there is none.

    Args:
        path: JSON file of the split.
        answers: As in `stratified`.
        seed: As in `stratified`; a split of another seed on disk is refused.

    Returns:
        Name -> split, for those names of `answers` that the file has; and a note if it could not
        be written, or lacks some of them.

    Raises:
        BadInput: The file is no split, or one of another seed.
    """
    if not path.exists():
        splits = stratified(answers, seed)
        told = {name: [n for n, s in splits.items() if s == name] for name in _NAMES}
        try:
            write_json(path, {"format": FORMAT, "seed": seed, "held": HELD, "splits": told})
        except OSError as cause:
            return splits, f"The split could not be kept: {path}: {cause.strerror or cause}."
        return splits, ""
    kept = _read(path, seed)
    splits = {name: kept[name] for name in answers if name in kept}
    lacking = len(answers) - len(splits)
    note = f"{lacking} of the labels are in no split of {path}: delete it to split anew."
    return splits, note if lacking else ""


_NAMES = ("train", "valid", "test")


def _read(path: Path, seed: int) -> dict[str, str]:
    told = read_json(path)
    if not _whole(told):
        raise BadInput(f"{path} is no split of format {FORMAT}: delete it to split anew.")
    if told["seed"] != seed:
        raise BadInput(
            f"{path} was split with seed {told['seed']}, not {seed}: use that seed, "
            "or delete the file to split anew."
        )
    return {name: split for split in _NAMES for name in told["splits"][split]}


def _whole(told: Any) -> bool:
    """A split as this module writes it, with every name in one part only."""
    if not isinstance(told, dict) or told.get("format") != FORMAT or "seed" not in told:
        return False
    splits = told.get("splits")
    if not isinstance(splits, dict) or set(splits) != set(_NAMES):
        return False
    if not all(isinstance(names, list) for names in splits.values()):
        return False
    flat = [name for names in splits.values() for name in names]
    return all(isinstance(n, str) for n in flat) and len(set(flat)) == len(flat)
