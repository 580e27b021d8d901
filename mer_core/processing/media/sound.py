"""Sound: mono, 16 000 samples a second, at most half a minute of it."""

import io
from typing import Any

import numpy as np

from mer_core.errors import BadInput
from mer_core.processing.media.kinds import MAX_MINUTES, MAX_SECONDS, SOUNDS, VIDEOS, expect
from mer_core.processing.media.picture import damaged
from mer_core.types import Sound

RATE = 16_000
LEAST_SECONDS = 0.2
SILENT_PEAK = 1e-3  # 60 dB under full scale
CLIPPED_SHARE = 1e-3


def read_sound(data: bytes) -> tuple[Sound | None, tuple[str, ...]]:
    """Decode a WAV, FLAC, MP3 or OGG, or the sound track of an MP4 or WebM.

    Returns:
        The sound, or None where the recording is silent; and notes.

    Raises:
        BadInput: Empty, too large, too long, too short, damaged, or no such sound.
    """
    kind = expect(data, {*SOUNDS, *VIDEOS}, "sound")
    wave, notes = _decoded(data, (SOUNDS | VIDEOS)[kind])
    seconds = len(wave) / RATE
    if seconds < LEAST_SECONDS:
        raise BadInput(
            f"The sound lasts {seconds:.2f} seconds: at least {LEAST_SECONDS} are needed to hear "
            "a voice. Record a little longer."
        )
    sure = np.nan_to_num(wave, nan=0.0, posinf=1.0, neginf=-1.0)
    if not np.array_equal(sure, wave):
        notes.append("Some samples are no numbers: they are heard as silence or full scale.")
    if np.abs(sure).max() < SILENT_PEAK:
        return None, (*notes, "The recording is silent: it is treated as if there were no voice.")
    if (np.abs(sure) > 0.985).mean() > CLIPPED_SHARE:
        notes.append("The recording is clipped: its loudest parts are cut off, which distorts it.")
    return Sound(sure.clip(-1, 1).astype(np.float32), RATE), tuple(notes)


def _decoded(data: bytes, container: str) -> tuple[np.ndarray, list[str]]:
    """Samples of the first sound track, and notes on what is left out."""
    import av  # 30 MB that only uploads need

    try:
        with av.open(io.BytesIO(data), format=container) as file:
            if not file.streams.audio:
                raise BadInput("There is no sound track in this file: give one that has sound.")
            told = told_seconds(file, file.streams.audio[0])
            refuse_long(told, "recording")
            wave, stopped = _samples(file)
    except BadInput:
        raise
    except Exception as cause:
        raise damaged("sound") from cause
    if stopped and not len(wave):
        raise damaged("sound")
    most, seconds = int(MAX_SECONDS * RATE), len(wave) / RATE
    if len(wave) > most:
        notes = [f"Only the first {MAX_SECONDS:.0f} seconds of the recording are used."]
    elif stopped or _lacks_bytes(data) or (told is not None and seconds < 0.9 * told - 0.5):
        notes = [f"The file breaks off after {seconds:.1f} seconds: what came before is used."]
    else:
        notes = []
    return wave[:most], notes


def _samples(file: Any) -> tuple[np.ndarray, bool]:
    """A little over MAX_SECONDS at most, and whether decoding met an error on the way."""
    import av
    from av.error import FFmpegError

    # Channels are averaged here: FFmpeg's own mix to mono makes stereo louder.
    even = av.AudioResampler(format="fltp", rate=RATE)
    parts, have, broke = [np.zeros(0, np.float32)], 0, False
    try:
        for frame in file.decode(audio=0):
            new = [part.to_ndarray().mean(axis=0) for part in even.resample(frame)]
            parts += new
            have += sum(map(len, new))
            if have > MAX_SECONDS * RATE + RATE // 10:
                break
        else:
            parts += [part.to_ndarray().mean(axis=0) for part in even.resample(None)]
    except FFmpegError:
        broke = True  # what was decoded before is still good
    return np.concatenate(parts), broke


def _lacks_bytes(data: bytes) -> bool:
    """Whether a WAV says that it is longer than it is, which FFmpeg does not mind.

    Recorders that stream write the greatest number, or none.
    """
    told = int.from_bytes(data[4:8], "little")
    return data[:4] == b"RIFF" and told < 2**32 - 1 and told + 8 > len(data) + 64


def told_seconds(file: Any, stream: Any) -> float | None:
    """How long a file says that it is."""
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if file.duration is None else file.duration / 1e6


def refuse_long(seconds: float | None, what: str) -> None:
    """Refuse what claims to last too long, before anything is decoded.

    Raises:
        BadInput: Over MAX_MINUTES.
    """
    if seconds is not None and seconds > 60 * MAX_MINUTES:
        minutes = round(seconds / 60)
        raise BadInput(
            f"The {what} lasts {minutes:,} minutes; at most {MAX_MINUTES:.0f} are accepted, and "
            f"the first {MAX_SECONDS:.0f} seconds are used. Cut out the part you mean."
        )
