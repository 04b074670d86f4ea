"""What a person does with the rows, and what is there then."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, SignalInstance
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from widgets.runs.model import NOTE
from widgets.runs.table import RunsTable

LEFT = Qt.MouseButton.LeftButton
NONE, CTRL, SHIFT = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier,
                     Qt.KeyboardModifier.ShiftModifier)  # fmt: skip
Keys = Qt.Key


def heard(signal: SignalInstance) -> list[object]:
    """Everything it says from now on; of several things a tuple."""
    said: list[object] = []
    signal.connect(lambda *values: said.append(values[0] if len(values) == 1 else values))
    return said


def place(table: RunsTable, key: str, x: int = 60) -> QPoint:
    """In a row, so far from the left."""
    QApplication.processEvents()
    box = table.tree.visualRect(table.model.index_of(key))
    assert box.isValid(), f"{key} is not in sight"
    return QPoint(x, box.center().y())


def click(table: RunsTable, key: str, keys: Qt.KeyboardModifier = NONE, x: int = 400) -> None:
    QTest.mouseClick(table.tree.viewport(), LEFT, keys, place(table, key, x))
    QApplication.processEvents()


def press(table: RunsTable, *keys: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    for key in keys:
        QTest.keyClick(QApplication.focusWidget() or table.tree, key, held)
        QApplication.processEvents()


def move(table: RunsTable, at: QPoint) -> None:
    QTest.mouseMove(table.tree.viewport(), at)
    QApplication.processEvents()


def star_x(table: RunsTable, key: str) -> int:
    """Where the star of a row is."""
    index = table.model.index_of(key)
    row, box = table.model.row_at(index), table.tree.visualRect(index).toRectF()
    assert row is not None
    box.setLeft(0)
    box.setWidth(table.tree.head.sectionSize(0))
    return int(table.tree.look.star_box(box, row, index.parent().isValid()).center().x())


def order(table: RunsTable) -> list[str]:
    """The rows from top to bottom, members of unfolded groups too."""
    QApplication.processEvents()
    index, found = table.model.index(0, 0), list[str]()
    while index.isValid():
        found.append(table.tree.key_at(index))
        index = table.tree.indexBelow(index)
    return found


def heading(table: RunsTable, column: int) -> None:
    """Click on a heading."""
    head = table.tree.head
    at = QPoint(head.sectionViewportPosition(column) + head.sectionSize(column) // 2, 12)
    QTest.mouseClick(head.viewport(), LEFT, NONE, at)
    QApplication.processEvents()


def note_place(table: RunsTable, key: str) -> QModelIndex:
    return table.model.index_of(key).siblingAtColumn(NOTE)
