"""Very many examples: only those in sight are made, keys and mouse go through all, a menu is asked for."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.evaluation.wall import ExampleWall
from widgets.look import theme
from widgets.probe.example import Example

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
MANY = range(20_000, 10_000, -1)


class Maker:
    """Makes pictures, and notes which."""

    def __init__(self, slow: float = 0.0) -> None:
        self.made: list[int] = []
        self._slow = slow

    def __call__(self, number: int) -> Example:
        time.sleep(self._slow)
        self.made.append(number)
        return Example(("test", number), np.full((8, 8), 200, np.uint8), f"{number % 10}→{number % 7}", False)


@pytest.fixture
def wall(qtbot: QtBot) -> ExampleWall:
    made = ExampleWall()
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    qtbot.waitExposed(made)
    return made


def rest(wall: ExampleWall, qtbot: QtBot) -> None:
    """All in sight are made."""
    qtbot.waitUntil(lambda: all(wall.example(index) is not None for index in wall.in_sight))


def test_only_those_in_sight_are_made(wall: ExampleWall, qtbot: QtBot) -> None:
    make = Maker()
    wall.show_examples(MANY, make)
    rest(wall, qtbot)
    assert make.made == [MANY[index] for index in wall.in_sight] and 12 <= len(make.made) <= 24
    wall.verticalScrollBar().setValue(wall.verticalScrollBar().maximum())
    rest(wall, qtbot)
    assert len(make.made) < 60 and MANY[-1] in make.made
    assert wall.place(len(MANY) - 1).bottom() <= wall.viewport().height()


def test_scrolling_through_ten_thousand_never_waits(wall: ExampleWall, qtbot: QtBot) -> None:
    make = Maker(slow=0.002)
    wall.show_examples(MANY, make)
    slowest = 0.0
    for step in range(0, wall.verticalScrollBar().maximum(), wall.verticalScrollBar().maximum() // 40):
        begin = time.perf_counter()
        wall.verticalScrollBar().setValue(step)
        QApplication.processEvents()
        slowest = max(slowest, time.perf_counter() - begin)
    assert slowest < 0.5 and len(make.made) < 1000  # what passes by unseen is not made


def test_captions_say_what_is_wrong_in_its_colour(wall: ExampleWall, qtbot: QtBot) -> None:
    def make(number: int) -> Example:
        return Example(number, np.zeros((8, 8), np.uint8), ("5→3", "4")[number], bool(number))

    wall.show_examples([0, 1], make)
    rest(wall, qtbot)
    image = wall.viewport().grab().toImage()

    def colors(index: int) -> set[str]:
        """Of the brightest pixels of a caption."""
        place = wall.place(index).translated(0, wall.place(index).height()).toRect().adjusted(0, 2, 0, -40)
        place = place.intersected(image.rect())
        return {max(("red", color.red()), ("green", color.green()), key=lambda each: each[1])[0]
                for x in range(place.left(), place.right()) for y in range(place.top(), place.bottom())
                if (color := image.pixelColor(x, y)).value() > 120}

    assert (colors(0), colors(1)) == ({"red"}, {"green"})


def test_a_click_chooses_and_keys_go_on(wall: ExampleWall, qtbot: QtBot) -> None:
    chosen: list[int] = []
    wall.chosen.connect(chosen.append)
    wall.show_examples(MANY, Maker())
    rest(wall, qtbot)
    QTest.mouseClick(wall.viewport(), LEFT, NONE, wall.place(2).center().toPoint())
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_End,
                Qt.Key.Key_Return, Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Enter):
        QTest.keyClick(wall, key)
    columns = next(index for index in range(1, 50) if wall.place(index).left() == wall.place(0).left())
    assert chosen == [MANY[2], MANY[3], MANY[3 + columns], MANY[-1], MANY[0]]
    assert wall.verticalScrollBar().value() == 0
    with qtbot.assertNotEmitted(wall.chosen):
        QTest.mouseClick(wall.viewport(), LEFT, NONE, QPoint(wall.viewport().width() - 1, 2))


def test_a_menu_is_asked_for_by_mouse_and_keyboard(wall: ExampleWall, qtbot: QtBot) -> None:
    asked: list[int] = []
    wall.menu_asked.connect(lambda number, at: asked.append(number))
    wall.show_examples(MANY, Maker())
    rest(wall, qtbot)
    at = wall.place(1).center().toPoint()
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        event = QContextMenuEvent(reason, at, wall.viewport().mapToGlobal(at))
        QApplication.sendEvent(wall.viewport(), event)
    assert asked == [MANY[1], MANY[0]]


def test_what_is_in_hand_has_a_ring(wall: ExampleWall, qtbot: QtBot) -> None:
    wall.show_examples([3, 4], Maker())
    rest(wall, qtbot)
    wall.show_chosen(("test", 4))
    image = wall.viewport().grab().toImage()
    rings = [image.pixelColor(wall.place(index).topLeft().toPoint() + QPoint(1, 20)).name() for index in (0, 1)]
    assert rings[1] == theme.current().accent != rings[0]


def test_rows_are_lines(wall: ExampleWall, qtbot: QtBot) -> None:
    wall.show_examples(range(1000), lambda number: Example(number, None, "3→4", None, line=f"size {number}"),
                       is_text=True)
    rest(wall, qtbot)
    assert wall.place(1).top() - wall.place(0).top() == 24 and wall.place(0).width() == wall.viewport().width()
    assert wall.index_at(wall.place(3).center()) == 3


def test_none(wall: ExampleWall) -> None:
    wall.show_examples([], Maker())
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_End):
        QTest.keyClick(wall, key)
    assert not wall.in_sight and wall.index_at(wall.rect().center().toPointF()) is None
