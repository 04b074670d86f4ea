"""Two samples side by side: a row for each layer, its pictures, and how far they are apart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.redrawn import is_redrawn
from widgets.findings.difference import DifferenceTable
from widgets.findings.difference_rows import cells
from widgets.findings.layer_difference import LayerDifference, images
from widgets.look import theme


def layer(name: str, relative: float, shape: tuple[int, ...] = (4, 6, 6)) -> LayerDifference:
    first = np.random.default_rng(len(name)).normal(size=shape)
    return LayerDifference(name, first, first * 2, first - first * 2, relative, 0.75)


LAYERS = [layer("input", 0.5, (8, 8)), layer("conv1", 0.25), layer("fc", 1.0, (10,)), layer("broken", math.nan)]


@pytest.fixture
def table(qtbot: QtBot) -> Iterator[DifferenceTable]:
    table = DifferenceTable()
    qtbot.addWidget(table)
    table.resize(800, 320)
    table.show()
    qtbot.waitExposed(table)
    yield table


def test_without_a_second_sample_it_says_how_to_choose_one(table: DifferenceTable) -> None:
    assert table.empty.isVisible() and not table.list.isVisible()
    assert table.empty.text() == "Shift+click an example to lay it beside the first"
    table.show_differences(LAYERS, "5", "3")
    assert not table.empty.isVisible() and table.header.text() == "A: 5  ·  B: 3"
    table.show_nothing()
    assert table.empty.isVisible() and table.rows == ()


def test_a_click_and_enter_choose_a_layer(table: DifferenceTable, qtbot: QtBot) -> None:
    table.show_differences(LAYERS, "5", "3")
    chosen: list[str] = []
    table.layer_chosen.connect(chosen.append)
    qtbot.mouseClick(table.list.viewport(), Qt.MouseButton.LeftButton, pos=table.list.row_place(1))
    qtbot.keyClick(table.list, Qt.Key.Key_Down)
    qtbot.keyClick(table.list, Qt.Key.Key_Return)
    assert chosen == ["conv1", "fc"]
    table.choose_layer("input")
    table.choose_layer("unknown")
    assert table.list.currentIndex().row() == 0 and chosen == ["conv1", "fc"]
    table.show_differences([row._replace(relative=0.1) for row in LAYERS], "5", "4")
    assert table.list.currentIndex().row() == 0, "of the same layers the one in hand stays"


def test_bars_are_as_long_as_their_differences(table: DifferenceTable) -> None:
    table.show_differences(LAYERS, "5", "3")
    QApplication.processEvents()
    image, viewport = table.list.viewport().grab().toImage(), table.list.viewport()
    lengths = []
    for row in range(3):
        y = table.list.row_place(row).y()
        bar = cells(QRectF(0, 0, viewport.width(), 46)).bar
        lengths.append(sum(image.pixelColor(x, y) == theme.color("accent")
                           for x in range(int(bar.left()), int(bar.right()) + 1)))
    assert lengths[2] > 100
    assert [length / lengths[2] for length in lengths] == pytest.approx([0.5, 0.25, 1.0], abs=0.03)


def test_a_row_is_told_in_words(table: DifferenceTable) -> None:
    table.show_differences(LAYERS, "5", "3")
    model = table.list.layers
    assert model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole) == (
        "conv1: relative difference 0.25, cosine 0.75")


def test_arrays_share_one_scale_in_the_colours_of_the_theme(qapp: QApplication) -> None:
    row = LayerDifference("a", np.full((2, 2), 1.0), np.full((2, 2), 2.0), np.full((2, 2), -1.0), 0.5, 1.0)
    for look in ("dark", "light"):
        theme.apply(qapp, theme.THEMES[look])
        first, second, difference = images(row)
        assert first is not None and second is not None and difference is not None
        assert second.pixelColor(0, 0) == theme.color("validation") != first.pixelColor(0, 0)
        halfway = [(a + b) / 2 for a, b in zip(theme.color("raised").toTuple(), theme.color("error").toTuple(),
                                               strict=True)]
        assert difference.pixelColor(1, 1).toTuple() == pytest.approx(halfway, abs=2)


@pytest.mark.parametrize(("shape", "size"), [((8, 8), (8, 8)), ((1, 8, 6), (6, 8)), ((3, 8, 6), (18, 8)),
                                             ((4, 8, 6), (12, 16)), ((512, 8, 6), (12, 16)), ((10,), (4, 3)),
                                             ((9, 1, 1), (3, 3)), ((1000,), (16, 16)), ((300, 300), (60, 60))])
def test_a_layer_is_laid_out_as_a_small_picture(shape: tuple[int, ...], size: tuple[int, int], qapp: QApplication
                                                ) -> None:
    array = np.ones(shape)
    first, second, ready = images(LayerDifference("a", array, None, QImage(3, 2, QImage.Format.Format_RGB32), 0, 1))
    assert first is not None and first.size().toTuple() == size and second is None
    assert ready is not None and ready.size().toTuple() == (3, 2), "a picture is taken as it is"


def test_numbers_in_a_square_stand_in_their_order(qapp: QApplication) -> None:
    first, *_ = images(LayerDifference("a", np.asarray([0.0, 0.0, 1.0, 1.0, -1.0]), None, None, 0, 1))
    assert first is not None
    names = [[first.pixelColor(x, y).name() for x in range(3)] for y in range(2)]
    ground, above, below = (theme.color(name).name() for name in ("raised", "accent", "error"))
    assert names == [[ground, ground, above], [above, below, ground]]


@pytest.mark.parametrize("bad", [np.full((2, 2), math.nan), np.zeros((0,)), np.full((3,), math.inf), None])
def test_what_is_empty_or_no_number_is_drawn_as_well(bad: np.ndarray | None, table: DifferenceTable) -> None:
    table.show_differences([LayerDifference("a", bad, bad, bad, math.inf, math.nan)], "", "")
    QApplication.processEvents()
    assert not table.grab().isNull()


def test_another_theme_draws_its_pictures_anew(table: DifferenceTable, qapp: QApplication) -> None:
    one = LayerDifference("a", np.ones((4, 4)), np.ones((4, 4)), np.ones((4, 4)), 0.0, 1.0)
    table.show_differences([one], "", "")
    found = []
    for look in (theme.DARK, theme.LIGHT):
        theme.apply(qapp, look)
        QApplication.processEvents()
        place = cells(QRectF(table.list.visualRect(table.list.layers.index(0)))).pictures[0].center().toPoint()
        found.append(table.list.viewport().grab().toImage().pixelColor(place))
    assert found == [QColor(theme.DARK.validation), QColor(theme.LIGHT.validation)]
    assert is_redrawn(table.list.viewport(), lambda: theme.apply(qapp, theme.DARK))


@pytest.mark.parametrize("width", [380, 600, 1400])
def test_nothing_of_a_row_lies_over_another_part(width: int, qapp: QApplication) -> None:
    place = cells(QRectF(0, 0, width, 46))
    parts = [place.name, *place.pictures, place.bar, place.number, place.cosine]
    assert all(one.right() <= other.left() for one, other in pairwise(parts))
    assert parts[0].left() >= 0 and parts[-1].right() <= width and min(part.width() for part in parts) > 30


def test_it_can_be_kept(table: DifferenceTable) -> None:
    kinds: list[str] = []
    table.save_requested.connect(kinds.append)
    table.show_differences(LAYERS, "", "")
    assert table.save.isVisible() and table.save.mapTo(table, QPoint()).y() < 40
    for action in table.save.menu().actions():
        action.trigger()
    assert kinds == ["png", "svg", "npz"]
