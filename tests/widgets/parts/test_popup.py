"""A box over another widget: its keys and clicks, its place, and the keyboard that it gives back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from widgets.find.pick_box import PickBox
from widgets.parts import popup as module
from widgets.parts.popup import Popup, SearchLine
from widgets.parts.row_list import ROW, Row

Keys, NONE, SHIFT, CTRL = (Qt.Key, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier,
                           Qt.KeyboardModifier.ControlModifier)


class Host(QWidget):
    """With two lines to type into."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        self.first, self.second = QLineEdit(), QLineEdit()
        column.addWidget(self.first)
        column.addWidget(self.second)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


@pytest.fixture
def host(qtbot):
    host = Host()
    qtbot.addWidget(host)
    host.resize(500, 400)
    host.show()
    qtbot.waitExposed(host)
    host.second.setFocus()
    return host


def opened(host: Host) -> PickBox:
    box = PickBox(host, "Pick", "Type", [Row("one", "One"), Row("two", "Two")])
    box.open_at(QPoint(20, 20))
    return box


def test_a_click_on_a_row_chooses_it_and_one_on_words_leaves_the_keyboard_in_the_line(host):
    box, picked = PickBox(host, "Pick", "Type", [Row("one", "One", tip="The first"), Row("two", "Two")]), []
    box.picked.connect(lambda row: picked.append(row.key))
    box.open_at(QPoint(20, 20))
    QTest.mouseClick(box.foot, Qt.MouseButton.LeftButton)
    assert box.isVisible() and box.field.hasFocus()
    place = box.list.visualRect(box.list.model().index(1, 0)).center()
    QTest.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert picked == ["two"] and not box.isVisible() and host.second.hasFocus()


def test_a_click_elsewhere_ends_it_and_the_keyboard_is_there(host):
    box = opened(host)
    QTest.mouseClick(host.first, Qt.MouseButton.LeftButton)
    assert not box.isVisible() and host.first.hasFocus()


def test_the_keyboard_goes_back_to_where_it_was(host):
    box = opened(host)
    QTest.keyClick(box.field, Qt.Key.Key_Escape)
    assert host.second.hasFocus()


def test_a_field_that_was_built_anew_meanwhile_is_not_missed(host, qtbot):
    box = opened(host)
    host.second.deleteLater()
    QApplication.sendPostedEvents(host.second, QEvent.Type.DeferredDelete)
    with qtbot.waitSignal(box.closed, timeout=20_000):
        QTest.keyClick(box.field, Qt.Key.Key_Escape)
    assert host.hasFocus() and box.isHidden()


# -- the box by itself ------------------------------------------------------------------------------------------------


class Box(Popup):
    """Notes what it is asked for."""

    def __init__(self, host: QWidget, width: int = 300, most: int = 4) -> None:
        super().__init__(host, width, most)
        self.asked: list[object] = []
        self.list.show_rows([Row(str(index), f"row {index}") for index in range(20)])
        self.foot.setText("Some words")

    def choose(self, row: Row | None, modifiers: Qt.KeyboardModifier) -> None:
        self.asked.append((row.key if row else None, modifiers))

    def complete(self) -> None:
        self.asked.append("complete")


def at(box: Box) -> int:
    return box.list.currentIndex().row()


@pytest.mark.parametrize(("key", "keys", "row", "asked"), [
    (Keys.Key_Down, NONE, 1, []), (Keys.Key_Up, NONE, 19, []), (Keys.Key_Backtab, SHIFT, 19, []),
    (Keys.Key_Tab, NONE, 0, ["complete"]), (Keys.Key_Return, NONE, 0, [("0", NONE)]),
    (Keys.Key_Enter, CTRL, 0, [("0", CTRL)]), (Keys.Key_X, NONE, 0, []),
])
def test_what_a_key_means_in_the_line(host, key, keys, row, asked):
    box = Box(host)
    box.open_at(QPoint(20, 20))
    QTest.keyClick(box.field, key, keys)
    assert (at(box), box.asked, box.field.text()) == (row, asked, "x" if key == Keys.Key_X else "")
    assert box.field.hasFocus() and box.isVisible()


def test_pages_go_by_what_one_sees(host):
    box = Box(host)
    box.open_at(QPoint(20, 20))
    QApplication.processEvents()
    assert box.list.page() == 3
    for key, row in ((Keys.Key_PageDown, 3), (Keys.Key_PageDown, 6), (Keys.Key_PageUp, 3), (Keys.Key_PageUp, 0)):
        QTest.keyClick(box.field, key)
        assert at(box) == row


def test_a_click_chooses_without_modifiers(host):
    box = Box(host)
    box.open_at(QPoint(20, 20))
    QApplication.processEvents()
    QTest.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton, CTRL,
                     box.list.visualRect(box.list.model().index(2, 0)).center())
    assert box.asked == [("2", NONE)]


