"""Weights that are published on the model hub: from the local cache, else fetched if it answers.

Hub clients try again and again, a minute or more, before they say that there is no network. Here
the hub is asked one short question first.
"""

import ssl
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from huggingface_hub import constants, hf_hub_download, is_offline_mode

PATIENCE = 3.0
"""Seconds that the hub has to answer whether it is there."""


def hub_answers() -> bool:
    """Whether the hub can be reached: one request, whose answer does not matter."""
    if is_offline_mode():
        return False
    try:
        urlopen(Request(constants.ENDPOINT, method="HEAD"), timeout=PATIENCE).close()
    except HTTPError:
        return True  # it refused, so it is there
    except URLError as cause:
        return isinstance(cause.reason, ssl.SSLError)  # its client may trust more than we do
    except OSError:
        return False
    return True


def published(repository: str, file: str) -> str | None:
    """Path of a published file, fetched once; None where it is neither cached nor to be had.

    Args:
        repository: Its name on the hub, "owner/name".
        file: Name of the file.
    """
    try:
        return hf_hub_download(repository, file, local_files_only=True)
    except (OSError, ValueError):
        if not hub_answers():
            return None
    try:
        return hf_hub_download(repository, file)
    except (OSError, ValueError):  # it answers, but not with this
        return None
