"""What the page Experts looks at: a clip that EGMF reads now, or a recording made before."""

import hashlib
from pathlib import Path

import streamlit as st

from mer_core.checkpoints import folder_of
from mer_core.errors import BadInput
from mer_core.probes.experts_read import recording_from, recording_of
from mer_core.recording import Recording
from ui.answer import Answered, trust_line, try_model
from ui.examples import recorded
from ui.header import is_puppet
from ui.inputs import LIMIT_MB, pick_clip
from ui.resources import shelf
from ui.silencing import heard

MODEL = "egmf"
_CLIP, _SAVED = "A clip", "A saved recording"
_OWN = "Your own file"


def pick_answered() -> Answered | None:
    """What EGMF made of the clip or recording that the user chose; None where there is none.

    Raises:
        MerError: It cannot be used; the message says what to do.
    """
    way = st.segmented_control(
        "Look at",
        [_CLIP, _SAVED],
        default=_CLIP,
        required=True,
        key="experts-from",
        bind="query-params",
        help="A recording holds what one run of the model showed inside (`mer record egmf`); it is "
        "shown without running the model.",
    )
    return _saved() if way == _SAVED else _clip()


def _clip() -> Answered | None:
    sample = pick_clip()
    if sample is None:
        st.markdown("Type a sentence, give a voice, show a face: one of them is enough.")
        return None
    sample = heard(sample)
    if shelf().busy() and not shelf().ready(MODEL) and is_puppet(sample):
        kept = recorded(MODEL)
        if kept is not None:
            st.caption(
                ":material/hourglass_top: EGMF is still loading. Meanwhile a recorded clip; yours "
                "comes by itself."
            )
            return kept
    answered = try_model(MODEL, sample)
    trust_line((MODEL,), sample)
    return answered


def _saved() -> Answered | None:
    """A recording that came with the weights, or one of the user's."""
    files = {
        path.stem: path for path in sorted((folder_of(MODEL) / "recordings").glob("*.safetensors"))
    }
    chosen = st.selectbox(
        "Recording", [*files, _OWN], key="experts-recording", bind="query-params", width=280
    )
    if chosen in files:
        path = files[chosen]
        return _opened(str(path), path.stat().st_mtime)
    file = st.file_uploader(
        "Recording of one clip (.safetensors)",
        ["safetensors"],
        key="experts-file",
        max_upload_size=LIMIT_MB,
        help="Made by `mer record egmf voice.wav -o voice.safetensors`.",
    )
    if file is None:
        return None
    data = file.getvalue()
    if len(data) > LIMIT_MB * 1_000_000:
        raise BadInput(f"The recording is larger than {LIMIT_MB} MB: record a shorter clip.")
    key = hashlib.blake2b(data, digest_size=16).hexdigest()
    return _answered(_uploaded(key, data), key)


@st.cache_resource(max_entries=8, show_spinner="Opening the recording")
def _opened(path: str, _changed: float) -> Answered:
    return _answered(recording_of(Path(path)), f"{path} {_changed}")


@st.cache_resource(scope="session", max_entries=4, show_spinner="Opening the recording")
def _uploaded(key: str, _data: bytes) -> Recording:
    return recording_from(_data, "Your file")


def _answered(recording: Recording, key: str) -> Answered:
    return Answered(recording, recording.manifest.seconds, live=False, key=key)
