"""Descriptions as the released MGHFT code reads them: one string with four marked sections.

    #The sticker's intention is joy. #The sticker's style is cartoonish. #The sticker's main role
    is a cat. #The sticker's gesture is a wink.

Departs: the released code takes the sections in the order in which they occur, knows "gesture"
and not "posture", and stops with an index error where one is absent. Here a section is known by
its name, and an absent one is a missing view with its reason.
"""

import re
from collections.abc import Mapping

from mer_core.types import View

_QUOTE = "['\u2019\u00b4`]?"
_MARKER = re.compile(rf"#\s*the\s+stickers?{_QUOTE}\s*s?{_QUOTE}\s+", re.IGNORECASE)
_SECTIONS: Mapping[View, re.Pattern[str]] = {
    View.INTENTION: re.compile(r"intentions?\b", re.IGNORECASE),
    View.STYLE: re.compile(r"styles?\b", re.IGNORECASE),
    View.ROLE: re.compile(r"(?:main\s+)?(?:roles?|characters?)\b", re.IGNORECASE),
    View.POSTURE: re.compile(r"(?:gestures?|postures?)(?:\s+and\s+\w+)?\b", re.IGNORECASE),
}
_EMPTY = re.compile(r"[\s:.,;-]*(?:is|are)?[\s:.,;-]*", re.IGNORECASE)


def sections(text: str) -> tuple[dict[View, str], dict[View, str]]:
    """The views in a description, and why a view is missing.

    A section keeps its words: "The sticker's intention is joy." What stands before the first
    marker, or under a marker of another name, is in no view. Sections of one name are joined.

    Args:
        text: The description.

    Examples:
        >>> said, unsaid = sections("#The sticker's styles are flat #The sticker's intention is")
        >>> said
        {<View.STYLE: 'style'>: "The sticker's styles are flat"}
        >>> unsaid[View.INTENTION], unsaid[View.ROLE]
        ('Its section is empty.', 'The description has no section of this name.')
    """
    marks = list(_MARKER.finditer(text))
    ends = [*(mark.start() for mark in marks), len(text)][1:]
    found: dict[View, list[str]] = {}
    for mark, end in zip(marks, ends, strict=True):
        for view, name in _SECTIONS.items():
            if opening := name.match(text, mark.end(), end):
                blank = _EMPTY.fullmatch(text, opening.end(), end)
                whole = " ".join(text[mark.start() : end].lstrip("#").split())
                found.setdefault(view, []).extend([] if blank else [whole])
    said = {view: " ".join(found[view]) for view in View if found.get(view)}
    return said, {view: _why(view in found, text) for view in View if view not in said}


def _why(opened: bool, text: str) -> str:
    if opened:
        return "Its section is empty."
    return (
        "The description has no section of this name." if text.strip() else "It is not described."
    )
