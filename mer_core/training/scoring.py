"""Score a shipped model on a split: what `mer evaluate` prints, and the cards and README say."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mer_core.checkpoints import folder_of, load
from mer_core.datasets import DATASETS, open_dataset
from mer_core.datasets.stickers import StickerSet
from mer_core.datasets.utterances.shelf import RealUtterances
from mer_core.errors import BadInput, UnknownName
from mer_core.models import EmotionModel
from mer_core.models.mghft import MGHFT
from mer_core.training.evaluation import Answers, answers
from mer_core.training.real_stickers import real_batches
from mer_core.types import Batch

Progress = Callable[[str, int, int], None]


def evaluate(
    name: str,
    dataset: str,
    split: str,
    limit: int | None = None,
    keep: Sequence[str] = (),
    progress: Progress = lambda *_: None,
    path: Path | None = None,
) -> dict[str, dict[str, Any]]:
    """Accuracy with its interval, F1 and calibration error of a shipped model.

    Args:
        name: A model.
        dataset: A data set of its kind.
        split: "train", "valid" or "test".
        limit: Only the first so many samples.
        keep: Modalities that are heard; empty for all.
        progress: Told how far it is.
        path: Where a real set lies; None to look among the real data.

    Returns:
        Who wrote the views ("world", "given", "interpreter"), or "all", -> scores. Of a real set
        "left_out" says how many stickers were not scored, for each reason.

    Raises:
        UnknownName: No such model, data set, split or modality.
        BadInput: The model does not read this kind of sample, or knows none of its answers.
        DataMissing: The set is not there.
    """
    if isinstance(DATASETS.get(dataset), RealUtterances):
        raise BadInput(
            f"{dataset} brings features of its own, which no shipped weights read: "
            f"`mer train hct_dmg --dataset {dataset}` trains on them and prints the table."
        )
    opened = open_dataset(dataset, split, limit, path)
    model = load(name)
    heard = [str(m) for m in model.modalities]
    for modality in keep:
        if modality not in heard:
            raise UnknownName(modality, heard)
    stickers = isinstance(opened, StickerSet) or opened[0].image is not None
    if isinstance(model, MGHFT) != stickers:
        kind = "stickers" if stickers else "clips"
        raise BadInput(f"{name} does not read {kind}, which {dataset} holds. Choose another one.")
    if isinstance(model, MGHFT) and isinstance(opened, StickerSet):
        return _real(model, opened, keep, progress)
    found = {}
    for writer, batches in _batches(model, dataset, split, limit, progress).items():
        found[writer] = _scored(answers(model, batches, keep, progress))
    return found


def _real(
    model: MGHFT, data: StickerSet, keep: Sequence[str], progress: Progress
) -> dict[str, dict[str, Any]]:
    found = {}
    for writer, batches in real_batches(model, data).items():
        said = answers(model, batches, keep, progress)
        found[writer] = {**_scored(said), "left_out": batches.left_out}
    return found


def _scored(said: Answers) -> dict[str, Any]:
    low, high = said.interval()
    return {**said.scores(), "accuracy_low": low, "accuracy_high": high}


def _batches(
    model: EmotionModel, dataset: str, split: str, limit: int | None, progress: Progress
) -> dict[str, Sequence[Batch]]:
    if isinstance(model, MGHFT):
        from mer_core.datasets.puppets.views import realise
        from mer_core.encoders.interpreter import Interpreter
        from mer_core.training.stickers import WRITERS, StickerTable, sticker_split

        interpreter = Interpreter.load(folder_of("interpreter"), model.backbone, realise)
        data = sticker_split(split, model.config.image, progress, limit)
        stickers = StickerTable(data, model, interpreter, split, progress)
        return {writer: stickers.evaluation(writer) for writer in WRITERS}
    from mer_core.training.utterances import UtteranceTable, featured_utterances

    samples = featured_utterances(split, progress, limit)
    return {"all": UtteranceTable(model, samples, progress).evaluation()}
