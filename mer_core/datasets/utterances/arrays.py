"""What a pickle of data may name: the makers of NumPy arrays and of a few plain containers.

The values of this table are functions of ours. NumPy's own functions of these names are never
called with what a file says, except `numpy.dtype` on a code that was checked letter by letter.
"""

import re
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from mer_core.datasets.utterances.names import Build, Named, Unfinished, is_key

_CODE = re.compile(r"b1|[iu][1248]|f[248]|c(?:8|16)|O8?|[SU][1-9]\d{0,6}")
_ORDERS = ("<", ">", "|", "=")
_AXES = 8
"""An array of a data set has at most so many axes."""


class Kind(Unfinished):
    """Type of an array's numbers; its byte order comes in the second step.

    Args:
        given: Code, and two switches of NumPy's that mean nothing here.
    """

    def __init__(self, given: tuple) -> None:
        super().__init__()
        code = given[0]
        if type(code) is not str or not _CODE.fullmatch(code):
            raise ValueError(f"an array of {code!r:.40}; numbers or words are expected")
        self.dtype = np.dtype(code)

    def finished(self, state: Any) -> "Kind":
        """The same with its byte order; a type with fields or anything attached is refused."""
        order, inner, names, fields = state[1:5]
        if (inner, names, fields) != (None, None, None) or len(state) != 8:
            raise ValueError("an array whose elements have parts; plain numbers are expected")
        if order not in _ORDERS or state[5] not in (-1, self.dtype.itemsize):
            raise ValueError("an array type that contradicts itself")
        self.dtype = self.dtype.newbyteorder(order) if order in "<>" else self.dtype
        return self


class Array(Unfinished):
    """An array whose shape, type and content come in the second step.

    Args:
        given: The class, a shape and a code that stand in until then. Only `numpy.ndarray` itself
            is built, no subclass.
    """

    def __init__(self, given: tuple) -> None:
        super().__init__()
        if not isinstance(given[0], Named) or given[0].name != "numpy.ndarray":
            raise ValueError("an array of a special class; a plain one is expected")

    def finished(self, state: Any) -> np.ndarray:
        """The array. Its bytes stay where they are: it may be a read-only view of the file."""
        _, shape, kind, columns_first, content = state
        return _array(content, kind, shape, "F" if columns_first else "C")


def _array(content: Any, kind: Any, shape: Any, order: str) -> np.ndarray:
    if type(kind) is not Kind:
        raise TypeError("an array without a type")
    if type(shape) is not tuple or len(shape) > _AXES or not all(_is_length(n) for n in shape):
        raise ValueError(f"an array of shape {shape!r:.60}")
    if kind.dtype.hasobject:
        return _objects(content, shape)
    raw = content.encode("latin-1") if type(content) is str else content  # str: from Python 2
    if type(raw) not in (bytes, memoryview):
        raise TypeError(f"an array made from {type(raw).__name__}; bytes are expected")
    if prod(shape) * kind.dtype.itemsize != len(raw):
        raise ValueError(
            f"an array of shape {shape} takes {prod(shape) * kind.dtype.itemsize} bytes and has "
            f"{len(raw)}"
        )
    flat = np.frombuffer(raw, kind.dtype) if len(raw) else np.zeros(0, kind.dtype)
    return flat.reshape(shape, order="F" if order == "F" else "C")


def _objects(content: Any, shape: tuple) -> np.ndarray:
    """An array of plain values, each looked at again when the whole file is read."""
    if type(content) is not list or len(content) != prod(shape):
        raise ValueError(f"an array of shape {shape} of {type(content).__name__} values")
    return np.fromiter(content, object, len(content)).reshape(shape)


def _is_length(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 48


def _scalar(given: tuple) -> Any:
    """One number or word of NumPy's."""
    kind, content = given
    if type(kind) is not Kind or kind.dtype.hasobject:
        raise TypeError("a single value without a plain type")
    return _array(content, kind, (1,), "C")[0]


def _from_buffer(given: tuple) -> np.ndarray:
    """Protocol 5's way to write an array."""
    content, kind, shape, order = given
    return _array(content, kind, shape, order)


def _encoded(given: tuple) -> bytes:
    """How protocols 0 to 2 write bytes of Python 3: as text of latin-1."""
    text, encoding = given
    if type(text) is not str or encoding not in ("latin1", "latin-1"):
        raise TypeError("bytes written in an unknown way")
    return text.encode("latin-1")


def _plain_bytes(given: tuple) -> bytes | memoryview:
    if len(given) == 1 and type(given[0]) is memoryview:
        return given[0]
    return b"" if not given else _encoded(given) if len(given) == 2 else _given(given, bytes)


def _set(given: tuple) -> set[Any]:
    return set(_keys(given))


def _frozenset(given: tuple) -> frozenset[Any]:
    return frozenset(_keys(given))


def _keys(given: tuple) -> list[Any]:
    values = _given(given, list) if given else []
    if not all(map(is_key, values)):
        raise TypeError("a set of more than words and numbers")
    return values


def _ordered(given: tuple) -> dict[Any, Any]:
    """A dictionary; one of Python 2 brings its pairs."""
    pairs = _given(given, list) if given else []
    _keys(([key for key, _ in pairs],))
    return dict(pairs)


def _with_default(given: tuple) -> dict[Any, Any]:
    """A dictionary; what it would make of a missing key is dropped."""
    if len(given) > 1:
        raise TypeError("a dictionary with something else attached")
    return {}


def _given(given: tuple, kind: type) -> Any:
    if len(given) != 1 or type(given[0]) is not kind:
        raise TypeError(f"a {kind.__name__} is expected")
    return given[0]


_TYPES = ("list", "dict", "int", "float", "str")

NAMES: Mapping[tuple[str, str], Build | None] = {
    ("numpy", "ndarray"): None,
    ("numpy", "dtype"): Kind,
    **{(f"numpy.{core}.multiarray", "_reconstruct"): Array for core in ("core", "_core")},
    **{(f"numpy.{core}.multiarray", "scalar"): _scalar for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): _from_buffer for core in ("core", "_core")},
    ("_codecs", "encode"): _encoded,
    ("collections", "OrderedDict"): _ordered,
    ("collections", "defaultdict"): _with_default,
    **{(b, "bytes"): _plain_bytes for b in ("builtins", "__builtin__")},
    **{(b, "bytearray"): _plain_bytes for b in ("builtins", "__builtin__")},
    **{(b, "set"): _set for b in ("builtins", "__builtin__")},
    **{(b, "frozenset"): _frozenset for b in ("builtins", "__builtin__")},
    **{(b, name): None for b in ("builtins", "__builtin__") for name in _TYPES},
}
"""(module, name) -> what it makes; None for names that only stand as arguments."""
