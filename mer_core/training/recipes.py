"""How each thing that ships is trained: `mer train face|backbone|mghft|egmf|hct_dmg|...`.

A run is one model, one version (all modalities, or only some of them heard) and one seed. Every run
has its own folder under runs/, is resumable, and is skipped when it is finished. Validation
chooses epochs and temperatures; the test split is read by `mer_core.training.report` alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from mer_core.checkpoints import code_hash, config_hash, folder_of
from mer_core.datasets.puppets import WORLD
from mer_core.disk import write_json, write_tensors
from mer_core.metrics import fit_temperature
from mer_core.models import VARIANTS, EmotionModel, demo_config, kind_of
from mer_core.models.mghft import MGHFT
from mer_core.training.evaluation import Answers, answers
from mer_core.training.loop import TrainConfig, fit
from mer_core.training.sentences import TOGETHER, SentencePlan, SentenceTable, WithSentences
from mer_core.types import Modality, View

Progress = Callable[[str, int, int], None]

RUNS = Path(__file__).resolve().parents[2] / "runs"
SEEDS = (0, 1, 2)
"""What the seeds vary: initial weights, order of samples, dropout, silenced modalities."""

BACKBONE = TrainConfig(
    epochs=9, batch=64, lr=1e-3, weight_decay=0.05, modality_dropout=0.0, autocast=True
)

PLANS: dict[str, TrainConfig] = {
    "mghft": TrainConfig(
        epochs=6, batch=64, lr=1e-3, weight_decay=0.05, modality_dropout=0.0, mismatch=0.12
    ),
    "egmf": TrainConfig(epochs=5, batch=64, lr=1e-3, weight_decay=0.01, autocast=True),
    "hct_dmg": TrainConfig(epochs=5, batch=64, lr=2e-3, weight_decay=0.01),
    "hct_dmg_sample": TrainConfig(epochs=5, batch=64, lr=2e-3, weight_decay=0.01),
    "mult": TrainConfig(epochs=5, batch=64, lr=2e-3, weight_decay=0.01),
}
"""The same budget for a model's fused and single-modality versions."""

SENTENCES: dict[str, SentencePlan] = {"egmf": SentencePlan()}
"""Models whose versions that hear text learn from sentences alone too."""

FUSED_ONLY = ("mult", *VARIANTS)
"""Baselines and variants: what stands beside a paper's model has no single-modality versions."""


@dataclass(frozen=True)
class Version:
    """One way of training a model, with the same budget as every other.

    Attributes:
        name: Of its runs, and on cards.
        keep: Names of the modalities that are heard; empty for all.
        preset: Name of the Config.
        order: Of MGHFT's views over its stages; empty for the paper's.
    """

    name: str
    keep: tuple[str, ...] = ()
    preset: str = "demo"
    order: tuple[str, ...] = ()


COMPARED: dict[str, tuple[Version, ...]] = {
    "mghft": (
        Version("released", preset="released"),
        Version("reversed", order=tuple(str(v) for v in reversed(View))),
    ),
}
"""Versions that hear everything: defects of the released code, and another order of views."""


def versions(model: str) -> tuple[Version, ...]:
    """The fused version first, then one for each modality alone, then what is compared with it.

    Raises:
        UnknownName: No such model.
    """
    kind = kind_of(model)
    if model in FUSED_ONLY:
        return (Version("fused"),)
    alone = (Version(f"{m}-only", (str(m),)) for m in kind.modalities)
    return (Version("fused"), *alone, *COMPARED.get(model, ()))


def fresh(name: str, seed: int, preset: str = "demo") -> EmotionModel:
    """An untrained model, by default of demo size."""
    torch.manual_seed(seed)
    kind = kind_of(name)
    return kind(demo_config(name) if preset == "demo" else getattr(kind.Config, preset)())


def run_folder(name: str, version: Version, seed: int) -> Path:
    """Where a run keeps its state, and its weights once it is finished."""
    return RUNS / name / f"{version.name}-seed{seed}"


def finished(name: str, version: Version, seed: int, config: TrainConfig) -> bool:
    """Whether a run with these settings, of this code, in this world, has ended."""
    import json

    path = run_folder(name, version, seed) / "result.json"
    if not path.is_file():
        return False
    told = json.loads(path.read_text())
    same = {"train": asdict(config), "code": code_hash(kind_of(name)), "world": WORLD.digest()}
    if (plan := sentences_of(name, version)) is not None:
        same["sentences"] = asdict(plan)
    return all(told.get(k) == v for k, v in json.loads(json.dumps(same)).items())


def sentences_of(name: str, version: Version) -> SentencePlan | None:
    """Which sentences a version learns from beside its data set; None for none."""
    return SENTENCES.get(name) if not version.keep or str(Modality.TEXT) in version.keep else None


def config_for(name: str, version: Version, seed: int) -> TrainConfig:
    """The settings of one run."""
    config = replace(PLANS[name], seed=seed, keep=version.keep, order=version.order)
    return config if sentences_of(name, version) is None else replace(config, select=TOGETHER)


