"""Grades: scores by hand, what is saved, and what is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from mer_core.checkpoints import folder_of
from mer_core.datasets.puppets.oracle import utterance_ceilings
from mer_core.errors import BadInput, MerError, ResultInvalid
from mer_core.grading import (
    QUESTIONS,
    WHAT,
    Grade,
    Grades,
    Score,
    grade_sentence,
    load_grades,
    save_grades,
)
from mer_core.grading.combine import (
    Known,
    as_measured,
    combination_note,
    fit,
    fitted_scores,
    out_of_fold,
)
from mer_core.grading.grade import accuracy_score, auroc, auroc_score, grade
from mer_core.grading.scores import Evidence, plain_scores
from mer_core.grading.seen import Seen
from mer_core.grading.telling import found_sentences
from mer_core.probes import PROBES
from mer_core.probes.silence import every_subset
from mer_core.roles import MODALITIES

LIMIT = 60


def score(value, share, n=10):
    return Score(value, value - 0.1, value + 0.1, 0.5, share, n)


def made(weights="abc", split="test", model="toy"):
    grades = (
        Grade("random", score(0.5, 0.0)),
        Grade("confidence", score(0.6, 0.25)),
        Grade("disagreement", score(0.86, 0.9), replace(score(0.7, 0.8, 4), chance=1 / 3)),
        Grade("highlight", score(0.52, 0.05)),
        Grade("batch gate", None, note="One vector for all inputs."),
        Grade("combination", score(0.88, 0.95)),
        Grade("oracle", score(0.9, 1.0)),
    )
    data = {"name": "p", "what": "toys", "n": 10, "incongruent": 4, "world": "w", "demo": True}
    found = Grades(model, split, data, grades, (), {"weights_sha256": weights}, ("A note.",))
    return replace(found, found=found_sentences(found))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A checkpoint whose card names the weights "abc"."""
    monkeypatch.setenv("MER_CHECKPOINTS", str(tmp_path))
    folder_of("toy").mkdir()
    card = {"format": 1, "model": "toy", "weights_sha256": "abc"}
    (folder_of("toy") / "card.json").write_text(json.dumps(card))
    return tmp_path


def test_auroc_counts_pairs_and_ties_half():
    scores, lies = np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True])

    assert auroc(scores, lies) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert auroc(-scores, lies) == pytest.approx(1 - auroc(scores, lies))


def test_shares_run_from_guessing_to_the_oracle():
    draw = np.random.default_rng(0)
    lies = draw.random(400) < 0.3
    good = lies + draw.normal(0, 1, 400)
    oracle = auroc_score(good, lies, None, rounds=50)
    again = auroc_score(good, lies, oracle, rounds=50)
    noise = auroc_score(draw.random(400), lies, oracle, rounds=50)

    assert again.share == pytest.approx(1, abs=1e-4)
    assert abs(noise.share) < 0.25
    assert noise.low < 0.5 < noise.high
    assert oracle.low < oracle.value < oracle.high
    named = accuracy_score(np.array([True, True, False]), 1 / 3, None, rounds=50)
    assert (named.value, named.chance, named.n) == (0.66667, 0.33333, 3)


def test_grades_come_back_as_they_were_saved(home):
    save_grades(made())

    assert load_grades("toy").plain() == made().plain()
    save_grades(made(split="valid"))
    assert load_grades("toy").split == "test"
    assert load_grades("toy", "valid").split == "valid"


def test_grades_of_other_weights_are_refused_and_then_dropped(home):
    save_grades(made("old"))
    with pytest.raises(ResultInvalid, match=r"graded on other weights\. Run `mer grade toy"):
        load_grades("toy")
    save_grades(made("abc", "valid"))

    assert load_grades("toy").split == "valid"


@pytest.mark.parametrize("words", [None, "{", "[]", '{"format": 9}', '{"format": 1, "splits": {}}'])
def test_what_cannot_be_read_says_what_to_do(home, words):
    if words is not None:
        (folder_of("toy") / "grades.json").write_text(words)

    with pytest.raises(ResultInvalid, match="mer grade toy --save"):
        load_grades("toy")


