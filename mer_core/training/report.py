"""Read the test split, once all runs of a model have ended, and write checkpoint and card.

This is the only module that reads test answers of what is trained here. The world's knobs are
pinned by hash in the tests before it is run for the first time.
"""

import json
import platform
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from mer_core.checkpoints import (
    code_hash,
    config_hash,
    folder_of,
    put,
    read_card,
    save_checkpoint,
)
from mer_core.datasets.puppets import WORLD
from mer_core.disk import write_json
from mer_core.errors import WeightsMissing
from mer_core.metrics import bootstrap_interval, mean_sd, share_of_ceiling
from mer_core.models import EmotionModel, demo_config, kind_of
from mer_core.recording import versions as package_versions
from mer_core.trace import capture
from mer_core.training.evaluation import Answers, answers
from mer_core.training.features import keep_only
from mer_core.training.recipes import (
    SEEDS,
    SENTENCES,
    Version,
    fresh,
    run_folder,
    tables_for,
    versions,
)
from mer_core.training.sentence_report import sentence_report
from mer_core.training.sentences import beside

Progress = Callable[[str, int, int], None]

LIMITS = {
    "mghft": [
        "Trained on generated puppets (demo data) alone; it has seen no real sticker.",
        "Its views come from the puppets' grammar or from the embedded interpreter; sentences of "
        "another kind are foreign to it.",
        "The intention cannot be seen in a picture: for uploads it is a guess, and marked so.",
    ],
    "egmf": [
        "Voices and faces: generated puppets (demo data) alone, babble and drawings. Words: those "
        "of the puppets, lines of a TV series (MELD) and situations that we wrote.",
        "The number beside the emotion was learned from puppets alone; on real sentences it is a "
        "guess.",
        "Its language model is the 22-million-parameter sentence encoder run as a causal decoder; "
        "it answers with single words and does not converse.",
    ],
    "hct_dmg": [
        "Trained on generated puppets (demo data) alone: babble for voices, drawn faces.",
        "Its modality weights are one vector for all inputs; no input moves them. They say who "
        "leads, not who is right: in synthetic trials the heaviest modality was often not the "
        "informative one.",
    ],
    "hct_dmg_sample": [
        "Trained on generated puppets (demo data) alone: babble for voices, drawn faces.",
        "Its weights differ from sample to sample; the paper's gate has one vector for all. They "
        "are learned through the answer alone and nobody taught them who lies.",
    ],
    "mult": [
        "Trained on generated puppets (demo data) alone: babble for voices, drawn faces.",
        "A baseline of the width and depth of the shipped HCT-DMG, not of the size that the "
        "literature quotes.",
    ],
}


_TWICE = "twice, with seed 0 and then with all seeds, after knobs and settings were fixed"
_ONCE = "once with all seeds, after settings were fixed"
_LATER = "once more by the grades of probes and by the table of hard samples"
_AGAIN = f"{_LATER}; once more by the grades, when listeners of single modalities joined them"
_MENDED = "and again by those that compare runs, when the comparison was mended"
TEST_READ = {
    "mghft": f"{_TWICE}; once more for this recipe, whose changes (a sticker in eight has another "
    "one's picture in training; no label smoothing) were chosen on validation; twice by the "
    "saved experiments; and once by the grades of probes",
    "egmf": f"{_TWICE}; for this recipe, which was chosen on validation, once more when its seeds "
    "were done and once by each saved experiment; once more by the grades of probes, the table of "
    "hard samples and the survey of experts",
    "hct_dmg": f"{_TWICE}; none changed since; once more by each saved experiment, {_MENDED}; "
    f"{_AGAIN}",
    "hct_dmg_sample": f"{_ONCE}; {_AGAIN}",
    "mult": f"{_ONCE}; once more by each saved experiment that compares with it, {_MENDED}; "
    f"{_AGAIN}",
}
"""How often this project has read the answers of the test split. Whoever reads it again adds it."""


