"""Linear probes on frozen states: who leans where, and what looks do to it."""

import pytest
import torch

from mer_core.errors import DataMissing, QuestionUnfit
from mer_core.probes import ask, questions
from mer_core.probes.congruence import (
    LabelCongruence,
    Origin,
    predicted_incongruity,
    true_incongruity,
)
from mer_core.probes.distortion import moved
from mer_core.probes.divergence import contrast, entropy, js, kl
from mer_core.probes.tendencies import Lean, leans
from mer_core.roles import Cast, resampled
from mer_core.task import EMOTIONS
from mer_core.tendencies import FILE, Leaning, Tendencies, pooled, tendencies_of
from mer_core.training.tendencies import (
    _learned,
    can_lean,
    congruent,
    fit_leaning,
    fit_tendencies,
)
from mer_core.types import Modality
from mer_core.views import figure, to_csv

QUESTIONS = (
    "Which way does each modality lean?",
    "Do the modalities lean to opposite sides?",
    "Does attention turn what a modality says?",
    "Does attention look as it does on congruent samples?",
)
LEANING = ("hct_dmg", "mult")


@pytest.fixture(scope="module")
def home(tmp_path_factory, recorded):
    """A place for checkpoints of these tests; what needs those that ship is made before."""
    for name in LEANING:
        recorded(name)
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("checkpoints")
        patch.setenv("MER_CHECKPOINTS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def fitted(home, untrained, batch_of, recorded):
    """Model name -> tendencies fitted on three samples, kept where the recording looks."""
    made = {}

    def fit(name):
        if name not in made:
            manifest = recorded(name).manifest
            found = fit_tendencies(
                untrained(name), batch_of(name), manifest.weights, {"split": "train"},
                lambda *_: None,
            )  # fmt: skip
            found.save(home / manifest.model / FILE)
            made[name] = found
        return made[name]

    return fit


@pytest.mark.parametrize("name", LEANING)
def test_every_question_is_answered_drawn_and_written(name, fitted, recorded):
    fitted(name)
    recording = recorded(name)

    assert set(QUESTIONS) <= set(questions(recording))
    for question in QUESTIONS:
        found = ask(question, recording)
        for sample in range(len(recording.batch)):
            assert figure(found, sample).data
            assert found.says(sample).endswith(".")
            assert found.caption(sample).startswith("n = 1")
        assert all(id in to_csv(found) for id in recording.batch.ids)


def test_without_fitted_probes_the_questions_are_not_offered(home, recorded, monkeypatch, tmp_path):
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))

    assert not set(QUESTIONS) & set(questions(recorded("hct_dmg")))
    with pytest.raises(QuestionUnfit):
        ask(QUESTIONS[0], recorded("hct_dmg"))


@pytest.mark.parametrize(("name", "looks"), [("hct_dmg", 4), ("mult", 6)])
def test_there_are_as_many_looks_as_the_model_has(name, looks, fitted, recorded):
    found = leans(recorded(name), fitted(name))

    assert sum(not lean.alone for lean in found) == looks
    assert [str(tuple(Modality)[int(x.target[0])]) for x in found if x.alone] == list(Modality)


def test_a_pooled_state_is_the_mean_over_real_positions(recorded):
    recording = recorded("hct_dmg")
    found = pooled(recording.trace, recording.batch)["H.audio"].values
    real = recording.batch.streams[Modality.AUDIO].mask
    values = recording.trace["H.audio"].values

    for b in range(len(real)):
        torch.testing.assert_close(found[b], values[b][real[b]].mean(0), atol=1e-5, rtol=1e-4)
    assert not torch.allclose(found, values.mean(1), atol=1e-3)


def test_roles_of_a_gate_by_sample_differ_between_samples():
    """Each sample's masks and modalities are those of its own primary."""
    from mer_core.types import Stream

    lengths = {Modality.TEXT: 2, Modality.AUDIO: 4, Modality.VISION: 3}
    streams = {
        m: Stream(m, torch.zeros(2, 4, 1), (torch.arange(4) < n).expand(2, 4))
        for m, n in lengths.items()
    }
    cast = Cast(streams, torch.tensor([1, 2]))

    assert cast.place("primary").tolist() == [1, 2]
    assert cast.place("first auxiliary").tolist() == [0, 0]
    assert cast.place("second auxiliary").tolist() == [2, 1]
    assert cast.mask("primary", 4).sum(1).tolist() == [4, 3]
    assert cast.mask("second auxiliary", 6).sum(1).tolist() == [3, 4]
    with pytest.raises(ValueError, match="Nothing seen says"):
        Cast(streams, None).place("primary")


