"""Addresses that people type, and words that servers send back."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from mer_core.errors import BadInput

LONGEST = 200
"""Most characters of a server's words that are shown."""


def checked(address: str) -> str:
    """An address in the one form that is used.

    Raises:
        BadInput: It is none, or holds a password.

    Examples:
        >>> checked("http://127.0.0.1:11434/v1/")
        'http://127.0.0.1:11434/v1'
    """
    clean = address.strip().rstrip("/").removesuffix("/chat/completions")
    try:
        parts = urlsplit(clean)
        host, _ = parts.hostname, parts.port  # a port that is no number raises
    except ValueError as cause:
        raise BadInput(_UNFIT.format(address=one_line(address))) from cause
    if parts.username or parts.password:
        raise BadInput(
            "The address holds a name or a password, which would be shown on screen: "
            "leave them out and put the key into an environment variable."
        )
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise BadInput(_UNFIT.format(address=one_line(address)))
    return clean


_UNFIT = (
    "{address!r} is no address of a server: it begins with http:// or https:// and ends in /v1, "
    "as in http://127.0.0.1:11434/v1."
)


def is_here(address: str) -> bool:
    """Whether what is sent to an address stays on this machine.

    Examples:
        >>> is_here("http://localhost:1234/v1"), is_here("http://192.168.0.7:8000/v1")
        (True, False)
    """
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def one_line(words: str) -> str:
    """Somebody else's words, printable, on one line, not too many."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
