"""A choice by itself: the room it asks for, and what is painted on it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.painted import drawn, of
from tests.redrawn import is_redrawn
from widgets.look import theme
from widgets.parts.choice import Choice

DARK = theme.DARK
SETS = [("mnist", "MNIST"), ("fashion", "Fashion-MNIST")]


@pytest.fixture
def stage(qtbot: QtBot) -> QWidget:
    theme.apply(QApplication.instance(), DARK)
    stage = QWidget()
    qtbot.addWidget(stage)
    stage.resize(600, 100)
    stage.show()
    qtbot.waitExposed(stage)
    return stage


@pytest.fixture
def choice(stage: QWidget) -> Choice:
    choice = Choice("Data", parent=stage)
    choice.set_choices(SETS)
    choice.resize(choice.sizeHint())
    choice.show()
    return choice


def test_the_room_it_asks_for(choice: Choice) -> None:
    advance = choice.fontMetrics().horizontalAdvance
    label, value = advance("Data") + 8, advance("Fashion-MNIST") + 2
    few, most = theme.letters(choice.font(), 7.3), theme.letters(choice.font(), 17.5)
    assert choice.label_room() == label
    assert choice.sizeHint().toTuple() == (10 + label + min(value, most) + 24, 30)
    assert choice.minimumSizeHint().toTuple() == (10 + label + min(few, value) + 24, 30)
    choice.set_brief(True)
    assert choice.sizeHint().toTuple() == (10 + min(value, most) + 24, 30)
    choice.set_choices([("a", "A")])
    choice.show_choice("a")
    choice.set_choices([("a", "A")])
    assert choice.minimumSizeHint().width() == 10 + min(few, advance("A") + 2) + 24
    short = Choice("Data", narrowest=2.0, parent=choice.parentWidget())
    short.set_choices(SETS)
    assert short.minimumSizeHint().width() == 10 + label + theme.letters(short.font(), 2.0) + 24
    empty = Choice("Data", parent=choice.parentWidget())
    assert empty.sizeHint().width() == 10 + label + min(most, 50) + 24


def test_label_and_value_are_painted_beside_each_other(choice: Choice) -> None:
    label, value = drawn(choice)
    room = 10 + choice.label_room()
    assert (label.text, label.pen, label.place) == ("Data", DARK.dim, QRectF(10, 0, room, 30))
    assert (value.text, value.pen) == ("MNIST", DARK.text)
    assert value.place == QRectF(room, 0, choice.width() - room - 24, 30)
    choice.set_brief(True)
    [value] = drawn(choice)
    assert (value.text, value.place) == ("MNIST", QRectF(10, 0, choice.width() - 10 - 24, 30))
    choice.set_brief(False)
    choice.setEnabled(False)
    assert [mark.pen for mark in drawn(choice)] == [DARK.dim, DARK.dim]
    choice.setEnabled(True)
    choice.show_choice("fashion")
    choice.resize(choice.minimumSizeHint())
    assert of("text", drawn(choice))[1].text.endswith("…")
    assert choice.toolTip() == "Data: Fashion-MNIST"


def test_a_row_makes_room_when_something_is_longer(stage: QWidget, choice: Choice) -> None:
    row = QHBoxLayout(stage)
    row.addWidget(choice)
    row.addStretch(1)

    def width() -> int:
        for _ in range(2):
            QApplication.processEvents()
        return choice.width()

    narrow = width()
    choice.set_choices([*SETS, ("long", "A longer name of data")])
    longer = width()
    assert longer == choice.sizeHint().width() > narrow
    choice.set_brief(True)
    assert width() == longer - choice.label_room()
    choice.set_brief(False)
    choice.set_choices(SETS)
    assert width() == narrow
    choice.show_choice("another_name_of_data")
    assert width() == choice.sizeHint().width() > narrow


def test_it_is_drawn_anew_without_its_label(choice: Choice) -> None:
    assert is_redrawn(choice, lambda: choice.set_brief(True))
    assert not is_redrawn(choice, lambda: choice.set_brief(True))
    assert is_redrawn(choice, lambda: choice.set_brief(False))


def test_the_same_choices_again_change_nothing(choice: Choice) -> None:
    changed = []
    choice.currentIndexChanged.connect(changed.append)
    choice.show_choice("fashion")
    assert changed == [1]
    choice.set_choices(list(SETS))
    assert changed == [1]
    choice.set_choices([("fashion", "Fashion-MNIST"), ("mnist", "MNIST")])
    assert (choice.currentData(), choice.currentIndex()) == ("fashion", 0)
    assert [choice.itemText(index) for index in range(choice.count())] == ["Fashion-MNIST", "MNIST"]


def test_the_wheel_is_for_what_scrolls_around_it(choice: Choice) -> None:
    at = QPointF(20, 10)
    turn = QWheelEvent(at, at, QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                       Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(choice, turn)
    assert not turn.isAccepted() and choice.currentData() == "mnist"
