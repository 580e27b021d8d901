"""Short runs of EGMF: kept, named by what decides them, trained and asked as they say."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.errors import BadInput
from mer_core.experiments import short as shared
from mer_core.experiments.base import Ask
from mer_core.experiments.egmf import language, languages, short, tasks
from mer_core.experiments.egmf.languages import RECIPES, Recipe, language_folder, losses_of
from mer_core.experiments.egmf.short import Bench, Short, built, dropped, of_like_length, without
from mer_core.trace import capture
from mer_core.types import Modality

TINY = replace(short.BASE, hidden=16, heads=2, layers=1, state=8)
QUICK = replace(short.PLAN, epochs=2, batch=4, autocast=False)
COUNT = 10


@pytest.fixture(scope="module")
def made():
    """Twelve generated utterances."""
    from mer_core.datasets.puppets import utterance

    return [utterance(i, "train") for i in range(12)]


@pytest.fixture
def bench(monkeypatch, tmp_path, made):
    """They are trained on, and ten of them asked about; a cache of the test's own."""
    monkeypatch.setenv("MER_CACHE", str(tmp_path))
    shared.table.cache_clear()
    monkeypatch.setattr(shared, "featured_utterances", lambda split, told: made)
    yield Bench(Ask("valid", COUNT, (0, 1)), lambda *_: None)
    shared.table.cache_clear()


def tiny(**more):
    return Short(**{"config": TINY, "plan": QUICK, "samples": 12} | more)


def test_a_run_that_has_ended_is_kept(bench, monkeypatch):
    """Asked again it answers the same without training; another split of it needs none either."""
    first = bench.run(tiny())
    monkeypatch.setattr(shared, "fit", lambda *_: pytest.fail("trained"))
    again = bench.run(tiny())
    fewer = Bench(Ask("valid", 4, (0,)), lambda *_: None).run(tiny())

    assert np.array_equal(first.right, again.right)
    assert np.array_equal(first.alpha, again.alpha)
    assert first.learned == again.learned > 0
    np.testing.assert_allclose(fewer.error, first.error[:4], atol=1e-4)
    with pytest.raises(pytest.fail.Exception):
        bench.run(tiny(seed=1))


def test_a_run_of_another_seed_is_another(bench):
    one, other = bench.over_seeds(tiny(), "tiny")

    assert len(one.right) == len(one.error) == len(one.alpha) == COUNT
    assert not np.array_equal(one.error, other.error)
    np.testing.assert_allclose(one.alpha.sum(1), 1, atol=1e-4)


def test_everything_that_decides_a_run_names_it():
    """No two runs share files."""
    runs = [
        tiny(),
        tiny(seed=1),
        tiny(without=(0,)),
        tiny(without=(1,)),
        tiny(plan=replace(QUICK, keep=("text",))),
        tiny(samples=11),
        tiny(language=Recipe("llama")),
        tiny(language=Recipe("llama", passes=2)),
        *(tiny(config=c) for c in tasks.CASES.values()),
        *(tiny(config=r.config, language=r.language) for _, r in language.runs() if not r.language),
    ]

    assert len({r.key() for r in runs}) == len(runs) - 1  # the base stands in two of the tables


def test_an_expert_that_never_speaks_learns_nothing_and_has_no_weight(bench):
    """The other two share alpha; its weights stay, but for their decay."""
    run = tiny(without=(1,), plan=replace(QUICK, weight_decay=0.0))
    ended, model, fresh = bench.run(run), bench._trained(run, ""), built(run, lambda *_: None)
    moved = [
        max(
            float((a - b).detach().abs().max())
            for a, b in zip(new.parameters(), old.parameters(), strict=True)
        )
        for new, old in zip(model.fusion.experts, fresh.fusion.experts, strict=True)
    ]

    assert ended.alpha[:, 1].max() == 0
    np.testing.assert_allclose(ended.alpha.sum(1), 1, atol=1e-4)
    assert moved[1] == 0
    assert min(moved[0], moved[2]) > 1e-4


def test_weights_of_those_who_stay_keep_their_proportion():
    alpha = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1]])

    torch.testing.assert_close(
        without(alpha, (1,)), torch.tensor([[5 / 7, 0, 2 / 7], [0.5, 0, 0.5]])
    )
    torch.testing.assert_close(without(alpha, (0, 2)), torch.tensor([[0.0, 1, 0], [0.0, 1, 0]]))
    tiny_share = without(torch.tensor([[1.0, 3e-20, 1e-20], [1.0, 0.0, 0.0]]), (0,))
    torch.testing.assert_close(tiny_share, torch.tensor([[0, 0.75, 0.25], [0, 0.5, 0.5]]))
    assert dropped(()) == {}


