"""Whole splits of puppet stickers, drawn once; and batches for the backbone and for MGHFT.

Two kinds of views are kept for every sticker: as the world writes them, and as the embedded
interpreter writes them from the picture, which is the way an upload goes. Training mixes both.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mer_core.datasets.puppets import WORLD, sticker
from mer_core.datasets.puppets.collection import stickers
from mer_core.datasets.puppets.views import realise
from mer_core.datasets.puppets.world import CHARACTERS, HELD_OUT_CHARACTERS, POSTURES, PROPS, STYLES
from mer_core.encoders.interpreter import IGNORED, Interpreter
from mer_core.encoders.text import TextEncoder
from mer_core.models.mghft import MGHFT
from mer_core.processing.pixels import square
from mer_core.task import EMOTIONS
from mer_core.training.features import (
    cache_folder,
    code_key,
    in_parallel,
    keep_only,
    load_arrays,
    save_arrays,
    silence_at_random,
)
from mer_core.training.loop import TrainConfig
from mer_core.types import Batch, Modality, Stream, View

Progress = Callable[[str, int, int], None]
WRITERS = ("world", "interpreter")
"""Who wrote the views."""

LABELS: dict[str, tuple[str, ...]] = {
    "face_emotion": EMOTIONS,
    "posture": tuple(POSTURES),
    "prop": tuple(PROPS),
    "character": tuple(c for c in CHARACTERS if c not in HELD_OUT_CHARACTERS),
    "style": STYLES,
    "caption_emotion": ("none", *EMOTIONS),
    "intention_emotion": EMOTIONS,
}
"""What the interpreter learns to name. "intention_emotion" is the emotion of the whole sticker,
which a picture shows in part only."""


@dataclass(frozen=True)
class StickerSplit:
    """A split, drawn at the backbone's size.

    Attributes:
        pixels: uint8 (n, side, side, 3).
        attributes: Attribute -> int64 (n,) index into LABELS, -1 where it has no such label.
        views: Per sticker, View -> sentence as the world writes it.
        target: int64 (n,).
        seen: (n,) True where the character is one of training's.
    """

    pixels: np.ndarray
    attributes: Mapping[str, Tensor]
    views: Sequence[Mapping[str, str]]
    target: Tensor
    seen: Tensor

    def __len__(self) -> int:
        return len(self.pixels)


def _drawn(task: tuple[str, int, int]) -> tuple[np.ndarray, dict[str, str], dict[str, int]]:
    """Pixels, views and attribute indices of one sticker; runs in a worker process."""
    split, index, side = task
    sample = sticker(index, split, WORLD)
    truth, image = sample.truth, sample.image
    if truth is None or image is None:
        raise ValueError(f"Sticker {sample.id} has no picture or no truth.")
    told = {
        "face_emotion": truth.carriers["face"] or "neutral",
        "posture": truth.posture,
        "prop": truth.prop,
        "character": truth.character,
        "style": truth.style,
        "caption_emotion": truth.carriers["caption"] or "none",
        "intention_emotion": truth.emotion,
    }
    places = {
        name: LABELS[name].index(label) if label in LABELS[name] else IGNORED
        for name, label in told.items()
    }
    return square(image, side), {str(k): v for k, v in sample.views.items()}, places


def _knobs() -> dict[str, object]:
    """The world's knobs that stickers depend on."""
    others = ("utterance_counts", "sarcasm", "mask", "feigned", "text_slip")
    return {k: v for k, v in asdict(WORLD).items() if k not in others and not k.endswith("_noise")}


def sticker_split(
    split: str, side: int, progress: Progress, limit: int | None = None
) -> StickerSplit:
    """Draw a split in several processes, or read it from the cache."""
    from mer_core.datasets.puppets import bodies, canvas, face, heads, pen, plots, views, wording
    from mer_core.datasets.puppets import stickers as drawing

    count = len(stickers(split, limit))
    code = code_key(
        drawing, bodies, canvas, face, heads, pen, plots, views, wording, _knobs(), LABELS
    )
    path = cache_folder() / f"stickers-{split}-{count}-{side}-{code}.npz"
    if not path.is_file():
        tasks = [(split, i, side) for i in range(count)]
        made = list(in_parallel(_drawn, tasks, f"drawing {split} stickers", progress))
        arrays = {"pixels": np.stack([m[0] for m in made])}
        arrays |= {name: np.array([m[2][name] for m in made], np.int64) for name in LABELS}
        save_arrays(path, arrays, [m[1] for m in made])
    arrays, views_of = load_arrays(path)
    attributes = {name: torch.from_numpy(arrays[name]) for name in LABELS}
    seen = attributes["character"] != IGNORED
    return StickerSplit(
        arrays["pixels"], attributes, views_of, attributes["intention_emotion"], seen
    )


