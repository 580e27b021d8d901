"""Do the modalities say the same when each is heard alone?"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.models.base import EmotionModel
from mer_core.probes.base import Experiment, Finding, Row, listed, names_of, percent
from mer_core.probes.silence import answers_when_heard
from mer_core.types import Batch, Modality


def disagreement(
    answers: Float[Tensor, "modality batch emotion"],
    present: Bool[Tensor, "modality batch"] | None = None,
) -> Float[Tensor, " batch"]:
    """How much the modalities disagree when each is heard alone.

    The generalised Jensen-Shannon divergence with equal weights: the entropy of the mean
    answer less the mean entropy of the answers.

    Args:
        answers: Probabilities; each row sums to 1 over `emotion`. Row m was given with
            every modality but m silent.
        present: Which modalities each sample has; the others are left out. None means all.

    Returns:
        Bits, from 0 (all say the same) to log2 of the number of modalities (each is
        certain, and of a different emotion). NaN where fewer than two are present.

    Raises:
        ValueError: Fewer than two modalities, or a row that does not sum to 1.

    Source:
        Lin (1991), Divergence measures based on the Shannon entropy, IEEE Transactions
        on Information Theory 37(1), section V.

    Example:
        >>> text, audio = torch.eye(2)  # certain of joy, certain of anger
        >>> disagreement(torch.stack([text, audio])[:, None])
        tensor([1.])
    """
    if len(answers) < 2:
        raise ValueError(f"Disagreement takes two modalities or more, got {len(answers)}.")
    sums = answers.sum(dim=-1)
    if not torch.allclose(sums, torch.ones_like(sums), atol=1e-4):
        raise ValueError(f"Answers must sum to 1 over emotion, got {sums.min()} to {sums.max()}.")
    here = torch.ones_like(sums) if present is None else present.to(sums.dtype)
    count = here.sum(dim=0)
    weight = here / count.clamp(min=1)
    mean = (weight[..., None] * answers).sum(dim=0)
    bits = _bits(mean) - (weight * _bits(answers)).sum(dim=0)
    return torch.where(count < 2, torch.nan, bits)


def _bits(p: Float[Tensor, "... emotion"]) -> Float[Tensor, "..."]:
    return torch.special.entr(p).sum(dim=-1) / math.log(2)


@dataclass(frozen=True, eq=False)
class Alone(Finding):
    """What each modality says alone, and how far apart the answers are.

    Attributes:
        modalities: In the order of the axis `modality`.
        together: Probabilities with everything heard.
        alone: Probabilities with one modality heard and the rest silent.
        names: The emotions.
        present: False where a sample lacks the modality: its answer alone is no evidence.
    """

    unit = "probability of each emotion; disagreement in bits"
    baseline = "0 bits, when all say the same"
    modalities: tuple[Modality, ...]
    together: Float[Tensor, "batch emotion"]
    alone: Float[Tensor, "modality batch emotion"]
    names: tuple[str, ...]
    present: Bool[Tensor, "modality batch"]

    @property
    def bits(self) -> Float[Tensor, " batch"]:
        """The disagreement of each sample."""
        return disagreement(self.alone, self.present)

    def says(self, sample: int = 0) -> str:
        heard = [i for i, on in enumerate(self.present[:, sample].tolist()) if on]
        if len(heard) < 2:
            found = self.modalities[heard[0]] if heard else "nothing"
            return f"Only {found} is here, so there is nothing to disagree with."
        parts = [f"{self.modalities[i]} says {self._says(self.alone[i, sample])}" for i in heard]
        most = math.log2(len(heard))
        return (
            f"Heard alone, {listed(parts)}; together they say "
            f"{self._says(self.together[sample])}. "
            f"They disagree by {float(self.bits[sample]):.2f} of at most {most:.2f} bits."
        )

    def _says(self, probs: Float[Tensor, " emotion"]) -> str:
        best = int(probs.argmax())
        return f"{self.names[best]} ({percent(float(probs[best]))})"

    def rows(self) -> Iterator[Row]:
        for b, id in enumerate(self.ids):
            said = {"all": self.together[b]}
            said |= {str(m): self.alone[i, b] for i, m in enumerate(self.modalities)}
            for heard, probs in said.items():
                for name, value in zip(self.names, probs.tolist(), strict=True):
                    yield {"sample": id, "heard": heard, "emotion": name, "prob": value}
            yield {"sample": id, "heard": "disagreement_bits", "prob": float(self.bits[b])}


class Incongruity(Experiment):
    """Let each modality speak alone; one forward pass holds all of them and the whole."""

    def run(self, model: EmotionModel, batch: Batch) -> Alone:
        count = len(model.modalities)
        heard = torch.cat([torch.ones(1, count), torch.eye(count)]).bool()
        probs, names = answers_when_heard(model, batch, heard)
        silent = torch.stack([s.is_silent.cpu() for s in batch.need(model.modalities)])
        return Alone(
            ids=names_of(batch),
            target=tuple(names[i] for i in probs[0].argmax(dim=-1).tolist()),
            modalities=model.modalities,
            together=probs[0],
            alone=probs[1:],
            names=names,
            present=~silent,
        )
