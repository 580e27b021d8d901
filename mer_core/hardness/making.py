"""Make a table of a set: every model hears every sample, whole and one modality at a time."""

from collections.abc import Mapping, Sequence
from importlib import metadata

import numpy as np
import torch
from torch import Tensor

from mer_core.checkpoints import code_hash, config_hash, folder_of, load
from mer_core.errors import BadInput, UnknownName
from mer_core.hardness import maps
from mer_core.hardness.representations import (
    Representation,
    chosen_representations,
    vectors,
    watched,
)
from mer_core.hardness.sets import (
    Examined,
    Progress,
    conflict_of,
    is_sticker,
    origin_of,
    spread_of,
    target_of,
    without_media,
    words_of,
)
from mer_core.hardness.table import HardTable, Heard, Labels
from mer_core.models import NAMES, kind_of
from mer_core.models.base import EmotionModel
from mer_core.probes.incongruity import Alone, Incongruity
from mer_core.recording import versions
from mer_core.trace import capture
from mer_core.types import Modality, Sample

CHUNK = 50
"""Samples in a forward pass; each stands in it once whole and once for every modality."""


def readers_of(sample: Sample) -> tuple[str, ...]:
    """Names of the models that read this kind of sample and whose weights are here."""
    return tuple(
        name
        for name in NAMES
        if reads_stickers(name) == is_sticker(sample)
        and (folder_of(name) / "weights.safetensors").is_file()
    )


def reads_stickers(name: str) -> bool:
    """Whether a model reads pictures with views, and not clips.

    Raises:
        UnknownName: No model of that name.
    """
    return Modality.AUDIO not in kind_of(name).modalities


def hard_table(
    found: Examined,
    names: Sequence[str] = (),
    wanted: Sequence[str] = (),
    progress: Progress = lambda *_: None,
    models: Mapping[str, EmotionModel] | None = None,
) -> HardTable:
    """Ask models about every sample of a set.

    Args:
        found: The set.
        names: Of the models; empty for all that read such samples and are here.
        wanted: Taps, or several joined by "+", to draw maps of; empty for the well-known ones.
            A tap that only some of the models have is drawn for those.
        progress: Told what is being done, how many are done, of how many. It may raise to stop.
        models: Those already loaded.

    Raises:
        UnknownName: No model of that name.
        UnknownTap: None of the models has the tap.
        BadInput: A model does not read such samples; or none of those that do is here.
        WeightsMissing, WeightsAltered, CardInvalid: As `mer_core.load` says.
    """
    fitting = readers_of(found.samples[0])
    loaded = {**(models or {})}
    for name in names or fitting:
        _must_read(name, found, tuple({*fitting, *loaded}))
        if name not in loaded:
            loaded[name] = load(name)
    ears = [
        _Ear(name, loaded[name], _places_for(loaded, name, wanted)) for name in names or fitting
    ]
    if not ears:
        raise BadInput(
            f"No model that reads {found.name} has weights here. `mer models` lists them."
        )
    told = _hear(found, ears, progress)
    for ear in ears:
        ear.draw(progress)
    return _table(found, told, ears)


def _must_read(name: str, found: Examined, fitting: tuple[str, ...]) -> None:
    if name not in fitting and reads_stickers(name) != is_sticker(found.samples[0]):
        kind = "stickers" if is_sticker(found.samples[0]) else "clips"
        raise BadInput(
            f"{name} does not read {kind}, which {found.name} holds. Choose another one."
        )


def _places_for(
    models: Mapping[str, EmotionModel], name: str, wanted: Sequence[str]
) -> list[Representation]:
    """The representations of one model; those of other models are left to them."""
    if not wanted:
        return chosen_representations(models[name])
    own = []
    for tap in wanted:
        try:
            own += chosen_representations(models[name], (tap,))
        except UnknownName:
            if not any(_has(other, tap) for other in models.values()):
                raise
    return own or chosen_representations(models[name])


def _has(model: EmotionModel, tap: str) -> bool:
    try:
        return bool(chosen_representations(model, (tap,)))
    except UnknownName:
        return False