def test_the_note_says_how_well_on_what_beside_what(home):
    save_grades(made())
    told = grade_sentence("disagreement", "toy")

    assert "On 10 puppets" in told
    assert "AUROC 0.86 (0.76 to 0.96; chance 0.50, oracle 0.90)" in told
    assert "names who lies in 70 % (n = 4)" in told
    assert grade_sentence("batch gate", "toy") == "One vector for all inputs."
    with pytest.raises(ResultInvalid, match="is not graded for toy"):
        grade_sentence("conflict", "toy")


def test_sentences_name_the_best_and_what_does_not_work():
    told = " ".join(made().found)

    assert WHAT["disagreement"] in told
    assert "0.880 (95 % of the oracle)" in told
    assert "These do not find lies: highlight." in told


def with_controls():
    """The same grades with a control that is better than every probe of the model."""
    who = replace(score(0.95, 0.99, 4), chance=1 / 3)
    heard, plain = Grade("listeners", score(0.89, 0.97), who), made()
    grades = (*plain.grades[:-2], heard, *plain.grades[-2:])
    return replace(plain, grades=grades)


def test_a_control_is_told_apart_and_never_called_the_models_best():
    grades = with_controls()
    best, control, combined, liar, *_ = found_sentences(grades)

    assert grades["listeners"].incongruent.value > grades["disagreement"].incongruent.value
    assert best.startswith(f"The best probe of the model is “{WHAT['disagreement']}”")
    assert "which never sees this model: 0.890 (97 % of the oracle)" in control
    assert "“who lies, by listeners”" in combined
    assert "no merit of the model" in combined
    assert WHAT["disagreement"] in liar
    assert "by the best control in 95.0 %" in liar
    assert not any("control" in told for told in made().found)
    assert "no merit" not in " ".join(made().found)


def test_the_combination_says_which_of_its_experts_never_look_at_the_model():
    both = combination_note(16, ("posterior", "entry", "listeners"))

    assert both.startswith("16 numbers fitted on validation. Listeners")
    assert "never look at this model" in both
    assert "0022" in both
    assert "Linear probes of the inputs" in both
    assert combination_note(4, ("posterior",)) == "4 numbers fitted on validation."


def test_every_graded_question_is_a_probe_and_has_words():
    assert set(QUESTIONS) <= set(PROBES)
    assert set(QUESTIONS.values()) <= set(WHAT)


@pytest.fixture(scope="module")
def staged():
    """Evidence of a made-up model: sure and right alone; who lies says the next emotion."""
    generator = torch.Generator().manual_seed(0)
    n = 240
    kind = torch.randint(0, 8, (n,), generator=generator)
    kind = torch.where(kind > 3, 0, kind)
    truth = torch.randint(0, 7, (n,), generator=generator)
    heard = every_subset(MODALITIES)
    own = torch.randn(3, n, 7, generator=generator)
    for m in range(3):
        shown = torch.where(kind == m + 1, (truth + 1) % 7, truth)
        own[m, torch.arange(n), shown] += 4
    logits = torch.einsum("sm,mne->sne", heard.float(), own)
    seen = Seen(heard, logits, None, {}, {}, {}, {}, None, None, {})
    shown = torch.stack([torch.where(kind == m + 1, (truth + 1) % 7, truth) for m in range(3)])
    return Evidence(seen), Known(kind, shown)


def test_a_product_of_experts_finds_staged_lies_and_who_lies(staged):
    evidence, known = staged
    told, kind = out_of_fold(evidence, known, "w"), known.kind.numpy()

    for name in ("posterior", "combination"):
        kinds = told[name]
        assert auroc(1 - kinds[:, 0], kind > 0) > 0.9
        assert (kinds[kind > 0, 1:].argmax(1) == kind[kind > 0] - 1).mean() > 0.85
        assert kinds.sum(1) == pytest.approx(np.ones(len(kind)))


