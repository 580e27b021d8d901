"""Every question put to every model, and the ways in which a question is refused."""

import copy
import csv
import io

import pytest
import torch

from mer_core.errors import ModelAbsent, QuestionUnfit, UnknownName
from mer_core.models import MODELS
from mer_core.probes import PROBES, ask, questions
from mer_core.probes.base import Experiment
from mer_core.recording import Recording
from mer_core.views import figure, to_csv

EXPERIMENTS = [question for question, probe in PROBES.items() if isinstance(probe, Experiment)]
EXPECTED = {
    "mghft": {
        "Which places of the sticker read which words?",
        "Which view does each stage take from?",
        "What if one view were missing?",
        "Which view does each stage resemble?",
        "What does the answer look at, guided by the text?",
        "Would shuffled weights look there too?",
        "Where does the answer's score come from?",
        "Does the view that is looked at most also count most?",
    },
    "egmf": {
        "Where does one modality look in another?",
        "How much does each expert count?",
        "What if one expert were missing?",
        "How do the two stages of the gate mix the experts?",
        "Does the expert with the greatest weight put most in?",
        "Do the experts say the same?",
        "What do the experts hand to the language model?",
        "What does the language model look at before it answers?",
        "Which words did the language model nearly say?",
    },
    "hct_dmg": {"Where does one modality look in another?", "Which modality leads?"},
    "mult": {"Where does one modality look in another?"},
}
EVERYWHERE = {
    "What if a modality fell silent?",
    "How much does each modality add?",
    "Do the modalities agree?",
    "What do modalities say alone, together and against each other?",
}


@pytest.fixture(params=MODELS)
def name(request):
    return request.param


@pytest.fixture
def model(name, untrained):
    return untrained(name)


@pytest.fixture
def recording(name, recorded):
    return recorded(name)


def test_each_model_is_asked_what_fits_it(name, recording, model):
    """A new model gets the questions of EVERYWHERE for nothing."""
    assert EXPECTED.get(name, set()) | EVERYWHERE <= set(questions(recording, model))
    for other, own in EXPECTED.items():
        if other != name:
            foreign = own - EXPECTED.get(name, set()) - EVERYWHERE
            assert not foreign & set(questions(recording, model))


def test_every_answer_is_drawn_said_and_written(recording, model):
    for question in questions(recording, model):
        finding = ask(question, recording, model)
        for sample in range(len(recording.batch)):
            assert figure(finding, sample).data, question
            assert finding.says(sample).endswith("."), question
            assert "nan" not in finding.says(sample), question
            assert finding.caption(sample).startswith(("n = 1", "One vector")), question
        rows = list(csv.DictReader(io.StringIO(to_csv(finding).split("\n", 1)[1])))
        assert {row["sample"] for row in rows} == set(recording.batch.ids), question


def test_asking_leaves_the_model_as_it_was(recording, model):
    def state():
        parts = [
            (n, m.training, sorted(vars(m)), len(m._forward_hooks))
            for n, m in model.named_modules()
        ]
        return parts, copy.deepcopy(model.state_dict())

    parts, weights = state()
    for question in questions(recording, model):
        ask(question, recording, model)
    parts_after, weights_after = state()

    assert parts == parts_after
    assert all(torch.equal(weights[key], weights_after[key]) for key in weights)
    assert all(p.grad is None for p in model.parameters())


def test_readers_answer_the_same_from_the_disk(recording, model, tmp_path):
    recording.save(tmp_path / "recording.safetensors")
    replay = Recording.load(tmp_path / "recording.safetensors")

    assert questions(replay) == [q for q in questions(recording, model) if q not in EXPERIMENTS]
    for question in questions(replay):
        live, kept = ask(question, recording, model), ask(question, replay)
        assert live.says() == kept.says()
        assert to_csv(live) == to_csv(kept)
        assert figure(live).to_json() == figure(kept).to_json()


@pytest.mark.parametrize("question", EXPERIMENTS)
def test_an_experiment_takes_no_more_passes_than_it_says(
    question, name, recording, model, forwards
):
    """All cases stand in one batch, and nothing is looped; only altered copies take passes more."""
    if question not in questions(recording, model):
        return
    sizes = forwards(model)
    ask(question, recording, model)

    assert len(sizes) <= PROBES[question].passes
    assert all(size >= len(recording.batch) for size in sizes)


def test_an_experiment_without_a_model_is_refused(recording):
    for question in EXPERIMENTS:
        with pytest.raises(ModelAbsent, match="takes the model itself"):
            ask(question, recording)


def test_a_question_about_another_model_is_refused(name, recording, model):
    foreign = set(PROBES) - set(questions(recording, model))

    assert foreign
    for question in foreign:
        with pytest.raises(QuestionUnfit, match="cannot be put to"):
            ask(question, recording, model)


def test_an_unknown_question_is_refused(recording):
    with pytest.raises(UnknownName, match="Did you mean"):
        ask("What if a modality fell quiet?", recording)
