"""Does attention follow what mattered? What a position did for the answer, and how much it got.

P4 of the feasibility analysis: crossmodal attention is said to highlight what is salient in the
source when the modalities agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.probes.base import Experiment, Finding, Row, names_of
from mer_core.roles import MODALITIES, ROLES, Cast, Look, looks
from mer_core.trace import Trace, capture, taps
from mer_core.types import Batch, Modality, Prediction


@dataclass(frozen=True, eq=False)
class Highlight(Finding):
    """For each map: does attention fall on what mattered?

    Attributes:
        maps: Where in the model each map stands.
        sides: Who looks at whom in each map, per sample.
        correlation: Pearson's r over the real keys; NaN where one of the two is flat.
    """

    unit = "Pearson correlation over positions, −1 to 1, mean of heads, last layer"  # noqa: RUF001
    sign = "positive: what mattered more is looked at more"
    baseline = "0, when looks have nothing to do with what mattered (gradient times input)"
    maps: tuple[str, ...]
    sides: tuple[tuple[tuple[str, str], ...], ...]
    correlation: Float[Tensor, "map batch"]

    def label(self, i: int, sample: int) -> str:
        """'text looks at audio (stage1.first)'."""
        looks_from, at = self.sides[i][sample]
        return f"{looks_from} looks at {at} ({self.maps[i]})"

    def says(self, sample: int = 0) -> str:
        known = [i for i in range(len(self.maps)) if not self.correlation[i, sample].isnan()]
        if not known:
            return "No map here has two positions or more to compare."
        mean = float(self.correlation[known, sample].mean())
        best = max(known, key=lambda i: float(self.correlation[i, sample]))
        way = "follows" if mean > 0.3 else "turns from" if mean < -0.3 else "hardly follows"
        return (
            f"Attention {way} what mattered: r = {mean:+.2f} on average over {len(known)} maps, "
            f"{float(self.correlation[best, sample]):+.2f} at most, where "
            f"{self.label(best, sample)}."
        )

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for i, name in enumerate(self.maps):
                looks_from, at = self.sides[i][b]
                about: Row = {"sample": id, "map": name, "from": looks_from, "to": at}
                yield {**about, "r": float(self.correlation[i, b])}


class LooksWhereItMatters(Experiment):
    """One watched forward, and one gradient of the answer's logit at the entry taps."""

    def suits(self, model: EmotionModel) -> bool:
        return model.modalities == MODALITIES and any(
            n.endswith("attention.pattern") or n.endswith("_to_av.pattern") for n in taps(model)
        )

    def run(self, model: EmotionModel, batch: Batch) -> Highlight:
        maps, correlation, sides, said = _found(model, batch)
        return Highlight(
            ids=names_of(batch),
            target=tuple(said.answers),
            maps=maps,
            sides=sides,
            correlation=correlation,
        )


def correlations(
    model: EmotionModel, batch: Batch
) -> tuple[tuple[str, ...], Float[Tensor, "map batch"]]:
    """Names of the maps, and the correlation of each in each sample."""
    return _found(model, batch)[:2]


def _found(model: EmotionModel, batch: Batch) -> tuple:
    trace, mattered, said = salience(model, batch)
    cast = Cast.of(trace, batch)
    found = looks(trace, cast)
    r = [_pearson(look.falls, _at(look, mattered, cast), look.real) for look in found.values()]
    sides = tuple(_names(look, cast, len(batch)) for look in found.values())
    return tuple(found), torch.stack(r), sides, said


def salience(
    model: EmotionModel, batch: Batch
) -> tuple[Trace, dict[Modality, Float[Tensor, "batch time"]], Prediction]:
    """What was seen, and |gradient x input| of the answer's logit at each position."""
    leaves: dict[str, Tensor] = {}

    def leaf(name: str):
        def edit(x: Tensor) -> Tensor:
            leaves[name] = x.detach().requires_grad_()
            return leaves[name]

        return edit

    edits = {f"entry.{m}": leaf(f"entry.{m}") for m in model.modalities}
    patterns = [p for p in ("*.pattern", "*omega_by_sample", "Y_u") if _has(model, p)]
    # cuDNN's recurrent nets differentiate in training mode only
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.backends.cudnn.flags(enabled=False),
        capture(model, *patterns, edits=edits) as trace,
    ):
        said = model(batch)
        told = said.logits.amax(dim=-1).sum()
        slopes = torch.autograd.grad(told, list(leaves.values()))
    pushed = {
        Modality(name.partition(".")[2]): (x.detach() * g).sum(dim=-1).abs().float().cpu()
        for (name, x), g in zip(leaves.items(), slopes, strict=True)
    }
    return trace, pushed, said


def _has(model: EmotionModel, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    return any(fnmatchcase(name, pattern) for name in taps(model))


def _at(look: Look, mattered: dict[Modality, Tensor], cast: Cast) -> Float[Tensor, "batch key"]:
    """Salience on the axis of the keys, whichever modality stands there in each sample."""
    length = look.falls.shape[1]
    if "+" in look.key:
        joined = torch.cat([mattered[Modality(p)] for p in look.key.split("+")], dim=1)
        return _padded(joined, length)
    every = torch.stack([_padded(mattered[m], length) for m in MODALITIES])
    return every[cast.place(look.key), torch.arange(every.shape[1])]


def _padded(x: Tensor, length: int) -> Tensor:
    return torch.nn.functional.pad(x, (0, max(0, length - x.shape[1])))[:, :length]


def _pearson(
    x: Float[Tensor, "batch key"], y: Float[Tensor, "batch key"], real: Bool[Tensor, "batch key"]
) -> Float[Tensor, " batch"]:
    """Correlation over the real keys; NaN where there are fewer than two, or one is flat."""
    weight = real.double() / real.sum(dim=1, keepdim=True)
    x, y = x.double(), y.double()
    dx = (x - (weight * x).sum(1, keepdim=True)) * real
    dy = (y - (weight * y).sum(1, keepdim=True)) * real
    spread = (dx.square().sum(1) * dy.square().sum(1)).sqrt()
    r = (dx * dy).sum(1) / spread
    return torch.where(spread > 1e-15, r, torch.nan).float()


def _names(look: Look, cast: Cast, n: int) -> tuple[tuple[str, str], ...]:
    def words(name: str) -> list[str]:
        if name not in ROLES:
            return [name] * n
        return [str(MODALITIES[i]) for i in cast.place(name).tolist()]

    return tuple(zip(words(look.query), words(look.key), strict=True))
