"""MMSA, CH-SIMS, MultiBench, UR-FUNNY, MUStARD, MELD, MSE-Adapter and the extract of CMU-MOSI."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from field_files import (
    ch_sims,
    dumped,
    meld,
    mmsa,
    mosi,
    mosi_words,
    mse_adapter,
    multibench,
    mustard,
    ur_funny,
)

from mer_core.datasets import open_utterances
from mer_core.datasets.location import data_folder
from mer_core.datasets.utterances.meld import EMOTIONS, meld_set
from mer_core.datasets.utterances.mmsa import ch_sims_set, mmsa_set
from mer_core.datasets.utterances.mse_adapter import mse_adapter_set
from mer_core.datasets.utterances.mult import mosi_set
from mer_core.datasets.utterances.multibench import multibench_set
from mer_core.datasets.utterances.mustard import mustard_set
from mer_core.datasets.utterances.ur_funny import ur_funny_set
from mer_core.errors import BadInput, DataMissing, UnknownName
from mer_core.types import Modality

TEXT, AUDIO, VISION = Modality


def lengths(sample):
    return {str(m): len(track) for m, track in sample.features.items()}


# ---------------------------------------------------------------- MMSA and CH-SIMS


def test_mmsa_is_cut_at_the_back_where_its_lengths_and_its_mask_say(tmp_path):
    path = mmsa(tmp_path)
    raw = pickle.loads(path.read_bytes())["train"]
    found = mmsa_set(path).splits["train"]

    assert [lengths(s) for s in found] == [
        {"text": 4, "audio": 5, "vision": 3},
        {"text": 6, "audio": 9, "vision": 8},
        {"text": 3, "audio": 2},
    ]
    assert np.array_equal(found[0].features[AUDIO], raw["audio"][0, :5])
    assert found[1].features[AUDIO][4, 0] == found[1].features[VISION][2, 3] == 0
    assert [s.text for s in found] == ["I like it", "so so", "no"]
    assert [s.sentiment for s in found] == pytest.approx([0.8, 0, -0.6])
    assert found[0].id == "video_0000$_$0000"


def test_an_aligned_mmsa_file_without_lengths_is_cut_at_its_zeros(tmp_path):
    found = mmsa_set(mmsa(tmp_path, lengths=False)).splits["train"]

    assert [lengths(s)["audio"] for s in found] == [5, 9, 2]
    assert [lengths(s)["text"] for s in found] == [4, 6, 3]


def test_sounds_of_an_aligned_mmsa_file_end_with_the_words_and_never_before_themselves(tmp_path):
    path = mmsa(tmp_path, lengths=False)
    data = pickle.loads(path.read_bytes())
    data["train"]["audio"] = data["train"]["audio"][:, :6]  # one time axis with the words
    data["train"]["audio"][0, 2:] = 0  # four words, of which two have no sound
    data["train"]["audio"][2, :5] = 1  # three words, five sounds
    found = mmsa_set(dumped(path, data)).splits["train"]

    assert [lengths(s)["audio"] for s in found] == [4, 6, 5]


def test_lengths_beyond_the_padding_are_refused(tmp_path):
    path = mmsa(tmp_path)
    data = pickle.loads(path.read_bytes())
    data["train"]["audio_lengths"] = [5, 10, 2]
    with pytest.raises(BadInput, match="audio_lengths of 'train' should lie between 0 and 9"):
        mmsa_set(dumped(path, data))


def test_a_mult_file_given_as_mmsa_is_told_apart(tmp_path):
    with pytest.raises(BadInput, match=r"lacks 'regression_labels'.*open it as mosi or multibench"):
        mmsa_set(mosi(tmp_path))


def test_ch_sims_knows_what_each_modality_says_alone(tmp_path):
    found = ch_sims_set(ch_sims(tmp_path))
    sample = found.splits["train"][2]

    assert dict(sample.tendencies) == {TEXT: -1.0, AUDIO: -1.0, VISION: -1.0}
    assert dict(found.splits["train"][0].tendencies) == pytest.approx(
        {TEXT: 0.0, AUDIO: 0.2, VISION: 0.4}
    )
    assert found.limits == (-1.0, 1.0)
    assert dict(mmsa_set(mmsa(tmp_path)).splits["train"][0].tendencies) == {}


def test_ch_sims_takes_the_words_of_its_table_where_the_pickle_has_none(tmp_path):
    bare, worded = (
        ch_sims_set(ch_sims(tmp_path / "a")),
        ch_sims_set(ch_sims(tmp_path / "b", words=True)),
    )

    assert [s.text for s in bare.splits["valid"]] == ["我喜欢", "还行", "不"]
    assert [s.text for s in worded.splits["valid"]] == ["I like it", "so so", "no"]
    assert bare.problems == ()


def test_ch_sims_without_its_table_says_so_and_goes_on(tmp_path):
    (ch_sims(tmp_path) / "meta.csv").unlink()
    found = ch_sims_set(tmp_path)

    assert "There is no meta.csv" in found.problems[0]
    assert found.splits["train"][0].text is None


def test_other_parts_of_a_file_are_listed(tmp_path):
    path = mmsa(tmp_path)
    data = pickle.loads(path.read_bytes())
    data["train_mix"] = data["train"]

    assert "'train_mix'" in mmsa_set(dumped(path, data)).problems[0]


# ---------------------------------------------------------------- MultiBench


def test_multibench_drops_utterances_without_words_and_says_how_many(tmp_path):
    found = multibench_set(multibench(tmp_path))

    assert found.sizes == {"train": 2, "valid": 2, "test": 2}
    assert "1 utterances of train have no words and are left out." in found.problems
    assert [s.id for s in found.splits["test"]] == ["2_0", "2_1"]


@pytest.mark.parametrize(
    ("pack", "task", "answers"),
    [
        ("sarcasm", "binary", ["sarcastic", "not sarcastic"]),
        ("humor", "binary", ["humorous", "not humorous"]),
        ("mosi_raw", "sentiment", [2.4, -0.6]),
    ],
)
def test_multibench_labels_mean_what_the_pack_asks(pack, task, answers, tmp_path):
    found = multibench_set(multibench(tmp_path, pack))
    samples = found.splits["train"]

    assert found.task == task
    assert [s.sentiment if task == "sentiment" else s.target for s in samples] == answers


def test_in_multibench_the_first_word_says_where_everything_begins(tmp_path):
    path = multibench(tmp_path)
    data = pickle.loads(path.read_bytes())
    data["train"]["audio"][0] = 1.0  # a sound before the first word
    found = multibench_set(dumped(path, data)).splits["train"][0]

    assert lengths(found) == {"text": 3, "audio": 3, "vision": 3}


def test_a_pack_under_another_name_is_known_by_its_labels(tmp_path):
    renamed = multibench(tmp_path).rename(tmp_path / "pack.pkl")
    number = multibench(tmp_path, "mosi_raw").rename(tmp_path / "other.pkl")

    assert multibench_set(renamed).emotions == ("no", "yes")
    assert multibench_set(number).task == "sentiment"


def test_a_folder_with_several_packs_asks_which(tmp_path):
    multibench(tmp_path), multibench(tmp_path, "humor")
    with pytest.raises(BadInput, match=r"holds sarcasm.pkl, humor.pkl: say which one"):
        multibench_set(tmp_path)


# ---------------------------------------------------------------- UR-FUNNY


@pytest.mark.parametrize("as_arrays", [True, False])
def test_ur_funny_gives_words_voice_and_face_of_the_punchline(as_arrays, tmp_path):
    found = ur_funny_set(ur_funny(tmp_path, as_arrays=as_arrays))
    first, second = found.splits["train"]

    assert found.features == {TEXT: 300, AUDIO: 81, VISION: 371}
    assert (first.id, first.text, first.target) == ("1", "so he said", "humorous")
    assert second.target == "not humorous"
    assert lengths(first) == {"text": 3, "audio": 3, "vision": 3}
    assert first.features[AUDIO][0, 0] == 0
    assert first.seconds[AUDIO].tolist() == [0.25, 1.25, 2.25]
    assert found.sizes == {"train": 2, "valid": 1, "test": 1}
    assert found.problems == ()


def test_ur_funny_words_are_the_vectors_that_their_indexes_name(tmp_path):
    sample = ur_funny_set(ur_funny(tmp_path)).splits["test"][0]
    vectors = pickle.loads((tmp_path / "word_embedding_list.pkl").read_bytes())

    assert np.allclose(sample.features[TEXT], [vectors[4]])


def test_version_1_of_ur_funny_is_read_too(tmp_path):
    assert ur_funny_set(ur_funny(tmp_path, version=1)).features[VISION] == 75


@pytest.mark.parametrize("name", ["openface_features_sdk", "language_sdk", "word_embedding_list"])
def test_a_file_that_ur_funny_lacks_is_listed_and_not_fatal(name, tmp_path):
    (ur_funny(tmp_path) / f"{name}.pkl").unlink()
    found = ur_funny_set(tmp_path)

    assert f"There is no {name}.pkl" in found.problems[0]
    assert (VISION in found.features) == (name != "openface_features_sdk")
    assert found.splits["train"][0].features


def test_ur_funny_without_its_labels_cannot_be_opened(tmp_path):
    (ur_funny(tmp_path) / "humor_label_sdk.pkl").unlink()
    with pytest.raises(DataMissing, match=r"humor_label_sdk\.pkl"):
        ur_funny_set(tmp_path)


def test_an_utterance_without_a_label_is_left_out_and_counted(tmp_path):
    dumped(ur_funny(tmp_path) / "humor_label_sdk.pkl", {1: 1, 3: 1, 4: 0})
    found = ur_funny_set(tmp_path)

    assert found.sizes["train"] == 1
    assert "1 utterances of train have no label and are left out." in found.problems


def test_words_beyond_the_vectors_ask_whether_the_files_belong_together(tmp_path):
    dumped(ur_funny(tmp_path) / "word_embedding_list.pkl", [[0.0] * 300] * 2)
    with pytest.raises(BadInput, match="are the files of one version"):
        ur_funny_set(tmp_path)


def test_features_of_another_width_are_left_out_and_counted(tmp_path):
    path = ur_funny(tmp_path) / "covarep_features_sdk.pkl"
    data = pickle.loads(path.read_bytes())
    data[1]["punchline_features"] = [[0.5] * 7]
    data[2] = "damaged"
    found = ur_funny_set(dumped(path, data).parent)

    assert [AUDIO in s.features for s in found.splits["train"]] == [False, False]
    assert AUDIO in found.splits["valid"][0].features
    assert any("of 2 utterances are no list of 81 numbers" in p for p in found.problems)


# ---------------------------------------------------------------- MUStARD


def test_mustard_tests_on_friends_so_that_no_speaker_is_known(tmp_path):
    found = mustard_set(mustard(tmp_path))

    assert found.sizes["test"] == 16
    assert sum(found.sizes.values()) == 40
    assert all(int(s.text.split()[-1][:-1]) % 5 in (1, 4) for s in found.splits["test"])
    assert not any(int(s.text.split()[-1][:-1]) % 5 in (1, 4) for s in found.splits["train"])
    targets = [s.target for s in found.splits["valid"]]
    assert targets.count("sarcastic") == targets.count("not sarcastic") > 0


@pytest.mark.parametrize("fold", range(1, 6))
def test_mustard_has_five_official_folds(fold, tmp_path):
    found = mustard_set(mustard(tmp_path), fold)
    places = sorted(int(s.text.split()[-1][:-1]) for s in found.splits["test"])

    assert places == list(range(fold - 1, 40, 5))
    assert sum(found.sizes.values()) == 40


def test_a_fold_that_is_none_and_folds_of_other_lines_are_refused(tmp_path):
    mustard(tmp_path)
    with pytest.raises(UnknownName):
        mustard_set(tmp_path, 6)
    dumped(tmp_path / "split_indices.p", [([0, 1], [2])] * 5)
    with pytest.raises(BadInput, match="does not part the 40 lines"):
        mustard_set(tmp_path, 1)
    dumped(tmp_path / "split_indices.p", {"a": 1})
    with pytest.raises(BadInput, match="should hold 5 pairs"):
        mustard_set(tmp_path, 1)


def test_mustard_voices_run_over_time_and_may_be_absent(tmp_path):
    heard = mustard_set(mustard(tmp_path / "a"))
    mute = mustard_set(mustard(tmp_path / "b", voices=False))

    sample = next(s for s in heard.splits["train"] if s.id == "1_60")
    assert sample.features[AUDIO].shape == (4, 283)
    assert heard.features == {AUDIO: 283}
    assert mute.features == {}
    assert "There is no audio_features.p" in mute.problems[0]


def test_a_line_without_its_fields_is_named(tmp_path):
    (tmp_path / "sarcasm_data.json").write_text('{"1_60": {"utterance": "x"}}')
    with pytest.raises(BadInput, match="'1_60' should have utterance, show and sarcasm"):
        mustard_set(tmp_path)


# ---------------------------------------------------------------- MELD


@pytest.mark.parametrize("apostrophe", [b"\x92", "\x92".encode(), "\u2019".encode()])
def test_meld_apostrophes_read_the_same_however_they_were_written(apostrophe, tmp_path):
    found = meld_set(meld(tmp_path, apostrophe))
    first = found.splits["train"][0]

    assert first.text == "Oh my, he\u2019s lost it."
    assert (first.id, first.target) == ("train/dia0_utt0", "sadness")
    assert found.emotions == EMOTIONS
    assert found.sizes == {"train": 3, "valid": 3, "test": 3}


def test_meld_lists_tables_and_rows_that_cannot_be_used(tmp_path):
    (meld(tmp_path) / "test_sent_emo.csv").unlink()
    path = tmp_path / "dev_sent_emo.csv"
    path.write_bytes(path.read_bytes().replace(b"surprise", b"boredom"))
    found = meld_set(tmp_path)

    assert found.sizes == {"train": 3, "valid": 2, "test": 0}
    assert any("dev_sent_emo.csv line 3: its emotion is 'boredom'" in p for p in found.problems)
    assert any("There is no test_sent_emo.csv" in p for p in found.problems)


def test_another_table_is_no_meld(tmp_path):
    (tmp_path / "train_sent_emo.csv").write_text("utterance,label\nhello,joy\n")
    with pytest.raises(BadInput, match="lacks the column emotion"):
        meld_set(tmp_path)


# ---------------------------------------------------------------- MSE-Adapter


def test_mse_adapter_gives_words_voice_and_face_up_to_their_lengths(tmp_path):
    found = mse_adapter_set(mse_adapter(tmp_path))
    samples = found.splits["valid"]

    assert found.emotions == EMOTIONS
    assert [lengths(s) for s in samples] == [
        {"audio": 3},
        {"audio": 4, "vision": 2},
        {"audio": 5, "vision": 4},
    ]
    assert [(s.text, s.target) for s in samples] == [
        ("line 0", "joy"),
        ("line 1", "neutral"),
        ("line 2", "anger"),
    ]
    assert found.features == {AUDIO: 64, VISION: 32}


def test_classes_of_cherma_are_named_in_english_in_their_own_order(tmp_path):
    found = mse_adapter_set(mse_adapter(tmp_path, "cherma") / "cherma_test.pkl")

    assert found.emotions == (
        "anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise",
    )  # fmt: skip
    assert [s.target for s in found.splits["train"]] == ["happiness", "neutral", "anger"]


def test_labels_that_are_no_class_are_left_out_and_counted(tmp_path):
    path = mse_adapter(tmp_path) / "meld_train.pkl"
    items = pickle.loads(path.read_bytes())
    items[1]["label"] = "boredom"
    (tmp_path / "meld_test.pkl").unlink()
    found = mse_adapter_set(dumped(path, items))

    assert found.sizes == {"train": 2, "valid": 3}
    assert "1 of train are labelled 'boredom', no class, and left out." in found.problems
    assert "There is no meld_test.pkl" in found.problems[0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda items: {"train": items}, "should be a list of utterances; it is a dictionary"),
        (lambda items: [{"label": "joy"}], "utterance 0 should have features and a label"),
        (
            lambda items: [{"features": {"text": "x"}, "label": "joy"}],
            "the features of utterance 0 lack 'audio' and 'video'; there are 'text'",
        ),
        (
            lambda items: [
                {"features": {"text": "", "audio": [1], "video": np.ones((2, 3))}, "label": "joy"}
            ],
            r"audio should be numbers \(time, features\).*the first is a list of 1",
        ),
    ],
)
def test_an_mse_adapter_file_of_another_layout_is_told_what_is_expected(change, says, tmp_path):
    path = mse_adapter(tmp_path) / "meld_train.pkl"
    with pytest.raises(BadInput, match=says):
        mse_adapter_set(dumped(path, change(pickle.loads(path.read_bytes()))))


# ---------------------------------------------------------------- the extract


def test_the_extract_is_cut_by_its_offsets_and_split_by_video(tmp_path):
    found = mosi_set(mosi_words(tmp_path))

    assert [[s.id for s in found.splits[n]] for n in found.splits] == [
        ["video0[0]", "video0[1]"],
        ["video1[2]", "video1[3]"],
        ["video2[4]"],
    ]
    assert [s.text for s in found.splits["train"]] == ["w0 w1", "w2 w3 w4"]
    assert lengths(found.splits["train"][1]) == {"text": 3, "audio": 3, "vision": 3}
    assert found.features == {TEXT: 300, AUDIO: 74, VISION: 47}


def test_the_extract_without_vectors_keeps_its_words(tmp_path):
    mosi_words(tmp_path)
    (tmp_path / "mosi_glove840b_300d.npz").unlink()
    found = mosi_set(tmp_path)

    assert TEXT not in found.features
    assert found.splits["train"][0].text == "w0 w1"
    assert "The words have no vectors" in found.problems[0]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("offsets", np.array([0, 5, 2, 6, 10, 12]), "offsets should rise from 0"),
        ("audio", np.zeros((5, 74)), "audio has 5 rows; offsets: 12"),
        ("label", np.zeros(2), "label has 2 rows for 5 utterances"),
        ("word_ids", np.full(12, 99), "point beyond the 7 vectors"),
        ("words", np.array([{"a": 1}] * 12, object), "no whole .npz file of plain arrays"),
    ],
)
def test_a_damaged_extract_is_told_by_what_is_wrong(field, value, says, tmp_path):
    path = mosi_words(tmp_path)
    with np.load(path) as arrays:
        changed = {k: arrays[k] for k in arrays.files} | {field: value}
    np.savez(path, allow_pickle=True, **changed)
    with pytest.raises(BadInput, match=says):
        mosi_set(path)


# ---------------------------------------------------------------- real files


def real(name):
    """A real set, or a skip that says why."""
    try:
        return open_utterances(name)
    except DataMissing as absent:
        pytest.skip(f"real data absent: {absent}")


def test_the_real_extract_of_mosi_has_the_words_of_152_opinions():
    if not Path(data_folder_or_skip() / "mosi_word_aligned").is_dir():
        pytest.skip("the word-aligned extract is not among the real data")
    found = mosi_set(data_folder() / "mosi_word_aligned")
    samples = [s for part in found.splits.values() for s in part]

    assert len(samples) == 152
    assert sum(len(s.features[TEXT]) for s in samples) == 1608
    assert all(len(s.text.split()) == len(s.features[TEXT]) for s in samples)


def data_folder_or_skip():
    try:
        return data_folder()
    except DataMissing as absent:
        pytest.skip(f"real data absent: {absent}")


def test_real_mustard_has_the_published_counts():
    found = real("mustard")

    assert found.sizes["test"] == 356
    assert sum(found.sizes.values()) == 690
    targets = [s.target for part in found.splits.values() for s in part]
    assert targets.count("sarcastic") == 345


def test_the_five_real_folds_test_every_line_once():
    real("mustard")
    tests = [mustard_set(fold=k).splits["test"] for k in range(1, 6)]

    assert [len(part) for part in tests] == [138] * 5
    assert len({sample.id for part in tests for sample in part}) == 690


def test_real_meld_has_the_published_counts():
    from collections import Counter

    found = real("meld")
    counts = Counter(s.target for s in found.splits["train"])

    assert [counts[e] for e in EMOTIONS] == [4710, 1205, 268, 683, 1743, 271, 1109]
    assert found.sizes["valid"] == 1109
