"""Pickles are read as data: what they hold comes out, what they would do is not done."""

import contextlib
import copyreg
import os
import pickle
import pickletools
import tracemalloc
from collections import OrderedDict, defaultdict

import numpy as np
import pytest
from hostile_pickles import DOES_NOTHING, RUNS

from mer_core.datasets.utterances.pickles import read_pickle
from mer_core.errors import DataMissing, PickleRefused

HOSTILE = RUNS | DOES_NOTHING
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


@pytest.fixture
def canary(tmp_path):
    """A file that is not there; whoever creates it has run code."""
    return tmp_path / "canary"


@pytest.fixture
def extension():
    """240 stands for os.system while a test runs, as an application may have registered it."""
    copyreg.add_extension("os", "system", 240)
    yield
    copyreg.remove_extension("os", "system", 240)


def written(folder, payload):
    path = folder / "data.pkl"
    path.write_bytes(payload)
    return path


def read(folder, value, protocol=4):
    return read_pickle(written(folder, pickle.dumps(value, protocol)))


def same(a, b):
    """Whether two things are equal throughout, types, orders and byte orders included."""
    if isinstance(a, np.ndarray):
        alike = isinstance(b, np.ndarray) and (a.dtype, a.shape) == (b.dtype, b.shape)
        return alike and same(a.tolist(), b.tolist())
    if isinstance(a, dict):
        return type(b) is dict and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


# ---------------------------------------------------------------- what is hostile


def test_there_are_more_than_twenty_hostile_pickles_and_all_differ(canary):
    payloads = {payload(canary) for payload in HOSTILE.values()}

    assert len(payloads) == len(HOSTILE) >= 20
    assert len(RUNS) >= 20


@pytest.mark.parametrize("name", RUNS)
def test_pythons_own_reader_would_run_it(name, canary, extension):
    with contextlib.suppress(Exception):
        pickle.loads(RUNS[name](canary))

    assert canary.exists()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_pickle_runs_nothing_and_gets_one_sentence(name, canary, tmp_path, extension):
    path = written(tmp_path, HOSTILE[name](canary))
    with pytest.raises(PickleRefused) as refused:
        read_pickle(path)

    said = str(refused.value)
    assert not canary.exists()
    assert said.startswith(f"{path} ")
    assert said.count(". ") == 0
    assert said.endswith(".")
    assert "get it from" in said or "get the file again" in said
    assert "\n" not in said.replace(str(path), "")
    assert len(said) < len(str(path)) + 400


@pytest.mark.parametrize("name", RUNS)
def test_what_was_not_run_is_named(name, canary, tmp_path, extension):
    with pytest.raises(PickleRefused, match="nothing in it was run") as refused:
        read_pickle(written(tmp_path, RUNS[name](canary)))

    assert any(word in str(refused.value) for word in ("asks for", "makes an object"))


def test_a_name_is_shown_without_anything_that_a_terminal_would_obey(tmp_path):
    payload = b"\x80\x04X\x06\x00\x00\x00evil\x1b[X\x02\x00\x00\x00xy\x93."
    with pytest.raises(PickleRefused) as refused:
        read_pickle(written(tmp_path, payload))

    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize("name", ["more bytes announced than there are", "a far place in memory"])
