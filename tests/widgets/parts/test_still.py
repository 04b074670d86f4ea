"""A double click presses one button, whatever comes under the mouse; who waits for a moment presses what is there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from engine.advice.advice import Problem, Repair
from engine.messages import say
from tests.in_front import in_front
from tests.mouse import LEFT, NONE, click, double_click, interval, middle
from widgets.inspector.problem_list import ProblemList
from widgets.parts import still as module
from widgets.parts.notice import Notice
from widgets.problems.problems import Problems

LONG_MS = 600_000


@pytest.fixture(autouse=True)
def _long() -> Iterator[None]:
    with interval(LONG_MS):
        yield


class Lists(QWidget):
    """Three problems; each press mends the first that is left, and the others move up."""

    def __init__(self, kind: type[Problems | ProblemList]) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.list, self.done, self.led = kind(self), [], []
        column = QVBoxLayout(self)
        column.addWidget(self.list, kind is Problems)
        column.addStretch()
        self.list.repair_requested.connect(self._mend)
        if isinstance(self.list, ProblemList):
            self.list.focus_freed.connect(self.setFocus)
        if isinstance(self.list, Problems):
            self.list.node_requested.connect(self.led.append)
        self.left = [Problem("error", name, say("{name} is wrong", name=name), (Repair(say(f"Remove {name}")),))
                     for name in ("fc1", "fc2", "fc3")]
        self.list.show_problems(self.left)

    def _mend(self, repair: Repair) -> None:
        self.done.append(str(repair.text))
        self.left = self.left[1:]
        self.list.show_problems(self.left)

    def first(self) -> QPoint:
        QApplication.processEvents()
        return middle(next(button for button in self.findChildren(QPushButton)
                           if button.isVisible() and button.text() == "Remove fc1"))


@pytest.fixture(params=[Problems, ProblemList])
def lists(qtbot: QtBot, request: pytest.FixtureRequest) -> Lists:
    return in_front(qtbot, Lists(request.param), 700, 300)


def test_a_double_click_on_a_repair_does_not_press_the_one_that_moves_up(lists: Lists) -> None:
    at = lists.first()
    double_click(lists, at)
    assert lists.done == ["Remove fc1"]
    click(lists, at)  # the third of three
    assert lists.done == ["Remove fc1"] and lists.led == []


def test_after_a_moment_what_moved_up_is_pressed(lists: Lists) -> None:
    at = lists.first()
    with interval(0):
        for _ in range(3):
            click(lists, at)
    assert lists.done[:2] == ["Remove fc1", "Remove fc2"]


def test_the_keyboard_is_never_too_fast(lists: Lists) -> None:
    lists.first()
    for name in ("fc1", "fc2"):
        QApplication.processEvents()
        button = next(b for b in lists.findChildren(QPushButton) if b.isVisible() and b.text() == f"Remove {name}")
        button.setFocus()
        QTest.keyClick(button, Qt.Key.Key_Space)
    assert lists.done == ["Remove fc1", "Remove fc2"]


class Ground(QWidget):
    """What lies below a notice."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.notice = Notice(self)

    def mousePressEvent(self, _: object) -> None:
        self.heard.append("pressed below")

    def mouseReleaseEvent(self, _: object) -> None:
        self.heard.append("released below")

    def mouseDoubleClickEvent(self, _: object) -> None:
        self.heard.append("double-clicked below")


@pytest.fixture
def ground(qtbot: QtBot) -> Ground:
    return in_front(qtbot, Ground(), 900, 400)


def ask(ground: Ground, words: str) -> None:
    ground.notice.show_message("The same sentence", "info", [(words, lambda: ground.heard.append(words))])


def test_a_double_click_on_a_notice_does_not_press_what_comes_in_its_place(ground: Ground) -> None:
    def then() -> None:
        ground.heard.append("once")
        ask(ground, "Mend")

    ground.notice.show_message("The same sentence", "info", [("Mend", then)])
    QApplication.processEvents()
    at = middle(ground.notice.buttons[0])
    double_click(ground, at)
    assert ground.heard == ["once"] and middle(ground.notice.buttons[0]) == at
    with interval(0):
        click(ground, at)
    assert ground.heard == ["once", "Mend"]


@pytest.mark.parametrize("closes", [True, False])
def test_a_double_click_on_a_notice_that_goes_does_not_reach_what_is_below(ground: Ground, closes: bool) -> None:
    ask(ground, "Mend")
    QApplication.processEvents()
    double_click(ground, middle(ground.notice.close_button if closes else ground.notice.buttons[0]))
    assert ground.heard == ([] if closes else ["Mend"]) and not ground.notice.isVisible()
    click(ground, QPoint(450, 350))  # elsewhere one is not kept from anything
    assert ground.heard[-2:] == ["pressed below", "released below"]


def test_what_appears_where_nothing_was_is_pressed_at_once(ground: Ground) -> None:
    ask(ground, "Mend")
    QApplication.processEvents()
    click(ground, middle(ground.notice.buttons[0]))
    assert ground.heard == ["Mend"]


def test_a_notice_that_another_replaces_under_the_mouse_is_not_pressed_at_once(ground: Ground) -> None:
    ask(ground, "Mend")
    QApplication.processEvents()
    at = middle(ground.notice.buttons[0])
    QCursor.setPos(ground.mapToGlobal(at))
    ask(ground, "Undo")
    click(ground, at)
    assert ground.heard == []
    with interval(0):
        click(ground, at)
    assert ground.heard == ["Undo"]
    QCursor.setPos(ground.mapToGlobal(QPoint(5, 395)))


def test_only_the_left_button_is_for_nothing(ground: Ground) -> None:
    ask(ground, "Mend")
    QApplication.processEvents()
    at, handle = middle(ground.notice.close_button), ground.windowHandle()
    click(ground, at)
    ground.heard.clear()
    QTest.mousePress(handle, LEFT, NONE, at)
    QTest.mouseClick(handle, Qt.MouseButton.RightButton, NONE, QPoint(300, 300))
    assert ground.heard[:1] == ["pressed below"]
    QTest.mouseRelease(handle, LEFT, NONE, QPoint(300, 300))
    ground.heard.clear()
    click(ground, QPoint(300, 300))
    assert ground.heard == ["pressed below", "released below"]


def test_a_press_that_had_to_wait_came_early(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the clock of the events both were within one moment, however long it took to do what the first asked for."""
    hours = count(0, 3600)
    monkeypatch.setattr(module.time, "monotonic", lambda: next(hours))
    ask(ground, "Mend")
    QApplication.processEvents()
    with interval(400):
        double_click(ground, middle(ground.notice.buttons[0]))
    assert ground.heard == ["Mend"]
