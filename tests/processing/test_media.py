"""Tests of mer_core.processing.media: every hostile file gets its sentence."""

import io
import struct
import wave
import zlib

import av
import numpy as np
import pytest
from PIL import Image

from mer_core.errors import BadInput
from mer_core.processing.media import clip as clip_module
from mer_core.processing.media import read_clip, read_picture, read_sound, read_text

RED = (200, 30, 40)


def picture(format="PNG", size=(40, 30), mode="RGB", color=RED, **options):
    file = io.BytesIO()
    Image.new(mode, size, color).save(file, format, **options)
    return file.getvalue()


def animation(colors, duration=500, format="GIF", size=(40, 30)):
    first, *rest = (Image.new("RGB", size, c) for c in colors)
    file = io.BytesIO()
    first.save(file, format, save_all=True, append_images=rest, duration=duration, loop=0)
    return file.getvalue()


def bomb(width, height):
    """A PNG of a few bytes that claims to be huge."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def tone(seconds=1.0, rate=16_000, loud=0.5, hz=220.0):
    return loud * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)


def wav(samples, rate=16_000, channels=1):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
    return file.getvalue()


def encoded(container, codec, samples, rate=48_000):
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        _write_sound(out, out.add_stream(codec, rate=rate, layout="mono"), samples, rate)
    return file.getvalue()


def _write_sound(out, stream, samples, rate):
    frame = av.AudioFrame.from_ndarray(samples[None].astype(np.float32), "flt", "mono")
    frame.sample_rate = rate
    to = av.AudioResampler(stream.format, "mono", rate, stream.frame_size or 1024)
    for part in [*to.resample(frame), *to.resample(None)]:
        out.mux(stream.encode(part))
    out.mux(stream.encode(None))


def video(seconds=1.0, fps=16, size=(64, 48), sound=None, container="mp4", codec="mpeg4"):
    """A picture that turns from black to white; `sound` is its track at 48 kHz."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        speaks = out.add_stream("libopus", rate=48_000, layout="mono") if sound is not None else 0
        n = int(seconds * fps)
        for i in range(n):
            shade = np.full((size[1], size[0], 3), 255 * i // max(n - 1, 1), np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(shade, "rgb24")))
        out.mux(stream.encode(None))
        if speaks:
            _write_sound(out, speaks, sound, 48_000)
    return file.getvalue()


def refused(reader, data, *words):
    """Reading fails with one sentence or two that hold all the words."""
    with pytest.raises(BadInput) as caught:
        reader(data)
    said = str(caught.value)
    assert all(word in said for word in words), said
    assert "\n" not in said
    assert said.endswith(".")


# Pictures


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_every_kind_of_picture_is_read(format):
    """Colours and size come through."""
    got = read_picture(picture(format))

    assert got.image.shape == (30, 40, 3)
    assert got.image.dtype == np.uint8
    assert np.abs(got.image[15, 20].astype(int) - RED).max() < 12
    assert got.notes == ()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["empty"]),
        (b"\x89PNG\r\n\x1a\n", ["damaged"]),
        (picture()[:60], ["damaged"]),
        (picture("JPEG", (300, 300))[:700], ["damaged"]),
        (picture("WEBP")[:30], ["damaged"]),
        (picture("BMP")[:80], ["damaged"]),
        (picture("GIF")[:20], ["damaged"]),
        (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", ["SVG", "PNG"]),
        (b"%PDF-1.7\n%\xe2\xe3", ["a PDF file", "JPEG"]),
        (b"PK\x03\x04" + b"\0" * 50, ["ZIP"]),
        (b"<!DOCTYPE html><html>", ["a web page file"]),
        (b"\0\0\0\x18ftypheic" + b"\0" * 30, ["HEIC"]),
        (wav(tone()), ["a WAV file", "picture"]),
        (b"hello, I am a picture", ["a text file"]),
        (bytes(range(128, 256)), ["no kind that is known"]),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 20_000_000, ["20 MB"]),
        (bomb(5_000, 4_001), ["5000 x 4001", "20 million"]),
        (bomb(60_000, 60_000), ["20 million"]),
        (picture(size=(40, 3)), ["40 x 3", "too small"]),
    ],
    ids=lambda v: "-".join(v) if isinstance(v, list) else "",
)
def test_what_is_no_picture_is_refused_in_a_sentence(data, words):
    """Empty, cut off, renamed, vector, huge: each says what came and what to do."""
    refused(read_picture, data, *words)


