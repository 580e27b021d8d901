"""Tests of mer_core.recording, on every model."""

import threading

import pytest
import torch

from mer_core.errors import RecordingInvalid
from mer_core.models import MODELS
from mer_core.recording import Recording, record
from mer_core.trace import capture
from mer_core.types import Modality


@pytest.fixture(params=MODELS)
def recorded(request, untrained, samples_of, batch_of):
    name = request.param
    return record(untrained(name), samples_of[name], batch=batch_of(name))


def test_a_recording_survives_the_disk(recorded, tmp_path):
    """Input, answer, trace and manifest come back as they went."""
    recorded.save(tmp_path / "one.safetensors")
    again = Recording.load(tmp_path / "one.safetensors")

    assert torch.equal(again.prediction.logits, recorded.prediction.logits)
    assert again.prediction.answers == recorded.prediction.answers
    assert set(again.prediction.unread) == set(recorded.prediction.unread)
    for question, odd in recorded.prediction.unread.items():
        assert torch.equal(again.prediction.unread[question], odd)
    assert again.manifest == recorded.manifest
    assert list(again.trace) == list(recorded.trace)
    for name in recorded.trace:
        for a, b in zip(again.trace.visits(name), recorded.trace.visits(name), strict=True):
            assert torch.equal(a.values, b.values)
            assert (a.axes, dict(a.over)) == (b.axes, {k: str(v) for k, v in b.over.items()})
    assert [s.id for s in again.samples] == [s.id for s in recorded.samples]
    assert [dict(s.views) for s in again.samples] == [dict(s.views) for s in recorded.samples]
    for m, stream in recorded.batch.streams.items():
        assert torch.equal(again.batch.streams[m].values, stream.values)
        assert torch.equal(again.batch.streams[m].is_silent, stream.is_silent)


def test_the_manifest_says_what_was_generated_and_what_was_silent(untrained, batch_of, samples_of):
    name = "hct_dmg"
    quiet = batch_of(name).silence(Modality.AUDIO)
    manifest = record(untrained(name), samples_of[name], batch=quiet).manifest

    assert manifest.inputs[0]["audio"] == "silent"
    assert manifest.inputs[0]["text"] == "generated"
    assert manifest.weights == "untrained"
    assert manifest.seconds > 0
    assert manifest.versions["torch"] == torch.__version__.split("+")[0]


@pytest.mark.parametrize("damage", ["empty", "cut", "other"])
def test_a_damaged_recording_gets_a_sentence(damage, recorded, tmp_path):
    path = tmp_path / "bad.safetensors"
    recorded.save(path)
    data = {"empty": b"", "cut": path.read_bytes()[:500], "other": b"hello" * 100}[damage]
    path.write_bytes(data)

    with pytest.raises(RecordingInvalid, match="Record it again"):
        Recording.load(path)


def test_a_recording_of_another_format_is_refused(recorded, tmp_path, monkeypatch):
    monkeypatch.setattr("mer_core.recording.FORMAT", 0)
    recorded.save(tmp_path / "old.safetensors")
    monkeypatch.undo()

    with pytest.raises(RecordingInvalid, match="format 0"):
        Recording.load(tmp_path / "old.safetensors")


@pytest.mark.parametrize("name", MODELS)
def test_two_threads_that_watch_one_model_never_see_each_other(name, untrained, batch_of):
    """Each thread's trace has its own batch size and its own numbers, every time."""
    model, batch = untrained(name), batch_of(name)
    parts = {1: batch.select(torch.tensor([0])), 2: batch.select(torch.tensor([1, 2]))}
    tap = f"entry.{model.modalities[-1]}"
    expected = {}
    for size, part in parts.items():
        with torch.no_grad(), capture(model, tap) as trace:
            model(part)
        expected[size] = trace[tap].values
    seen, both_inside = {1: [], 2: []}, threading.Barrier(2)

    def session(size):
        for _ in range(5):
            with torch.no_grad(), capture(model, tap) as trace:
                both_inside.wait()
                model(parts[size])
            seen[size].append(trace[tap].values)

    threads = [threading.Thread(target=session, args=(size,)) for size in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for size, readings in seen.items():
        assert len(readings) == 5
        for reading in readings:
            torch.testing.assert_close(reading, expected[size])
