"""Score a shipped model on a split: what `mer evaluate` prints, and the cards and README say."""

from collections.abc import Callable, Sequence
from typing import Any

from mer_core.checkpoints import folder_of, load
from mer_core.datasets import open_dataset
from mer_core.errors import BadInput, UnknownName
from mer_core.models import EmotionModel
from mer_core.models.mghft import MGHFT
from mer_core.training.evaluation import answers
from mer_core.types import Batch

Progress = Callable[[str, int, int], None]


def evaluate(
    name: str,
    dataset: str,
    split: str,
    limit: int | None = None,
    keep: Sequence[str] = (),
    progress: Progress = lambda *_: None,
) -> dict[str, dict[str, Any]]:
    """Accuracy with its interval, F1 and calibration error of a shipped model.

    Args:
        name: A model.
        dataset: A data set of its kind.
        split: "train", "valid" or "test".
        limit: Only the first so many samples.
        keep: Modalities that are heard; empty for all.
        progress: Told how far it is.

    Returns:
        Who wrote the views ("world", "interpreter"), or "all", -> scores.

    Raises:
        UnknownName: No such model, data set, split or modality.
        BadInput: The model does not read this kind of sample.
    """
    first = open_dataset(dataset, split, 1)[0]
    model = load(name)
    heard = [str(m) for m in model.modalities]
    for modality in keep:
        if modality not in heard:
            raise UnknownName(modality, heard)
    if isinstance(model, MGHFT) != (first.image is not None):
        kind = "clips" if first.image is None else "stickers"
        raise BadInput(f"{name} does not read {kind}, which {dataset} holds. Choose another one.")
    found = {}
    for writer, batches in _batches(model, dataset, split, limit, progress).items():
        said = answers(model, batches, keep, progress)
        low, high = said.interval()
        found[writer] = {**said.scores(), "accuracy_low": low, "accuracy_high": high}
    return found


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
