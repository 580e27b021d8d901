"""Do the Shapley values of the views find the views that hold the evidence?

The unit is a sticker and a view. The score is the view's Shapley value for the true class;
positive is a view that truthfully names the emotion, negative one that says nothing of emotion.
Views that lie are graded apart, and those that say both are left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.errors import DataMissing
from mer_core.experiments.base import Ask, PaperExperiment, Progress, Result, Row, said, spread
from mer_core.experiments.mghft.bench import (
    BATCH,
    VIEWS,
    Bench,
    batch_of,
    coalitions,
    open_bench,
    result,
)
from mer_core.metrics import bootstrap_interval, mean_sd
from mer_core.models.mghft import MGHFT
from mer_core.probes.view_baselines import BASELINES, stand_in
from mer_core.probes.view_game import shapley
from mer_core.trace import capture
from mer_core.training.recipes import fresh
from mer_core.types import View

WITHIN, POOLED, BELOW = "AUROC", "AUROC, all views in one list", "lying views below zero"
MEAN = "mean of the four views"
CONSTANT = "always the same ranking of views"
UNTRAINED = "Shapley value, random weights"
TARGET = 0.9
SHAPLEY = {name: f"Shapley value, {name}" for name in BASELINES}
ROUNDS, RANDOM = 1000, (0, 1, 2)
_EVERY = 2 ** len(VIEWS) - 1
Scores = Float[np.ndarray, "sticker view"]


@dataclass(frozen=True)
class Method:
    """One way of grading views.

    Attributes:
        scores: One array a seed.
        signed: Whether zero means "adds nothing".
        note: What must stand beside it.
    """

    scores: Sequence[Scores]
    signed: bool = True
    note: str = ""


def run(ask: Ask, progress: Progress) -> Result:
    """Grade every view of every sticker in each way; then see which way finds the evidence."""
    bench = open_bench(ask, progress)
    kinds = np.array([[t.evidence[v] for v in View] for t in bench.truth])
    usable, absent = _baselines(next(iter(bench.models.values())))
    methods = _methods(bench, usable, progress)
    rows = []
    for i, (case, method) in enumerate(methods.items()):
        rows += list(_graded(case, method, kinds))
        progress("grading", i + 1, len(methods))
    notes = (
        "Unit: a sticker and a view. Positive: the view truthfully names the emotion. Negative: "
        "it says nothing of emotion. Lying views are graded apart, mixed ones left out.",
        "AUROC is taken within each view and then averaged, so that knowing which view speaks "
        "most often earns nothing; in one list of all views it does.",
        "A view can be truthful and yet tell nothing new, where the picture or another view "
        "says the same: its exact value is then small, and no attribution could find it.",
        *absent,
    )
    return result(bench, EXPERIMENT.name, rows, found=_says(rows), notes=notes,
                  measures=(WITHIN, POOLED, BELOW), unit="sticker and view",
                  lines="95 % bootstrap interval over stickers")  # fmt: skip


def _baselines(model: MGHFT) -> tuple[list[str], list[str]]:
    """The baselines that can be had here, and why others cannot."""
    usable, absent = [], []
    for name in BASELINES:
        try:
            stand_in(model, name)
            usable.append(name)
        except DataMissing as error:
            absent.append(f"Left out, {name}: {error}")
    return usable, absent


def _methods(bench: Bench, baselines: Sequence[str], progress: Progress) -> dict[str, Method]:
    models = list(bench.models.values())
    games = {b: [_game(bench, m, b, progress) for m in models] for b in baselines}
    text, fusion = zip(*(attention(bench, m) for m in models), strict=True)
    backbone = models[0].backbone.state_dict()
    random = [_game(bench, _untrained(s, backbone), "removed", progress) for s in RANDOM]
    return {
        **{SHAPLEY[b]: Method([_of(shapley(g), bench) for g in games[b]]) for b in games},
        "knock-out": Method([_of(knock_out(g), bench) for g in games["removed"]]),
        "attention guided by the text": Method(text, signed=False),
        "global Soft-Fusion": Method(fusion, signed=False),
        CONSTANT: Method(
            [_base_rates(bench)], signed=False, note="how often each view is truthful"
        ),
        UNTRAINED: Method([_of(shapley(g), bench) for g in random], note="trained backbone"),
    }


def _game(
    bench: Bench, model: MGHFT, baseline: str, progress: Progress
) -> Float[Tensor, "sticker coalition emotion"]:
    return coalitions(bench, model, stand_in(model, baseline), progress)


def _untrained(seed: int, backbone: Mapping[str, Tensor]) -> MGHFT:
    model = fresh("mghft", seed)
    assert isinstance(model, MGHFT)
    model.load_backbone(backbone)
    return model.eval().requires_grad_(False)


def knock_out(
    game: Float[Tensor, "sticker coalition emotion"],
) -> Float[Tensor, "sticker view emotion"]:
    """What the logits lose without each view alone."""
    without = [_EVERY ^ 1 << i for i in range(len(VIEWS))]
    return game[:, [_EVERY]] - game[:, without]


def _of(values: Float[Tensor, "sticker view emotion"], bench: Bench) -> Scores:
    """Values for the true class."""
    return values[torch.arange(len(bench)), :, bench.target].double().numpy()


@torch.no_grad()
def attention(bench: Bench, model: MGHFT) -> tuple[Scores, Scores]:
    """Each view's share of the text-guided attention (T and T' together, mean of heads), and of
    the global Soft-Fusion (mean of stages)."""
    guided, fused = "fusion.text.pattern", "global_fusion.pattern"
    shares: tuple[list[Tensor], list[Tensor]] = ([], [])
    for rows in torch.arange(len(bench)).split(BATCH):
        with capture(model, guided, fused) as trace:
            model(batch_of(bench, rows, bench.places[rows]))
        slots = trace[guided].values.mean(dim=1)[:, 0].unflatten(-1, (-1, len(VIEWS)))
        shares[0].append(slots.sum(dim=1))
        shares[1].append(trace[fused].values.mean(dim=1))
    text, fusion = (torch.cat(parts).double().numpy() for parts in shares)
    return text, fusion


def _base_rates(bench: Bench) -> Scores:
    """The same four numbers for every sticker: how often each view is truthful."""
    truthful = np.array([[t.evidence[v] == "truthful" for v in View] for t in bench.truth])
    return np.broadcast_to(truthful.mean(axis=0), truthful.shape)


def auroc(
    scores: Float[np.ndarray, " unit"],
    positive: Float[np.ndarray, " unit"],
    weights: Float[np.ndarray, "round unit"],
) -> Float[np.ndarray, " round"]:
    """Chance that a positive unit scores above a negative one; ties count half.

    Args:
        scores: Of each unit.
        positive: 1 for positive, 0 for negative.
        weights: How often each unit counts, several times over; NaN where one kind is absent.
    """
    values, place = np.unique(scores, return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(values)))
    up, down = (
        np.add.reduceat((weights * kind)[:, order], starts, axis=1)
        for kind in (positive, 1 - positive)
    )
    below = down.cumsum(axis=1) - down / 2
    with np.errstate(invalid="ignore"):
        return (up * below).sum(axis=1) / (up.sum(axis=1) * down.sum(axis=1))


def _drawn(n: int) -> Float[np.ndarray, "round sticker"]:
    """How often each sticker counts: once in the first round, then drawn with replacement."""
    generator = np.random.default_rng(0)
    drawn = [np.bincount(generator.integers(0, n, n), minlength=n) for _ in range(ROUNDS)]
    return np.stack([np.ones(n), *drawn]).astype(float)


def _graded(case: str, method: Method, kinds: np.ndarray) -> Iterator[Row]:
    known = (kinds == "truthful") | (kinds == "generic")
    positive, weights = (kinds == "truthful").astype(float), _drawn(len(kinds))

    def within(view: int) -> Callable[[Scores], np.ndarray]:
        some = known[:, view]
        return lambda s: auroc(s[some, view], positive[some, view], weights[:, some])

    parts = {view: [within(v)(s) for s in method.scores] for v, view in enumerate(VIEWS)}
    mean = [np.mean([parts[v][i] for v in VIEWS], axis=0) for i in range(len(method.scores))]
    several = np.repeat(weights, len(VIEWS), axis=1)[:, known.ravel()]
    pooled = [auroc(s[known], positive[known], several) for s in method.scores]
    more = {"note": method.note, "reference": case == CONSTANT}
    yield from _row(case, WITHIN, mean, int(known.sum()), group=MEAN, **more)
    for i, view in enumerate(VIEWS):
        yield from _row(case, WITHIN, parts[view], int(known[:, i].sum()), group=view, **more)
    yield from _row(case, POOLED, pooled, int(known.sum()), group=MEAN, **more)
    if method.signed:
        yield from _lying(case, method, kinds == "lying", more)


def _row(
    case: str, measure: str, rounds: Sequence[np.ndarray], n: int, **more: Any
) -> Iterator[Row]:
    """A row from one value a seed and round; the first round is the data as it is.

    No row where a view is never truthful or never generic among the stickers.
    """
    if np.isnan([r[0] for r in rounds]).any():
        return
    over = mean_sd([float(r[0]) for r in rounds])
    low, high = np.nanpercentile(np.mean(rounds, axis=0)[1:], [2.5, 97.5]).tolist()
    sd = over["sd"] if len(rounds) > 1 else None
    yield Row(case, measure, over["mean"], n, len(rounds), sd, low, high, **more)


def _lying(case: str, method: Method, lying: np.ndarray, more: Mapping[str, Any]) -> Iterator[Row]:
    """Share of lying views whose value is below zero."""
    for group, some in ((MEAN, lying), *((v, lying & _only(i)) for i, v in enumerate(VIEWS))):
        if some.any():
            below = np.stack([(s[some] < 0).astype(float) for s in method.scores])
            over = mean_sd(below.mean(axis=1).tolist())
            low, high = bootstrap_interval(below.mean(axis=0))
            sd = over["sd"] if len(below) > 1 else None
            yield Row(case, BELOW, over["mean"], below.shape[1], len(below), sd, low, high,
                      group=group, **more)  # fmt: skip


def _only(view: int) -> Bool[np.ndarray, "one view"]:
    return np.arange(len(VIEWS))[None] == view


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    within = {r.case: r for r in rows if r.measure == WITHIN and r.group == MEAN}
    pooled = {r.case: r for r in rows if r.measure == POOLED}
    below = {r.case: r for r in rows if r.measure == BELOW and r.group == MEAN}
    if not within:
        return ("Too few stickers to tell: some view is never truthful among them.",)
    best = max((c for c in SHAPLEY.values() if c in within), key=lambda case: within[case].value)
    reached = "reaches" if within[best].value >= TARGET else "stays below"
    told = [
        f"Shapley values find truthful views with AUROC {spread(within[best])} ({best}); that "
        f"{reached} the {TARGET} aimed at. Attention guided by the text finds them with "
        f"{spread(within['attention guided by the text'])}, random weights with "
        f"{spread(within[UNTRAINED])}.",
        f"In one list of all views the constant ranking has {said(POOLED, pooled[CONSTANT].value)}"
        f" without looking at any sticker; Shapley values have {spread(pooled[best])}.",
    ]
    if best in below:
        told.append(f"Of lying views {spread(below[best])} have a value below zero.")
    return tuple(told)


EXPERIMENT = PaperExperiment(
    name="evidence",
    title="Finding the evidence",
    question="Do contributions find the descriptions that hold the evidence?",
    claim="The paper shows attention as evidence and has no known answer to check it against. "
    "This question is ours: generated stickers know which of their descriptions tell the truth.",
    source="no claim of arXiv 2507.18929",
    run=run,
)
