"""What was read once is not read again, and nothing changes by it."""

import pytest
import torch

from mer_core.encoders.remembering import RememberingEncoder
from mer_core.encoders.text import EncodedText, TextEncoder

SENTENCES = ["A cat.", "", "A very happy dog with a large hat."]


class Counting(TextEncoder):
    """Passes on what is asked, and counts the sentences."""

    def __init__(self, encoder: TextEncoder) -> None:
        self.name, self.features = encoder.name, encoder.features
        self._encoder, self.read = encoder, []

    def encode(self, texts, chunk: int = 64) -> EncodedText:
        self.read += list(texts)
        return self._encoder.encode(texts, chunk)


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load()


def test_a_remembered_sentence_is_the_same_as_a_fresh_one(encoder):
    kept = RememberingEncoder(encoder)
    kept.encode(["A very happy dog with a large hat."])
    kept.encode(["A cat."])
    remembered, fresh = kept.encode(SENTENCES), encoder.encode(SENTENCES)

    assert remembered.words == fresh.words
    assert torch.equal(remembered.mask, fresh.mask)
    torch.testing.assert_close(remembered.tokens, fresh.tokens, atol=2e-5, rtol=1e-4)
    torch.testing.assert_close(remembered.pooled, fresh.pooled, atol=2e-5, rtol=1e-4)
    assert not torch.equal(fresh.pooled[0], fresh.pooled[2])


def test_only_new_sentences_are_read(encoder):
    counting = Counting(encoder)
    kept = RememberingEncoder(counting)
    kept.encode(SENTENCES)
    kept.encode([*SENTENCES[:2], "A sad dog."])
    kept.encode(["A sad dog.", "A sad dog."])

    assert counting.read == [*SENTENCES, "A sad dog."]


def test_what_was_asked_for_longest_ago_is_forgotten_first(encoder):
    counting = Counting(encoder)
    kept = RememberingEncoder(counting, most=2)
    for text in ("one", "two", "one", "three", "one", "two"):
        kept.encode([text])

    assert counting.read == ["one", "two", "three", "two"]


def test_nothing_but_empty_sentences_still_has_a_position(encoder):
    empty = RememberingEncoder(encoder).encode(["", ""])

    assert empty.tokens.shape[:2] == (2, 1)
    assert not empty.mask.any()