def test_random_damage_never_leaves_the_door():
    """Bytes flipped anywhere give a picture or a BadInput, nothing else."""
    dice = np.random.default_rng(0)
    outcomes = set()
    for data in (picture(), picture("JPEG"), picture("WEBP"), animation([RED, (0, 0, 0)])):
        for _ in range(40):
            hurt = bytearray(data)
            for place in dice.integers(8, len(hurt), 4):
                hurt[place] = dice.integers(256)
            try:
                read_picture(bytes(hurt))
                outcomes.add("read")
            except BadInput:
                outcomes.add("refused")

    assert outcomes == {"read", "refused"}


def test_modes_of_colour_all_become_rgb():
    """CMYK, palette, grey, one bit and sixteen bits keep what they show."""
    cmyk = picture("JPEG", mode="CMYK", color=(0, 255, 255, 0))
    palette = io.BytesIO()
    Image.new("RGB", (40, 30), RED).quantize(8).save(palette, "PNG")
    deep = io.BytesIO()
    Image.fromarray(np.full((30, 40), 32_896, np.uint16)).save(deep, "PNG")

    assert np.abs(read_picture(cmyk).image[9, 9].astype(int) - (255, 0, 0)).max() < 12
    assert tuple(read_picture(palette.getvalue()).image[9, 9]) == RED
    assert tuple(read_picture(deep.getvalue()).image[9, 9]) == (128, 128, 128)
    assert tuple(read_picture(picture(mode="L", color=90)).image[9, 9]) == (90, 90, 90)
    assert tuple(read_picture(picture(mode="1", color=1)).image[9, 9]) == (255, 255, 255)


def test_transparency_is_shown_on_white():
    """What is clear becomes white, and a note says so; opaque alpha needs none."""
    clear = read_picture(picture(mode="RGBA", color=(0, 0, 0, 0)))
    opaque = read_picture(picture(mode="RGBA", color=(*RED, 255)))

    assert clear.image.min() == 255
    assert "on white" in clear.notes[0]
    assert opaque.notes == ()
    assert tuple(opaque.image[0, 0]) == RED


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_an_animation_is_used(format):
    """And a note says so."""
    got = read_picture(animation([RED, (0, 0, 0)], format=format))

    assert np.abs(got.image[15, 20].astype(int) - RED).max() < 12
    assert "first frame" in got.notes[0]