def test_a_linear_probe_finds_what_is_linear():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(400, 5, generator=generator)
    number, target = 2 * x[:, 0] - x[:, 3] + 0.5, (x[:, 1] > 0).long() * 3
    found = fit_leaning(x, number, target)
    said, probs = found.says(x)

    torch.testing.assert_close(said, number, atol=0.05, rtol=0.05)
    assert (probs.argmax(1) == target).float().mean() > 0.95
    assert probs[:, [1, 2, 4, 5, 6]].sum(1).mean() < 0.1


def test_where_no_sentiment_is_known_none_is_learned():
    x = torch.randn(300, 3, generator=torch.Generator().manual_seed(1))
    number = torch.where(x[:, 1] > 0, x[:, 0], torch.nan)
    said, _ = fit_leaning(x, number, torch.zeros(300, dtype=torch.long)).says(x)

    torch.testing.assert_close(said, x[:, 0], atol=0.05, rtol=0.05)


def test_tendencies_are_kept_and_belong_to_their_weights(home):
    made = Tendencies(
        {"H.text": Leaning(torch.randn(4, 8), torch.randn(8))}, {"stage1.first": torch.rand(32)},
        EMOTIONS, "abc", {"n": 7},
    )  # fmt: skip
    path = home / "kept" / FILE
    made.save(path)
    found = tendencies_of("kept", "abc")

    assert found.emotions == EMOTIONS
    assert found.about["n"] == 7
    torch.testing.assert_close(
        found.leanings["H.text"].weight, made.leanings["H.text"].weight, atol=5e-3, rtol=5e-3
    )
    with pytest.raises(DataMissing, match="fitted on other weights"):
        tendencies_of("kept", "other")
    path.write_bytes(b"damaged")
    with pytest.raises(DataMissing, match=r"is damaged\. Run `mer grade kept --save`"):
        tendencies_of("kept", "abc")
    with pytest.raises(DataMissing, match="not fitted here"):
        tendencies_of("nowhere", "abc")


def lean(name, target, source, *numbers):
    count = len(numbers)
    places = torch.full((count,), target), torch.full((count,), source)
    return Lean(name, *places, torch.tensor(numbers), torch.full((count, 7), 1 / 7))


def test_distortion_shift_flip_and_disparity_by_hand():
    """Text leans +1, audio -2, vision +2; text after audio -0.5, text after vision +1.5."""
    found = moved(
        (
            lean("H.text", 0, -1, 1.0), lean("H.audio", 1, -1, -2.0), lean("H.vision", 2, -1, 2.0),
            lean("Y.text_from_audio", 0, 1, -0.5), lean("Y.text_from_vision", 0, 2, 1.5),
        )
    )  # fmt: skip

    assert found.distortion[:, 0].tolist() == [1.5, 0.5]
    assert found.shift[:, 0].tolist() == [1.5, 0.5]
    assert found.flip[:, 0].tolist() == [True, False]
    assert found.disparity[:, 0].tolist() == [2.0]
    assert found.shared == ((0, 1),)


def test_without_a_look_nothing_is_distorted():
    alone = tuple(lean(f"H.{m}", i, -1, 0.0) for i, m in enumerate(Modality))

    with pytest.raises(ValueError, match="No modality has looked"):
        moved(alone)


def test_opposite_leanings_contradict_and_weak_ones_do_not():
    own = torch.tensor([[1.0, 1.0, 0.4], [-1.0, 0.2, -0.4], [0.0, 0.0, 0.0]])

    assert predicted_incongruity(own).tolist() == [True, False, False]
    silent = torch.tensor([[True, False, False]] + [[False] * 3] * 2)
    assert predicted_incongruity(own, silent).tolist() == [False, False, False]


