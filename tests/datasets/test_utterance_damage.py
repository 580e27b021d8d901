"""Files of the field in which something is not what it should be: a sentence, never a traceback."""

import json
import pickle
import random

import numpy as np
import pytest
from field_files import WRITERS

from mer_core.datasets import open_utterances
from mer_core.errors import MerError

ODD = (
    None, 0, -1, 1.5, float("nan"), "x", "", b"y", [], {}, (), [1, [2]], [[1.0], [2.0, 3.0]],
    {"a": 1}, [{}], True, 2**58, np.float32(2), np.zeros(0), np.zeros((0, 3)), np.ones((3, 4)),
    np.zeros((3, 0, 4)), np.full((3, 5, 2), np.nan), np.array(["a", "b", "c"]),
    np.array([None, "x", {}], object), np.ones((3, 2, 2), complex),
)  # fmt: skip
"""What a part of a file is replaced with."""


def places(value, path=()):
    """Every place in nested dictionaries and short lists, down to three steps."""
    yield path
    if len(path) < 3 and isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(min(len(value), 10)):
            yield from places(value[key], (*path, key))


def damaged(value, random):
    """The same with one part replaced or taken out."""
    path = random.choice(list(places(value)))
    if not path:
        return random.choice(ODD)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    if isinstance(holder, dict) and random.random() < 0.2:
        del holder[path[-1]]
    else:
        holder[path[-1]] = random.choice(ODD)
    return value


def damage(path, random):
    """Change one file of a set."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    file = random.choice([f for f in files if f.is_file()])
    if file.suffix in (".pkl", ".p"):
        file.write_bytes(pickle.dumps(damaged(pickle.loads(file.read_bytes()), random), 4))
    elif file.suffix == ".json":
        plain = damaged(json.loads(file.read_text("utf-8")), random)
        file.write_text(json.dumps(plain, default=str), "utf-8")
    else:
        data = bytearray(file.read_bytes())
        for _ in range(3):
            data[random.randrange(len(data))] = random.randrange(256)
        file.write_bytes(bytes(data))


@pytest.mark.parametrize("format", WRITERS)
def test_a_damaged_set_is_read_or_told_of_and_never_breaks_anything(format, tmp_path):
    told = []
    for seed in range(12):
        path = WRITERS[format](tmp_path / str(seed))
        damage(path, random.Random(f"{format}{seed}"))
        try:
            found = open_utterances(format.split(",")[0], path)
            samples = [sample for part in found.splits.values() for sample in part]
        except MerError as error:
            told.append(str(error))
            continue
        assert all(np.isfinite(t).all() for s in samples for t in s.features.values())

    assert all(said.endswith((".", "?")) and "\n" not in said for said in told)
    assert told or format == "meld"  # a table with three changed letters is still a table
