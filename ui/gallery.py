"""A wall of pictures to pick from, each a button; works with mouse and keyboard."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st
from streamlit.components import v2

_CSS = """
.wall { display: grid; gap: 8px; grid-template-columns: repeat(auto-fill, minmax(66px, 1fr)); }
.wall button {
  border: 2px solid var(--st-border-color); border-radius: var(--st-base-radius); padding: 3px;
  background: var(--st-background-color); cursor: pointer; line-height: 0; overflow: hidden;
}
.wall button:hover { border-color: var(--st-text-color); }
.wall button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 1px; }
.wall button[aria-pressed="true"] {
  border-color: var(--st-primary-color); box-shadow: 0 0 0 2px var(--st-primary-color);
}
.wall img { width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 6px; }
"""

_JS = """
export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const wall = parentElement.querySelector(".wall")
  wall.setAttribute("aria-label", data.label)
  wall.replaceChildren(...data.tiles.map((tile) => {
    const button = document.createElement("button")
    button.type = "button"
    button.title = tile.name
    button.setAttribute("aria-pressed", String(tile.value === data.chosen))
    const image = document.createElement("img")
    image.src = tile.picture
    image.alt = tile.name
    button.append(image)
    button.onclick = () => setTriggerValue("picked", tile.value)
    return button
  }))
}
"""

_WALL = v2.component("mer_gallery", html="<div class='wall' role='group'></div>", css=_CSS, js=_JS)


class Tile(NamedTuple):
    """One picture of the wall: what it stands for, its name, its data address."""

    value: int
    name: str
    picture: str


def gallery(
    label: str, tiles: Sequence[Tile], chosen: int, key: str, picked: Callable[[int], None]
) -> None:
    """Draw the wall.

    Args:
        label: What is picked, for screen readers.
        tiles: The pictures.
        chosen: Value of the tile drawn as pressed.
        key: Unique on the page.
        picked: Called with a tile's value before the page runs again.
    """

    def on_picked() -> None:
        value = st.session_state[key].picked
        if value is not None:
            picked(int(value))

    data = {"label": label, "tiles": [t._asdict() for t in tiles], "chosen": chosen}
    _WALL(key=key, data=data, on_picked_change=on_picked)
