"""Which settings of its gate a model met while it learned."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mer_core.checkpoints import folder_of, load, read_card
from mer_core.datasets import open_dataset
from mer_core.desk.setting import apart
from mer_core.disk import write_tensors
from mer_core.errors import MerError, ResultInvalid
from mer_core.models import EmotionModel
from mer_core.models.egmf import EGMF
from mer_core.models.hct_dmg import HCTDMG
from mer_core.models.mghft import MGHFT
from mer_core.models.sample_gate import SampleGate
from mer_core.probes.base import percent
from mer_core.trace import capture
from mer_core.training.features import silence_at_random, trimmed
from mer_core.types import Batch

FORMAT = 1
FILE = "gate_settings.safetensors"
"""Beside a model's weights."""

SAMPLES = {"train": 1000, "valid": 300}
"""How many generated clips of each split are looked at."""

SILENCED = 0.2
"""Share of the clips that lose a random part of their modalities, as they do in training."""

MOST = 0.99
"""Share of validation's settings that lie within `Met.reach`."""

_BATCH = 50


class NothingMet(MerError):
    """A model whose gate is not known to have been anywhere."""


@dataclass(frozen=True, eq=False)
class Met:
    """Settings that a gate had on training data, and how far from them still counts as met.

    Attributes:
        settings: One for each sample; a single one where no sample moves the gate.
        reach: 99 of 100 samples of validation have their setting at most so far from one of
            these, in moved weight.
        source: Which samples, how many, which seed; or why there is one setting only.
        weights: Hash of the model's weights; empty where they do not matter.
        learned: Whether its one setting was learned, so that training passed through others.
    """

    settings: Float[Tensor, "sample part"]
    reach: float
    source: str
    weights: str = ""
    learned: bool = False

    @property
    def badge(self) -> str:
        """What a setting that is not held is, in a few words."""
        return "not the learned setting" if self.learned else "never seen in training"

    @property
    def fixed(self) -> bool:
        """Whether the gate only ever had one setting."""
        return len(self.settings) == 1

    def distance(self, setting: Float[Tensor, " part"], simplex: bool = True) -> float:
        """From the nearest setting that was met."""
        return float(apart(setting.cpu(), self.settings, simplex).min())

    def holds(self, setting: Float[Tensor, " part"], simplex: bool = True) -> bool:
        """Whether training came near this setting."""
        return self.distance(setting, simplex) <= self.reach

    def says(self, setting: Float[Tensor, " part"], simplex: bool = True) -> str:
        """Whether it was met, in a sentence."""
        if self.fixed and self.holds(setting, simplex):
            return f"The one setting that this model answers with: {self.source}."
        if self.fixed and self.learned:
            return (
                f"This model answers with one setting alone, {self.source}. Training passed "
                "through others on the way there; which ones was not kept."
            )
        if self.fixed:
            return f"Never seen: this model answers with one setting alone, {self.source}."
        far = self.distance(setting, simplex)
        if far <= self.reach:
            return f"Training came near this setting ({self._far(far)}; {self.source})."
        return (
            f"Never seen in training: {self._far(far)}, where 99 of 100 clips of validation "
            f"are within {100 * self.reach:.1f} % ({self.source})."
        )

    @staticmethod
    def _far(far: float) -> str:
        words = percent(far) if far >= 0.1 else f"{100 * far:.1f} %"
        return f"the nearest is {words} of moved weight away"


def only_met(model: EmotionModel, gate: Float[Tensor, " part"]) -> Met | None:
    """What is met by a model whose gate no sample moves; None for a gate that looks."""
    if isinstance(model, MGHFT):
        return Met(gate.cpu()[None], 1e-6, "strength 1 at every stage")
    if isinstance(model, HCTDMG) and not isinstance(model.gate, SampleGate):
        source = "the learned one, which is the same for all inputs"
        return Met(gate.cpu()[None], 1e-6, source, learned=True)
    return None


@torch.no_grad()
def gates_of(model: EmotionModel, batch: Batch) -> Float[Tensor, "sample part"]:
    """What a gate that looks at its samples says of each.

    Raises:
        NothingMet: The gate looks at none.
    """
    if isinstance(model, EGMF):
        return model.before_gate(batch).alpha.cpu()
    if isinstance(model, HCTDMG) and isinstance(model.gate, SampleGate):
        with capture(model, "gate.omega_by_sample") as trace:
            model(batch)
        return trace["gate.omega_by_sample"].values.cpu()
    raise NothingMet(
        f"No sample moves the gate of {type(model).__name__}, so there is nothing to collect: "
        "its one setting is the learned one."
    )


