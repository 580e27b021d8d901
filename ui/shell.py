"""The frame around every page: navigation, heading, sidebar, and what happens when a page fails."""

import logging
import secrets
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from ui.resources import loading_state, shelf, warm

ROOT = Path(__file__).resolve().parents[1]
# Not in the session's state: a page that ends early could leave it standing there.
_FRAMED: ContextVar[bool] = ContextVar("ui.shell.framed", default=False)
_LOG = logging.getLogger("mer_lab")


class Room(NamedTuple):
    """One page: its file, its name in the menu, and the question it answers."""

    file: str
    menu: str
    icon: str
    question: str
    section: str


ROOMS = (
    Room("start", "Start", ":material/home:", "What do three models make of this?", ""),
    Room(
        "sticker_lab",
        "Sticker lab",
        ":material/add_reaction:",
        "What does this sticker say, and what told it?",
        "Look inside",
    ),
    Room(
        "clip_lab",
        "Clip lab",
        ":material/graphic_eq:",
        "What does this clip say: words, voice or face?",
        "Look inside",
    ),
    Room(
        "hard_samples",
        "Hard samples",
        ":material/scatter_plot:",
        "Which samples are hard, and why?",
        "Look inside",
    ),
    Room(
        "cross_attention",
        "Cross-attention",
        ":material/grid_on:",
        "Which words look at which moments?",
        "Look inside",
    ),
    Room(
        "experts",
        "Experts",
        ":material/groups:",
        "Which expert does the work, and is it heard?",
        "Look inside",
    ),
    Room(
        "surgery",
        "Surgery",
        ":material/content_cut:",
        "What if a part were silent, noisy or someone else's?",
        "Look inside",
    ),
    Room(
        "mixing_desk",
        "Mixing desk",
        ":material/tune:",
        "What if the model weighed its parts otherwise?",
        "Look inside",
    ),
    Room(
        "experiments",
        "Experiments",
        ":material/science:",
        "What does the paper claim, and does it hold here?",
        "Background",
    ),
    Room(
        "grades",
        "Grades",
        ":material/grading:",
        "Which numbers find a lie?",
        "Background",
    ),
    Room(
        "models",
        "Models",
        ":material/inventory_2:",
        "Who answers here, and how far to trust them?",
        "Background",
    ),
)


def build_pages() -> dict[str, list]:
    """The navigation, section by section."""
    pages: dict[str, list] = {}
    for room in ROOMS:
        page = st.Page(
            ROOT / "pages" / f"{room.file}.py",
            title=room.menu,
            icon=room.icon,
            help=room.question,
            default=room.file == "start",
        )
        pages.setdefault(room.section, []).append(page)
    return pages


def _page_config() -> None:
    # A local icon: with a :material: one the browser would fetch the tab's icon from elsewhere.
    # No page_title: the page's own title names the tab.
    st.set_page_config(layout="wide", page_icon=str(ROOT / "assets" / "icon.png"))


def router() -> None:
    """Draw the frame and the page in it. All of app.py."""
    _page_config()
    page = st.navigation(build_pages())
    st.logo(str(ROOT / "assets" / "icon.png"), size="large")
    warm()
    with st.sidebar:
        _state_of_models()
    token = _FRAMED.set(True)
    try:
        st.title(next(r.question for r in ROOMS if r.menu == page.title), anchor=False)
        page.run()
    except Exception:  # Streamlit's own control flow is no Exception
        _say_unexpected()
    finally:
        _FRAMED.reset(token)
        shelf().begin()  # loads the models in the background: the page came first


def require_frame() -> None:
    """First statement of every file in pages/: come in through app.py.

    While a folder called pages/ stands beside the entry point, a fresh server may run a page
    alone when its first request is a deep link. Declaring the navigation ends that mode for the
    process; the rerun then enters through the router, with address and query as they were.
    """
    if not _FRAMED.get():
        _page_config()
        st.navigation(build_pages())
        st.rerun()


def _say_unexpected() -> None:
    number = secrets.token_hex(3)
    _LOG.exception("A page failed; reference %s", number)
    st.error(
        "Something went wrong here that should not have. Your input is kept: try again, or try "
        f"another example. The server's log has the details under the reference {number}.",
        icon=":material/report:",
    )


def _state_of_models() -> None:
    """Draw how far the loading is, until it is done."""
    busy = loading_state().busy

    @st.fragment(run_every=2.0 if busy else None)
    def state() -> None:
        now = loading_state()
        icon = ":material/hourglass_top:" if now.busy else ":material/memory:"
        st.caption(f"{icon} {now.sentence}")
        if busy and not now.busy:
            st.rerun()  # stops the timer; pages that waited draw their live answers

    state()
