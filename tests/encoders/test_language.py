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
    lora_count,
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
