"""MGHFT on stickers: which numbers find one in which a carrier or a description contradicts?

Here a modality is the picture or the text, and the text is four descriptions. There is no voice, so
most numbers of the clip models do not apply.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from mer_core.datasets.puppets import WORLD
from mer_core.datasets.puppets.sticker_oracle import contradicting, sticker_plot
from mer_core.errors import BadInput
from mer_core.grading.base import Grade, Grades, Score
from mer_core.grading.grade import accuracy_score, auroc_score, manifest_of
from mer_core.grading.names import WHAT
from mer_core.grading.telling import found_sentences
from mer_core.models import EmotionModel
from mer_core.probes.divergence import js
from mer_core.probes.incongruity import disagreement
from mer_core.training.recipes import tables_for
from mer_core.types import Batch, Modality, Stream, View

Progress = Callable[[str, int, int], None]

SIDES = ("text", "vision")
CASES = ("all", "text", "vision", *map(str, View))
STRENGTH, FOLDS = 0.3, 10

NOTES = (
    "Incongruent means that a carrier of the sticker (face, posture, prop, caption, intention) or "
    "what a description tells is not what the truthful majority says. Who lies: the picture or "
    "the text, among stickers where exactly one of the two does.",
    "The oracle sees what every carrier shows and every description tells, and so knows for "
    "certain: its AUROC is 1. No reader of pixels and words comes near.",
    "Descriptions are those that the world wrote.",
)


def grade_stickers(
    model: EmotionModel,
    name: str,
    weights: str,
    split: str,
    limit: int | None,
    progress: Progress,
    keep: Callable[[Grades], Any] = lambda _: None,
) -> Grades:
    """Grade what applies to a model of stickers; see `mer_core.grading.grade.grade`."""
    seen = {"valid": _asked(model, "valid", limit if split == "valid" else None, progress)}
    found = _graded(model, name, weights, seen, "valid")
    keep(found)
    if split == "valid":
        return found
    seen[split] = _asked(model, split, limit, progress)
    return _graded(model, name, weights, seen, split)


def _graded(
    model: EmotionModel, name: str, weights: str, seen: dict[str, tuple[Tensor, float]], split: str
) -> Grades:
    probs, milliseconds = seen[split]
    n = probs.shape[1]
    apart, side = _truth(split, n)
    if len(set(apart.tolist())) < 2 or len(set(side[side >= 0].tolist())) < 2:
        raise BadInput("So few stickers hold no contradiction of some kind: use a larger --limit.")
    chance = np.random.default_rng(0)
    scores = sticker_scores(probs)
    scores["combination"] = _combined(seen, split), None
    scores["random"] = chance.random(n), chance.random((n, 2))
    found = Grades(
        model=name,
        split=split,
        data={
            "name": "puppet-stickers",
            "what": "generated stickers of which it is known what contradicts (demo data)",
            "n": n,
            "incongruent": int(apart.sum()),
            "world": WORLD.digest(),
            "demo": True,
        },
        grades=_grades(scores, apart, side, milliseconds),
        found=(),
        manifest=manifest_of(model, name, split, weights),
        notes=NOTES,
    )
    return replace(found, found=found_sentences(found))


def _grades(
    scores: dict[str, tuple[np.ndarray, np.ndarray | None]],
    apart: np.ndarray,
    side: np.ndarray,
    milliseconds: float,
) -> tuple[Grade, ...]:
    one = side >= 0
    best = Score(1.0, 1.0, 1.0, 0.5, 1.0, len(apart))
    rows = {"oracle": Grade("oracle", best, replace(best, n=int(one.sum())))}
    for name, (score, liar) in scores.items():
        named = None
        if liar is not None:
            right = liar[one].argmax(1) == side[one]
            named = accuracy_score(right, 0.5, best)
        forwards = _FORWARDS[name]
        rows[name] = Grade(
            name,
            auroc_score(score, apart, best),
            named,
            forwards=float(forwards),
            milliseconds=round(milliseconds * forwards / len(CASES), 3) if forwards else None,
            fitted="valid" if name == "combination" else "",
        )
    return tuple(rows[key] for key in WHAT if key in rows)


_FORWARDS = {"random": 0, "confidence": 1, "disagreement": 2, "silence": 3, "views": 5} | {
    "combination": len(CASES)
}


def sticker_scores(
    probs: Float[Tensor, "case sticker emotion"],
) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    """Name -> one number a sticker, and who is suspected (text, vision) where it can tell."""
    whole, text, vision, *views = probs
    answer = whole.argmax(-1, keepdim=True)
    told = torch.stack([p.gather(-1, answer)[:, 0] for p in (whole, text, vision)])
    # Without text is the picture alone, and the other way round.
    gained = torch.stack([told[2] - told[0], told[1] - told[0]], dim=1)
    against = torch.stack([-told[1], -told[2]], dim=1)
    among = disagreement(torch.stack([vision, *views]))
    return {
        "confidence": (_np(1 - whole.amax(-1)), None),
        "disagreement": (_np(disagreement(torch.stack([text, vision]))), _np(against)),
        "silence": (_np(gained.amax(1)), _np(gained)),
        "views": (_np(among), None),
    }


def _features(probs: Float[Tensor, "case sticker emotion"]) -> np.ndarray:
    """Few numbers for the combination: the scores, and how far each view is from the picture."""
    told = [score for score, _ in sticker_scores(probs).values()]
    whole, _, vision, *views = probs
    told += [_np(js(view, vision)) for view in views] + [_np(js(view, whole)) for view in views]
    return np.stack(told, axis=1)


def _combined(seen: dict[str, tuple[Tensor, float]], split: str) -> Float[np.ndarray, " sticker"]:
    """Probability that something contradicts, by a fit on validation that never saw the sticker."""
    valid = seen["valid"][0]
    apart, _ = _truth("valid", valid.shape[1])
    line = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=2000))
    if split == "valid":
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        told = cross_val_predict(line, _features(valid), apart, cv=folds, method="predict_proba")
        return np.asarray(told)[:, 1]
    line.fit(_features(valid), apart)
    return line.predict_proba(_features(seen[split][0]))[:, 1]


def _truth(split: str, n: int) -> tuple[np.ndarray, Int[np.ndarray, " sticker"]]:
    """Whether anything contradicts, and which side if exactly one does, else -1."""
    found = [contradicting(sticker_plot(i, split, WORLD)) for i in range(n)]
    side = [SIDES.index(f[0]) if len(f) == 1 else -1 for f in found]
    return np.array([bool(f) for f in found]), np.array(side)


@torch.inference_mode()
def _asked(
    model: EmotionModel, split: str, limit: int | None, progress: Progress
) -> tuple[Float[Tensor, "case sticker emotion"], float]:
    """Answers to each of CASES, and milliseconds a sticker for all of them."""
    table = tables_for("mghft", progress, (split,))[split]
    parts, spent, told = table.evaluation(size=64), [], []
    for i in range(len(parts)):
        if limit is not None and i * 64 >= limit:
            break
        batch = _cases(parts[i])
        start = time.perf_counter()
        said = model(batch).probs
        spent.append((time.perf_counter() - start) / len(parts[i]))
        told.append(said.unflatten(0, (len(CASES), -1)))
        progress("asking descriptions one by one", i + 1, len(parts))
    kept = spent[1:] or spent
    return torch.cat(told, dim=1)[:, :limit], 1000 * sum(kept) / len(kept)


def _cases(batch: Batch) -> Batch:
    """The batch once for each of CASES."""
    n, text = len(batch), batch.streams[Modality.TEXT]
    repeated = batch.select(torch.arange(n).repeat(len(CASES)))
    mute, blind = (torch.zeros(len(CASES), dtype=torch.bool) for _ in range(2))
    mute[CASES.index("vision")] = True
    blind[[CASES.index("text"), *(CASES.index(str(v)) for v in View)]] = True
    mask = text.mask.repeat(len(CASES), 1, 1).unflatten(0, (len(CASES), n))
    for i, view in enumerate(View):
        for j in range(len(View)):
            if j != i:
                mask[CASES.index(str(view)), :, j] = False
    said = repeated.streams[Modality.TEXT]
    words = Stream(Modality.TEXT, said.values, mask.flatten(0, 1), said.axes)
    streams = {
        Modality.TEXT: words.silenced(mute.repeat_interleave(n)),
        Modality.VISION: repeated.streams[Modality.VISION].silenced(blind.repeat_interleave(n)),
    }
    return replace(repeated, streams=streams)


def _np(x: Tensor) -> np.ndarray:
    return x.detach().double().numpy()
