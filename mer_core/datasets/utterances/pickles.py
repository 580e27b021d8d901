"""Pickles of data, read without running anything: NumPy arrays and plain containers come out."""

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from mer_core.datasets.utterances.arrays import NAMES
from mer_core.datasets.utterances.machine import Machine
from mer_core.datasets.utterances.tape import Tape
from mer_core.errors import DataMissing, PickleRefused

DEEPEST = 32
"""Containers inside one another, at most."""
_PLAIN = frozenset({str, bytes, int, float, bool, type(None), memoryview})
_LISTED = (list, tuple, set, frozenset)
_OTHERS = {
    b"<": "a web page, as comes when a link has expired: download it again",
    b"PK\x03\x04": "a zip archive: unpack it and give the file inside, or save it as a pickle",
    b"\x1f\x8b": "compressed with gzip: unpack it first",
    b"\x89HDF": "an HDF5 file, which holds no pickle",
    b"version https://git-lfs": "a pointer of git-lfs: run `git lfs pull` where it came from",
    b"\x93NUMPY": "a single NumPy array, not a pickle",
}


def read_pickle(path: Path) -> Any:
    """What a pickle holds: numbers, words, bytes, lists, tuples, sets, dictionaries, NumPy arrays.

    Protocols 0 to 5, written by Python 2 or 3 and by NumPy 1 or 2; strings of Python 2 are read
    as latin-1. Nothing that the file names is imported or called. Large arrays are read-only
    views of the file, which must not be changed while they are in use: a file of gigabytes is
    opened at once and takes no memory until its numbers are looked at. Bytes of 64 kB and more
    that are in no array come as `memoryview`.

    Args:
        path: The file.

    Raises:
        DataMissing: It is not there, or may not be read.
        PickleRefused: It is no pickle, no whole one, or would do more than hold data.
    """
    data = _mapped(path)
    for mark, what in _OTHERS.items():
        if bytes(data[: len(mark)]) == mark:
            raise PickleRefused(f"{path} is {what}.")
    tape = Tape(data, str(path))
    found = Machine(tape, NAMES).run()
    if why := _fault(found, most=16 * len(data)):
        raise tape.forbidden(why)
    return found


def _mapped(path: Path) -> memoryview:
    try:
        with path.open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except ValueError as cause:  # what mmap says of an empty file
        raise PickleRefused(f"{path} is empty: get the file again from where it came.") from cause
    except OSError as cause:
        raise DataMissing(f"{path} cannot be opened: {cause.strerror or cause}.") from cause


def _fault(root: Any, most: int) -> str:
    """Why what was read is more than data; "" where it is not.

    A container may be named in several places, so that a small file can describe a tree that is
    far too large to be walked. Each container is walked once here, and the tree is counted.

    Args:
        root: What was read.
        most: Values that the tree may have.
    """
    sizes: dict[int, int] = {}
    above: set[int] = set()
    path: list[tuple[Any, list[Any]]] = [(None, [root])]
    while path:
        holder, waiting = path[-1]
        if waiting:
            value = waiting.pop()
            if type(value) in _PLAIN or id(value) in sizes:
                continue
            if (inner := _inside(value)) is None:
                return "holds something that is no data"
            if id(value) in above:
                return "holds a list that contains itself"
            if len(path) > DEEPEST:
                return f"nests lists more than {DEEPEST} deep"
            above.add(id(value))
            path.append((value, [v for v in inner if type(v) not in _PLAIN]))
        else:
            path.pop()
            above.discard(id(holder))
            inner = _inside(holder) or ()
            sizes[id(holder)] = sum(sizes.get(id(v), 1) for v in inner) + 1
            if holder is not None and sizes[id(holder)] > most:
                return "repeats lists inside lists without end"
    return ""


def _inside(value: Any) -> Iterable[Any] | None:
    """The values of a container; nothing in an array of numbers; None for what is no data."""
    if type(value) is dict:
        return list(value.values())
    if type(value) in _LISTED:
        return value
    if type(value) is np.ndarray:
        return value.ravel().tolist() if value.dtype.hasobject else ()
    return () if isinstance(value, np.generic) and not value.dtype.hasobject else None
