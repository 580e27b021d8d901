"""The parts of the page Sticker lab: one sticker or two, and what can be asked of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from mer_core.probes.base import percent
from mer_core.types import Sample
from ui.answer import Answered, answer_card, trust_line, try_model
from ui.descriptions import Described, described
from ui.failures import told
from ui.header import is_puppet, sample_header
from ui.inputs import pick_sticker
from ui.inside import ask_more, mattered, show
from ui.sticker_donor import donor
from ui.sticker_order import as_read, in_order, intended, order_of_views
from ui.sticker_places import ALL, ANSWER, pick_stage, places
from ui.sticker_reading import with_pixels
from ui.sticker_shares import pick_game, shares

MAPS = "Which places of the sticker read which words?"
GUIDED = "What does the answer look at, guided by the text?"
WITHOUT = "What if one view were missing?"
HEEDED = "Does the view that is looked at most also count most?"
_ADDED = "How much did each description add to the answer?"
_SHOWN = (MAPS, GUIDED, WITHOUT, HEEDED, _ADDED)
"""Questions that have a place of their own on the page."""
ADDS, LOOKS, GONE, MORE = (
    "What each description adds",
    "Where it looks",
    "Without each description",
    "More questions",
)


@dataclass(frozen=True)
class Side:
    """One sticker on the page.

    Attributes:
        prefix: Of its keys; "" for the first.
        found: Its descriptions.
        answered: The answer to it as it stands.
        before: The answer to it as it was before the user's edits; None where nothing is edited.
    """

    prefix: str
    found: Described
    answered: Answered
    before: Answered | None


def compare_switch() -> bool:
    """Draw the switch between one sticker and two."""
    return st.toggle(
        "Compare two stickers",
        key="compare",
        bind="query-params",
        help="Two stickers side by side, each with its own descriptions, edits and answer.",
    )


def side(prefix: str = "", wide: bool = True) -> Side | None:
    """Draw one sticker with its descriptions and its answer; None while there is no answer.

    Args:
        prefix: Of all keys; "" or "other-".
        wide: The whole width of the page: the answer stands beside the descriptions.
    """
    sample: Sample | None = None
    with told(stop=False):
        sample = pick_sticker(f"{prefix}sticker")
        if sample is None:
            st.markdown("Give a picture of a sticker: drawn or photographed, still or moving.")
    if sample is None:
        return None
    left, right = st.columns([3, 2], gap="medium") if wide else (st.container(), st.container())
    head, found, made = left.container(), None, None
    with left, told(stop=False):
        found = described(sample, prefix)
        _tools(found)
    if found is not None:
        with right:
            made = _answered(prefix, found)
            trust_line(("mghft",), sample)
    with head:
        shown = sample if found is None else found.sample
        sample_header(shown, () if made is None else (made.answered.recording.manifest,))
    return made


def _answered(prefix: str, found: Described) -> Side | None:
    answered = try_model("mghft", found.sample)
    if answered is None:
        return None
    before = try_model("mghft", found.original) if found.edited else None
    answer_card("mghft", answered, f"{prefix}sticker", before=before)
    return Side(prefix, found, answered, before)


def _tools(found: Described) -> None:
    """What else can be changed: whose words they are, and which stage reads which."""
    prefix = found.boxes.prefix
    with st.expander(
        "Put in another sticker's descriptions (donor)",
        icon=":material/swap_horiz:",
        key=f"{prefix}donor",
        on_change="rerun",
    ) as box:
        if box.open:
            donor(found.boxes, str(st.session_state.get(f"{prefix}writer")))
    with st.expander(
        "Change which stage reads which description (order)", icon=":material/low_priority:"
    ):
        order_of_views(prefix)


def lead(sides: Sequence[Side]) -> None:
    """The answer and what told it, in a sentence or two."""
    if len(sides) == 1:
        answered, before = sides[0].answered, sides[0].before
        was = "" if before is None else f" Before your edits: {_says(before)}."
        told = mattered(WITHOUT, "mghft", answered)
        st.markdown(f"MGHFT says {_says(answered)}.{was} {told}")
    elif sides:
        first, second = (_says(one.answered) for one in sides)
        same = sides[0].answered.emotion == sides[1].answered.emotion
        st.markdown(
            f"MGHFT says {first} of the left sticker and {second} of the right one: "
            f"{'the same answer' if same else 'two different answers'}."
        )


def _says(answered: Answered) -> str:
    return f"**{answered.emotion}** ({percent(answered.confidence)})"


@st.fragment
def inside(sides: Sequence[Side]) -> None:
    """One question at a time about what happened inside, for all stickers on the page."""
    st.subheader("What told it", anchor=False)
    section = st.segmented_control(
        "Look at",
        [ADDS, LOOKS, GONE, MORE],
        default=ADDS,
        required=True,
        key="look",
        bind="query-params",
        label_visibility="collapsed",
    )
    section = section or ADDS
    game = pick_game() if section == ADDS else None
    stage = pick_stage() if section == LOOKS else None
    columns = st.columns(len(sides), gap="large") if len(sides) > 1 else [st.container()]
    for one, column in zip(sides, columns, strict=True):
        with column:
            if not intended(order := in_order(one.prefix)):
                st.caption(f":material/low_priority: {as_read(order)}")
            if game is not None:
                shares(one.answered, game, f"{one.prefix}sticker")
            elif stage is not None:
                _looks(one, stage, len(sides) == 1)
            elif section == GONE:
                _without(one)
            else:
                _more(one)
    if any(is_puppet(one.found.original) for one in sides):
        st.caption(
            ":material/link: The page's address holds sticker, edits, order and this view: copy it "
            "to come back or to show somebody."
        )


def _looks(one: Side, stage: str, alone: bool) -> None:
    key = f"{one.prefix}sticker"
    if stage in (ALL, ANSWER):
        show(
            MAPS if stage == ALL else GUIDED,
            "mghft",
            one.answered,
            f"{stage.replace(' ', '-')}-{key}",
        )
    else:
        places(one.answered, stage, key, alone)


def _without(one: Side) -> None:
    st.caption(
        "Each is taken away in turn and the model answers again: a knock-out. Beside it stands how "
        "much it was looked at, for attention is no contribution."
    )
    show(HEEDED, "mghft", one.answered, f"{one.prefix}without-view")


def _more(one: Side) -> None:
    """The other questions; they may look at the picture itself, not at what was kept of it."""
    whole = replace(one.answered, recording=with_pixels(one.answered.recording))
    ask_more("mghft", whole, _SHOWN, f"{one.prefix}sticker")