def train_version(
    name: str, version: Version, seed: int, tables: dict[str, Any], progress: Progress
) -> Path:
    """Train one run to its end, or go on with it; returns its folder."""
    config, spoken = config_for(name, version, seed), sentences_of(name, version)
    folder = run_folder(name, version, seed)
    if finished(name, version, seed, config):
        return folder
    model = fresh(name, seed, version.preset)
    if isinstance(model, MGHFT):
        model.load_backbone(tables["backbone"])
    train, valid = tables["train"], tables["valid"]
    both = WithSentences(train, tables["sentences"]) if spoken is not None else None
    learned = train if both is None else both
    ordered = {"order": version.order} if version.order else {}

    def ask(m: EmotionModel) -> Answers:
        return answers(m, valid.evaluation(**ordered), version.keep)

    def score(m: EmotionModel) -> dict[str, float]:
        found = ask(m).scores()
        return found if both is None else both.score(m, found)

    told = lambda text, done, total: progress(  # noqa: E731
        f"{name} {version.name} seed {seed}: {text}", done, total
    )
    steps = learned.steps(config)
    history = fit(model, learned.training(config), steps, score, config, folder, told)
    said = ask(model)
    model.temperature.fill_(fit_temperature(said.logits, said.target))
    write_tensors(folder / "weights.safetensors", model.shipped())
    write_json(
        folder / "result.json",
        {
            "model": name,
            "version": version.name,
            "seed": seed,
            "train": asdict(config),
            "code": code_hash(kind_of(name)),
            "config": config_hash(model.config),
            "world": WORLD.digest(),
            "temperature": float(model.temperature),
            "valid": score(model),
            "sentences": None if spoken is None else asdict(spoken),
            "best_epoch": history.best,
            "history": history.rows,
        },
    )
    return folder


def tables_for(name: str, progress: Progress, splits: Sequence[str] = ("train", "valid")) -> dict:
    """The splits of a model's data set with everything computed once."""
    if name == "mghft":
        return _sticker_tables(progress, splits)
    from mer_core.training.utterances import UtteranceTable, featured_utterances

    model = fresh(name, 0)
    tables: dict[str, Any] = {
        split: UtteranceTable(model, featured_utterances(split, progress), progress)
        for split in splits
    }
    if name in SENTENCES and "train" in splits:
        tables["sentences"] = SentenceTable(model, SENTENCES[name], progress)
    return tables


def _sticker_tables(progress: Progress, splits: Sequence[str]) -> dict:
    from mer_core.datasets.puppets.views import realise
    from mer_core.encoders.interpreter import Interpreter
    from mer_core.training.stickers import StickerTable, sticker_split

    backbone = backbone_weights()
    model = fresh("mghft", 0)
    assert isinstance(model, MGHFT)
    model.load_backbone(backbone)
    own = RUNS / "interpreter"
    heads = own if (own / "weights.safetensors").is_file() else folder_of("interpreter")
    interpreter = Interpreter.load(heads, model.backbone, realise)
    side = model.config.image
    tables: dict[str, Any] = {
        split: StickerTable(
            sticker_split(split, side, progress), model.eval(), interpreter, split, progress
        )
        for split in splits
    }
    return tables | {"backbone": backbone}


def backbone_weights() -> dict[str, torch.Tensor]:
    """The trained backbone: from runs/, or else from the shipped MGHFT."""
    from safetensors.torch import load_file

    path = RUNS / "interpreter" / "backbone.safetensors"
    if path.is_file():
        return {k: t.float() for k, t in load_file(path).items()}
    from mer_core.checkpoints import load

    shipped = load("mghft")
    assert isinstance(shipped, MGHFT)
    return shipped.backbone.state_dict()


def train_backbone(progress: Progress) -> Path:
    """Train the backbone under the interpreter's heads; both are rounded to what ships."""
    from mer_core.encoders.interpreter import Interpreter
    from mer_core.training.stickers import (
        LABELS,
        attribute_accuracy,
        backbone_batches,
        sticker_split,
    )

    config, side = BACKBONE, MGHFT.Config.demo().image
    torch.manual_seed(config.seed)
    model = Interpreter.fresh(Interpreter.Config(LABELS, MGHFT.Config.demo().backbone, side)).to(
        memory_format=torch.channels_last
    )
    data = {s: sticker_split(s, side, progress) for s in ("train", "valid")}

    def score(m: Interpreter) -> dict[str, float]:
        found = attribute_accuracy(m, data["valid"])
        return {"accuracy": sum(found.values()) / len(found), **found}

    folder = RUNS / "interpreter"
    steps = len(data["train"]) // config.batch
    batches = backbone_batches(data["train"], config)
    history = fit(model, batches, steps, score, config, folder, progress)
    for parameter in model.state_dict().values():
        if parameter.is_floating_point():
            parameter.copy_(parameter.half().float())
    seen, unseen = data["valid"].seen.nonzero()[:, 0], (~data["valid"].seen).nonzero()[:, 0]
    metrics = {
        "valid": attribute_accuracy(model, data["valid"]),
        "valid_seen_characters": attribute_accuracy(model, data["valid"], seen),
        "valid_held_out_characters": attribute_accuracy(model, data["valid"], unseen),
        "n": {"valid": len(data["valid"]), "held_out": len(unseen)},
    }
    write_tensors(folder / "backbone.safetensors", model.backbone_state())
    about = {"train": asdict(config), "history": history.rows, "world": WORLD.digest()}
    model.save(folder, training=about, metrics=metrics)
    return folder


def train(
    name: str,
    progress: Progress,
    seeds: Sequence[int] = SEEDS,
    which: Sequence[str] = (),
) -> None:
    """Everything that `mer train NAME` does; finished parts are skipped.

    Args:
        name: "face", "backbone", "listeners", or a model.
        progress: Told how far it is.
        seeds: Of the runs.
        which: Names of versions; empty for all.
    """
    if name == "face":
        from mer_core.training.faces import train_face

        train_face(
            folder_of("face"),
            progress=lambda share, words: progress(words, round(1000 * share), 1000),
        )
        return
    if name == "listeners":
        from mer_core.training.listeners import train_listeners

        train_listeners(folder_of(name), progress)
        return
    if name == "backbone":
        train_backbone(progress)
        return
    chosen = [v for v in versions(name) if not which or v.name in which]
    tables = tables_for(name, progress)
    for seed in seeds:
        for version in chosen:
            train_version(name, version, seed, tables, progress)
