"""EGMF on sets of the field: it reads words themselves, in the language that they are in."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from mer_core.datasets.utterances.collection import UtteranceSet
from mer_core.encoders.text import EMBEDDED, embedded_folder
from mer_core.errors import BadInput
from mer_core.models import EmotionModel
from mer_core.models.egmf import EGMF, EGMFConfig
from mer_core.models.egmf_prompts import prompt_words
from mer_core.processing.base import Processor
from mer_core.processing.tokens import TokenFeatureProcessor
from mer_core.types import Modality

if TYPE_CHECKING:
    from mer_core.training.field_plans import Wish

WORD_READERS = ("egmf",)
"""Models that read words, where the others read features of words."""

SIZES: Mapping[str, dict[str, Any]] = {
    "paper": {},
    "small": {"hidden": 64, "heads": 4, "state": 32, "layers": 2},
    "overfit": {"dropout": 0.0, "lora_dropout": 0.0},
}
"""What a preset changes; see `field_plans.PRESETS`."""

LONGEST: Mapping[str, int] = {"meld": 65, "cherma": 78}
"""First word of a set's name -> most tokens of an utterance; 50 for all others.

Source: the configuration of MSE-Adapter's code.
"""

LOOKED_AT = 50
"""Utterances by whose words the language is told."""

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def language_of(data: UtteranceSet) -> str:
    """ "zh" where most of the first utterances hold Chinese characters, else "en".

    Raises:
        BadInput: The set brings no words.
    """
    split = data.splits.get("train") or next(iter(data.splits.values()), ())
    texts = [split[i].text for i in range(min(LOOKED_AT, len(split)))]
    words = [text for text in texts if text]
    if not words:
        raise BadInput(
            f"{data.what} brings features of words but not the words themselves, which EGMF's "
            "language model reads. Take a file with raw text (MMSA, MSE-Adapter, MELD)."
        )
    return "zh" if sum(bool(_CHINESE.search(t)) for t in words) > len(words) / 2 else "en"


def word_config(name: str, data: UtteranceSet, wish: "Wish") -> EGMFConfig:
    """EGMF for a set: widths from its features, prompts by task and language.

    LoRA is off on Chinese sets, where the paper found that it hurts; `wish.lora` overrules.

    Raises:
        BadInput: The set has no words, or asks for more than one answer at a time.
    """
    if data.task == "four-binary":
        raise BadInput(
            f"{data.what} asks four questions at once; {name} answers with one class or number. "
            "Choose hct_dmg or mult."
        )
    language = language_of(data)
    asked: dict[str, Any] = {"limits": data.limits} if data.task == "sentiment" else {}
    asked |= {} if data.task == "sentiment" else {"emotions": data.emotions}
    lora = language == "en" if wish.lora is None else wish.lora
    values: dict[str, Any] = {
        "language": wish.language or EMBEDDED,
        "audio_features": data.features.get(Modality.AUDIO, 1),
        "vision_features": data.features.get(Modality.VISION, 1),
        "rank": 8 if lora else 0,
        "longest": LONGEST.get(data.name.split("-")[0], EGMFConfig.longest),
        "precision": wish.precision or _precision(wish.language),
        **prompt_words(language, **asked),
        **SIZES[wish.preset],
    }
    if wish.layers is not None:
        values["layers"] = wish.layers
    return EGMFConfig(**values)


def _precision(language: str | None) -> str:
    """bfloat16 for a language model of one's own on a GPU, else full."""
    return "bf16" if language and torch.cuda.is_available() else "full"


def language_mark(language: str) -> str:
    """What tells one state of a folder with a language model from another; empty for a name.

    Weights are told apart by their names, sizes and times alone, for they may be many gigabytes.
    """
    folder = Path(language)
    if language == EMBEDDED or not folder.is_dir():
        return ""
    files = sorted(f for f in folder.iterdir() if f.is_file())
    told = [(f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def cut_short(config: EGMFConfig, data: UtteranceSet) -> str:
    """How many utterances have more tokens than the model reads, in a sentence; empty for none."""
    from transformers import AutoTokenizer  # here, for it takes seconds

    name, longest = config.language, config.longest
    try:
        tokenizer = AutoTokenizer.from_pretrained(embedded_folder() if name == EMBEDDED else name)
    except (OSError, ValueError):
        return ""  # loading the language model says what is missing
    texts = [s.text or "" for split in data.splits.values() for s in split]
    cut = sum(len(tokenizer.encode(t.strip(), add_special_tokens=False)) > longest for t in texts)
    if not cut:
        return ""
    return (
        f"{cut:,} of {len(texts):,} utterances have more than {longest} tokens and are cut there."
    )


def processor_of(model: EmotionModel, data: UtteranceSet) -> Processor | None:
    """What makes batches of a set for a model that reads words; None for the others."""
    if not isinstance(model, EGMF):
        return None
    widths = {m: model.widths[m] for m in (Modality.AUDIO, Modality.VISION)}
    return TokenFeatureProcessor(
        model.language.tokenizer, model.config.longest, widths, data.emotions
    )
