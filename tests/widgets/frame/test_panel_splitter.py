"""Panels beside a middle: dragged, folded, as large as they were, and never more than there is room for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.seen import colors
from widgets.frame.grip import Grip, Side
from widgets.frame.panel_splitter import Extent, Panel, PanelSplitter
from widgets.look import theme

LEFT, RIGHT = Extent(180, 480, 220, 0.2), Extent(280, 640, 300, 0.25)
BUTTON = Qt.MouseButton.LeftButton


class Desk:
    """A splitter with a panel on both sides."""

    def __init__(self, qtbot: QtBot) -> None:
        self.splitter = PanelSplitter(Qt.Orientation.Horizontal)
        self.left = self.splitter.add_panel(QWidget(), LEFT)
        self.middle = QWidget()
        self.middle.setMinimumWidth(300)
        self.splitter.add_middle(self.middle)
        self.right = self.splitter.add_panel(QWidget(), RIGHT)
        self.window = QWidget()
        row = QHBoxLayout(self.window)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.splitter)
        in_front(qtbot, self.window, 1400, 500)

    @property
    def widths(self) -> tuple[int, int, int]:
        QApplication.processEvents()
        shown = (self.left.widget, self.middle, self.right.widget)
        return tuple(widget.width() if widget.isVisible() else 0 for widget in shown)

    def drag(self, panel: Panel, by: int) -> None:
        """In two steps, as a hand does."""
        handle = self.splitter.handle(1 if panel is self.left else 2)
        held = handle.rect().center()
        start = handle.mapTo(self.splitter, held)
        QTest.mousePress(handle, BUTTON, pos=held)
        for part in (by // 2, by):
            QTest.mouseMove(handle, handle.mapFrom(self.splitter, start + QPoint(part, 0)))
        QTest.mouseRelease(handle, BUTTON, pos=held)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot)


def test_at_first_they_are_as_usual_and_less_in_a_small_window(desk: Desk) -> None:
    assert desk.widths == (220, 878, 300)
    desk.window.resize(1000, 500)
    assert desk.widths == (200, 518, 280)
    desk.window.resize(770, 500)
    assert desk.widths == (180, 308, 280)
    assert desk.splitter.minimumSizeHint().width() == 300, "panels hold no window wide"


def test_where_there_is_no_room_for_all_the_one_that_was_asked_for_last_stays(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.splitter.changed):
        desk.window.resize(700, 500)
    assert desk.widths == (0, 419, 280) and not desk.left.folded
    desk.splitter.fold(desk.left, False)
    assert desk.widths == (180, 519, 0) and not desk.right.folded
    desk.window.resize(400, 500)
    assert desk.widths == (0, 400, 0)
    desk.window.resize(1400, 500)
    assert desk.widths == (220, 878, 300), "as it was"
    desk.middle.setMinimumWidth(1000)
    QApplication.processEvents()
    assert desk.widths == (220, 1179, 0)


def test_what_is_dragged_stays_in_its_bounds_and_comes_back(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.splitter.changed):
        desk.drag(desk.left, 80)
    left, middle, right = desk.widths
    assert abs(left - 300) <= 4 and left + middle == 1098 and right == 300  # Qt holds a line a little beside its middle
    assert (desk.left.size, desk.right.size) == (left, None)
    desk.drag(desk.left, 900)
    assert desk.widths[0] == LEFT.most
    desk.drag(desk.left, -310)
    assert desk.widths[0] == LEFT.least
    desk.drag(desk.left, 200)
    wide = desk.widths
    desk.window.resize(800, 500)
    assert desk.widths[1] >= 300 and desk.widths[0] < wide[0]
    desk.window.resize(1400, 500)
    assert desk.widths == wide


def test_a_double_click_on_the_line_folds_and_unfolding_brings_the_size_back(desk: Desk, qtbot: QtBot) -> None:
    desk.drag(desk.right, -60)
    before, gone = desk.widths, []
    desk.splitter.folding.connect(lambda panel: gone.append((panel, panel.widget.isVisible())))
    with qtbot.waitSignal(desk.splitter.changed):
        QTest.mouseDClick(desk.splitter.handle(2), BUTTON)
    assert desk.right.folded and gone == [(desk.right, True)], "told while it is still there"
    assert desk.widths == (220, 1179, 0) and not desk.splitter.handle(2).isVisible()
    desk.splitter.fold(desk.right, False)
    assert desk.widths == before
    desk.splitter.show_panels(False)
    assert desk.widths == (0, 1400, 0)
    desk.splitter.fold(desk.left, True)
    desk.splitter.show_panels(True)
    assert desk.widths[0] == 0 and desk.widths[2] == before[2]


def test_pushed_into_the_border_it_folds_and_comes_back_as_it_was_before(desk: Desk) -> None:
    desk.drag(desk.right, -100)
    before = desk.widths
    desk.drag(desk.right, 380)
    assert desk.widths[2] == 0 and desk.right.folded
    desk.splitter.fold(desk.right, False)
    assert desk.widths == before
    desk.drag(desk.left, -215)
    assert desk.widths[0] == 0
    desk.splitter.fold(desk.left, False)
    assert desk.widths == before


@pytest.mark.parametrize(("size", "width"), [(None, 220), (-(10**20), 180), (0, 180), (10**20, 480), (333, 333)])
def test_whatever_was_remembered_is_made_one_that_can_be(desk: Desk, size: int | None, width: int) -> None:
    desk.splitter.restore(desk.left, size, False)
    assert desk.widths[0] == width


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_the_line_stands_out_under_the_mouse(desk: Desk, look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    handle = desk.splitter.handle(1)

    def shown() -> set[str]:
        return colors(desk.splitter, handle.geometry()) & {look.line, look.dim}

    assert shown() == {look.line}
    middle = QPointF(handle.rect().center())
    QApplication.sendEvent(handle, QEnterEvent(middle, middle, middle))
    assert shown() == {look.dim}
    QApplication.sendEvent(handle, QEvent(QEvent.Type.Leave))
    assert shown() == {look.line}


@pytest.mark.parametrize("side", ["left", "right", "bottom"])
def test_a_grip_stays_at_the_border_and_is_pressed_once(qtbot: QtBot, side: Side) -> None:
    place = in_front(qtbot, QWidget(), 400, 300)
    grip, pressed = Grip(side, place), []
    grip.set_words("Show it")
    grip.clicked.connect(lambda: pressed.append(1))
    grip.show()
    for size in ((400, 300), (701, 520)):
        place.resize(*size)
        QApplication.processEvents()
        box = grip.geometry()
        assert place.rect().contains(box)
        far = {"left": box.left(), "right": place.width() - 1 - box.right(),
               "bottom": place.height() - 1 - box.bottom()}[side]
        off = box.center() - place.rect().center()
        assert far == 0 and abs(off.x() if side == "bottom" else off.y()) <= 1
    QTest.mouseClick(grip, BUTTON)
    assert pressed == [1] and grip.accessibleName() == "Show it"