def load_run(name: str, version: Version, seed: int) -> tuple[EmotionModel, dict[str, Any]]:
    """A finished run's model, rounded to the half precision that ships, and its result."""
    folder = run_folder(name, version, seed)
    result = json.loads((folder / "result.json").read_text())
    model = fresh(name, seed, version.preset)
    weights = load_file(folder / "weights.safetensors")
    half = {k: t.half().float() if t.is_floating_point() else t for k, t in weights.items()}
    put(model, half, name)
    return model.eval().requires_grad_(False), result


def has_run(name: str, version: Version, seed: int) -> bool:
    """Whether a finished run lies in runs/."""
    return (run_folder(name, version, seed) / "result.json").is_file()


def told_before(name: str) -> dict[str, list[dict[str, Any]]]:
    """Version -> rows of the card that ships, where it is of this code, Config and world."""
    try:
        card = read_card(name)
    except WeightsMissing:
        return {}
    now = (code_hash(kind_of(name)), config_hash(demo_config(name)), WORLD.digest())
    if (card["code_hash"], card["config_hash"], card["data"]["world"]) != now:
        return {}
    return {version: found["seeds"] for version, found in card["metrics"].items()}


def _scores(said: Answers) -> dict[str, Any]:
    low, high = said.interval()
    return said.scores() | {"accuracy_95": [low, high]}


def ceilings(name: str, n: int) -> dict[str, float]:
    """Accuracy that a reader who knows the generating distributions reaches on the test split."""
    if name == "mghft":
        from mer_core.datasets.puppets.sticker_oracle import sticker_ceilings

        found = sticker_ceilings("test", n, WORLD)
        return {"fused": found["both"], "text-only": found["text"], "vision-only": found["vision"]}
    from mer_core.datasets.puppets.oracle import utterance_ceilings

    found = utterance_ceilings("test", n, WORLD)
    alone = {f"{m}-only": found[m] for m in ("text", "audio", "vision")}
    return {"fused": found["fused"], **alone}


def evaluate_runs(
    name: str, tables: dict[str, Any], progress: Progress, seeds: Sequence[int] = SEEDS
) -> dict[str, Any]:
    """Test scores of every version and seed, with means, sds, ceilings and shares of them.

    Seeds that the card of the same code, Config and world already tells of are not read again.
    """
    test, earlier = tables["test"], told_before(name)
    writers = ("world", "interpreter") if name == "mghft" else (None,)
    best = ceilings(name, len(test))
    found: dict[str, Any] = {}
    for version in versions(name):
        rows = []
        for seed in seeds:
            if not has_run(name, version, seed):
                rows += [r for r in earlier.get(version.name, ()) if r["seed"] == seed]
                continue
            model, result = load_run(name, version, seed)
            row: dict[str, Any] = {"seed": seed, "valid": result["valid"]}
            for writer in writers:
                ordered = {"order": version.order} if version.order else {}
                parts = test.evaluation(writer, **ordered) if writer else test.evaluation()
                key = "test" if writer in (None, "world") else f"test_{writer}_views"
                row[key] = _scores(answers(model, parts, version.keep))
            rows.append(row)
            progress(f"testing {version.name} seed {seed}", len(rows), len(seeds))
        if rows:
            found[version.name] = _summary(rows, best, version.name)
    return found


def _summary(
    rows: list[dict[str, Any]], ceilings: dict[str, float], version: str
) -> dict[str, Any]:
    keys = [k for k in rows[0] if k.startswith("test")]
    version = version if version in ceilings else "fused"
    out: dict[str, Any] = {"seeds": rows, "ceiling": ceilings[version]}
    for key in keys:
        # what the interpreter writes comes from the picture: no reader can know more than it shows
        ceiling = ceilings["vision-only" if "interpreter" in key else version]
        accuracy = mean_sd([r[key]["accuracy"] for r in rows])
        out[key] = {
            "accuracy": accuracy,
            "macro_f1": mean_sd([r[key]["macro_f1"] for r in rows]),
            "ece": mean_sd([r[key]["ece"] for r in rows]),
            "ceiling": ceiling,
            "share_of_ceiling": share_of_ceiling(accuracy["mean"], ceiling),
            "samples": rows[0][key]["n"],
        }
        if "mae" in rows[0][key]:
            out[key]["mae"] = mean_sd([r[key]["mae"] for r in rows])
        for name in (k for k in rows[0][key] if k.startswith("unread_")):
            out[key][name] = mean_sd([r[key][name] for r in rows if name in r[key]])
    return out


