"""Tests of mer_core.training.field: from an opened set to weights, card and the field's table."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from field_sets import HEADS, toy_set

from mer_core.datasets.utterances.collection import UtteranceSet
from mer_core.errors import BadInput, CardInvalid, UnknownName, WeightsAltered
from mer_core.models import kind_of
from mer_core.training.field import open_run, train_on, train_on_folds
from mer_core.training.field_card import table, written
from mer_core.training.field_data import FieldSplit, ask, with_validation, with_word_features
from mer_core.training.field_plans import Wish, config_of, plan_of
from mer_core.types import Modality

QUICK = Wish("small", layers=1, epochs=2, seeds=(0,))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """HCT-DMG on the toy numbers, two seeds, with its folder."""
    root = tmp_path_factory.mktemp("field")
    wish = replace(QUICK, epochs=40, seeds=(0, 1))
    return train_on(toy_set(), "hct_dmg", wish, root=root), root


def test_one_call_gives_the_fields_table_for_validation_and_test(trained):
    found, _ = trained
    rows = table(found)

    assert list(rows["n"].items()) == [("validation", "8"), ("test", "8")]
    for name in ("Acc-7", "Acc-5", "MAE", "Corr", "F1, without zeros, swapped"):
        assert "±" in rows[name]["test"]
    first, second = (run["scores"]["test"]["mae"] for run in found["runs"])
    assert first != second
    assert found["scores"]["test"]["mae"]["mean"] == pytest.approx((first + second) / 2)
    assert found["scores"]["test"]["mae"]["n"] == 2


def test_training_learns_what_stands_in_the_words(trained):
    """The mean absolute error of always saying the middle is about 1.5."""
    found, _ = trained
    truth = torch.tensor([s.sentiment for s in toy_set().splits["train"]])
    naive = float((truth - truth.median()).abs().mean())

    assert found["scores"]["train"]["mae"]["mean"] < 0.7 * naive


def test_the_kept_epoch_is_the_one_with_the_least_validation_loss(trained):
    found, _ = trained
    for run in found["runs"]:
        path = f"{found['folder']}/seed{run['seed']}/result.json"
        with open(path, encoding="utf-8") as file:
            history = json.load(file)["history"]
        losses = [row["mae"] for row in history]

        assert run["best_epoch"] == losses.index(min(losses))
        assert run["scores"]["valid"]["mae"] == pytest.approx(min(losses), abs=1e-6)


def test_a_finished_run_is_not_trained_again_and_another_config_is(trained, monkeypatch):
    found, root = trained
    told = []
    again = train_on(
        toy_set(),
        "hct_dmg",
        replace(QUICK, epochs=40, seeds=(0, 1)),
        lambda *said: told.append(said[0]),
        root,
    )

    assert again["scores"] == found["scores"]
    assert not any("seed" in words for words in told)
    other = train_on(toy_set(), "hct_dmg", replace(QUICK, epochs=1), root=root)
    assert other["folder"] != found["folder"]


def test_other_data_of_the_same_name_are_another_run(tmp_path):
    one = train_on(toy_set(seed=0), "hct_dmg", replace(QUICK, epochs=1), root=tmp_path)
    two = train_on(toy_set(seed=1), "hct_dmg", replace(QUICK, epochs=1), root=tmp_path)

    assert one["folder"] != two["folder"]


def test_a_stopped_run_goes_on_to_the_same_end(tmp_path):
    def stop(message, done, total):
        if "seed" in message and done > total // 2:
            raise KeyboardInterrupt

    wish = replace(QUICK, epochs=4)
    whole = train_on(toy_set(), "hct_dmg", wish, root=tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train_on(toy_set(), "hct_dmg", wish, stop, tmp_path / "stopped")
    resumed = train_on(toy_set(), "hct_dmg", wish, root=tmp_path / "stopped")

    assert resumed["scores"] == whole["scores"]


def test_saved_weights_answer_as_the_table_says(trained):
    found, root = trained
    data, folder = toy_set(), root / found["folder"] / "seed1"
    model = open_run(folder)
    scores = ask(model, FieldSplit(data.splits["test"], data, "cpu")).scores()

    assert scores == pytest.approx(found["runs"][1]["scores"]["test"], abs=1e-6)
    assert model.origin["seed"] == 1


def test_altered_weights_and_a_missing_card_are_refused(tmp_path):
    found = train_on(toy_set(), "hct_dmg", replace(QUICK, epochs=1), root=tmp_path)
    folder = tmp_path / found["folder"] / "seed0"
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")

    with pytest.raises(WeightsAltered):
        open_run(folder)
    with pytest.raises(CardInvalid, match="no finished run"):
        open_run(tmp_path)


@pytest.mark.parametrize("name", ["hct_dmg", "mult", "hct_dmg_sample"])
@pytest.mark.parametrize("task", ["sentiment", "binary", "classes", "four-binary"])
def test_every_model_of_feature_files_learns_every_task(name, task, tmp_path):
    found = train_on(toy_set(task), name, replace(QUICK, epochs=1), root=tmp_path)
    scores = found["scores"]["test"]

    expected = {"sentiment": "acc7", "four-binary": "happy_f1"}.get(task, "weighted_f1")
    assert 0 <= scores[expected]["mean"] <= 1
    assert scores["n"]["mean"] == 8
    assert found["config"].get("gate") == {"hct_dmg": "batch", "hct_dmg_sample": "sample"}.get(name)
    assert found["data"]["name"] in written(found) or "a toy set" in written(found)


def test_utterances_with_none_of_iemocaps_emotions_are_four_times_no():
    data = toy_set("four-binary")
    batch = FieldSplit(data.splits["train"], data, "cpu").batch(range(5))

    assert batch.rated.tolist() == [*torch.eye(4).tolist(), [0.0] * 4]


def test_iemocap_gets_eight_numbers_from_eight_outputs(tmp_path):
    found = train_on(toy_set("four-binary"), "hct_dmg", replace(QUICK, epochs=1), root=tmp_path)
    model = open_run(tmp_path / found["folder"] / "seed0")

    assert model.head.out.out_features == 8
    assert set(found["scores"]["test"]) - {"n"} == {
        f"{name}_{score}" for name in HEADS for score in ("accuracy", "f1")
    }


def test_a_set_in_its_own_range_is_scored_as_ch_sims():
    data = toy_set(limits=(-1.0, 1.0))
    model = kind_of("hct_dmg")(config_of("hct_dmg", data, QUICK)).eval()
    scores = ask(model, FieldSplit(data.splits["test"], data, "cpu")).scores()

    assert {"acc2", "acc3", "acc5"} < set(scores)
    assert "acc7" not in scores


def test_sizes_are_the_papers_unless_a_smaller_one_is_asked_for():
    data = toy_set()
    paper = config_of("hct_dmg", data, Wish())

    assert (paper.hidden, paper.heads, paper.layers, paper.kernel) == (30, 5, 5, 3)
    assert (paper.text_features, paper.audio_features, paper.vision_features) == (6, 3, 4)
    assert config_of("hct_dmg", data, Wish(layers=3)).layers == 3
    assert config_of("mult", data, Wish("small")).hidden < paper.hidden
    assert plan_of(replace(data, name="mosi-aligned"), Wish()).epochs == 100
    assert plan_of(data, Wish(epochs=7)).epochs == 7


@pytest.mark.parametrize(
    ("widths", "task", "count"),
    [
        ((300, 5, 20), "sentiment", 778_534),
        ((300, 74, 35), "sentiment", 786_094),
        ((300, 74, 35), "four-binary", 786_731),
        ((300, 81, 371), "binary", 816_964),
    ],
)
def test_at_the_fields_widths_the_counts_are_the_fact_sheets(widths, task, count):
    """MOSI, MOSEI, IEMOCAP, and UR-FUNNY with MUStARD, in kernels of 3."""
    data = replace(toy_set(task), features=dict(zip(Modality, widths, strict=True)))
    model = kind_of("hct_dmg")(config_of("hct_dmg", data, Wish()))

    assert sum(p.numel() for p in model.parameters()) == count


def test_over_folds_the_scores_are_the_mean_of_their_means(tmp_path):
    folds = [toy_set("binary", seed=k, notes=(f"Fold {k}.", "Shared.")) for k in (1, 2)]
    wish = replace(QUICK, epochs=1, seeds=(0, 1))
    found = train_on_folds(folds, "hct_dmg", wish, root=tmp_path)
    each = [fold["test"]["weighted_f1"]["mean"] for fold in found["folds"]]

    assert found["scores"]["test"]["weighted_f1"]["mean"] == pytest.approx(sum(each) / 2)
    assert found["scores"]["test"]["weighted_f1"]["n"] == 2
    assert len(found["runs"]) == 4
    assert "2 folds" in written(found)
    assert "Shared." in written(found)
    assert "Fold 1." not in written(found)


def test_a_model_without_feature_files_and_an_unknown_preset_are_refused():
    with pytest.raises(BadInput, match=r"mghft reads no feature files.*hct_dmg"):
        config_of("mghft", toy_set(), Wish())
    with pytest.raises(BadInput, match="hct_dmg stands on no language model"):
        config_of("hct_dmg", toy_set(), Wish(lora=True))
    with pytest.raises(UnknownName, match="paper"):
        config_of("hct_dmg", toy_set(), Wish("papre"))


def test_validation_is_cut_from_whole_videos_and_that_is_said():
    """32 training utterances of eight videos, four each: one video is a little over a tenth."""
    data = with_validation(toy_set(sizes=(32, 0, 8)))
    videos = {
        split: {s.id.split("[")[0] for s in data.splits[split]} for split in ("train", "valid")
    }

    assert data.sizes == {"train": 28, "valid": 4, "test": 8}
    assert not videos["train"] & videos["valid"]
    assert "no validation split: 4 of its 32 training utterances (whole videos" in data.notes[-1]


def test_by_heart_the_training_split_itself_is_scored_without_dropout(tmp_path):
    data = toy_set(sizes=(12, 4, 4))
    found = train_on(
        data, "hct_dmg", Wish("overfit", layers=1, epochs=40, seeds=(0,)), root=tmp_path
    )
    dropouts = {v for k, v in found["config"].items() if k.endswith("dropout")}

    assert dropouts == {0.0}
    assert found["data"]["n"] == {"train": 12, "valid": 12}
    assert list(table(found)["MAE"]) == ["training"]
    assert found["scores"]["train"]["mae"]["mean"] < 0.3
    assert "Scored on what was learned from" in written(found)


def test_with_few_videos_validation_is_cut_by_utterance():
    data = with_validation(toy_set(sizes=(12, 0, 0)))

    assert data.sizes["valid"] == 1
    assert "chosen at random" in data.notes[-1]


def test_a_set_with_a_validation_split_is_left_alone():
    data = toy_set()

    assert with_validation(data) is data


def test_without_a_test_split_the_card_says_that_scores_flatter(tmp_path):
    found = train_on(toy_set(sizes=(20, 0, 0)), "hct_dmg", QUICK, root=tmp_path)

    assert "test" not in found["scores"]
    assert "no test split" in written(found)
    assert "no validation split" in written(found)


def test_the_first_problems_of_a_set_are_told_and_the_others_counted(tmp_path):
    data = replace(toy_set(), problems=tuple(f"Utterance {i} is odd." for i in range(5)))
    card = written(train_on(data, "hct_dmg", replace(QUICK, epochs=1), root=tmp_path))

    assert "- Utterance 2 is odd.\n- And 2 more" in card
    assert "Utterance 3" not in card


def test_features_that_blow_the_loss_up_are_told_in_a_sentence(tmp_path):
    data = toy_set()
    huge = [
        replace(s, features={m: np.full_like(v, np.inf) for m, v in s.features.items()})
        for s in data.splits["train"]
    ]
    splits = {**data.splits, "train": huge, "valid": huge}

    with pytest.raises(BadInput, match="huge values"):
        train_on(replace(data, splits=splits), "mult", QUICK, root=tmp_path)


def test_nothing_to_learn_from_is_said():
    empty = toy_set(sizes=(0, 4, 4))

    with pytest.raises(BadInput, match="nothing to learn"):
        with_validation(empty)


def test_words_without_features_are_read_once_by_the_sentence_encoder():
    data = toy_set("binary", sizes=(3, 2, 0), modalities=(Modality.AUDIO,))
    read = with_word_features(data, lambda *_: None)
    batch = FieldSplit(read.splits["train"], read, "cpu").batch([0, 1])

    assert read.features[Modality.TEXT] == 384
    assert batch.streams[Modality.TEXT].values.shape[2] == 384
    assert batch.streams[Modality.TEXT].values.abs().sum() > 0
    assert bool(batch.streams[Modality.VISION].is_silent.all())
    assert with_word_features(read, lambda *_: None) is read


def test_a_sample_without_an_answer_is_named():
    data: UtteranceSet = toy_set()
    samples = [replace(s, sentiment=None) for s in data.splits["test"]]
    model = kind_of("hct_dmg")(config_of("hct_dmg", data, QUICK)).eval()

    with pytest.raises(BadInput, match="has no answer"):
        ask(model, FieldSplit(samples, data, "cpu"))
