"""Emoji as stickers: two drawing styles, views from names and keywords, answers from people.

What each view says, and from which field; no sentence knows anything of the ratings:

    intention   keywords of emojilib and EmojiTwo: what people type to find and send it
    style       one sentence a drawing style, the same for every emoji of that style
    role        the Unicode name, and whether it is a face
    posture     keywords of CLDR: what can be seen of it

A keyword is said once: not in the intention where it stands in the posture, and nowhere where it
repeats the name. Where no keyword is left the view is missing, with the reason. Both styles of an
emoji are one group: they share its ratings and all but one view, so a split goes by id.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mer_core.datasets.location import existing
from mer_core.datasets.stickers.collection import Gathering, Source, StickerSet, find, real
from mer_core.datasets.stickers.splits import stratified
from mer_core.datasets.stickers.tables import read_json
from mer_core.errors import BadInput
from mer_core.types import Sample, View

CLASSES = ("anger", "anticipation", "disgust", "fear", "joy", "sadness", "surprise", "trust")
"""Plutchik's eight emotions, in the order of every rating."""

STYLES: dict[str, str] = {
    "noto": "It is drawn in the Noto style: round shapes, smooth colours, soft shading.",
    "blob": "It is drawn in the blob style: soft, drop-shaped bodies in flat colours.",
}
"""Drawing style, which is its folder too -> what the view of the style says."""

SOURCE = Source(
    "Ratings: EmoTag1200 (Shoeb and de Melo, 2020, EmoTag1200: Understanding the Association "
    "between Emojis and Emotions). Pictures: Noto Emoji, Blobmoji. Keywords: CLDR, emojilib, "
    "EmojiTwo.",
    "Pictures Apache-2.0; ratings and emojilib MIT; EmojiTwo CC BY 4.0; CLDR Unicode licence",
)
_UNSAID = {
    View.INTENTION: "No list of keywords says what it is sent for.",
    View.POSTURE: "CLDR has no keyword for it beyond its name.",
}


def emoji_set(folder: Path | None = None, styles: Sequence[str] = tuple(STYLES)) -> StickerSet:
    """All emoji in the chosen styles: 117 that people rated, and the rest unrated.

    `rated` of a sample has the eight scores as published, each 0 to 1, where the emoji was rated;
    `target` is the highest of them where only one is highest. Ids are "style/code point". Emoji
    with a target are split by id, 60/20/20 within each emotion; the others have no split.

    Args:
        folder: Holds `emoji_meta.json` and `images/<style>/<id>.png`; None for `emoji_stickers`
            among the real data.
        styles: Keys of STYLES.

    Raises:
        DataMissing: The folder or its table is not there.
        BadInput: The table is damaged, or a style is none of the two.

    Source: EmoTag (Shoeb and de Melo, 2020).
    """
    if unknown := [s for s in styles if s not in STYLES]:
        raise BadInput(f"There is no style {unknown[0]!r}; choose among {', '.join(STYLES)}.")
    folder = existing(folder, "emoji_stickers", "the emoji stickers")
    table = folder / "emoji_meta.json"
    checked = [(entry, *_checked(entry, i, table)) for i, entry in enumerate(_entries(table))]
    answers = {name: best for entry, name, _ in checked if (best := _highest(_ratings(entry)))}
    splits, gathered = stratified(answers), Gathering()
    for entry, name, vendors in checked:
        if not vendors:
            gathered.lack(name, "It was drawn in neither style.")
        for style in (s for s in vendors if s in styles):
            found = find(folder / "images", f"{style}/{name}.png")
            gathered.take(_told(entry, style), found, name, splits.get(name))
    stickers, missing = tuple(gathered.stickers.values()), tuple(gathered.missing)
    return StickerSet("emoji", stickers, CLASSES, missing, SOURCE)


def views(entry: Mapping[str, Any], style: str) -> tuple[dict[View, str], dict[View, str]]:
    """The sentences of an emoji, and why a view is missing.

    Args:
        entry: Its row of `emoji_meta.json`.
        style: A key of STYLES.

    Examples:
        >>> said, unsaid = views({"name": "star", "cldr_keywords": ["star"]}, "noto")
        >>> said[View.ROLE], unsaid[View.POSTURE]
        ('The sticker shows: star.', 'CLDR has no keyword for it beyond its name.')
    """
    name, face = entry["name"], ", which is a face" if entry.get("is_face") else ""
    seen = _keywords(entry.get("cldr_keywords"), {_plain(name)})
    meant = [*(entry.get("emojilib_keywords") or ()), *(entry.get("emojitwo_keywords") or ())]
    sent = _keywords(meant, {_plain(name), *map(_plain, seen)})
    said = {
        View.INTENTION: f"It is sent to say: {', '.join(sent)}." if sent else "",
        View.STYLE: STYLES[style],
        View.ROLE: f"The sticker shows: {name}{face}.",
        View.POSTURE: f"It can be seen as: {', '.join(seen)}." if seen else "",
    }
    unsaid = {view: _UNSAID[view] for view, sentence in said.items() if not sentence}
    return {view: sentence for view, sentence in said.items() if sentence}, unsaid


def _keywords(words: Iterable[str] | None, known: set[str]) -> list[str]:
    """Keywords in their order, each once, without those already known."""
    kept: dict[str, str] = {}
    for word in words or ():
        plain = _plain(word)
        if plain and plain not in known:
            kept.setdefault(plain, " ".join(word.replace("_", " ").split()))
    return list(kept.values())


def _plain(word: str) -> str:
    return " ".join(word.replace("_", " ").split()).casefold()


def _told(entry: Mapping[str, Any], style: str) -> Sample:
    said, unsaid = views(entry, style)
    rated = _ratings(entry)
    return Sample(
        f"{style}/{entry['id']}",
        views=said,
        target=_highest(rated),
        provenance=real(),
        rated=rated,
        missing=unsaid,
    )


def _ratings(entry: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(entry["emotag"][name]) for name in CLASSES} if "emotag" in entry else {}


def _highest(rated: Mapping[str, float]) -> str | None:
    """The emotion with the highest score; None of a tie, and where nothing was rated."""
    highest = [name for name, score in rated.items() if score == max(rated.values())]
    return highest[0] if len(highest) == 1 else None


def _entries(table: Path) -> list[Any]:
    entries = read_json(table)
    if not isinstance(entries, list):
        raise BadInput(f"{table} should hold a list of emoji; it holds a {type(entries).__name__}.")
    return entries


def _checked(entry: Any, number: int, table: Path) -> tuple[str, list[str]]:
    """Id and styles of a row whose fields are as they should be."""
    where = f"Row {number + 1} of {table}"
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise BadInput(f"{where} has no name: copy the file again.")
    name, vendors = entry.get("id"), entry.get("vendors")
    if not isinstance(name, str) or not name.replace("-", "").isalnum():
        raise BadInput(f"{where} has the id {name!r}: code points like '1f602' are expected.")
    if not isinstance(vendors, list):
        raise BadInput(f"{where} has no list of vendors: copy the file again.")
    if "emotag" in entry and not _whole(entry["emotag"]):
        raise BadInput(
            f"{where} should rate {', '.join(CLASSES)}, each 0 to 1; got {entry['emotag']!r}."
        )
    return name, vendors


def _whole(rating: Any) -> bool:
    scores = rating.values() if isinstance(rating, dict) and set(rating) == set(CLASSES) else ("",)
    return all(isinstance(score, int | float) and 0 <= score <= 1 for score in scores)
