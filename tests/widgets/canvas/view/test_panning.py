"""The hand over a view: what it looks like, what ends it, and when its key is only tapped."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.widgets.canvas.desk import LEFT, MIDDLE, NONE, Stage

SPACE = Qt.Key.Key_Space
OPEN, CLOSED, ARROW = (Qt.CursorShape.OpenHandCursor, Qt.CursorShape.ClosedHandCursor, Qt.CursorShape.ArrowCursor)
START, END = QPoint(300, 250), QPoint(350, 280)


def cursor(stage: Stage) -> Qt.CursorShape:
    return stage.view.viewport().cursor().shape()


@pytest.fixture
def asked(stage) -> list[object]:
    asked: list[object] = []
    stage.view.search_requested.connect(asked.append)
    return asked


def again(stage: Stage, kind: QEvent.Type) -> None:
    """The key repeats by itself while it is held."""
    QApplication.sendEvent(stage.view, QKeyEvent(kind, SPACE, NONE, " ", True))


def test_the_hand_shows_what_it_does(stage, asked):
    view, port = stage.view, stage.view.viewport()
    QTest.keyPress(view, SPACE)
    assert cursor(stage) == OPEN
    QTest.mousePress(port, LEFT, NONE, START)
    assert cursor(stage) == CLOSED
    QTest.mouseMove(port, END)
    QTest.mouseRelease(port, LEFT, NONE, END)
    assert cursor(stage) == OPEN
    again(stage, QEvent.Type.KeyRelease)
    assert cursor(stage) == OPEN
    QTest.keyRelease(view, SPACE)
    assert cursor(stage) == ARROW and asked == [], "something was done with it"
    QTest.mousePress(port, MIDDLE, NONE, START)
    assert cursor(stage) == CLOSED
    QTest.mouseRelease(port, MIDDLE, NONE, START)
    assert cursor(stage) == ARROW


def test_a_tap_asks_for_a_search_and_repeating_by_itself_does_not(stage, asked):
    QTest.keyClick(stage.view, SPACE)
    assert len(asked) == 1
    QTest.keyPress(stage.view, SPACE)
    again(stage, QEvent.Type.KeyPress)
    again(stage, QEvent.Type.KeyRelease)
    assert len(asked) == 1
    QTest.keyRelease(stage.view, SPACE)
    assert len(asked) == 2
    QTest.keyClick(stage.view, Qt.Key.Key_X)
    assert len(asked) == 2, "another key"


def test_a_key_pressed_while_something_is_held_or_the_wheel_turned_is_no_tap(stage, asked):
    QTest.keyPress(stage.view, SPACE)
    at = QPointF(START)
    QApplication.sendEvent(stage.view.viewport(), QWheelEvent(
        at, stage.view.viewport().mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False))
    QTest.keyRelease(stage.view, SPACE)
    assert asked == []
    QTest.mousePress(stage.view.viewport(), LEFT, NONE, stage.card("fc1"))
    QTest.mouseMove(stage.view.viewport(), stage.card("fc1") + QPoint(50, 0))
    QTest.keyClick(stage.view, SPACE)
    assert asked == [] and stage.scene.is_holding
    stage.view.cancel()


@pytest.mark.parametrize("button", [MIDDLE, LEFT])
def test_a_pan_is_taken_back_with_escape(stage, button):
    view, port = stage.view, stage.view.viewport()
    before = view.place()
    if button == LEFT:
        QTest.keyPress(view, SPACE)
    QTest.mousePress(port, button, NONE, START)
    QTest.mouseMove(port, QPoint(320, 260))
    QTest.mouseMove(port, END)
    moved = view.place().centre - before.centre
    assert (moved * view.zoom()).toPoint() == START - END
    assert view.cancel()
    assert (view.place().centre - before.centre).manhattanLength() < 1 and view.zoom() == before.zoom
    QTest.mouseMove(port, QPoint(500, 500))
    QTest.mouseRelease(port, button, NONE, QPoint(500, 500))
    assert (view.place().centre - before.centre).manhattanLength() < 1, "it is over"
    assert not view.cancel()


def test_the_left_button_alone_pans_nothing(stage):
    before = stage.view.place()
    QTest.mousePress(stage.view.viewport(), LEFT, NONE, QPoint(20, 20))
    QTest.mouseMove(stage.view.viewport(), QPoint(60, 60))
    assert stage.view.place() == before
    assert stage.view.cancel() and not stage.view.cancel()
