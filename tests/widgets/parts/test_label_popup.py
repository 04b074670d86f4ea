"""A label by typing: one of many classes, or a number; what is none is said."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.seen import texts
from widgets.parts.label_popup import LabelPopup

CLASSES = [f"class {number}" for number in range(40)]


@pytest.mark.parametrize(("classes", "typed", "says", "then", "label"), [
    (CLASSES, "zebra", "There is no such class", "class 17", "class 17"),
    ((), "much", "This is no number", "-3.5", -3.5)])
def test_what_is_typed_is_found_or_refused(qtbot: QtBot, classes: list[str], typed: str, says: str, then: str,
                                           label: str | float) -> None:
    host, labels = in_front(qtbot, QWidget(), 400, 400), list[object]()
    popup = LabelPopup(host, classes)
    popup.labelled.connect(labels.append)
    popup.open_at(QPoint(10, 10))
    QTest.keyClicks(popup.field, typed)
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert says in texts(popup) and labels == [] and popup.isVisible()
    popup.field.clear()
    QTest.keyClicks(popup.field, then)
    assert says not in texts(popup)
    QTest.keyClick(popup.field, Qt.Key.Key_Return)
    assert labels == [label] and not any(each.isVisible() for each in host.findChildren(LabelPopup))
