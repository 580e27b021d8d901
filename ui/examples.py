"""Recorded examples from checkpoints/<name>/recordings: what a page shows while models load."""

from pathlib import Path

import streamlit as st

from mer_core.checkpoints import folder_of
from mer_core.errors import MerError
from mer_core.recording import Recording
from ui.answer import Answered


def recorded(name: str) -> Answered | None:
    """The first recording that came with a model's weights; None where there is none."""
    files = sorted((folder_of(name) / "recordings").glob("*.safetensors"))
    if not files:
        return None
    return _recorded(files[0], files[0].stat().st_mtime)


@st.cache_resource(max_entries=8, show_spinner=False)
def _recorded(path: Path, _changed: float) -> Answered | None:
    try:
        recording = Recording.load(path)
    except MerError:
        return None  # damaged; the live answer will do
    return Answered(recording, recording.manifest.seconds, live=False, key=str(path))
