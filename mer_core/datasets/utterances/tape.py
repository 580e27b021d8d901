"""The bytes of a pickle, read one piece after another; a length is never believed unseen."""

import struct
from typing import Any

from mer_core.errors import PickleRefused


class Tape:
    """A file and how far it has been read.

    Args:
        data: The whole file.
        what: What the file is called in sentences.
    """

    def __init__(self, data: memoryview, what: str) -> None:
        self.data, self.what, self.at = data, what, 0

    def byte(self) -> int:
        """The next byte. Raises IndexError at the end."""
        self.at += 1
        return self.data[self.at - 1]

    def take(self, count: int) -> memoryview:
        """The next `count` bytes, not copied.

        Raises:
            PickleRefused: The file has not so many.
        """
        left = len(self.data) - self.at
        if not 0 <= count <= left:
            raise self.broken(f"it announces {count} bytes where {left} are left")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, form: str) -> Any:
        """The next number, in the form of `struct`."""
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def line(self) -> bytes:
        """The bytes up to the next end of a line, which is skipped.

        Raises:
            PickleRefused: There is none.
        """
        start, step = self.at, 1 << 12
        while self.at < len(self.data):
            part = bytes(self.data[self.at : self.at + step])
            if (found := part.find(b"\n")) >= 0:
                self.at += found + 1
                return bytes(self.data[start : self.at - 1])
            self.at += len(part)
        raise self.broken("it ends in the middle of a line")

    def promise(self, count: int) -> None:
        """Check that `count` more bytes are there, without reading them.

        Raises:
            PickleRefused: They are not.
        """
        self.take(count)
        self.at -= count

    def broken(self, why: str) -> PickleRefused:
        """The error for a file that is no whole pickle of data."""
        return PickleRefused(
            f"{self.what} is no whole pickle of data ({why[:160]}): get the file again from where "
            "it came."
        )

    def forbidden(self, why: str) -> PickleRefused:
        """The error for a file that would do more than hold data."""
        return PickleRefused(
            f"{self.what} was not opened: it {why}, where data take only numbers, words, lists, "
            "dictionaries and arrays; nothing in it was run, so get it from those who published "
            "it, or, if it is your own, save it again from these alone."
        )
