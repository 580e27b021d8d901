"""What the language model looks at before it answers, and what it nearly said."""

import pytest
import torch
from tiny_egmf import opinionated, samples, tiny

from mer_core.probes.spoken import Speaks, asked_of, written
from mer_core.probes.spoken_looks import GROUPS, LooksAtPrompt, PromptLooks
from mer_core.probes.spoken_set import LooksSet, looks_set
from mer_core.recording import Recording, record
from mer_core.views import figure, to_csv


@pytest.fixture(scope="module")
def model():
    return opinionated(tiny())


@pytest.fixture(scope="module")
def recording(model):
    return record(model, samples())


@pytest.fixture(scope="module")
def looks(recording) -> PromptLooks:
    return LooksAtPrompt().read(recording)


# Looks


def test_shares_sum_to_one_and_match_the_map(recording, looks, model):
    torch.testing.assert_close(looks.shares.sum(-1), torch.ones(looks.shares.shape[:-1]))
    torch.testing.assert_close(looks.grouped().sum(-1), torch.ones(4, 2, 2))
    torch.testing.assert_close(looks.evenly.sum(-1), torch.ones(4, 2))

    text = recording.batch.streams["text"].mask.shape[1]
    place = model.segments(text)["pseudo"]
    ask = model.segments(text)["emotion task"].stop - 1
    by_hand = recording.trace["language.attention.1"].values[2, :, ask, place].sum(-1).mean()
    assert float(looks.grouped()[2, 0, 1, 0]) == pytest.approx(float(by_hand), rel=1e-4)


def test_an_even_look_counts_only_what_is_there(recording, looks, model):
    """The first sample: its words, four pseudo tokens, and the prompt up to the question."""
    mask = recording.batch.streams["text"].mask
    words = int(mask[0].sum())
    places = model.segments(mask.shape[1])
    prompt = sum(places[s].stop - places[s].start for s in ("prefix", "suffix", "emotion task"))
    before = torch.tensor([4, words, prompt]) / (4 + words + prompt)

    assert mask.shape[1] > words  # there is padding, which an even look leaves out
    torch.testing.assert_close(looks.evenly_grouped()[0, 0], before)


def test_words_that_are_not_said_get_no_look(looks):
    silent = 3

    assert looks.grouped()[silent, :, :, 1].max() == 0
    assert float(looks.evenly_grouped()[silent, 0, 1]) == 0
    assert looks.grouped()[0, :, :, 1].min() > 0


def test_nothing_after_the_emotions_question_is_seen_before_it_is_answered(looks):
    after = looks.segments.index("number task")

    assert looks.shares[:, 0, :, :, after].abs().max() == 0
    assert looks.shares[:, 1, :, :, after].min() > 0


def test_looks_are_said_drawn_and_written(looks):
    said = looks.says(1)

    assert "mean of 2 layers" in said
    assert all(name in said for name in GROUPS)
    assert len(figure(looks, 1).data) == 2 * len(GROUPS)
    assert "n = 1 (utterance-1)" in looks.caption(1)
    heads = looks.shares.shape[3]
    assert len(to_csv(looks).splitlines()) == 2 + 4 * 2 * 2 * heads * len(looks.segments)


def test_a_recording_without_places_is_not_read(recording):
    bare = Recording(**{**vars(recording), "extra": {}})

    assert LooksAtPrompt().fits(recording)
    assert not LooksAtPrompt().fits(bare)


def test_a_number_with_decimals_is_looked_at_where_it_begins():
    """Generating runs the taps again; the first visit is the whole prompt."""
    model = tiny(degrees=(), layers=1)
    recording = record(model, samples())
    found = LooksAtPrompt().read(recording)

    assert len(recording.trace.visits("language.attention.0")) > 1
    assert found.questions == ("emotion", "number")
    torch.testing.assert_close(found.shares.sum(-1), torch.ones(found.shares.shape[:-1]))
    assert "mean of" not in found.says()  # one layer has no mean


def test_the_mean_of_a_set_is_that_of_its_samples(model, looks):
    from mer_core.probes.experts_set import About

    one, two = (record(model, samples(4)[i : i + 2]) for i in (0, 2))
    parts = [LooksAtPrompt().read(r) for r in (one, two)]
    about = About("egmf", "0" * 64, "x", 0, "made-up utterances", "test", 4)
    found = LooksSet((), (), about, **looks_set(parts), unread={"emotion": 1})

    torch.testing.assert_close(found.grouped(), looks.grouped().mean(0), atol=1e-4, rtol=1e-4)
    assert found.says_unread() == (
        "Generated answers that answer nothing: 1 of 4 (25 %) to the emotion."
    )
    assert figure(found).data


# Answers


def test_what_is_said_is_what_the_model_generates(model):
    batch = model.processor()(samples())
    found = Speaks().run(model, batch)

    said = tuple(speeches[0].text for speeches in found.speeches)
    numbers = tuple(speeches[1].text for speeches in found.speeches)
    assert said == model.generate(batch)
    assert numbers == model.generate_number(batch)


def test_probabilities_are_over_the_whole_vocabulary(model):
    batch = model.processor()(samples(1))
    [speeches] = Speaks().run(model, batch).speeches
    prompt = model.prompt(batch)
    with torch.no_grad():
        scores = model.language(prompt.embeds, prompt.mask, model.questions(prompt))[0, 0]
    probs = scores.softmax(-1)

    step = speeches[0].steps[0]
    assert step.probs == pytest.approx(probs.topk(5).values.tolist(), rel=1e-3)
    assert step.prob == max(step.probs)
    assert speeches[0].listed == pytest.approx(float(probs[model.answers_ids].sum()), rel=1e-3)


def test_a_number_in_degrees_is_the_one_that_the_model_means(model):
    batch = model.processor()(samples())
    found = Speaks().run(model, batch)
    with torch.no_grad():
        meant = model(batch).sentiment

    values = [speeches[1].value for speeches in found.speeches]
    assert values == pytest.approx(meant.tolist(), abs=1e-3)


def test_a_number_with_decimals_is_said_token_by_token():
    model = tiny(degrees=(), layers=1)
    batch = model.processor()(samples(2))
    found = Speaks().run(model, batch)

    for speeches, text in zip(found.speeches, model.generate_number(batch), strict=True):
        number = speeches[1]
        assert number.text == text
        assert number.listed is None
        assert 1 <= len(number.steps) <= 6
        assert [step.end for step in number.steps[:-1]] == [False] * (len(number.steps) - 1)
    assert len(figure(found, 0).data) == 1 + len(found.speeches[0][1].steps)


def test_an_answer_that_is_none_is_said_to_be_none(model):
    """An untrained model says any word at all."""
    found = Speaks().run(model, model.processor()(samples(1)))
    [speeches] = found.speeches

    assert not speeches[0].fits
    assert "this is no answer to the question" in found.says()


def test_a_model_that_is_asked_one_thing_answers_one():
    model = tiny(limits=(), degrees=(), layers=1)
    batch = model.processor()(samples(2))

    assert asked_of(model) == ("emotion",)
    assert [len(s) for s in Speaks().run(model, batch).speeches] == [1, 1]
    assert LooksAtPrompt().read(record(model, samples(2))).questions == ("emotion",)


def test_pieces_of_words_keep_their_hyphen(model):
    ids = model.language.tokenizer.convert_tokens_to_ids(["anger", "##ing", "[SEP]"])

    assert written(model.language, ids) == ("anger", "-ing", "[SEP]")
