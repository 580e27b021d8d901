"""Ask a model about a sample, and show what it says."""

import time
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mer_core.checkpoints import read_card
from mer_core.errors import MerError
from mer_core.probes.base import Finding, percent
from mer_core.probes.change import change
from mer_core.recording import Recording, record
from mer_core.trust import no_answer, not_all_read, trust_sentence
from mer_core.types import Prediction, Sample
from mer_core.views import figure, to_csv
from ui.downloads import downloads
from ui.findings import draw_compact, is_dark
from ui.header import is_puppet, plain
from ui.media import digest
from ui.resources import called, device_name, gate, load_model, reads
from ui.sticker_reading import read_sticker


@dataclass(frozen=True)
class Answered:
    """A recording, how long it took with everything before it, and whether it ran just now.

    Attributes:
        recording: What went in, came out and was seen.
        seconds: Wall time, reading the sample included.
        live: Whether the model ran in this session.
        key: Digest of the sample; caches of what is found in the recording go by it.
    """

    recording: Recording
    seconds: float
    live: bool
    key: str

    @property
    def emotion(self) -> str:
        return self.recording.prediction.answers[0]

    @property
    def confidence(self) -> float:
        """Calibrated probability of the answer, 0 to 1."""
        return float(self.recording.prediction.probs[0].max())


@st.cache_resource(scope="session", max_entries=24, show_spinner=False)
def _record(name: str, key: str, _sample: Sample) -> Answered:
    model = load_model(name)
    with gate():
        start = time.perf_counter()
        batch = read_sticker(_sample) if name == "mghft" else None
        recording = record(model, _sample, batch=batch)
        return Answered(recording, time.perf_counter() - start, live=True, key=key)


def ask_model(name: str, sample: Sample) -> Answered:
    """The model's answer, live; the same sample is not computed twice in a session.

    Raises:
        MerError: The model or its encoder cannot be had; the message says what to do.
    """
    load_model(name)  # its own words while it loads, before those below
    with st.spinner(f"{called(name)} is looking at it", show_time=True):
        return _record(name, digest(sample), sample)


def try_model(name: str, sample: Sample) -> Answered | None:
    """The same; an expected failure is drawn as a sentence and gives None."""
    try:
        return ask_model(name, sample)
    except MerError as error:
        st.error(str(error), icon=":material/error:")
        return None


def answer_card(
    name: str, answered: Answered, key: str, mattered: str = "", before: Answered | None = None
) -> None:
    """One model's answer in a box: emotion, confidence, what mattered most, time, device.

    Args:
        name: Of the model.
        answered: What it said.
        key: Unique on the page.
        mattered: Sentence about what mattered most, where a probe found it.
        before: The answer before the user's edits, drawn as outlines.
    """
    with st.container(border=True, height="stretch", gap="small"):
        st.markdown(f"**{called(name)}** :small[:gray[{reads(name)}]]")
        st.markdown(f"### {answered.emotion} :gray[{percent(answered.confidence)}]")
        if further := _further(answered):
            st.caption(further)
        for note in _notes(name, answered):
            st.caption(f":material/info: {note}")
        shown = answered.recording.prediction if before is None else _changed(before, answered)
        drawing = figure(shown, dark=is_dark())
        caption = draw_compact(drawing, f"bars-{key}", _spoken(answered))
        if isinstance(shown, Finding):
            st.markdown(shown.says())
        if mattered:
            st.markdown(mattered)
        st.caption(f"{timing(answered)}  \n{caption}")
        downloads(f"bars-{key}", lambda: _table(answered, before), _spoken(answered), caption)


def _changed(before: Answered, answered: Answered) -> Finding | Prediction:
    """The change, or the plain answer where nothing can be seen to have moved."""
    found = change(before.recording, answered.recording)
    return answered.recording.prediction if found.still() else found


def _table(answered: Answered, before: Answered | None) -> str:
    return to_csv(change((before or answered).recording, answered.recording))


def _further(answered: Answered) -> str:
    prediction = answered.recording.prediction
    parts = []
    if prediction.said is not None:
        own = plain(prediction.said[0])
        told = f"in its own words “{own}”" if own else "in its own words nothing"
        parts.append(told)
    if prediction.sentiment is not None:
        parts.append(f"sentiment {float(prediction.sentiment[0]):+.1f} (from -3, bad, to 3, good)")
    return "; ".join(parts)


def _notes(name: str, answered: Answered) -> list[str]:
    """What the model did not read, and what it said that answers nothing."""
    recording, cut = answered.recording, ""
    if answered.live:  # else the model need not be here at all
        cut = not_all_read(called(name), load_model(name), recording.samples[0].text or "")
    return [note for note in (cut, no_answer(recording.prediction)) if note]


def timing(answered: Answered) -> str:
    """How long the answer took and where it ran."""
    manifest = answered.recording.manifest
    forward, where = f"{1000 * manifest.seconds:.0f} ms", device_name(manifest.device)
    if not answered.live:
        return f":material/history: Recorded earlier: {forward} in the model, on {where}."
    whole = f"{answered.seconds:.2f} s with reading the sample"
    return f":material/bolt: Live: {forward} in the model, {whole}, on {where}."


def _spoken(answered: Answered) -> str:
    prediction = answered.recording.prediction
    pairs = zip(prediction.names, prediction.probs[0].tolist(), strict=True)
    return "Probabilities: " + ", ".join(f"{n} {percent(p)}" for n, p in pairs)


def trust_line(names: tuple[str, ...], sample: Sample, place: DeltaGenerator | None = None) -> None:
    """Beside an upload's answer: what the weights learned from, and how they do on real data."""
    if is_puppet(sample):
        return
    for name in names:
        try:
            sentence = trust_sentence(called(name), read_card(name))
            (place or st).caption(f":material/info: {sentence}")
        except MerError:
            continue  # without a card there is no answer either, and its place says so
