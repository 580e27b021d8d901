"""What a card says about trust, in a sentence. Without a figure it says so."""

from collections.abc import Mapping
from typing import Any


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
