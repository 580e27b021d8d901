"""How well trained EGMFs read sentences alone: MELD's dev split, and sentences as people type them.

Read once a seed, when everything is chosen; nothing here chooses anything.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from mer_core.datasets.utterances.meld import meld_set
from mer_core.metrics import bootstrap_interval, classification, mean_sd
from mer_core.models.base import EmotionModel
from mer_core.task import EMOTIONS
from mer_core.training.features import process
from mer_core.training.sentences import bare, meld_sentences, said_to
from mer_core.training.typed import about, listen, typed_sentences
from mer_core.types import Sample

Progress = Callable[[str, int, int], None]

MEASURES = ("accuracy", "weighted_f1", "macro_f1", "ece")


def sentence_report(
    models: Sequence[EmotionModel], progress: Progress = lambda *_: None
) -> dict[str, Any]:
    """What goes on the card: scores of every seed, and what the first one gets wrong.

    Args:
        models: One a seed, in eval mode; the first is the one that ships.
        progress: Told how far it is.

    Raises:
        DataMissing: MELD's tables are not on this machine.
    """
    dev = meld_sentences("valid")
    known = {bare(s.text or "") for s in (*meld_sentences("train"), *dev)}
    met = [s.text for s in typed_sentences() if bare(s.text) in known]
    meld, typed = [], []
    for i, model in enumerate(models):
        batch = process(model.processor(), dev, "reading MELD's dev split", progress)
        meld.append(classification(*said_to(model, batch)))
        typed.append(answers_to_typed(model))
        progress("judging sentences", i + 1, len(models))
    source = meld_set().source
    assert source is not None
    return {
        "meld_dev": {
            "source": source.citation,
            "licence": source.licence,
            "n": len(dev),
            "commonest_class": _commonest(dev),
            "seeds": meld,
            **{name: mean_sd([scores[name] for scores in meld]) for name in MEASURES},
        },
        "typed": {"about": about(), "met_in_training": met, **_typed(typed)},
    }


def _commonest(samples: Sequence[Sample]) -> float:
    told = torch.tensor([EMOTIONS.index(str(s.target)) for s in samples])
    return float(told.bincount().max() / len(told))


@torch.no_grad()
def answers_to_typed(model: EmotionModel) -> dict[str, Any]:
    """What one model answers to each typed sentence, and to the one fixed in advance."""
    sentences = typed_sentences()
    fixed = listen()
    asked = [Sample(id=str(i), text=s.text) for i, s in enumerate(sentences)]
    said = model(model.processor()([*asked, Sample(id="listen", text=fixed.text)])).answers
    right = [answer == str(s.emotion) for s, answer in zip(sentences, said, strict=False)]
    each = {
        e: sum(r for s, r in zip(sentences, right, strict=True) if str(s.emotion) == e)
        for e in EMOTIONS
    }
    wrong = [
        {"sentence": s.text, "meant": str(s.emotion), "answered": answer}
        for s, answer, r in zip(sentences, said, right, strict=False)
        if not r
    ]
    return {
        "right": sum(right),
        "n": len(sentences),
        "right_95": [round(v, 3) for v in bootstrap_interval(torch.tensor(right).float().numpy())],
        "each": each,
        "wrong": wrong,
        "listen": {
            "sentence": fixed.text,
            "answered": said[-1],
            "right": said[-1] in {str(e) for e in fixed.accepted},
        },
    }


def _typed(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The shipped seed's answers in full, the others as counts."""
    return {**found[0], "right_by_seed": [f["right"] for f in found]}
