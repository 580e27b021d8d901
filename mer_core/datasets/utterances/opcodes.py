"""The steps of a pickle that hold plain values, and those that are refused.

Source: every step is described in Python's standard library, module `pickletools`.
"""

import codecs
import re
from collections.abc import Callable
from typing import Any

LARGE = 1 << 16
"""Bytes of this length or longer are not copied: they stay a read-only view of the file."""
DIGITS = 128
"""Longest whole number, in bytes or in digits."""

_UNKNOWN = re.compile(rb"(?<!\\)(?:\\\\)*\\(?![\\'\"abfnrtvx0-7])")
NO_OBJECT = "makes an object of a class"
NO_EXTENSION = "asks for a registered extension"
NO_OUTSIDE = "asks for something from outside the file"


def _text(raw: memoryview) -> str:
    return str(raw, "utf-8", "surrogatepass")


def _bytes(raw: memoryview) -> bytes | memoryview:
    return raw if len(raw) >= LARGE else bytes(raw)


def _string(raw: memoryview) -> str | memoryview:
    """A string of Python 2: letters of latin-1, or the content of an array."""
    return raw if len(raw) >= LARGE else str(raw, "latin-1")


def _whole(raw: memoryview) -> int:
    if len(raw) > DIGITS:
        raise ValueError(f"a whole number of {len(raw)} bytes")
    return int.from_bytes(raw, "little", signed=True)


def _whole_line(line: bytes) -> int | bool:
    if line in (b"00", b"01"):
        return line == b"01"
    if len(line) > DIGITS:
        raise ValueError(f"a whole number of {len(line)} digits")
    return int(line.removesuffix(b"L"))


def _real_line(line: bytes) -> float:
    if len(line) > DIGITS:
        raise ValueError(f"a real number of {len(line)} digits")
    return float(line)


def _string_line(line: bytes) -> str:
    quoted = len(line) > 1 and line[:1] in (b"'", b'"') and line[:1] == line[-1:]
    if not quoted or _UNKNOWN.search(line):
        raise ValueError("a string without its quotes, or with an unknown escape")
    return codecs.escape_decode(line[1:-1])[0].decode("latin-1")  # type: ignore[attr-defined]


def _text_line(line: bytes) -> str:
    return line.decode("raw-unicode-escape")


CONSTANTS: dict[int, Any] = {ord("N"): None, 0x88: True, 0x89: False}
EMPTY: dict[int, type] = {ord("]"): list, ord("}"): dict, ord(")"): tuple, 0x8F: set}
NUMBERS = {ord("K"): "<B", ord("M"): "<H", ord("J"): "<i", ord("G"): ">d"}
"""Step -> form of the number that follows, as `struct` writes it."""

SIZED: dict[int, tuple[str, Callable[[memoryview], Any]]] = {
    ord("U"): ("<B", _string),
    ord("T"): ("<i", _string),
    0x8C: ("<B", _text),
    ord("X"): ("<I", _text),
    0x8D: ("<Q", _text),
    ord("C"): ("<B", _bytes),
    ord("B"): ("<I", _bytes),
    0x8E: ("<Q", _bytes),
    0x96: ("<Q", _bytes),
    0x8A: ("<B", _whole),
    0x8B: ("<i", _whole),
}
"""Step -> form of the length that follows, and what is made of so many bytes."""

LINES: dict[int, Callable[[bytes], Any]] = {
    ord("I"): _whole_line,
    ord("L"): _whole_line,
    ord("F"): _real_line,
    ord("S"): _string_line,
    ord("V"): _text_line,
}
"""Step -> what is made of the rest of the line (protocol 0)."""

SAVE = {ord("q"): "<B", ord("r"): "<I"}
FETCH = {ord("h"): "<B", ord("j"): "<I"}
"""Step -> form of the place that follows, in the memory of the machine."""

FORBIDDEN = {
    ord("P"): NO_OUTSIDE,
    ord("Q"): NO_OUTSIDE,
    0x97: NO_OUTSIDE,
    0x98: NO_OUTSIDE,
    ord("i"): NO_OBJECT,
    ord("o"): NO_OBJECT,
    0x81: NO_OBJECT,
    0x92: NO_OBJECT,
    0x82: NO_EXTENSION,
    0x83: NO_EXTENSION,
    0x84: NO_EXTENSION,
}
"""Step -> what it does, where the reader of Python would do it."""
