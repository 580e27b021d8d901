"""Where a stage or a word looks on the picture, and which words a place reads."""

from typing import Any

import streamlit as st

from mer_core.probes.places import StageLook, look, reads, words_at
from mer_core.types import View
from mer_core.views import to_csv
from mer_core.views.places import draw_look
from ui.answer import Answered
from ui.downloads import downloads
from ui.findings import is_dark, show_finding, without_caption

_LOOKS = "where it looks"
ALL, ANSWER = "all four", "the answer"
"""Beside the stages: the maps of all of them, and where the answer itself looks."""


def pick_stage() -> str:
    """Draw the choice of a stage, the same for all stickers on the page."""
    chosen = st.segmented_control(
        "Stage, from fine to coarse",
        [*(str(view) for view in View), ALL, ANSWER],
        default=str(View.POSTURE),
        required=True,
        key="stage",
        bind="query-params",
        help="The picture is read four times, from fine to coarse. Each reading (stage) has its "
        "own description and adds its words to the places that it chose: Soft-Fusion.",
    )
    return chosen or str(View.POSTURE)


def places(answered: Answered, stage: str, key: str, side_by_side: bool = True) -> None:
    """The map of a stage or of one of its words; a click on a place tells its words.

    Args:
        answered: To a sticker.
        stage: Name of the stage.
        key: Unique on the page.
        side_by_side: Map and words in two columns.
    """
    found = reads(answered.recording)
    if found is None:
        st.caption(
            "This model fuses whole descriptions: every word is read alike everywhere, so there is "
            "nothing to pick."
        )
        return
    words = found.only(stage).stages[0].words[0]
    word = _pick_word(words, f"{key}-{stage}-{answered.key[:8]}")
    seen = look(answered.recording, stage, word)
    if seen.image is None:
        st.caption(seen.says())
        return
    at = f"place-{key}-{stage}-{answered.key[:8]}"
    left, right = st.columns([3, 2], gap="medium") if side_by_side else (st.container(),) * 2
    with left:
        _map(seen, at, f"{key}-{stage}-{'look' if word is None else word}")
    with right:
        _words(seen, at, f"{key}-words")


def _pick_word(words: tuple[str, ...], key: str) -> int | None:
    """Draw the words of the stage's view as a row to pick from; None for none of them."""
    if not words:
        st.caption(":material/block: This description is missing, so there are no words to read.")
        return None
    chosen = st.pills(
        "Word",
        [-1, *range(len(words))],
        default=-1,
        required=True,
        key=f"word-{key}",
        format_func=lambda i: _LOOKS if i < 0 else words[i],
    )
    return None if chosen is None or chosen < 0 else int(chosen)


def _map(seen: StageLook, at: str, key: str) -> None:
    """The map with its clicks. It only changes with what is looked at, so that a click stays."""
    listed = st.session_state.get(f"{at}-list")
    held = st.session_state.get(at)
    marked = held if held is not None and held == listed else None
    drawing = draw_look(seen, dark=is_dark(), marked=marked)
    caption, trimmed = without_caption(drawing)
    sentence = seen.says()
    st.markdown(sentence)
    chart = f"map-{key}"
    st.plotly_chart(
        trimmed,
        key=chart,
        theme=None,
        on_select=lambda: _clicked(chart, at),
        selection_mode="points",
        config={"displayModeBar": False},
        alt=sentence,
    )
    st.caption(f"{caption} Dots: places that read words; click one, or pick it from the list.")
    downloads(chart, lambda: to_csv(seen), sentence, caption)


def _clicked(chart: str, at: str) -> None:
    state: Any = st.session_state[chart]
    points = state["selection"]["points"]
    if points and points[0].get("customdata") is not None:
        told = points[0]["customdata"]
        st.session_state[at] = int(told[0] if isinstance(told, list) else told)
        st.session_state[f"{at}-list"] = None


def _words(seen: StageLook, at: str, key: str) -> None:
    """The list of places, for who has no mouse, and what the picked one reads."""
    there, grid = seen.clickable(), seen.stage.grid

    def pick() -> None:
        st.session_state[at] = st.session_state[f"{at}-list"]

    held = st.session_state.get(at)
    st.selectbox(
        "Place",
        there,
        index=None,
        key=f"{at}-list",
        placeholder="Click a dot, or pick a place here",
        format_func=lambda p: f"row {p // grid + 1}, column {p % grid + 1}",
        on_change=pick,
    )
    if held not in there:
        st.caption("Each chosen place takes from the words of the stage's description.")
        return
    show_finding(words_at(seen, held), key)
