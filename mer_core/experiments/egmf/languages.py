"""Small causal language models made here, to stand where the embedded one stands.

All have its width, its vocabulary and as many layers as a short run keeps of it, so that a swap
changes the family and what was learned before, and not the size. Their weights are random, but for
those that read the training sentences first: none knows any English that is not in there. LoRA
and the fusion learn on top, as on the embedded one.

They lie in the cache as folders that `transformers` can read, and are loaded like any other. Qwen
stands here with its third generation: `transformers` gives a folder of the second one Qwen's own
tokenizer, whatever tokenizer lies in it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from mer_core.datasets.puppets import WORLD
from mer_core.datasets.puppets.utterances import utterance_sample
from mer_core.disk import cache_folder, write_json
from mer_core.encoders.text import embedded_folder
from mer_core.experiments.base import Progress
from mer_core.experiments.short import kept

LAYERS = 3
"""As many as a short run keeps of the embedded language model."""

_RATE, _BATCH = 1e-3, 32


@dataclass(frozen=True)
class Recipe:
    """How one of them is made.

    Attributes:
        family: "bert", "llama", "qwen3" or "glm", as `transformers` names it.
        keys: Heads of keys and values that twelve heads of queries share; Bert shares none.
        passes: Over the training sentences, as a causal language model; 0 leaves it random.
        sentences: How many: those of the first so many training utterances.
        seed: Of its weights.
    """

    family: str
    keys: int = 12
    passes: int = 0
    sentences: int = 1760
    seed: int = 0

    def folder(self) -> Path:
        """Where it lies, or will."""
        told = json.dumps([asdict(self), LAYERS, WORLD.digest()], sort_keys=True)
        digest = hashlib.sha256(told.encode()).hexdigest()[:12]
        return cache_folder() / "languages" / f"{self.family}-{digest}"


RECIPES: dict[str, Recipe] = {
    "Bert, random weights": Recipe("bert"),
    "Llama, random weights": Recipe("llama"),
    "Qwen 3, random weights": Recipe("qwen3", keys=4),
    "GLM, random weights": Recipe("glm", keys=4),
    "Llama that read the sentences": Recipe("llama", passes=2),
}
"""What the swap table says -> how it is made."""


def language_folder(recipe: Recipe, progress: Progress) -> Path:
    """The folder of a language model, made now if it is not there; whole or not at all."""
    folder = recipe.folder()
    if (folder / "about.json").is_file():
        return folder
    from transformers import AutoTokenizer  # here, for it takes seconds that no page should wait

    folder.parent.mkdir(parents=True, exist_ok=True)
    tokenizer = AutoTokenizer.from_pretrained(str(embedded_folder()))
    network = fresh(recipe)
    losses = read_sentences(network, tokenizer, recipe, progress) if recipe.passes else []
    with TemporaryDirectory(dir=folder.parent) as beside:
        made = Path(beside) / "made"
        network.save_pretrained(made)
        tokenizer.save_pretrained(made)
        write_json(made / "about.json", {"recipe": asdict(recipe), "losses": losses})
        if not folder.exists():
            made.rename(folder)
    return folder


def losses_of(recipe: Recipe) -> list[float]:
    """Mean loss of each pass over the sentences, in nats a token; empty where there was none."""
    return list((kept(recipe.folder() / "about.json") or {}).get("losses", []))


def fresh(recipe: Recipe) -> Any:
    """A causal language model of `transformers` with random weights."""
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(str(embedded_folder()))
    torch.manual_seed(recipe.seed)
    if recipe.family == "bert":
        config.is_decoder = True
        config.num_hidden_layers = LAYERS
        return AutoModelForCausalLM.from_config(config).eval()
    width, heads = config.hidden_size, config.num_attention_heads
    other = AutoConfig.for_model(
        recipe.family,
        vocab_size=config.vocab_size,
        hidden_size=width,
        intermediate_size=8 * width // 3,  # three matrices here weigh what two do in Bert
        num_hidden_layers=LAYERS,
        num_attention_heads=heads,
        num_key_value_heads=recipe.keys,
        head_dim=width // heads,
        max_position_embeddings=config.max_position_embeddings,
        pad_token_id=config.pad_token_id,
        bos_token_id=None,
        eos_token_id=None,
        tie_word_embeddings=True,
    )
    return AutoModelForCausalLM.from_config(other).eval()


def read_sentences(network: Any, tokenizer: Any, recipe: Recipe, progress: Progress) -> list[float]:
    """Train all of a network to say the training sentences word by word; loss of each pass."""
    texts = [utterance_sample(i, "train", WORLD, media=False).text for i in range(recipe.sentences)]
    ids = [tokenizer(text or "")["input_ids"] for text in texts]
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE)
    generator = torch.Generator().manual_seed(recipe.seed)
    steps = -(-len(ids) // _BATCH) * recipe.passes
    losses, done = [], 0
    for _ in range(recipe.passes):
        total = 0.0
        for rows in torch.randperm(len(ids), generator=generator).split(_BATCH):
            tokens, mask = _padded([ids[i] for i in rows.tolist()])
            with torch.autocast("cpu", torch.bfloat16):
                goal = tokens.masked_fill(~mask, -100)
                out = network(input_ids=tokens, attention_mask=mask.long(), labels=goal)
            optimiser.zero_grad(set_to_none=True)
            out.loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            total += float(out.loss.detach()) * len(rows)
            done += 1
            progress("a language model reads the sentences", done, steps)
        losses.append(round(total / len(ids), 4))
    return losses


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    length = max(map(len, rows))
    tokens, mask = torch.zeros(2, len(rows), length, dtype=torch.long)
    for i, ids in enumerate(rows):
        tokens[i, : len(ids)] = torch.tensor(ids)
        mask[i, : len(ids)] = 1
    return tokens, mask.bool()
