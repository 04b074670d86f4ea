"""Pictures of one image after each transform: drawn at once, apart from each other, each with its words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.redrawn import is_redrawn
from tests.seen import button_with, label_with
from widgets.data.steps import ARROW, SIDE, DataSteps, StepPicture
from widgets.data.values import Step
from widgets.look import theme


def some(count: int, value: int = 200) -> list[Step]:
    return [Step(f"Step {index}", (bytes([value]) * 64, 1, 8, 8), f"note {index}") for index in range(count)]


@pytest.fixture
def steps(qtbot: QtBot) -> DataSteps:
    steps = DataSteps()
    qtbot.addWidget(steps)
    steps.resize(700, 420)
    steps.show()
    qtbot.waitExposed(steps)
    return steps


@pytest.mark.parametrize("has_arrow", [False, True])
def test_its_ground_is_a_whole_square_beside_the_arrow(has_arrow: bool, qtbot: QtBot) -> None:
    picture = StepPicture(has_arrow)
    qtbot.addWidget(picture)
    picture.show()
    grey = QImage(14, 28, QImage.Format.Format_Grayscale8)
    grey.fill(QColor(200, 200, 200))
    assert is_redrawn(picture, lambda: picture.show_image(grey))
    image, left, canvas = picture.grab().toImage(), ARROW * has_arrow, theme.color("canvas")
    for spot in ((left, 0), (left + SIDE - 1, 0), (left, SIDE - 1), (left + SIDE - 1, SIDE - 1)):
        assert image.pixelColor(*spot) == canvas
    if has_arrow:
        ground = image.pixelColor(0, 0)
        inks = [(x, y) for x in range(ARROW) for y in range(SIDE) if image.pixelColor(x, y) != ground]
        xs, ys = [x for x, _ in inks], [y for _, y in inks]
        assert abs(min(xs) + max(xs) - ARROW) <= 4 and abs(min(ys) + max(ys) - SIDE) <= 16


def test_only_what_is_made_smaller_is_smoothed(qtbot: QtBot) -> None:
    for side, colours in ((224, False), (56, True)):
        picture = StepPicture(False)
        qtbot.addWidget(picture)
        striped = QImage(side, side, QImage.Format.Format_Grayscale8)
        for y in range(side):
            for x in range(side):
                striped.setPixelColor(x, y, QColor("white" if y % 2 else "black"))
        picture.show_image(striped)
        image = picture.grab().toImage()
        seen = {image.pixelColor(50, y).lightness() for y in range(20, 60)}
        assert (seen == {0, 255}) == colours


def test_buttons_and_class_stand_above_the_pictures(steps: DataSteps) -> None:
    steps.show_steps(some(3), "cat", varies=True)
    QApplication.processEvents()

    def place(widget: QWidget) -> QRect:
        return QRect(widget.mapTo(steps, QPoint()), widget.size())

    row = [place(widget) for widget in (button_with(steps, "Next image"), button_with(steps, "Vary again"),
                                        label_with(steps, "cat"))]
    assert all(one.right() < other.left() for one, other in pairwise(row)) and row[0].left() == 0
    assert row[0].width() == steps.next.sizeHint().width()
    first = place(steps.views[0])
    assert row[0].bottom() < first.top() < 80 and first.left() == 0
    for view in steps.views:
        assert (view.title.width(), view.note.width()) == (SIDE, SIDE)
        assert view.height() < 200, "as high as it need be"


def test_pictures_go_on_in_the_next_row(steps: DataSteps) -> None:
    steps.show_steps(some(4))
    steps.resize(300, 420)
    QApplication.processEvents()
    tops = [view.y() for view in steps.views]
    assert len(set(tops)) > 1 and tops == sorted(tops)
    below = next(view for view in steps.views if view.y() > tops[0])
    assert below.y() - steps.views[0].geometry().bottom() - 1 == 12
    steps.show_steps(some(1))
    QApplication.processEvents()
    assert [view.y() for view in steps.views] == [tops[0]]


def test_the_same_image_again_is_the_one_that_was_asked_for_last(steps: DataSteps) -> None:
    asked = []
    steps.steps_requested.connect(asked.append)
    steps.show_steps(some(2), varies=True)
    steps.ask(7)
    for button in (steps.again, steps.next, steps.again):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [7, 7, 8, 8] and steps.index == 8
