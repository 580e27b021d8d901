"""EGMF beside its paper: counts, gates, prompts, answers, and what learns."""

import copy
from dataclasses import replace
from itertools import chain, combinations, pairwise

import pytest
import torch

from mer_core.errors import BadInput, UnknownName
from mer_core.models.egmf import EGMF, EGMFConfig
from mer_core.models.egmf_fusion import Fusion
from mer_core.models.egmf_numbers import IGNORED, number_goals, taught
from mer_core.models.egmf_prompts import prompt_words
from mer_core.processing.answers import (
    between,
    one_decimal_floor,
    parse_number,
    sayable,
    unparsed,
    write_number,
)
from mer_core.processing.tokens import token_stream
from mer_core.task import EMOTIONS
from mer_core.trace import capture
from mer_core.types import Batch, Modality, Prediction, Sample, Stream

TEXTS = ["well that is just great", "no", "i can not believe you did it again", ""]
TEXT, AUDIO, VISION = Modality.TEXT, Modality.AUDIO, Modality.VISION


def small(**changes) -> EGMFConfig:
    return EGMFConfig.small(
        5, 6, **({"layers": 2, "hidden": 32, "heads": 4, "lambda_balance": 0.0} | changes)
    )


def build(**changes) -> EGMF:
    torch.manual_seed(0)
    return EGMF(small(**changes)).eval()


def sequence(modality: Modality, lengths: list[int], features: int) -> Stream:
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    noise = torch.randn(*mask.shape, features, generator=torch.Generator().manual_seed(1))
    return Stream(modality, noise * mask[..., None], mask)


def utterances(model: EGMF, texts: list[str] = TEXTS) -> Batch:
    """Random voices and faces of unequal lengths beside given words; the last says nothing."""
    samples = [Sample(id=str(i), text=text) for i, text in enumerate(texts)]
    streams = {
        TEXT: token_stream(samples, model.language.tokenizer, model.config.longest),
        AUDIO: sequence(AUDIO, [7, 4, 5, 6][: len(texts)], 5),
        VISION: sequence(VISION, [3, 6, 2, 5][: len(texts)], 6),
    }
    targets = torch.arange(len(texts)) % len(EMOTIONS)
    numbers = torch.tensor([-3.0, 0.4, 1.7, -0.3])[: len(texts)]
    return Batch(streams, targets, numbers)


@pytest.fixture(scope="module")
def model() -> EGMF:
    return build()


@pytest.fixture(scope="module")
def batch(model: EGMF) -> Batch:
    return utterances(model)


def answer(model: EGMF, batch: Batch) -> Prediction:
    with torch.no_grad():
        return model(batch)


def train(model: EGMF, batch: Batch, steps: int, lr: float = 1e-2) -> list[float]:
    model.train()
    optimiser = torch.optim.AdamW(model.groups(lr, 0.0))
    sums = []
    for _ in range(steps):
        loss = torch.stack(list(model.losses(batch).values())).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        sums.append(loss.item())
    model.eval()
    return sums


# Counts and gates


def test_fusion_has_the_papers_counts() -> None:
    with torch.device("meta"):
        fusion = Fusion(EGMFConfig(), width=4096)
    experts = [sum(p.numel() for p in e.parameters()) for e in fusion.experts]
    norms = [m for m in fusion.modules() if isinstance(m, torch.nn.LayerNorm)]
    in_norms = sum(p.numel() for m in norms for p in m.parameters())

    assert experts == [16_672, 33_088, 65_920]
    assert in_norms == 2_560
    assert sum(p.numel() for p in fusion.parameters()) == 2_941_798 + 2_560


def test_every_expert_begins_with_a_third(model: EGMF, batch: Batch) -> None:
    with torch.no_grad(), capture(model, "fusion.alpha", "fusion.gate_w") as trace:
        model(batch)

    for name in ("fusion.alpha", "fusion.gate_w"):
        torch.testing.assert_close(trace[name].values, torch.full((4, 3), 1 / 3))


