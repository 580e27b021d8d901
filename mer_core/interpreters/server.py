"""Any server that speaks OpenAI's chat protocol with pictures: vLLM, Ollama, LM Studio, others."""

import os
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, final

import numpy as np

from mer_core.encoders.interpreter import Description
from mer_core.errors import BadInput, InterpreterFailed, InterpreterRefused
from mer_core.interpreters import ADDRESS, KEY, MODEL
from mer_core.interpreters.address import checked, is_here, one_line
from mer_core.interpreters.answers import Reply, Turn, ask
from mer_core.interpreters.client import data_url, open_client
from mer_core.interpreters.prompts import SCHEMA, VERSION

if TYPE_CHECKING:
    from openai import APIStatusError

MOST_TOKENS = 1_024
_FORMATS: tuple[Mapping[str, Any], ...] = (
    {
        "type": "json_schema",
        "json_schema": {"name": "views", "strict": True, "schema": SCHEMA},
    },
    {"type": "json_object"},
)
"""How the form of the answer is asked for; the next where a server refuses one, then not at all."""

_ABOUT_FORMAT = ("response_format", "json_schema", "json_object", "schema", "grammar", "guided")


@final
class Server:
    """Asks a server that the user names.

    Args:
        address: As in http://127.0.0.1:11434/v1; otherwise MER_INTERPRETER_ADDRESS.
        model: Otherwise MER_INTERPRETER_MODEL, or the server's only one.
        key: Otherwise MER_INTERPRETER_KEY, if that belongs to the same address.
        timeout: Seconds until an answer must be there.
        retries: How often a request that may succeed later is sent again: after half a second,
            then twice as long each time, up to eight, a quarter of it by chance; or as long as
            the server asks for (Retry-After, up to two minutes).

    Raises:
        BadInput: No address, none that can be one, or no telling which model.
        InterpreterFailed: The models had to be asked for and no server answers.
    """

    name = "server"
    at_once = 4

    def __init__(
        self,
        address: str | None = None,
        model: str | None = None,
        key: str | None = None,
        timeout: float = 120.0,
        retries: int = 5,
    ) -> None:
        known = os.environ.get(ADDRESS)
        if not (address or known):
            raise BadInput(
                f"No server is named: give its address with --address (or in {ADDRESS}), "
                "as in http://127.0.0.1:11434/v1."
            )
        self.address = checked(address or known or "")
        if not known or checked(known) == self.address:
            key = key or os.environ.get(KEY)  # another server must never see it
        self.sends_to = "" if is_here(self.address) else self.address
        self._key, self._timeout, self._retries = key, timeout, retries
        self._client = open_client(self.address, key, timeout, retries)
        self._lock = Lock()
        self._wanted: dict[str, Any] = {
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
            "response_format": _FORMATS[0],
        }
        self.model = model or os.environ.get(MODEL) or self._only_model()
        self.version = f"{self.model}, prompt {VERSION}"

    def describe(self, image: np.ndarray) -> Description:
        """One request, or two where the first answer cannot be read."""
        url = data_url(image)
        return ask(lambda turns: self._say(url, turns))

    def models(self) -> list[str]:
        """The models that the server says it has.

        Raises:
            InterpreterFailed: It does not say.
        """
        import openai

        try:
            return sorted(model.id for model in self._client.models.list())
        except openai.NotFoundError as error:
            raise self._silence(error) from error
        except openai.APIStatusError as error:
            raise self._failure(error, ()) from error
        except (openai.OpenAIError, ValueError, AttributeError, TypeError) as error:
            raise self._silence(error) from error

    def _say(self, url: str, turns: Sequence[Turn]) -> Reply:
        import openai

        messages: Any = [_message(turn, url if i == 0 else None) for i, turn in enumerate(turns)]
        while True:
            wanted = self._wanted
            try:
                said = self._client.chat.completions.create(
                    model=self.model, messages=messages, **wanted
                )
                return _reply(said)
            except openai.APIStatusError as error:
                if not self._ask_for_less(wanted, error):
                    raise self._failure(error, self._known(error)) from error
            except (openai.OpenAIError, ValueError) as error:  # no HTTP, or no JSON
                raise self._silence(error) from error

    def _ask_for_less(self, wanted: dict[str, Any], error: "APIStatusError") -> bool:
        """Leave out what the server says it cannot do; False where it complains of another thing.

        One thread lowers what all ask for; `wanted` is what the refused request asked for.
        """
        if error.status_code not in (400, 422):
            return False
        with self._lock:
            if self._wanted is not wanted:
                return True  # another request was refused before
            less = _less(wanted, _words(error).lower())
            self._wanted = wanted if less is None else less
            return less is not None

    def _known(self, error: "APIStatusError") -> Sequence[str]:
        """What the server has instead of a model that it does not know."""
        try:
            return self.models() if error.status_code == 404 else ()
        except InterpreterFailed:
            return ()

    def _failure(self, error: "APIStatusError", known: Sequence[str]) -> InterpreterFailed:
        code, words = error.status_code, _words(error)
        words = words.replace(self._key, "(the key)") if self._key else words
        said = f" It says: {words}" if words else ""
        if code in (401, 403):
            return InterpreterRefused(f"{self.address} refuses the key ({code}).{said}")
        if code == 404:
            has = f" It has: {', '.join(known)}." if known else ""
            hint = has or " Does the address end as it should, mostly in /v1?"
            return InterpreterRefused(f"{self.address} knows no model {self.model!r} (404).{hint}")
        if 300 <= code < 400:
            return InterpreterRefused(
                f"{self.address} sends on to another address ({code}); pictures only go to the one "
                "that you gave. Give the final address."
            )
        if code == 429 or code >= 500:
            tries = f"{self._retries + 1} times"
            what = "is too busy" if code == 429 else "failed"
            return InterpreterFailed(f"{self.address} {what} ({code}), asked {tries}.{said}")
        return InterpreterFailed(f"{self.address} does not accept the question ({code}).{said}")

    def _silence(self, error: Exception) -> InterpreterFailed:
        """For a request that got no answer of the protocol at all."""
        import openai

        if isinstance(error, openai.APITimeoutError):
            tries = f"asked {self._retries + 1} times"
            return InterpreterFailed(
                f"{self.address} did not answer within {self._timeout:g} seconds, {tries}."
            )
        if isinstance(error, openai.APIConnectionError):
            cause = one_line(str(error.__cause__ or error))
            return InterpreterFailed(
                f"{self.address} cannot be reached or hangs up ({cause}). Is the server running?"
            )
        return InterpreterFailed(
            f"{self.address} answers, but not in the protocol. Does the address end as it should, "
            "mostly in /v1?"
        )

    def _only_model(self) -> str:
        names = self.models()
        if len(names) == 1:
            return names[0]
        has = f"has {', '.join(names)}" if names else "has none loaded"
        raise BadInput(
            f"Which model is to be asked? {self.address} {has}. "
            f"Give one with --model (or in {MODEL})."
        )