def label_mean_mae(train: Any, test: Any) -> float:
    """Error of who always says the mean sentiment of training, in points."""
    said = train.batch.sentiment.float().mean()
    return float((test.batch.sentiment.float() - said).abs().mean())


def margin(found: dict[str, Any], key: str = "test") -> dict[str, Any]:
    """By how many points of accuracy the fused version beats the best single modality, if any."""
    alone = {k: v[key]["accuracy"]["mean"] for k, v in found.items() if k.endswith("-only")}
    if not alone:
        return {}
    best = max(alone, key=lambda k: alone[k])
    points = 100 * (found["fused"][key]["accuracy"]["mean"] - alone[best])
    return {"best_single": best, "points": round(points, 2)}


def _margins(found: dict[str, Any]) -> dict[str, Any]:
    against = margin(found)
    return {"test": against} if against else {}


@torch.no_grad()
def expert_report(
    model: EmotionModel, batches: Sequence[Any], seed: int = 0, rounds: int = 10
) -> dict[str, Any]:
    """EGMF: do the experts differ, does alpha move with the sample, and does it matter?

    Shuffling gives each sample the alpha of another of its batch, by an edit of the tap; its cost
    is averaged over several shuffles, and the interval is over samples.
    """
    alphas, cosines, gained = [], [], []
    generator = torch.Generator().manual_seed(seed)
    upper = torch.triu_indices(3, 3, offset=1)
    for batch in batches:
        with capture(model, "fusion.alpha", "fusion.expert_out") as trace:
            right = (model(batch).logits.argmax(-1) == batch.target).float()
        alphas.append(trace["fusion.alpha"].values)
        unit = torch.nn.functional.normalize(trace["fusion.expert_out"].values.float(), dim=-1)
        cosines.append((unit @ unit.transpose(1, 2))[:, upper[0], upper[1]])
        still = [_right_when_shuffled(model, batch, generator) for _ in range(rounds)]
        gained.append(right - torch.stack(still).mean(0))
    alpha, lost = torch.cat(alphas), torch.cat(gained)
    return {
        "n": len(alpha),
        "seed": seed,
        "shuffles": rounds,
        "alpha_mean": [round(v, 4) for v in alpha.mean(0).tolist()],
        "alpha_sd_over_samples": [round(v, 4) for v in alpha.std(0).tolist()],
        "mean_expert_cosine": round(float(torch.cat(cosines).mean()), 4),
        "shuffled_alpha_loses_points": round(100 * float(lost.mean()), 2),
        "shuffled_alpha_loses_points_95": [
            round(100 * v, 2) for v in bootstrap_interval(lost.numpy())
        ],
    }


def _right_when_shuffled(
    model: EmotionModel, batch: Any, generator: torch.Generator
) -> torch.Tensor:
    order = torch.randperm(len(batch), generator=generator)
    with capture(model, "fusion.alpha", edits={"fusion.alpha": lambda alpha: alpha[order]}):
        return (model(batch).logits.argmax(-1) == batch.target).float()


