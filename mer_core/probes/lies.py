"""Does one of them lie, and which? What each modality alone says, weighed as a product of experts.

Heard alone, each modality gives a distribution over the emotions. If all are truthful their product
is large for one emotion; if one lies, the product of the other two is, and that one says something
else. Comparing these sums gives a posterior over "nobody lies" and "this one lies".
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.checkpoints import folder_of
from mer_core.disk import write_json
from mer_core.errors import DataMissing
from mer_core.models.base import EmotionModel
from mer_core.probes.base import Experiment, Finding, Row, listed, names_of, percent
from mer_core.probes.silence import answers_when_heard
from mer_core.roles import MODALITIES
from mer_core.types import Batch, Modality

FILE = "lies.json"
FORMAT = 1


@dataclass(frozen=True)
class Weighing:
    """What is fitted on validation: seven numbers.

    Attributes:
        sharpness: Per modality, by how much the logits of its answer alone are multiplied.
        bias: Per modality, log odds added to "this one lies".
        floor: Share of each answer alone that is noise, spread evenly over the emotions.
        weights: sha256 of the weights that it belongs to; "unfitted" for the default.
        split, n: On what it was fitted.
    """

    sharpness: tuple[float, ...] = (1.0, 1.0, 1.0)
    bias: tuple[float, ...] = (0.0, 0.0, 0.0)
    floor: float = 0.02
    weights: str = "unfitted"
    split: str = ""
    n: int = 0

    def save(self, path: Path) -> None:
        """Write it as plain data."""
        write_json(path, {"format": FORMAT, **asdict(self)})

    @staticmethod
    def load(path: Path) -> "Weighing":
        """What `save` wrote.

        Raises:
            DataMissing: It is not here, damaged, or of another format.
        """
        remedy = f"Run `mer grade {path.parent.name} --save`, which fits it."
        if not path.is_file():
            raise DataMissing(f"How {path.parent.name} weighs a lie is not fitted here. {remedy}")
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
            if told.pop("format") != FORMAT:
                raise DataMissing(f"{path.name} is of another format. {remedy}")
            lists = {k: tuple(told[k]) for k in ("sharpness", "bias")}
            return Weighing(**{**told, **lists})
        except (ValueError, KeyError, TypeError, AttributeError) as cause:
            raise DataMissing(f"{path.name} is damaged. {remedy}") from cause


def log_odds(
    logits: Float[Tensor, "modality batch emotion"],
    sharpness: Float[Tensor, " modality"],
    floor: Float[Tensor, ""],
) -> Float[Tensor, "batch modality"]:
    """Log of how much better "this one lies" explains the answers than "nobody lies".

    With L_m(e) what modality m alone says of emotion e, S the sum over e of the product of all L,
    and S_m the same with L_m replaced by the mean of L_m over every emotion but e: log S_m - log S.
    """
    count, emotions = len(logits), logits.shape[-1]
    says = (logits * sharpness[:, None, None]).softmax(dim=-1)
    says = says * (1 - floor) + floor / emotions
    logs = says.log()
    else_says = ((1 - says) / (emotions - 1)).log()
    whole = logs.sum(dim=0).logsumexp(dim=-1)
    without = [(logs.sum(0) - logs[m] + else_says[m]).logsumexp(dim=-1) for m in range(count)]
    return torch.stack(without, dim=-1) - whole[:, None]


def posterior(
    logits: Float[Tensor, "modality batch emotion"], how: Weighing
) -> Float[Tensor, "batch kind"]:
    """Probability that nobody lies (first), and that each modality does."""
    odds = log_odds(logits, torch.tensor(how.sharpness), torch.tensor(how.floor))
    odds = odds + torch.tensor(how.bias)
    return torch.nn.functional.pad(odds, (1, 0)).softmax(dim=-1)


def fit_weighing(
    logits: Float[Tensor, "modality batch emotion"],
    kind: Int[Tensor, " batch"],
    weights: str,
    split: str,
) -> Weighing:
    """Sharpness, bias and floor that make the known kinds most probable.

    Args:
        logits: Of each modality alone.
        kind: 0 where nobody lies, 1 + the place of the modality that does.
        weights, split: For the record.
    """
    count = len(logits)
    sharp, bias = torch.zeros(count), torch.full((count,), -2.0)
    floor = torch.tensor(-3.0)
    learn = [t.requires_grad_() for t in (sharp, bias, floor)]
    optimiser = torch.optim.LBFGS(learn, lr=0.3, max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        odds = log_odds(logits, sharp.exp(), floor.sigmoid()) + bias
        told = torch.nn.functional.cross_entropy(torch.nn.functional.pad(odds, (1, 0)), kind)
        told = told + 1e-3 * (sharp.square().sum() + (floor + 3).square())
        told.backward()
        return told

    with torch.enable_grad():
        optimiser.step(loss)
    return Weighing(
        tuple(round(float(s), 4) for s in sharp.exp().detach()),
        tuple(round(float(b), 4) for b in bias.detach()),
        round(float(floor.sigmoid().detach()), 5),
        weights,
        split,
        len(kind),
    )


@dataclass(frozen=True, eq=False)
class Suspects(Finding):
    """How probable it is that each modality lies.

    Attributes:
        modalities: Who may lie.
        probs: Nobody first, then each modality.
        alone: What each modality says by itself.
        names: The emotions.
        how: The numbers fitted on validation, or the default where nothing is fitted.
        absent: True where a sample never had the modality.
    """

    unit = "probability that this one lies, 0 to 1; with “nobody” they sum to 1"
    baseline = "all signals truthful"
    modalities: tuple[Modality, ...]
    probs: Float[Tensor, "batch kind"]
    alone: Float[Tensor, "modality batch emotion"]
    names: tuple[str, ...]
    how: Weighing
    absent: Tensor

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the cases, nobody first."""
        return ("nobody", *map(str, self.modalities))

    def says(self, sample: int = 0) -> str:
        if bool(self.absent[:, sample].any()):
            return "A modality is silent here, so nobody can be compared with all the others."
        best = int(self.probs[sample].argmax())
        said = [
            f"{m} says {self.names[int(self.alone[i, sample].argmax())]}"
            for i, m in enumerate(self.modalities)
        ]
        share = percent(float(self.probs[sample, best]))
        if best == 0:
            return f"Probably nobody lies ({share}): {listed(said)}."
        return f"Probably {self.kinds[best]} lies ({share}): {listed(said)}."

    def caption(self, sample: int = 0) -> str:
        common = super().caption(sample)
        if self.how.weights == "unfitted":
            return f"{common} Not calibrated: no validation data was weighed for these weights."
        return f"{common} Calibrated on {self.how.n:,} puppets ({self.how.split} split)."

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            for kind, prob in zip(self.kinds, self.probs[b].tolist(), strict=True):
                yield {"sample": id, "lies": kind, "prob": prob}


class WhoLies(Experiment):
    """Hear each modality alone and weigh who contradicts the others; one forward."""

    def suits(self, model: EmotionModel) -> bool:
        return model.modalities == MODALITIES

    def run(self, model: EmotionModel, batch: Batch) -> Suspects:
        probs, names = answers_when_heard(model, batch, torch.eye(len(MODALITIES)).bool())
        how = weighing_of(model)
        return Suspects(
            ids=names_of(batch),
            target=(),
            modalities=model.modalities,
            probs=posterior(probs.clamp(min=1e-9).log(), how),
            alone=probs,
            names=names,
            how=how,
            absent=torch.stack([s.is_silent.cpu() for s in batch.need(model.modalities)]),
        )


def weighing_of(model: EmotionModel) -> Weighing:
    """What was fitted for these very weights; the default where nothing was."""
    origin = model.origin or {}
    try:
        found = Weighing.load(folder_of(str(origin.get("model", ""))) / FILE)
    except DataMissing:
        return Weighing()
    return found if found.weights == origin.get("weights_sha256") else Weighing()
