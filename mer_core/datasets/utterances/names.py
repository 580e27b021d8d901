"""What stands on the machine's stack between a name and what it makes."""

from collections.abc import Callable
from typing import Any

Build = Callable[[tuple], Any]
"""Makes a value from the arguments that a file gives: a function of ours, never of the file."""


def is_key(value: Any) -> bool:
    """Whether something may be a key of a dictionary or a member of a set.

    Words, bytes and numbers. Whole numbers from 2 to the 61 on can be chosen so that all fall on
    one place of a table, which takes hours to fill.
    """
    if type(value) is int:
        return abs(value) < 1 << 60
    return type(value) in (str, bytes, float, bool, type(None))


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