def test_trained_gates_differ_by_sample_and_still_sum_to_one(batch: Batch) -> None:
    model = build()
    train(model, batch, 4)
    with torch.no_grad(), capture(model, "fusion.alpha") as trace:
        model(batch)
    alpha = trace["fusion.alpha"].values

    torch.testing.assert_close(alpha.sum(-1), torch.ones(4))
    assert (alpha.max(dim=0).values - alpha.min(dim=0).values).max() > 1e-4


def test_ablated_gates_do_as_they_say(batch: Batch) -> None:
    seen = {}
    for gating in ("hierarchical", "first", "uniform"):
        model = build(gating=gating)
        torch.nn.init.normal_(model.fusion.feature_gate[-1].weight, std=0.2)
        torch.nn.init.normal_(model.fusion.context_gate[-1].weight, std=0.2)
        with torch.no_grad(), capture(model, "fusion.alpha", "fusion.gate_w") as trace:
            model(batch)
        seen[gating] = (trace["fusion.alpha"].values, trace["fusion.gate_w"].values)

    assert torch.equal(*seen["first"])
    assert not torch.allclose(*seen["hierarchical"], atol=1e-3)
    assert torch.equal(seen["uniform"][0], torch.full((4, 3), 1 / 3))


@pytest.mark.parametrize("residual", [True, False])
def test_the_sum_of_experts_is_what_is_enhanced(residual: bool, batch: Batch) -> None:
    model = build(residual=residual)
    with torch.no_grad(), capture(model, "fusion.*") as trace:
        model(batch)
    weighed = trace["fusion.alpha"].values[..., None] * trace["fusion.expert_out"].values
    around = trace["fusion.fused"].values if residual else 0.0
    by_hand = model.fusion.enhanced_norm(around + weighed.sum(1))

    torch.testing.assert_close(by_hand, trace["fusion.enhanced"].values)


# The prompt


def test_repeated_pseudo_tokens_are_equal_and_as_long_as_embeddings(
    model: EGMF, batch: Batch
) -> None:
    with torch.no_grad(), capture(model, "fusion.pseudo") as trace:
        model(batch)
    tokens = trace["fusion.pseudo"].values

    assert torch.equal(tokens[:, 0], tokens[:, 3])
    assert 0.7 < float(tokens.norm(dim=-1).mean()) / model.language.row_norm < 1.4


def test_learned_places_tell_pseudo_tokens_apart(batch: Batch) -> None:
    model = build(expand="repeat+pos")
    with torch.no_grad(), capture(model, "fusion.pseudo") as trace:
        model(batch)
    tokens = trace["fusion.pseudo"].values

    assert not torch.allclose(tokens[:, 0], tokens[:, 1])


def test_segments_cover_the_prompt_without_gap(model: EGMF, batch: Batch) -> None:
    time = batch.streams[TEXT].mask.shape[1]
    segments = list(model.segments(time).values())
    prompt = model.prompt(batch)

    assert segments[0].start == 0
    assert segments[-1].stop == prompt.embeds.shape[1]
    assert all(a.stop == b.start for a, b in pairwise(segments))
    assert prompt.embeds.shape[1] <= 36


def test_words_of_a_silent_text_are_not_read(model: EGMF, batch: Batch) -> None:
    place = model.segments(batch.streams[TEXT].mask.shape[1])["text"]
    mask = model.prompt(batch).mask[:, place]

    assert mask.any(dim=1).tolist() == [True, True, True, False]


def test_attention_to_pseudo_tokens_can_be_read(model: EGMF, batch: Batch) -> None:
    place = model.segments(batch.streams[TEXT].mask.shape[1])["pseudo"]
    with torch.no_grad(), capture(model, "language.attention.*") as trace:
        model(batch)
    share = trace["language.attention.1"].values[..., -1, place].sum(-1)

    assert len(trace) == 2
    assert share.shape == (4, 12)
    assert ((share > 0) & (share < 1)).all()


def test_sound_reaches_the_answer_through_pseudo_tokens_alone(model: EGMF, batch: Batch) -> None:
    mute = {"fusion.pseudo": torch.zeros_like}
    quiet = batch.silence(AUDIO, VISION)
    with torch.no_grad(), capture(model, edits=mute):
        torch.testing.assert_close(model(batch).logits, model(quiet).logits)
    assert not torch.allclose(answer(model, batch).logits, answer(model, quiet).logits)


# Answers


