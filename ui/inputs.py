"""How a sample comes in: example, data set, file, clipboard, camera, microphone or keyboard."""

import hashlib

import streamlit as st

from mer_core.errors import BadInput
from mer_core.processing.media import (
    MAX_BYTES,
    Picture,
    read_clip,
    read_picture,
    read_sound,
    read_text,
)
from mer_core.types import Clip, Provenance, Sample, Sound
from ui.failures import told
from ui.paste import pasted_picture
from ui.puppets import STICKERS, UTTERANCES, pick_puppet
from ui.sets import WAY, pick_from_set

LIMIT_MB = MAX_BYTES // 1_000_000
"""Of one file; the server refuses larger ones too (.streamlit/config.toml)."""
ALL_FILES_MB = 60
"""Of all pictures of a face together."""
_PICTURES = ["png", "jpg", "jpeg", "webp", "gif", "bmp"]
_SOUNDS = ["wav", "flac", "mp3", "ogg", "m4a", "mp4", "webm"]
_FACES = ["mp4", "m4v", "mov", "webm", *_PICTURES]
_STAYS = (
    "It stays in this computer's memory and is gone when you close the page, unless you connect a "
    "server or a model of your own."
)

Heard = tuple[Sound | None, tuple[str, ...]]
Seen = tuple[Clip, Sound | None, tuple[str, ...]]
Crop = tuple[float, float, float, float]


def pick_sticker(key: str = "sticker") -> Sample | None:
    """A sticker, by the way the user chose; None while there is none yet.

    Args:
        key: Of everything here, where a page asks for several stickers.

    Raises:
        MerError: The picture or the set cannot be used; the message says what to do.
    """
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    way = bar.segmented_control(
        "Where the sticker comes from",
        ["Example", WAY, "Upload", "Paste", "Camera"],
        default="Example",
        required=True,
        key=f"{key}-from",
        bind="query-params",
    )
    if way == WAY:
        return pick_from_set(key, bar)
    if way == "Upload":
        file = st.file_uploader(
            "Picture of a sticker",
            _PICTURES,
            key=f"{key}-file",
            max_upload_size=LIMIT_MB,
            help=f"PNG, JPEG, WebP, GIF or BMP, at most {LIMIT_MB} MB and 20 megapixels. {_STAYS}",
        )
        return None if file is None else _uploaded(file.getvalue(), "your picture")
    if way == "Paste":
        data = pasted_picture(f"{key}-paste", LIMIT_MB)
        return None if data is None else _uploaded(data, "your pasted picture")
    if way == "Camera":
        photo = st.camera_input("Photograph a sticker", key=f"{key}-photo", help=_STAYS)
        return None if photo is None else _uploaded(photo.getvalue(), "your photograph")
    return pick_puppet(STICKERS, key, bar)


@st.cache_resource(scope="session", max_entries=4, show_spinner="Reading the picture")
def _picture(key: str, _data: bytes) -> Picture:
    return read_picture(_data)


def _uploaded(data: bytes, name: str) -> Sample:
    picture = _picture(_key(data), data)
    _say(picture.notes)
    return Sample(id=name, image=picture.image, provenance={"image": Provenance.REAL})


def pick_clip(prefix: str = "") -> Sample | None:
    """A clip, by the way the user chose; None while it has neither words, voice nor face.

    Args:
        prefix: Of all keys, where a page asks for several clips.

    Raises:
        MerError: The set that was chosen cannot be opened; the message says what to do.
    """
    bar = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    way = bar.segmented_control(
        "Where the clip comes from",
        ["Example", WAY, "Your own"],
        default="Example",
        required=True,
        key=f"{prefix}clip-from",
        bind="query-params",
    )
    if way == WAY:
        return pick_from_set(f"{prefix}clip", bar)
    return pick_puppet(UTTERANCES, f"{prefix}clip", bar) if way != "Your own" else _own_clip(prefix)


