"""Sets of utterances, read from files in the exact layouts of the field."""

import pickle

import numpy as np
import pytest
from field_files import (
    IEMOCAP_ANSWERS,
    LENGTHS,
    WRITERS,
    ch_sims,
    dumped,
    iemocap,
    mmsa_split,
    mosei,
    mosi,
    mult_split,
)

from mer_core.datasets import DATASETS, open_dataset, open_utterances, real_set, real_stickers
from mer_core.datasets.utterances.mult import IEMOCAP, iemocap_set, mosei_set, mosi_set
from mer_core.datasets.utterances.shelf import RealUtterances
from mer_core.errors import BadInput, DataMissing, PickleRefused, UnknownName
from mer_core.types import Modality

TEXT, AUDIO, VISION = Modality


def lengths(sample):
    return {str(m): len(track) for m, track in sample.features.items()}


def without(path, *keys):
    """The same pickle with some fields of its training split taken out."""
    data = pickle.loads(path.read_bytes())
    for key in keys:
        del data["train"][key]
    return dumped(path, data)


# ---------------------------------------------------------------- every format


@pytest.mark.parametrize("format", WRITERS)
def test_every_format_opens_by_its_name_and_gives_clean_samples(format, tmp_path):
    name = format.split(",")[0]
    path = WRITERS[format](tmp_path)
    found = open_utterances(name, path)

    assert found.name == name
    assert set(found.splits) == {"train", "valid", "test"}
    for split, samples in found.splits.items():
        opened = open_dataset(name, split, 1, path)
        assert [s.id for s in opened] == [samples[0].id]
        assert len(samples) == found.sizes[split] > 0
        for sample in samples:
            assert set(sample.features) <= set(found.features)
            for modality, track in sample.features.items():
                assert track.dtype == np.float32
                assert track.shape[1] == found.features[modality]
                assert np.isfinite(track).all()
                assert len(track) > 0
            assert (sample.sentiment is None) == (found.task != "sentiment")
            assert sample.target is None or sample.target in found.emotions
    ids = [sample.id for samples in found.splits.values() for sample in samples]
    assert len(set(ids)) == len(ids)
    assert found.source is not None


@pytest.mark.parametrize("format", WRITERS)
def test_every_format_is_told_of_in_plain_words(format, tmp_path):
    name = format.split(",")[0]
    told = real_set(name).describe(WRITERS[format](tmp_path))

    assert told["present"] is True
    assert told["train"] > 0
    assert told["asks"].startswith(("a number from", "one of", "yes or no, 4 times"))
    assert told["citation"]
    assert told["missing"] == len(told["problems"])


def test_samples_are_made_when_asked_for_and_a_slice_makes_none(tmp_path):
    from mer_core.datasets.utterances import Utterances

    made = []
    whole = Utterances(lambda row: made.append(row), range(5))
    part = whole[1:4][::2]

    assert made == []
    assert len(part) == 2
    assert part[1] is None
    assert made == [3]
    with pytest.raises(IndexError, match="Utterance 2 of 2"):
        part[2]


# ---------------------------------------------------------------- MulT


def test_mosi_loses_its_padding_in_front_and_nothing_else(tmp_path):
    path = mosi(tmp_path)
    raw = pickle.loads(path.read_bytes())["train"]
    found = mosi_set(path)

    for row, sample in enumerate(found.splits["train"]):
        assert lengths(sample) == {name: n[row] for name, n in LENGTHS.items()}
        for modality in Modality:
            expected = np.where(np.isinf(raw[modality][row]), 0, raw[modality][row])
            assert np.array_equal(
                sample.features[modality], expected[-len(sample.features[modality]) :]
            )
    assert np.isinf(raw["audio"]).sum() == 1
    assert (found.task, found.emotions, found.limits) == ("sentiment", (), (-3.0, 3.0))
    assert found.features == {TEXT: 300, AUDIO: 5, VISION: 20}


def test_mosi_has_the_sentiment_and_the_name_of_each_opinion(tmp_path):
    found = mosi_set(mosi(tmp_path)).splits["valid"]

    assert [s.sentiment for s in found] == pytest.approx([-1.7, 0.1, 2.5])
    assert [s.id for s in found] == [f"03bSnISJMiM/0.0/{i}" for i in (10, 11, 12)]


def test_words_of_an_aligned_file_stay_beside_their_sounds(tmp_path):
    path = mosi(tmp_path, aligned=True)
    data = pickle.loads(path.read_bytes())
    data["train"]["audio"][0, :4] = 0  # the first word of three has no sound
    found = mosi_set(dumped(path, data)).splits["train"][0]

    assert lengths(found) == {"text": 3, "audio": 3, "vision": 3}
    assert not found.features[AUDIO][0].any()
    assert found.features[AUDIO][1].any()


