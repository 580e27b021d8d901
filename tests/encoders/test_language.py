"""The language model answers from vectors, counts only real positions, and shows its attention."""

import copy

import pytest
import torch
from transformers import (
    GlmConfig,
    GlmForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
)

from mer_core.encoders.language import (
    WATCHED,
    AnswerUnfit,
    LanguageModel,
    LayersUnfit,
    PrecisionUnfit,
    lora_count,
    tree_of,
)
from mer_core.encoders.text import embedded_folder
from mer_core.errors import WeightsMissing
from mer_core.trace import capture

SMALL = {
    "vocab_size": 30522,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "pad_token_id": 0,
    "attn_implementation": WATCHED,
}
FAMILIES = {
    "llama": (LlamaForCausalLM, LlamaConfig),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config),
    "glm": (GlmForCausalLM, GlmConfig),
}


@pytest.fixture(scope="module")
def embedded() -> LanguageModel:
    torch.manual_seed(0)
    return LanguageModel.load(layers=2).eval()


@pytest.fixture(scope="module", params=["bert", *FAMILIES])
def language(request: pytest.FixtureRequest, embedded: LanguageModel) -> LanguageModel:
    """The embedded decoder, and a tiny random one of each other family."""
    if request.param == "bert":
        return embedded
    torch.manual_seed(0)
    network, config = FAMILIES[request.param]
    return LanguageModel(network(config(**SMALL)), embedded.tokenizer).eval()


def read(language: LanguageModel, text: str) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.tensor([language.ids(text, start=True)])
    return language.embed(ids), torch.ones_like(ids, dtype=torch.bool)


def test_holes_in_a_prompt_change_no_answer(language: LanguageModel) -> None:
    embeds, mask = read(language, "well , this is new . the emotion is")
    noise = torch.randn(1, 3, language.width)
    holed = torch.cat([embeds[:, :4], noise, embeds[:, 4:]], dim=1)
    real = torch.cat([mask[:, :4], torch.zeros(1, 3, dtype=torch.bool), mask[:, 4:]], dim=1)
    last = torch.tensor([-1])

    torch.testing.assert_close(
        language(embeds, mask, last), language(holed, real, last), atol=1e-4, rtol=1e-4
    )


def test_no_position_sees_what_comes_later(language: LanguageModel) -> None:
    embeds, mask = read(language, "well , this is new . the emotion is")
    changed = embeds.clone()
    changed[:, -1] += 1
    before, after = (language(x, mask, torch.tensor([-2, -1])) for x in (embeds, changed))

    torch.testing.assert_close(before[:, 0], after[:, 0])
    assert not torch.allclose(before[:, 1], after[:, 1])


def test_generation_with_a_cache_says_what_full_passes_say(language: LanguageModel) -> None:
    embeds, mask = read(language, "well , this is new . the emotion is")
    said, last = [], torch.tensor([-1])
    grown = embeds
    for _ in range(4):
        real = torch.ones(grown.shape[:2], dtype=torch.bool)
        said.append(int(language(grown, real, last).argmax()))
        grown = torch.cat([grown, language.embed(torch.tensor([said[-1:]]))], dim=1)

    assert language.generate(embeds, mask, 4) == (language.decode(said),)


def test_attention_is_seen_and_watching_changes_nothing(language: LanguageModel) -> None:
    embeds, mask = read(language, "well , this is new")
    last = torch.tensor([-1])
    unwatched = language(embeds, mask, last)
    with capture(language) as trace:
        watched = language(embeds, mask, last)
    pattern = trace["attention.1"]
    rows = pattern.values.sum(dim=-1)

    assert torch.equal(unwatched, watched)
    assert pattern.axes == ("batch", "head", "query", "key")
    torch.testing.assert_close(rows, torch.ones_like(rows))
    assert float(pattern.values.triu(1).abs().max()) == 0.0


