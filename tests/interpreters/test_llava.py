"""mer_core.interpreters.llava against a real LLaVA-NeXT, tiny and built here from its config."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    CLIPVisionConfig,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessor,
    LlavaNextProcessor,
    MistralConfig,
    PreTrainedTokenizerFast,
)

from mer_core.errors import InterpreterRefused, WeightsMissing
from mer_core.interpreters import available, interpreter, llava
from mer_core.interpreters.answers import UNTOLD
from mer_core.interpreters.prompts import PROMPT, REPAIR
from mer_core.types import View

SIDE, PATCH = 28, 14
TEMPLATE = (
    "{% for message in messages %}<{{ message['role'] }}>"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)
RED, BLUE = (np.full((40, 40, 3), colour, np.uint8) for colour in ((250, 0, 0), (0, 0, 250)))
ANSWERS = {
    "red": '{"intention": "Stop.", "style": "Flat.", "role": "A flame.", "posture": null}',
    "blue": "```json\n"
    '{"intention": "Hi.", "style": "Wet.", "role": "A wave.", "posture": "It rolls."}'
    "\n```",
}


def processor():
    """A byte-level tokenizer that learnt the prompt, and pictures of one tile."""
    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    special = ["<pad>", "</s>", "<image>", "<user>", "<assistant>"]
    trainer = trainers.BpeTrainer(
        vocab_size=900,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    words.train_from_iterator([PROMPT, REPAIR, *ANSWERS.values()] * 3, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="<pad>",
        eos_token="</s>",
        additional_special_tokens=special[2:],
    )
    pictures = LlavaNextImageProcessor(
        size={"shortest_edge": SIDE},
        crop_size={"height": SIDE, "width": SIDE},
        image_grid_pinpoints=[[SIDE, SIDE]],
    )
    return LlavaNextProcessor(
        pictures,
        tokenizer,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )


def untrained(reader):
    torch.manual_seed(0)
    tokens = reader.tokenizer
    eyes = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=2,
        image_size=SIDE,
        patch_size=PATCH,
        projection_dim=16,
    )
    words = MistralConfig(
        vocab_size=len(tokens),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        pad_token_id=tokens.pad_token_id,
        eos_token_id=tokens.eos_token_id,
        bos_token_id=None,
    )
    config = LlavaNextConfig(
        vision_config=eyes,
        text_config=words,
        image_token_index=tokens.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=[[SIDE, SIDE]],
    )
    return LlavaNextForConditionalGeneration(config)


def taught(reader):
    """The same model after it has learnt one answer to each of two pictures by heart."""
    model = untrained(reader).train()
    ask = reader.apply_chat_template(
        [
            {
                "role": "user",
                "content": [{"type": "image"}, {"type": "text", "text": PROMPT}],
            }
        ],
        add_generation_prompt=True,
    )
    batch = reader(
        images=[Image.fromarray(RED), Image.fromarray(BLUE)],
        text=[ask + ANSWERS[name] + "</s>" for name in ("red", "blue")],
        padding=True,
        return_tensors="pt",
    )
    asked = reader(images=Image.fromarray(RED), text=ask, return_tensors="pt")
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    labels[:, : asked["input_ids"].shape[1]] = -100
    optimiser = torch.optim.AdamW(model.parameters(), lr=6e-3)
    for _ in range(400):
        loss = model(**batch, labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if loss.item() < 5e-3:
            break
    assert loss.item() < 5e-2
    return model.eval()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """Folder -> a model as the hub would give it: one that babbles, one that has learnt."""
    made = {}
    reader = processor()
    for name, make in (("babbling", untrained), ("taught", taught)):
        made[name] = tmp_path_factory.mktemp(name)
        reader.save_pretrained(made[name])
        make(reader).save_pretrained(made[name])
    return made


def test_babble_becomes_four_missing_views_with_their_reason(shelf, monkeypatch):
    """Random weights say nothing: no view, and no empty sentence."""
    monkeypatch.setattr(llava, "MOST_TOKENS", 30)

    said = interpreter("llava", model=str(shelf["babbling"]), device="cpu").describe(RED)

    assert said.views == {}
    assert set(said.missing) == set(View)
    assert all("cut off" in why or "not the JSON" in why for why in said.missing.values())


def test_json_that_it_generates_becomes_views_by_picture(shelf):
    """What it says depends on the picture alone, so the pixels reach it; null is a missing view."""
    describer = interpreter("llava", model=str(shelf["taught"]), device="cpu")

    red, blue, again = (describer.describe(picture) for picture in (RED, BLUE, RED))

    told = json.loads(ANSWERS["red"])
    assert {str(v): text for v, text in red.views.items()} == {k: t for k, t in told.items() if t}
    assert red.missing == {View.POSTURE: UNTOLD}
    assert blue.views[View.ROLE] == "A wave."
    assert set(blue.views) == set(View)
    assert again == red


def test_weights_are_loaded_at_the_first_question(shelf, monkeypatch):
    describer = interpreter("llava", model=str(shelf["babbling"]), device="cpu")
    monkeypatch.setattr(llava, "MOST_TOKENS", 2)

    assert describer._loaded is None
    describer.describe(RED)
    first = describer._loaded
    describer.describe(BLUE)

    assert first is not None
    assert describer._loaded is first


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_half_precision_on_a_gpu_says_the_same(shelf):
    describer = interpreter("llava", model=str(shelf["taught"]), device="cuda")

    assert describer.describe(BLUE).views[View.ROLE] == "A wave."
    assert describer._loaded[1].dtype == torch.bfloat16


def test_what_cannot_be_fetched_is_said_in_one_sentence(tmp_path):
    (tmp_path / "config.json").write_text("{}")

    with pytest.raises(WeightsMissing, match="hf download"):
        interpreter("llava", model=str(tmp_path), device="cpu").describe(RED)


def test_without_a_network_that_is_said_soon(monkeypatch):
    """The hub is asked once whether it is there; its client would try for a minute."""
    asked = []
    monkeypatch.setattr(llava, "hub_answers", lambda: bool(asked.append("hub")))

    with pytest.raises(WeightsMissing, match="nobody/not-here"):
        interpreter("llava", model="nobody/not-here", device="cpu").describe(RED)

    assert asked == ["hub"]


def test_a_model_that_does_not_chat_is_said(shelf, tmp_path):
    reader = processor()
    reader.chat_template = None
    reader.save_pretrained(tmp_path)
    untrained(reader).save_pretrained(tmp_path)

    with pytest.raises(InterpreterRefused, match="chat template"):
        interpreter("llava", model=str(tmp_path), device="cpu").describe(RED)


def test_other_weights_in_the_same_folder_are_another_version(shelf, tmp_path):
    for name in ("babbling", "taught"):
        (tmp_path / "model.safetensors").write_bytes(
            (shelf[name] / "model.safetensors").read_bytes()
        )
        version = interpreter("llava", model=str(tmp_path)).version
        if name == "babbling":
            before = version

    assert version != before


def test_it_is_offered_where_its_folder_is_named(shelf, monkeypatch, tmp_path):
    monkeypatch.setenv("MER_LLAVA_MODEL", str(shelf["taught"]))
    assert dict(available())["llava"] == ""

    monkeypatch.setenv("MER_LLAVA_MODEL", "nobody/not-here")
    assert "hf download nobody/not-here" in dict(available())["llava"]