def test_a_modality_of_zeros_is_absent_and_not_a_quiet_one(tmp_path):
    path = mosi(tmp_path)
    data = pickle.loads(path.read_bytes())
    data["train"]["vision"][1] = 0
    found = mosi_set(dumped(path, data)).splits["train"]

    assert set(found[1].features) == {TEXT, AUDIO}
    assert set(found[0].features) == {TEXT, AUDIO, VISION}


@pytest.mark.parametrize("protocol", range(6))
def test_mosi_reads_the_same_in_every_protocol(protocol, tmp_path):
    first = mosi_set(mosi(tmp_path / "a")).splits["test"][2]
    found = mosi_set(mosi(tmp_path / "b", protocol=protocol)).splits["test"][2]

    assert (found.id, found.sentiment) == (first.id, first.sentiment)
    assert all(np.array_equal(found.features[m], first.features[m]) for m in Modality)


def test_a_folder_with_both_files_gives_the_unaligned_one(tmp_path):
    mosi(tmp_path)
    mosi(tmp_path, aligned=True)

    assert "Not aligned" in mosi_set(tmp_path).notes[0]
    assert "Word-aligned" in mosi_set(tmp_path / "mosi_data.pkl").notes[0]


def test_a_folder_with_one_pickle_of_another_name_gives_that_one(tmp_path):
    mosi(tmp_path).rename(tmp_path / "MOSI features.pkl")
    assert mosi_set(tmp_path).sizes["train"] == 3

    dumped(tmp_path / "second.pkl", {})
    with pytest.raises(DataMissing, match=r"no mosi_data_noalign\.pkl or"):
        mosi_set(tmp_path)


def test_names_that_stand_twice_are_told_apart_by_their_place(tmp_path):
    path = mosi(tmp_path)
    data = pickle.loads(path.read_bytes())
    data["train"]["id"] = ["a", "b", "a"]
    found = mosi_set(dumped(path, data)).splits["train"]

    assert [s.id for s in found] == ["a#train-0", "b", "a#train-2"]


def test_mosei_reads_ids_that_are_an_array_and_labels_with_emotions_behind(tmp_path):
    path = mosei(tmp_path)
    data = pickle.loads(path.read_bytes())
    data["train"]["labels"] = np.concatenate([data["train"]["labels"], np.ones((3, 1, 6))], axis=2)
    found = mosei_set(dumped(path, data))

    assert [s.id for s in found.splits["train"]] == ["v00/0.0/2.5", "v01/0.0/2.5", "v02/0.0/2.5"]
    assert [s.sentiment for s in found.splits["train"]] == [-1.0, 0.0, 3.0]
    assert found.features == {TEXT: 300, AUDIO: 74, VISION: 35}


def test_iemocap_asks_four_questions_and_its_utterances_have_no_names(tmp_path):
    found = iemocap_set(iemocap(tmp_path))
    samples = found.splits["test"]

    assert (found.task, found.emotions) == ("four-binary", IEMOCAP)
    assert [[s.rated[e] for e in IEMOCAP] for s in samples] == IEMOCAP_ANSWERS.tolist()
    assert [s.target for s in samples] == ["neutral", "sad", None]
    assert [s.id for s in samples] == ["test-0", "test-1", "test-2"]


def test_iemocap_with_other_labels_is_told_what_is_expected(tmp_path):
    path = iemocap(tmp_path)
    data = pickle.loads(path.read_bytes())
    data["valid"]["labels"] = np.zeros((3, 6))
    with pytest.raises(
        BadInput, match=r"'valid' should have shape \(3, 4, 2\).* they have \(3, 6\)"
    ):
        iemocap_set(dumped(path, data))


# ---------------------------------------------------------------- wrong layouts


