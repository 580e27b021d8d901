"""Pictures of a face over time: a video, an animation, or stills; 8 a second, 128 x 128."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from mer_core.errors import BadInput
from mer_core.processing.media.kinds import MAX_PIXELS, MAX_SECONDS, PICTURES, VIDEOS, expect
from mer_core.processing.media.picture import animated, damaged, flattened, open_picture
from mer_core.processing.media.sound import read_sound, refuse_long, told_seconds
from mer_core.types import Clip, Sound

FPS = 8.0
SIDE = 128
STILL_SECONDS = 2.0  # how long stills last together, at least; half a second each
MAX_STILLS = 60
BUDGET = 300_000_000  # pixels of an animation that are decoded at most

Crop = tuple[float, float, float, float]
Timed = Iterator[tuple[float, Image.Image | None]]

WHOLE = (
    "No face was searched for: the whole frame is taken as one face. If it is small, or there are "
    "several people, crop it by hand."
)


def read_clip(
    data: bytes | Sequence[bytes], crop: Crop | None = None
) -> tuple[Clip, Sound | None, tuple[str, ...]]:
    """Decode a GIF, MP4 or WebM, or still pictures in order.

    Args:
        data: A file, or several stills.
        crop: Left, top, right, bottom of the face as fractions of width and height.

    Returns:
        The clip, frames uint8 (time, 128, 128, 3) on white; the sound track of a video that has
        one and is not silent; notes.

    Raises:
        BadInput: Empty, too large, too long, damaged, of another kind; or an impossible crop.
    """
    files = [data] if isinstance(data, bytes) else list(data)
    if not files:
        raise BadInput("There is no file: choose a video, an animation or a picture.")
    _check(crop)
    found = "whole frame" if crop is None else "cropped by hand"
    notes = [WHOLE] if crop is None else []
    sound = None
    if len(files) > 1:
        frames, more = _stills(files, crop), [f"{len(files)} still pictures, one after another."]
    elif expect(files[0], PICTURES | set(VIDEOS), "clip") in VIDEOS:
        frames, more = _video(files[0], crop)
        sound, heard = _track(files[0])
        more += heard
    elif animated(first := open_picture(files[0])):
        frames, more = _sampled(_animation(first), crop)
    else:
        frames = _stills(files, crop)
        more = [f"A still picture: it is held for {STILL_SECONDS:.0f} seconds."]
    return Clip(np.stack(frames), FPS, found), sound, (*more, *notes)


def _check(crop: Crop | None) -> None:
    if crop is None:
        return
    left, top, right, bottom = crop
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise BadInput(
            f"The crop {tuple(round(c, 3) for c in crop)} is impossible: give left < right and "
            "top < bottom as fractions between 0 and 1."
        )


def _stills(files: Sequence[bytes], crop: Crop | None) -> list[np.ndarray]:
    """Each still held equally long."""
    if len(files) > MAX_STILLS:
        raise BadInput(f"There are {len(files)} pictures; give at most {MAX_STILLS}.")
    hold = round(FPS * max(0.5, STILL_SECONDS / len(files)))
    shown = []
    for data in files:
        expect(data, PICTURES, "picture")
        image = open_picture(data)
        try:
            shown += [_squared(ImageOps.exif_transpose(image), crop)] * hold
        except Exception as cause:
            raise damaged("picture") from cause
    return shown[: int(MAX_SECONDS * FPS)]


def _sampled(timed: Timed, crop: Crop | None) -> tuple[list[np.ndarray], list[str]]:
    """One frame for each eighth of a second: the one that is on screen then.

    Args:
        timed: Pictures with the moment at which each appears; None at the moment of the end.
    """
    shown: list[np.ndarray] = []
    last: Image.Image | None = None
    most = int(MAX_SECONDS * FPS)
    broke = False
    try:
        for moment, image in timed:
            due = min(most, int(np.ceil(moment * FPS - 1e-6)))
            if last is not None and due > len(shown):
                shown += [_squared(last, crop)] * (due - len(shown))
            if len(shown) >= most:
                return shown, [f"Only the first {MAX_SECONDS:.0f} seconds are used."]
            last = image
    except BadInput:
        raise
    except Exception:  # decoders meet hostile bytes with all kinds of errors
        broke = True
    if last is not None:
        shown.append(_squared(last, crop))
    if not shown:
        raise damaged("clip")
    seconds = len(shown) / FPS
    cut = f"The file breaks off after {seconds:.1f} seconds: what came before is used."
    return shown, [cut] if broke else []


def _animation(image: Image.Image) -> Timed:
    """Frames of a GIF, WebP or PNG with the moment at which each appears."""
    moment, frame = 0.0, 0
    while True:
        try:
            image.seek(frame)
        except EOFError:
            break
        if (frame + 1) * image.width * image.height > BUDGET:
            raise BadInput(
                f"The animation has too many or too large frames: over {BUDGET // 10**6} million "
                "pixels. Make it smaller or shorter and try again."
            )
        yield moment, image.copy()
        # Browsers show frames that claim no duration for a tenth of a second.
        moment += (image.info.get("duration") or 100) / 1_000
        frame += 1
    yield moment, None


def _video(data: bytes, crop: Crop | None) -> tuple[list[np.ndarray], list[str]]:
    import av  # 30 MB that only uploads need

    try:
        with av.open(io.BytesIO(data), format=VIDEOS[expect(data, set(VIDEOS), "video")]) as file:
            if not file.streams.video:
                raise BadInput("There is no picture in this file: give it as a sound instead.")
            stream = file.streams.video[0]
            stream.thread_type = "AUTO"
            refuse_long(told_seconds(file, stream), "video")
            if stream.width * stream.height > MAX_PIXELS:
                raise BadInput(
                    f"The video is {stream.width} x {stream.height}: that is over "
                    f"{MAX_PIXELS // 10**6} million pixels a frame. Make it smaller and try again."
                )
            return _sampled(_frames(file, stream), crop)
    except BadInput:
        raise
    except Exception as cause:
        raise damaged("video") from cause


def _frames(file: Any, stream: Any) -> Timed:
    """Frames that are needed for FPS, small, upright, with their moments from zero."""
    start, due = None, 0.0
    rate = float(stream.average_rate or 25)
    for i, frame in enumerate(file.decode(stream)):
        moment = i / rate if frame.time is None else float(frame.time)
        start = moment if start is None else start
        if moment - start + 0.5 / FPS < due:
            continue
        due += 1 / FPS
        shrink = min(1.0, 480 / max(frame.width, frame.height))
        size = max(2, round(frame.width * shrink)), max(2, round(frame.height * shrink))
        small = frame.reformat(width=size[0], height=size[1], format="rgb24").to_ndarray()
        turns = round(getattr(frame, "rotation", 0) / 90) % 4  # phones film on their side
        yield moment - start, Image.fromarray(np.ascontiguousarray(np.rot90(small, turns)))


def _track(data: bytes) -> tuple[Sound | None, list[str]]:
    """The sound track of a video; without one the video is still good."""
    try:
        sound, notes = read_sound(data)
    except BadInput as why:
        return None, [f"No sound is taken from the video. {why}"]
    return sound, list(notes)


def _squared(image: Image.Image, crop: Crop | None) -> np.ndarray:
    """The crop, whole, in the middle of a white square."""
    flat, _ = flattened(image)
    if crop is not None:
        sides = flat.width, flat.height, flat.width, flat.height
        left, top, right, bottom = (round(c * s) for c, s in zip(crop, sides, strict=True))
        flat = flat.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
    return np.asarray(ImageOps.pad(flat, (SIDE, SIDE), color="white"))