def test_origins_are_told_and_never_mixed(fitted, recorded):
    fitted("hct_dmg")
    recording = recorded("hct_dmg")
    true = LabelCongruence().read(recording)
    guessed = LabelCongruence(Origin.PREDICTED).read(recording)

    assert set(true.origin) == {Origin.TRUE}
    assert true.incongruent.tolist() == true_incongruity(recording.batch).tolist()
    assert set(guessed.origin) == {Origin.PREDICTED}
    assert true.share(Origin.TRUE)[1] == 3
    with pytest.raises(ValueError, match="No sample here has a label by predicted"):
        true.share(Origin.PREDICTED)
    with pytest.raises(ValueError, match="no label by proxy"):
        LabelCongruence(Origin.PROXY).read(recording)


def test_a_label_of_sarcasm_is_a_proxy(fitted, recorded):
    from dataclasses import replace

    fitted("hct_dmg")
    base = recorded("hct_dmg")
    named = [replace(s, target=t) for s, t in zip(
        base.samples, ("sarcastic", "not sarcastic", "sarcastic"), strict=True)]  # fmt: skip
    unlabelled = replace(base, samples=tuple(named), batch=replace(base.batch, labels={}))
    found = LabelCongruence().read(unlabelled)

    assert set(found.origin) == {Origin.PROXY}
    assert found.incongruent.tolist() == [True, False, True]


def test_congruent_samples_are_those_whose_labels_are_one(batch_of):
    batch = batch_of("hct_dmg")

    assert congruent(batch).tolist() == (~true_incongruity(batch)).tolist()


def test_divergences_by_hand():
    p, q = torch.tensor([0.5, 0.5, 0.0]), torch.tensor([0.25, 0.25, 0.5])

    assert float(kl(p, q)) == pytest.approx(1.0, abs=1e-4)
    assert float(kl(p, p)) == pytest.approx(0.0, abs=1e-6)
    assert float(js(p, q)) == pytest.approx(float(js(q, p)))
    assert float(js(torch.eye(2)[0], torch.eye(2)[1])) == pytest.approx(1.0, abs=1e-4)
    assert float(entropy(torch.full((32,), 1 / 32))) == pytest.approx(5.0, abs=1e-3)


def test_attention_of_any_length_is_stretched_over_the_same_bins():
    falls = torch.tensor([[0.5, 0.5, 0.0, 0.0], [0.1, 0.2, 0.3, 0.4]])
    real = torch.tensor([[True, True, False, False], [True] * 4])
    found = resampled(falls, real, bins=8)

    torch.testing.assert_close(found.sum(1), torch.ones(2))
    torch.testing.assert_close(found[0], torch.full((8,), 1 / 8))
    torch.testing.assert_close(
        found[1], torch.tensor([0.1, 0.2, 0.3, 0.4]).repeat_interleave(2) / 2
    )
    gaps = resampled(torch.tensor([[0.5, 0.0, 0.5]]), torch.tensor([[True, False, True]]), bins=2)
    assert gaps.tolist() == [[0.5, 0.5]]


def test_two_groups_that_look_alike_differ_by_chance_and_others_do_not():
    generator = torch.Generator().manual_seed(2)
    falls = torch.rand(60, 16, generator=generator)
    falls /= falls.sum(1, keepdim=True)
    odd = torch.arange(60) < 20
    alike = contrast(falls, odd, shuffles=200)
    tilted = falls.clone()
    tilted[odd, :4] += 0.1
    apart = contrast(tilted / tilted.sum(1, keepdim=True), odd, shuffles=200)

    assert alike.kl > 0
    assert alike.p_kl > 0.05
    assert apart.p_kl == pytest.approx(1 / 201)
    assert apart.p_js == pytest.approx(1 / 201)
    assert (apart.congruent, apart.incongruent) == (40, 20)
    with pytest.raises(ValueError, match="Both groups"):
        contrast(falls, torch.zeros(60, dtype=torch.bool))


def test_who_can_lean(untrained):
    assert can_lean(untrained("hct_dmg"))
    assert not can_lean(untrained("mghft"))


def test_own_states_learn_own_labels_and_looks_the_answer_of_the_whole(batch_of):
    batch = batch_of("hct_dmg")
    number, label = _learned("H.audio", batch)
    whole, answer = _learned("Y_u", batch)

    assert label.tolist() == batch.labels[Modality.AUDIO].tolist()
    assert number.isnan().tolist() == (label != batch.target).tolist()
    assert answer.tolist() == batch.target.tolist()
    assert whole.tolist() == batch.sentiment.tolist()
