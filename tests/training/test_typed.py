"""Tests of mer_core.training.typed: the sentences keep the rules under which they may judge."""

import re
from collections import Counter

import numpy as np
import pytest

from mer_core.task import EMOTIONS, Emotion
from mer_core.training.typed import EMOTION_WORDS, about, listen, typed_sentences


def words(text):
    """Lower-case words; an apostrophe belongs to its word, all other punctuation goes."""
    return re.findall(r"[a-z0-9']+", text.lower())


def named(text):
    stems = [stem for group in EMOTION_WORDS.values() for stem in group]
    return [w for w in words(text) if any(w.startswith(s) for s in stems)]


def test_there_are_five_of_each_emotion_and_none_twice():
    typed = typed_sentences()

    assert Counter(str(t.emotion) for t in typed) == dict.fromkeys(EMOTIONS, 5)
    assert len({tuple(words(t.text)) for t in typed}) == len(typed)


def test_each_is_as_long_as_what_people_type():
    assert not [t.text for t in typed_sentences() if not 6 <= len(words(t.text)) <= 18]


def test_none_names_an_emotion():
    assert set(EMOTION_WORDS) == set(Emotion)
    assert not [(t.text, named(t.text)) for t in typed_sentences() if named(t.text)]


@pytest.mark.parametrize("word", ["angrily", "Grossed", "scary", "unhappy", "sorry", "shocking"])
def test_a_word_that_names_an_emotion_is_found(word):
    assert named(f"It was, {word}, a day.") == [word.lower()]


def test_none_can_be_said_by_a_puppet():
    from mer_core.datasets.puppets.sentences import PAIRS, say

    rng = np.random.default_rng(0)
    wishes = [(e, strong, None) for e in EMOTIONS for strong in (False, True)]
    wishes += [(pair[0], False, pair) for pair in PAIRS]
    said = {
        tuple(words(say(*wish, unseen, rng)[0]))
        for wish in wishes
        for unseen in (False, True)
        for _ in range(200)
    }

    assert len(said) > 2000
    judged = [*(t.text for t in typed_sentences()), listen().text]
    assert not [text for text in judged if tuple(words(text)) in said]


def test_the_sentence_fixed_in_advance_is_not_among_them():
    fixed = listen()

    assert fixed.accepted == (Emotion.ANGER, Emotion.DISGUST)
    assert fixed.text not in {t.text for t in typed_sentences()}
    assert "blind" in about()