def test_logits_are_the_scores_of_the_emotions_words(model: EGMF, batch: Batch) -> None:
    words = model.language.tokenizer.convert_ids_to_tokens(model.answers_ids.tolist())

    assert tuple(words) == EMOTIONS
    assert answer(model, batch).names == EMOTIONS


def test_what_is_said_is_what_a_decoder_generates(model: EGMF, batch: Batch) -> None:
    assert answer(model, batch).said == model.generate(batch)


def test_one_sample_alone_is_answered_alike(model: EGMF, batch: Batch) -> None:
    alone = answer(model, batch.select(torch.tensor([1])))
    together = answer(model, batch)

    torch.testing.assert_close(alone.logits, together.logits[1:2], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(alone.sentiment, together.sentiment[1:2], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("encoder", ["sequence", "final", "transformer"])
def test_padding_changes_no_answer(encoder: str, batch: Batch) -> None:
    model = build(encoder=encoder)

    def padded(stream: Stream) -> Stream:
        extra = torch.full((4, 3, *stream.values.shape[2:]), 9).to(stream.values.dtype)
        hidden = torch.zeros(4, 3, dtype=torch.bool)
        return replace(
            stream,
            values=torch.cat([stream.values, extra], 1),
            mask=torch.cat([stream.mask, hidden], 1),
        )

    longer = replace(batch, streams={m: padded(s) for m, s in batch.streams.items()})

    torch.testing.assert_close(
        answer(model, longer).logits, answer(model, batch).logits, atol=1e-4, rtol=1e-4
    )


def test_every_subset_of_silences_is_answered(model: EGMF, batch: Batch) -> None:
    subsets = chain.from_iterable(combinations(model.modalities, k) for k in range(4))
    for silent in subsets:
        said = answer(model, batch.silence(*silent))

        assert said.probs.isfinite().all()
        assert (said.sentiment.abs() <= 3).all()
        torch.testing.assert_close(said.probs.sum(-1), torch.ones(4))


def test_features_of_another_width_are_refused_in_a_sentence(model: EGMF, batch: Batch) -> None:
    wide = sequence(AUDIO, [7, 4, 5, 6], 74)

    with pytest.raises(ValueError, match="reads 5 audio features a position; the batch has 74"):
        model(replace(batch, streams={**batch.streams, AUDIO: wide}))


# Learning


def test_gradients_reach_what_learns_and_no_embedding(batch: Batch) -> None:
    """After three steps: gates and LoRA begin at zero and block gradients before."""
    model = build()
    train(model, batch, 3)
    model.train()
    torch.stack(list(model.losses(batch.silence(AUDIO)).values())).sum().backward()
    torch.stack(list(model.losses(batch).values())).sum().backward()
    still = {
        name
        for name, p in model.named_parameters()
        if p.grad is None or float(p.grad.abs().max()) == 0.0
    }

    # the silence of vision was not heard here
    assert still - {"silence.vision.vector"} <= model.frozen()
    assert any("word_embeddings" in name for name in still)


def test_losses_fall_and_answers_fit_after_training(batch: Batch) -> None:
    model = build(dropout=0.0)
    sums = train(model, batch, 25, lr=5e-3)
    said = answer(model, batch)

    assert sums[-1] < 0.5 * sums[0]
    assert said.answers == [EMOTIONS[i] for i in batch.target.tolist()]
    assert said.said == tuple(said.answers)


def test_experts_can_be_kept_in_even_use(batch: Batch) -> None:
    terms = build(lambda_balance=0.5).losses(batch)

    assert set(terms) == {"emotion", "number", "balance"}
    assert abs(float(terms["balance"].detach())) < 1e-5  # even at the start
    assert set(build().losses(batch)) == {"emotion", "number"}


def test_a_batch_without_answers_is_refused(model: EGMF, batch: Batch) -> None:
    with pytest.raises(ValueError, match="neither"):
        model.losses(replace(batch, target=None, sentiment=None))


def test_merged_lora_answers_as_unmerged(model: EGMF, batch: Batch) -> None:
    changed = copy.deepcopy(model)
    for layer in changed.language.lora_layers():
        torch.nn.init.normal_(layer.lora_B["default"].weight, std=0.1)
    before = answer(changed, batch).logits
    changed.language.merge()

    torch.testing.assert_close(answer(changed, batch).logits, before, atol=1e-3, rtol=1e-3)
    assert not torch.allclose(before, answer(model, batch).logits, atol=1e-3)


def test_autocast_losses_are_near_the_exact_ones(model: EGMF, batch: Batch) -> None:
    exact = model.losses(batch)
    with torch.autocast("cpu", torch.bfloat16):
        rough = model.losses(batch)

    for name, value in exact.items():
        assert abs(float(rough[name].detach()) - float(value.detach())) < 0.1, name


# Numbers


def test_a_value_between_two_degrees_is_shared_between_them() -> None:
    share = between(torch.tensor([-3.0, 0.0, 0.7, 9.0]), 7)
    values = torch.linspace(-3, 3, 7)

    torch.testing.assert_close(share.sum(1), torch.ones(4))
    torch.testing.assert_close(share @ values, torch.tensor([-3.0, 0.0, 0.7, 3.0]))
    assert (share > 0).sum(1).tolist() == [1, 1, 2, 1]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("-0.0", 0.0),
        ("+1.7", 1.7),
        (" 2", 2.0),
        ("abc", None),
        ("- 0. 3", -0.3),
        ("\u22121.5 or so", -1.5),
        ("7.5", 3.0),
        ("", None),
    ],
)
def test_numbers_are_read_from_words(said: str, number: float | None) -> None:
    assert parse_number(said) == number


