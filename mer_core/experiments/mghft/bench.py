"""The stickers of a split with everything computed once, and the weights that are asked.

Experiments ask the same weights again and again about the same pictures with other words: the
pictures are looked at once, every sentence is encoded once, and questions go in batches.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from mer_core.checkpoints import code_hash, config_hash, folder_of, load, read_card
from mer_core.datasets.puppets import WORLD, sticker
from mer_core.datasets.puppets.stickers import StickerTruth
from mer_core.datasets.puppets.views import realise
from mer_core.encoders.interpreter import Interpreter
from mer_core.encoders.pyramid import fingerprint
from mer_core.encoders.text import sha256
from mer_core.errors import BadInput
from mer_core.experiments.base import (
    ACCURACY,
    MACRO_F1,
    Ask,
    Progress,
    Result,
    Row,
    SharedProgress,
    over_seeds,
)
from mer_core.metrics import classification
from mer_core.models.mghft import MGHFT
from mer_core.models.view_coalitions import StandIn, coalition_logits, look, without_views
from mer_core.recording import versions as package_versions
from mer_core.task import EMOTIONS
from mer_core.training.features import keep_only
from mer_core.training.recipes import SEEDS, run_folder, versions
from mer_core.training.report import has_run, load_run
from mer_core.training.stickers import Sentences, StickerTable, sticker_split
from mer_core.types import Batch, Modality, Stream, View

BATCH = 128


@dataclass(frozen=True, eq=False)
class Bench:
    """What all experiments on puppets share.

    Attributes:
        split: Of the stickers.
        table: Their packed pyramids, and the sentences of their views.
        truth: What each sticker knows of itself.
        models: Seed -> trained weights, in eval mode, all on one backbone.
        weights: Seed -> sha256 of the file they come from.
    """

    split: str
    table: StickerTable
    truth: tuple[StickerTruth, ...]
    models: Mapping[int, MGHFT]
    weights: Mapping[int, str]

    def __len__(self) -> int:
        return len(self.table)

    @property
    def target(self) -> Int[Tensor, " sticker"]:
        """The true emotions, as positions in EMOTIONS."""
        return self.table.data.target

    @property
    def places(self) -> Int[Tensor, "sticker view"]:
        """Where the sentences lie that the world wrote."""
        return self.table.placed("world")

    def saying(self, texts: Sequence[str], progress: Progress) -> "Bench":
        """The same stickers with further sentences at hand, encoded once; see `place`."""
        new = [t for t in set(texts) if t not in self.table.sentences.place]
        if not new:
            return self
        encoder = next(iter(self.models.values())).processor().encoder
        table = copy.copy(self.table)
        table.sentences = _joined(self.table.sentences, Sentences(new, encoder, progress))
        return Bench(self.split, table, self.truth, self.models, self.weights)

    def place(self, texts: Sequence[Sequence[str]]) -> Int[Tensor, "sticker view"]:
        """Where sentences lie that are at hand; one row a sticker."""
        found = self.table.sentences.place
        return torch.tensor([[found[text] for text in row] for row in texts])


def _joined(one: Sentences, other: Sentences) -> Sentences:
    both = copy.copy(one)
    both.flat = torch.cat([one.flat, other.flat])
    both.start = torch.cat([one.start, other.start[1:] + one.start[-1]])
    both.place = one.place | {t: i + len(one.place) for t, i in other.place.items()}
    return both


def open_bench(ask: Ask, progress: Progress) -> Bench:
    """The stickers and weights that are asked for; the last ones opened are kept.

    Raises:
        BadInput: Weights of a seed are neither shipped nor in runs/, or a limit below 1.
        UnknownName, WeightsMissing, WeightsAltered, CardInvalid: See `mer_core.load`.
    """
    if ask.limit is not None and ask.limit < 1:
        raise BadInput("--limit must be at least 1.")
    table, truth = _stickers(ask.split, ask.limit, SharedProgress(progress))
    models, weights = trained(ask.seeds)
    return Bench(ask.split, table, truth, models, weights)


@lru_cache(maxsize=2)
def _stickers(
    split: str, limit: int | None, progress: SharedProgress
) -> tuple[StickerTable, tuple[StickerTruth, ...]]:
    model = _shipped()
    interpreter = Interpreter.load(folder_of("interpreter"), model.backbone, realise)
    data = sticker_split(split, model.config.image, progress, limit)
    table = StickerTable(data, model, interpreter, split, progress)
    truth = []
    for i in range(len(data)):
        known = sticker(i, split, WORLD).truth
        assert isinstance(known, StickerTruth)
        truth.append(known)
        progress("recalling what stickers know", i + 1, len(data))
    return table, tuple(truth)


def _shipped() -> MGHFT:
    model = load("mghft")
    assert isinstance(model, MGHFT)
    return model


def trained(seeds: Sequence[int] = ()) -> tuple[dict[int, MGHFT], dict[int, str]]:
    """Seed -> weights, and seed -> hash of their file: what ships, and finished runs beside it.

    Args:
        seeds: Those wanted; none means all that are here.

    Raises:
        BadInput: One of them is not here.
    """
    card, shipped, fused = read_card("mghft"), _shipped(), versions("mghft")[0]
    own = int(card["training"]["seed"])
    models, hashes = {own: shipped}, {own: str(card["weights_sha256"])}
    stands_on = fingerprint(shipped.backbone.state_dict())
    for seed in (s for s in (seeds or SEEDS) if s != own and has_run("mghft", fused, s)):
        model, told = load_run("mghft", fused, seed)
        now = told["code"] == code_hash(MGHFT) and told["world"] == WORLD.digest()
        assert isinstance(model, MGHFT)
        if now and fingerprint(model.backbone.state_dict()) == stands_on:
            models[seed] = model
            file = run_folder("mghft", fused, seed) / "weights.safetensors"
            hashes[seed] = sha256(file)
    for seed in seeds:
        if seed not in models:
            raise BadInput(
                f"Weights of seed {seed} are not here; there are those of {sorted(models)}. "
                f"Train them with `mer train mghft --version fused --seed {seed}`."
            )
    wanted = sorted(seeds or models)
    return {s: models[s] for s in wanted}, {s: hashes[s] for s in wanted}


def batch_of(
    bench: Bench, rows: Tensor, places: Tensor, pyramids: np.ndarray | None = None
) -> Batch:
    """Some stickers with the sentences at `places`; -1 is a view that nobody said.

    Args:
        bench: See there.
        rows: Which stickers.
        places: (row, view).
        pyramids: Of other pictures, in place of the stickers' own.
    """
    batch = bench.table.batch(rows, places.clamp(min=0))
    text = batch.streams[Modality.TEXT]
    streams = dict(batch.streams)
    streams[Modality.TEXT] = Stream(
        Modality.TEXT, text.values, text.mask & (places >= 0)[..., None], text.axes
    )
    if pyramids is not None:
        seen = batch.streams[Modality.VISION]
        streams[Modality.VISION] = seen.at(torch.from_numpy(pyramids[rows.numpy()]).float())
    return Batch(streams, batch.target)


@torch.no_grad()
def ask_all(
    bench: Bench,
    places: Int[Tensor, "sticker view"] | None = None,
    keep: Sequence[str] = (),
    pyramids: np.ndarray | None = None,
    models: Mapping[int, MGHFT] | None = None,
) -> Float[Tensor, "seed sticker emotion"]:
    """Probabilities that each of the weights gives, for all stickers.

    Args:
        bench: See there.
        places: Other sentences; None for those that the world wrote.
        keep: Modalities that are heard; none means all.
        pyramids: Of other pictures.
        models: Other weights.
    """
    places = bench.places if places is None else places
    found = []
    for model in (models or bench.models).values():
        parts = []
        for rows in torch.arange(len(bench)).split(BATCH):
            batch = keep_only(batch_of(bench, rows, places[rows], pyramids), keep)
            parts.append(model(batch).probs)
        found.append(torch.cat(parts))
    return torch.stack(found)


def coalitions(
    bench: Bench,
    model: MGHFT,
    instead: Int[Tensor, "sticker view"] | StandIn | None,
    progress: Progress,
) -> Float[Tensor, "sticker coalition emotion"]:
    """Logits of all 16 coalitions of the views; see `mer_core.models.view_coalitions`.

    Args:
        bench: See there.
        model: One of its weights, or others on the same backbone.
        instead: What is heard of views that take no part: other sentences of each sticker, the
            same stand-in for all, or None for the model's learned missing view.
        progress: Told how far it is.
    """
    found = []
    for rows in torch.arange(len(bench)).split(BATCH):
        batch = batch_of(bench, rows, bench.places[rows])
        said = batch.streams[Modality.TEXT]
        if isinstance(instead, Tensor):
            other = batch_of(bench, rows, instead[rows]).streams[Modality.TEXT]
        else:
            other = without_views(said, instead)
        sight = look(model, batch.streams[Modality.VISION])
        found.append(coalition_logits(model, sight, said, other))
        progress("asking every coalition of views", int(rows[-1]) + 1, len(bench))
    return torch.cat(found)


def right(
    probs: Float[Tensor, "*case sticker emotion"], target: Int[Tensor, " sticker"]
) -> Float[np.ndarray, "*case sticker"]:
    """1 where the answer is the target, else 0."""
    return (probs.argmax(-1) == target).double().numpy()


def scored(
    case: str, probs: Float[Tensor, "seed sticker emotion"], target: Tensor, **more: Any
) -> list[Row]:
    """Accuracy with its interval, and macro-F1 over the seven emotions."""
    accuracy = over_seeds(case, ACCURACY, right(probs, target), **more)
    f1 = np.array([[classification(p, target)["macro_f1"]] for p in probs])
    plain = over_seeds(case, MACRO_F1, f1, **more)
    return [accuracy, Row(**{**vars(plain), "n": accuracy.n, "low": None, "high": None})]


def manifest(models: Mapping[int, MGHFT], weights: Mapping[int, str]) -> dict[str, Any]:
    """Where numbers of these weights come from, as plain data without a date."""
    model = next(iter(models.values()))
    return {
        "weights": {str(seed): digest for seed, digest in weights.items()},
        "config": config_hash(model.config),
        "code": code_hash(MGHFT),
        "world": WORLD.digest(),
        "versions": package_versions(),
    }


def result(bench: Bench, experiment: str, rows: Sequence[Row], **more: Any) -> Result:
    """A result with its data and its manifest filled in."""
    return Result(
        model="mghft",
        experiment=experiment,
        data={
            "name": "puppet-stickers",
            "what": "generated stickers with known answers (demo data, no real stickers)",
            "split": bench.split,
            "n": len(bench),
            "demo": True,
        },
        seeds=tuple(bench.models),
        rows=tuple(rows),
        manifest=manifest(bench.models, bench.weights),
        **more,
    )


def from_card(version: str, case: str, **more: Any) -> list[Row]:
    """Test accuracy and macro-F1 of a version as the card says; none where it says nothing."""
    found = read_card("mghft")["metrics"].get(version, {}).get("test")
    if found is None:
        return []
    rows = []
    for measure, key in ((ACCURACY, "accuracy"), (MACRO_F1, "macro_f1")):
        told = found[key]
        seeds = int(told["n"])
        sd = told["sd"] if seeds > 1 else None
        rows.append(Row(case, measure, told["mean"], int(found["samples"]), seeds, sd, **more))
    return rows


VIEWS = tuple(str(v) for v in View)
FEELINGS = tuple(e for e in EMOTIONS if e != "neutral")
