"""A reader of pickles that cannot run anything: the stack machine of the format without its power.

A pickle is a program: Python's own reader imports what it names and calls it. This machine
imports nothing and calls nothing that a file names. It knows the steps that make plain values and
containers; a name is looked up in a table of functions of ours, and is refused if it is not there.
"""

import re
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mer_core.datasets.utterances.opcodes import (
    CONSTANTS,
    EMPTY,
    FETCH,
    FORBIDDEN,
    LINES,
    NUMBERS,
    SAVE,
    SIZED,
)
from mer_core.errors import PickleRefused

FLOOR, BYTES_EACH = 2_000_000, 3
"""A file may make so many objects, and one more for each so many bytes of its length."""
NEWEST = 5
"""The newest protocol that this machine knows."""

Build = Callable[[tuple], Any]
_REALS = re.compile(rb"(?:G.{8}){2,1000}", re.DOTALL)
_KEYS = (str, bytes, int, float, bool, type(None))


class Named:
    """A name of the table, on the stack until it is used; it has no other power.

    Args:
        name: As the file writes it.
        build: Makes the value from its arguments; None for a name that is only an argument.
    """

    def __init__(self, name: str, build: Build | None) -> None:
        self.name, self.build = name, build


class Unfinished:
    """What the file completes in a later step; it knows where the machine remembers it."""

    def __init__(self) -> None:
        self.places: list[int] = []

    def finished(self, state: Any) -> Any:
        """The whole of it. Raises ValueError or TypeError where the state is not what it takes."""
        raise NotImplementedError


