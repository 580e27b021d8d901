"""What a shipped model shows of a whole split, for experiments that train nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool

from mer_core.checkpoints import code_hash, config_hash, load, read_card
from mer_core.datasets.puppets import WORLD
from mer_core.errors import BadInput
from mer_core.experiments.base import Ask, Progress, Result, Row
from mer_core.grading.grade import open_split
from mer_core.grading.scores import Evidence
from mer_core.models import EmotionModel
from mer_core.recording import versions as package_versions
from mer_core.tendencies import tendencies_of

CASES = ("congruent", "incongruent")


@dataclass(frozen=True, eq=False)
class Bench:
    """What one model shows of a split.

    Attributes:
        model: Its weights.
        name: Of the checkpoint.
        split: Of the utterances.
        evidence: Answers, states and attention, and the linear probes of the model.
        incongruent: Which utterances have a modality that lies, as the maker knows.
    """

    model: EmotionModel
    name: str
    split: str
    evidence: Evidence
    incongruent: Bool[np.ndarray, " sample"]

    @property
    def seed(self) -> int:
        """Of the weights."""
        return int((self.model.origin or {}).get("seed") or 0)

    def __len__(self) -> int:
        return len(self.incongruent)


def open_bench(name: str, ask: Ask, progress: Progress, deep: bool = True) -> Bench:
    """Show a shipped model the utterances that are asked for.

    Args:
        name: Of the checkpoint.
        ask: Of its seeds only the shipped one can be had.
        progress: Told how far it is.
        deep: Also find out which positions mattered, by gradients, and what noise does.

    Raises:
        BadInput: Another seed, or too few utterances.
        DataMissing: The model's linear probes are not here.
        WeightsMissing, WeightsAltered, CardInvalid: See `mer_core.load`.
    """
    model = load(name)
    shipped = (model.origin or {}).get("seed")
    if ask.seeds and tuple(ask.seeds) != (shipped,):
        raise BadInput(f"This reads the shipped weights of {name}, which are of seed {shipped}.")
    tendencies = tendencies_of(name, str(read_card(name)["weights_sha256"]))
    here = open_split(model, ask.split, ask.limit, tendencies, progress, deep, listen=False)
    return Bench(model, name, ask.split, here.evidence, here.kind > 0)


def result(benches: Bench | Sequence[Bench], name: str, rows: Sequence[Row], **more: Any) -> Result:
    """A result of shipped weights with its data and its manifest filled in."""
    benches = [benches] if isinstance(benches, Bench) else list(benches)
    first = benches[0]
    weights = {b.name: str(read_card(b.name)["weights_sha256"]) for b in benches}
    return Result(
        model="hct_dmg",
        experiment=name,
        data={
            "name": "puppet-utterances",
            "what": "generated utterances with known answers (demo data, no real recordings)",
            "split": first.split,
            "n": len(first),
            "demo": True,
        },
        seeds=tuple(sorted({b.seed for b in benches})),
        rows=tuple(rows),
        unit="utterance",
        manifest={
            "weights": weights,
            "config": {b.name: config_hash(b.model.config) for b in benches},
            "code": {b.name: code_hash(type(b.model)) for b in benches},
            "world": WORLD.digest(),
            "versions": package_versions(),
        },
        **more,
    )