def backbone_batches(
    data: StickerSplit, config: TrainConfig
) -> Callable[[torch.Generator], Iterator[dict[str, Tensor]]]:
    """Shuffled batches for the interpreter: pictures a little shifted, scaled, mirrored, tinted."""

    def batches(generator: torch.Generator) -> Iterator[dict[str, Tensor]]:
        order = torch.randperm(len(data), generator=generator)
        for rows in order[: len(data) // config.batch * config.batch].split(config.batch):
            pixels = torch.from_numpy(data.pixels[rows.numpy()]).permute(0, 3, 1, 2).float() / 255
            batch = {name: values[rows] for name, values in data.attributes.items()}
            yield batch | {"pixels": _varied(pixels, generator)}

    return batches


def _varied(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Random affine maps about the identity, mirroring and brightness, one a picture."""
    n = len(pixels)

    def rand(spread: float) -> Tensor:
        return (torch.rand(n, generator=generator) * 2 - 1) * spread

    scale, turn = 1 + rand(0.12), rand(0.12)
    mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)
    cos, sin = turn.cos() * scale, turn.sin() * scale
    theta = torch.stack(
        [cos * mirror, -sin, rand(0.08), sin * mirror, cos, rand(0.08)], dim=1
    ).view(n, 2, 3)
    grid = torch.nn.functional.affine_grid(theta, list(pixels.shape), align_corners=False)
    moved = torch.nn.functional.grid_sample(
        pixels, grid, padding_mode="border", align_corners=False
    )
    return (moved * (1 + rand(0.15)).view(n, 1, 1, 1)).clamp(0, 1)


def attribute_accuracy(
    interpreter: Interpreter, data: StickerSplit, rows: Tensor | None = None, size: int = 250
) -> dict[str, float]:
    """Accuracy of every head on a split, of those stickers that have the attribute."""
    rows = torch.arange(len(data)) if rows is None else rows
    right: dict[str, int] = {}
    total: dict[str, int] = {}
    for part in rows.split(size):
        batch = {name: values[part] for name, values in data.attributes.items()}
        pixels = torch.from_numpy(data.pixels[part.numpy()]).permute(0, 3, 1, 2).float() / 255
        for name, (ok, n) in interpreter.correct(batch | {"pixels": pixels}).items():
            right[name], total[name] = right.get(name, 0) + ok, total.get(name, 0) + n
    return {name: right[name] / total[name] for name in right if total[name]}


class Sentences:
    """Word features of every different sentence, encoded once, in half precision."""

    def __init__(self, texts: Sequence[str], encoder: TextEncoder, progress: Progress) -> None:
        different = sorted(set(texts), key=lambda t: (len(t), t))
        self.place = {text: i for i, text in enumerate(different)}
        rows: list[Tensor] = []
        for start in range(0, len(different), 512):
            encoded = encoder.encode(different[start : start + 512])
            rows += [t[m].half() for t, m in zip(encoded.tokens, encoded.mask, strict=True)]
            progress("encoding views", min(start + 512, len(different)), len(different))
        self.flat = torch.cat(rows) if rows else torch.zeros(0, encoder.features).half()
        self.start = torch.tensor([0, *np.cumsum([len(r) for r in rows])])

    def gather(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Features (..., word, feature) in float32 and mask (..., word) of sentences by place."""
        begin, length = self.start[rows], self.start[rows + 1] - self.start[rows]
        words = torch.arange(max(1, int(length.max())))
        mask = words < length[..., None]
        index = (begin[..., None] + words).clamp(max=len(self.flat) - 1)
        return self.flat[index].float() * mask[..., None], mask


class StickerTable:
    """A split for MGHFT: packed pyramids on disk, sentences in memory.

    Args:
        data: The split.
        model: Whose backbone looks; only its backbone and text encoder matter.
        interpreter: Writes the second kind of views.
        name: Of the cache file.
        progress: Told how far it is.
    """

    def __init__(
        self,
        data: StickerSplit,
        model: MGHFT,
        interpreter: Interpreter,
        name: str,
        progress: Progress,
    ) -> None:
        self.data = data
        self.pyramids = _pyramids(data, model, name, progress)
        written = _interpreted(interpreter, self.pyramids, progress)
        texts = [[v[str(k)] for v in data.views for k in View], written]
        encoder = model.processor().encoder
        self.sentences = Sentences([*texts[0], *texts[1]], encoder, progress)
        self.places = {
            writer: torch.tensor([self.sentences.place[t] for t in told]).view(-1, len(View))
            for writer, told in zip(WRITERS, texts, strict=True)
        }

    def __len__(self) -> int:
        return len(self.data)

    def steps(self, config: TrainConfig) -> int:
        return max(1, len(self) // config.batch)

    def batch(self, rows: Tensor, places: Tensor) -> Batch:
        """Stickers `rows` with the sentences at `places` (row, view)."""
        values, mask = self.sentences.gather(places)
        axes = ("batch", "view", "word", "feature")
        pyramid = torch.from_numpy(np.asarray(self.pyramids[rows.numpy()])).float()
        real = torch.ones(len(rows), dtype=torch.bool)
        streams = {
            Modality.TEXT: Stream(Modality.TEXT, values, mask, axes),
            Modality.VISION: Stream(Modality.VISION, pyramid, real, ("batch", "pyramid")),
        }
        return Batch(streams, self.data.target[rows])

    def training(self, config: TrainConfig) -> Callable[[torch.Generator], Iterator[Batch]]:
        """Shuffled batches; each sticker's views are the world's or the interpreter's, evenly."""
        world, written = (self.placed(writer, config.order) for writer in WRITERS)

        def batches(generator: torch.Generator) -> Iterator[Batch]:
            order = torch.randperm(len(self), generator=generator)
            for rows in order[: self.steps(config) * config.batch].split(config.batch):
                own = torch.rand(len(rows), generator=generator)[:, None] < 0.5
                batch = self.batch(rows, torch.where(own, world[rows], written[rows]))
                batch = keep_only(batch, config.keep)
                # a witness that is heard alone would only be taught falsehoods
                batch = mismatched(batch, 0.0 if config.keep else config.mismatch, generator)
                chance = 0.0 if config.keep else config.modality_dropout
                yield silence_at_random(batch, chance, generator)

        return batches

    def placed(self, writer: str, order: Sequence[str] = ()) -> Tensor:
        """Where one writer's sentences lie, (n, view).

        Args:
            writer: Of WRITERS.
            order: Names of the views in the order of the stages; empty for that of `View`.
        """
        columns = [list(View).index(View(v)) for v in order or View]
        return self.places[writer][:, columns]

    def evaluation(
        self, writer: str = "world", size: int = 128, order: Sequence[str] = ()
    ) -> "_Parts":
        """Every sticker once, with the views of one writer."""
        return _Parts(self, self.placed(writer, order), size)


class _Parts(Sequence[Batch]):
    """Evaluation batches, made when asked for."""

    def __init__(self, table: StickerTable, places: Tensor, size: int) -> None:
        self.table, self.places = table, places
        self.rows = torch.arange(len(table)).split(size)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index):  # type: ignore[override]
        rows = self.rows[index]
        return self.table.batch(rows, self.places[rows])


def mismatched(batch: Batch, chance: float, generator: torch.Generator) -> Batch:
    """Some stickers, each with this chance, get the picture of another one of the batch."""
    if chance <= 0:
        return batch
    n = len(batch)
    taken = torch.rand(n, generator=generator) < chance
    other = torch.randint(0, n, (n,), generator=generator)
    pictures = batch.streams[Modality.VISION].select(torch.where(taken, other, torch.arange(n)))
    return replace(batch, streams={**batch.streams, Modality.VISION: pictures})


@torch.no_grad()
def _pyramids(data: StickerSplit, model: MGHFT, name: str, progress: Progress) -> np.ndarray:
    """Packed pyramids in half precision, (n, pyramid), memory-mapped from the cache."""
    from mer_core.encoders.pyramid import fingerprint

    code = code_key(fingerprint(model.backbone.state_dict()), data.pixels.shape)
    pixels_code = code_key(data.pixels[:: max(1, len(data) // 50)].tobytes())
    path = cache_folder() / f"pyramids-{name}-{code}-{pixels_code}.npy"
    if not path.is_file():
        beside = path.with_suffix(".part.npy")
        shape = (len(data), model.backbone.size)
        store = np.lib.format.open_memmap(beside, "w+", np.float16, shape)
        for start in range(0, len(data), 128):
            pixels = torch.from_numpy(data.pixels[start : start + 128])
            seen = model.backbone(pixels.permute(0, 3, 1, 2).float() / 255)
            store[start : start + 128] = seen.half().numpy()
            progress("looking at stickers", min(start + 128, len(data)), len(data))
        store.flush()
        Path(beside).replace(path)
    return np.load(path, mmap_mode="r")


@torch.no_grad()
def _interpreted(interpreter: Interpreter, pyramids: np.ndarray, progress: Progress) -> list[str]:
    """Four sentences a sticker as the interpreter writes them, in the order of `View`."""
    told: list[str] = []
    for start in range(0, len(pyramids), 256):
        part = torch.from_numpy(np.array(pyramids[start : start + 256])).float()
        probs = {n: x.softmax(-1).max(-1) for n, x in interpreter(part).items()}
        for i in range(len(part)):
            best = {n: LABELS[n][int(p.indices[i])] for n, p in probs.items()}
            sure = {n: float(p.values[i]) for n, p in probs.items()}
            views = realise(best, sure, variant=start + i)
            told += [views[v] for v in View]
        progress("describing stickers", start + len(part), len(pyramids))
    return told
