"""What is asked of a sample: which emotions there are, and the range of sentiment.

The seven basic emotions in alphabetical order are the order of every logit, bar and legend.
"""

from enum import StrEnum


class Emotion(StrEnum):
    """The seven classes of SER30K and of the puppets; MELD says joy for happiness."""

    ANGER = "anger"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPINESS = "happiness"
    NEUTRAL = "neutral"
    SADNESS = "sadness"
    SURPRISE = "surprise"


EMOTIONS: tuple[str, ...] = tuple(str(e) for e in Emotion)

VALENCE: dict[str, float] = {
    "anger": -0.8,
    "disgust": -0.7,
    "fear": -0.9,
    "happiness": 1.0,
    "neutral": 0.0,
    "sadness": -1.0,
    "surprise": 0.4,
}
"""Valence of each emotion, -1 (unpleasant) to 1 (pleasant). Sentiment = 3 x valence x intensity.

Source: signs and order after Russell (1980), A circumplex model of affect; the numbers are ours.
"""

SENTIMENT_RANGE = (-3.0, 3.0)
"""Least and greatest sentiment, as in CMU-MOSI."""


def emotion_index(name: str) -> int:
    """Position of an emotion in every logit vector.

    Raises:
        UnknownName: `name` is none of the seven.
    """
    from mer_core.errors import UnknownName

    if name not in EMOTIONS:
        raise UnknownName(name, EMOTIONS)
    return EMOTIONS.index(name)
