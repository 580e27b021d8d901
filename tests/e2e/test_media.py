"""Camera, microphone and video in a real browser, whose devices play what a test gives them."""

import io

import av
import numpy as np
import pytest
from PIL import Image

from mer_core.datasets.puppets import sticker, utterance

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def clip():
    """One generated utterance: its voice speaks into the microphone, its face is the video."""
    return utterance(3, "valid")


@pytest.fixture(scope="module")
def devices(tmp_path_factory, clip) -> list[str]:
    """Flags of a Chromium whose camera sees a sticker and whose microphone hears a voice."""
    from ui.media import wav

    folder = tmp_path_factory.mktemp("devices")
    out = io.BytesIO()
    Image.fromarray(sticker(5, "valid").image).resize((480, 480)).save(out, "JPEG")
    (folder / "camera.mjpeg").write_bytes(out.getvalue() * 5)
    (folder / "microphone.wav").write_bytes(wav(clip.sound))
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={folder / 'camera.mjpeg'}",
        f"--use-file-for-fake-audio-capture={folder / 'microphone.wav'}",
    ]


@pytest.fixture(scope="module")
def browser(launch, devices):
    """In place of the common one; the tabs of this file open here."""
    opened = launch(*devices)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def webm(clip) -> bytes:
    """The utterance as a browser would record it: VP8 and Opus in WebM."""
    file = io.BytesIO()
    frames, rate = clip.clip.frames, clip.sound.rate
    with av.open(file, "w", format="webm") as out:
        face = out.add_stream("libvpx", rate=round(clip.clip.fps))
        face.height, face.width, face.pix_fmt = *frames.shape[1:3], "yuv420p"
        voice = out.add_stream("libopus", rate=48_000, layout="mono")
        for picture in frames:
            out.mux(face.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")))
        out.mux(face.encode(None))
        heard = av.AudioFrame.from_ndarray(clip.sound.wave[None].astype(np.float32), "flt", "mono")
        heard.sample_rate = rate
        to = av.AudioResampler(voice.format, "mono", 48_000, voice.frame_size or 960)
        for part in [*to.resample(heard), *to.resample(None)]:
            out.mux(voice.encode(part))
        out.mux(voice.encode(None))
    return file.getvalue()


def test_a_photographed_sticker_is_answered(tab):
    tab.go("/sticker_lab?sticker-from=Camera")
    tab.page.get_by_role("button", name="Take Photo").click()
    tab.page.get_by_text("MGHFT says").wait_for()
    tab.settle()

    tab.page.get_by_alt_text("The sticker your photograph").wait_for()
    tab.sound()


def test_a_recorded_voice_is_answered_by_both_models(tab):
    tab.go("/clip_lab?clip-from=Your+own")
    tab.page.get_by_role("radio", name="Microphone").click()
    tab.page.get_by_role("button", name="Record", exact=True).click()
    tab.page.wait_for_timeout(2_000)  # seconds of voice are what is recorded here
    tab.page.get_by_role("button", name="Stop recording").click()
    tab.page.get_by_text("EGMF says").wait_for()
    tab.settle()

    tab.page.get_by_text("HCT-DMG says").wait_for()
    tab.page.get_by_text("no face in this clip").wait_for()
    tab.sound()


def test_an_uploaded_video_gives_face_and_voice(tab, webm):
    tab.go("/clip_lab?clip-from=Your+own")
    field = tab.page.locator(".st-key-own-face").get_by_test_id("stFileUploaderDropzoneInput")
    field.set_input_files({"name": "me.webm", "mimeType": "video/webm", "buffer": webm})
    tab.page.get_by_text("EGMF says").wait_for()
    tab.settle()

    tab.page.get_by_text("The voice is the sound track of the video.").wait_for()
    tab.page.get_by_alt_text("The face, found: whole frame").wait_for()
    tab.page.get_by_text("HCT-DMG says").wait_for()
    tab.sound()