def _hear(found: Examined, ears: Sequence["_Ear"], progress: Progress) -> list[Sample]:
    """Every model hears every sample; returns the samples without their media."""
    told, total = [], len(found.samples)
    for start in range(0, total, CHUNK):
        samples = list(found.samples[start : start + CHUNK])
        for ear in ears:
            progress(f"asking {ear.name}", start, total)
            ear.hear(samples)
        told += [without_media(sample) for sample in samples]
    for ear in ears:
        progress(f"asking {ear.name}", total, total)
    return told


class _Ear:
    """One model, and what it has made of the samples so far."""

    def __init__(
        self, name: str, model: EmotionModel, representations: Sequence[Representation]
    ) -> None:
        self.name, self.model, self.places = name, model, list(representations)
        self._read = model.processor()
        self._said: list[Alone] = []
        self._seen: dict[str, list[Tensor]] = {r.title: [] for r in representations}
        self._maps: dict[str, np.ndarray] = {}

    def hear(self, samples: Sequence[Sample]) -> None:
        """One forward pass: everything heard, then each modality alone."""
        batch = self._read(samples).to(next(self.model.parameters()).device)
        with capture(self.model, *watched(self.model, self.places)) as trace:
            self._said.append(Incongruity().run(self.model, batch))
        for representation in self.places:
            self._seen[representation.title].append(vectors(representation, trace, batch))

    def draw(self, progress: Progress) -> None:
        """Lay every representation out on a plane."""
        for i, (title, parts) in enumerate(self._seen.items()):
            progress(f"drawing maps of {self.name}", i, len(self._seen))
            self._maps[title] = maps.plane(torch.cat(parts).numpy())
        progress(f"drawing maps of {self.name}", len(self._seen), len(self._seen))

    @property
    def heard(self) -> Heard:
        """All of it, as plain arrays."""
        alone = torch.cat([said.alone for said in self._said], dim=1)
        here = torch.cat([said.present for said in self._said], dim=1)
        best = alone.max(dim=-1)
        return Heard(
            names=self._said[0].names,
            probs=torch.cat([said.together for said in self._said]).numpy(),
            modalities=tuple(map(str, self._said[0].modalities)),
            alone=torch.where(here, best.indices, -1).numpy().astype(np.int8),
            alone_confidence=torch.where(here, best.values, torch.nan).numpy(),
            disagreement=torch.cat([said.bits for said in self._said]).numpy(),
            maps=self._maps,
        )

    @property
    def manifest(self) -> dict:
        """Whose weights these are, and where its maps were taken."""
        origin = self.model.origin or {}
        return {
            "weights": origin.get("weights_sha256", "untrained"),
            "seed": origin.get("seed"),
            "config": config_hash(self.model.config),
            "code": code_hash(type(self.model)),
            "taps": {r.title: r.taps for r in self.places},
        }


def _table(found: Examined, told: Sequence[Sample], ears: Sequence[_Ear]) -> HardTable:
    kinds, liars = zip(*(conflict_of(sample) for sample in told), strict=True)
    emotions = dict.fromkeys(name for ear in ears for name in ear.heard.names)
    return HardTable(
        data={
            "name": found.name,
            "what": found.what,
            "split": found.split,
            "demo": found.demo,
        },
        ids=tuple(sample.id for sample in told),
        places=np.arange(len(told), dtype=np.int32),
        words=tuple(words_of(sample) for sample in told),
        target=Labels.of((target_of(sample) for sample in told), emotions),
        kind=Labels.of(kinds, ("congruent",) if "congruent" in kinds else ()),
        liar=Labels.of(liars),
        spread=np.array([spread_of(sample.rated) for sample in told], np.float32),
        origin=Labels.of(origin_of(sample) for sample in told),
        models={ear.name: ear.heard for ear in ears},
        manifest={
            "models": {ear.name: ear.manifest for ear in ears},
            "map": maps.says(len(told)),
            "versions": {**versions(), "umap-learn": metadata.version("umap-learn")},
            **_world(found),
        },
    )


def _world(found: Examined) -> dict:
    """The generated world's knobs as a hash, where the data is generated."""
    if not found.demo:
        return {}
    from mer_core.datasets.puppets import WORLD

    return {"world": WORLD.digest()}
