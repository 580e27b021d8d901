"""A map of attention that plays: sound, face and map in step, with a line where they are.

One component of its own: everything it shows is in its data, so the browser asks nobody for
anything.
"""

import base64
import io
import math
from typing import Any

import streamlit as st
from PIL import Image
from streamlit.components import v2

from mer_core.probes.cross_windows import TopWindows
from mer_core.types import Clip, Sample
from mer_core.views.colours import weight_colours
from mer_core.views.cross import high
from ui.cross_front import CSS, HTML, JS
from ui.media import digest, wav

FACE = 150
"""Pixels of the face's side."""
FRAMES = 96
"""Pictures of a face that are sent at most."""

_PLAYER = v2.component("mer_cross_player", html=HTML, css=CSS, js=JS)


def player(finding: TopWindows, sample: Sample, key: str) -> bool:
    """Draw the map with its sound and face.

    Args:
        finding: A map whose columns are seconds.
        sample: What was read; it may lack the voice, the face or both.
        key: Unique on the page.

    Returns:
        Whether the browser could draw it.
    """
    shown = _PLAYER(key=key, data=_data(finding, sample), on_failed_change=lambda: None)
    return not shown.failed


def _data(finding: TopWindows, sample: Sample) -> dict[str, Any]:
    """Everything that the browser shows, as plain data."""
    look, media = finding.look, digest(sample)
    times, top = look.times(), max(2.0, high(look.times()))
    down, across = look.down, look.across
    return {
        "id": f"{media}-{finding.crossing.name}-{finding.where}-{finding.seconds}",
        "media": media,
        "rows": [_row(finding, i) for i in range(len(down))],
        "rowEdges": list(down.edges) or None,
        "edges": list(across.edges),
        "times": [[round(value, 3) for value in row] for row in times.tolist()],
        "top": top,
        "colours": weight_colours(),
        "height": 26 if len(down) <= 24 else max(7, min(26, math.floor(560 / len(down)))),
        "seconds": max(_seconds(sample), across.edges[-1]),
        "sound": _sound(media, sample),
        "face": _face(media, sample.clip) if sample.clip is not None else None,
        "unit": "times even looking",
        "low": "0",
        "high": f"{top:.1f} times even looking; the stroke stands at 1, which is even",
        "rowsLabel": f"{down.modality}: each plays the seconds of its top window",
        "fieldLabel": f"Moment of {across.modality}; arrow keys move it, space plays",
        "hint": _hint(finding),
    }


def _hint(finding: TopWindows) -> str:
    what = "a moment at the left edge" if finding.look.down.timed else "a word"
    return f"Click {what}: its top window is played and framed. Click the map to go to a moment."


def _row(finding: TopWindows, i: int) -> dict[str, Any]:
    name, window = finding.look.down.labels[i], finding.window(i)
    told = finding.spoken(i)
    return {
        "label": name,
        "name": f"“{name}”" if not finding.look.down.timed else f"at {name}",
        "told": told,
        "spoken": f"{name}: play its top window",
        "window": None if window is None else [window.begin, window.end],
    }


def _seconds(sample: Sample) -> float:
    lengths = [part.seconds for part in (sample.sound, sample.clip) if part is not None]
    return max(lengths, default=0.0)


@st.cache_data(max_entries=16, max_size="48MB", show_spinner=False)
def _sound(key: str, _sample: Sample) -> str:
    """The voice as WAV in base 64; empty where there is none."""
    if _sample.sound is None:
        return ""
    return base64.b64encode(wav(_sample.sound)).decode()


@st.cache_data(max_entries=16, max_size="48MB", show_spinner=False)
def _face(key: str, _clip: Clip) -> dict[str, Any]:
    """The pictures of a face on one sheet, and how to find the one of a moment."""
    step = max(1, -(-len(_clip.frames) // FRAMES))
    frames = _clip.frames[::step]
    across = min(12, len(frames))
    sheet = Image.new("RGB", (across * FACE, -(-len(frames) // across) * FACE))
    for i, frame in enumerate(frames):
        picture = Image.fromarray(frame).resize((FACE, FACE), Image.Resampling.LANCZOS)
        sheet.paste(picture, (i % across * FACE, i // across * FACE))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=85)
    return {
        "sheet": base64.b64encode(out.getvalue()).decode(),
        "across": across,
        "count": len(frames),
        "fps": _clip.fps / step,
        "side": FACE,
    }
