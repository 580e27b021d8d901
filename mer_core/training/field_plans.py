"""How a model is trained on a set of the field: sizes, rates, epochs."""

from dataclasses import dataclass, fields, replace
from typing import Any

from mer_core.datasets.utterances.collection import UtteranceSet
from mer_core.encoders.language import PRECISIONS
from mer_core.errors import BadInput, UnknownName
from mer_core.models import NAMES, demo_config, kind_of
from mer_core.models.mult import MulTConfig
from mer_core.processing.features import FeatureProcessor
from mer_core.training.field_words import WORD_READERS, word_config
from mer_core.training.loop import TrainConfig
from mer_core.training.recipes import SEEDS

SELECT = "minus_loss"
"""The epoch with the least loss on validation is kept, as in MulT's code."""

PLAN = TrainConfig(
    epochs=40, batch=32, lr=1e-3, weight_decay=0.01, modality_dropout=0.0, select=SELECT
)

PLANS: dict[str, TrainConfig] = {
    "mosi": replace(PLAN, epochs=100, weight_decay=0.0, clip=0.8),
    "mosei": replace(PLAN, weight_decay=0.0),
    "iemocap": replace(PLAN, lr=2e-3, weight_decay=0.0, clip=0.8),
}
"""By the first word of a set's name; `PLAN` for all others.

Source: MulT's code and table of settings, as far as they are known; see decision 0010.
Departs: the rate falls along half a cosine after a warm-up, not when validation stops improving.
"""

OVERFIT = "overfit"
PRESETS: dict[str, dict[str, float]] = {
    "paper": {},
    "small": {"hidden": 20, "heads": 4, "layers": 2},
    OVERFIT: dict.fromkeys((f.name for f in fields(MulTConfig) if f.name.endswith("dropout")), 0.0),
}
"""What a Config has in place of the paper's values: less for a first try on a CPU, or no dropout.

"overfit" checks that the whole way from file to loss can be learned by heart: no dropout, no
validation, and the training split itself is scored.
"""


@dataclass(frozen=True)
class Wish:
    """How a model is to be trained on a set.

    Attributes:
        preset: Key of PRESETS.
        layers: Of every transformer; None for the preset's.
        epochs: None for the plan's.
        seeds: One run each.
        language: Language model of a model that stands on one; None for the embedded one.
        lora: Whether that learns by LoRA; None for what suits the set.
        precision: Of that: "full", "bf16" or "4bit"; None for what suits the machine.
    """

    preset: str = "paper"
    layers: int | None = None
    epochs: int | None = None
    seeds: tuple[int, ...] = SEEDS
    language: str | None = None
    lora: bool | None = None
    precision: str | None = None


def plan_of(data: UtteranceSet, wish: Wish) -> TrainConfig:
    """Epochs, batch and rates for a set."""
    plan = PLANS.get(data.name.split("-")[0], PLAN)
    if wish.preset == OVERFIT:
        plan = replace(plan, weight_decay=0.0)
    return plan if wish.epochs is None else replace(plan, epochs=wish.epochs)


def check(name: str, wish: Wish) -> None:
    """Whether there is such a model of feature files and such a preset.

    Raises:
        UnknownName: No such model, preset or precision.
        BadInput: The model does not read feature files.
    """
    if wish.preset not in PRESETS:
        raise UnknownName(wish.preset, PRESETS)
    if wish.precision not in (None, *PRECISIONS):
        raise UnknownName(str(wish.precision), PRECISIONS)
    if not _reads_features(name):
        others = ", ".join(n for n in NAMES if _reads_features(n))
        raise BadInput(f"{name} reads no feature files. Choose one of {others}.")
    of_language = (wish.language, wish.lora, wish.precision)
    if name not in WORD_READERS and of_language != (None, None, None):
        raise BadInput(
            f"--language, --lora and --precision: {name} stands on no language model; egmf does."
        )


def _reads_features(name: str) -> bool:
    known = {f.name for f in fields(kind_of(name).Config)}
    return name in WORD_READERS or {"text_features", "audio_features"} <= known


def config_of(name: str, data: UtteranceSet, wish: Wish) -> Any:
    """The Config of a model for a set: widths from its features, answers from its task.

    Raises:
        UnknownName, BadInput: See `check`.
    """
    check(name, wish)
    if name in WORD_READERS:
        return word_config(name, data, wish)
    values: dict[str, Any] = {**_variant(name), **PRESETS[wish.preset]}
    widths = FeatureProcessor(data.features, data.emotions).widths
    values |= {f"{modality}_features": width for modality, width in widths.items()}
    values |= {"emotions": data.emotions, "sentiment": data.task == "sentiment"}
    values |= {"binary": data.task == "four-binary"}
    if wish.layers is not None:
        values["layers"] = wish.layers
    return kind_of(name).Config(**values)


def _variant(name: str) -> dict[str, Any]:
    """What sets a variant apart from the model whose code it shares: `gate="sample"`."""
    own, plain = demo_config(name), kind_of(name).Config.demo()
    return {f.name: v for f in fields(own) if (v := getattr(own, f.name)) != getattr(plain, f.name)}
