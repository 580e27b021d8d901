"""MGHFT's own experiments on a few stickers: what each must find whatever the weights say."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mer_core.errors import DataMissing
from mer_core.experiments.base import ACCURACY, MILLISECONDS, Ask
from mer_core.experiments.mghft import biased, evidence, generic, latency, released, unseen
from mer_core.experiments.mghft import no_text as wordless
from mer_core.experiments.mghft import view_order as orders
from mer_core.experiments.mghft.bench import VIEWS
from mer_core.task import EMOTIONS
from mer_core.types import View

ON_PUPPETS = ("no-text", "view-order", "generic", "biased", "unseen", "evidence")


@pytest.mark.parametrize("name", ON_PUPPETS)
def test_every_result_says_what_it_found_on_which_data_with_which_weights(found, few, name):
    result = found(name)

    assert result.experiment == name
    assert all(sentence.endswith(".") for sentence in (*result.found, *result.notes))
    assert result.data["demo"]
    assert (result.data["split"], result.data["n"]) == ("valid", few.limit)
    assert set(result.manifest) == {"weights", "config", "code", "world", "versions"}
    assert list(result.manifest["weights"]) == [str(s) for s in result.seeds]
    assert all(result.of(measure) for measure in result.measures)
    for row in result.rows:
        assert np.isfinite(row.value)
        assert row.n > 0
        assert row.low is None or row.low - 1e-9 <= row.value <= row.high + 1e-9


def test_the_same_run_gives_the_same_result_to_the_last_digit(found, few):
    again = biased.run(few, lambda *_: None)

    assert again.plain() == found("biased").plain()


def test_no_text_asks_the_same_weights_with_one_modality_silent(found):
    rows = found("no-text").of(ACCURACY, wordless.SAME)

    assert [r.case for r in rows] == ["picture and text", "picture alone", "text alone"]
    assert rows[0].reference
    assert len({r.value for r in rows}) > 1


def test_trained_versions_stand_beside_with_the_cards_own_numbers(found):
    from mer_core.checkpoints import read_card

    row = found("no-text").row("picture alone", ACCURACY, wordless.OWN)
    told = read_card("mghft")["metrics"]["vision-only"]["test"]

    assert row.value == told["accuracy"]["mean"]
    assert row.n == told["samples"]


def test_all_24_orders_are_asked_and_the_intended_one_is_marked(found):
    rows = found("view-order").of(ACCURACY, orders.SWAPPED)

    assert len({r.case for r in rows}) == 24
    assert [r.case for r in rows if r.reference] == [" → ".join(VIEWS)]
    assert rows[0].reference
    same = found("no-text").row("picture and text", ACCURACY, wordless.SAME)
    assert rows[0].value == same.value


def test_orders_are_counted_by_the_views_that_stay_in_place(found):
    rows = found("view-order").of(ACCURACY, orders.IN_PLACE)

    assert [r.dose for r in rows] == [0, 1, 2, 4]
    assert [r.note.split()[0] for r in rows] == ["9", "8", "6", "1"]


def test_placeholders_say_nothing_of_any_emotion(bench):
    words = " ".join(t for row in generic.placeholders(bench) for t in row).lower()

    assert not any(emotion in words for emotion in EMOTIONS)
    assert len(generic.placeholders(bench)) == len(bench)


def test_the_sweep_runs_from_the_descriptions_to_four_placeholders(found):
    result = found("generic")
    swept = result.of(ACCURACY, generic.SHARE)

    assert [r.dose for r in swept] == list(generic.SHARES)
    assert swept[0].value == pytest.approx(result.row("descriptions", ACCURACY, generic.ALL).value)
    end = result.row("four placeholders", ACCURACY, generic.ALL).value
    assert swept[-1].value == pytest.approx(end)
    assert swept[0].value != swept[-1].value


def test_rewritten_views_name_the_wrong_emotion_and_not_the_true_one(bench):
    for i, truth in enumerate(bench.truth):
        wrong = biased.wrong_emotion(truth, bench.split, i)
        texts = biased.rewritten(truth, wrong, bench.split, i)

        assert wrong not in (truth.emotion, "neutral")
        assert texts == biased.rewritten(truth, wrong, bench.split, i)
        told = bench.table.data.views[i]
        for view, text in zip(VIEWS, texts, strict=True):
            if truth.evidence[View(view)] in ("truthful", "generic"):
                assert text != told[view]


def test_more_rewritten_views_mean_more_obedience(found):
    result = found("biased")
    rows = result.of(biased.OBEYS, biased.EVERY)

    assert [r.dose for r in rows] == [0, 1, 2, 3, 4]
    assert all(a.value <= b.value for a, b in pairwise(rows))
    assert rows[-1].value > rows[0].value + 0.2


def test_each_dose_has_as_many_samples_as_the_pictures_that_show_it(found):
    result = found("biased")
    shown = result.row("4", ACCURACY, biased.SHOWN).n
    hidden = result.row("4", ACCURACY, biased.HIDDEN).n

    assert shown + hidden == result.data["n"]


@pytest.mark.parametrize("name", unseen.REDRAWINGS)
def test_a_new_way_of_drawing_changes_pictures_and_keeps_their_shape(bench, name):
    pixels = bench.table.data.pixels[:5]
    drawn = unseen.REDRAWINGS[name](pixels)

    assert drawn.shape == pixels.shape
    assert drawn.dtype == np.uint8
    assert np.abs(drawn.astype(int) - pixels).mean() > 10
    assert len(np.unique(drawn.reshape(5, -1), axis=0)) == 5


def test_inverting_twice_gives_the_picture_back(bench):
    pixels = bench.table.data.pixels[:3]

    assert np.array_equal(unseen.inverted(unseen.inverted(pixels)), pixels)


def test_seen_and_unseen_stickers_add_up(found):
    result = found("unseen")

    for group in (unseen.HELD, unseen.WORDED, unseen.CHARACTER, unseen.STYLE):
        assert sum(r.n for r in result.of(ACCURACY, group)) == result.data["n"]
    for row in result.of(ACCURACY, unseen.CHARACTER):
        assert ("never seen" in row.case) == (row.case.split()[0] in ("panda", "alien", "mushroom"))


def test_auroc_is_sklearns_with_ties_and_with_weights():
    generator = np.random.default_rng(3)
    scores = generator.integers(0, 5, 60).astype(float)
    kinds = generator.integers(0, 2, 60).astype(float)
    weights = generator.integers(0, 4, (3, 60)).astype(float)
    expected = [roc_auc_score(kinds, scores, sample_weight=w) for w in weights]

    assert evidence.auroc(scores, kinds, weights) == pytest.approx(expected)
    assert evidence.auroc(scores * 0, kinds, weights) == pytest.approx(0.5)


def test_a_perfect_score_earns_one_and_a_constant_ranking_half_within_views():
    generator = np.random.default_rng(0)
    kinds = generator.choice(
        ["truthful", "generic", "lying", "mixed"], (200, 4), p=[0.3, 0.5, 0.15, 0.05]
    )
    perfect = (kinds == "truthful") - (kinds == "lying") * 1.0
    constant = np.broadcast_to(np.array([0.4, 0.3, 0.2, 0.1]), kinds.shape)
    graded = {
        case: {(r.measure, r.group): r for r in evidence._graded(case, evidence.Method([s]), kinds)}
        for case, s in (("perfect", perfect), ("constant", constant))
    }

    assert graded["perfect"][evidence.WITHIN, evidence.MEAN].value == 1.0
    assert graded["perfect"][evidence.BELOW, evidence.MEAN].value == 1.0
    assert graded["constant"][evidence.WITHIN, evidence.MEAN].value == 0.5
    assert graded["constant"][evidence.BELOW, evidence.MEAN].value == 0.0


def test_a_constant_ranking_earns_something_in_one_list_of_all_views(found):
    result = found("evidence")
    row = result.row(evidence.CONSTANT, evidence.POOLED, evidence.MEAN)

    assert result.row(evidence.CONSTANT, evidence.WITHIN, evidence.MEAN).value == 0.5
    assert row.value > 0.6


def test_trained_weights_find_evidence_that_random_weights_do_not(found):
    result = found("evidence")
    trained = result.row(evidence.SHAPLEY["removed"], evidence.WITHIN, evidence.MEAN)
    random = result.row(evidence.UNTRAINED, evidence.WITHIN, evidence.MEAN)

    assert trained.value > random.value + 0.1
    assert random.seeds == len(evidence.RANDOM)


def test_attention_shares_sum_to_one_and_differ_between_stickers(bench):
    model = next(iter(bench.models.values()))

    for shares in evidence.attention(bench, model):
        assert shares.sum(axis=1) == pytest.approx(np.ones(len(bench)), abs=1e-5)
        assert shares.std(axis=0).max() > 1e-4


def test_latency_times_every_step_and_says_on_which_machine(few, cached):
    result = latency.run(replace(few, limit=4), lambda *_: None)
    rows = result.of(MILLISECONDS)

    assert [r.case for r in rows] == [*latency.STEPS, latency.TOTAL]
    assert all(r.n == 4 and 0 < r.low <= r.value <= r.high for r in rows)
    assert rows[-1].value > max(r.value for r in rows[:-1])
    assert {"device", "threads", "processors", "load_average"} <= set(result.manifest["machine"])
    assert "quiet" in result.notes[0] or "busy" in result.notes[0]


def test_the_released_variant_is_compared_with_the_cards_numbers(monkeypatch):
    from mer_core.checkpoints import read_card

    card = dict(read_card("mghft"))
    ours = card["metrics"]["fused"]
    worse = {"mean": 0.5, "sd": 0.01, "n": 3.0}
    theirs = {**ours, "test": {**ours["test"], "accuracy": worse, "macro_f1": worse}}
    card["metrics"] = {"fused": ours, "released": theirs}
    for module in ("released", "bench"):
        monkeypatch.setattr(f"mer_core.experiments.mghft.{module}.read_card", lambda _: card)
    result = released.run(Ask(), lambda *_: None)

    assert result.row(released.THEIRS, ACCURACY).value == 0.5
    lost = 100 * (ours["test"]["accuracy"]["mean"] - 0.5)
    assert f"{lost:.1f} points" in result.found[0]
    assert any("PVT v1" in note for note in result.notes)
    assert any("the eighth" in note for note in result.notes)
    assert not released.EXPERIMENT.live
    assert "training" not in released.EXPERIMENT.still


def test_without_a_released_run_the_way_to_train_it_is_named(monkeypatch):
    from mer_core.checkpoints import read_card

    card = dict(read_card("mghft"))
    card["metrics"] = {"fused": card["metrics"]["fused"]}
    monkeypatch.setattr("mer_core.experiments.mghft.bench.read_card", lambda _: card)

    with pytest.raises(DataMissing, match="--version released"):
        released.run(Ask(), lambda *_: None)
