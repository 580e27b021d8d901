"""Small tables with known numbers, for tests of mer_core.hardness and of its page."""

import numpy as np

from mer_core.hardness import HardTable, Heard, Labels

EMOTIONS = ("anger", "fear", "joy")


def certain(answers: list[int], sure: list[float]) -> np.ndarray:
    """Probabilities with the given answers and confidences; the rest is shared evenly."""
    probs = np.empty((len(answers), len(EMOTIONS)), np.float32)
    for row, (answer, p) in enumerate(zip(answers, sure, strict=True)):
        probs[row] = (1 - p) / (len(EMOTIONS) - 1)
        probs[row, answer] = p
    return probs


def heard(answers: list[int], sure: list[float], bits: list[float], seed: int = 0) -> Heard:
    n = len(answers)
    places = np.random.default_rng(seed).uniform(-1, 1, (n, 2)).astype(np.float32)
    return Heard(
        names=EMOTIONS,
        probs=certain(answers, sure),
        modalities=("text", "audio", "vision"),
        alone=np.tile(np.array(answers, np.int8), (3, 1)),
        alone_confidence=np.full((3, n), 0.5, np.float32),
        disagreement=np.array(bits, np.float32),
        maps={"the whole": places},
    )


def table(spread: list[float] | None = None, **changes) -> HardTable:
    """Six clips by two models; the last has no known answer.

    number         0         1         2         3         4       5
    meant          anger     anger     fear      joy       joy     unknown
    first says     anger .9  fear .95  fear .6   joy .99   fear .5 joy .85
    second says    anger .9  anger .7  fear .6   anger .9  fear .5 joy .85
    """
    parts = {
        "data": {"name": "toys", "what": "toys of a test", "split": "test", "demo": True},
        "ids": tuple(f"toy-{i}" for i in range(6)),
        "places": np.arange(6, dtype=np.int32),
        "words": ("so angry", "oh great, thanks", "a dark wood", "what joy", "great joy", "well"),
        "target": Labels.of(["anger", "anger", "fear", "joy", "joy", "unknown"], EMOTIONS),
        "kind": Labels.of(["congruent", "sarcasm", "congruent", "congruent", "sarcasm", "mask"]),
        "liar": Labels.of(["none", "text", "none", "none", "text", "vision"]),
        "spread": np.array(spread or [np.nan] * 6, np.float32),
        "origin": Labels.of(["generated"] * 6),
        "models": {
            "first": heard([0, 1, 1, 2, 1, 2], [0.9, 0.95, 0.6, 0.99, 0.5, 0.85],
                           [0.1, 1.2, 0.2, 0.0, 0.9, np.nan]),
            "second": heard([0, 0, 1, 0, 1, 2], [0.9, 0.7, 0.6, 0.9, 0.5, 0.85],
                            [0.1, 0.6, 0.2, 0.0, 0.9, np.nan], seed=1),
        },
        "manifest": {"models": {"first": {"weights": "abc", "seed": 0}}, "map": "A toy map."},
    }  # fmt: skip
    return HardTable(**(parts | changes))