def test_listeners_are_one_more_expert_where_they_were_asked(staged):
    clear, known = staged
    noise = torch.randn(clear.seen.logits.shape, generator=torch.Generator().manual_seed(1))
    evidence = Evidence(replace(clear.seen, logits=clear.seen.logits + 3 * noise))
    own = 3 * torch.nn.functional.one_hot(known.own, 7).float()
    heard = replace(evidence, listened=own.log_softmax(-1))
    kind = known.kind.numpy()

    told, without = (out_of_fold(e, known, "w") for e in (heard, evidence))

    assert set(told) == set(without) | {"listeners"}
    lies = kind > 0
    scores = [auroc(1 - t["combination"][:, 0], lies) for t in (told, without)]
    assert scores[0] > scores[1] + 0.02
    rows = {m.name: m for m in as_measured(told, fit(heard, known, "w"))}
    assert rows["listeners"].passes == ("listening",)
    assert rows["combination"].passes == ("alone", "listening")
    assert "never the model" in rows["listeners"].note
    assert "no merit of the model" in rows["combination"].note
    alone = as_measured(without, fit(evidence, known, "w"))
    assert {m.name: m.passes for m in alone}["combination"] == ("alone",)
    assert "no merit" not in {m.name: m.note for m in alone}["combination"]


def test_what_is_told_of_validation_never_saw_its_own_label(staged):
    """With labels drawn by lot nothing can be found out of fold; in sample, something would be."""
    evidence, known = staged
    lots = known.some(np.random.default_rng(1).permutation(len(known.kind)))
    lies = lots.kind.numpy() > 0
    held = auroc(1 - out_of_fold(evidence, lots, "w")["combination"][:, 0], lies)
    flattered = fitted_scores(evidence, fit(evidence, lots, "w"))["combination"]

    assert abs(held - 0.5) < 0.12
    assert auroc(1 - flattered[:, 0], lies) > held - 0.02


def test_disagreement_silence_and_conflict_point_to_staged_lies(staged):
    evidence, kind = staged[0], staged[1].kind.numpy()
    found = {m.name: m for m in plain_scores(evidence)}

    assert auroc(found["disagreement"].score, kind > 0) > 0.85
    assert (found["disagreement"].liar[kind > 0].argmax(1) == kind[kind > 0] - 1).mean() > 0.7
    assert auroc(found["random"].score, kind > 0) < 0.65
    assert found["confidence"].liar is None


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Grades of the shipped EGMF on few samples; features lie in a folder of these tests."""
    from mer_core.grading import grade as module

    whole = module.utterance_table

    def part(model, split, limit, progress):
        return whole(model, split, LIMIT if split == "train" else limit, progress)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MER_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(module, "utterance_table", part)
        yield grade("egmf", "valid", LIMIT)


def test_a_shipped_model_is_graded_beside_the_oracle(few):
    ceilings = utterance_ceilings("valid", LIMIT)

    assert few["oracle"].incongruent.value == pytest.approx(ceilings["incongruity"], abs=1e-4)
    assert few["oracle"].liar.value == pytest.approx(ceilings["liar"], abs=1e-4)
    assert few.data["n"] == LIMIT
    assert few["oracle"].liar.n == few.data["incongruent"] == ceilings["incongruent"]
    wanted = {"random", "confidence", "disagreement", "conflict", "corruption", "highlight",
              "alpha", "posterior", "combination"}  # fmt: skip
    assert wanted <= {g.name for g in few.grades}
    assert "batch gate" not in few
    assert all(g.milliseconds for g in few.probes)
    assert few["disagreement"].forwards == 4
    assert "listeners" not in few  # EGMF reads token ids, which they do not hear
    assert all(s.endswith(".") for s in (*few.found, *few.notes))


def test_what_cannot_be_graded_is_refused_in_a_sentence():
    with pytest.raises(BadInput, match="--split is valid or test"):
        grade("egmf", "train")
    with pytest.raises(MerError, match="Did you mean"):
        grade("hct_dgm")


def test_too_few_samples_are_refused(few):
    with pytest.raises(BadInput, match="ask for more with --limit"):
        grade("egmf", "valid", 3)
