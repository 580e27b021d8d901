"""What bytes are, told by how they begin; and the limits that all media share."""

from mer_core.errors import BadInput

MAX_BYTES = 20_000_000
"""Largest file that is looked at."""

MAX_PIXELS = 20_000_000
"""Most pixels of one picture or frame."""

MAX_SECONDS = 30.0
"""How much of a recording is used; the rest is left out with a note."""

MAX_MINUTES = 10.0
"""A longer recording is refused before it is decoded."""

PICTURES = {"PNG", "JPEG", "WebP", "GIF", "BMP"}
SOUNDS = {"WAV": "wav", "FLAC": "flac", "MP3": "mp3", "OGG": "ogg"}
"""Kind -> FFmpeg's name of its container: no other demuxer is ever tried."""

VIDEOS = {"MP4": "mp4", "WebM": "matroska"}


def kind_of(data: bytes) -> str:
    """Name of the kind of file, or "unknown"."""
    head = data[:64]
    if head[:4] in (b"RIFF", b"RF64"):
        return {b"WEBP": "WebP", b"WAVE": "WAV", b"AVI ": "AVI"}.get(head[8:12], "unknown")
    if head[4:8] == b"ftyp":
        still = head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis")
        return "HEIC or AVIF" if still else "MP4"
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    # An MPEG audio frame: eleven set bits, then version and layer; layer 0 would be AAC.
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06:
        return "MP3"
    return _written(data)


_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"fLaC", "FLAC"),
    (b"OggS", "OGG"),
    (b"ID3", "MP3"),
    (b"\x1a\x45\xdf\xa3", "WebM"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP or Office"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
)


def _written(data: bytes) -> str:
    start = data[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start:
        return "SVG"
    if start.startswith((b"<!doctype html", b"<html")):
        return "web page"
    if data and all(32 <= b < 127 or b in b"\t\r\n" for b in data[:200]):
        return "text"
    return "unknown"


def expect(data: bytes, wanted: set[str], what: str) -> str:
    """The kind of `data`, if it is one of `wanted` and not too large.

    Args:
        data: The whole file.
        wanted: Kinds that can be read.
        what: What the user was asked for, as in "picture".

    Raises:
        BadInput: Empty, too large, or of another kind.
    """
    if not data:
        raise BadInput(f"The file is empty: choose a {what} that has something in it.")
    if len(data) > MAX_BYTES:
        raise BadInput(
            f"The file has {len(data) / 1e6:.0f} MB; at most {MAX_BYTES // 10**6} MB are read. "
            f"Make the {what} smaller or shorter and try again."
        )
    if (kind := kind_of(data)) not in wanted:
        known = _listed(wanted)
        if kind == "SVG":
            raise BadInput(f"This is an SVG drawing, not a {what} of pixels: export it as PNG.")
        came = "This is of no kind that is known here" if kind == "unknown" else _is_a(kind)
        raise BadInput(f"{came}, whatever its name says: give a {what} as {known}.")
    return kind


def _is_a(kind: str) -> str:
    return f"This is {'an' if kind[0] in 'AHM' else 'a'} {kind} file"


def _listed(kinds: set[str]) -> str:
    *first, last = sorted(kinds, key=str.lower)
    return f"{', '.join(first)} or {last}" if first else last
