"""A box over another widget gives the keyboard back to what had it, if that is still there."""

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
