"""Expected failures become one sentence on the page; the page stays usable."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mer_core.errors import MerError


@contextmanager
def told(stop: bool = True) -> Iterator[None]:
    """Show an expected error as a sentence.

    Args:
        stop: End the page there. Otherwise what follows the block goes on.
    """
    try:
        yield
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        if stop:
            st.stop()
