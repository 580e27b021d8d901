"""Whether a file is laid out as its reader expects; if not, a sentence says what came instead."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.datasets.location import VARIABLE, data_folder
from mer_core.datasets.puppets.world import SPLITS
from mer_core.errors import BadInput, DataMissing
from mer_core.types import Modality, Provenance

REAL = {part: str(Provenance.REAL) for part in ("text", "sound", "clip")}
"""Provenance of the features of a real set."""

WIDEST = 1 << 16
"""No set has more channels; an array that claims more is damaged."""


def located(path: Path | None, folders: Sequence[str], names: Sequence[str], what: str) -> Path:
    """The file of a set: the one given, or the first of `names` in the folder given.

    A folder given with a single pickle under another name gives that one.

    Args:
        path: A file or a folder; None to look through `folders` among the real data.
        folders: Names of folders there.
        names: Names of files, the preferred one first.
        what: What the set is called on screen.

    Raises:
        DataMissing: There is none of them.
    """
    if path is not None and path.is_file():
        return path
    if path is not None and not path.is_dir():
        raise DataMissing(f"There is no file or folder {path}: look at how its name is written.")
    for folder in [path] if path is not None else [data_folder() / name for name in folders]:
        for name in names:
            if (found := folder / name).is_file():
                return found
    single = sorted(path.glob("*.pkl")) if path is not None and names[0].endswith(".pkl") else []
    if len(single) == 1:
        return single[0]
    where = str(path) if path is not None else f"{VARIABLE}/{' or '.join(folders)}"
    raise DataMissing(
        f"There is no {' or '.join(names)} in {where}. Put {what} there, or say where it is with "
        "--path."
    )


def parts(path: Path, found: Any, needed: Iterable[str], what: str) -> dict[str, dict[str, Any]]:
    """Split -> field -> content, of a pickle that has one dictionary for each split.

    Args:
        path: Named in sentences.
        found: What was read.
        needed: Fields that every split must have.
        what: What is expected, for the sentence: "a MulT pickle".

    Raises:
        BadInput: It is laid out otherwise.
    """
    splits = {k: found[k] for k in SPLITS if k in found} if isinstance(found, dict) else {}
    if not splits or not all(isinstance(part, dict) for part in splits.values()):
        raise BadInput(
            f"{path} is not {what}: expected a dictionary with 'train', 'valid' and 'test', each a "
            f"dictionary with {listed(needed)}; found {described(found)}."
        )
    for name, part in splits.items():
        if lacking := [key for key in needed if key not in part]:
            raise BadInput(
                f"{path} is not {what}: its split {name!r} lacks {listed(lacking)}; it has "
                f"{listed(map(str, part))}.{_hint(part)}"
            )
    return splits


def _hint(part: Mapping[str, Any]) -> str:
    """Which other reader the file may be for."""
    if "regression_labels" in part or "raw_text" in part:
        return " It looks like an MMSA pickle: open it as mmsa."
    if "labels" in part and "text" in part:
        return " It looks like a MulT pickle or a MultiBench pack: open it as mosi or multibench."
    return ""


def tracks_of(
    path: Path, split: str, part: Mapping[str, Any], optional: bool = False
) -> dict[Modality, np.ndarray]:
    """Modality -> (utterance, time, feature) numbers of a split, all of one number of utterances.

    Args:
        path: Named in sentences.
        split: Named in sentences.
        part: Its fields.
        optional: A modality may be absent.

    Raises:
        BadInput: A field is no such array.
    """
    found: dict[Modality, np.ndarray] = {}
    for modality in Modality:
        if optional and part.get(str(modality)) is None:
            continue
        given = part[str(modality)]
        if not is_numbers(given) or given.ndim != 3 or given.shape[2] > WIDEST:
            raise BadInput(
                f"{path}: {modality} of {split!r} should be numbers of shape (utterances, time, "
                f"features); it is {described(given)}."
            )
        found[modality] = given
    if len({len(values) for values in found.values()}) > 1:
        counts = ", ".join(f"{m} {len(values)}" for m, values in found.items())
        raise BadInput(f"{path}: the modalities of {split!r} differ in number: {counts}.")
    return found


def widths_of(path: Path, tracks: Iterable[Mapping[Modality, np.ndarray]]) -> dict[Modality, int]:
    """Modality -> channels, the same in every split.

    Raises:
        BadInput: Splits differ.
    """
    widths: dict[Modality, set[int]] = {}
    for split in tracks:
        for modality, values in split.items():
            widths.setdefault(modality, set()).add(values.shape[2])
    for modality, found in widths.items():
        if len(found) > 1:
            raise BadInput(f"{path}: {modality} has {sorted(found)} channels in different splits.")
    return {modality: found.pop() for modality, found in widths.items()}


def column(path: Path, split: str, field: str, values: Any, count: int) -> np.ndarray:
    """(utterance, ...) finite numbers of a field, one row for each of `count` utterances.

    Raises:
        BadInput: It is no such field.
    """
    try:
        whole = np.asarray(values)
        found = whole.astype(np.float64) if whole.dtype.kind in "fiub" else np.zeros(0)
    except (TypeError, ValueError):
        found = np.zeros(0)
    if found.ndim < 1 or len(found) != count or not np.isfinite(found).all():
        raise BadInput(
            f"{path}: {field} of {split!r} should be a number for each of {count} utterances; it "
            f"is {described(values)}."
        )
    return found


def names_of(part: Mapping[str, Any], split: str, count: int) -> list[str]:
    """A name for each utterance: from `id`, whose rows may be words, bytes or (video, from, to).

    A name that stands twice gets its place beside it; a file without names gets split and place.
    """
    given = part.get("id")
    rows = given.tolist() if isinstance(given, np.ndarray) else given
    if not isinstance(rows, list | tuple) or len(rows) != count:
        return [f"{split}-{i}" for i in range(count)]
    names = [word(row) for row in rows]
    counts = Counter(names)
    return [n if n and counts[n] == 1 else f"{n}#{split}-{i}" for i, n in enumerate(names)]


def word(value: Any) -> str:
    """A name or a sentence as text, whatever it was written as."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list | tuple | np.ndarray):
        return "/".join(word(part) for part in value)
    return str(value)


def is_numbers(value: Any) -> bool:
    """Whether it is an array of numbers."""
    return isinstance(value, np.ndarray) and value.dtype.kind in "fiub"


def described(value: Any) -> str:
    """What something is, in few words, for a sentence."""
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} of shape {value.shape}"
    if isinstance(value, dict):
        some = [str(key)[:30] for key in list(value)[:6]]
        return f"a dictionary with {listed(some)}" if some else "an empty dictionary"
    if isinstance(value, list | tuple | set):
        return f"a {type(value).__name__} of {len(value)}"
    return "nothing" if value is None else f"a {type(value).__name__}"


def listed(names: Iterable[str]) -> str:
    """'a', 'b' and 'c'."""
    quoted = [repr(name) for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
