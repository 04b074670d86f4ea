"""One curve as it is drawn: how strong, where it breaks, and what it says of its ends."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from widgets.plot.line import FEW, Line
from widgets.plot.series import Series


def series(x: list[float], y: list[float]) -> Series:
    made = Series()
    made.extend(np.array(x, float), np.array(y, float))
    return made


def ink(line: Line, size: int = 60) -> np.ndarray:
    """How much of the curve's colour each pixel has, 0 … 255; its numbers are pixels here."""
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(0)
    with QPainter(image) as painter:
        line.paint(painter, None, None)
    return np.array([[QColor(image.pixel(x, y)).red() for x in range(size)] for y in range(size)])


def drawn(x: list[float], y: list[float]) -> Line:
    line = Line()
    line.setPen(pg.mkPen("#ff0000", width=1))
    line.show_series(series(x, y), (0.0, 1000.0), 10_000, False)
    return line


def test_a_level_line_looks_two_pixels_wide(qapp: QApplication) -> None:
    found = ink(drawn([10, 50], [20.5, 20.5]))[:, 30]
    assert found.sum() == pytest.approx(2 * 255, rel=0.25)
    assert set(np.flatnonzero(found)) <= {19, 20, 21, 22}


@pytest.mark.parametrize(("count", "wide"), [(2, 2.0), (FEW, 2.0), (FEW + 1, 1.0)])
def test_a_steep_line_of_few_points_does_too(qapp: QApplication, count: int, wide: float) -> None:
    found = ink(drawn([20.5] * count, np.linspace(10, 50, count).tolist()))[30]
    assert found.sum() / 255 == pytest.approx(wide, rel=0.3)


def test_a_gap_stands_where_a_value_is_not_finite(qapp: QApplication) -> None:
    found = ink(drawn([5, 15, 25, 35, 45, 55], [20, 20, math.nan, math.inf, 20, 20]))[18:24].sum(axis=0)
    assert found[10] > 200 and found[50] > 200
    assert not found[20:40].any()
    assert ink(drawn([5, 15, 55], [20, 20, 20]))[18:24].sum(axis=0)[5:55].all()


def test_nothing_finite_is_nothing_drawn(qapp: QApplication) -> None:
    line = drawn([5, 15], [20, 20])
    assert line.show_series(series([5, 15], [math.nan, -math.inf]), (0.0, 60.0), 100, False) is None
    assert not ink(line).any() and len(line.xData) == 0
    assert line.show_series(series([5, 15], [30, 40]), (0.0, 60.0), 100, False) == (30, 40)
    assert ink(line).any()
    assert line.show_series(series([5, 15], [-30, 0]), (0.0, 60.0), 100, True) is None


def test_only_what_is_in_the_span_is_drawn(qapp: QApplication) -> None:
    line = Line()
    made = series(list(range(100)), list(range(100)))
    assert line.show_series(made, (10.0, 20.0), 100, False) == (9, 21)
    assert line.show_series(made, (10.0, 20.0), 100, True) == pytest.approx((math.log10(9), math.log10(21)))
    assert line.show_series(made, (0.0, 99.0), 20, False) == (0, 99) and len(line.xData) <= 20