def test_a_split_that_is_not_there_is_listed_and_the_others_are_read(tmp_path):
    path = mosi(tmp_path)
    data = pickle.loads(path.read_bytes())
    del data["valid"]
    found = mosi_set(dumped(path, data))

    assert found.problems == ("There is no split 'valid' in mosi_data_noalign.pkl.",)
    assert found.sizes == {"train": 3, "test": 3}
    assert len(open_dataset("mosi", "valid", path=path)) == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: [1, 2], r"expected a dictionary with 'train'.*found a list of 2"),
        (lambda d: {"a": 1}, r"found a dictionary with 'a'"),
        (lambda d: d["train"] | {"x": 0}, r"found a dictionary with 'text', 'audio'"),
        (
            lambda d: d | {"train": {k: v for k, v in d["train"].items() if k != "audio"}},
            "split 'train' lacks 'audio'; it has 'text'",
        ),
        (lambda d: {"train": mmsa_split(0)}, "looks like an MMSA pickle: open it as mmsa"),
        (
            lambda d: d | {"test": d["test"] | {"text": np.zeros((3, 300))}},
            r"text of 'test' should be numbers of shape \(utterances, time, features\); it is an "
            r"array of float64 of shape \(3, 300\)",
        ),
        (
            lambda d: d | {"test": d["test"] | {"text": [[1.0], [2.0]]}},
            "it is a list of 2",
        ),
        (
            lambda d: d | {"test": d["test"] | {"vision": np.ones((2, 8, 20))}},
            "the modalities of 'test' differ in number: text 3, audio 3, vision 2",
        ),
        (
            lambda d: d | {"test": d["test"] | {"labels": np.zeros((2, 1, 1))}},
            "labels of 'test' should be a number for each of 3 utterances",
        ),
        (
            lambda d: d | {"test": d["test"] | {"labels": ["a", "b", "c"]}},
            "labels of 'test' should be a number",
        ),
        (
            lambda d: d | {"test": d["test"] | {"labels": np.full((3, 1, 1), np.nan)}},
            "labels of 'test' should be a number",
        ),
        (
            lambda d: d | {"test": mult_split(0, (200, 5, 20)) | {"labels": np.zeros((3, 1, 1))}},
            r"text has \[200, 300\] channels in different splits",
        ),
    ],
)
def test_a_wrong_layout_is_told_by_what_was_expected_and_what_came(change, says, tmp_path):
    path = mosi(tmp_path)
    wrong = change(pickle.loads(path.read_bytes()))
    with pytest.raises(BadInput, match=says):
        mosi_set(dumped(path, wrong))


def test_a_hostile_file_given_as_a_set_is_refused_by_the_reader(tmp_path):
    from hostile_pickles import RUNS

    canary = tmp_path / "canary"
    path = tmp_path / "mosi_data.pkl"
    path.write_bytes(RUNS["a global name that is called"](canary))
    with pytest.raises(PickleRefused, match="nothing in it was run"):
        open_utterances("mosi", path)

    assert not canary.exists()
    assert real_set("mosi").look(path)["present"] is False


@pytest.mark.parametrize("name", [n for n, d in DATASETS.items() if isinstance(d, RealUtterances)])
def test_what_is_nowhere_is_said_with_the_files_that_were_looked_for(name, tmp_path):
    told = real_set(name).look(tmp_path)

    assert told["present"] is False
    assert str(tmp_path) in told["says"]
    with pytest.raises(DataMissing):
        open_utterances(name, tmp_path / "gone")


def test_sets_of_another_kind_are_told_apart():
    with pytest.raises(BadInput, match=r"no features of utterances\. Those that do: mosi, mosei"):
        open_utterances("emoji")
    with pytest.raises(UnknownName):
        open_utterances("mosy")
    with pytest.raises(BadInput, match="holds utterances"):
        real_stickers("mosi")


# ---------------------------------------------------------------- the command


def mer(*words):
    from typer.testing import CliRunner

    from mer_core.cli import app

    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_command_tells_of_a_set_where_it_lies(tmp_path):
    import json

    said = mer("datasets", "ch-sims-v2", "--path", ch_sims(tmp_path), "--json")
    told = json.loads(said.stdout)

    assert said.exit_code == 0
    assert (told["train"], told["valid"], told["test"]) == (3, 3, 3)
    assert told["asks"] == "a number from -1 to 1"
    assert told["features"] == {"text": 768, "audio": 5, "vision": 20}


def test_the_command_lists_every_set_of_the_field_whether_here_or_not(tmp_path, monkeypatch):
    import json

    mosi(tmp_path / "mosi")
    monkeypatch.setenv("MER_DATA_DIR", str(tmp_path))
    told = json.loads(mer("datasets", "--json").stdout)

    assert told["mosi"] | {"where": ""} == {
        "present": True, "where": "", "train": 3, "valid": 3, "test": 3, "missing": 0,
    }  # fmt: skip
    assert told["meld"]["present"] is False
    assert "train_sent_emo.csv" in told["meld"]["says"]


def test_the_command_says_one_sentence_of_a_hostile_file(tmp_path):
    from hostile_pickles import RUNS

    canary, path = tmp_path / "canary", tmp_path / "mosi_data.pkl"
    path.write_bytes(RUNS["a name from the stack"](canary))
    said = mer("datasets", "mosi", "--path", path)

    assert "builtins.exec" in said.output
    assert "Traceback" not in said.output
    assert not canary.exists()


def test_shipped_weights_are_not_scored_on_features_that_they_do_not_read():
    said = mer("evaluate", "hct_dmg", "--dataset", "mosi")

    assert said.exit_code == 2
    assert "mer train hct_dmg --dataset mosi" in said.stderr