def report(name: str, progress: Progress, seeds: Sequence[int] = SEEDS) -> Path:
    """Evaluate every finished run on the test split, ship the first seed's fused weights.

    Returns:
        The checkpoint's folder.
    """
    numbered = bool(getattr(demo_config(name), "limits", ()))
    splits = ("train", "valid", "test") if numbered else ("valid", "test")
    tables = tables_for(name, progress, splits)
    found = evaluate_runs(name, tables, progress, seeds)
    fused = versions(name)[0]
    shipped = next(s["seed"] for s in found["fused"]["seeds"])
    if not has_run(name, fused, shipped):
        return _add_to_card(name, found)
    model, result = load_run(name, fused, shipped)
    calibrated = answers(model, tables["valid"].evaluation())
    about: dict[str, Any] = {
        "data": {
            "name": "puppet-stickers" if name == "mghft" else "puppet-utterances",
            "what": "a generated world with known answers; demo data, no real recordings",
            "world": WORLD.digest(),
            "test_read": TEST_READ[name],
        },
        "training": {
            "seed": shipped,
            "seeds": [s["seed"] for s in found["fused"]["seeds"]],
            "seeds_vary": "initial weights, order of samples, dropout, silenced modalities"
            + ("; the backbone is the same for all" if name == "mghft" else ""),
            "config": result["train"],
            "best_epoch": result["best_epoch"],
            "versions": package_versions() | {"platform": platform.machine()},
        },
        "curves": result["history"],
        "metrics": found,
        "margin": _margins(found),
        "calibration": {
            "temperature": result["temperature"],
            "ece_valid": calibrated.scores()["ece"],
            "ece_test": found["fused"]["seeds"][0]["test"]["ece"],
            "bins": 15,
        },
        "limits": LIMITS[name],
    }
    if numbered:
        about["label_mean_mae"] = label_mean_mae(tables["train"], tables["test"])
    if name == "mghft":
        about["margin"]["test_interpreter_views"] = margin(found, "test_interpreter_views")
    if name == "egmf":
        parts = [keep_only(b, ()) for b in tables["test"].evaluation()]
        about["experts"] = expert_report(model, parts)
    if (plan := SENTENCES.get(name)) is not None:
        about["data"] |= {"beside": beside(plan)}
        about["sentences"] = sentence_report(_fused_runs(name, found), progress)
    return save_checkpoint(model, name, about)


def _fused_runs(name: str, found: dict[str, Any]) -> list[EmotionModel]:
    """The fused models of every seed whose run is here, the one that ships first."""
    fused = versions(name)[0]
    seeds = [row["seed"] for row in found["fused"]["seeds"]]
    return [load_run(name, fused, s)[0] for s in seeds if has_run(name, fused, s)]


def _add_to_card(name: str, found: dict[str, Any]) -> Path:
    """More versions and seeds beside what ships, whose own run is not here any more."""
    card = dict(read_card(name))
    margins = card["margin"] | _margins(found)
    seeds = [s["seed"] for s in found["fused"]["seeds"]]
    training = card["training"] | {"seeds": seeds}
    card |= {"metrics": found, "margin": margins, "training": training}
    write_json(folder_of(name) / "card.json", card)
    return folder_of(name)


def finish(names: Sequence[str], progress: Progress) -> None:
    """What follows once checkpoints are written: real data where present, examples, cards."""
    from mer_core.errors import DataMissing
    from mer_core.training.cards import write_card
    from mer_core.training.examples import record_example
    from mer_core.training.real import measure
    from mer_core.training.view_means import write_view_means

    with suppress(DataMissing):  # the figures stay absent, and the pages say so
        measure(names, progress)
    if "mghft" in names:
        write_view_means("mghft", progress)
    for name in names:
        record_example(name)
        write_card(name)


def ship_interpreter() -> Path:
    """Copy the interpreter's heads beside the shipped MGHFT, with their accuracy on test.

    Where no backbone was trained here, those that ship stay as they are.
    """
    from mer_core.checkpoints import load
    from mer_core.datasets.puppets.views import realise
    from mer_core.encoders.interpreter import Interpreter
    from mer_core.models.mghft import MGHFT
    from mer_core.training.recipes import RUNS
    from mer_core.training.stickers import attribute_accuracy, sticker_split

    if not (RUNS / "interpreter" / "card.json").is_file():
        return folder_of("interpreter")
    model = load("mghft")
    assert isinstance(model, MGHFT)
    card = json.loads((RUNS / "interpreter" / "card.json").read_text())
    reader = Interpreter.load(RUNS / "interpreter", model.backbone, realise)
    data = sticker_split("test", model.config.image, lambda *_: None)
    unseen = (~data.seen).nonzero()[:, 0]
    metrics = card["metrics"] | {
        "test": attribute_accuracy(reader, data),
        "test_held_out_characters": attribute_accuracy(reader, data, unseen),
    }
    metrics["n"] = metrics["n"] | {"test": len(data), "test_held_out": len(unseen)}
    folder = folder_of("interpreter")
    limits = [
        "Trained on generated puppets (demo data) alone; on other pictures its words are guesses.",
        "The intention is guessed: a picture cannot show it.",
    ]
    reader.save(folder, training=card["training"], metrics=metrics, limits=limits)
    return folder
