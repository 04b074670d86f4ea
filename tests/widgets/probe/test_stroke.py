"""The pen's arithmetic, against a picture sampled much finer, and what a stroke leaves alone."""

from __future__ import annotations

import time

import numpy as np
import pytest

from widgets.probe.drawing import Drawing
from widgets.probe.stroke import Stroke, pen_width


def covered(height: int, width: int, start: tuple[float, float], end: tuple[float, float]) -> np.ndarray:
    """How far each pixel's middle is from a segment, the slow way: from many points of it."""
    points = np.linspace(start, end, 400)
    y, x = np.mgrid[:height, :width] + 0.5
    return np.min([np.hypot(x - px, y - py) for px, py in points], axis=0)


@pytest.mark.parametrize(("height", "width"), [(28, 28), (8, 8), (20, 60), (224, 224)])
def test_a_line_is_full_in_its_middle_and_fades_at_its_edge(height: int, width: int) -> None:
    pen = pen_width(height, width)
    stroke = Stroke(np.zeros((height, width), np.uint8), np.array(255), pen)
    start, end = (width * 0.25, height * 0.3), (width * 0.7, height * 0.65)
    stroke.extend(start, end)
    distance = covered(height, width, start, end)
    soft = max(0.8, 0.45 * pen)
    wanted = 255 * np.clip((pen / 2 + soft / 2 - distance) / soft, 0, 1)
    assert np.abs(stroke.pixels - wanted).max() <= 3
    assert stroke.pixels.max() == 255 and len(np.unique(stroke.pixels)) > 3


def test_a_pen_is_as_thick_as_a_digit_of_mnist_and_grows_with_the_picture() -> None:
    assert pen_width(28, 28) == pytest.approx(2.4)
    assert pen_width(224, 224) == pytest.approx(8 * 2.4)
    assert pen_width(4, 4) == 1.2


def test_crossing_itself_changes_nothing_and_the_ground_stays() -> None:
    ground = np.full((12, 12, 3), 90, np.uint8)
    once, often = (Stroke(ground, np.array((255, 0, 0)), 2.4) for _ in range(2))
    once.extend((3, 3), (9, 3))
    for _ in range(5):
        often.extend((3, 3), (9, 3))
    assert (once.pixels == often.pixels).all()
    assert (once.pixels[3, 6] == (255, 0, 0)).all() and (once.pixels[9] == 90).all()
    assert (ground == 90).all(), "what was there before can be taken back"


def test_outside_of_the_picture_nothing_is_drawn() -> None:
    stroke = Stroke(np.zeros((8, 8), np.uint8), np.array(255), 2.0)
    stroke.extend((-40, -40), (-20, -9))
    assert not stroke.pixels.any()
    stroke.extend((-5, 4), (20, 4))
    assert (stroke.pixels[4] == 255).all()


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (6, 9, 3)])
def test_what_is_put_is_what_is_there(shape: tuple[int, ...]) -> None:
    drawing = Drawing(28, 28, 1)
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    drawing.put(pixels)
    assert (drawing.pixels.reshape(shape) == pixels).all() and drawing.size == shape[:2]
    drawing.put(pixels / 255)
    assert (drawing.pixels.reshape(shape) == pixels).all()
    drawing.put(np.full(shape, np.nan))
    assert not drawing.pixels.any()


@pytest.mark.parametrize("shape", [(4,), (2, 2, 2), (0, 3), (2, 2, 3, 1)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="H×W"):
        Drawing(28, 28, 1).put(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(("side", "most"), [(28, 2e-3), (224, 4e-3)])
def test_a_stroke_goes_on_quickly(side: int, most: float) -> None:
    drawing = Drawing(side, side, 3)
    drawing.begin((1, 1))
    taken = []
    for step in range(20):
        begun = time.perf_counter()
        drawing.go_on((step * side / 20, 3), ((step + 1) * side / 20, side / 2))
        taken.append(time.perf_counter() - begun)
    assert min(taken) < most
