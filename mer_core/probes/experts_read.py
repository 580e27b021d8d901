"""A recording of EGMF from a file that anybody may have made: checked before it is believed."""

from pathlib import Path

from mer_core.checkpoints import load
from mer_core.errors import BadInput, MerError, RecordingInvalid
from mer_core.models.base import EmotionModel
from mer_core.probes.experts import ReadsMix
from mer_core.probes.spoken_looks import TAPS, LooksAtPrompt
from mer_core.recording import Recording
from mer_core.types import Modality


def recording_of(path: Path) -> Recording:
    """A recording that shows EGMF's experts, from a file.

    Raises:
        RecordingInvalid: It is no recording, is damaged, or shows no experts.
        BadInput: There is no such file.
    """
    try:
        data = path.read_bytes()
    except OSError as cause:
        raise BadInput(f"{path} cannot be opened: {cause.strerror or cause}.") from cause
    return recording_from(data, path.name)


def recording_from(data: bytes, name: str) -> Recording:
    """The same from a file's bytes.

    Raises:
        RecordingInvalid: It is no recording, is damaged, or shows no experts.
    """
    recording = Recording.read(data, name)
    try:
        _check(recording, name)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError) as cause:
        raise RecordingInvalid(
            f"{name} is damaged: what it holds does not belong together. Record it again with "
            "`mer record egmf`."
        ) from cause
    return recording


def _check(recording: Recording, name: str) -> None:
    """Refuse what the readers of this package would stumble over."""
    if not ReadsMix().fits(recording):
        raise RecordingInvalid(
            f"{name} was recorded with {recording.manifest.model} and shows no experts. Record "
            "the clip with `mer record egmf`."
        )
    n, batch = len(recording.samples), recording.batch
    one = n == 1 and len(batch) == 1 and len(recording.prediction.logits) == 1
    whole = all(m in batch.streams for m in Modality)
    trace = recording.trace
    seen = [trace.visits(t)[0] for t in trace if t.startswith((TAPS, "fusion."))]
    if not (one and whole and all(reading.values.shape[:1] == (1,) for reading in seen)):
        raise RecordingInvalid(
            f"{name} does not hold one clip of words, voice and face. Record a single clip with "
            "`mer record egmf`."
        )
    ReadsMix().read(recording)
    if LooksAtPrompt().fits(recording):
        LooksAtPrompt().read(recording)


def same_model(recording: Recording) -> EmotionModel | None:
    """The shipped EGMF, where it is the one that was recorded; otherwise None."""
    try:
        model = load("egmf")
    except MerError:
        return None  # a recording can be looked at without weights
    return model if same_weights(recording, model) else None


def same_weights(recording: Recording, model: EmotionModel) -> bool:
    """Whether this model is the one that was recorded, so that it may be asked further."""
    origin = model.origin or {}
    return origin.get("weights_sha256") == recording.manifest.weights
