"""What leaves this machine for a server: pictures as data URLs, through the client library.

Pictures go to the one address that the user gave: redirects are refused, proxies and every
setting that the library would read from the environment are left aside, and only the headers
that the protocol needs are sent. The library is imported when it is first needed: it is large.
"""

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from mer_core.interpreters.prompts import SIDE

if TYPE_CHECKING:
    from openai import OpenAI

HEADERS = frozenset(
    {"host", "content-type", "content-length", "accept", "accept-encoding", "connection"}
)
"""What is sent beside the key; the library would add names of the machine and of accounts."""

CONNECT = 10.0
"""Seconds until a server must have taken the call."""


def data_url(image: UInt8[np.ndarray, "row column channel"]) -> str:
    """A picture as PNG inside a URL, its longer side at most 768 pixels."""
    fitted = Image.fromarray(image)
    fitted.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    fitted.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def open_client(address: str, key: str | None, timeout: float, retries: int) -> "OpenAI":
    """The client library, reading nothing from the environment and following no redirect."""
    import openai

    def ours_only(request: Any) -> None:
        for name in set(request.headers) - HEADERS:
            del request.headers[name]
        if key:
            request.headers["authorization"] = f"Bearer {key}"

    return openai.OpenAI(
        base_url=address,
        api_key=key or "none",
        timeout=openai.Timeout(timeout, connect=min(timeout, CONNECT)),
        max_retries=retries,
        http_client=openai.DefaultHttpxClient(
            trust_env=False, follow_redirects=False, event_hooks={"request": [ours_only]}
        ),
    )
