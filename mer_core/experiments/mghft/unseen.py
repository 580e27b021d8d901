"""Does the model know what it never saw: characters, wording, and ways of drawing?"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from mer_core.datasets.puppets.world import CHARACTERS, HELD_OUT_CHARACTERS, STYLES
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
from mer_core.experiments.mghft.bench import Bench, ask_all, open_bench, result, right

ALONE = "accuracy without text"
HELD, WORDED = "characters", "wording"
CHARACTER, STYLE, REDRAWN = "each character", "each style", "a way of drawing never seen"
Pixels = UInt8[np.ndarray, "sticker row column channel"]
_HALF = 4
"""Half the spacing of halftone dots, in pixels."""


def inverted(pixels: Pixels) -> Pixels:
    """Every colour turned into its opposite."""
    return 255 - pixels


def halftone(pixels: Pixels) -> Pixels:
    """Black dots on white, larger where the picture is darker, as newspapers print."""
    n, rows, columns, _ = pixels.shape
    grey = torch.from_numpy(pixels).float().mean(-1)[:, None]
    side = 2 * _HALF
    mean = torch.nn.functional.avg_pool2d(grey, side, ceil_mode=True)
    wide = mean.repeat_interleave(side, 2).repeat_interleave(side, 3)[:, 0, :rows, :columns]
    y, x = (torch.arange(size) % side - _HALF + 0.5 for size in (rows, columns))
    radius = (y[:, None] ** 2 + x**2).sqrt()
    dot = radius < (1 - wide / 255).sqrt() * side * 0.6
    told = torch.where(dot, 0, 255).to(torch.uint8)
    return told[..., None].expand(n, rows, columns, 3).numpy()


def posterised(pixels: Pixels) -> Pixels:
    """Four tones a colour, and a black line where the picture changes."""
    flat = torch.from_numpy((pixels // 64 * 85).astype(np.uint8))
    grey = torch.from_numpy(pixels).float().mean(-1)
    across = torch.nn.functional.pad(grey.diff(dim=1).abs(), (0, 0, 0, 1))
    along = torch.nn.functional.pad(grey.diff(dim=2).abs(), (0, 1))
    return torch.where((across + along)[..., None] > 48, 0, flat).to(torch.uint8).numpy()


REDRAWINGS: dict[str, Callable[[Pixels], Pixels]] = {
    "inverted colours": inverted,
    "halftone dots": halftone,
    "four tones and edges": posterised,
}
"""Transforms that the puppets' drawing never uses."""


def run(ask: Ask, progress: Progress) -> Result:
    """Grade held-out characters and wording apart, then every style, then three new ones."""
    bench = open_bench(ask, progress)
    hits = {ACCURACY: right(ask_all(bench), bench.target)}
    progress("asking about unseen things", 1, 2 + 2 * len(REDRAWINGS))
    hits[ALONE] = right(ask_all(bench, keep=("vision",)), bench.target)
    progress("asking about unseen things", 2, 2 + 2 * len(REDRAWINGS))
    rows = [*_held_out(bench, hits), *_each(bench, hits), *_redrawn(bench, hits, progress)]
    notes = (
        "The drawing styles are one vocabulary for all splits: none is held out from training. "
        "What stands for a style never seen is a transform of the picture that drawing never "
        "uses; the descriptions still name the style from before it.",
        f"Held out: the characters {', '.join(HELD_OUT_CHARACTERS)}, and some wordings.",
    )
    return result(bench, EXPERIMENT.name, rows, found=_says(rows), notes=notes,
                  measures=(ACCURACY, ALONE))  # fmt: skip


def _graded(
    case: str, some: Bool[np.ndarray, " sticker"], hits: dict[str, np.ndarray], group: str,
    reference: bool = False, note: str = "",
) -> list[Row]:  # fmt: skip
    if not some.any():
        return []
    more = {"group": group, "reference": reference, "note": note}
    return [over_seeds(case, m, hit[:, some], **more) for m, hit in hits.items()]


def _held_out(bench: Bench, hits: dict[str, np.ndarray]) -> list[Row]:
    seen = bench.table.data.seen.numpy()
    unseen = np.array([t.unseen for t in bench.truth])
    return [
        *_graded("seen in training", seen, hits, HELD, True),
        *_graded("never seen", ~seen, hits, HELD),
        *_graded("seen in training", ~unseen, hits, WORDED, True),
        *_graded("never seen", unseen, hits, WORDED),
    ]


def _each(bench: Bench, hits: dict[str, np.ndarray]) -> list[Row]:
    rows = []
    for group, names in ((CHARACTER, CHARACTERS), (STYLE, STYLES)):
        attribute = "character" if group == CHARACTER else "style"
        told = np.array([getattr(t, attribute) for t in bench.truth])
        for name in names:
            note = "never seen" if name in HELD_OUT_CHARACTERS else ""
            case = f"{name} (never seen)" if note else name
            rows += _graded(case, told == name, hits, group, note=note)
    return rows


def _redrawn(bench: Bench, hits: dict[str, np.ndarray], progress: Progress) -> list[Row]:
    every = np.ones(len(bench), bool)
    rows = _graded("as drawn", every, hits, REDRAWN, True)
    for i, (case, redraw) in enumerate(REDRAWINGS.items()):
        pyramids = seen_again(bench, redraw(bench.table.data.pixels))
        both = right(ask_all(bench, pyramids=pyramids), bench.target)
        alone = right(ask_all(bench, keep=("vision",), pyramids=pyramids), bench.target)
        rows += _graded(case, every, {ACCURACY: both, ALONE: alone}, REDRAWN)
        progress("asking about unseen things", 4 + 2 * i, 2 + 2 * len(REDRAWINGS))
    return rows


@torch.no_grad()
def seen_again(bench: Bench, pixels: Pixels) -> Float[np.ndarray, "sticker pyramid"]:
    """Packed pyramids of other pictures, in half precision."""
    backbone = next(iter(bench.models.values())).backbone
    parts: list[Tensor] = []
    for part in torch.from_numpy(np.ascontiguousarray(pixels)).split(128):
        parts.append(backbone(part.permute(0, 3, 1, 2).float() / 255).half())
    return torch.cat(parts).numpy()


def _says(rows: Sequence[Row]) -> tuple[str, ...]:
    told = []
    for group, words in ((HELD, "characters"), (WORDED, "wording")):
        found = [r for r in rows if r.group == group and r.measure == ACCURACY]
        if len(found) == 2:
            told.append(
                f"With {words} never seen in training {spread(found[1])} are right, "
                f"with those of training {spread(found[0])}."
            )
    drawn, *new = (r for r in rows if r.group == REDRAWN and r.measure == ALONE)
    worst = min(new, key=lambda r: r.value)
    told.append(
        f"Drawn in a way never seen ({worst.case}), pictures alone fall from {spread(drawn)} to "
        f"{spread(worst)} at worst."
    )
    return tuple(told)


EXPERIMENT = PaperExperiment(
    name="unseen",
    title="Never seen",
    question="Does it hold for characters, wording and ways of drawing that training never saw?",
    claim="Not recovered: no such experiment was found in what could be read; a third-party "
    "digest calls generalisation to other stickers untested.",
    source="arXiv 2507.18929, a third-party digest",
    run=run,
)
