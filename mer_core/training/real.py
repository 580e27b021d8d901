"""How the shipped weights do, as they are, on real stickers, voices and sentences.

The data are not part of this repository: MER_DATA_DIR names their folder. What is measured here
goes on the cards, and stands beside the answer to every upload.
"""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from mer_core.checkpoints import folder_of, load, read_card
from mer_core.datasets.location import data_folder
from mer_core.datasets.stickers.emoji import emoji_set
from mer_core.disk import write_json
from mer_core.metrics import bootstrap_interval, classification
from mer_core.models import EmotionModel
from mer_core.processing.media import read_sound
from mer_core.task import EMOTIONS
from mer_core.training.real_stickers import ALIASES
from mer_core.training.recipes import SENTENCES
from mer_core.types import Sample

Progress = Callable[[str, int, int], None]

SAME = {**ALIASES, **{e: e for e in EMOTIONS}}
"""Names of classes in the field -> ours; classes that we do not have are left out."""


def emoji_stickers(folder: Path) -> list[Sample]:
    """Emoji that people rated, in two drawing styles, with views by the embedded interpreter.

    The answer is the highest of eight rated emotions; those whose highest is anticipation or
    trust, which we have no class for, are left out, and so are ties.

    Source: EmoTag (Shoeb and de Melo, 2020); pictures of Noto Emoji, with their licences.
    """
    from mer_core.stickers import picture

    samples = []
    for sticker in emoji_set(folder / "emoji_stickers").stickers:
        if sticker.told.target in SAME:
            told = sticker.told
            samples.append(_answered(picture(sticker.path), told.id, SAME[str(told.target)]))
    return samples


def emodb_voices(folder: Path) -> list[Sample]:
    """Acted German sentences, voice alone; boredom is left out.

    Source: Burkhardt et al. (2005), A database of German emotional speech.
    """
    samples = []
    with (folder / "emodb" / "index.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["emotion"] in SAME:
                data = (folder / "emodb" / "flac" / row["file"]).read_bytes()
                sample = Sample(id=row["file"], sound=read_sound(data)[0])
                samples.append(_answered(sample, row["file"], SAME[row["emotion"]]))
    return samples


def meld_sentences(folder: Path) -> list[Sample]:
    """Sentences of the MELD development set, text alone. Source: Poria et al. (2019)."""
    samples = []
    path = folder / "meld_text" / "dev_sent_emo.csv"
    with path.open(encoding="utf-8", errors="replace") as file:
        for row in csv.DictReader(file):
            name = f"dia{row['Dialogue_ID']}_utt{row['Utterance_ID']}"
            sample = Sample(id=name, text=row["Utterance"].replace("\x92", "'"))
            samples.append(_answered(sample, name, SAME[row["Emotion"]]))
    return samples


def _answered(sample: Sample, name: str, target: str) -> Sample:
    from dataclasses import replace

    return replace(sample, id=name, target=target)


CLIPS = ("egmf", "hct_dmg", "hct_dmg_sample", "mult")

SETS: dict[str, tuple[str, Callable[[Path], list[Sample]], tuple[str, ...]]] = {
    "emoji_stickers": ("real emoji stickers", emoji_stickers, ("mghft",)),
    "emodb": ("real acted voices (voice alone)", emodb_voices, CLIPS),
    "meld": ("real TV sentences (text alone)", meld_sentences, CLIPS),
}
"""Name -> what it is called on screen, its reader, the models that can read it."""


@torch.no_grad()
def score(
    model: EmotionModel, samples: Sequence[Sample], progress: Progress = lambda *_: None
) -> dict[str, Any]:
    """Accuracy with interval, F1, and what guessing the commonest class would get."""
    processor, logits = model.processor(), []
    for start in range(0, len(samples), 64):
        logits.append(model(processor(samples[start : start + 64])).logits)
        progress("real data", min(start + 64, len(samples)), len(samples))
    said = torch.cat(logits)
    target = torch.tensor([EMOTIONS.index(str(s.target)) for s in samples])
    scores = classification((said / float(model.temperature)).softmax(-1), target)
    low, high = bootstrap_interval((said.argmax(-1) == target).float().numpy())
    commonest = float(target.bincount().max() / len(target))
    return {
        "accuracy": scores["accuracy"],
        "accuracy_95": [low, high],
        "macro_f1": scores["macro_f1"],
        "weighted_f1": scores["weighted_f1"],
        "chance": 1 / len(target.unique()),
        "commonest_class": commonest,
        "classes": len(target.unique()),
        "n": len(samples),
    }


def measure(names: Sequence[str], progress: Progress = lambda *_: None) -> dict[str, Any]:
    """Score shipped models on the real sets they can read, and write it on their cards."""
    folder, found = data_folder(), {}
    for key, (what, read, readers) in SETS.items():
        chosen = [n for n in names if n in readers]
        samples = read(folder) if chosen else []
        for name in chosen:
            tuned = key == "meld" and name in SENTENCES
            what_is = f"{what}, whose training split it learned from" if tuned else what
            entry = {"what": what_is, "tuned": tuned, **score(load(name), samples, progress)}
            found.setdefault(name, {})[key] = entry
    for name, real in found.items():
        card = dict(read_card(name))
        write_json(folder_of(name) / "card.json", card | {"real": real})
    return found
