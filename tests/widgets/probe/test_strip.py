"""Examples by hand: choosing, comparing, pages, what is asked for, messages."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import drawn, of
from tests.seen import button_with, colors, texts
from widgets.look import theme
from widgets.probe.example import Example
from widgets.probe.strip import Examples

LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def strip(qtbot: QtBot) -> Iterator[Examples]:
    yield in_front(qtbot, Examples(), 222, 500)


def pictures(count: int) -> list[Example]:
    return [Example(f"k{index}", np.full((8, 8), 20 * index, np.uint8), "5" if index % 2 else "5→3", bool(index % 2))
            for index in range(count)]


def click(strip: Examples, index: int, shift: bool = False) -> None:
    where = strip.grid.place(index).center().toPoint()
    QTest.mouseClick(strip.grid, LEFT, SHIFT if shift else Qt.KeyboardModifier.NoModifier, where)


def test_four_in_a_row_with_what_the_network_made_of_them(strip: Examples) -> None:
    strip.show_examples(pictures(9))
    strip.layout().activate()
    places = [strip.grid.place(index) for index in range(9)]
    assert [place.top() for place in places[:5]] == [0, 0, 0, 0, places[4].top()] and places[4].top() > 50
    assert places[3].right() == strip.grid.width()
    captions = of("text", drawn(strip.grid))
    assert [mark.text for mark in captions[:2]] == ["5→3", "5"]
    assert [mark.pen for mark in captions[:2]] == [theme.color(name).name() for name in ("error", "ok")]
    assert {mark.font.family() for mark in captions} == {theme.mono_font(11).family()}
    shown = colors(strip.grid, strip.grid.place(6).toRect().adjusted(4, 4, -4, -4))
    assert shown == {"#787878"}, "its pixels"


def test_a_click_chooses_and_with_shift_it_compares(strip: Examples, qtbot: QtBot) -> None:
    strip.show_examples(pictures(9))
    with qtbot.waitSignal(strip.chosen) as heard:
        click(strip, 5)
    assert heard.args == ["k5"]
    with qtbot.waitSignal(strip.compared) as heard:
        click(strip, 2, shift=True)
    assert heard.args == ["k2"]
    rings = {mark.pen: strip.grid.place(index) for mark in of("box", drawn(strip.grid))
             for index in range(9) if strip.grid.place(index).contains(mark.place)}
    assert rings[theme.color("accent").name()] == strip.grid.place(5)
    assert rings[theme.color("validation").name()] == strip.grid.place(2)


def test_the_keyboard_chooses_compares_and_turns_pages(strip: Examples, qtbot: QtBot) -> None:
    strip.show_examples(pictures(9), 9, 40)
    strip.grid.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Left):
        QTest.keyClick(strip.grid, key)
    assert strip.grid.accessibleDescription() == "5"
    with qtbot.waitSignal(strip.chosen) as heard:
        QTest.keyClick(strip.grid, Qt.Key.Key_Return)
    assert heard.args == ["k3"]
    QTest.keyClick(strip.grid, Qt.Key.Key_End)
    with qtbot.waitSignal(strip.compared) as heard:
        QTest.keyClick(strip.grid, Qt.Key.Key_Return, SHIFT)
    assert heard.args == ["k8"]
    with qtbot.waitSignal(strip.page_asked) as heard:
        QTest.keyClick(strip.grid, Qt.Key.Key_PageDown)
    assert heard.args == [18]
    with qtbot.waitSignal(strip.page_asked) as heard:
        QTest.keyClick(strip.grid, Qt.Key.Key_PageUp)
    assert heard.args == [0]


def test_pages_are_told_and_turned(strip: Examples, qtbot: QtBot) -> None:
    strip.show_examples(pictures(8), 0, 10_000)
    assert strip.range.text() == "1–8 of 10\u00a0000" and not strip.back.isEnabled()
    with qtbot.waitSignal(strip.page_asked) as heard:
        QTest.mouseClick(strip.forth, LEFT)
    assert heard.args == [8]
    strip.show_examples(pictures(2), 9998, 10_000)
    assert not strip.forth.isEnabled() and strip.back.isEnabled()
    strip.show_examples(pictures(3))
    assert not strip.range.isVisible()


def test_it_asks_for_part_order_and_class(strip: Examples, qtbot: QtBot) -> None:
    strip.set_classes(["cat", "dog"])
    strip.show_asked("validation", "worst")
    assert [strip.part.currentText(), strip.order.currentText()] == ["Validation", "Worst mistakes"]
    strip.of_class.setFocus()
    with qtbot.waitSignal(strip.asked) as heard:
        QTest.keyClick(strip.of_class, Qt.Key.Key_Down)
    assert heard.args == ["validation", "worst", "cat"]
    strip.set_classes([])
    assert not strip.of_class.isVisible()
    with qtbot.waitSignal(strip.asked) as heard:
        QTest.keyClick(strip.part, Qt.Key.Key_Down)
    assert heard.args == ["test", "worst", ""]


def test_a_table_is_told_in_lines(strip: Examples, qtbot: QtBot) -> None:
    strip.show_examples([Example(row, None, "24.0", True, f"0.0063, 18, {row}") for row in range(3)])
    words = [mark.text for mark in of("text", drawn(strip.grid))]
    assert words[:2] == ["0.0063, 18, 0", "24.0"]
    with qtbot.waitSignal(strip.chosen) as heard:
        click(strip, 2)
    assert heard.args == [2] and strip.grid.accessibleDescription() == "0.0063, 18, 2 24.0"


def test_what_is_missing_is_said_with_what_helps(strip: Examples, qtbot: QtBot) -> None:
    strip.show_examples(pictures(4))
    strip.show_message("MNIST is not downloaded.", "Download…")
    assert "MNIST is not downloaded." in texts(strip) and not strip.grid.isVisible()
    with qtbot.waitSignal(strip.acted):
        QTest.mouseClick(button_with(strip, "Download…"), LEFT)
    strip.show_message("Reading 4 of 10…")
    assert not strip.action.isVisible()
    strip.show_examples(pictures(4))
    assert strip.grid.isVisible() and not strip.message.isVisible()


def test_how_many_there_are_is_said_only_where_it_is_known(strip: Examples) -> None:
    strip.show_examples(pictures(8), 0, 9, least=True)
    assert strip.range.text() == "1–8, and more" and strip.forth.isEnabled()
    strip.show_examples(pictures(1), 8, 9)
    assert strip.range.text() == "9–9 of 9" and not strip.forth.isEnabled()


def test_a_menu_is_asked_for_by_mouse_and_keys_and_delete_leaves_one_out(strip: Examples) -> None:
    menus, left_out = list[object](), list[object]()
    strip.menu_asked.connect(lambda key, _at: menus.append(key))
    strip.excluded.connect(left_out.append)
    QTest.keyClick(strip.grid, Qt.Key.Key_Delete)
    strip.show_examples(pictures(6))
    strip.layout().activate()
    at = strip.grid.place(4).center().toPoint()
    for reason, where in ((QContextMenuEvent.Reason.Mouse, at), (QContextMenuEvent.Reason.Keyboard, QPoint()),
                          (QContextMenuEvent.Reason.Mouse, QPoint(5, strip.grid.height() - 1))):
        QApplication.sendEvent(strip.grid, QContextMenuEvent(reason, where, strip.grid.mapToGlobal(where)))
    assert menus == ["k4", "k4"], "by the keyboard of the one in hand, and beside them of none"
    QTest.keyClick(strip.grid, Qt.Key.Key_Delete)
    assert left_out == ["k4"]
