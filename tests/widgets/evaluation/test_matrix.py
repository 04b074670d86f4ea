"""The confusion matrix: what is written and coloured, what mouse and keys read and open, at 1 to 1 000 classes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.painted import drawn, of, words
from tests.redrawn import is_redrawn
from widgets.evaluation.matrix import ConfusionMatrix
from widgets.evaluation.matrix_colors import heat, strengths
from widgets.look import theme
from widgets.look.contrast import contrast
from widgets.look.theme import QColor

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
THREE = np.array([[8, 2, 0], [1, 9, 0], [0, 5, 15]])
NAMES = ("cat", "dog", "frog")
PLACE = 320, 110  # what the bottom panel leaves of a window of 1280×720


@pytest.fixture
def matrix(qtbot: QtBot) -> ConfusionMatrix:
    made = ConfusionMatrix()
    qtbot.addWidget(made)
    made.resize(*PLACE)
    made.show_confusion(THREE, NAMES)
    made.show()
    qtbot.waitExposed(made)
    return made


def spot(matrix: ConfusionMatrix, row: int, column: int) -> QPoint:
    return matrix.places.place(row, column).center().toPoint()


def test_counts_and_shares_are_written(matrix: ConfusionMatrix) -> None:
    found = words(drawn(matrix))
    assert [word for word in found if word.isdecimal()] == ["8", "2", "1", "9", "5", "15"]
    assert [found.count(name) for name in NAMES] == [2, 2, 2], "beside its row and over its column"
    for share, wanted in (("row", ["80", "20", "10", "90", "25", "75"]),
                          ("column", ["89", "12", "11", "56", "31", "100"])):
        matrix.show_share(share)  # type: ignore[arg-type]
        assert [word for word in words(drawn(matrix)) if word.isdecimal()] == wanted


def test_right_is_blue_wrong_is_red_and_every_number_can_be_read(matrix: ConfusionMatrix) -> None:
    for look in (theme.DARK, theme.LIGHT):
        theme.apply(QApplication.instance(), look)  # type: ignore[arg-type]
        image, accent, error = matrix.grab().toImage(), theme.color("accent"), theme.color("error")

        def ground(row: int, column: int) -> QColor:
            corner = matrix.places.place(row, column).topLeft().toPoint()
            return image.pixelColor(corner + QPoint(2, 2))  # noqa: B023

        def far(one: QColor, other: QColor) -> int:
            return sum(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True))

        assert ground(0, 2) == theme.color("raised") == ground(2, 0), "nobody is there"
        assert far(ground(1, 1), accent) < far(ground(2, 2), accent) < far(ground(0, 2), accent)
        assert far(ground(2, 1), error) < far(ground(1, 0), error) < far(ground(0, 2), error)
        texts = {mark.text: QColor(mark.pen) for mark in of("text", drawn(matrix)) if mark.text.isdecimal()}
        assert all(contrast(texts[str(THREE[row, column])], ground(row, column)) > 4
                   for row in range(3) for column in range(3) if THREE[row, column])


def test_the_mouse_reads_and_opens(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    read: list[str] = []
    matrix.read.connect(read.append)
    QTest.mouseMove(matrix, spot(matrix, 2, 1))
    assert read[-1] == "true frog, predicted dog: 5 (25.0 %)" == matrix.accessibleDescription()
    matrix.show_share("column")
    assert read[-1] == "true frog, predicted dog: 5 (31.2 % of what is predicted dog)"
    with qtbot.waitSignal(matrix.chosen) as opened:
        QTest.mouseClick(matrix, LEFT, NONE, spot(matrix, 2, 1))
    assert opened.args == [2, 1]
    with qtbot.waitSignal(matrix.chosen) as opened:
        QTest.mouseClick(matrix, LEFT, NONE, matrix.places.row_name(1).center().toPoint())
    assert opened.args == [1, None]
    with qtbot.waitSignal(matrix.chosen) as opened:
        QTest.mouseClick(matrix, LEFT, NONE, matrix.places.column_name(2).center().toPoint())
    assert opened.args == [None, 2]
    with qtbot.assertNotEmitted(matrix.chosen):
        QTest.mouseClick(matrix, LEFT, NONE, QPoint(matrix.width() - 2, matrix.height() - 2))
    matrix.clearFocus()
    QTest.mouseMove(matrix, QPoint(1, 1))
    assert read[-1] == ""


def test_arrows_read_and_enter_opens(matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    opened: list[tuple[int, int]] = []
    matrix.chosen.connect(lambda row, column: opened.append((row, column)))
    matrix.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(matrix, key)
    assert opened == [(1, 2)] and matrix.accessibleDescription() == "true dog, predicted frog: 0 (0.0 %)"
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Space, Qt.Key.Key_End, Qt.Key.Key_Enter):
        QTest.keyClick(matrix, key)
    assert opened[1:] == [(0, 0), (0, 2)]
    matrix.show_confusion(THREE[:1, :1], NAMES[:1])  # one reads what there is
    QTest.keyClick(matrix, Qt.Key.Key_Return)
    assert opened[-1] == (0, 0)


def test_an_opened_cell_is_marked(matrix: ConfusionMatrix) -> None:
    assert is_redrawn(matrix, lambda: matrix.mark((2, 1)))
    boxes = of("box", drawn(matrix))
    assert any(mark.pen == theme.current().accent and mark.place.contains(matrix.places.place(2, 1).center())
               for mark in boxes)


def test_ten_classes_can_be_read_in_little_room(matrix: ConfusionMatrix) -> None:
    counts = np.random.default_rng(0).integers(1, 100, (10, 10))
    matrix.show_confusion(counts, tuple("0123456789"))
    found = of("text", drawn(matrix))
    assert [mark.text for mark in found[:100]] == [str(count) for count in counts.ravel()]
    assert len(found) == 120 and min(mark.font.pixelSize() for mark in found) >= 9
    places = [matrix.places.place(row, 0) for row in range(10)]
    assert all(place.height() >= 9 for place in places) and places[-1].bottom() <= matrix.height()


@pytest.mark.parametrize("count", [0, 1, 2, 20, 100, 1000])
def test_however_many_classes(count: int, matrix: ConfusionMatrix, qtbot: QtBot) -> None:
    counts = np.diag(np.full(count, 9))
    if count > 1:
        counts[count - 1, 0] = 4
    matrix.show_confusion(counts, tuple(f"class {number}" for number in range(count)))
    image, area = matrix.grab().toImage(), matrix.places.area
    assert area.right() <= matrix.width() and area.bottom() <= matrix.height()
    has_names = any("class" in word for word in words(drawn(matrix)))
    assert has_names == (0 < count < 10)
    if count > 1:
        with qtbot.waitSignal(matrix.chosen) as opened:
            QTest.mouseClick(matrix, LEFT, NONE, area.bottomLeft().toPoint() + QPoint(1, -1))
        row, column = opened.args
        assert row >= count - 1 - count // 100 and column <= count // 100
        corner = area.bottomLeft().toPoint()
        pixels = [image.pixelColor(corner + QPoint(0, down)) for down in (-3, -2, -1, 0)]
        assert any(each.red() > each.blue() + 20 for each in pixels), "one mistake among a million cells is seen"


def test_a_picture_of_many_cells_loses_none() -> None:
    shares = np.diag(np.full(1000, 1.0))
    shares[3, 700] = 0.01
    image = heat(strengths(shares), 100, 200)
    reds = [(x, y) for y in range(100) for x in range(200) if QColor(image.pixel(x, y)).red() >
            QColor(image.pixel(x, y)).blue() + 10]
    assert reds == [(140, 0)] and (image.width(), image.height()) == (200, 100)
    blue = QColor(image.pixel(100, 50))
    assert blue.blue() > blue.red()
