"""A sample of every format of the field goes the whole way: from its file to a picture."""

import plotly.graph_objects as go
import pytest
import torch
from field_files import WRITERS

from mer_core.datasets import open_utterances
from mer_core.models.hct_dmg import HCTDMG, HCTDMGConfig
from mer_core.probes import ask
from mer_core.processing.features import feature_processor
from mer_core.recording import Recording, record
from mer_core.types import Modality
from mer_core.views import figure

QUESTION = "Where does one modality look in another?"
WORDS_ALONE = ("meld",)
"""Formats without voice and face: there is nothing for one modality to look at in another."""


def model_for(opened, processor):
    """A tiny model with random weights that reads this set and answers what it asks."""
    torch.manual_seed(0)
    widths = processor.widths
    config = HCTDMGConfig(
        text_features=widths[Modality.TEXT],
        audio_features=widths[Modality.AUDIO],
        vision_features=widths[Modality.VISION],
        emotions=opened.emotions,
        sentiment=opened.task == "sentiment",
        hidden=6,
        heads=2,
        layers=1,
        silence=True,
    )
    return HCTDMG(config).eval().requires_grad_(False)


def way(format, folder):
    """File -> set -> batch -> recording."""
    opened = open_utterances(format.split(",")[0], WRITERS[format](folder))
    samples = opened.splits["train"][:2]
    processor = feature_processor(opened)
    batch = processor(samples)
    return opened, record(model_for(opened, processor), samples, batch=batch)


@pytest.mark.parametrize("format", WRITERS)
def test_a_sample_of_every_format_goes_from_file_to_picture(format, tmp_path):
    opened, recording = way(format, tmp_path)
    finding = ask(QUESTION, recording)
    drawing = figure(finding)

    assert isinstance(drawing, go.Figure)
    assert finding.ids == tuple(s.id for s in opened.splits["train"][:2])
    maps = [trace for trace in drawing.data if isinstance(trace, go.Heatmap)]
    heard = [m for m, s in recording.batch.streams.items() if not s.is_silent[0]]
    assert bool(maps) == (len(heard) > 1) == (format not in WORDS_ALONE)
    for flow in finding.drawable(0):
        lengths = {str(m): int(s.mask[0].sum()) for m, s in recording.batch.streams.items()}
        assert flow.seen(0).shape == (lengths[flow.query.name], lengths[flow.key.name])
    if opened.task == "sentiment":
        assert recording.batch.sentiment is not None
        assert recording.prediction.sentiment is not None
    else:
        assert recording.prediction.names == opened.emotions


@pytest.mark.parametrize("format", ["mosi", "ch-sims-v2", "ur-funny"])
def test_the_recording_of_a_field_sample_survives_the_disk(format, tmp_path):
    _, recording = way(format, tmp_path)
    recording.save(tmp_path / "kept.safetensors")
    found = Recording.load(tmp_path / "kept.safetensors")

    assert [s.id for s in found.samples] == [s.id for s in recording.samples]
    assert [s.tendencies for s in found.samples] == [s.tendencies for s in recording.samples]
    assert ask(QUESTION, found).says() == ask(QUESTION, recording).says()


def test_words_stand_along_the_edges_of_the_map_where_the_file_has_them(tmp_path):
    _, recording = way("ur-funny", tmp_path)
    text, audio, _ = recording.batch.streams.values()

    assert list(text.ticks[0]) == ["so", "he", "said"]
    assert list(audio.ticks[0]) == [0.25, 1.25, 2.25]


def test_padding_of_a_batch_never_reaches_the_answer(tmp_path):
    opened = open_utterances("mosi", WRITERS["mosi"](tmp_path))
    processor, samples = feature_processor(opened), opened.splits["train"]
    model = model_for(opened, processor)
    with torch.no_grad():
        together = model(processor(samples)).sentiment
        alone = torch.cat([model(processor([sample])).sentiment for sample in samples])

    assert torch.allclose(together, alone, atol=1e-5)
    assert together.std() > 1e-4
