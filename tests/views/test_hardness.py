"""The map of hard samples and the forest of differences draw what they are given."""

import numpy as np
import pytest
from hard_tables import table

from mer_core.hardness.comparing import compared
from mer_core.views import hardness
from mer_core.views.colours import MODALITY
from mer_core.views.hardness import CORRECT, KIND, Look, colours_of, forest, hard_map

EVERY = np.ones(6, bool)
SPLIT = [0.5, 1.0, 1.6, 2.0, 1.7, 0.25]


def drawn(colour: str, rows=EVERY, spread=None, chosen=()):
    return hard_map(table(spread), rows, Look("first", "the whole", colour), chosen).data


@pytest.mark.parametrize("colour", colours_of(table(SPLIT), "first"))
def test_every_sample_is_one_point_whatever_colours_it(colour):
    traces = drawn(colour, spread=SPLIT)
    rows = sorted(int(i) for trace in traces for i in trace.customdata)

    assert rows == list(range(6))
    assert all(trace.type == "scattergl" for trace in traces)


def test_right_wrong_and_unknown_are_traces_of_their_own():
    found = {t.name: sorted(t.customdata.tolist()) for t in drawn(CORRECT)}

    assert found == {"right (3)": [0, 2, 3], "wrong (2)": [1, 4], "unknown (1)": [5]}


def test_a_kind_of_conflict_has_the_colour_of_the_modality_that_lies():
    found = {t.name.split(" (")[0]: t.marker.color for t in drawn(KIND)}

    assert found["sarcasm"] == MODALITY["text"]
    assert found["mask"] == MODALITY["vision"]


def test_samples_that_a_filter_took_out_are_pale_and_cannot_be_chosen():
    rows = np.array([True, False, True, True, False, True])
    pale, *others = drawn(CORRECT, rows)

    assert pale.customdata is None
    assert len(pale.x) == 2
    assert sorted(int(i) for t in others for i in t.customdata) == [0, 2, 3, 5]


def test_of_many_points_pale_ones_and_words_are_left_out(monkeypatch):
    monkeypatch.setattr(hardness, "PALE_UP_TO", 3)
    monkeypatch.setattr(hardness, "WORDS_UP_TO", 3)
    rows = np.array([True, False, True, True, False, True])
    traces = drawn(CORRECT, rows)

    assert all(t.customdata is not None and t.text is None for t in traces)


def test_a_number_that_is_not_known_has_no_colour_of_the_scale():
    unknown, known = drawn("disagreement")

    assert unknown.customdata.tolist() == [5]
    assert 5 not in known.customdata
    assert known.marker.color.tolist() == pytest.approx([0.1, 1.2, 0.2, 0.0, 0.9])


def test_chosen_points_stand_out_in_every_trace():
    found = {t.name: t.selectedpoints.tolist() for t in drawn(CORRECT, chosen=(1, 3))}

    assert found == {"right (3)": [2], "wrong (2)": [0], "unknown (1)": []}


def test_what_is_unknown_of_a_table_cannot_colour_it():
    assert "spread" not in colours_of(table(), "first")
    assert "spread" in colours_of(table(SPLIT), "first")


def test_a_forest_has_a_line_for_every_difference_that_has_a_size():
    found = compared(table(), "first", np.array([False, True, False, False, True, True]))
    sized = [d for d in found if np.isfinite(d.effect)]
    figure = forest(found, "n = 3 and 3.")
    dots = figure.data[0]

    assert len(dots.x) == len(sized) > 3
    assert dots.x[0] == pytest.approx(sized[0].effect)
    assert dots.x[0] + dots.error_x.array[0] == pytest.approx(sized[0].effect_high)
    assert "n = 3 and 3." in figure.layout.annotations[-1].text
