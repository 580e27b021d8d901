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

from mer_core.datasets.utterances.names import Build, Named, Unfinished, is_key
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
from mer_core.datasets.utterances.tape import Tape
from mer_core.errors import PickleRefused

FLOOR, BYTES_EACH, MOST = 10_000, 2, 50_000_000
"""A file may make so many objects, and one more for each so many bytes of it; so many at most.

Only what takes more memory than file is counted. The densest honest file, a list of words of two
letters, makes two objects of five bytes.
"""
NEWEST = 5
"""The newest protocol that this machine knows."""

_REALS = re.compile(rb"(?:G.{8}){2,1000}", re.DOTALL)


class Machine:
    """One run over one file.

    Args:
        tape: The file.
        names: (module, name) -> what it makes. What is not here is refused.
    """

    def __init__(self, tape: Tape, names: Mapping[tuple[str, str], Build | None]) -> None:
        self.tape, self.names = tape, names
        self.left = min(MOST, FLOOR + len(tape.data) // BYTES_EACH)
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        """What the program leaves on the stack.

        Raises:
            PickleRefused: It wants more than plain values, or is no whole pickle.
        """
        try:
            while (code := self.tape.byte()) != ord("."):
                if (step := _STEPS.get(code)) is None:
                    raise self._unknown(code)
                step(self)
            return self._pop()
        except (IndexError, KeyError, struct.error) as cause:
            raise self.tape.broken("it ends in the middle or was altered") from cause
        except (ValueError, TypeError, OverflowError, MemoryError) as cause:
            raise self.tape.broken(str(cause) or type(cause).__name__) from cause

    def _unknown(self, code: int) -> PickleRefused:
        if code in FORBIDDEN:
            return self.tape.forbidden(FORBIDDEN[code])
        return self.tape.broken(f"byte {code:#04x} at {self.tape.at - 1} is no step of a pickle")

    # ---------------------------------------------------------------- the stack

    def _spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.tape.forbidden("makes more objects than a file of its length has reason to")

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

    def _reals(self) -> None:
        """A real number; or at once a run of them, which long lists of features are."""
        run = _REALS.match(self.tape.data, self.tape.at - 1)
        if run is None:
            self.stack.append(self.tape.number(NUMBERS[ord("G")]))
            return
        self.tape.at = run.end()
        pairs = np.frombuffer(run.group(), np.dtype([("step", "u1"), ("value", ">f8")]))
        self.stack.extend(pairs["value"].tolist())

    def _save(self, place: int) -> None:
        """Remember the top of the stack; places are counted, so none is beyond the bytes read."""
        self._spend()
        if not 0 <= place <= self.tape.at:
            raise ValueError(f"something is remembered at place {place}")
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
        if not is_key(key):
            raise TypeError(f"a key {key!r:.40}; a word or a usual number is expected")
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
            asked = f"{module}.{name}".encode("unicode_escape").decode()
            raise self.tape.forbidden(f"asks for {asked[:80]}")
        self._push(Named(f"{module}.{name}", self.names[module, name]))

    def _make(self) -> None:
        named, given = self._popped(2)
        if not isinstance(named, Named) or named.build is None or type(given) is not tuple:
            raise self.tape.forbidden("calls what is no maker of data")
        self._push(named.build(given))

    def _finish(self) -> None:
        begun, state = self._popped(2)
        if not isinstance(begun, Unfinished):
            raise self.tape.forbidden("sets the inside of something that has none")
        whole = begun.finished(state)
        self.memo |= dict.fromkeys(begun.places, whole)
        self._push(whole)

    def _protocol(self) -> None:
        if (found := self.tape.byte()) > NEWEST:
            raise self.tape.broken(f"protocol {found} is newer than {NEWEST}")


Step = Callable[[Machine], None]


def _constant(value: Any) -> Step:
    return lambda m: m.stack.append(value)


def _empty(kind: type) -> Step:
    return lambda m: m._push(kind())


def _number(form: str) -> Step:
    return lambda m: m.stack.append(m.tape.number(form))


def _sized(form: str, made: Callable[[memoryview], Any]) -> Step:
    return lambda m: m._push(made(m.tape.take(m.tape.number(form))))


def _rest_of_line(made: Callable[[bytes], Any]) -> Step:
    return lambda m: m._push(made(m.tape.line()))


def _save(form: str) -> Step:
    return lambda m: m._save(m.tape.number(form))


def _fetch(form: str) -> Step:
    return lambda m: m.stack.append(m.memo[m.tape.number(form)])


_STEPS: dict[int, Step] = {
    **{code: _constant(value) for code, value in CONSTANTS.items()},
    **{code: _empty(kind) for code, kind in EMPTY.items()},
    **{code: _number(form) for code, form in NUMBERS.items()},
    **{code: _sized(*how) for code, how in SIZED.items()},
    **{code: _rest_of_line(made) for code, made in LINES.items()},
    **{code: _save(form) for code, form in SAVE.items()},
    **{code: _fetch(form) for code, form in FETCH.items()},
    ord("G"): Machine._reals,
    0x80: Machine._protocol,
    0x95: lambda m: m.tape.promise(m.tape.number("<Q")),
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
    ord("p"): lambda m: m._save(int(m.tape.line())),
    0x94: lambda m: m._save(len(m.memo)),
    ord("g"): lambda m: m.stack.append(m.memo[int(m.tape.line())]),
    ord("c"): lambda m: m._name(m.tape.line().decode(), m.tape.line().decode()),
    0x93: lambda m: m._name(*m._popped(2)),
    ord("R"): Machine._make,
    ord("b"): Machine._finish,
}
