"""A backbone that has looked at emoji before any rating is read.

The shipped backbone has seen generated stickers only. A copy of it learns from the emoji that
nobody rated, in every style, and from what is written of them: which words belong to which picture,
and to which of eight emotions these words come nearest, as the frozen text encoder has it. No
rating of people is read, and no picture or word of a rated emoji.
"""

import copy
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch
from jaxtyping import Float, Int
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import normalize

from mer_core.checkpoints import code_hash
from mer_core.datasets.stickers.collection import StickerSet
from mer_core.datasets.stickers.emoji import CLASSES, emoji_set
from mer_core.disk import cache_folder, write_tensors
from mer_core.encoders.text import TextEncoder
from mer_core.models.mghft import MGHFT
from mer_core.processing.pixels import pixel_stream
from mer_core.training.features import Progress, code_key
from mer_core.training.loop import TrainConfig, learning_rate
from mer_core.training.stickers import Sentences
from mer_core.types import View

NEAR: dict[str, str] = {
    "anger": "anger, angry",
    "anticipation": "anticipation, eager, waiting",
    "disgust": "disgust, disgusted",
    "fear": "fear, afraid",
    "joy": "joy, happy",
    "sadness": "sadness, sad",
    "surprise": "surprise, surprised",
    "trust": "trust, love",
}
"""Emotion -> the words to which what is written of an emoji is compared."""

TOLD = 128
"""Numbers in which pictures and words are compared."""


TRAIN = TrainConfig(
    epochs=12, batch=64, lr=2e-4, weight_decay=0.05, warmup=0.15, modality_dropout=0.0
)


@dataclass(frozen=True)
class Schooling:
    """How the backbone learns.

    Attributes:
        train: Passes, batch, rate of the backbone, decay, seed.
        head_rate: Rate of the small maps on top, which are thrown away afterwards.
        shift: A picture is moved by so many pixels at most, and mirrored half of the time.
        temperature: Of the comparison of pictures with words.
        contrast, emotion: Weights of the two losses.
        sharpness: How far apart the nearest emotion and the others are.
    """

    train: TrainConfig = TRAIN
    head_rate: float = 1e-3
    shift: int = 6
    temperature: float = 0.1
    contrast: float = 0.3
    emotion: float = 3.0
    sharpness: float = 1.5


@dataclass(frozen=True, eq=False)
class Lessons:
    """What is learned from; picture i shows emoji `emoji[i]`.

    Attributes:
        pixels: Pictures, values in [0, 1].
        emoji: Of every picture, its emoji.
        words: The mean word of every picture's views.
        leanings: Shares of CLASSES; sums to 1.
    """

    pixels: Float[Tensor, "sticker 3 row column"]
    emoji: Int[Tensor, " sticker"]
    words: Float[Tensor, "sticker feature"]
    leanings: Float[Tensor, "sticker emotion"]


def unrated_emoji(limit: int | None = None) -> StickerSet:
    """The emoji that nobody rated, in every style.

    Args:
        limit: Only the first so many emoji.

    Raises:
        DataMissing: The data are not on this machine.
    """
    told = emoji_set().unrated
    kept = set(list(dict.fromkeys(told.groups))[:limit])
    return told.where(lambda sticker: sticker.group in kept)


def schooled(
    source: MGHFT, stickers: StickerSet, how: Schooling, progress: Progress = lambda *_: None
) -> MGHFT:
    """A copy of a model whose backbone has learned from these emoji; kept in the cache.

    Args:
        source: The model; it is not changed.
        stickers: Emoji without ratings; fewer than two teach nothing, and the copy is alike.
        how: How.
        progress: Told how far it is.

    Raises:
        ValueError: One of the emoji has ratings.
    """
    if len(stickers.rated):
        raise ValueError("The backbone learns from emoji that nobody rated; some here were rated.")
    model = copy.deepcopy(source)
    if len(set(stickers.groups)) < 2:
        return model
    lessons = lessons_of(stickers, model, how, progress)
    digest = hashlib.sha256()
    for part in (lessons.pixels, lessons.words, *source.backbone.state_dict().values()):
        digest.update(part.contiguous().numpy().tobytes())
    here = sys.modules[__name__]
    key = code_key(here, asdict(how), code_hash(MGHFT), digest.hexdigest())
    path = cache_folder() / "emoji" / f"backbone-{key}.safetensors"
    try:
        model.load_backbone(load_file(path))
    except (OSError, SafetensorError):
        _learn(model.backbone, lessons, how, progress)
        write_tensors(path, model.backbone.state_dict())
    return model.eval()


@torch.no_grad()
def lessons_of(
    stickers: StickerSet, model: MGHFT, how: Schooling, progress: Progress = lambda *_: None
) -> Lessons:
    """Pictures, and what is written of them."""
    encoder, groups = model.processor().encoder, stickers.groups
    ids = sorted(set(groups))
    texts = [[sample.views.get(view, "") for view in View] for sample in stickers.told]
    words = mean_words(texts, encoder, progress)
    near = mean_words([[NEAR[name]] for name in CLASSES], encoder)
    pixels = [
        pixel_stream([stickers[int(i)] for i in rows], model.config.image).values
        for rows in torch.arange(len(stickers)).split(64)
    ]
    emoji = torch.tensor([ids.index(name) for name in groups])
    return Lessons(torch.cat(pixels), emoji, words, leanings(words, near, how.sharpness))


