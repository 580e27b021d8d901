"""Colours that keep their meaning for colour-blind eyes."""

from itertools import combinations

import numpy as np
import pytest

from mer_core.task import EMOTIONS
from mer_core.types import Modality
from mer_core.views.colours import (
    AGAINST,
    EMOTION,
    FOR,
    MODALITY,
    diverging,
    emotion_colour,
    ink,
    ink_on,
    luminance,
    modality_colour,
    signed,
)

# How a colour looks to dichromats, in linear RGB.
# Source: Machado, Oliveira and Fernandes (2009), severity 1.0.
EYES = {
    "typical": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868],
                        [0.114503, 0.786281, 0.099216],
                        [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968],
                        [0.280085, 0.672501, 0.047413],
                        [-0.011820, 0.042940, 0.968881]]),
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(colour, eyes):
    """CIE L*a*b* of '#RRGGBB' as these eyes see it."""
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(EYES[eyes] @ linear, 0, 1) / np.array([0.9505, 1, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(colours, eyes):
    """Smallest distance (CIE 1976) between two of them; about 2.3 is just noticeable."""
    pairs = combinations(colours, 2)
    return min(float(np.linalg.norm(lab(a, eyes) - lab(b, eyes))) for a, b in pairs)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("palette", [EMOTION.values(), MODALITY.values(), (FOR, AGAINST)])
def test_no_two_colours_of_a_palette_are_confused(palette, eyes):
    assert nearest(list(palette), eyes) > 16


def test_the_measure_sees_what_colour_blind_eyes_do_not():
    """A red and a green that deutans confuse: far apart to typical eyes only."""
    assert nearest(["#B0603A", "#7A7A30"], "typical") > 25
    assert nearest(["#B0603A", "#7A7A30"], "deutan") < 16


def test_every_emotion_and_every_modality_has_its_own_colour():
    assert tuple(EMOTION) == EMOTIONS
    assert set(MODALITY) == set(Modality)
    red, green, blue = (EMOTION["neutral"][i : i + 2] for i in (1, 3, 5))
    assert red == green == blue


def test_unknown_names_are_grey():
    assert emotion_colour("positive") not in EMOTION.values()
    assert modality_colour("audio+vision") not in MODALITY.values()


def test_signs_have_the_ends_of_the_scale():
    assert signed([-0.2, 0.3]) == [AGAINST, FOR]
    for dark in (False, True):
        assert [stop for stop, _ in diverging(dark)] == [0.0, 0.5, 1.0]


def contrast(a, b):
    one, two = sorted([luminance(a), luminance(b)])
    return (two + 0.05) / (one + 0.05)


def test_words_can_be_read_on_every_colour():
    for colour in [*EMOTION.values(), *MODALITY.values()]:
        assert contrast(ink_on(colour), colour) > 4.4, colour
    assert contrast(ink(dark=False), "#FFFFFF") > 7
    assert contrast(ink(dark=True), "#0E1117") > 7
