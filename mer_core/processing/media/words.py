"""Words that a user typed."""

import unicodedata

from mer_core.errors import BadInput

MAX_WORDS = 400
_MAX_LETTERS = 4_000  # for scripts that do not part their words, and for one endless word


def read_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Clean words in one line, and notes.

    Raises:
        BadInput: Nothing is left to read.
    """
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in _joined(text))
    words = visible.split()
    if not words:
        raise BadInput("The text is empty: write at least one word.")
    notes = []
    kept = " ".join(words[:MAX_WORDS])[:_MAX_LETTERS].rstrip()
    if len(kept) < len(" ".join(words)):
        notes.append(
            f"The text has {len(words):,} words: only the first {len(kept.split()):,} are read."
        )
    letters = [c for c in kept if c.isalpha()]
    foreign = sum(not unicodedata.name(c, "").startswith("LATIN") for c in letters)
    if not letters:
        notes.append("There are no letters in the text: the encoder was trained on English words.")
    elif foreign > len(letters) / 2:
        notes.append(
            "The text is in another script than English, on which the encoder was trained: "
            "do not trust what comes out."
        )
    return kept, tuple(notes)


def _joined(text: str) -> str:
    """Composed characters. Joiners inside emoji are of category C and part them: harmless."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
