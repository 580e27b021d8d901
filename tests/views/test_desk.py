"""The triangle and the strips: every cell in its place, marks where they belong."""

import numpy as np
import pytest
import torch

from mer_core.desk.flip import Flip
from mer_core.desk.maps import GateMap, StrengthMap
from mer_core.desk.setting import simplex_grid
from mer_core.task import EMOTIONS
from mer_core.views import figure
from mer_core.views.colours import emotion_colour
from mer_core.views.desk import Marks, _cell, _flat, draw_gate_map

PARTS = ("one", "two", "three")


def found(steps=10):
    """Anger where the first part has most, sadness elsewhere; surest at the top."""
    settings = simplex_grid(steps)
    probs = torch.full((len(settings), len(EMOTIONS)), 0.0)
    probs[:, EMOTIONS.index("anger")] = settings[:, 0]
    probs[:, EMOTIONS.index("sadness")] = 1 - settings[:, 0]
    own = torch.tensor([0.2, 0.3, 0.5])
    return GateMap(("s",), ("sadness",), PARTS, "expert", steps, settings, probs, EMOTIONS, own)


def area(outline):
    """Of a polygon, by the shoelace formula."""
    x, y = outline.T
    return 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def traces(drawing, name):
    return [trace for trace in drawing.data if trace.name == name]


@pytest.mark.parametrize("steps", [2, 10])
def test_the_cells_cover_the_triangle_once(steps):
    cells = [_flat(_cell(point, steps)) for point in simplex_grid(steps).tolist()]

    assert sum(map(area, cells)) == pytest.approx(3**0.5 / 4)
    for cell in cells:
        assert cell[:, 1].min() > -1e-6
        assert cell[:, 1].max() < 3**0.5 / 2 + 1e-6


def test_regions_have_the_colours_and_names_of_their_answers():
    drawing = figure(found())
    regions = [t for t in drawing.data if t.fill == "toself"]

    assert {t.name for t in regions} == {"anger", "sadness"}
    assert all(t.fillcolor == emotion_colour(t.name) for t in regions)
    assert len({t.opacity for t in regions}) > 1
    words = [a.text for a in drawing.layout.annotations]
    assert {"<b>anger</b>", "<b>sadness</b>", "one alone", "two alone", "three alone"} <= set(words)


def test_every_mixture_can_be_clicked_and_says_what_it_is():
    (targets,) = traces(figure(found()), "mixtures")

    assert list(targets.customdata) == list(range(66))
    assert "one 100 %, two 0 %, three 0 %: anger 100 %" in targets.text
    assert targets.marker.opacity == 0


def test_marks_stand_where_the_weights_are():
    at, present = torch.tensor([0.6, 0.2, 0.2]), torch.tensor([0.3, 0.4, 0.3])
    flip = Flip(("s",), ("sadness",), PARTS, True, present, at, present, "anger", 0.3, 66)
    drawing = draw_gate_map(found(), marks=Marks(present, flip))

    for name, weights in (("present", present), ("flip", at), ("own", found().own)):
        mark = traces(drawing, name)[-1]
        wanted = float(weights[0] * 0.5 + weights[2]), float(weights[0] * 3**0.5 / 2)
        assert (mark.x[0], mark.y[0]) == pytest.approx(wanted)
    assert "nearest flip: anger" in traces(drawing, "flip")[0].text[0]
    assert not traces(draw_gate_map(found(), marks=Marks(present)), "flip")
    assert not traces(figure(found()), "present")


def test_no_name_of_a_region_covers_a_mark():
    present = torch.tensor([0.1, 0.45, 0.45])
    drawing = draw_gate_map(found(20), marks=Marks(present))
    (named,) = [a for a in drawing.layout.annotations if a.text == "<b>sadness</b>"]
    mark = traces(drawing, "present")[0]

    assert np.hypot(named.x - mark.x[0], named.y - mark.y[0]) > 0.08


def test_strengths_are_stacked_stage_by_stage_with_the_sliders_line():
    levels = torch.linspace(0, 2, 17)
    probs = torch.zeros(4, 17, len(EMOTIONS))
    probs[..., 0], probs[..., 1] = levels / 2, 1 - levels / 2
    around = torch.tensor([1.0, 0.5, 1.0, 2.0])
    strengths = StrengthMap(
        ("s",), ("anger",), ("a", "b", "c", "d"), levels, probs, EMOTIONS, around
    )
    drawing = figure(strengths)

    assert len(drawing.data) == 4 * len(EMOTIONS)
    totals = np.sum([np.asarray(t.y) for t in drawing.data[: len(EMOTIONS)]], axis=0)
    assert totals == pytest.approx(np.ones(17))
    solid = [s.x0 for s in drawing.layout.shapes if s.line.dash == "solid"]
    assert solid == pytest.approx(around.tolist())
    assert "stage 2: b" in [a.text for a in drawing.layout.annotations]