@pytest.mark.parametrize(("corner", "place"), [
    ((20, 30), (20, 30)), ((-50, -50), (8, 8)), ((900, 20), (500 - 300 - 8, 20)), ((20, 900), (20, None))])
def test_it_stands_at_its_point_and_never_outside(host, corner, place):
    box = Box(host)
    box.open_at(QPoint(*corner))
    x, y = place
    assert box.width() == 300 and box.x() == x
    assert box.y() == (y if y is not None else 400 - box.height() - 8)
    assert box.height() == box.column.totalHeightForWidth(300) and box.list.height() == 4 * ROW


def test_it_follows_the_size_of_its_host(host):
    box = Box(host)
    host.resize(200, 400)
    assert box.isHidden() and box.pos() == QPoint()
    box.open_at(QPoint(150, 20))
    assert (box.x(), box.width()) == (8, 184)
    host.resize(600, 120)
    assert (box.x(), box.width(), box.y()) == (150, 300, 8) and box.height() == 104
    host.resize(600, 400)
    assert (box.x(), box.y()) == (150, 20)


def test_a_long_foot_takes_more_lines(host):
    box = Box(host)
    box.open_at(QPoint(20, 20))
    low = box.height()
    box.foot.setText("Many words about what was found and what was not. " * 4)
    box.place()
    assert box.height() > low + 2 * box.foot.fontMetrics().lineSpacing() and box.width() == 300


def test_it_lies_over_what_is_there(host):
    box = Box(host)
    later = QLineEdit(host)
    later.setGeometry(0, 0, 500, 400)
    later.show()
    box.open_at(QPoint(20, 20))
    assert box.isAncestorOf(host.childAt(40, 40)) or host.childAt(40, 40) is box


def test_nothing_that_is_typed_reaches_the_host_or_its_commands(host):
    keys, commands = [], []
    host.keyPressEvent = lambda event: keys.append(event.key())
    for each in ("A", "Ctrl+Return", "Tab"):
        QShortcut(QKeySequence(each), host).activated.connect(lambda each=each: commands.append(each))
    box = Box(host)
    box.open_at(QPoint(20, 20))
    QTest.keyClick(box.field, Keys.Key_A)
    QTest.keyClick(box.field, Keys.Key_Return, CTRL)
    QTest.keyClick(box.field, Keys.Key_F5)
    QTest.keyClick(box, Keys.Key_B)
    assert (keys, commands, box.field.text()) == ([], [], "a")
    QTest.keyClick(box.field, Keys.Key_Backspace)
    assert box.field.text() == ""


def test_a_line_without_a_box_is_typed_into(host):
    line = SearchLine(host)
    line.show()
    line.setFocus()
    QTest.keyClicks(line, "ab")
    QTest.keyClick(line, Keys.Key_Left)
    QTest.keyClick(line, Keys.Key_Backspace)
    assert (line.text(), line.cursorPosition()) == ("b", 0)


def test_it_ends_once_and_says_so(host):
    box, ended = Box(host), []
    box.closed.connect(lambda: ended.append(1))
    box.dismiss()
    assert ended == [], "it was not there"
    box.open_at(QPoint(20, 20))
    host.second.setFocus()
    assert ended == [1] and box.isHidden() and host.second.hasFocus()
    box.dismiss()
    host.first.setFocus()
    assert ended == [1]
    other = Box(host)
    other.open_at(QPoint(20, 20))
    other.dismiss(back=False)
    assert other.isHidden() and not host.first.hasFocus()


def test_another_box_is_the_same_window_and_keeps_the_keyboard_where_one_went(host):
    box = Box(host)
    box.open_at(QPoint(20, 20))
    inside = QLineEdit(box)
    inside.show()
    inside.setFocus()
    assert box.isVisible(), "still inside"
    box.dismiss()
    assert host.second.hasFocus()


@pytest.mark.parametrize("active", [True, False])
def test_what_is_marked_is_read_out(host, monkeypatch, active):
    said = []
    monkeypatch.setattr(module.QAccessible, "isActive", lambda: active)
    monkeypatch.setattr(module.QAccessible, "updateAccessibility", lambda event: said.append(event.message()))
    box = Box(host)
    box.list.step(1)
    box.list.show_rows([])
    assert said == (["row 0", "row 1"] if active else [])


def test_over_a_narrow_column_it_lies_over_the_window(host):
    narrow = QWidget(host)
    narrow.setGeometry(0, 0, 120, 400)
    narrow.show()
    box = PickBox(narrow, "Pick", "Type", [Row("one", "One")])
    box.open_at(QPoint(40, 60))
    assert box.width() == 420 and box.mapTo(host, QPoint()) == QPoint(40, 60)
    QTest.keyClick(box.field, Keys.Key_Escape)
    assert not box.isVisible() and host.second.hasFocus()
