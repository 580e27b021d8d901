"""What EGMF's language model is asked, in words: by task and by language.

The words are ours; what is asked follows MSE-Adapter, the nearest work whose prompts are public:
classes are named with their numbers, and the answer is a number.

Source: Yang et al. (2025), MSE-Adapter, arXiv 2502.12478.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mer_core.errors import BadInput, UnknownName

FRAMES: Mapping[str, tuple[str, str]] = {
    "en": ("What a person says and how it is said:", "."),
    "zh": ("一个人说的话，以及说话的方式：", "。"),  # noqa: RUF001 (Chinese punctuation)
}
"""Language -> what stands before the pseudo tokens, and what stands after the text."""

CLASSES: Mapping[str, str] = {
    "en": "Name the emotion by its number: {classes}. The emotion is",
    "zh": "请用编号回答情感：{classes}。情感是",  # noqa: RUF001
}
NUMBERS: Mapping[str, str] = {
    "en": "Rate the sentiment from {low:.1f} to {high:.1f}. The sentiment is",
    "zh": "请给情感强度打分，从 {low:.1f} 到 {high:.1f}。情感强度是",  # noqa: RUF001
}
CHINESE: Mapping[str, str] = {
    "anger": "愤怒",
    "disgust": "厌恶",
    "fear": "恐惧",
    "happiness": "高兴",
    "happy": "高兴",
    "joy": "高兴",
    "neutral": "平静",
    "calm": "平静",
    "sadness": "悲伤",
    "sad": "悲伤",
    "surprise": "惊讶",
}
"""Names of emotions as CHERMA's prompts would say them; other names stay as they are."""


def prompt_words(
    language: str = "en", emotions: Sequence[str] = (), limits: Sequence[float] = ()
) -> dict[str, Any]:
    """Values of an EGMFConfig that ask for a class, for a number, or for both.

    Args:
        language: "en" or "zh".
        emotions: Classes, numbered as they stand; empty to ask for none.
        limits: Least and greatest number; empty to ask for none.

    Raises:
        UnknownName: No prompts in that language.
        BadInput: Neither is asked for, or there are more classes than digits.
    """
    if language not in FRAMES:
        raise UnknownName(language, FRAMES)
    if not emotions and not limits:
        raise BadInput("A prompt must ask for something: give classes, a range, or both.")
    if len(emotions) > 10:
        raise BadInput(f"{len(emotions)} classes cannot be answered by one digit each: name ten.")
    prefix, suffix = FRAMES[language]
    values: dict[str, Any] = {"prefix": prefix, "suffix": suffix, "emotions": tuple(emotions)}
    values |= {"limits": tuple(limits), "degrees": (), "emotion_task": "", "number_task": ""}
    if emotions:
        said = CHINESE if language == "zh" else {}
        between = "，" if language == "zh" else ", "  # noqa: RUF001
        named = between.join(f"{i} {said.get(e, e)}" for i, e in enumerate(emotions))
        values["emotion_task"] = CLASSES[language].format(classes=named)
    if limits:
        low, high = limits
        values["number_task"] = NUMBERS[language].format(low=low, high=high)
    return values | {"answers": tuple(str(i) for i in range(len(emotions)))}