def test_what_is_written_is_read_back(model: EGMF) -> None:
    """Through the vocabulary too, which pulls a number apart."""
    for tenths in range(-30, 31):
        written = write_number(tenths / 10)

        assert parse_number(written) == pytest.approx(tenths / 10)
        assert parse_number(model.language.decode(model.language.ids(written))) == pytest.approx(
            tenths / 10
        )
    assert unparsed(["1.0", "fine", "-2"]) == 1


def test_decimals_are_learned_said_and_read(batch: Batch) -> None:
    model = build(degrees=(), number_task="the sentiment is", dropout=0.0)
    train(model, batch, 40, lr=5e-3)

    assert [parse_number(s) for s in model.generate_number(batch)] == [-3.0, 0.4, 1.7, -0.3]
    torch.testing.assert_close(answer(model, batch).sentiment, batch.sentiment)


def test_only_answer_tokens_carry_loss(batch: Batch) -> None:
    """A short number's padding is neither a target nor heard."""
    model = build(degrees=())
    short, long = torch.tensor([0.4]), torch.tensor([0.4, -0.3])
    one = replace(batch.select(torch.tensor([1])), sentiment=short)
    two = replace(batch.select(torch.tensor([1, 2])), sentiment=long)
    goal = number_goals(model.language, long)
    second = replace(batch.select(torch.tensor([2])), sentiment=long[1:])
    alone = [float(model.losses(b)["number"].detach()) for b in (one, second)]
    lengths = (goal != IGNORED).sum(1).tolist()
    both = float(model.losses(two)["number"].detach())

    assert lengths == [4, 5]
    assert goal[0].tolist()[-1] == IGNORED
    assert both == pytest.approx((4 * alone[0] + 5 * alone[1]) / 9, abs=1e-4)


def test_the_expected_number_is_the_mean_over_all_that_can_be_said(batch: Batch) -> None:
    """Against one pass of the language model for every number, over a short range."""
    model = build(degrees=(), limits=(-0.2, 0.3), number="expected")
    prompt, said = model.prompt(batch), []
    for number in sayable((-0.2, 0.3)):
        goal = number_goals(model.language, torch.full((len(batch),), number))
        asked = taught(model.language, prompt, goal)
        after = torch.arange(prompt.embeds.shape[1] - 1, asked.embeds.shape[1])
        logits = model.language(asked.embeds, asked.mask, after).float().log_softmax(-1)
        said.append(logits.gather(-1, goal[..., None])[..., 0].sum(-1))
    share = torch.stack(said, -1).softmax(-1)
    expected = (share @ torch.tensor(sayable((-0.2, 0.3)))).detach()

    torch.testing.assert_close(answer(model, batch).sentiment, expected, atol=1e-5, rtol=1e-4)
    assert sayable((-0.2, 0.3)) == (-0.2, -0.1, 0.0, 0.1, 0.2, 0.3)
    assert len(sayable()) == 61


