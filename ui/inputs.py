"""How a sample comes in: example, file, clipboard, camera, microphone or keyboard."""

import hashlib

import numpy as np
import streamlit as st
from mer_core.processing.media import read_clip, read_picture, read_sound, read_text

from mer_core.types import Clip, Provenance, Sample, Sound
from ui.paste import pasted_picture
from ui.puppets import STICKERS, UTTERANCES, pick_puppet

LIMIT_MB = 20
"""Of one file; the server refuses larger ones too (.streamlit/config.toml)."""
STILLS = 64
"""How many still pictures of a face are read."""
_PICTURES = ["png", "jpg", "jpeg", "webp", "gif", "bmp"]
_SOUNDS = ["wav", "flac", "mp3", "ogg", "m4a"]
_FACES = ["mp4", "webm", "mov", "gif", "png", "jpg", "jpeg", "webp"]


def pick_sticker() -> Sample | None:
    """A sticker, by the way the user chose; None while there is none yet.

    Raises:
        BadInput: The picture cannot be used; the message says what to do.
    """
    way = st.segmented_control(
        "Where the sticker comes from",
        ["Example", "Upload", "Paste", "Camera"],
        default="Example",
        required=True,
        key="from",
        bind="query-params",
    )
    if way == "Upload":
        file = st.file_uploader(
            "Picture of a sticker",
            _PICTURES,
            key="sticker-file",
            max_upload_size=LIMIT_MB,
            help=f"PNG, JPEG, WebP, GIF or BMP, at most {LIMIT_MB} MB and 20 megapixels. "
            "It stays in this computer's memory and is gone when you close the page.",
        )
        return None if file is None else uploaded_sticker(file.getvalue(), "your picture")
    if way == "Paste":
        data = pasted_picture("sticker-paste", LIMIT_MB)
        return None if data is None else uploaded_sticker(data, "your pasted picture")
    if way == "Camera":
        photo = st.camera_input("Photograph a sticker", key="sticker-photo")
        return None if photo is None else uploaded_sticker(photo.getvalue(), "your photograph")
    return pick_puppet(STICKERS, "sticker")


@st.cache_resource(scope="session", max_entries=4, show_spinner="Reading the picture")
def _picture(key: str, _data: bytes) -> np.ndarray:
    return read_picture(_data).image


def uploaded_sticker(data: bytes, name: str) -> Sample:
    """A user's picture as a sample without descriptions.

    Raises:
        BadInput: It cannot be read as a picture.
    """
    image = _picture(_key(data), data)
    return Sample(id=name, image=image, provenance={"image": Provenance.REAL})


def pick_clip() -> Sample | None:
    """A clip, by the way the user chose; None while it has neither words, voice nor face.

    Raises:
        BadInput: A part cannot be used; the message says what to do.
    """
    way = st.segmented_control(
        "Where the clip comes from",
        ["Example", "Your own"],
        default="Example",
        required=True,
        key="from",
        bind="query-params",
    )
    return pick_puppet(UTTERANCES, "clip") if way != "Your own" else own_clip()


def own_clip() -> Sample | None:
    """Words, voice and face of the user, each of which may be absent.

    Raises:
        BadInput: A part cannot be used.
    """
    words, voice, face = st.columns(3, gap="medium")
    with words:
        typed = st.text_area(
            "Words",
            key="own-text",
            height=122,
            placeholder="What is said, in English",
            help="A sentence or two. The encoder reads English; other languages come out worse.",
        )
    with voice:
        sound = _voice()
    with face:
        clip = _face()
    text = read_text(typed) if typed and typed.strip() else None
    if text is None and sound is None and clip is None:
        return None
    given = {"text": text, "sound": sound, "clip": clip}
    provenance = {
        part: Provenance.SILENT if value is None else Provenance.REAL
        for part, value in given.items()
    }
    return Sample("your clip", text=text, sound=sound, clip=clip, provenance=provenance)


def _voice() -> Sound | None:
    way = st.segmented_control(
        "Voice", ["File", "Microphone"], default="File", required=True, key="voice-from"
    )
    if way == "Microphone":
        taken = st.audio_input("Record", key="own-record", label_visibility="collapsed")
    else:
        taken = st.file_uploader(
            "Sound file",
            _SOUNDS,
            key="own-sound",
            max_upload_size=LIMIT_MB,
            label_visibility="collapsed",
        )
    return None if taken is None else _sound(_key(taken.getvalue()), taken.getvalue())


@st.cache_resource(scope="session", max_entries=4, show_spinner="Listening to the file")
def _sound(key: str, _data: bytes) -> Sound:
    return read_sound(_data)


def _face() -> Clip | None:
    files = st.file_uploader(
        "Face",
        _FACES,
        accept_multiple_files=True,
        key="own-face",
        max_upload_size=LIMIT_MB,
        help="A short video, a GIF, or still pictures in order. The whole frame is taken as the "
        "face: crop it by hand before, if it is small.",
    )
    if not files:
        return None
    data = [file.getvalue() for file in files[:STILLS]]
    return _clip(_key(*data), data)


@st.cache_resource(scope="session", max_entries=4, show_spinner="Looking at the pictures")
def _clip(key: str, _data: list[bytes]) -> Clip:
    return read_clip(_data)


def _key(*data: bytes) -> str:
    h = hashlib.blake2b(digest_size=16)
    for part in data:
        h.update(len(part).to_bytes(8))
        h.update(part)
    return h.hexdigest()