def test_large_pictures_shrink_and_turned_ones_stand_up():
    """At most 1024 a side; the orientation of a camera is obeyed."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = read_picture(picture("JPEG", (60, 20), exif=exif))

    assert read_picture(picture(size=(4_000, 3_000))).image.shape == (768, 1_024, 3)
    assert turned.image.shape == (60, 20, 3)


# Sounds


@pytest.mark.parametrize(
    "data",
    [
        wav(tone()),
        wav(np.repeat(tone(rate=44_100), 2), 44_100, channels=2),
        encoded("flac", "flac", tone(rate=48_000)),
        encoded("mp3", "libmp3lame", tone(rate=48_000)),
        encoded("ogg", "libopus", tone(rate=48_000)),
        encoded("webm", "libopus", tone(rate=48_000)),
    ],
    ids=["wav", "stereo", "flac", "mp3", "ogg", "webm"],
)
def test_every_kind_of_sound_is_read(data):
    """Mono at 16 kHz, with its pitch, length and loudness."""
    sound, notes = read_sound(data)
    spectrum = np.abs(np.fft.rfft(sound.wave))
    heard = spectrum.argmax() * sound.rate / len(sound.wave)

    assert (sound.rate, sound.wave.dtype) == (16_000, np.float32)
    assert abs(sound.seconds - 1) < 0.12
    assert abs(heard - 220) < 3
    assert 0.4 < np.abs(sound.wave).max() < 0.7
    assert notes == ()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", ["empty"]),
        (wav(tone())[:20], ["damaged"]),
        (wav([]), ["0.00 seconds"]),
        (wav(tone(0.05)), ["0.05 seconds", "longer"]),
        (b"fLaC" + bytes(200), ["damaged"]),
        (b"OggS" + bytes(200), ["damaged"]),
        (b"ID3\x04\0\0\0\0\0\x21" + bytes(range(128)) * 9, ["damaged"]),
        (b"RIFF" + bytes(4) + b"WAVEfmt " + bytes(40), ["damaged"]),
        (picture(), ["a PNG file", "sound"]),
        (b"just words", ["a text file", "WAV"]),
        (video(0.5), ["no sound track"]),
        (b"#EXTM3U\n#EXT-X-STREAM-INF\nfile:///etc/passwd", ["a text file"]),
        (b"RIFF" + bytes(4) + b"WAVE" + bytes(20_000_001), ["20 MB"]),
    ],
    ids=lambda v: "-".join(v) if isinstance(v, list) else "",
)
def test_what_is_no_sound_is_refused_in_a_sentence(data, words):
    """Empty, cut off, renamed, a list of addresses: each says what came and what to do."""
    refused(read_sound, data, *words)


def test_a_two_hour_sound_is_refused_before_it_is_decoded():
    """Its header says how long it is; ten minutes are too long as well, half a minute is kept."""
    rate = 2_000
    two_hours = wav(np.zeros(rate * 3_600 + 1), rate).replace(
        struct.pack("<II", rate, 2 * rate), struct.pack("<II", rate // 2, rate)
    )
    refused(read_sound, two_hours, "120 minutes", "at most 10", "Cut out")

    sound, notes = read_sound(wav(tone(45)))
    assert sound.seconds == 30
    assert "first 30 seconds" in notes[0]
    assert read_sound(wav(tone(30)))[1] == ()


def test_silence_is_accepted_as_a_silent_modality():
    """No sound comes back, and a note says why; a whisper is heard."""
    sound, notes = read_sound(wav(np.zeros(16_000)))

    assert sound is None
    assert "silent" in notes[0]
    assert read_sound(wav(tone(loud=0.01)))[0] is not None


def test_clipping_is_noted():
    """A recording cut off at full scale is used and said to be distorted."""
    sound, notes = read_sound(wav(tone(loud=3.0)))

    assert "clipped" in notes[0]
    assert np.abs(sound.wave).max() <= 1


def test_a_sound_that_breaks_off_is_used_as_far_as_it_goes():
    """The note says how far that is. A WAV that never knew its length is whole."""
    whole = wav(tone(4))
    sound, notes = read_sound(whole[:64_044])
    flac = encoded("flac", "flac", tone(4, 48_000), 48_000)
    streamed = whole[:4] + b"\xff" * 4 + whole[8:40] + b"\xff" * 4 + whole[44:]

    assert abs(sound.seconds - 2) < 0.05
    assert "breaks off after 2.0 seconds" in notes[0]
    assert "breaks off" in read_sound(flac[: len(flac) // 2])[1][0]
    assert read_sound(streamed)[1] == ()


# Clips


def test_a_video_gives_frames_and_its_sound():
    """Eight frames a second in order, a square with the whole frame, and the track."""
    clip, sound, notes = read_clip(
        video(2, sound=tone(2, 48_000), container="webm", codec="libvpx")
    )
    middle = clip.frames[:, 64, 64, 0].astype(int)

    assert clip.frames.shape[1:] == (128, 128, 3)
    assert abs(len(clip.frames) - 16) <= 1
    assert (clip.fps, clip.found) == (8.0, "whole frame")
    assert (np.diff(middle) > 0).all()
    assert clip.frames[0, 0, 0, 0] == 255  # white above the picture
    assert abs(sound.seconds - 2) < 0.1
    assert ["No face was searched" in n for n in notes] == [True]


def test_a_video_without_sound_says_so():
    """The pictures are still good."""
    clip, sound, notes = read_clip(video(1))

    assert sound is None
    assert any("no sound track" in n for n in notes)
    assert abs(len(clip.frames) - 8) <= 1


def test_an_animation_keeps_its_times():
    """A frame shown longer fills more of the clip."""
    data = animation([(255, 0, 0), (0, 0, 255)], duration=[1_500, 500])
    clip, sound, _ = read_clip(data)
    red = clip.frames[:, 64, 64, 0] > 128

    assert sound is None
    assert red.tolist() == [True] * 12 + [False] * 4


def test_stills_are_held():
    """One for two seconds; several one after another."""
    one, _, notes = read_clip(picture())
    four, _, more = read_clip([picture(color=(60 * i, 0, 0)) for i in range(4)])

    assert one.seconds == 2
    assert "held for 2 seconds" in notes[0]
    assert four.frames[::4, 64, 64, 0].tolist() == [0, 60, 120, 180]
    assert "4 still pictures" in more[0]


def test_a_crop_by_hand_is_used_and_named():
    """The face fills the square, the clip says how it was found, and no warning is needed."""
    image = Image.new("RGB", (100, 100), "white")
    image.paste(RED, (50, 0, 100, 50))
    file = io.BytesIO()
    image.save(file, "PNG")
    clip, _, notes = read_clip(file.getvalue(), crop=(0.5, 0.0, 1.0, 0.5))

    assert clip.found == "cropped by hand"
    assert (clip.frames == RED).all()
    assert not any("No face" in n for n in notes)
    with pytest.raises(BadInput, match="left < right"):
        read_clip(file.getvalue(), crop=(0.5, 0.0, 0.5, 1.0))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda: b"", ["empty"]),
        (lambda: [], ["no file"]),
        (lambda: wav(tone()), ["a WAV file", "clip"]),
        (lambda: b"\x1a\x45\xdf\xa3" + bytes(300), ["video", "damaged"]),
        (lambda: video(1)[:400], ["video", "damaged"]),
        (lambda: encoded("mp4", "aac", tone(rate=48_000)), ["no picture"]),
        (lambda: [picture(), wav(tone())], ["a WAV file"]),
        (lambda: [picture()] * 61, ["61 pictures", "at most 60"]),
        (lambda: video(1, fps=1, size=(6_000, 4_000)), ["6000 x 4000"]),
        (lambda: video(700, fps=1), ["12 minutes"]),
    ],
    ids=lambda v: "-".join(v) if isinstance(v, list) and v and isinstance(v[0], str) else "",
)
def test_what_is_no_clip_is_refused_in_a_sentence(data, words):
    """Each says what came and what to do."""
    refused(read_clip, data(), *words)


def test_a_long_video_is_cut_and_a_broken_one_used_as_far_as_it_goes():
    """Half a minute at most; a WebM that stops in the middle still shows its beginning."""
    long, _, notes = read_clip(video(40, fps=4))
    whole = video(4, container="webm", codec="libvpx")
    part, _, _ = read_clip(whole[: len(whole) // 2])

    assert len(long.frames) == 240
    assert any("first 30 seconds" in n for n in notes)
    assert 1 <= len(part.frames) < 32


def test_a_heavy_animation_is_refused(monkeypatch):
    """Small on disk, immense in memory: the budget of pixels ends it."""
    data = animation([(i, 0, 0) for i in range(30)], size=(200, 200), duration=100)
    monkeypatch.setattr(clip_module, "BUDGET", 1_000_000)

    refused(read_clip, data, "1 million", "smaller or shorter")


# Words


def test_words_come_out_clean():
    """Blanks and control characters go; accents and emoji stay."""
    assert read_text("  I am\n\tso\x00 happy,\u202e café 😀 ") == ("I am so happy, café 😀", ())


@pytest.mark.parametrize("text", ["", "   \n\t", "\x00\u200b\ufeff"])
def test_nothing_written_is_refused(text):
    """Blanks and invisible characters are nothing."""
    refused(read_text, text, "empty", "at least one word")


def test_ten_thousand_words_are_cut():
    """The note says how many are read; one endless word is cut too."""
    text, notes = read_text("word " * 10_000)
    endless, more = read_text("a" * 100_000)

    assert len(text.split()) == 400
    assert "10,000 words" in notes[0]
    assert "first 400" in notes[0]
    assert len(endless) == 4_000
    assert len(more) == 1


@pytest.mark.parametrize("text", ["Я очень рад", "とても嬉しい", "أنا سعيد"])
def test_another_script_is_noted(text):
    """It is kept, and the note says that the encoder was trained on English."""
    kept, notes = read_text(text)

    assert kept == text
    assert "English" in notes[0]
    assert read_text("très heureux")[1] == ()
