"""The recordings that ship beside weights: what a page shows while the models load.

Chosen by rule, not by result: the first validation sticker of which one view lies, and the first
validation utterance whose words say one thing while voice and face say another.
"""

from pathlib import Path

from mer_core.checkpoints import folder_of, load
from mer_core.datasets import open_dataset
from mer_core.recording import record
from mer_core.types import Modality, Sample


def lying_sticker() -> Sample:
    """The first validation sticker with a lying view."""
    return next(
        s
        for s in open_dataset("puppet-stickers", "valid")
        if s.truth is not None and "lying" in s.truth.evidence.values()
    )


def sarcastic_utterance() -> Sample:
    """The first validation utterance whose words lie."""
    return next(
        s
        for s in open_dataset("puppet-utterances", "valid")
        if s.truth is not None and s.truth.liar is Modality.TEXT
    )


def record_example(name: str) -> Path:
    """Record a shipped model on its example; returns the file."""
    sample = lying_sticker() if name == "mghft" else sarcastic_utterance()
    path = folder_of(name) / "recordings" / "example.safetensors"
    record(load(name), sample).save(path)
    return path