def test_merged_lora_answers_as_unmerged(language: LanguageModel) -> None:
    changed = copy.deepcopy(language)
    for layer in changed.lora_layers():
        torch.nn.init.normal_(layer.lora_B["default"].weight, std=0.2)
    embeds, mask = read(changed, "well , this is new")
    last = torch.tensor([-1])
    before, original = changed(embeds, mask, last), language(embeds, mask, last)
    changed.merge()

    torch.testing.assert_close(before, changed(embeds, mask, last), atol=1e-3, rtol=1e-3)
    assert not torch.allclose(before, original)
    assert len(changed.lora_norms()) >= 4
    assert min(changed.lora_norms()) > 0


def test_only_lora_and_the_missing_head_learn(language: LanguageModel) -> None:
    names = {n for n, p in language.named_parameters() if p.requires_grad}

    assert names == {f"network.{n}" for n in language.learned}
    assert all("lora_" in n or "predictions.transform" in n for n in names)


def test_embedded_weights_are_those_of_the_sentence_encoder(embedded: LanguageModel) -> None:
    from safetensors.torch import load_file

    weights = load_file(embedded_folder() / "model.safetensors")
    bert = embedded.network.bert
    query = bert.encoder.layer[1].attention.self.query.base_layer.weight

    assert torch.equal(query, weights["encoder.layer.1.attention.self.query.weight"])
    assert torch.equal(
        embedded.embed(torch.arange(9)), weights["embeddings.word_embeddings.weight"][:9]
    )
    decoder = embedded.network.cls.predictions.decoder.weight
    assert decoder is bert.embeddings.word_embeddings.weight
    assert len(bert.encoder.layer) == 2


def test_answers_of_several_tokens_are_refused(embedded: LanguageModel) -> None:
    assert embedded.answer_ids(["anger", "fear"]) == (
        [],
        embedded.tokenizer.convert_tokens_to_ids(["anger", "fear"]),
    )
    with pytest.raises(AnswerUnfit, match="Choose other words"):
        embedded.answer_ids(["anger", "not a word"])
    with pytest.raises(AnswerUnfit, match="distinct"):
        embedded.answer_ids(["anger", "Anger"])


def test_what_all_answers_begin_with_belongs_to_the_prompt(embedded: LanguageModel) -> None:
    lead, ids = embedded.answer_ids(["- 1", "- 2"])

    assert lead == embedded.ids("-")
    assert ids == embedded.ids("1 2")


def test_layers_beyond_the_model_are_refused_in_a_sentence() -> None:
    with pytest.raises(LayersUnfit, match="layers 1 to 6; `layers` was 7"):
        LanguageModel.load(layers=7)


def test_weights_that_cannot_be_had_are_named(tmp_path) -> None:
    with pytest.raises(WeightsMissing, match="language model"):
        LanguageModel.load(str(tmp_path / "nowhere"))


def test_any_causal_model_loads_from_a_folder(tmp_path, embedded: LanguageModel) -> None:
    network, config = FAMILIES["llama"]
    torch.manual_seed(0)
    tiny = network(config(**SMALL))
    tiny.save_pretrained(tmp_path)
    embedded.tokenizer.save_pretrained(tmp_path)
    loaded = LanguageModel.load(str(tmp_path), layers=1, rank=4)

    assert len(loaded.attention) == 1
    assert all("q_proj" in n or "v_proj" in n for n in loaded.learned)
    assert len(loaded.learned) == 4


def test_lora_counts_are_those_of_the_published_shapes() -> None:
    chatglm3 = [(4096, 4608)] * 28
    llama2 = [(4096, 4096)] * 64

    assert lora_count(chatglm3) == 1_949_696
    assert lora_count(llama2) == 4_194_304


def test_lora_of_the_embedded_model_has_the_counted_size(embedded: LanguageModel) -> None:
    parameters = dict(embedded.network.named_parameters())
    held = sum(parameters[n].numel() for n in embedded.learned if "lora_" in n)

    assert held == lora_count([(384, 384)] * 4)