def test_the_floor_of_one_decimal_is_what_rounding_loses() -> None:
    assert one_decimal_floor(torch.tensor([0.04, -1.26, 2.0])) == pytest.approx(0.08 / 3, abs=1e-6)


def test_a_number_that_cannot_be_read_is_marked(batch: Batch) -> None:
    """An untrained model says words where a number is asked for."""
    model = build(degrees=(), limits=(-1.0, 3.0))
    said = answer(model, batch)
    told = [parse_number(text) is None for text in model.generate_number(batch)]

    assert any(told)
    assert said.unread["number"].tolist() == told
    assert all(said.sentiment[said.unread["number"]] == 1.0)  # the middle of the range


def test_a_word_that_is_no_class_is_marked(model: EGMF, batch: Batch) -> None:
    said = answer(model, batch)

    told = [word not in model.config.answers for word in said.said or ()]
    assert said.unread["emotion"].tolist() == told
    assert any(told)  # an untrained model says anything


# What is asked


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_class_alone_can_be_asked_for(language: str, batch: Batch) -> None:
    names = ("calm", "happy", "sad")
    model = build(**prompt_words(language, emotions=names))
    said = answer(model, batch)

    assert said.names == names
    assert said.logits.shape == (4, 3)
    assert said.sentiment is None
    assert set(model.losses(replace(batch, target=batch.target % 3))) == {"emotion"}
    with pytest.raises(ValueError, match="an emotion alone"):
        model.generate_number(batch)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_number_alone_can_be_asked_for(language: str, batch: Batch) -> None:
    model = build(**prompt_words(language, limits=(-1.0, 1.0)), number="expected")
    said = answer(model, batch)

    assert said.names == ("negative", "positive")
    assert said.sentiment is not None
    assert float(said.sentiment.abs().max()) <= 1.0
    assert [a == "positive" for a in said.answers] == (said.sentiment > 0).tolist()
    assert set(model.losses(batch)) == {"number"}
    with pytest.raises(ValueError, match="a number alone"):
        model.generate(batch)


def test_prompts_name_classes_by_their_numbers() -> None:
    words = prompt_words("zh", emotions=("anger", "calm"), limits=(-1.0, 1.0))

    assert "0 愤怒" in words["emotion_task"]
    assert "1 平静" in words["emotion_task"]
    assert "-1.0" in words["number_task"]
    assert words["answers"] == ("0", "1")
    with pytest.raises(UnknownName, match="'fr'"):
        prompt_words("fr", limits=(-1.0, 1.0))
    with pytest.raises(BadInput, match="must ask for something"):
        prompt_words()
    with pytest.raises(BadInput, match="11 classes"):
        prompt_words(emotions=tuple("abcdefghijk"))


def test_nothing_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="asked for something"):
        build(emotions=(), answers=(), limits=())


# Before and after the gate


def test_mixing_by_the_gates_own_weights_is_the_forward(model: EGMF, batch: Batch) -> None:
    with torch.no_grad():
        before = model.before_gate(batch)
        again = model.answer(model.mixed(before, before.alpha))

    assert torch.equal(again.logits, answer(model, batch).logits)