def test_what_is_announced_takes_no_memory(name, canary, tmp_path):
    path = written(tmp_path, DOES_NOTHING[name](canary))
    tracemalloc.start()
    with pytest.raises(PickleRefused):
        read_pickle(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 1_000_000


def test_a_pickle_held_as_bytes_stays_bytes(canary, tmp_path):
    inner = RUNS["a global name that is called"](canary)

    assert read(tmp_path, {"inside": inner}) == {"inside": inner}
    assert not canary.exists()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickle_cut_anywhere_is_refused_and_never_half_read(protocol, tmp_path):
    payload = pickle.dumps({"a": np.arange(6.0).reshape(2, 3), "b": ["x", 1.5, None]}, protocol)
    for end in range(1, len(payload)):
        with pytest.raises(PickleRefused):
            read_pickle(written(tmp_path, payload[:end]))


def test_a_pickle_with_any_byte_changed_is_read_or_refused_but_never_runs(canary, tmp_path):
    payload = pickle.dumps({"a": np.arange(4.0), "b": ["x", (1, 2)], "c": b"yz"}, 4)
    outcomes = {"read": 0, "refused": 0}
    random = np.random.default_rng(0)
    for _ in range(600):
        changed = bytearray(payload)
        changed[int(random.integers(len(payload)))] = int(random.integers(256))
        try:
            read_pickle(written(tmp_path, bytes(changed)))
            outcomes["read"] += 1
        except PickleRefused:
            outcomes["refused"] += 1

    assert min(outcomes.values()) > 50


# ---------------------------------------------------------------- what is data


ARRAYS = {
    "float32": np.linspace(-3, 3, 24, dtype="f4").reshape(2, 3, 4),
    "big-endian": np.linspace(0, 1, 5).astype(">f8"),
    "half": np.ones(3, "f2"),
    "columns first": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "integers": np.arange(-4, 4),
    "unsigned": np.arange(4, dtype="u2"),
    "truths": np.array([True, False]),
    "complex": np.array([1 + 2j]),
    "nothing": np.zeros((0, 3)),
    "one number": np.array(1.5),
    "letters": np.array([["a", "bé"], ["", "xyz"]]),
    "bytes": np.array([b"v", b"1.0"]),
    "objects": np.array(["x", ["y"], None, b"z"], object),
    "objects in rows": np.array([["x", 1], [None, 2.5]], object),
    "minus infinity": np.array([-np.inf, 1.0], "f4"),
}
PLAIN = {
    "numbers": [0, 1, -1, 255, 256, -(2**31), 2**70, 1.5, float("inf"), True, False, None],
    "texts": ["", "a", "é", "\U0001f600", "a\nb", "\ud800"],
    "bytes": [b"", b"a", b"\xff\x00", b"q" * 300],
    "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((b"v", b"1.0", b"2"),)],
    "sets": [{1, 2}, frozenset(["a"]), set()],
    "nested": {"a": {"b": [{"c": (1, [2])}]}, 1: "x", b"k": None},
    "reals": [float(i) / 3 for i in range(3000)],
    "mixed reals": [1.0, 2.0, "G", 3.0, 4, 5.0, 6.0, 7.0],
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_come_out_as_they_went_in(name, protocol, tmp_path):
    array = ARRAYS[name]
    found = read(tmp_path, {"x": array}, protocol)["x"]

    assert same(found, array)
    assert not same(found, np.zeros(1))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", PLAIN)
def test_plain_containers_come_out_as_they_went_in(name, protocol, tmp_path):
    assert same(read(tmp_path, PLAIN[name], protocol), PLAIN[name])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_single_values_of_numpy_keep_their_type(protocol, tmp_path):
    values = [np.float32(1.5), np.float64(-2), np.int64(7), np.bool_(True), np.str_("é")]
    found = read(tmp_path, values, protocol)

    assert found == values
    assert [type(v) for v in found] == [type(v) for v in values]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_special_dictionaries_become_plain_ones_without_what_they_would_call(protocol, tmp_path):
    given = [OrderedDict(b=1, a=2), defaultdict(list, {"k": [1]}), bytearray(b"xy")]
    found = read(tmp_path, given, protocol)

    assert found == [{"b": 1, "a": 2}, {"k": [1]}, b"xy"]
    assert [type(v) for v in found] == [dict, dict, bytes]
    with pytest.raises(KeyError):
        found[1]["missing"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_long_bytes_are_views_of_the_file_with_the_same_content(protocol, tmp_path):
    given = [b"ab" * 40_000, bytearray(b"cd" * 40_000)]
    found = read(tmp_path, given, protocol)

    assert [bytes(part) for part in found] == [bytes(part) for part in given]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_what_stands_twice_in_the_file_is_one_thing(protocol, tmp_path):
    array, words = np.arange(3.0), ["a"]
    first, second, third, fourth = read(tmp_path, [array, array, words, words], protocol)

    assert first is second
    assert third is fourth


def test_paths_of_numpy_1_and_numpy_2_are_both_known(tmp_path):
    new = pickle.dumps([np.arange(3.0), np.float32(2)], 2)
    old = new.replace(b"numpy._core", b"numpy.core")

    assert old != new
    for payload in (old, new):
        array, number = read_pickle(written(tmp_path, payload))
        assert same(array, np.arange(3.0))
        assert number == np.float32(2)


def test_a_pickle_of_python_2_is_read_as_latin_1(tmp_path):
    raw = np.array([1.0, -2.5]).tobytes()
    payload = (
        b"\x80\x02}U\x04nameU\x03\xe9t\xe9sU\x05arraycnumpy.core.multiarray\n_reconstruct\n"
        b"cnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01K\x02\x85cnumpy\ndtype\nU\x02f8K\x00K\x01\x87R"
        b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U" + bytes([len(raw)]) + raw
    ) + b"tbs."
    found = read_pickle(written(tmp_path, payload))

    assert found["name"] == "été"
    assert found["array"].tolist() == [1.0, -2.5]
    assert same(found, pickle.loads(payload, encoding="latin1"))


def test_large_arrays_stay_in_the_file_until_they_are_looked_at(tmp_path):
    array = np.arange(4_000_000, dtype="f4").reshape(1000, 4000)
    path = written(tmp_path, pickle.dumps({"text": array}, 4))
    tracemalloc.start()
    found = read_pickle(path)["text"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < array.nbytes / 100
    assert np.array_equal(found, array)
    assert not found.flags.writeable


def test_long_lists_of_reals_are_read_at_once(tmp_path):
    rows = [[float(i + j) for j in range(371)] for i in range(200)]
    payload = pickle.dumps(rows, 4)

    assert same(read_pickle(written(tmp_path, payload)), rows)
    assert sum(code.name == "BINFLOAT" for code, _, _ in pickletools.genops(payload)) == 74_200


# ---------------------------------------------------------------- what is no pickle


@pytest.mark.parametrize(
    ("start", "says"),
    [
        (b"<!DOCTYPE html><html>", "web page"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"\x1f\x8b\x08rest", "gzip"),
        (b"\x89HDF\r\n", "HDF5"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"\x93NUMPY\x01\x00", "single NumPy array"),
        (b"", "is empty"),
        (b"what is this?", "no whole pickle"),
    ],
)
def test_other_files_are_told_by_what_they_are(start, says, tmp_path):
    with pytest.raises(PickleRefused, match=says):
        read_pickle(written(tmp_path, start))


def test_a_file_that_is_not_there_or_is_a_folder_is_said_so(tmp_path):
    with pytest.raises(DataMissing, match="cannot be opened"):
        read_pickle(tmp_path / "gone.pkl")
    with pytest.raises(DataMissing, match="cannot be opened"):
        read_pickle(tmp_path)


def test_the_module_search_path_and_the_environment_are_as_before(canary, tmp_path):
    import sys

    before = list(sys.path), dict(os.environ), set(sys.modules)
    for name in HOSTILE:
        with pytest.raises(PickleRefused):
            read_pickle(written(tmp_path, HOSTILE[name](canary)))

    assert (list(sys.path), dict(os.environ)) == before[:2]
    assert "antigravity" not in sys.modules
    assert set(sys.modules) == before[2]