def _own_clip(prefix: str) -> Sample | None:
    """Words, voice and face of the user, each of which may be absent."""
    words, voice, face = st.columns(3, gap="medium")
    text = sound = clip = spoken = None
    with words, told(stop=False):  # a part that cannot be used leaves the others standing
        text = _words(prefix)
    with voice, told(stop=False):
        sound = _voice(prefix)
    with face, told(stop=False):
        clip, spoken = _face(prefix)
    if sound is None and spoken is not None:
        sound = spoken
        voice.caption(":material/info: The voice is the sound track of the video.")
    if text is None and sound is None and clip is None:
        return None
    given = {"text": text, "sound": sound, "clip": clip}
    provenance = {
        part: Provenance.SILENT if value is None else Provenance.REAL
        for part, value in given.items()
    }
    name = "your other clip" if prefix else "your clip"
    return Sample(name, text=text, sound=sound, clip=clip, provenance=provenance)


def _words(prefix: str) -> str | None:
    typed = st.text_area(
        "Words",
        key=f"{prefix}own-text",
        height=122,
        placeholder="What is said, in English",
        help="A sentence or two. The encoder learned from English; other languages come out worse.",
    )
    if not typed or not typed.strip():
        return None
    text, notes = read_text(typed)
    _say(notes)
    return text


def _voice(prefix: str) -> Sound | None:
    way = st.segmented_control(
        "Voice", ["File", "Microphone"], default="File", required=True, key=f"{prefix}voice-from"
    )
    if way == "Microphone":
        taken = st.audio_input("Record", key=f"{prefix}own-record", label_visibility="collapsed")
    else:
        taken = st.file_uploader(
            "Sound file",
            _SOUNDS,
            key=f"{prefix}own-sound",
            max_upload_size=LIMIT_MB,
            label_visibility="collapsed",
        )
    if taken is None:
        return None
    data = taken.getvalue()
    sound, notes = _sound(_key(data), data)
    _say(notes)
    return sound


@st.cache_resource(scope="session", max_entries=4, show_spinner="Listening to the file")
def _sound(key: str, _data: bytes) -> Heard:
    return read_sound(_data)


def _face(prefix: str) -> tuple[Clip | None, Sound | None]:
    files = st.file_uploader(
        "Face",
        _FACES,
        accept_multiple_files=True,
        key=f"{prefix}own-face",
        max_upload_size=LIMIT_MB,
        help=f"A short video, a GIF, or still pictures in order. {_STAYS}",
    )
    if not files:
        return None, None
    if (total := sum(file.size for file in files)) > ALL_FILES_MB * 1_000_000:
        raise BadInput(
            f"The pictures have {total / 1e6:.0f} MB together; at most {ALL_FILES_MB} MB are read. "
            "Give fewer or smaller ones."
        )
    crop = _crop(prefix)
    data = [file.getvalue() for file in files]
    clip, sound, notes = _clip(_key(*data), crop, data[0] if len(data) == 1 else data)
    _say(notes)
    return clip, sound


def _crop(prefix: str) -> Crop | None:
    with st.popover("Crop the face by hand", icon=":material/crop:"):
        left, right = st.slider(
            "Left to right, in percent", 0, 100, (0, 100), key=f"{prefix}crop-x"
        )
        top, bottom = st.slider(
            "Top to bottom, in percent", 0, 100, (0, 100), key=f"{prefix}crop-y"
        )
    if (left, right, top, bottom) == (0, 100, 0, 100):
        return None
    return left / 100, top / 100, right / 100, bottom / 100


@st.cache_resource(scope="session", max_entries=4, show_spinner="Looking at the pictures")
def _clip(key: str, crop: Crop | None, _data: bytes | list[bytes]) -> Seen:
    return read_clip(_data, crop)


def _say(notes: tuple[str, ...]) -> None:
    for note in notes:
        st.caption(f":material/info: {note}")


def _key(*data: bytes) -> str:
    h = hashlib.blake2b(digest_size=16)
    for part in data:
        h.update(len(part).to_bytes(8))
        h.update(part)
    return h.hexdigest()
