"""Who writes a sticker's four views: a model inside this package, or one that a user names.

    describer = interpreter("server", address="http://127.0.0.1:11434/v1", model="llava:13b")
    said = describer.describe(image)

A view that could not be had is named in `Description.missing` with the reason; it is never an
empty sentence. An interpreter that can say nothing at all raises. `Remembered` keeps answers on
disk. Options that are left out come from the environment:

* MER_INTERPRETER_ADDRESS  where a server answers, as in http://127.0.0.1:11434/v1
* MER_INTERPRETER_MODEL    the model to ask it for
* MER_INTERPRETER_KEY      its key, where it wants one; only ever sent to that address
* MER_LLAVA_MODEL          name or folder of a LLaVA-NeXT for transformers
"""

import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from mer_core.errors import BadInput, UnknownName

if TYPE_CHECKING:
    import numpy as np

    from mer_core.encoders.interpreter import Description

ADDRESS, MODEL, KEY = "MER_INTERPRETER_ADDRESS", "MER_INTERPRETER_MODEL", "MER_INTERPRETER_KEY"
LLAVA_MODEL = "MER_LLAVA_MODEL"
LLAVA = "llava-hf/llava-v1.6-mistral-7b-hf"


@runtime_checkable
class Describer(Protocol):
    """Writes the four views of a picture. Safe to call from several threads.

    Attributes:
        name: Its key in `INTERPRETERS`.
        version: All that its answers depend on beside the picture: model, prompt. Part of the
            key under which they are kept.
        at_once: How many pictures it is worth asking about at the same time.
        sends_to: Where it sends pictures; "" where they stay on this machine.
    """

    name: str
    version: str
    at_once: int
    sends_to: str

    def describe(self, image: "np.ndarray") -> "Description":
        """What it says of one picture.

        Args:
            image: uint8 (row, column, 3), any size.

        Raises:
            InterpreterRefused: It cannot be asked at all: wrong key, model or address.
            InterpreterFailed: Nothing was said of this picture, as when a server is down.
            MerError: Its weights cannot be had.
        """
        ...


def _embedded(**options: Any) -> Describer:
    from mer_core.interpreters.embedded import Embedded

    return Embedded(**options)


def _llava(**options: Any) -> Describer:
    from mer_core.interpreters.llava import Llava

    return Llava(**options)


def _server(**options: Any) -> Describer:
    from mer_core.interpreters.server import Server

    return Server(**options)


INTERPRETERS: dict[str, Callable[..., Describer]] = {
    "embedded": _embedded,
    "llava": _llava,
    "server": _server,
}

TAKES: dict[str, tuple[str, ...]] = {
    "embedded": (),
    "llava": ("model", "device"),
    "server": ("address", "model", "key", "timeout", "retries"),
}
"""The options of each."""


def interpreter(name: str, **options: Any) -> Describer:
    """An interpreter, ready to be asked; large weights are loaded at the first question.

    Args:
        name: "embedded", "llava" or "server".
        options: Those that it takes; the classes in this package say what they mean.

    Raises:
        UnknownName: There is no such interpreter.
        BadInput: An option that it needs is nowhere to be found, or it does not take one.
    """
    if name not in INTERPRETERS:
        raise UnknownName(name, INTERPRETERS)
    for option in options:
        if option not in TAKES[name]:
            able = " or ".join(n for n, takes in TAKES.items() if option in takes) or "none"
            raise BadInput(f"The interpreter {name!r} takes no {option}; {able} does.")
    return INTERPRETERS[name](**options)


def available() -> list[tuple[str, str]]:
    """Each interpreter, and why it cannot be asked on this machine; "" where it can.

    Nothing is loaded and no server is spoken to.
    """
    return [("embedded", _lacks_heads()), ("llava", _lacks_llava()), ("server", _lacks_address())]


def _lacks_heads() -> str:
    from mer_core.checkpoints import folder_of

    needed = ("interpreter", "mghft")
    lost = [n for n in needed if not (folder_of(n) / "weights.safetensors").is_file()]
    return f"The weights of {' and '.join(lost)} are not on this machine." if lost else ""


_WEIGHTS = ("model.safetensors.index.json", "model.safetensors")


def _lacks_llava() -> str:
    from huggingface_hub import try_to_load_from_cache

    model = os.environ.get(LLAVA_MODEL) or LLAVA
    kept = (try_to_load_from_cache(model, file) for file in _WEIGHTS) if "/" in model else ()
    if os.path.isdir(model) or any(isinstance(path, str) for path in kept):
        return ""
    return (
        f"{model} is not on this machine. Fetch it once with `hf download {model}`, "
        f"or name a folder in {LLAVA_MODEL}."
    )


def _lacks_address() -> str:
    if find_spec("openai") is None:
        return "The client library is not installed: pip install openai."
    if not os.environ.get(ADDRESS):
        return f"No server is named. Put its address into {ADDRESS}; docs/describe.md says how."
    return ""
