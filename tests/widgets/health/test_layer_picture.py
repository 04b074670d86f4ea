"""Layers over time as a picture: where each number is, in which colour, what is read and chosen."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from widgets.health.chart import TIGHT, HistoryChart, apart
from widgets.health.layer_picture import LayerPicture
from widgets.health.shading import columns_at, image_of, range_of
from widgets.health.values import Measured, Quantity
from widgets.look import theme

GRADIENT, DEAD, MEAN = Quantity("gradient", "", "powers"), Quantity("dead", "", "share"), Quantity("mean", "", "signed")


def measured(values: object, quantity: Quantity = DEAD, epochs: float = 4.0, **more: object) -> Measured:
    array = np.asarray(values, np.float32)
    names = tuple(f"fc{row + 1}" for row in range(len(array)))
    positions = np.arange(array.shape[1]) * epochs / array.shape[1]
    return Measured(quantity, names, positions, array, np.isinf(array), epochs=epochs, **more)


@pytest.fixture
def picture(qtbot: QtBot) -> Iterator[LayerPicture]:
    picture = LayerPicture()
    qtbot.addWidget(picture)
    picture.resize(500, 160)
    picture.show()
    qtbot.waitExposed(picture)
    yield picture


def at(picture: LayerPicture, row: int, position: float) -> QPoint:
    return QPointF(picture.axis.x(position), picture.row_rect(row).center().y()).toPoint()


def test_a_cell_has_the_colour_of_its_number(picture: LayerPicture) -> None:
    picture.show_measured(measured([[0.0, 1.0, math.inf, math.nan], [0.5, 0.5, 0.5, 0.5]]))
    seen = picture.grab().toImage()
    raised, warn, error, canvas = (theme.color(name).name() for name in ("raised", "warn", "error", "canvas"))
    found = [QColor(seen.pixel(at(picture, 0, position))).name() for position in (0.5, 1.5, 2.5, 3.5)]
    assert found == [raised, warn, error, canvas], "not measured: nothing is there"
    half = QColor(seen.pixel(at(picture, 1, 0.5)))
    assert QColor(raised).red() < half.red() < QColor(warn).red()


def test_powers_of_ten_and_signs() -> None:
    wide = range_of(np.array([[1e-3, 1.0]]), "powers")
    np.testing.assert_allclose(wide.shares(np.array([1e-3, 10**-1.5, 1.0, 0.0]), "powers"), [0, 0.5, 1, 0])
    assert range_of(np.array([[1e-30, 1.0]]), "powers").low == -8, "what is next to nothing takes no colour from others"
    both = range_of(np.array([[-2.0, 1.0, np.nan]]), "signed")
    np.testing.assert_allclose(both.shares(np.array([-2.0, 0.0, 1.0]), "signed"), [0, 0.5, 0.75])


def test_what_comes_after_the_newest_is_empty() -> None:
    shown = Measured(DEAD, ("fc1",), np.array([0.0, 1.0]), np.zeros((1, 2)), np.zeros((1, 2), bool), epochs=10.0)
    columns = columns_at(shown, 100)
    assert columns[0] == 0 and columns[12] == 1 and set(columns[25:]) == {-1}


def test_hovering_reads_and_a_click_takes_layer_and_moment(picture: LayerPicture, qtbot: QtBot) -> None:
    picture.show_measured(measured([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]]))
    with qtbot.waitSignal(picture.read) as read:
        QTest.mouseMove(picture, at(picture, 1, 2.5))
    assert read.args == ["fc2 · epoch 2 · 0.7"]
    with qtbot.waitSignal(picture.chosen) as chosen:
        QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=at(picture, 0, 3.2))
    assert chosen.args == ["fc1", 3.0]
    picture.show_measured(measured([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]], chosen=(0,), at=3.0))
    with qtbot.waitSignal(picture.chosen) as chosen:
        QTest.keyClick(picture, Qt.Key.Key_Down)
    assert chosen.args == ["fc2", 3.0]
    with qtbot.waitSignal(picture.chosen) as chosen:
        QTest.keyClick(picture, Qt.Key.Key_Left)
    assert chosen.args == ["fc1", 2.0]


def test_hundreds_of_layers_are_one_picture_at_once() -> None:
    rng = np.random.default_rng(0)
    shown = measured(10 ** rng.uniform(-6, 0, (700, 513)), GRADIENT)
    image_of(shown, 1000)
    begun = time.perf_counter()
    image = image_of(shown, 1000)
    assert (image.width(), image.height()) == (1000, 700) and time.perf_counter() - begun < 0.3


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_curves_of_those_in_hand_are_drawn(qtbot: QtBot, look: theme.Theme) -> None:
    with theme.painting_as(look):
        chart = HistoryChart()
        qtbot.addWidget(chart)
        chart.resize(400, 200)
        values = [[1e-3, 1e-2, math.nan, 1e-1], [1.0, 1.0, 1.0, 1.0]]
        grounds = []
        for lines in ((), (0,), (0, 1)):
            chart.show_measured(measured(values, GRADIENT, chosen=lines))
            grounds.append(chart.grab().toImage())
        assert grounds[0] != grounds[1] != grounds[2]
        with qtbot.waitSignal(chart.moment_chosen) as told:
            middle = QPoint(round(chart.axis.x(2.0)), round(chart.axis.area.center().y()))
            QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=middle)
        assert told.args[0] == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize("heights", [[], [50.0], [90.0, 90.0, 90.0], [10.0, 12.0, 88.0, 91.0], [95.0, 5.0, 94.0]])
def test_names_at_one_height_lie_side_by_side(heights: list[float]) -> None:
    placed = apart(heights, 90.0)
    assert all(below - above >= TIGHT - 1e-9 for above, below in zip(sorted(placed), sorted(placed)[1:], strict=False))
    assert all(height <= 90 for height in placed)
    assert sorted(placed) == [placed[index] for index in sorted(range(len(heights)), key=heights.__getitem__)]
