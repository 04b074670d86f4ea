"""Tabs as a person reaches them: those in sight, and the rest by the arrows."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar, QToolButton

from tests.seen import colors
from widgets.look import theme
from widgets.look.contrast import ENOUGH, contrast


def reach_all(bar: QTabBar) -> int:
    """Bring every tab into sight, with arrows that can be seen; how often one was pressed."""
    pressed = 0
    for index in (i for i in range(bar.count()) if bar.isTabVisible(i)):
        for _ in range(bar.count()):
            if _in_sight(bar).contains(bar.tabRect(index)):
                break
            _press(bar, Qt.ArrowType.RightArrow if bar.tabRect(index).left() > 0 else Qt.ArrowType.LeftArrow)
            pressed += 1
        assert _in_sight(bar).contains(bar.tabRect(index)), f"“{bar.tabText(index)}” cannot be reached"
    return pressed


def _arrows(bar: QTabBar) -> list[QToolButton]:
    return [button for button in bar.findChildren(QToolButton) if button.isVisible()]


def _in_sight(bar: QTabBar) -> QRect:
    right = min((arrow.x() for arrow in _arrows(bar)), default=bar.width())
    return QRect(0, 0, right, bar.height())


def _press(bar: QTabBar, way: Qt.ArrowType) -> None:
    [arrow] = [arrow for arrow in _arrows(bar) if arrow.arrowType() == way]
    assert arrow.isEnabled()
    stands_out = max(contrast(QColor(color), theme.color("panel")) for color in colors(arrow))
    assert stands_out >= ENOUGH, "one sees where to press"
    QTest.mouseClick(arrow, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
