"""A kernel as squares: how large, in which colour, and with which numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.painted import drawn, of
from tests.redrawn import is_redrawn
from widgets.look import theme
from widgets.look.contrast import readable_on
from widgets.tensors.kernel_picture import KernelPicture


@pytest.fixture
def picture(qtbot: QtBot) -> Iterator[KernelPicture]:
    stage = QWidget()
    picture = KernelPicture()
    row = QHBoxLayout(stage)
    row.addWidget(picture)
    qtbot.addWidget(stage)
    stage.resize(900, 700)
    stage.show()
    qtbot.waitExposed(stage)
    yield picture


@pytest.mark.parametrize(("rows", "columns", "cell"), [
    (1, 2, (72, 48)), (8, 8, (72, 48)), (9, 1, (20, 20)), (1, 9, (20, 20)), (0, 0, (72, 48)),
])  # fmt: skip
def test_a_cell_for_each_number(rows: int, columns: int, cell: tuple[int, int], picture: KernelPicture) -> None:
    picture.show_rows([[1.0] * columns] * rows)
    width, height = cell
    assert picture.sizeHint().toTuple() == (columns * (width + 2), rows * (height + 2))
    assert picture.cell(0, 0).getRect() == (0, 0, width, height)
    assert picture.cell(2, 3).getRect() == (3 * (width + 2), 2 * (height + 2), width, height)
    QApplication.processEvents()
    QApplication.processEvents()
    assert picture.size().toTuple() == picture.sizeHint().toTuple(), "it is as large as it asks for"


def test_colours_by_size_and_sign(picture: KernelPicture) -> None:
    picture.show_rows([[2.0, -4.0], [math.inf, math.nan]])
    accent, other, ground = (QColor(theme.color(name)) for name in ("accent", "validation", "raised"))
    assert picture.color(4.0) == accent
    assert picture.color(-4.0) == other
    assert picture.color(0.0) == picture.color(math.nan) == ground
    assert picture.color(9.0) == picture.color(math.inf) == accent
    half = picture.color(2.0)
    assert min(ground.blue(), accent.blue()) < half.blue() < max(ground.blue(), accent.blue())
    picture.show_rows([[0.0]])
    assert picture.color(0.0) == ground
    picture.show_rows([[math.nan]])
    assert picture.color(math.nan) == ground


def inks(picture: KernelPicture, row: int, column: int) -> int:
    """How many colours there are inside a cell."""
    image, place = picture.grab().toImage(), picture.cell(row, column).toRect().adjusted(4, 4, -4, -4)
    return len({image.pixelColor(x, y).name() for x in range(place.left(), place.right())
                for y in range(place.top(), place.bottom())})


def test_only_a_small_kernel_has_numbers(picture: KernelPicture) -> None:
    picture.show_rows([[0.5, -1.0]])
    assert picture.accessibleDescription() == "0.500 −1.000"
    picture.resize(picture.sizeHint())
    assert inks(picture, 0, 0) > 2
    assert inks(picture, 0, 1) > 2
    picture.show_rows([[0.5] * 9, [0.1] * 9])
    picture.resize(picture.sizeHint())
    assert inks(picture, 1, 8) == 1
    assert picture.accessibleDescription().startswith("0.500 0.500")
    assert picture.accessibleDescription().count(";") == 1


def test_squares_have_no_outline_and_round_corners(picture: KernelPicture) -> None:
    picture.show_rows([[1.0] * 9])
    picture.resize(picture.sizeHint())
    image = picture.grab().toImage()
    accent = QColor(theme.color("accent"))
    assert image.pixelColor(10, 0) == accent
    assert image.pixelColor(0, 0) != accent
    assert image.pixelColor(21, 10) != accent, "a gap"


def test_each_number_stands_in_its_square_and_can_be_read(picture: KernelPicture) -> None:
    assert is_redrawn(picture.parentWidget(), lambda: picture.show_rows([[0.5, -1.0], [0.25, 0.0]]))
    assert is_redrawn(picture, lambda: picture.show_rows([[0.5, -1.0], [0.25, 1.0]]))
    marks = drawn(picture)
    squares, numbers = of("box", marks), of("text", marks)
    places = [picture.cell(row, column) for row in range(2) for column in range(2)]
    fills = [picture.color(value) for value in (0.5, -1.0, 0.25, 1.0)]
    assert [mark.place for mark in squares] == [mark.place for mark in numbers] == places
    assert [mark.fill for mark in squares] == [color.name() for color in fills]
    assert {(mark.pen, mark.smooth) for mark in squares} == {("", True)}
    assert [(mark.text, mark.pen) for mark in numbers] == [
        (text, readable_on(color).name()) for text, color in zip(
            ("0.5000", "−1.0000", "0.2500", "1.0000"), fills, strict=True)]
    assert {(mark.font.family(), mark.font.pixelSize()) for mark in numbers} == {(theme.mono_font(13).family(), 13)}
