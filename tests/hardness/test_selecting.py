"""Filters and presets choose what they say."""

import math

import numpy as np
import pytest
from hard_tables import table

from mer_core.hardness.selecting import MEASURES, Filter, hardest, measures_of, presets_of

SPLIT = [0.5, 1.0, 1.6, 2.0, 1.7, 0.25]


def rows(found: Filter, spread=None) -> list[int]:
    return np.flatnonzero(found.rows(table(spread))).tolist()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"kinds": ("sarcasm",)}, [1, 4]),
        ({"kinds": ("sarcasm", "mask")}, [1, 4, 5]),
        ({"kinds": ("nonsense",)}, []),
        ({"correct": True}, [0, 2, 3]),
        ({"correct": False}, [1, 4]),
        ({"targets": ("joy",)}, [3, 4]),
        ({"answers": ("fear",)}, [1, 2, 4]),
        ({"words": "GREAT "}, [1, 4]),
        ({"ranges": (("disagreement", 0.5, 2.0),)}, [1, 4]),
        ({"ranges": (("confidence", 0.0, 0.6),)}, [2, 4]),
        ({"kinds": ("sarcasm",), "words": "joy"}, [4]),
        ({"preset": "sure-wrong"}, [1]),
        ({"preset": "models"}, [1, 3]),
        ({"preset": "modalities"}, [1]),
        ({"preset": "models", "correct": True}, [3]),
    ],
)
def test_a_filter_keeps_what_it_says(asked, expected):
    assert rows(Filter("first", **asked)) == expected


def test_another_model_has_other_hard_samples():
    assert rows(Filter("second", preset="sure-wrong")) == [3]


def test_where_people_are_split_and_the_model_is_sure():
    assert rows(Filter("first", preset="people"), SPLIT) == [3]


def test_what_nobody_knows_is_not_offered():
    assert "people" not in presets_of(table(), "first")
    assert "spread" not in measures_of(table(), "first")
    assert "people" in presets_of(table(SPLIT), "first")
    assert "spread" in measures_of(table(SPLIT), "first")
    alone = table(models={"first": table().models["first"]})
    assert "models" not in presets_of(alone, "first")
    assert "apart" not in measures_of(alone, "first")


def test_the_hardest_come_first_and_the_unknown_last():
    every = np.ones(6, bool)

    assert hardest(table(), "first", every, "disagreement").tolist() == [1, 4, 2, 0, 3, 5]
    some = np.array([True, False, True, False, False, True])
    assert hardest(table(), "first", some, "disagreement").tolist() == [2, 0, 5]


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_one_number_a_sample(name):
    values = MEASURES[name].of(table(SPLIT), "first")

    assert values.shape == (6,)
    assert not any(math.isinf(v) for v in values.tolist())
