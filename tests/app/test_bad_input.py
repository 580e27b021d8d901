"""What cannot be used gets one sentence that says what to do; the page stays usable."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from mer_core.types import Sound
from ui.media import wav

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def picture(
    mode: str = "RGB", kind: str = "PNG", size: tuple[int, int] = (64, 64), **save
) -> bytes:
    """A drawn face in any mode and kind."""
    image = Image.new("RGB", size, (250, 220, 90))
    image.paste((40, 40, 40), (size[0] // 4, size[1] // 3, size[0] // 3, size[1] // 2))
    image = (
        image.convert("P", palette=Image.Palette.ADAPTIVE) if mode == "P" else image.convert(mode)
    )
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def moving() -> bytes:
    frames = [Image.new("RGB", (48, 48), (80 * i, 120, 90)) for i in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=120)
    return out.getvalue()


def transparent() -> bytes:
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((200, 40, 40, 255), (16, 16, 48, 48))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


BAD_PICTURES = {
    "empty": b"",
    "truncated": picture()[:60],
    "renamed": b"This is a shopping list: milk, bread.",
    "vector": SVG,
    "over 20 megapixels": picture("1", size=(6_000, 4_000)),
    "over the upload limit": b"\x89PNG\r\n\x1a\n" + bytes(21_000_000),
}

ODD_PICTURES = {
    "animated": moving(),
    "CMYK": picture("CMYK", "JPEG"),
    "palette": picture("P"),
    "transparent": transparent(),
}


@pytest.mark.parametrize("what", BAD_PICTURES)
def test_a_bad_picture_gets_a_sentence_and_the_next_one_is_read(open_page, what):
    page = open_page("sticker_lab", **{"sticker-from": "Upload"})
    page.upload("sticker-file", "sticker.png", BAD_PICTURES[what])

    assert len(page.errors) == 1
    assert page.errors[0].endswith(".")
    assert "Traceback" not in page.errors[0]
    assert "reference" not in page.errors[0]
    assert not page.answers

    page.upload("sticker-file", "good.png", picture())
    assert not page.errors
    assert len(page.answers) == 1


def test_odd_pictures_are_read_and_what_was_done_to_them_is_said(open_page):
    page = open_page("sticker_lab", **{"sticker-from": "Upload"})
    for what, data in ODD_PICTURES.items():
        page.upload("sticker-file", f"{what}.png", data)

        assert len(page.answers) == 1, what
        assert ("first frame" in page.words) == (what == "animated")
        assert ("transparent" in page.words) == (what == "transparent")


def hum(seconds: float, loud: float = 0.3) -> bytes:
    moments = np.arange(int(seconds * 16_000)) / 16_000
    wave = np.clip(loud * np.sin(2 * np.pi * 170 * moments), -1, 1)
    return wav(Sound(wave.astype(np.float32), 16_000))


def two_hours() -> bytes:
    """A WAV that says it lasts two hours at 8 bits and 2 kHz; its header is all that is read."""
    n = 2 * 3600 * 2_000
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", n + 36, b"WAVE", b"fmt ", 16, 1, 1, 2_000, 2_000, 1, 8
    )
    return head + struct.pack("<4sI", b"data", n) + bytes(n)


SOUNDS = {
    "silent": (hum(1, loud=0), "silent: it is treated as if there were no voice", True),
    "clipped": (hum(1, loud=5), "clipped", False),
    "two hours": (two_hours(), "120 minutes", True),
    "broken": (b"RIFF\x24\x00\x00\x00WAVEfmt garbage", "damaged", True),
    "a picture": (picture(), "whatever its name says", True),
}


@pytest.mark.parametrize("what", SOUNDS)
def test_an_odd_sound_gets_a_sentence_and_typed_words_are_kept(open_page, what):
    data, said, silent = SOUNDS[what]
    page = open_page("clip_lab", **{"clip-from": "Your own"})
    page.at.text_area(key="own-text").set_value("Thank you so much!")
    page.upload("own-sound", "voice.wav", data)

    assert said in page.words + "\n".join(page.errors)
    assert page.at.text_area(key="own-text").value == "Thank you so much!"
    badges = [m.value for m in page.at.markdown if "voice: silent" in m.value]
    assert bool(badges) == silent
    assert len(page.answers) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("word " * 10_000, "only the first 400"),
        ("Я так счастлив сегодня", "another script"),
        ("123 456 !!!", "no letters"),
        ("<b>*bold*</b> [link](http://example.org) `code` $x$", ""),
    ],
)
def test_odd_words_are_read_with_a_note(open_page, typed, said):
    page = open_page("clip_lab", **{"clip-from": "Your own"})
    page.at.text_area(key="own-text").set_value(typed)
    page.run()

    assert said in page.words
    assert not page.errors
    assert len(page.answers) == 2


@pytest.mark.parametrize("typed", ["", "   \n  ", "\u200b"])
def test_an_empty_text_is_no_words(open_page, typed):
    page = open_page("clip_lab", **{"clip-from": "Your own"})
    page.at.text_area(key="own-text").set_value(typed)
    page.run()

    assert not page.answers
    assert page.errors or "one of them is enough" in page.words


def test_a_bad_face_is_told_and_the_rest_still_answers(open_page):
    page = open_page("clip_lab", **{"clip-from": "Your own"})
    page.at.text_area(key="own-text").set_value("Oh no, what a pity.")
    page.upload("own-face", "me.gif", b"GIF89a broken")

    assert len(page.errors) == 1
    assert len(page.answers) == 2
