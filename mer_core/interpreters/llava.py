"""LLaVA-NeXT through transformers, on this machine: the family that the MGHFT paper describes with.

Source: Liu et al., "LLaVA-NeXT: Improved reasoning, OCR, and world knowledge", 2024.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, final

import numpy as np
import torch
from PIL import Image

from mer_core.encoders.hub import hub_answers
from mer_core.encoders.interpreter import Description
from mer_core.errors import InterpreterRefused, WeightsMissing
from mer_core.interpreters import LLAVA, LLAVA_MODEL
from mer_core.interpreters.answers import Reply, Turn, ask
from mer_core.interpreters.prompts import VERSION

MOST_TOKENS = 512


@final
class Llava:
    """Loads its weights at the first question and keeps them.

    Half precision (bfloat16) on a GPU, single on a processor: the default model takes 15 GB there
    and 30 GB and much more time here. Nothing forces the form of its answer; it
    is read as a server's is.

    Args:
        model: Name on the hub or folder; otherwise MER_LLAVA_MODEL, or the 7B on Mistral.
        device: As torch names it; otherwise a GPU where there is one.
    """

    name = "llava"
    at_once = 1
    sends_to = ""

    def __init__(self, model: str | None = None, device: str | None = None) -> None:
        self.model = model or os.environ.get(LLAVA_MODEL) or LLAVA
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.version = f"{self.model}{_stamp(Path(self.model))}, prompt {VERSION}"
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    def describe(self, image: np.ndarray) -> Description:
        """One answer, or two where the first cannot be read.

        Raises:
            WeightsMissing: They are not on this machine and cannot be fetched.
            InterpreterRefused: The GPU has no room for it, or it is no model that chats.
        """
        picture = Image.fromarray(image)
        with self._lock:  # one picture at a time is all that a device has room for
            try:
                processor, model = self._load()
                return ask(lambda turns: self._say(processor, model, picture, turns))
            except torch.OutOfMemoryError as cause:
                raise InterpreterRefused(
                    f"{self.device} has no room for {self.model}: give a smaller model or another "
                    "device, or let a server run it."
                ) from cause

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            try:
                processor, model = self._from(local_files_only=True)
            except (OSError, ValueError) as absent:  # what hub clients and loaders raise
                processor, model = self._fetched(absent)
            if not processor.chat_template:
                raise InterpreterRefused(
                    f"{self.model} comes without a chat template: add the file "
                    "chat_template.jinja to it, or give another model."
                )
            self._loaded = processor, model.to(self.device).eval().requires_grad_(False)
        return self._loaded

    def _fetched(self, absent: Exception) -> tuple[Any, Any]:
        """From the hub, if it is there; asked once, since its client would wait a minute."""
        missing = WeightsMissing(
            self.model,
            f"Fetch them once with `hf download {self.model}` where there is a network, "
            "or give a folder that holds a LLaVA-NeXT.",
        )
        if Path(self.model).is_dir() or not hub_answers():
            raise missing from absent
        try:
            return self._from()
        except (OSError, ValueError) as cause:
            raise missing from cause

    def _from(self, **options: Any) -> tuple[Any, Any]:
        from transformers import LlavaNextForConditionalGeneration, LlavaNextProcessor

        load: Any = LlavaNextForConditionalGeneration.from_pretrained
        processor = LlavaNextProcessor.from_pretrained(self.model, **options)
        return processor, load(self.model, dtype=_precision(self.device), **options)

    @torch.no_grad()
    def _say(
        self, processor: Any, model: Any, picture: Image.Image, turns: Sequence[Turn]
    ) -> Reply:
        """The most probable words; the same each time."""
        messages = [_message(turn, shown=i == 0) for i, turn in enumerate(turns)]
        text = processor.apply_chat_template(messages, add_generation_prompt=True)
        seen = processor(images=picture, text=text, return_tensors="pt")
        seen = seen.to(self.device, dtype=model.dtype)
        said = model.generate(**seen, do_sample=False, max_new_tokens=MOST_TOKENS)
        new = said[0, seen["input_ids"].shape[1] :]
        return Reply(processor.decode(new, skip_special_tokens=True), len(new) >= MOST_TOKENS)


def _message(turn: Turn, shown: bool) -> dict[str, Any]:
    words = {"type": "text", "text": turn.text}
    return {"role": turn.role, "content": [{"type": "image"}, words] if shown else [words]}


def _precision(device: torch.device) -> torch.dtype:
    if device.type != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def _stamp(folder: Path) -> str:
    """For a folder of one's own, a mark that changes when its weights do."""
    if not folder.is_dir():
        return ""
    files = sorted(folder.glob("*.safetensors"))
    marks = [(f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files]
    return f" ({hashlib.sha256(repr(marks).encode()).hexdigest()[:12]})"
