"""Reading a sticker for MGHFT: its picture is looked at once a session, a sentence read once."""

from typing import TYPE_CHECKING, cast

import streamlit as st

from mer_core.types import Batch, Modality, Sample, Stream
from ui.media import digest
from ui.resources import load_model

if TYPE_CHECKING:
    from mer_core.encoders.remembering import RememberingEncoder
    from mer_core.models.mghft import MGHFT
    from mer_core.recording import Recording


@st.cache_resource(scope="session", max_entries=16, show_spinner=False)
def _looked(key: str, _sample: Sample) -> Stream:
    """The packed pyramid of a picture; `key` is the digest of the picture alone."""
    from mer_core.processing.pixels import pixel_stream

    model = cast("MGHFT", load_model("mghft"))
    pixels = pixel_stream([_sample], model.config.image)
    here = pixels.to(next(model.parameters()).device)
    return model.look(here) if _sample.image is not None else here


@st.cache_resource(scope="session", show_spinner=False)
def _encoder() -> "RememberingEncoder":
    """This session's memory of sentences: nobody else's words are in it."""
    from mer_core.encoders.remembering import RememberingEncoder
    from mer_core.processing.pixels import StickerProcessor

    processor = cast(StickerProcessor, load_model("mghft").processor())
    return RememberingEncoder(processor.encoder)


def read_sticker(sample: Sample) -> Batch:
    """The batch of one sticker. Only a new picture and new sentences cost anything.

    The caller holds the gate.
    """
    from mer_core.processing.base import targets
    from mer_core.processing.text import views_stream

    model = cast("MGHFT", load_model("mghft"))
    picture = Sample(id=sample.id, image=sample.image)
    streams = {
        Modality.VISION: _looked(digest(picture), picture),
        Modality.TEXT: views_stream([sample], _encoder()),
    }
    return Batch(streams, **targets([sample], tuple(model.config.emotions)))


def with_pixels(recording: "Recording") -> "Recording":
    """The same recording with pixels in its batch, for questions that look at the picture anew."""
    from dataclasses import replace

    from mer_core.processing.pixels import pixel_stream

    model = cast("MGHFT", load_model("mghft"))
    pixels = pixel_stream(recording.samples, model.config.image)
    streams = {**recording.batch.streams, Modality.VISION: pixels}
    return replace(recording, batch=replace(recording.batch, streams=streams))
