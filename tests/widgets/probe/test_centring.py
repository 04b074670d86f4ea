"""What is drawn somewhere, large or small, becomes as large as MNIST's digits, in the middle."""

from __future__ import annotations

import numpy as np
import pytest

from widgets.probe.centring import centred


def bar(height: int, width: int, box: tuple[slice, slice], *color: int) -> np.ndarray:
    pixels = np.zeros((height, width, *(3,) * (len(color) > 1)), np.uint8)
    pixels[box] = color or 255
    return pixels


@pytest.mark.parametrize("box", [np.s_[0:5, 0:3], np.s_[20:28, 25:28], np.s_[0:28, 10:14], np.s_[7:9, 3:24]])
def test_the_longer_side_has_twenty_pixels_and_the_middle_is_that_of_the_picture(box) -> None:
    found = centred(bar(28, 28, box)).astype(float)
    rows, columns = (np.flatnonzero(found.max(axis=axis) > 127) for axis in (1, 0))
    assert abs(max(np.ptp(rows), np.ptp(columns)) + 1 - 20) <= 1
    middle = [(np.arange(28) + 0.5) @ found.sum(axis=axis) / found.sum() for axis in (1, 0)]
    np.testing.assert_allclose(middle, 14, atol=0.3)


def test_what_has_its_place_already_stays() -> None:
    pixels = bar(28, 28, np.s_[4:24, 10:18])
    np.testing.assert_array_equal(centred(pixels), pixels)
    np.testing.assert_array_equal(centred(centred(pixels)), pixels)


def test_a_heavy_end_pushes_nothing_outside() -> None:
    pixels = bar(28, 28, np.s_[0:28, 13:15])
    pixels[24:28, 8:20] = 255
    found = centred(pixels)
    assert 0.9 < found.sum() / (pixels.sum() * (20 / 28) ** 2) < 1.1


def test_colours_and_other_sizes() -> None:
    found = centred(bar(32, 48, np.s_[0:4, 0:4], 200, 100, 0))
    assert found.shape == (32, 48, 3) and tuple(found[16, 24]) == (200, 100, 0)
    assert found.dtype == np.uint8 and not centred(np.zeros((8, 8), np.uint8)).any()
