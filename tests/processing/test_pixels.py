"""Tests of mer_core.processing.pixels."""

import numpy as np
import pytest

from mer_core.processing.pixels import pixel_stream, square
from mer_core.types import Sample


def test_nothing_of_the_picture_is_cut_off():
    """A wide picture is centred on white: both ends of it are still there."""
    wide = np.zeros((10, 40, 3), dtype=np.uint8)
    wide[:, :10, 0] = wide[:, 30:, 1] = 255
    out = square(wide, 80)

    assert out.shape == (80, 80, 3)
    assert (out[:20] == 255).all()
    assert (out[-20:] == 255).all()
    assert out[40, 2].tolist() == [255, 0, 0]
    assert out[40, -2].tolist() == [0, 255, 0]


def test_transparent_pixels_are_laid_on_white():
    clear = np.zeros((8, 8, 4), dtype=np.uint8)
    solid = clear.copy()
    solid[..., 3] = 255

    assert (square(clear, 8) == 255).all()
    assert (square(solid, 8) == 0).all()


def test_grey_pictures_get_three_channels():
    assert (square(np.full((4, 4, 1), 90, dtype=np.uint8), 4) == 90).all()


def test_what_is_no_picture_is_refused():
    with pytest.raises(ValueError, match="1, 3 or 4 channels"):
        square(np.zeros((4, 4, 2), dtype=np.uint8), 4)


def test_absent_picture_is_silent():
    """Values lie in [0, 1]; where there is no picture the row is marked."""
    picture = np.full((6, 6, 3), 255, dtype=np.uint8)
    stream = pixel_stream([Sample("a", image=picture), Sample("b")], 16)

    assert stream.values.shape == (2, 3, 16, 16)
    assert stream.values[0].min() == stream.values.max() == 1
    assert stream.is_silent.tolist() == [False, True]
    assert stream.mask.all()
