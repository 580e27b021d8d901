"""Which stage of the model reads which description: the paper's order, or any other."""

import random
from collections.abc import Sequence

import streamlit as st

from mer_core.types import View
from ui.address import standing

Order = tuple[View, ...]
"""View that each stage reads, finest stage first."""
_PLACES = ("finest", "fine", "coarse", "coarsest")


def intended(order: Sequence[View]) -> bool:
    """Whether every stage reads the view that it is named after."""
    return tuple(order) == tuple(View)


def _key(prefix: str, stage: View) -> str:
    return f"{prefix}{stage}-stage"


def in_order(prefix: str = "") -> Order:
    """The order chosen in this session; the intended one where an address names no order."""
    order = tuple(standing(_key(prefix, stage), stage) for stage in View)
    return tuple(map(View, order)) if sorted(order) == sorted(View) else tuple(View)


def order_of_views(prefix: str = "") -> None:
    """Draw the four choices, a shuffle, and the ways back."""
    st.caption("Each stage reads one description; ✓ marks the one that the paper gives to it.")
    now = in_order(prefix)
    for stage, view in zip(View, now, strict=True):  # an address may hold anything
        if st.session_state.get(_key(prefix, stage), stage) != view:
            st.session_state[_key(prefix, stage)] = str(view)
    for i, (stage, place) in enumerate(zip(View, st.columns(4, gap="small"), strict=True)):
        place.selectbox(
            f"Stage {i + 1}, {_PLACES[i]}",
            [str(view) for view in View],
            index=i,
            format_func=lambda name, own=str(stage): f"{name} ✓" if name == own else name,
            key=_key(prefix, stage),
            bind="query-params",
            on_change=_swap,
            args=(prefix, stage, now),
        )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            "Shuffle",
            key=f"{prefix}shuffle",
            icon=":material/shuffle:",
            on_click=_shuffle,
            args=(prefix, now),
        )
        st.button(
            "Undo",
            key=f"{prefix}order-undo",
            icon=":material/undo:",
            disabled=not _past(prefix),
            on_click=_undo,
            args=(prefix,),
        )
        st.button(
            "Intended order",
            key=f"{prefix}order-intended",
            icon=":material/check:",
            disabled=intended(now),
            on_click=_set,
            args=(prefix, tuple(View), now),
        )


def _past(prefix: str) -> list[Order]:
    """The orders before this one, the last at the end."""
    return st.session_state.setdefault(f"{prefix}orders", [])


def _set(prefix: str, order: Order, before: Order | None = None) -> None:
    if before is not None and order != before:
        _past(prefix).append(before)
    for stage, view in zip(View, order, strict=True):
        st.session_state[_key(prefix, stage)] = str(view)


def _swap(prefix: str, stage: View, before: Order) -> None:
    """The stage that had read what this one now reads takes over what this one had read."""
    chosen = View(st.session_state[_key(prefix, stage)])
    order = list(before)
    at = list(View).index(stage)
    order[before.index(chosen)], order[at] = before[at], chosen
    _set(prefix, tuple(order), before)


def _shuffle(prefix: str, before: Order) -> None:
    """Another order, by chance."""
    order = list(View)
    while tuple(order) in (before, tuple(View)):
        random.shuffle(order)
    _set(prefix, tuple(order), before)


def _undo(prefix: str) -> None:
    _set(prefix, _past(prefix).pop())


def as_read(order: Order) -> str:
    """The order in a sentence, for whoever looks at the figures below."""
    pairs = [
        f"the {stage} stage reads the {view} description"
        for stage, view in zip(View, order, strict=True)
        if stage != view
    ]
    return f"Another order than the intended one: {', '.join(pairs)}."
