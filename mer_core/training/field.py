"""One command from a feature file of the field to its table: `mer train hct_dmg --dataset mosi`.

A run is one model, one set and one seed. Runs of the same model, settings, code and data lie in one
folder under runs/field/; a run that was stopped goes on, a finished one is not trained again.
Validation chooses the epoch; the test split is read once a run, by the epoch that was chosen.
"""

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from mer_core.checkpoints import FORMAT, code_hash, config_hash, put
from mer_core.datasets.utterances.collection import UtteranceSet
from mer_core.disk import write_bytes, write_json, write_tensors
from mer_core.encoders.text import sha256
from mer_core.errors import BadInput, CardInvalid, WeightsAltered
from mer_core.metrics import mean_sd
from mer_core.models import EmotionModel, kind_of
from mer_core.training.field_card import written
from mer_core.training.field_data import (
    FieldSplit,
    ask,
    by_heart,
    digest,
    with_validation,
    with_word_features,
)
from mer_core.training.field_plans import OVERFIT, SELECT, Wish, check, config_of, plan_of
from mer_core.training.field_words import WORD_READERS, cut_short, language_mark, processor_of
from mer_core.training.loop import TrainConfig, fit
from mer_core.training.recipes import RUNS

Progress = Callable[[str, int, int], None]

FOLDER = RUNS / "field"


def train_on(
    data: UtteranceSet,
    name: str,
    wish: Wish,
    progress: Progress = lambda *_: None,
    root: Path | None = None,
) -> dict[str, Any]:
    """Train a model on an opened set, once a seed, and say how good it is.

    Args:
        data: The set.
        name: A model that reads feature files: "hct_dmg", "mult", ...
        wish: Preset, layers, epochs, seeds.
        progress: Told how far it is.
        root: Where the folder of these runs is made; None for FOLDER.

    Returns:
        Plain data, as written to `result.json`: `scores` is split -> score -> mean, sd and n over
        seeds; `runs` has every seed's own.

    Raises:
        UnknownName: No such model or preset.
        BadInput: The model does not read feature files, or nothing can be learned from the set.
    """
    check(name, wish)
    if name not in WORD_READERS:
        data = with_word_features(data, progress)
    data = by_heart(data) if wish.preset == OVERFIT else with_validation(data)
    config, train = config_of(name, data, wish), plan_of(data, wish)
    if name in WORD_READERS and (note := cut_short(config, data)):
        data = replace(data, notes=(*data.notes, note))
    about = {
        "model": name,
        "preset": wish.preset,
        "config": asdict(config),
        "config_hash": config_hash(config),
        "code_hash": code_hash(kind_of(name)),
        "train": {k: v for k, v in asdict(train).items() if k != "seed"},
        "data": _told(data, digest(data, progress)),
    }
    if name in WORD_READERS:
        about["language"] = language_mark(config.language)
    folder = (root or FOLDER) / f"{name}-{data.name}-{_key(about)}"
    runs = []
    for seed in wish.seeds:
        place = folder / f"seed{seed}"
        if not (place / "result.json").is_file():
            _train(data, name, config, replace(train, seed=seed), place, about, progress)
        runs.append(json.loads((place / "result.json").read_text(encoding="utf-8")))
    found = {
        **about,
        "parameters": runs[0]["parameters"],
        "seeds": list(wish.seeds),
        "scores": _over(runs),
        "runs": [{k: v for k, v in run.items() if k != "history"} for run in runs],
    }
    write_json(folder / "result.json", found)
    write_bytes(folder / "README.md", written(found).encode())
    return {**found, "folder": str(folder)}


def train_on_folds(
    folds: Sequence[UtteranceSet],
    name: str,
    wish: Wish,
    progress: Progress = lambda *_: None,
    root: Path | None = None,
) -> dict[str, Any]:
    """The same on each fold of a set; `scores` is then the mean over folds of the mean over seeds.

    Args:
        folds: The set, parted otherwise each time.
        name, wish, progress, root: As for `train_on`.

    Returns:
        As `train_on`, with the data of the first fold; `folds` has every fold's own scores, `runs`
        every seed's of every fold.
    """
    named = [replace(f, name=f"{f.name}-fold{i}") for i, f in enumerate(folds, start=1)]
    each = [train_on(data, name, wish, progress, root) for data in named]
    scores = {
        split: {k: mean_sd([run["scores"][split][k]["mean"] for run in each]) for k in found}
        for split, found in each[0]["scores"].items()
    }
    shared = [n for n in each[0]["data"]["notes"] if all(n in run["data"]["notes"] for run in each)]
    found = {
        **each[0],
        "data": {**each[0]["data"], "name": folds[0].name, "notes": shared},
        "scores": scores,
        "folds": [run["scores"] for run in each],
        "runs": [seed for run in each for seed in run["runs"]],
    }
    keys = "".join(run["folder"] for run in each)
    key = hashlib.sha256(keys.encode()).hexdigest()[:8]
    folder = Path(each[0]["folder"]).parent / f"{name}-{folds[0].name}-folds-{key}"
    found["folder"] = str(folder)
    write_json(folder / "result.json", {k: v for k, v in found.items() if k != "folder"})
    write_bytes(folder / "README.md", written(found).encode())
    return found


