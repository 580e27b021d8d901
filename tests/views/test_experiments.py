"""Figures of experiments: every number, its interval, and what the live run adds."""

import pytest

from mer_core.experiments.base import ACCURACY, MILLISECONDS, Result, Row
from mer_core.views import figure
from mer_core.views.experiments import draw_result


def result(*rows, measures=(ACCURACY,)):
    data = {"name": "toys", "what": "toys", "split": "test", "n": 9, "demo": True}
    return Result("mghft", "toy", ("So.",), data, (0,), rows, measures, dosage="toys taken")


def cases(shift=0.0):
    return result(
        Row("all", ACCURACY, 0.8 - shift, 9, low=0.7, high=0.9, reference=True),
        Row("none", ACCURACY, 0.3 - shift, 9, low=0.25, high=0.4),
    )


def test_dots_carry_value_interval_and_mark_the_reference():
    drawing = draw_result(cases(), ACCURACY)
    dots = drawing.data[0]

    assert list(dots.x) == [0.8, 0.3]
    assert list(dots.y) == ["<b>all</b>", "none"]
    assert list(dots.error_x.array) == pytest.approx([0.1, 0.1])
    assert list(dots.error_x.arrayminus) == pytest.approx([0.1, 0.05])
    assert list(dots.marker.symbol) == ["diamond", "circle"]
    assert drawing.layout.shapes[0].x0 == 0.8


def test_doses_become_a_curve_over_what_the_doses_are():
    rows = [Row(str(d), ACCURACY, 0.9 - d / 10, 9, dose=float(d)) for d in range(4)]
    drawing = draw_result(result(*rows), ACCURACY)

    assert drawing.data[0].mode == "lines+markers"
    assert list(drawing.data[0].x) == [0, 1, 2, 3]
    assert drawing.layout.xaxis.title.text == "toys taken"


def test_a_live_run_is_a_second_trace_and_named_in_the_caption():
    drawing = draw_result(cases(), ACCURACY, live=cases(0.1))

    assert [t.name for t in drawing.data] == ["saved", "live"]
    assert drawing.data[0].marker.color != drawing.data[1].marker.color
    assert "Live" in drawing.layout.annotations[-1].text


def test_the_caption_says_n_split_and_demo_data():
    caption = draw_result(cases(), ACCURACY).layout.annotations[-1].text

    assert "n = 9" in caption
    assert "demo data" in caption


def test_milliseconds_start_at_zero_and_figure_draws_the_first_measure():
    drawing = figure(result(Row("draw", MILLISECONDS, 40.0, 9), measures=(MILLISECONDS,)))

    assert drawing.layout.xaxis.range[0] == 0
    assert "40.0 ms" in drawing.data[0].text[0]


def test_what_is_not_in_the_result_is_refused():
    with pytest.raises(ValueError, match="no 'AUROC'"):
        draw_result(cases(), "AUROC")
