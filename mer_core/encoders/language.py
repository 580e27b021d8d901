"""A causal language model that answers from vectors: frozen weights, LoRA, and taps on attention.

The embedded default is the sentence encoder all-MiniLM-L6-v2 warm-started as a causal decoder.
Any causal language model of `transformers` takes its place by name or by folder.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn
from transformers import (
    AttentionInterface,
    AttentionMaskInterface,
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
)
from transformers.masking_utils import eager_mask
from transformers.utils import logging

from mer_core.encoders.text import EMBEDDED, embedded_folder
from mer_core.errors import MerError, WeightsMissing
from mer_core.trace import Tap

TARGETS: dict[str, tuple[str, ...]] = {
    "bert": ("query", "value"),
    "chatglm": ("query_key_value",),
    "glm": ("q_proj", "k_proj", "v_proj"),
    "glm4": ("q_proj", "k_proj", "v_proj"),
    "gpt2": ("c_attn",),
    "qwen": ("c_attn",),
}
"""Family -> attention projections that LoRA adapts.

The EGMF paper names none; GLM's fused projection stands for query, key and value.
"""

OTHER_TARGETS = ("q_proj", "v_proj")
"""What LoRA adapts in every other family, as in Hu et al. (2022) and Llama and Qwen practice."""

WATCHED = "mer_core_watched"
"""Name under which our attention function is known to `transformers`."""

_TAP = "mer_core_tap"

PRECISIONS = ("full", "bf16", "4bit")
"""How the frozen weights are held: as they come, in bfloat16, or in 4 bits."""


class AnswerUnfit(MerError):
    """Words that a language model's vocabulary cannot give as one token each."""


class PrecisionUnfit(MerError):
    """A precision that this machine cannot hold a language model in."""


class LayersUnfit(MerError):
    """More layers, or fewer than one, were asked for than a language model has."""

    def __init__(self, asked: int, present: int) -> None:
        super().__init__(f"The model has layers 1 to {present}; `layers` was {asked}.")


