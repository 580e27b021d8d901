"""Files from a shell as one sample: a sticker, or a clip of words, voice and face."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mer_core.errors import BadInput, UnknownName
from mer_core.processing.media.kinds import PICTURES, SOUNDS, VIDEOS, kind_of
from mer_core.types import Clip, Provenance, Sample, Sound, View

FURTHER = ("hct_dmg_sample", "mult")
"""Models of clips that answer only when asked: a variant, and a baseline."""


@dataclass
class _Parts:
    """What files hold, sorted by what they are."""

    names: list[str] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    sounds: list[bytes] = field(default_factory=list)
    videos: list[bytes] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def read_sample(
    files: Sequence[Path], text: str | None = None, views: Mapping[View, str] | None = None
) -> tuple[Sample, tuple[str, ...]]:
    """One sample from files and typed words, and notes on what was done to them.

    What a file is, its content says. One picture alone is a sticker; pictures beside a voice or
    words are a face. A video brings its own sound where no sound file is given.

    Args:
        files: One picture, or the parts of a clip: a sound, a video or pictures, a text.
        text: What is said, in place of a text file.
        views: A sticker's own views; the interpreter writes those that are left out.

    Raises:
        BadInput: Nothing to read, a file that is not there, or one that cannot be read.
    """
    parts = _sorted(files)
    if text and text.strip():
        parts.words.append(text)
    if not files and not parts.words:
        raise BadInput("There is nothing to read: give a file, or words with --text.")
    if len(parts.pictures) == 1 and not (parts.sounds or parts.videos or parts.words):
        return _sticker(parts, views or {})
    if views:
        raise BadInput("Views describe a sticker; this is a clip. Leave --view out.")
    return _clip(parts)


def _sorted(files: Sequence[Path]) -> _Parts:
    parts = _Parts()
    for path in files:
        try:
            data = path.read_bytes()
        except OSError as cause:
            raise BadInput(f"{path} cannot be opened: {cause.strerror or cause}.") from cause
        parts.names.append(path.name)
        kind = kind_of(data)
        if kind in SOUNDS:
            parts.sounds.append(data)
        elif kind in VIDEOS:
            parts.videos.append(data)
        elif kind in PICTURES:
            parts.pictures.append(data)
        elif kind == "text" or (data and path.suffix.lower() == ".txt"):
            parts.words.append(data.decode("utf-8", errors="replace"))
        else:  # the reader of pictures says what is wrong with it
            from mer_core.processing.media import read_picture

            read_picture(data)
    return parts


def _sticker(parts: _Parts, views: Mapping[View, str]) -> tuple[Sample, tuple[str, ...]]:
    from mer_core.processing.media import read_picture
    from mer_core.stickers import picture

    read = read_picture(parts.pictures[0])
    return replace(picture(read.image, views), id=parts.names[0]), read.notes


def _clip(parts: _Parts) -> tuple[Sample, tuple[str, ...]]:
    from mer_core.processing.media import read_clip, read_sound, read_text

    for what, given in (("sound", parts.sounds), ("video", parts.videos), ("text", parts.words)):
        if len(given) > 1:
            raise BadInput(f"There are {len(given)} of the kind {what}; give one of them.")
    if parts.videos and parts.pictures:
        raise BadInput("Both a video and pictures are given; the face is taken from one of them.")
    clip: Clip | None = None
    sound: Sound | None = None
    text: str | None = None
    notes: list[str] = []
    if parts.videos or parts.pictures:
        clip, sound, told = read_clip(parts.videos[0] if parts.videos else parts.pictures)
        notes += told
    if parts.sounds:
        sound, told = read_sound(parts.sounds[0])
        notes += told
    if parts.words:
        text, told = read_text(parts.words[0])
        notes += told
    given = {"text": text, "sound": sound, "clip": clip}
    if all(part is None for part in given.values()):
        raise BadInput("Nothing is left to read. " + " ".join(notes))
    origin = {k: str(Provenance.SILENT if v is None else Provenance.REAL) for k, v in given.items()}
    name = " + ".join(parts.names) or "typed words"
    return Sample(name, text=text, sound=sound, clip=clip, provenance=origin), tuple(notes)


def readers(sample: Sample) -> tuple[str, ...]:
    """Names of the models that read this kind of sample and answer unasked."""
    return ("mghft",) if sample.image is not None else ("egmf", "hct_dmg")


def _able(sample: Sample) -> tuple[str, ...]:
    """Names of all that read this kind of sample: baselines and variants too."""
    return readers(sample) if sample.image is not None else (*readers(sample), *FURTHER)


def chosen_readers(sample: Sample, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The models to ask: those wanted, or all that read this kind of sample.

    Raises:
        UnknownName: A wanted model does not exist.
        BadInput: A wanted model reads another kind; it would answer from silence alone.
    """
    from mer_core.models import NAMES

    able = _able(sample)
    for name in wanted:
        if name not in NAMES:
            raise UnknownName(name, NAMES)
        if name not in able:
            kind = "a sticker" if sample.image is not None else "a clip"
            raise BadInput(f"{name} does not read {kind}; {' and '.join(able)} can.")
    return tuple(wanted) or readers(sample)


def views_of(pairs: Iterable[str]) -> dict[View, str]:
    """Sentences by view.

    Raises:
        BadInput: No equals sign.
        UnknownName: Not one of the four views.

    Examples:
        >>> views_of(["role=A cat."])
        {<View.ROLE: 'role'>: 'A cat.'}
    """
    views = {}
    for pair in pairs:
        name, equals, sentence = pair.partition("=")
        if not equals:
            raise BadInput(f"--view takes name=sentence, as in role='A cat.'; got {pair!r}.")
        if name not in {str(v) for v in View}:
            raise UnknownName(name, (str(v) for v in View))
        views[View(name)] = sentence
    return views
