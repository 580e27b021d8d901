"""What the page's address says of a widget that is bound to it."""

import streamlit as st


def standing(key: str, default: str) -> str:
    """What a bound widget of text holds; before it is first drawn, what the address gives it.

    Args:
        key: Of the widget, which is its name in the address.
        default: Of the widget.
    """
    held = st.session_state.get(key)
    return str(st.query_params.get(key, default)) if held is None else str(held)