def watched_attention(
    module: nn.Module,
    query: Float[Tensor, "batch head query channel"],
    key: Float[Tensor, "batch keyhead key channel"],
    value: Float[Tensor, "batch keyhead key channel"],
    attention_mask: Float[Tensor, "#batch one #query _"] | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **_unused: Any,
) -> tuple[Tensor, Tensor]:
    """Attention with its softmax written out, so that the pattern can be tapped.

    Bert, Llama, Qwen and Glm call it in place of their own; keys shared by several query heads
    are repeated.
    """
    if (groups := query.shape[1] // key.shape[1]) > 1:
        key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    scores = query @ key.transpose(-1, -2)
    scores = scores * (query.shape[-1] ** -0.5 if scaling is None else scaling)
    if attention_mask is not None:
        scores = scores + attention_mask[..., : key.shape[-2]]
    weights = scores.softmax(dim=-1, dtype=torch.float32).to(value.dtype)
    if (tap := getattr(module, _TAP, None)) is not None:
        weights = tap(weights, query="prompt", key="prompt")
    weights = nn.functional.dropout(weights, dropout, module.training)
    return (weights @ value).transpose(1, 2).contiguous(), weights


AttentionInterface.register(WATCHED, watched_attention)
AttentionMaskInterface.register(WATCHED, eager_mask)


class LanguageModel(nn.Module):
    """A causal language model with LoRA. Only LoRA learns, and a head that came without weights.

    Sequences may have gaps: positions are counted over the real ones alone, so padding in the
    middle of a prompt changes nothing and the answer stands at the same place in every row.

    Source: Hu et al. (2022), LoRA; EGMF for r = 8 and alpha = 16.
    Departs: the EGMF paper uses ChatGLM3-6B. The embedded decoder is a 22 M parameter sentence
        encoder made causal; it has no language-model head of its own, so the transform before
        the vocabulary is trained with LoRA, and the vocabulary is tied to the word embeddings.

    Args:
        network: A causal language model of `transformers` whose attention is `WATCHED`.
        tokenizer: Its tokenizer.
        rank, alpha, dropout: Of LoRA; rank 0 means no LoRA.
        train_head: Learn the transform before the vocabulary (Bert family only).
    """

    def __init__(
        self,
        network: Any,
        tokenizer: Any,
        rank: int = 8,
        alpha: int = 16,
        dropout: float = 0.0,
        train_head: bool = False,
    ) -> None:
        super().__init__()
        family = network.config.model_type
        network.requires_grad_(False)
        if rank:
            targets = list(TARGETS.get(family, OTHER_TARGETS))
            adapter = LoraConfig(
                r=rank, lora_alpha=alpha, lora_dropout=dropout, target_modules=targets
            )
            network = inject_adapter_in_model(adapter, network)
            for name, parameter in network.named_parameters():
                if "lora_" in name:  # whatever holds the frozen weights, what learns is exact
                    parameter.data = parameter.data.float()
        if train_head and family == "bert":
            network.cls.predictions.transform.requires_grad_(True)
        self.learned = frozenset(n for n, p in network.named_parameters() if p.requires_grad)
        self.network = network
        self.tokenizer = tokenizer
        self.width: int = int(network.config.hidden_size)
        self.attention = nn.ModuleList(_tap_attention(network))

    @staticmethod
    def load(
        name: str = EMBEDDED, layers: int | None = None, precision: str = "full", **lora: Any
    ) -> "LanguageModel":
        """The language model by name: the embedded one, a folder, or a name on the hub.

        Args:
            name: Which.
            layers: Keep only the first so many layers; None keeps all.
            precision: One of PRECISIONS, of the frozen weights. LoRA learns in full.
            **lora: `rank`, `alpha` and `dropout`.

        Raises:
            WeightsMissing: Its weights are neither here nor to be had.
            WeightsAltered: The embedded weights are not the pinned ones.
            PrecisionUnfit: 4 bits, and no GPU or no bitsandbytes is here.
        """
        source = str(embedded_folder()) if name == EMBEDDED else name
        held = _held_in(precision)
        try:
            config = _decoder_config(source, layers)
            with _quiet():  # the missing head is ours to train; a report of it would alarm
                network = AutoModelForCausalLM.from_pretrained(
                    source, config=config, attn_implementation=WATCHED, **held
                )
            tokenizer = AutoTokenizer.from_pretrained(source)
        except (OSError, ValueError) as cause:
            raise WeightsMissing(
                f"the language model {name!r}",
                "Give the folder that holds it, connect to the hub once, "
                f"or use the embedded {EMBEDDED!r}.",
            ) from cause
        return LanguageModel(network, tokenizer, train_head=name == EMBEDDED, **lora)

    def embed(self, ids: Int[Tensor, "*lead"]) -> Float[Tensor, "*lead width"]:
        """Rows of the (frozen) embedding table, in float32 whatever the weights are held in."""
        return self.network.get_input_embeddings()(ids).float()

    @property
    def row_norm(self) -> float:
        """Mean norm of the rows of the embedding table."""
        return float(self.network.get_input_embeddings().weight.detach().norm(dim=-1).mean())

    def forward(
        self,
        embeds: Float[Tensor, "batch position width"],
        mask: Bool[Tensor, "batch position"],
        answers: Int[Tensor, " answer"],
    ) -> Float[Tensor, "batch answer vocabulary"]:
        """Scores of the next token after each position in `answers`, counted as in `embeds`.

        Only these positions pass the vocabulary head.
        """
        out = self.network(
            inputs_embeds=embeds.to(self.network.dtype),
            attention_mask=mask.long(),
            position_ids=_positions(mask),
            use_cache=False,
            logits_to_keep=answers,
        )
        return out.logits

    def branches(
        self,
        embeds: Float[Tensor, "batch position width"],
        mask: Bool[Tensor, "batch position"],
        tree: "Tree",
    ) -> Float[Tensor, "batch node vocabulary"]:
        """Scores of the next token after the prompt, and after the prompt and each branch.

        All branches pass at once, behind the prompt: a token of one sees the prompt and the
        tokens that lead to it, and none of its neighbours.

        Returns:
            The prompt's own scores first, then one row for each token of the tree.
        """
        rows, start = len(embeds), embeds.shape[1]
        nodes = self.embed(tree.ids.to(embeds.device)).expand(rows, -1, -1)
        both = torch.cat([embeds, nodes], dim=1)
        total = both.shape[1]
        seen = torch.zeros(rows, total, total, dtype=torch.bool, device=embeds.device)
        seen[:, :start, :start] = torch.ones_like(seen[0, :start, :start]).tril()
        seen[:, start:, :start] = True
        seen[:, :, :start] &= mask[:, None]
        seen[:, start:, start:] = tree.sees.to(embeds.device)
        seen |= torch.eye(total, dtype=torch.bool, device=embeds.device)
        after = mask.sum(dim=1, keepdim=True) + tree.depth.to(embeds.device)
        dtype = self.network.dtype
        shut = torch.zeros_like(seen, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)
        out = self.network(
            inputs_embeds=both.to(dtype),
            attention_mask=shut[:, None],
            position_ids=torch.cat([_positions(mask), after], dim=1),
            use_cache=False,
            logits_to_keep=torch.arange(start - 1, total, device=embeds.device),
        )
        return out.logits

    @torch.no_grad()
    def generate(
        self,
        embeds: Float[Tensor, "batch position width"],
        mask: Bool[Tensor, "batch position"],
        steps: int,
    ) -> tuple[str, ...]:
        """Greedy continuation of each row, at most `steps` tokens, cut at the end token."""
        cache, tokens = None, []
        for _ in range(steps):
            out = self.network(
                inputs_embeds=embeds.to(self.network.dtype),
                attention_mask=mask.long(),
                position_ids=_positions(mask)[:, -embeds.shape[1] :],
                past_key_values=cache,
                use_cache=True,
                logits_to_keep=1,
            )
            cache = out.past_key_values
            tokens.append(out.logits[:, -1].argmax(dim=-1))
            embeds = self.embed(tokens[-1])[:, None]
            mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
        return tuple(self.decode(row) for row in torch.stack(tokens, dim=1).tolist())

    def decode(self, ids: Sequence[int]) -> str:
        """Tokens as text, up to the end token."""
        ids = list(ids)
        if (end := self.end_id) in ids:
            ids = ids[: ids.index(end)]
        return self.tokenizer.decode(ids, skip_special_tokens=True).strip()

    def ids(self, text: str, start: bool = False) -> list[int]:
        """Token ids of a text; with `start`, after the token that opens a sequence, if any."""
        pieces = list(self.tokenizer.encode(text, add_special_tokens=False))
        first = self.tokenizer.bos_token_id
        first = self.tokenizer.cls_token_id if first is None else first
        return [first, *pieces] if start and first is not None else pieces

    @property
    def end_id(self) -> int | None:
        """The token that ends an answer."""
        end = self.tokenizer.eos_token_id
        return self.tokenizer.sep_token_id if end is None else end

    def answer_ids(self, answers: Sequence[str]) -> tuple[list[int], list[int]]:
        """One token for each answer, and the tokens that all of them begin with.

        Some tokenizers write " 3" as a space and a digit: the space then belongs to the prompt.

        Returns:
            lead: Tokens to put at the end of the prompt, mostly none.
            ids: The token of each answer.

        Raises:
            AnswerUnfit: An answer is longer than one token, or two share a token.
        """
        for space in ("", " "):
            rows = [self.ids(space + answer) for answer in answers]
            lead = rows[0][:-1]
            last = [row[-1] for row in rows if row[:-1] == lead]
            if len(set(last)) == len(answers):
                return lead, last
        raise AnswerUnfit(
            f"The answers {tuple(answers)} are not one distinct token each in this vocabulary. "
            "Choose other words, or digits."
        )

    def merge(self) -> None:
        """Fold LoRA into the weights. For export; a merged model must not be trained on."""
        for layer in self.lora_layers():
            layer.merge()

    def lora_layers(self) -> list[Any]:
        """Every projection that LoRA adapts."""
        return [m for m in self.network.modules() if isinstance(m, LoraLayer)]

    def lora_norms(self) -> list[float]:
        """Frobenius norm of what LoRA adds to each projection it adapts, first layer first."""
        return [float(m.get_delta_weight("default").detach().norm()) for m in self.lora_layers()]


class Tree(NamedTuple):
    """Texts that begin alike, as one tree of tokens.

    Attributes:
        ids: Token of each node, parents before children.
        depth: How many nodes lead to each.
        sees: (node, node) True where the second leads to the first, or is it.
        paths: For each text, its nodes in order.
    """

    ids: Int[Tensor, " node"]
    depth: Int[Tensor, " node"]
    sees: Bool[Tensor, "node node"]
    paths: tuple[tuple[int, ...], ...]


def tree_of(texts: Sequence[Sequence[int]]) -> Tree:
    """The tree of some texts, each given as its token ids."""
    places: dict[tuple[int, ...], int] = {}
    for ids in texts:
        for end in range(1, len(ids) + 1):
            places.setdefault(tuple(ids[:end]), len(places))
    sees = torch.zeros(len(places), len(places), dtype=torch.bool)
    for node, place in places.items():
        for end in range(1, len(node) + 1):
            sees[place, places[node[:end]]] = True
    paths = tuple(
        tuple(places[tuple(ids[:end])] for end in range(1, len(ids) + 1)) for ids in texts
    )
    ids, depth = [node[-1] for node in places], [len(node) - 1 for node in places]
    return Tree(torch.tensor(ids), torch.tensor(depth), sees, paths)


def lora_count(shapes: Iterable[tuple[int, int]], rank: int = 8) -> int:
    """Parameters of LoRA on projections of the given (in, out) shapes."""
    return sum(rank * (into + out) for into, out in shapes)


def _held_in(precision: str) -> dict[str, Any]:
    """What `transformers` must be told to hold weights so."""
    if precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {PRECISIONS}; {precision!r} was given.")
    if precision == "full":
        return {}
    if precision == "bf16":
        return {"dtype": torch.bfloat16}
    if find_spec("bitsandbytes") is None or not torch.cuda.is_available():
        raise PrecisionUnfit(
            "Weights in 4 bits take a CUDA GPU and the package bitsandbytes. Install it on a "
            'machine with a GPU, or choose precision="bf16".'
        )
    four = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16
    )
    return {"quantization_config": four, "device_map": {"": 0}}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep `transformers` from printing while weights are read."""
    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()


def _decoder_config(source: str | Path, layers: int | None) -> Any:
    """The network's own configuration, made causal, without dropout, cut to its first layers."""
    config = AutoConfig.from_pretrained(source)
    if config.model_type == "bert":
        config.is_decoder = True
        # The frozen part is not regularised; LoRA has a dropout of its own.
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    if layers is not None:
        if not 1 <= layers <= config.num_hidden_layers:
            raise LayersUnfit(layers, config.num_hidden_layers)
        config.num_hidden_layers = layers
        if getattr(config, "layer_types", None):
            config.layer_types = config.layer_types[:layers]
    return config


def _tap_attention(network: nn.Module) -> list[Tap]:
    """A tap for each attention of the network, known to it but not one of its children."""
    layers = [m for m in network.modules() if hasattr(m, "layer_idx") and hasattr(m, "scaling")]
    taps = [Tap("batch head query key") for _ in layers]
    for layer, tap in zip(layers, taps, strict=True):
        # Past nn.Module's bookkeeping: the tap's name is then `attention.<layer>` in every family.
        object.__setattr__(layer, _TAP, tap)
    return taps


def _positions(mask: Bool[Tensor, "batch position"]) -> Int[Tensor, "batch position"]:
    """Places counted over real positions alone."""
    return (mask.long().cumsum(dim=1) - 1).clamp(min=0)
