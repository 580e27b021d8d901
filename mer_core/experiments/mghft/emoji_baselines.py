"""What reaches how far on rated emoji without MGHFT, on the same folds."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from mer_core.datasets.stickers.emoji import CLASSES
from mer_core.models.mghft import MGHFT
from mer_core.training.emoji import FOLDS, EmojiTable, deal, pooled_maps, pooled_words

PICTURES = "logistic regression on pictures"


def baselines(
    table: EmojiTable, model: MGHFT, repeats: Sequence[int]
) -> dict[str, Float[np.ndarray, "repeat emoji emotion"]]:
    """On the same folds: people's mean shares, and logistic regression on frozen features."""
    words, maps = pooled_words(table), pooled_maps(table, model)
    ways: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
        "mean of the training emoji": lambda learn, ask: _mean_shares(table, learn, ask),
        "logistic regression on words": lambda learn, ask: _regressed(table, words, learn, ask),
        PICTURES: lambda learn, ask: _regressed(table, maps, learn, ask),
    }
    found = {}
    for name, way in ways.items():
        found[name] = np.zeros((len(repeats), len(table), len(CLASSES)))
        for place, repeat in enumerate(repeats):
            dealt = deal(table.top, repeat).numpy()
            for fold in range(FOLDS):
                found[name][place, dealt == fold] = way(dealt != fold, dealt == fold)
    return found


def _mean_shares(table: EmojiTable, learn: np.ndarray, ask: np.ndarray) -> np.ndarray:
    """The same answer for all: its commonest class is the only one that it ever gives."""
    shares = table.ratings / table.ratings.sum(1, keepdim=True)
    return np.repeat(shares[learn].mean(0, keepdim=True).double().numpy(), ask.sum(), axis=0)


def _regressed(
    table: EmojiTable, features: np.ndarray, learn: np.ndarray, ask: np.ndarray
) -> np.ndarray:
    """Classes weighted against their counts, scikit-learn's C of 1 on standardised features."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    top, probs = table.top.numpy(), np.zeros((ask.sum(), len(CLASSES)))
    if len(set(top[learn])) < 2:
        probs[:, top[learn]] = 1.0
        return probs
    regression = LogisticRegression(class_weight="balanced", max_iter=2000)
    fitted = make_pipeline(StandardScaler(), regression).fit(features[learn], top[learn])
    probs[:, regression.classes_] = fitted.predict_proba(features[ask])
    return probs