def mean_words(
    texts: list[list[str]], encoder: TextEncoder, progress: Progress = lambda *_: None
) -> Float[Tensor, "text feature"]:
    """The mean word of each sentence, then the mean of a text's sentences; a missing one is 0."""
    told = Sentences([t for text in texts for t in text], encoder, progress)
    places = torch.tensor([[told.place[t] for t in text] for text in texts])
    means = []
    for rows in places.split(64):
        values, mask = told.gather(rows)
        means.append((values.sum(2) / mask.sum(2, keepdim=True).clamp(min=1)).mean(1))
    return torch.cat(means)


def leanings(
    words: Float[Tensor, "text feature"],
    near: Float[Tensor, "emotion feature"],
    sharpness: float,
) -> Float[Tensor, "text emotion"]:
    """How near each text is to each emotion, as shares; what all texts have in common is left out.

    Cosines are divided by their spread over all texts, so that `sharpness` needs no unit.
    """
    apart = normalize(words - words.mean(0), dim=1) @ normalize(near - near.mean(0), dim=1).T
    return (sharpness * apart / apart.std().clamp(min=1e-6)).softmax(dim=-1)


class Tutor(nn.Module):
    """The small maps on top of a backbone, and the loss of a batch."""

    def __init__(self, channels: int, features: int, how: Schooling) -> None:
        super().__init__()
        self.how = how
        self.picture = nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, TOLD))
        self.text = nn.Linear(features, TOLD)
        self.emotion = nn.Sequential(
            nn.LayerNorm(channels), nn.Dropout(0.2), nn.Linear(channels, len(CLASSES))
        )

    def forward(
        self,
        seen: Float[Tensor, "batch channel"],
        words: Float[Tensor, "batch feature"],
        emoji: Int[Tensor, " batch"],
        leaning: Float[Tensor, "batch emotion"],
    ) -> Float[Tensor, ""]:
        """Both losses; an emoji that is there in two styles belongs to the words of both."""
        left, right = normalize(self.picture(seen), dim=1), normalize(self.text(words), dim=1)
        scores = left @ right.T / self.how.temperature
        same = (emoji[:, None] == emoji).float()
        same = same / same.sum(1, keepdim=True)
        match = sum(-(same * s.log_softmax(1)).sum(1).mean() for s in (scores, scores.T))
        felt = -(leaning * self.emotion(seen).log_softmax(1)).sum(1).mean()
        return self.how.contrast * match + self.how.emotion * felt


def _learn(backbone: nn.Module, lessons: Lessons, how: Schooling, progress: Progress) -> None:
    """Train the backbone in place; statistics of its normalisation layers stay."""
    config, pictures = how.train, len(lessons.pixels)
    batch = min(config.batch, pictures)
    steps = config.epochs * (pictures // batch)
    frozen: Mapping[str, bool] = {n: p.requires_grad for n, p in backbone.named_parameters()}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        tutor = Tutor(_seen(backbone, lessons.pixels[:1]).shape[1], lessons.words.shape[1], how)
        words = lessons.words - lessons.words.mean(0)
        groups = [
            {"params": list(backbone.requires_grad_(True).parameters()), "times": 1.0},
            {"params": list(tutor.parameters()), "times": how.head_rate / config.lr},
        ]
        optimiser = torch.optim.AdamW(groups, lr=config.lr, weight_decay=config.weight_decay)
        learn = [p for group in groups for p in group["params"]]
        backbone.train()
        for layer in backbone.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.eval()
        for step in range(steps):
            if step % (pictures // batch) == 0:
                order = torch.randperm(pictures).split(batch)
                turn = iter(order)
            rows = next(turn)
            for group in optimiser.param_groups:
                group["lr"] = group["times"] * learning_rate(step, steps, config)
            seen = _seen(backbone, _moved(lessons.pixels[rows], how.shift))
            loss = tutor(seen, words[rows], lessons.emoji[rows], lessons.leanings[rows])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(learn, config.clip)
            optimiser.step()
            progress("the backbone looks at unrated emoji", step + 1, steps)
    for name, parameter in backbone.named_parameters():
        parameter.requires_grad_(frozen[name])


def _seen(backbone, pixels: Tensor) -> Float[Tensor, "batch channel"]:
    """The mean of each stage's map, side by side."""
    stages = backbone.unpack(backbone(pixels))
    return torch.cat([tokens.mean(1) for tokens in stages], dim=1)


def _moved(pixels: Tensor, shift: int) -> Tensor:
    """The pictures, mirrored or not and a little aside."""
    if torch.rand(()) < 0.5:
        pixels = pixels.flip(-1)
    aside = torch.randint(-shift, shift + 1, (2,)).tolist()
    return torch.roll(pixels, tuple(aside), (2, 3))