def _told(data: UtteranceSet, fingerprint: str) -> dict[str, Any]:
    return {
        "name": data.name,
        "what": data.what,
        "task": data.task,
        "n": data.sizes,
        "features": {str(m): n for m, n in data.features.items()},
        "emotions": list(data.emotions),
        "digest": fingerprint,
        "citation": data.source.citation if data.source else "",
        "licence": data.source.licence if data.source else "",
        "notes": list(data.notes),
        "problems": list(data.problems),
    }


def _key(about: dict[str, Any]) -> str:
    """Eight hex digits of everything that a run depends on but its seed."""
    parts = [about[k] for k in ("config", "code_hash", "train")] + [about["data"]["digest"]]
    parts += [about["language"]] if about.get("language") else []
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:8]


def _train(
    data: UtteranceSet,
    name: str,
    config: Any,
    train: TrainConfig,
    folder: Path,
    about: dict[str, Any],
    progress: Progress,
) -> None:
    """One seed: train or go on, score every split, write weights, card and result."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(train.seed)
    model = kind_of(name)(config).to(device)
    process = processor_of(model, data)
    splits = {k: FieldSplit(v, data, device, process) for k, v in data.splits.items() if len(v)}
    what = f"{name} on {data.name}, seed {train.seed}"

    def score(learner: EmotionModel) -> dict[str, float]:
        said = ask(learner, splits["valid"])
        if not math.isfinite(loss := said.loss()):
            raise BadInput(
                f"{what}: the loss is no number any more. Look for huge values among the features "
                f"of {data.what}, and scale them."
            )
        return {SELECT: -loss, **said.scores()}

    batches, steps = splits["train"].training(train), splits["train"].steps(train)
    history = fit(
        model,
        batches,
        steps,
        score,
        train,
        folder,
        lambda _, done, total: progress(what, done, total),
    )
    scores = {k: ask(model, split).scores() for k, split in splits.items()}
    write_tensors(folder / "weights.safetensors", model.shipped())
    card = {
        "format": FORMAT,
        **about,
        "weights_sha256": sha256(folder / "weights.safetensors"),
        "training": {"seed": train.seed, "best_epoch": history.best, "device": device},
        "metrics": scores,
    }
    write_json(folder / "card.json", card)
    result = {
        "seed": train.seed,
        "best_epoch": history.best,
        "parameters": sum(p.numel() for p in model.parameters()),
        "device": device,
        "scores": scores,
        "history": history.rows,
    }
    write_json(folder / "result.json", result)


def _over(runs: Sequence[dict[str, Any]]) -> dict[str, dict[str, dict[str, float]]]:
    """Split -> score -> mean, sd and n over seeds."""
    first = runs[0]["scores"]
    return {
        split: {k: mean_sd([run["scores"][split][k] for run in runs]) for k in scores}
        for split, scores in first.items()
    }


def open_run(folder: Path) -> EmotionModel:
    """The model of one finished seed, in eval mode, frozen.

    Args:
        folder: `seed0` and its like, with card.json and weights.safetensors.

    Raises:
        CardInvalid: There is no readable card, or it does not fit the code.
        WeightsAltered: The weights are not those of the card.
    """
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        name, expected = card["model"], card["weights_sha256"]
    except (OSError, ValueError, KeyError) as cause:
        raise CardInvalid(f"{folder} holds no finished run: {cause}. Train it again.") from cause
    if (found := sha256(folder / "weights.safetensors")) != expected:
        raise WeightsAltered(f"{folder.name}/weights.safetensors", expected, found)
    model = kind_of(name)(card["config"])
    put(model, load_file(folder / "weights.safetensors"), name)
    model.origin = {"model": name, "weights_sha256": expected, "seed": card["training"]["seed"]}
    return model.eval().requires_grad_(False)
