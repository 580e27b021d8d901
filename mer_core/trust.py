"""What a card says about trust, in a sentence. Without a figure it says so."""

from collections.abc import Mapping
from typing import Any

from mer_core.types import Prediction


def trust_sentence(name: str, card: Mapping[str, Any]) -> str:
    """What the weights were trained on and how they score on real data."""
    trained = f"The weights of {name} were trained on puppets, which are generated demo data"
    real = card.get("real") or {}
    tuned = any(isinstance(e, Mapping) and e.get("tuned") for e in real.values())
    trained += ", and on real sentences beside them" if tuned else ""
    scores = real_scores(card)
    if not scores:
        return f"{trained}; how they do on real stickers, voices and sentences was not measured."
    how = "on real data" if tuned else "untuned, on real data,"
    return f"{trained}; {how} they get {'; '.join(scores)}."


def not_all_read(name: str, model: Any, text: str) -> str:
    """Where a model that reads tokens stops before the words end, in a sentence; else empty."""
    language, longest = getattr(model, "language", None), getattr(model.config, "longest", None)
    if language is None or not longest or not text.strip():
        return ""
    tokens = len(language.tokenizer.encode(text.strip(), add_special_tokens=False))
    if tokens <= longest:
        return ""
    return (
        f"{name} reads the first {longest} of these {tokens} tokens (pieces of words) and nothing "
        "after them."
    )


def no_answer(prediction: Prediction, sample: int = 0) -> str:
    """Where what a model said in words is no answer to what was asked, in a sentence."""
    odd = [question for question, rows in prediction.unread.items() if bool(rows[sample])]
    if not odd:
        return ""
    return (
        f"Asked for the {' and the '.join(odd)} it would rather say something else: shown is the "
        "likeliest of the allowed answers, or the middle of the range where a number was to be "
        "written out."
    )


def real_scores(card: Mapping[str, Any]) -> list[str]:
    """One phrase for each real data set that the card has figures of."""
    real = card.get("real") or {}
    return [phrase(key, entry) for key, entry in real.items() if isinstance(entry, Mapping)]


def phrase(key: str, entry: Mapping[str, Any]) -> str:
    """One data set's figures in words."""
    what = entry.get("what", key)
    accuracy, n = entry.get("accuracy"), entry.get("n")
    if accuracy is None:
        return f"no figure yet for {what}"
    chance, most = entry.get("chance"), entry.get("commonest_class")
    beside = "" if chance is None else f", where even guessing gets {chance:.0%}"
    beside += "" if most is None else f" and the commonest answer {most:.0%}"
    many = "" if n is None else f" of {n}"
    return f"{accuracy:.0%}{many} {what} right{beside}"