def test_branches_are_scored_as_if_each_stood_alone(language: LanguageModel) -> None:
    """Many continuations in one pass, in a prompt with a hole, against one pass each."""
    embeds, mask = read(language, "well , this is new . the emotion is")
    embeds, mask = embeds.repeat(2, 1, 1), mask.repeat(2, 1)
    mask[1, 3:5] = False
    texts = [[1014, 1012, 1017], [1014, 1012, 1018], [1011, 1015], [1014]]
    tree = tree_of(texts)
    at_once = language.branches(embeds, mask, tree)

    assert len(tree.ids) == 6  # what begins alike stands once
    assert tree.paths[3] == tree.paths[0][:1]
    for ids, path in zip(texts, tree.paths, strict=True):
        alone = torch.cat([embeds, language.embed(torch.tensor([ids] * 2))], dim=1)
        real = torch.cat([mask, torch.ones(2, len(ids), dtype=torch.bool)], dim=1)
        after = torch.arange(embeds.shape[1] - 1, alone.shape[1])
        expected = language(alone, real, after)
        found = at_once[:, [0, *(node + 1 for node in path)]]
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_four_bits_are_refused_in_a_sentence_without_a_gpu() -> None:
    if torch.cuda.is_available():
        pytest.skip("A GPU is here: 4 bits are possible.")
    with pytest.raises(PrecisionUnfit, match="take a CUDA GPU and the package bitsandbytes"):
        LanguageModel.load(layers=1, precision="4bit")
    with pytest.raises(ValueError, match="'half' was given"):
        LanguageModel.load(layers=1, precision="half")


def test_weights_held_in_bfloat16_answer_alike_and_lora_stays_in_full(
    embedded: LanguageModel,
) -> None:
    torch.manual_seed(0)
    half = LanguageModel.load(layers=2, precision="bf16").eval()
    half.load_state_dict(embedded.state_dict())
    embeds, mask = read(embedded, "well , this is new . the emotion is")
    exact, rough = (m(embeds, mask, torch.tensor([-1])).detach().float() for m in (embedded, half))
    held = {p.dtype for n, p in half.named_parameters() if "lora_" in n}

    assert held == {torch.float32}
    assert half.network.dtype == torch.bfloat16
    assert half.embed(torch.tensor([5])).dtype == torch.float32
    assert float((exact - rough).abs().mean()) < 0.05 * float(exact.std())
    said = half.generate(embeds, mask, 2)
    first = int(rough[0, -1].argmax())
    assert said[0].startswith(half.decode([first]))


@pytest.mark.parametrize(
    ("network", "config", "shape", "expected"),
    [
        (LlamaForCausalLM, LlamaConfig, {}, 4_194_304),  # Llama 2 7B
        (
            LlamaForCausalLM,
            LlamaConfig,
            {"vocab_size": 128_256, "intermediate_size": 14_336, "num_key_value_heads": 8},
            3_407_872,  # Llama 3 8B
        ),
        (
            GlmForCausalLM,
            GlmConfig,
            {
                "vocab_size": 151_552,
                "intermediate_size": 13_696,
                "num_hidden_layers": 40,
                "num_key_value_heads": 2,
                "head_dim": 128,
            },
            5_406_720,  # GLM-4 9B, whose projections `transformers` keeps apart
        ),
    ],
)
def test_lora_of_large_models_has_the_counted_size(network, config, shape, expected) -> None:
    """The very networks, without memory for their weights."""
    sizes = {
        "vocab_size": 32_000,
        "hidden_size": 4096,
        "intermediate_size": 11_008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 32,
    }
    with torch.device("meta"):
        made = network(config(**(sizes | shape)))
        language = LanguageModel(made, tokenizer=None)
    parameters = dict(language.network.named_parameters())

    assert sum(parameters[n].numel() for n in language.learned) == expected
    assert all(p.is_meta for p in parameters.values())


def test_lora_of_fused_projections_is_counted_from_published_shapes() -> None:
    """GLM-4 9B as its authors publish it, with one projection for query, key and value."""
    assert lora_count([(4096, 4608)] * 40) == 2_785_280
