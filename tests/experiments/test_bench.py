"""The bench: the same answers as asking the model sticker by sticker."""

import pytest
import torch

from mer_core.datasets.puppets import sticker
from mer_core.errors import BadInput
from mer_core.experiments.base import Ask
from mer_core.experiments.mghft.bench import ask_all, coalitions, open_bench, trained


def quiet(*_):
    """A progress that tells nobody."""


@pytest.fixture(scope="module")
def model(bench):
    return next(iter(bench.models.values()))


def test_answers_are_those_of_the_model_asked_about_samples(bench, model):
    samples = [sticker(i, "valid") for i in range(3)]
    with torch.no_grad():
        one_by_one = model(model.processor()(samples)).probs

    torch.testing.assert_close(ask_all(bench)[0, :3], one_by_one, atol=2e-3, rtol=0)


def test_new_sentences_are_said_and_known_ones_stay(bench, model):
    words = "Somebody is mad with rage and hits the table."
    wider = bench.saying([words], quiet)
    places = bench.places.clone()
    places[:, 0] = wider.place([[words]])[0, 0]
    told = sticker(0, "valid")
    views = {**told.views, "intention": words}
    with torch.no_grad():
        alone = model(model.processor()([type(told)("a", image=told.image, views=views)])).probs

    torch.testing.assert_close(ask_all(wider), ask_all(bench))
    torch.testing.assert_close(ask_all(wider, places)[0, :1], alone, atol=2e-3, rtol=0)
    assert not torch.allclose(ask_all(wider, places), ask_all(bench), atol=1e-2)
    assert words not in bench.table.sentences.place


def test_the_last_coalition_is_the_answer_and_the_first_hears_what_stands_in(bench, model):
    other = bench.places.roll(1, dims=0)
    logits = coalitions(bench, model, other, quiet) / model.temperature
    mixed = bench.places.clone()
    mixed[:, 1:] = other[:, 1:]

    torch.testing.assert_close(logits[:, -1].softmax(-1), ask_all(bench)[0], atol=1e-4, rtol=0)
    torch.testing.assert_close(
        logits[:, 0].softmax(-1), ask_all(bench, other)[0], atol=1e-4, rtol=0
    )
    torch.testing.assert_close(
        logits[:, 1].softmax(-1), ask_all(bench, mixed)[0], atol=1e-4, rtol=0
    )
    assert not torch.allclose(logits[:, 0], logits[:, -1], atol=0.1)


def test_a_view_that_nobody_said_is_the_one_that_a_coalition_leaves_out(bench, model):
    nobody = torch.full_like(bench.places, -1)
    logits = coalitions(bench, model, None, quiet) / model.temperature

    torch.testing.assert_close(
        logits[:, 0].softmax(-1), ask_all(bench, nobody)[0], atol=1e-4, rtol=0
    )


def test_silent_text_leaves_the_words_without_effect(bench):
    other = bench.places.roll(1, dims=0)

    torch.testing.assert_close(
        ask_all(bench, keep=("vision",)), ask_all(bench, other, keep=("vision",))
    )


def test_a_seed_that_is_not_here_is_named_with_the_way_to_train_it():
    with pytest.raises(BadInput, match="mer train mghft --version fused --seed 77"):
        trained((77,))


def test_a_limit_below_one_is_refused():
    with pytest.raises(BadInput, match="at least 1"):
        open_bench(Ask("valid", 0), quiet)
