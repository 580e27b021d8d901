"""A table is read as it was written, and says who is right, who disagrees, and by how much."""

import io
import json
import math

import numpy as np
import pytest
from hard_tables import certain, heard, table

from mer_core.errors import TableInvalid
from mer_core.hardness import Labels, load_table, save_table
from mer_core.hardness.summing import says, summary


def test_a_saved_table_is_read_as_it_was_written(tmp_path):
    written = table(spread=[0.5, 1.0, 1.5, 2.0, math.nan, 0.25])
    read = load_table(save_table(written, tmp_path / "a.npz"))

    assert read.ids == written.ids
    assert read.words == written.words
    assert read.data == written.data
    assert read.manifest == written.manifest
    for name in ("target", "kind", "liar", "origin"):
        assert list(getattr(read, name).words()) == list(getattr(written, name).words())
    np.testing.assert_allclose(read.spread, written.spread, atol=1e-3)
    for name, model in written.models.items():
        again = read.models[name]
        np.testing.assert_allclose(again.probs, model.probs, atol=1e-3)
        np.testing.assert_allclose(again.probs.sum(axis=1), 1, atol=1e-6)
        np.testing.assert_array_equal(again.alone, model.alone)
        np.testing.assert_allclose(again.maps["the whole"], model.maps["the whole"], atol=1e-3)
        assert list(again.answers.words()) == list(model.answers.words())
    assert np.isnan(read.models["first"].disagreement[5])


def test_the_same_table_is_the_same_file(tmp_path):
    first, second = (save_table(table(), tmp_path / name) for name in ("a.npz", "b.npz"))

    assert first.read_bytes() == second.read_bytes()
    other = save_table(table(words=("x",) * 6), tmp_path / "c.npz")
    assert other.read_bytes() != first.read_bytes()


def _hostile(tmp_path, name: str):
    """A file that is no table, in one of several ways."""
    path = tmp_path / "bad.npz"
    if name == "words":
        path.write_text("hello")
    elif name == "half":
        whole = save_table(table(), tmp_path / "whole.npz").read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif name == "pickle":
        buffer = io.BytesIO()
        np.savez(buffer, about=np.array([{"format": 1}], dtype=object))
        path.write_bytes(buffer.getvalue())
    else:
        with np.load(save_table(table(), tmp_path / "whole.npz")) as file:
            arrays = dict(file)
        about = json.loads(arrays["about"].tobytes())
        if name == "older":
            about["format"] = 0
        else:
            about["ids"] = about["ids"][:-1]
        arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
        np.savez(path, **arrays)
    return path


@pytest.mark.parametrize("name", ["absent", "words", "half", "pickle", "older", "short"])
def test_a_file_that_is_no_table_gets_a_sentence(tmp_path, name):
    path = tmp_path / "nothing.npz" if name == "absent" else _hostile(tmp_path, name)
    with pytest.raises(TableInvalid, match="mer hard"):
        load_table(path)


def test_right_wrong_and_unknown_are_told_apart():
    right = table().correct("first")

    assert right[:5].tolist() == [1, 0, 1, 1, 0]
    assert np.isnan(right[5])


def test_an_answer_that_the_model_does_not_have_is_not_held_against_it():
    trust = table(target=Labels.of(["anger", "trust", "fear", "joy", "joy", "trust"]))

    assert np.flatnonzero(np.isnan(trust.correct("first"))).tolist() == [1, 5]


def test_models_that_say_the_same_are_no_bits_apart():
    same = table().apart()

    assert same[0] == pytest.approx(0, abs=1e-6)
    assert same[3] > 0.5  # .99 joy against .9 anger
    assert table().differ().tolist() == [False, True, False, True, False, False]


def test_two_certain_models_that_differ_are_one_bit_apart():
    pair = {"a": heard([0], [1.0], [0.0]), "b": heard([1], [1.0], [0.0])}
    rows = {k: Labels.of(["x"]) for k in ("target", "kind", "liar", "origin")}
    one = table(
        ids=("a",), words=("w",), places=np.zeros(1, np.int32), models=pair,
        spread=np.full(1, np.nan, np.float32), **rows,
    )  # fmt: skip

    assert one.apart().tolist() == pytest.approx([1.0])


def test_one_model_alone_is_not_apart_from_anything():
    alone = table(models={"first": table().models["first"]})

    assert np.isnan(alone.apart()).all()
    assert not alone.differ().any()


def test_labels_keep_the_order_they_are_given():
    labels = Labels.of(["b", "c", "b"], ("a", "b"))

    assert labels.names == ("a", "b", "c")
    assert labels.present() == ("b", "c")
    assert labels.is_any(["c", "nothing"]).tolist() == [False, True, False]
    assert labels[1] == "c"


def test_the_summary_counts_only_what_is_known():
    row = summary(table())["first"]

    assert (row["n"], row["with an answer"]) == (6, 5)
    assert row["accuracy"] == pytest.approx(3 / 5)
    assert row["sure and wrong"] == 1
    assert row["bits apart"] == pytest.approx(2.4 / 5)


def test_the_sentence_is_made_from_the_numbers(monkeypatch):
    monkeypatch.setattr("mer_core.hardness.summing.FEW", 2)
    told = says(table(), "first", "First")

    assert "First is wrong on **2 of 5** (40.0 %" in told
    assert "sure of 1 of them" in told
    assert "Hardest is **sarcasm**: 100.0 % wrong of 2, against 0.0 % of 3" in told


def test_without_any_answer_the_sentence_says_so():
    unknown = table(target=Labels.of(["unknown"] * 6))

    assert says(unknown, "first", "First").startswith("Nobody knows the right answers of these 6")


def test_probabilities_of_the_toys_sum_to_one():
    np.testing.assert_allclose(certain([0, 2], [0.9, 0.4]).sum(axis=1), 1, atol=1e-6)
