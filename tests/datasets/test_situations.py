"""The situations: many, distinct, honest about what is held out, and silent about their emotion."""

import random
import re
from collections import Counter
from itertools import pairwise

import pytest

from mer_core.datasets.situation_phrases import FRAMES, SLOTS
from mer_core.datasets.situations import (
    EVERY,
    SITUATIONS,
    SPLITS,
    STYLES,
    Situation,
    is_situation,
    pattern,
    plain,
    situations,
)
from mer_core.errors import BadInput, UnknownName
from mer_core.task import EMOTIONS

LEAST = {"anger": 140, "disgust": 140, "fear": 140}
NAMING = re.compile(
    r"\b(ang(er|r)|mad(ly|der)?\b|fur(y\b|iou)|fuming|seeth|rag(e|ing)\b|enrag|annoy|irrit|livid|hat(e|ing|red)"
    r"|disgust|gross(ed|er)?\b|revolt|repuls|nause|loath|vile\b"
    r"|fear|afraid|scar(e|ed|ing|y|iest)\b|fright|terr(or|if)|panic|anxi|nervous|worr[iy]|dread"
    r"|horr(or|if|ib)"
    r"|happ[iy](?!en)|glad|joy|delight|thrill|excit|pleas(ed|ure)|enjoy|cheer|bliss"
    r"|sad|sorrow|sorry|unhapp|miser|depress|grie[fv]|heartbr|upset|mourn|lonel|gloom"
    r"|surpris|shock|astonish|astound|amaz|stun|startl|unexpect|neutral|emotion)"
)


def spoken(split: str, count: int, seed: int = 0, emotion: str | None = None) -> list[str]:
    """The sentences alone, of all emotions or of one."""
    samples = situations(split, count, seed)
    return [s.text or "" for s in samples if emotion in (None, s.target)]


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_every_emotion_has_many_frames_and_no_frame_twice(emotion):
    frames = [plain(frame) for frame in FRAMES[emotion]]
    assert len(frames) >= LEAST.get(emotion, 120)
    assert len(set(frames)) == len(frames)


def test_no_frame_stands_under_two_emotions():
    assert len({plain(s.frame) for s in SITUATIONS}) == len(SITUATIONS)


def test_no_frame_is_nearly_another():
    def words(s: Situation) -> set[str]:
        return set(plain(s.frame).split())

    known = [(s, words(s)) for s in SITUATIONS]
    near = [
        (a.frame, b.frame)
        for place, (a, left) in enumerate(known)
        for b, right in known[:place]
        if min(len(left), len(right)) > 3 and len(left & right) / len(left | right) >= 0.75
    ]
    assert near == []


def test_every_eighth_frame_of_an_emotion_is_held_out():
    for emotion in EMOTIONS:
        mine = [s.held_out for s in SITUATIONS if s.emotion == emotion]
        held = [index for index, out in enumerate(mine) if out]
        assert {b - a for a, b in pairwise(held)} == {EVERY}
        assert abs(len(held) - len(mine) / EVERY) < 1


def test_no_emotion_is_named():
    assert NAMING.search("she was so scared")
    assert NAMING.search("how annoying")
    assert not NAMING.search("it happened at the grocer's, please")
    assert [s.frame for s in SITUATIONS if NAMING.search(plain(s.frame))] == []
    assert [f for fillers in SLOTS.values() for f in fillers if NAMING.search(plain(f))] == []


def test_every_frame_fills_and_leaves_no_brace():
    rng = random.Random(0)
    for situation in SITUATIONS:
        assert all(filler.strip() for fillers in situation.gaps for filler in fillers)
        assert len(situation.gaps) <= 3
        for _ in range(5):
            said = situation.fill(rng)
            assert not re.search(r"[{}\[\]|]|  ", said), said
            assert said[0].islower() == situation.frame[0].islower() or not said[0].isalpha()
            assert re.fullmatch(pattern(situation), plain(said)), said


def test_every_slot_is_used():
    used = set(re.findall(r"\{(\w+)\}", "\n".join(s.frame for s in SITUATIONS)))
    assert used == set(SLOTS)


def test_an_unknown_slot_is_told():
    with pytest.raises(UnknownName, match="persn"):
        Situation("Where is {persn}?", "neutral", False).fill(random.Random(0))


@pytest.mark.parametrize("split", SPLITS)
def test_as_many_as_asked_of_each_emotion(split):
    samples = situations(split, 300, seed=3)
    assert Counter(s.target for s in samples) == dict.fromkeys(EMOTIONS, 300)
    assert len({s.id for s in samples}) == len(samples)
    assert all(s.text and s.text.strip() == s.text for s in samples)


def test_the_same_seed_gives_the_same_sentences_and_another_gives_others():
    first, again, other = (spoken("train", 60, seed) for seed in (1, 1, 2))
    assert first == again
    assert len(set(first) & set(other)) < len(first) / 2


def test_fewer_sentences_are_the_beginning_of_more():
    few, more = situations("train", 20), situations("train", 200)
    assert {s.id: s.text for s in few}.items() <= {s.id: s.text for s in more}.items()


def test_what_training_says_no_held_out_frame_can_say():
    held = re.compile("|".join(f"(?:{pattern(s)})" for s in SITUATIONS if s.held_out))
    assert all(held.fullmatch(plain(text)) for text in spoken("valid", 60))
    assert not [text for text in spoken("train", 600) if held.fullmatch(plain(text))]


def test_every_frame_of_a_split_is_said_before_one_is_said_again():
    for split in SPLITS:
        for emotion in EMOTIONS:
            frames = [
                s for s in SITUATIONS if s.emotion == emotion and s.held_out == (split == "valid")
            ]
            said = [plain(text) for text in spoken(split, len(frames), emotion=emotion)]
            for maker in (re.compile(pattern(frame)) for frame in frames):
                assert any(maker.fullmatch(text) for text in said), maker.pattern


def test_sentences_come_again_only_where_a_frame_can_say_nothing_else():
    said = Counter(plain(text) for text in spoken("train", 450))
    rich = [s for s in SITUATIONS if len(s.gaps) >= 2]
    makers = re.compile("|".join(f"(?:{pattern(s)})" for s in rich))
    assert sum(times - 1 for text, times in said.items() if makers.fullmatch(text)) == 0
    assert len({plain(text) for text in spoken("train", 100)}) == 100 * len(EMOTIONS)


def test_the_styles_are_equally_likely():
    said = spoken("train", 600)
    lower = sum(text == text.lower() for text in said) / len(said)
    open_end = sum(text[-1] not in ".!?" for text in said) / len(said)
    assert len(STYLES) == 4
    assert 0.5 <= lower < 0.6  # half the styles, and the frames that are written so
    assert 0.5 <= open_end < 0.6


def test_it_knows_its_own_sentences_however_typed():
    for text in spoken("train", 100, seed=5) + spoken("valid", 100, seed=5):
        assert is_situation(text), text
        assert is_situation(f"  {text.upper()}... ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello.",
        "The weather on Mars is mostly dusty.",
        "There was a hair in my bicycle, a long greasy one.",
        "There was a hair in my soup",
        "I think there was a hair in my soup, a long greasy one.",
    ],
)
def test_it_knows_no_others(text):
    assert not is_situation(text)


def test_what_cannot_be_asked_for_is_told():
    with pytest.raises(UnknownName, match="test"):
        situations("test", 3)
    with pytest.raises(BadInput, match="at least 1"):
        situations("train", 0)