def test_one_sample_is_mixed_in_many_ways_at_once(batch: Batch) -> None:
    model = build(residual=False)
    with torch.no_grad():
        before = model.before_gate(batch).rows(torch.tensor([1, 1, 2]))
        alpha = torch.eye(3)
        said = model.answer(model.mixed(before, alpha)).logits
        edits = {"fusion.alpha": lambda a: torch.eye(3)[torch.tensor([0, 1, 2, 0])]}
        with capture(model, "fusion.alpha", edits=edits):
            whole = model(batch).logits

    torch.testing.assert_close(said[1], whole[1], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(said[2], whole[2], atol=1e-4, rtol=1e-4)
    assert not torch.allclose(said[0], said[1], atol=1e-3)


# Acceptance checks


def test_thirty_two_samples_are_learned_by_heart() -> None:
    """With the tiny backbone: check 6 of the fact sheet."""
    model = build(dropout=0.0, lora_dropout=0.0)
    samples = [Sample(id=str(i), text=f"sentence number {i} of the day") for i in range(32)]
    rng = torch.Generator().manual_seed(3)
    streams = {
        TEXT: token_stream(samples, model.language.tokenizer, 16),
        AUDIO: Stream(AUDIO, torch.randn(32, 4, 5, generator=rng), torch.ones(32, 4).bool()),
        VISION: Stream(VISION, torch.randn(32, 3, 6, generator=rng), torch.ones(32, 3).bool()),
    }
    target = torch.randint(0, 7, (32,), generator=rng)
    batch = Batch(streams, target)
    train(model, batch, 60, lr=5e-3)

    assert float((answer(model, batch).logits.argmax(-1) == target).float().mean()) >= 0.97


def test_where_only_the_voice_tells_hearing_it_beats_reading(batch: Batch) -> None:
    """The same words for all; the class is the sign and place of one audio feature."""
    rng = torch.Generator().manual_seed(5)
    target = torch.randint(0, 7, (128,), generator=rng)
    voice = 0.3 * torch.randn(128, 4, 7, generator=rng)
    voice[torch.arange(128), :, target] += 3.0
    scores = {}
    for heard in (True, False):
        torch.manual_seed(0)
        calm = {"gate_lr": 1.0, "lora_lr": 1.0, "layers": 1}
        model = EGMF(replace(small(dropout=0.0, **calm), audio_features=7)).eval()
        samples = [Sample(id=str(i), text="so this is it") for i in range(128)]
        streams = {
            TEXT: token_stream(samples, model.language.tokenizer, 16),
            AUDIO: Stream(AUDIO, voice, torch.ones(128, 4).bool()),
            VISION: Stream(VISION, torch.zeros(128, 1, 6), torch.ones(128, 1).bool()),
        }
        whole = Batch(streams, target)
        whole = whole if heard else whole.silence(AUDIO)
        train(model, whole.select(torch.arange(96)), 40, lr=2e-3)
        rest = whole.select(torch.arange(96, 128))
        right = answer(model, rest).logits.argmax(-1) == rest.target
        scores[heard] = float(right.float().mean())

    assert scores[True] >= 0.8
    assert scores[False] <= 0.4


# Checkpoints and configurations


def test_weights_of_the_language_model_are_not_shipped(model: EGMF) -> None:
    names = set(model.shipped())
    frozen = {n for n in names if n.startswith("language.network.")}

    assert all("lora_" in n or "predictions.transform" in n for n in frozen)
    assert {"temperature", "fusion.merge.0.weight", "silence.text.vector"} <= names
    assert names == set(copy.deepcopy(model).requires_grad_(False).shipped())


def test_a_pretrained_folder_gives_the_same_answers(batch: Batch, tmp_path) -> None:
    model = build(layers=1)
    train(model, batch, 1)
    model.save_pretrained(tmp_path)
    again = EGMF.from_pretrained(tmp_path).eval()

    assert again.config == model.config
    assert (tmp_path / "model.safetensors").stat().st_size < 5_000_000
    torch.testing.assert_close(answer(again, batch).logits, answer(model, batch).logits)


def test_plain_data_makes_a_config_and_strange_names_are_refused() -> None:
    model = EGMF({"language": "all-MiniLM-L6-v2", "layers": 1, "answers": list(EMOTIONS)})

    assert model.config.answers == EMOTIONS
    with pytest.raises(ValueError, match="no \\['colour'\\]"):
        EGMF({"colour": "red"})


@pytest.mark.parametrize("change", [{"encoder": "magic"}, {"expand": "magic"}])
def test_unknown_choices_are_named(change: dict) -> None:
    with pytest.raises(ValueError, match="'magic' was given"):
        build(**change)


def test_what_is_loaded_has_its_lora_merged_and_still_ships_it() -> None:
    from mer_core.checkpoints import load

    shipped = load("egmf")

    assert isinstance(shipped, EGMF)
    assert all(layer.merged for layer in shipped.language.lora_layers())
    assert any("lora_B" in name for name in shipped.shipped())
    assert min(shipped.language.lora_norms()) > 0
