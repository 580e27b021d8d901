"""The page Mixing desk in process: sliders, triangle, flip, silent and swapped experts."""

import re

import pytest

CLIP = "1"


def weights(page):
    """What the sliders show."""
    return [s.value for s in page.at.slider if str(s.key).startswith("desk-weight")]


def test_the_page_opens_with_the_models_own_answer(open_page):
    page = open_page("mixing_desk", clip=CLIP)

    assert not page.errors
    assert sum(weights(page)) in (99, 100, 101)
    assert "As with the model's own setting" in page.words
    assert page.at.button(key="desk-reset").disabled
    assert re.search(r"Of all mixtures|All 66 mixtures", page.words)
    assert page.charts == 2
