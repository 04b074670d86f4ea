"""Everything a layer puts out: each unit's place and colour, hovering, choosing, keys, many channels and units."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import drawn, of
from widgets.inside.lattice import BarRow, Cells, Tiled, Unit
from widgets.inside.maps import MapGrid
from widgets.inside.shown import shown
from widgets.look import theme
from widgets.look.shades import shade_color

LEFT = Qt.MouseButton.LeftButton
RNG = np.random.default_rng(0)
MAPS = RNG.normal(size=(16, 10, 10))


@pytest.fixture
def grid(qtbot: QtBot) -> Iterator[MapGrid]:
    grid = in_front(qtbot, MapGrid(), 300, 400)
    grid.setFocus()
    yield grid


def fitted(grid: MapGrid) -> QImage:
    grid.resize(grid.width(), grid.heightForWidth(grid.width()))
    return grid.grab().toImage()


def close(one: QColor, other: QColor) -> bool:
    return all(abs(a - b) <= 24 for a, b in zip(one.getRgb(), other.getRgb(), strict=True))


@pytest.mark.parametrize("shape", [(16, 10, 10), (1, 9, 30), (3, 4, 12), (5, 7), (120,), (6,), (2, 3, 4, 5)])
def test_every_unit_is_seen_in_the_colour_of_its_number(shape: tuple[int, ...], grid: MapGrid) -> None:
    values = RNG.normal(size=shape)
    grid.show_values(values)
    image, most = fitted(grid), float(np.abs(values).max())
    three = values.reshape(-1, *(shape[-2:] if len(shape) > 1 else (1, 1)))
    for unit in (Unit(*map(int, place)) for place in np.argwhere(np.ones_like(three))):
        place = grid.place(unit)
        assert grid.unit_at(place.center()) == unit
        if len(shape) == 1 and shape[0] <= 32:
            continue  # bars: below
        seen = image.pixelColor(int(place.center().x()), int(place.center().y()))
        assert close(seen, shade_color(float(three[unit]), most, "signed")), unit


@pytest.mark.parametrize("count", [1, 2, 6, 16, 64, 512, 2048])
@pytest.mark.parametrize("width", [248, 300, 608])
def test_tiles_fill_the_width_and_do_not_touch(count: int, width: int) -> None:
    tiled = Tiled(count, 14, 14)
    tiles = [tiled.tile(channel, width) for channel in range(count)]
    assert all(tile.left() >= 0 and tile.right() <= width for tile in tiles)
    assert max(tile.bottom() for tile in tiles) == tiled.height(width)
    assert len({(tile.left(), tile.top()) for tile in tiles}) == count
    assert min(tile.width() for tile in tiles) >= 28
    if count >= 16:
        assert max(tile.right() for tile in tiles) > 0.9 * width
    sides = {tile.size().toTuple() for tile in tiles}
    assert len(sides) == 1 and max(sides)[0] <= 320


@pytest.mark.parametrize("count", [33, 120, 1000, 10_000])
def test_cells_are_small_squares_that_fill_the_width(count: int) -> None:
    cells = Cells(count)
    side = cells.side(300)
    assert 3 <= side <= 17 and cells.height(300) <= 400
    assert cells.at(cells.tile(count - 1, 300).center(), 300) == Unit(count - 1)
    assert cells.at(QPointF(299.9, cells.height(300) - 1), 300) is None or count % cells.across(300) == 0
    assert cells.at(QPointF(1, cells.height(300) + 1), 300) is None


@pytest.mark.parametrize("lattice", [Tiled(5, 3, 4), Cells(40), BarRow(7)])
def test_arrows_reach_every_unit_and_never_leave(lattice: Any) -> None:
    seen, waiting = {Unit(0)}, [Unit(0)]
    while waiting:
        unit = waiting.pop()
        for step in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            new = lattice.stepped(unit, *step, 130)
            if new not in seen:
                seen.add(new)
                waiting.append(new)
    count = lattice.count * getattr(lattice, "rows", 1) * getattr(lattice, "columns", 1)
    assert len(seen) == count


def test_the_mouse_says_which_unit_it_is_over(grid: MapGrid, qtbot: QtBot) -> None:
    grid.show_values(MAPS)
    fitted(grid)
    with qtbot.waitSignal(grid.unit_hovered) as heard:
        QTest.mouseMove(grid, grid.place(Unit(6, 4, 3)).center().toPoint())
    assert heard.args == [6, 4, 3]
    assert grid.unit_text(Unit(6, 4, 3)).startswith("channel 6, row 4, column 3: ")
    with qtbot.waitSignal(grid.unit_left):
        between = grid.place(Unit(0, 0, 9)).topRight() + QPointF(2, 5)
        QTest.mouseMove(grid, between.toPoint())


def test_a_click_takes_a_unit_in_hand_and_it_is_seen(grid: MapGrid, qtbot: QtBot) -> None:
    grid.show_values(MAPS)
    fitted(grid)
    with qtbot.waitSignal(grid.unit_chosen) as heard:
        QTest.mouseClick(grid, LEFT, pos=grid.place(Unit(6, 4, 3)).center().toPoint())
    assert heard.args == [6, 4, 3]
    boxes = {mark.pen: mark.place for mark in of("box", drawn(grid))}
    frame, square = boxes[theme.color("accent").name()], boxes["#ffffff"]
    assert frame.contains(square) and square == grid.place(Unit(6, 4, 3))
    assert grid.accessibleDescription() == grid.unit_text(Unit(6, 4, 3))
    grid.show_values(MAPS + 1)
    assert grid.chosen == Unit(6, 4, 3)
    grid.show_values(MAPS[:4])
    assert grid.chosen is None


def test_the_keyboard_moves_from_unit_to_unit_and_from_channel_to_channel(grid: MapGrid, qtbot: QtBot) -> None:
    grid.show_values(MAPS)
    fitted(grid)
    heard: list[tuple[int, ...]] = []
    grid.unit_chosen.connect(lambda *unit: heard.append(unit))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_End,
                Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(grid, key)
    assert heard == [(0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1), (15, 1, 1), (15, 1, 1), (0, 1, 1), (0, 0, 1),
                     (0, 0, 1)]


def test_bars_stand_on_zero_and_have_their_labels(grid: MapGrid) -> None:
    grid.show_values(np.array([2.0, -4.0, 0.0, np.nan]), ["cat", "dog", "ox", "a very long name indeed, too long"])
    fitted(grid)
    bars = [mark for mark in of("area", drawn(grid)) if mark.place.width() < 80]
    up, down, flat, bad = bars
    assert up.fill == theme.color("accent").name() and down.fill == theme.color("error").name()
    assert bad.fill == theme.color("warn").name()
    assert up.place.bottom() == down.place.top() and down.place.height() == pytest.approx(2 * up.place.height())
    assert flat.place.height() == 1
    assert [mark.text for mark in of("text", drawn(grid))] == ["cat", "dog", "ox"]
    assert grid.unit_text(Unit(1)) == "dog: −4" and grid.unit_text(Unit(0)) == "cat: 2"
    grid.show_values(np.array([1.0, 3.0]))
    fitted(grid)
    bars = [mark for mark in of("area", drawn(grid)) if mark.place.width() < 200]
    assert bars[1].place.height() == pytest.approx(3 * bars[0].place.height()) and bars[1].place.height() > 60


@pytest.mark.parametrize(("values", "most", "shade"), [
    (np.array([[1.0, -3.0]]), 3.0, "signed"), (np.array([[0.0, 2.0]]), 2.0, "positive"),
    (np.array([np.inf, -1.0, np.nan]), 1.0, "signed"), (np.zeros((2, 2, 2)), 0.0, "positive"),
    (np.float64(5), 5.0, "positive"),
])  # fmt: skip
def test_one_scale_for_all(values: Any, most: float, shade: str) -> None:
    found = shown(values)
    assert (found.most, found.shade) == (most, shade)


def test_the_colours_follow_the_theme(grid: MapGrid) -> None:
    grid.show_values(np.zeros((4, 8, 8)) - 0.0)
    at = QPoint(20, 20)
    before = fitted(grid).pixelColor(at)
    theme.apply(QApplication.instance(), theme.LIGHT)
    assert fitted(grid).pixelColor(at) != before


def test_nothing_takes_no_room(grid: MapGrid) -> None:
    grid.show_values(np.zeros((0, 3, 3)))
    assert grid.heightForWidth(300) == 0 and grid.values is None
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.mouseClick(grid, LEFT, pos=QPoint(5, 5))
    assert grid.chosen is None


@pytest.mark.parametrize("shape", [(512, 14, 14), (64, 112, 112), (10_000,)])
def test_much_is_shown_quickly(shape: tuple[int, ...], grid: MapGrid) -> None:
    values = RNG.normal(size=shape).astype(np.float32)
    grid.resize(300, 400)
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        grid.show_values(values)
        grid.repaint()
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 0.15
