"""What is drawn somewhere, large or small, becomes as large as MNIST's digits, in the middle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from widgets.probe.centring import centred


def bar(height: int, width: int, box: tuple[slice, slice], *color: int) -> np.ndarray:
    pixels = np.zeros((height, width, *(3,) * (len(color) > 1)), np.uint8)
    pixels[box] = color or 255
    return pixels


@pytest.mark.parametrize("box", [np.s_[0:5, 0:3], np.s_[20:28, 25:28], np.s_[0:28, 10:14], np.s_[7:9, 1:27]])
def test_the_longer_side_has_twenty_pixels_and_the_middle_is_that_of_the_picture(box) -> None:
    found = centred(bar(28, 28, box)).astype(float)
    rows, columns = (np.flatnonzero(found.max(axis=axis) > 127) for axis in (1, 0))
    assert abs(max(np.ptp(rows), np.ptp(columns)) + 1 - 20) <= 1
    middle = [(np.arange(28) + 0.5) @ found.sum(axis=axis) / found.sum() for axis in (1, 0)]
    np.testing.assert_allclose(middle, 14.5, atol=0.6)  # the middle of pixel 14


def test_what_has_its_place_already_stays() -> None:
    pixels = bar(28, 28, np.s_[4:24, 10:18])
    assert centred(pixels) is pixels


def test_a_heavy_end_pushes_nothing_outside() -> None:
    pixels = bar(28, 28, np.s_[0:28, 13:15])
    pixels[24:28, 8:20] = 255
    found = centred(pixels)
    assert 0.9 < found.sum() / (pixels.sum() * (20 / 28) ** 2) < 1.1


def test_what_is_centred_stays_however_often_one_asks() -> None:
    for box in (np.s_[2:9, 3:6], np.s_[12:28, 0:13], np.s_[0:28, 4:20]):
        once = centred(bar(28, 28, box))
        again = centred(once)
        assert centred(again) is again, "at the second time at the latest"


def test_small_digits_have_no_margin_and_lose_nothing() -> None:
    pixels = np.zeros((8, 8), np.uint8)
    pixels[0:8, 2:5], pixels[7, 1:6] = 200, 120
    found = centred(pixels)
    assert found.max() == 200 and (found > 100).sum() == (pixels > 100).sum()
    assert centred(found) is found


def test_the_digits_of_mnist_have_their_place(mnist_root: Path) -> None:
    raw = (mnist_root / "MNIST" / "raw" / "t10k-images-idx3-ubyte").read_bytes()
    digits = np.frombuffer(raw, np.uint8, 500 * 784, 16).reshape(-1, 28, 28)
    moved = sum(centred(digit) is not digit for digit in list(digits))
    assert moved < 25


def test_what_is_no_drawing_stays() -> None:
    for pixels in (np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8), bar(28, 28, np.s_[4:24, 10:18])):
        assert centred(pixels) is pixels
    paper = np.full((32, 32, 3), 240, np.uint8)
    paper[10:20, 10:14] = 20
    assert centred(paper) is paper


def test_large_pictures_take_no_time() -> None:
    pixels = bar(512, 512, np.s_[30:200, 40:90], 9, 8, 7)
    assert centred(pixels)[256, 256].tolist() == [9, 8, 7]  # all pairs of pixels at once would take minutes


def test_colours_and_other_sizes() -> None:
    found = centred(bar(32, 48, np.s_[0:4, 0:4], 200, 100, 0))
    assert found.shape == (32, 48, 3) and tuple(found[17, 25]) == (200, 100, 0)
    assert found.dtype == np.uint8 and not centred(np.zeros((8, 8), np.uint8)).any()