def test_a_silent_modality_is_heard_in_no_batch_of_training(bench):
    here = shared.table("egmf", "train", 12, shared.SharedProgress(bench.progress))
    plan = replace(QUICK, keep=("audio", "vision"))
    batches = list(of_like_length(here, plan)(torch.Generator().manual_seed(0)))

    assert all(b.streams[Modality.TEXT].is_silent.all() for b in batches)
    assert not any(b.streams[Modality.AUDIO].is_silent.any() for b in batches)


def test_an_epoch_sees_every_utterance_once_and_another_epoch_in_another_order(bench):
    here = shared.table("egmf", "train", 12, shared.SharedProgress(bench.progress))
    seen = [
        [i for batch in of_like_length(here, QUICK)(torch.Generator().manual_seed(s))
         for i in batch.ids]
        for s in (0, 1)
    ]  # fmt: skip

    assert sorted(seen[0]) == sorted(here.batch.ids)
    assert seen[0] != seen[1]
    assert len(seen[0]) == QUICK.batch * here.steps(QUICK)


def test_who_is_asked_one_thing_answers_one_thing(bench):
    """No accuracy of a number, no error of a class; alpha of both."""
    runs = {c: bench.run(tiny(config=_tiny_of(k))) for c, k in tasks.CASES.items()}

    assert len(runs[tasks.CLASS].right) == COUNT
    assert len(runs[tasks.CLASS].error) == 0
    assert len(runs[tasks.NUMBER].right) == 0
    assert len(runs[tasks.NUMBER].error) == COUNT
    assert all(len(e.alpha) == COUNT for e in runs.values())


def _tiny_of(config):
    return replace(config, hidden=16, heads=2, layers=1, state=8)


@pytest.fixture(scope="module")
def sentence():
    return "i can not believe you did that , happiness"


@pytest.mark.parametrize("name", RECIPES)
def test_every_family_reads_with_the_embedded_tokenizer_and_answers(
    bench, monkeypatch, name, sentence
):
    """Made, kept, loaded like any other; as wide and as deep; only LoRA learns in it."""
    from mer_core.encoders.language import LanguageModel

    recipe = replace(RECIPES[name], sentences=8)
    folder = language_folder(recipe, lambda *_: None)
    embedded, other = LanguageModel.load(layers=languages.LAYERS), LanguageModel.load(str(folder))

    assert other.ids(sentence, start=True) == embedded.ids(sentence, start=True)
    assert other.width == embedded.width
    assert len(other.attention) == len(embedded.attention) == languages.LAYERS
    assert all("lora_" in n for n in other.learned)
    assert len(losses_of(recipe)) == recipe.passes
    if recipe.passes:
        assert losses_of(recipe)[-1] < np.log(embedded.network.config.vocab_size) - 0.5
    monkeypatch.setattr(languages, "fresh", lambda _: pytest.fail("made again"))
    assert language_folder(recipe, lambda *_: None) == folder


def test_another_language_model_stands_in_a_run(bench):
    ended = bench.run(tiny(language=RECIPES["GLM, random weights"]))

    assert len(ended.right) == COUNT
    assert set(ended.unread) <= {0.0, 1.0}


def test_gates_and_lora_are_off_where_they_are_said_to_be(bench):
    from mer_core.experiments.egmf import gating, lora

    first = built(tiny(config=_tiny_of(lora.CASES[lora.OFF])), lambda *_: None)
    even = built(tiny(config=_tiny_of(gating.CASES["a third for each"])), lambda *_: None)
    (batch,) = bench.asked.evaluation()
    last = even.fusion.context_gate[-1]
    assert isinstance(last, torch.nn.Linear)
    torch.nn.init.normal_(last.weight)
    with torch.no_grad(), capture(even, "fusion.alpha") as trace:
        even(batch)

    assert first.language.lora_layers() == []
    torch.testing.assert_close(trace["fusion.alpha"].values, torch.full((COUNT, 3), 1 / 3))


def test_a_limit_below_one_is_refused(bench):
    with pytest.raises(BadInput, match="at least 1"):
        Bench(Ask("valid", 0), lambda *_: None)
