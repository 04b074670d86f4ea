"""A box over another widget: its keys and clicks, its place, and the keyboard that it gives back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from widgets.find.pick_box import PickBox
from widgets.parts.row_list import Row


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
    with qtbot.waitSignal(box.closed, timeout=1000):
        QTest.keyClick(box.field, Qt.Key.Key_Escape)
    assert host.hasFocus() and box.isHidden()