def collect(name: str, progress: Callable[[str, int, int], None] | None = None) -> Met:
    """What the gate of a shipped model says of generated clips of training.

    A fifth of the clips lose a random part of their modalities, as in training. A model that
    learned from sentences too is asked about some of those, voice and face silent.

    Raises:
        NothingMet: No sample moves this gate.
        DataMissing: It learned from sentences that are not on this machine.
        MerError: As `load` says.
    """
    model = load(name)
    process, found = cast(Callable[..., Batch], model.processor()), {}
    for split, count in SAMPLES.items():
        draw = torch.Generator().manual_seed(0)
        samples, parts = list(open_dataset("puppet-utterances", split, count)), []
        for start in range(0, len(samples), _BATCH):
            batch = process(samples[start : start + _BATCH])
            parts.append(gates_of(model, silence_at_random(batch, SILENCED, draw)))
            if progress is not None:
                progress(f"Gates of {split}", start + len(batch), len(samples))
        found[split] = torch.cat(parts)
    source = (
        f"n = {len(found['train']):,} generated clips of training, a fifth of them with parts "
        "silent, seed 0: demo data"
    )
    if read := _sentences(name, model):
        for split, batch in read.items():
            rows = [batch.select(rows) for rows in torch.arange(len(batch)).split(_BATCH)]
            gates = [gates_of(model, trimmed(part)) for part in rows]
            found[split] = torch.cat([found[split], *gates])
        source += f"; and {len(read['train']):,} sentences of its training, voice and face silent"
    near = nearest(found["valid"], found["train"])
    weights = (model.origin or {}).get("weights_sha256", "")
    return Met(found["train"], float(near.quantile(MOST)), source, weights)


def _sentences(name: str, model: EmotionModel) -> dict[str, Batch]:
    """Sentences that the shipped weights learned from, and held-out ones; none for most models."""
    from mer_core.training.recipes import SENTENCES  # here, for no page that reads should wait
    from mer_core.training.sentences import SentenceTable

    plan = SENTENCES.get(name)
    if plan is None or not read_card(name).get("sentences"):
        return {}
    table = SentenceTable(model, plan)
    draw = torch.Generator().manual_seed(0)
    some = {"train": table.batch, "valid": table.held}
    return {
        split: batch.select(torch.randperm(len(batch), generator=draw)[: SAMPLES[split]])
        for split, batch in some.items()
    }


def nearest(
    these: Float[Tensor, "some part"], those: Float[Tensor, "other part"]
) -> Float[Tensor, " some"]:
    """How far each mixture is from the nearest of others."""
    return torch.stack([apart(one, those, simplex=True).min() for one in these])


def write_met(met: Met, path: Path) -> None:
    """Write it to one file, whole or not at all."""
    about: dict[str, Any] = {"format": FORMAT, "reach": met.reach, "source": met.source}
    write_tensors(
        path, {"settings": met.settings}, {"met": json.dumps({**about, "weights": met.weights})}
    )


def read_met(path: Path) -> Met:
    """Read what `write_met` wrote.

    Raises:
        ResultInvalid: The file is absent, damaged, or of another format.
    """
    try:
        with safe_open(path, "pt") as file:
            about = json.loads((file.metadata() or {})["met"])
            if about["format"] != FORMAT:
                raise KeyError(f"format {about['format']}")
            settings = file.get_tensor("settings")
            return Met(settings, float(about["reach"]), about["source"], about["weights"])
    except (OSError, SafetensorError, KeyError, TypeError, json.JSONDecodeError) as cause:
        name = path.parent.name
        raise ResultInvalid(
            f"Which settings {name} met while it learned is not known: {path.name} is absent, "
            f"damaged or of another format. Make it with `mer desk {name} --ship`."
        ) from cause


def met_of(model: EmotionModel, gate: Float[Tensor, " part"]) -> Met:
    """The settings that a shipped model met.

    Raises:
        ResultInvalid: There is no file, or it belongs to other weights.
    """
    if (found := only_met(model, gate)) is not None:
        return found
    origin = model.origin or {}
    name = str(origin.get("model", type(model).__name__.lower()))
    met = read_met(folder_of(name) / FILE)
    if met.weights != origin.get("weights_sha256"):
        raise ResultInvalid(
            f"Which settings {name} met while it learned was collected with other weights. "
            f"Collect it again with `mer desk {name} --ship`."
        )
    return met
