"""From bytes that a stranger gave to parts of a Sample, or a sentence that says why not.

Every function raises `BadInput` with one sentence for the user and never anything else because of
what the bytes hold. Notes are sentences too: what was done to the input that its owner might not
expect. Kinds are told by content, never by a file's name; only the decoders named here are run.
"""

from mer_core.processing.media.clip import read_clip
from mer_core.processing.media.kinds import MAX_BYTES, MAX_MINUTES, MAX_PIXELS, MAX_SECONDS
from mer_core.processing.media.picture import Picture, read_picture
from mer_core.processing.media.sound import read_sound
from mer_core.processing.media.words import MAX_WORDS, read_text

__all__ = [
    "MAX_BYTES",
    "MAX_MINUTES",
    "MAX_PIXELS",
    "MAX_SECONDS",
    "MAX_WORDS",
    "Picture",
    "read_clip",
    "read_picture",
    "read_sound",
    "read_text",
]
