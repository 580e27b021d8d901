"""The mean description of the puppets' training stickers, one stand-in word a view."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

from mer_core.datasets.puppets import WORLD
from mer_core.encoders.text import TextEncoder
from mer_core.layers import masked_mean
from mer_core.models.mghft import MGHFT
from mer_core.training.stickers import Sentences, sticker_split
from mer_core.types import View
from mer_core.view_means import ViewMeans, mean_of, path_of

Progress = Callable[[str, int, int], None]
SPLIT = "train"


def means_over(
    views: Sequence[Mapping[str, str]], encoder: TextEncoder, source: str, progress: Progress
) -> ViewMeans:
    """The mean word of each view: over a sticker's words first, then over the stickers.

    Args:
        views: Per sticker, View -> sentence; a view that is absent is not counted.
        encoder: Reads the sentences.
        source: Whose descriptions, for the file.
        progress: Told how far it is.
    """
    told = [[str(v.get(str(k), "")).strip() for k in View] for v in views]
    sentences = Sentences([t for row in told for t in row], encoder, progress)
    words, said = [], []
    for place in torch.tensor([[sentences.place[t] for t in row] for row in told]).split(256):
        values, mask = sentences.gather(place)
        words.append(masked_mean(values, mask))
        said.append(mask.any(dim=-1))
    return mean_of(torch.cat(words), torch.cat(said), encoder.name, source)


def write_view_means(
    name: str = "mghft", progress: Progress = lambda *_: None, limit: int | None = None
) -> Path:
    """Write the mean views beside a checkpoint; returns the file.

    Args:
        name: Of the checkpoint.
        progress: Told how far it is.
        limit: So many stickers only.
    """
    from mer_core.checkpoints import load

    model = load(name)
    if not isinstance(model, MGHFT):
        raise TypeError(f"{name} is no MGHFT: only that model reads four views.")
    data = sticker_split(SPLIT, model.config.image, progress, limit)
    source = f"stickers of the {SPLIT} split of puppets, world {WORLD.digest()}"
    path = path_of(name)
    means_over(data.views, model.processor().encoder, source, progress).save(path)
    return path