class Machine:
    """One run over one file.

    Args:
        data: The whole file.
        what: What the file is called in sentences.
        names: (module, name) -> what it makes. What is not here is refused.
    """

    def __init__(
        self, data: memoryview, what: str, names: Mapping[tuple[str, str], Build | None]
    ) -> None:
        self.data, self.what, self.names = data, what, names
        self.at, self.left = 0, FLOOR + len(data) // BYTES_EACH
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        """What the program leaves on the stack.

        Raises:
            PickleRefused: It wants more than plain values, or is no whole pickle.
        """
        try:
            while (code := self._byte()) != ord("."):
                self._step(code)
            return self._pop()
        except (IndexError, KeyError, struct.error) as cause:
            raise self.broken("it ends in the middle or was altered") from cause
        except (ValueError, TypeError, OverflowError, MemoryError) as cause:
            raise self.broken(str(cause) or type(cause).__name__) from cause

    def broken(self, why: str) -> PickleRefused:
        """The error for a file that is no whole pickle of data."""
        return PickleRefused(
            f"{self.what} is no whole pickle of data ({why[:160]}): get the file again from where "
            "it came."
        )

    def forbidden(self, why: str) -> PickleRefused:
        """The error for a file that would do more than hold data."""
        return PickleRefused(
            f"{self.what} was not opened because it {why}, and data need only numbers, words, "
            "lists, dictionaries and arrays; nothing in it was run. Get it from those who "
            "published it, or, if it is your own, save it again from these alone."
        )

    def _step(self, code: int) -> None:
        if code in SIZED:
            form, made = SIZED[code]
            self._push(made(self._take(self._number(form))))
        elif code in CONSTANTS:
            self.stack.append(CONSTANTS[code])
        elif code in EMPTY:
            self._push(EMPTY[code]())
        elif code in NUMBERS:
            self._numbers(code)
        elif code in LINES:
            self._push(LINES[code](self._line()))
        elif code in SAVE:
            self._save(self._number(SAVE[code]))
        elif code in FETCH:
            self.stack.append(self.memo[self._number(FETCH[code])])
        elif code in _ACTIONS:
            _ACTIONS[code](self)
        elif code in FORBIDDEN:
            raise self.forbidden(FORBIDDEN[code])
        else:
            raise self.broken(f"byte {code:#04x} at {self.at - 1} is no step of a pickle")

    # ---------------------------------------------------------------- bytes of the file

    def _byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def _take(self, count: int) -> memoryview:
        """The next bytes, not copied; a length that the file does not have is never believed."""
        here = len(self.data) - self.at
        if not 0 <= count <= here:
            raise self.broken(f"it announces {count} bytes where {here} are left")
        self.at += count
        return self.data[self.at - count : self.at]

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _line(self) -> bytes:
        start, step = self.at, 1 << 12
        while self.at < len(self.data):
            part = bytes(self.data[self.at : self.at + step])
            if (found := part.find(b"\n")) >= 0:
                self.at += found + 1
                return bytes(self.data[start : self.at - 1])
            self.at += len(part)
        raise self.broken("it ends in the middle of a line")

    # ---------------------------------------------------------------- the stack

    def _spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.forbidden("makes more objects than a file of its length has reason to")

    def _push(self, value: Any) -> None:
        """Put a new object on the stack. What takes no more memory than file is not counted."""
        self._spend()
        self.stack.append(value)

    def _mark(self) -> None:
        self._spend()
        self.marks.append(len(self.stack))

    def _pop(self) -> Any:
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise IndexError("the stack is empty")
        return self.stack.pop()

    def _popped(self, count: int) -> tuple:
        return tuple(self._pop() for _ in range(count))[::-1]

    def _top(self, kind: type) -> Any:
        """What a step adds to: of this very kind, or the file is broken."""
        if not self.stack or type(self.stack[-1]) is not kind:
            raise TypeError(f"something is added to what is no {kind.__name__}")
        return self.stack[-1]

    def _since_mark(self) -> list[Any]:
        start = self.marks.pop()
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def _numbers(self, code: int) -> None:
        """One number; or, at once, a run of real numbers, which long lists of features are."""
        run = _REALS.match(self.data, self.at - 1) if code == ord("G") else None
        if run is None:
            self.stack.append(self._number(NUMBERS[code]))
            return
        self.at = run.end()
        pairs = np.frombuffer(run.group(), np.dtype([("step", "u1"), ("value", ">f8")]))
        self.stack.extend(pairs["value"].tolist())

    def _save(self, place: int) -> None:
        self._spend()
        value = self.stack[-1]
        if isinstance(value, Unfinished):
            value.places.append(place)
        self.memo[place] = value

    # ---------------------------------------------------------------- containers

    def _append(self, values: "list[Any] | tuple") -> None:
        self._top(list).extend(values)

    def _add(self) -> None:
        values = self._since_mark()
        self._top(set).update(map(self._key, values))

    def _freeze(self) -> None:
        self._push(frozenset(map(self._key, self._since_mark())))

    def _set(self, flat: "list[Any] | tuple") -> None:
        self._top(dict).update(self._pairs(flat))

    def _pairs(self, flat: "list[Any] | tuple") -> dict[Any, Any]:
        if len(flat) % 2:
            raise ValueError("a key without its value")
        return {self._key(k): v for k, v in zip(flat[::2], flat[1::2], strict=True)}

    def _key(self, key: Any) -> Any:
        if type(key) not in _KEYS:
            raise TypeError(f"a key of type {type(key).__name__}; words and numbers are expected")
        return key

    def _drop(self) -> None:
        if self.marks and self.marks[-1] == len(self.stack):
            self.marks.pop()
        else:
            self._pop()

    # ---------------------------------------------------------------- names

    def _name(self, module: Any, name: Any) -> None:
        if type(module) is not str or type(name) is not str:
            raise TypeError("a name that is no text")
        if (module, name) not in self.names:
            asked = f"{module}.{name}".encode("ascii", "backslashreplace").decode()
            raise self.forbidden(f"asks for {asked[:80]}")
        self._push(Named(f"{module}.{name}", self.names[module, name]))

    def _make(self) -> None:
        named, given = self._popped(2)
        if not isinstance(named, Named) or named.build is None or type(given) is not tuple:
            raise self.forbidden("calls what is no maker of data")
        self._push(named.build(given))

    def _finish(self) -> None:
        begun, state = self._popped(2)
        if not isinstance(begun, Unfinished):
            raise self.forbidden("sets the inside of something that has none")
        whole = begun.finished(state)
        self.memo |= dict.fromkeys(begun.places, whole)
        self._push(whole)

    def _protocol(self) -> None:
        if (found := self._byte()) > NEWEST:
            raise self.broken(f"protocol {found} is newer than {NEWEST}")

    def _framed(self) -> None:
        """A frame says how long it is; nothing depends on it but whether the file is whole."""
        if (count := self._number("<Q")) > len(self.data) - self.at:
            raise self.broken(f"a part of {count} bytes has only {len(self.data) - self.at}")


_ACTIONS: dict[int, Callable[[Machine], None]] = {
    0x80: Machine._protocol,
    0x95: Machine._framed,
    ord("("): Machine._mark,
    ord("t"): lambda m: m._push(tuple(m._since_mark())),
    0x85: lambda m: m._push(m._popped(1)),
    0x86: lambda m: m._push(m._popped(2)),
    0x87: lambda m: m._push(m._popped(3)),
    ord("l"): lambda m: m._push(m._since_mark()),
    ord("d"): lambda m: m._push(m._pairs(m._since_mark())),
    ord("a"): lambda m: m._append(m._popped(1)),
    ord("e"): lambda m: m._append(m._since_mark()),
    ord("s"): lambda m: m._set(m._popped(2)),
    ord("u"): lambda m: m._set(m._since_mark()),
    0x90: Machine._add,
    0x91: Machine._freeze,
    ord("0"): Machine._drop,
    ord("1"): lambda m: m._since_mark().clear(),
    ord("2"): lambda m: m.stack.append(m.stack[-1]),
    ord("p"): lambda m: m._save(int(m._line())),
    0x94: lambda m: m._save(len(m.memo)),
    ord("g"): lambda m: m.stack.append(m.memo[int(m._line())]),
    ord("c"): lambda m: m._name(m._line().decode(), m._line().decode()),
    0x93: lambda m: m._name(*m._popped(2)),
    ord("R"): Machine._make,
    ord("b"): Machine._finish,
}
