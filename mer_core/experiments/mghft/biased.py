"""What happens when the descriptions name a wrong emotion?"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.datasets.puppets import WORLD
from mer_core.datasets.puppets.plots import verdict
from mer_core.datasets.puppets.stickers import TELLS, StickerTruth
from mer_core.datasets.puppets.views import Scene, write_views
from mer_core.datasets.puppets.world import PICTURED, pick, rng
from mer_core.experiments.base import (
    ACCURACY,
    Ask,
    PaperExperiment,
    Progress,
    Result,
    Row,
    over_seeds,
    spread,
)
from mer_core.experiments.mghft.bench import (
    FEELINGS,
    VIEWS,
    Bench,
    coalitions,
    open_bench,
    result,
)
from mer_core.models.view_coalitions import every_coalition
from mer_core.task import EMOTIONS
from mer_core.types import View

OBEYS = "answers the wrong emotion"
EVERY, SHOWN, HIDDEN = "all stickers", "the picture shows the emotion", "the picture does not"
ONE = "one view rewritten"


def wrong_emotion(truth: StickerTruth, split: str, index: int) -> str:
    """The emotion that the rewritten views name: any feeling but the true one."""
    generator = rng(WORLD, "bias", split, index)
    return pick(generator, [e for e in FEELINGS if e != truth.emotion])


def rewritten(truth: StickerTruth, wrong: str, split: str, index: int) -> list[str]:
    """The four views of a sticker, in the grammar of its world, all naming the wrong emotion."""
    scene = Scene(truth.character, truth.style, truth.posture, truth.prop, truth.caption)
    told = {carrier: wrong for carriers in TELLS.values() for carrier in carriers}
    views = write_views(scene, told, rng(WORLD, "biased words", split, index), unseen=truth.unseen)
    return [views[v] for v in View]


def run(ask: Ask, progress: Progress) -> Result:
    """Rewrite none to four of the views; every choice of as many views counts alike."""
    bench = open_bench(ask, progress)
    wrong = [wrong_emotion(t, bench.split, i) for i, t in enumerate(bench.truth)]
    pairs = enumerate(zip(bench.truth, wrong, strict=True))
    texts = [rewritten(t, w, bench.split, i) for i, (t, w) in pairs]
    bench = bench.saying([t for row in texts for t in row], progress)
    places = bench.place(texts)
    logits = [coalitions(bench, m, places, progress) for m in bench.models.values()]
    answers = torch.stack([x.argmax(-1).T for x in logits])
    named = torch.tensor([EMOTIONS.index(w) for w in wrong])
    hits = {ACCURACY: _same(answers, bench.target), OBEYS: _same(answers, named)}
    rows = [*_by_dose(hits, _shown(bench)), *_one_by_one(hits)]
    notes = (
        "Rewritten views are written by the grammar of the generated world; each names the same "
        "wrong emotion, never neutral, through everything that it can tell of.",
        "The wrong emotion differs from the true one; guessing it by chance would be 1 in 7.",
    )
    return result(bench, EXPERIMENT.name, rows, found=_says(rows), notes=notes,
                  measures=(ACCURACY, OBEYS), dosage="views rewritten")  # fmt: skip


def _same(
    answers: Int[Tensor, "seed coalition sticker"], emotion: Int[Tensor, " sticker"]
) -> Float[np.ndarray, "seed coalition sticker"]:
    return (answers == emotion).double().numpy()


def _shown(bench: Bench) -> np.ndarray:
    """Whether most of what the picture shows is the true emotion."""
    told = [(verdict(t.carriers[c] for c in PICTURED), t.emotion) for t in bench.truth]
    return np.array([seen == true and seen != "neutral" for seen, true in told])


def _by_dose(hits: dict[str, np.ndarray], shown: np.ndarray) -> list[Row]:
    rewritten = (~every_coalition()).sum(-1).numpy()
    rows = []
    for group, some in ((EVERY, shown | True), (SHOWN, shown), (HIDDEN, ~shown)):
        for measure, hit in hits.items():
            for dose in range(len(VIEWS) + 1 if some.any() else 0):
                mean = hit[:, rewritten == dose][:, :, some].mean(axis=1)
                more = {"group": group, "dose": float(dose), "reference": dose == 0}
                rows.append(over_seeds(str(dose), measure, mean, **more))
    return rows


def _one_by_one(hits: dict[str, np.ndarray]) -> list[Row]:
    last = 2 ** len(VIEWS) - 1
    return [
        over_seeds(case, measure, hit[:, place], group=ONE, reference=place == last)
        for measure, hit in hits.items()
        for case, place in [("none", last)] + [(v, last ^ 1 << i) for i, v in enumerate(VIEWS)]
    ]


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    def row(measure: str, dose: int, group: str = EVERY) -> Row:
        same = (r for r in rows if (r.measure, r.group, r.case) == (measure, group, str(dose)))
        return next(same)

    told = [
        f"With one view rewritten {spread(row(ACCURACY, 1))} are still right "
        f"({spread(row(ACCURACY, 0))} with none); with all four {spread(row(ACCURACY, 4))}, and "
        f"{spread(row(OBEYS, 4))} answer the wrong emotion that the text names."
    ]
    if any(r.group == SHOWN for r in rows):
        told.append(
            "Against four rewritten views a picture that shows the emotion keeps "
            f"{spread(row(ACCURACY, 4, SHOWN))} right."
        )
    return tuple(told)


EXPERIMENT = PaperExperiment(
    name="biased",
    title="Biased descriptions",
    question="What happens when the descriptions name a wrong emotion?",
    claim="Not recovered: no such experiment was found in what could be read. A third-party "
    "digest names systematically biased descriptions as an open check of robustness.",
    source="arXiv 2507.18929, a third-party digest",
    run=run,
)