def _message(turn: Turn, url: str | None) -> dict[str, Any]:
    if url is None:
        return {"role": turn.role, "content": turn.text}
    picture = {"type": "image_url", "image_url": {"url": url}}
    return {"role": turn.role, "content": [picture, {"type": "text", "text": turn.text}]}


def _reply(said: Any) -> Reply:
    """The words of a completion.

    Raises:
        ValueError: It is none.
    """
    try:
        choice = said.choices[0]
        text = choice.message.content or getattr(choice.message, "refusal", None) or ""
    except (AttributeError, IndexError, TypeError) as cause:
        raise ValueError("no chat completion") from cause
    return Reply(text if isinstance(text, str) else "", choice.finish_reason == "length")


def _less(wanted: dict[str, Any], words: str) -> dict[str, Any] | None:
    """`wanted` without what a complaint names; None where it names nothing that can be spared."""
    for name in ("temperature", "max_tokens"):
        if name in words and name in wanted:
            return {key: value for key, value in wanted.items() if key != name}
    if "response_format" in wanted and any(word in words for word in _ABOUT_FORMAT):
        rest = {key: value for key, value in wanted.items() if key != "response_format"}
        after = _FORMATS.index(wanted["response_format"]) + 1
        return rest | ({"response_format": _FORMATS[after]} if after < len(_FORMATS) else {})
    return None


def _words(error: "APIStatusError") -> str:
    """What the server says is wrong, on one line."""
    body = error.body
    told = body.get("message") or body.get("detail") or body if isinstance(body, dict) else body
    return one_line(str(told or error.response.text))
