"""The line over the canvas: what it says and asks for, its keys, and where it lies."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.redrawn import is_redrawn
from tests.widgets.find.host import NONE, SHIFT, Host, press, write
from widgets.find.find_bar import EDGE, WIDEST, FindBar
from widgets.look import theme

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
LEFT = Qt.MouseButton.LeftButton


class Bar:
    """One over a part of a page, and what it asked for."""

    def __init__(self, page: QWidget) -> None:
        self.over = Host(page)
        self.over.setGeometry(30, 20, 700, 500)
        self.over.show()
        self.asked: list[object] = []
        self.bar = FindBar(self.over, page)
        self.bar.wanted.connect(self.asked.append)
        self.bar.stepped.connect(self.asked.append)
        self.bar.closed.connect(lambda: self.asked.append("closed"))

    def told(self) -> list[object]:
        """What it asked for since one last looked."""
        asked, self.asked[:] = list(self.asked), []
        return asked

    def button(self, words: str) -> QAbstractButton:
        [found] = [each for each in self.bar.findChildren(QAbstractButton) if each.toolTip() == words]
        return found


@pytest.fixture
def shown(host: Host) -> Bar:
    shown = Bar(host)
    shown.bar.open()
    shown.told()
    return shown


def test_it_opens_with_the_last_words_to_be_typed_over(host: Host):
    shown = Bar(host)
    assert not shown.bar.isVisible()
    shown.bar.field.setText("conv")
    shown.told()
    shown.bar.open()
    assert shown.bar.isVisible() and shown.bar.field.hasFocus() and shown.bar.field.selectedText() == "conv"
    assert shown.told() == ["conv"]
    write("r")
    assert shown.told() == ["r"]
    shown.bar.open()
    assert shown.bar.field.selectedText() == "r", "called again while one is there"


@pytest.mark.parametrize(("key", "modifiers", "asked"), [
    (Qt.Key.Key_Return, NONE, [1]), (Qt.Key.Key_Enter, NONE, [1]), (Qt.Key.Key_Return, SHIFT, [-1]),
    (Qt.Key.Key_Enter, SHIFT, [-1]), (Qt.Key.Key_F3, NONE, [1]), (Qt.Key.Key_F3, SHIFT, [-1]),
    (Qt.Key.Key_Down, NONE, [1]), (Qt.Key.Key_Up, NONE, [-1]), (Qt.Key.Key_Left, NONE, []),
    (Qt.Key.Key_Escape, NONE, ["closed"]),
])
def test_keys(shown: Bar, key: Qt.Key, modifiers: Qt.KeyboardModifier, asked: list[object]):
    press(key, modifiers)
    assert shown.told() == asked and shown.over.keys == []


def test_buttons(shown: Bar):
    shown.bar.field.setText("conv")
    shown.bar.show_count(0, 2)
    shown.told()
    for words, asked in (("Previous (Shift+Enter)", [-1]), ("Next (Enter)", [1]), ("Close (Esc)", ["closed"])):
        assert shown.button(words).accessibleName() == words
        QTest.mouseClick(shown.button(words), LEFT)
        assert shown.told() == asked
    assert not shown.bar.isVisible() and shown.over.hasFocus()


@pytest.mark.parametrize("on_button", [False, True])
def test_escape_gives_the_canvas_the_keyboard(shown: Bar, on_button: bool):
    if on_button:
        shown.bar.close_button.setFocus()
        press(Qt.Key.Key_A)
        assert shown.bar.isVisible() and shown.told() == []
    press(Qt.Key.Key_Escape)
    assert not shown.bar.isVisible() and shown.over.hasFocus() and shown.told() == ["closed"]
    shown.bar.dismiss()
    assert shown.told() == [], "it is closed already"
    press(Qt.Key.Key_A)
    assert shown.over.keys == [Qt.Key.Key_A]


@pytest.mark.parametrize(("text", "index", "count", "words"), [
    ("", 0, 3, ""), ("  ", -1, 0, ""), ("conv", -1, 0, "Nothing found"), ("conv", -1, 1, "1 found"),
    ("conv", 0, 1, "1 of 1"), ("conv", 2, 5, "3 of 5"), ("conv", -1, 5, "5 found"),
])
def test_how_many_were_found_is_said_and_where_there_are_any_one_can_go_on(
        shown: Bar, text: str, index: int, count: int, words: str):
    shown.bar.field.setText(text)
    shown.bar.show_count(index, count)
    assert shown.bar.count.text() == shown.bar.field.accessibleDescription() == words
    assert {button.isEnabled() for button in (shown.bar.back, shown.bar.on)} == {count > 0}
    assert shown.bar.close_button.isEnabled()


@pytest.mark.parametrize(("keys", "is_command"), [
    ("M", False), ("Shift+M", False), ("Del", False), ("Ctrl+K", True), ("Alt+O", True), ("F6", True), ("F8", True),
    ("F2", False),
])
def test_what_is_typed_is_no_command_of_the_window(host: Host, shown: Bar, keys: str, is_command: bool):
    done: list[bool] = []
    action = QAction(host)
    action.setShortcut(QKeySequence(keys))
    action.triggered.connect(lambda: done.append(True))
    host.addAction(action)
    pressed = QKeySequence(keys)[0]
    press(pressed.key(), pressed.keyboardModifiers())
    assert done == [True] * is_command


def test_it_lies_in_the_upper_right_corner_whatever_happens_to_the_canvas(host: Host, shown: Bar):
    def corner() -> QPoint:
        return shown.bar.geometry().topRight() - shown.over.geometry().topRight()

    assert corner() == QPoint(-EDGE, EDGE) and shown.bar.width() == WIDEST
    assert shown.bar.height() == shown.bar.sizeHint().height()
    shown.over.resize(600, 450)
    assert corner() == QPoint(-EDGE, EDGE)
    shown.over.move(50, 40)
    assert corner() == QPoint(-EDGE, EDGE)
    shown.over.resize(300, 450)
    assert corner() == QPoint(-EDGE, EDGE) and shown.bar.width() == 300 - 2 * EDGE
    other = QWidget(host)
    other.setGeometry(host.rect())
    other.show()
    shown.bar.dismiss()
    shown.bar.open()
    spot = shown.bar.geometry().center()
    assert host.childAt(spot) is not other, "it lies above all"


def test_its_signs_have_the_colours_of_the_theme(host: Host, shown: Bar):
    def sign() -> list[str]:
        icon = shown.bar.close_button.icon().pixmap(24, 24).toImage()
        return sorted({icon.pixelColor(x, y).name() for x in range(24) for y in range(24)
                       if icon.pixelColor(x, y).alpha() == 255})

    assert theme.DARK.dim in sign()
    theme.apply(QApplication.instance(), theme.LIGHT)
    QApplication.processEvents()
    assert theme.LIGHT.dim in sign()


def test_keys_at_a_button_that_mean_nothing_here_go_on(host: Host, shown: Bar):
    shown.bar.close_button.setFocus()
    press(Qt.Key.Key_F7)
    assert host.keys == [Qt.Key.Key_F7] and shown.bar.isVisible()


def test_it_is_not_there_before_it_is_called(qtbot: QtBot):
    page = Host()
    qtbot.addWidget(page)
    bar = Bar(page).bar
    assert not any(button.icon().isNull() for button in (bar.back, bar.on, bar.close_button))
    page.resize(800, 600)
    page.show()
    QApplication.processEvents()
    assert page.isVisible() and not bar.isVisible()


def test_its_parts_from_left_to_right(shown: Bar):
    shown.bar.field.setText("conv")
    shown.bar.show_count(1, 12)
    QApplication.processEvents()
    bar = shown.bar
    parts = [part.geometry() for part in (bar.field, bar.count, bar.back, bar.on, bar.close_button)]
    assert all(one.right() < other.left() for one, other in itertools.pairwise(parts))
    assert parts[0].width() > 200 and parts[1].width() >= bar.count.sizeHint().width()
    assert all(bar.rect().contains(part) for part in parts)
    assert {part.size().toTuple() for part in parts[2:]} == {(28, 28)}
    assert bar.field.placeholderText() == "Name, kind, 16x5x5, >512, error…"


def test_tab_reaches_its_buttons(shown: Bar):
    shown.bar.field.setText("conv")
    shown.bar.show_count(0, 3)
    passed = []
    for _ in range(3):
        press(Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget())
    assert passed == [shown.bar.back, shown.bar.on, shown.bar.close_button]


@pytest.mark.parametrize(("name", "sign"), [("back", "up"), ("on", "down")])
def test_the_signs_point_where_they_lead(shown: Bar, name: str, sign: str):
    image = getattr(shown.bar, name).icon().pixmap(24, 24).toImage()
    rows = [[x for x in range(24) if image.pixelColor(x, y).alpha() > 128] for y in range(24)]
    spread = [max(row) - min(row) for row in rows if row]
    assert (spread[0] < spread[-1]) == (sign == "up")


def test_the_canvas_gets_its_events_too(shown: Bar):
    assert is_redrawn(shown.over, lambda: shown.over.resize(640, 480))
    shown.bar.dismiss()
    shown.over.resize(500, 480)
    assert not shown.bar.isVisible()
