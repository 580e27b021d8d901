"""Four sentences about a sticker: written by somebody, always editable, never silently empty."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.types import Provenance, Sample, View
from ui.address import standing
from ui.header import is_puppet
from ui.media import digest
from ui.sticker_order import in_order, intended
from ui.sticker_writers import Written, pick_writer, written

LABELS: Mapping[View, str] = {
    View.INTENTION: "What it is sent for (intention)",
    View.STYLE: "How it is drawn (style)",
    View.ROLE: "Who is on it (main role)",
    View.POSTURE: "Posture and expression",
}
"""A view as a newcomer would call it."""
LONGEST = 400
EMPTIED = "It was emptied by hand."


@dataclass(frozen=True)
class Boxes:
    """The four boxes of one sticker, by the keys that their text has in the session.

    Attributes:
        prefix: Of every key of this side of the page.
        key: Of this sticker as this writer describes it.
        written: What stood in the boxes before any edit.
    """

    prefix: str
    key: str
    written: Written

    def box(self, view: View) -> str:
        """Key of one box; also its name in the page's address."""
        return f"{self.prefix}{view}-{self.key}"

    def text(self, view: View) -> str:
        """What stands in a box now."""
        return standing(self.box(view), self.written.views.get(view, "")).strip()

    @property
    def donated(self) -> dict[View, tuple[str, str]]:
        """View -> name of the donor, its sentence."""
        return st.session_state.setdefault(f"{self.prefix}donated-{self.key}", {})

    def put(self, view: View, donor: str, text: str) -> None:
        """Put another sticker's sentence in. For callbacks: the box must not be drawn yet."""
        self.donated[view] = (donor, text)
        st.session_state[self.box(view)] = text

    def reset(self) -> None:
        """All as it was written. For callbacks."""
        for view in View:
            st.session_state[self.box(view)] = self.written.views.get(view, "")
        self.donated.clear()

    def source(self, view: View) -> Provenance:
        """Where the sentence in a box comes from."""
        text = self.text(view)
        if text == self.written.views.get(view, "").strip():
            return self.written.source
        if (given := self.donated.get(view)) and text == given[1].strip():
            return Provenance.DONATED
        return Provenance.EDITED

    @property
    def told(self) -> bool:
        """Whether one reason holds for all four and stands above them already."""
        return not self.written.by

    @property
    def changed(self) -> tuple[View, ...]:
        """The views that are not as they were written."""
        return tuple(view for view in View if self.source(view) != self.written.source)


@dataclass(frozen=True)
class Described:
    """A sticker with its descriptions.

    Attributes:
        sample: As it stands: edited, and in the order chosen.
        original: As it was before any edit.
        boxes: Of its sentences.
    """

    sample: Sample
    original: Sample
    boxes: Boxes

    @property
    def edited(self) -> bool:
        """Whether the model is to answer something else than at first."""
        return self.sample.views != self.original.views


def described(sample: Sample, prefix: str = "") -> Described:
    """Draw the four editable sentences.

    Args:
        sample: A sticker.
        prefix: Of the keys, where two stickers stand on one page.

    Raises:
        MerError: The interpreter that ships cannot be had.
    """
    head = st.container(horizontal=True, vertical_alignment="center", gap="small")
    head.markdown("**Four descriptions** :gray[(views)], yours to edit", width="stretch")
    by = written(sample, pick_writer(sample, prefix), prefix)
    original = replace(
        sample,
        views=by.views,
        missing=by.missing,
        provenance={**sample.provenance, "views": by.source},
    )
    boxes = Boxes(prefix, digest(original)[:8], by)
    for row in (tuple(View)[:2], tuple(View)[2:]):
        for view, place in zip(row, st.columns(2, gap="small"), strict=True):
            with place:
                _box(boxes, view, linked=is_puppet(sample))
    _way_back(head, boxes)
    _foot(boxes)
    return Described(_as_edited(original, boxes), original, boxes)


def _box(boxes: Boxes, view: View, linked: bool) -> None:
    """One box under its name and chips. Of a generated sticker it also stands in the address."""
    st.text_area(
        f"{LABELS[view]} {_chips(boxes, view)}".strip(),
        boxes.written.views.get(view, ""),
        key=boxes.box(view),
        height=100,
        max_chars=LONGEST,
        placeholder="Nothing is said here: the model hears a missing view.",
        bind="query-params" if linked else None,
    )
    if not boxes.text(view) and not boxes.told:
        st.caption(f":material/block: {_why_missing(boxes, view)}")


def _chips(boxes: Boxes, view: View) -> str:
    if not boxes.text(view):
        return ":orange-badge[missing]"
    source = boxes.source(view)
    if source == Provenance.DONATED:
        return f":blue-badge[:material/swap_horiz: from {boxes.donated[view][0]}]"
    if source == Provenance.EDITED:
        return ":blue-badge[:material/edit: edited]"
    return boxes.written.notes.get(view, "")


def _why_missing(boxes: Boxes, view: View) -> str:
    return EMPTIED if view in boxes.written.views else boxes.written.missing.get(view, EMPTIED)


def _way_back(head: DeltaGenerator, boxes: Boxes) -> None:
    head.button(
        "Undo all edits",
        key=f"{boxes.prefix}reset",
        type="tertiary",
        icon=":material/undo:",
        disabled=not boxes.changed,
        on_click=boxes.reset,
    )


def _foot(boxes: Boxes) -> None:
    """How long the writing took, and what is guessed."""
    notes = [boxes.written.by]
    if any("guessed" in note for note in boxes.written.notes.values()):
        notes.append("Guessed: a picture cannot show what it is sent for. Say it yourself.")
    if any(notes):
        st.caption(" ".join(note for note in notes if note))


def _as_edited(original: Sample, boxes: Boxes) -> Sample:
    """What the model gets: the text of each box at the stage that the order gives it to."""
    views, missing, sources = {}, {}, set()
    order = in_order(boxes.prefix)
    for stage, view in zip(View, order, strict=True):
        if text := boxes.text(view):
            views[stage] = text
            sources.add(boxes.source(view))
        else:
            missing[stage] = _why_missing(boxes, view)
    kinds = (Provenance.EDITED, Provenance.DONATED)
    emptied = any(not boxes.text(view) for view in boxes.written.views)
    source = next((kind for kind in kinds if kind in sources), original.provenance["views"])
    source = Provenance.SILENT if not views else Provenance.EDITED if emptied else source
    provenance = {**original.provenance, "views": source}
    if not intended(order):
        provenance["order"] = Provenance.EDITED
    return replace(original, views=views, missing=missing, provenance=provenance)
