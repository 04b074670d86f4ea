"""Tiles of examples: their pictures and words, what keys and the menu ask for, what stays selected."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.seen import colors
from widgets.parts.example_list import ExampleList, ExampleRow

LEFT, NONE, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def examples(qtbot: QtBot) -> Iterator[ExampleList]:
    yield in_front(qtbot, ExampleList("Examples", {Qt.Key.Key_Delete: "exclude", Qt.Key.Key_K: "keep"}), 600, 240)


def rows(count: int, *decided: int) -> list[ExampleRow]:
    return [ExampleRow(f"k{index}", f"{index} → 5", "example", "1 %", (bytes([10 * index + 10] * 4), 1, 2, 2),
                       "kept" if index in decided else "") for index in range(count)]


def tile(examples: ExampleList, index: int) -> QPoint:
    return examples.visualRect(examples.model().index(index, 0)).center()


def test_tiles_share_the_width_each_with_its_picture(examples: ExampleList) -> None:
    examples.show_rows(rows(6))
    QApplication.processEvents()
    places = [examples.visualRect(examples.model().index(index, 0)) for index in range(6)]
    assert len({place.top() for place in places[:2]}) == 1 and places[2].top() > places[0].top(), "two in a row"
    assert places[1].right() > examples.viewport().width() - 20
    picture = places[3].adjusted(14, 12, -places[3].width() + 40, -12)
    assert "#282828" in colors(examples.viewport(), picture)
    examples.show_rows([ExampleRow("color", "a", pixels=(bytes([200, 0, 0] * 4), 3, 2, 2))])
    assert "#c80000" in colors(examples.viewport(), picture.translated(places[0].topLeft() - places[3].topLeft()))


def test_keys_and_the_menu_are_about_what_is_selected(examples: ExampleList) -> None:
    asked, menus = list[tuple[str, list[object]]](), list[list[object]]()
    examples.asked.connect(lambda act: asked.append((act, examples.chosen)))
    examples.menu_asked.connect(lambda _at: menus.append(examples.chosen))
    QTest.keyClick(examples, Qt.Key.Key_Delete)
    examples.show_rows(rows(5))
    assert examples.chosen == ["k0"], "the first is in hand"
    QTest.mouseClick(examples.viewport(), LEFT, NONE, tile(examples, 1))
    QTest.mouseClick(examples.viewport(), LEFT, CTRL, tile(examples, 4))
    QTest.keyClick(examples, Qt.Key.Key_Delete)
    QTest.keyClick(examples, Qt.Key.Key_K, CTRL)
    assert asked == [("exclude", ["k1", "k4"])]
    at = tile(examples, 4)
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        QApplication.sendEvent(examples.viewport(), QContextMenuEvent(reason, at, examples.viewport().mapToGlobal(at)))
    assert menus == [["k1", "k4"]] * 2


def test_what_is_selected_stays_when_something_was_decided_and_one_goes_on(examples: ExampleList) -> None:
    examples.show_rows(rows(5))
    QTest.keyClick(examples, Qt.Key.Key_Right)
    assert examples.chosen == ["k1"]
    examples.show_rows(rows(5, 1, 2))
    assert examples.chosen == ["k1"]
    examples.go_on()
    assert examples.chosen == ["k3"], "the next of which nothing is decided"
    examples.show_rows(rows(5, 1, 2, 3, 4))
    examples.go_on()
    assert examples.chosen == ["k0"], "and from the end the first"
    QTest.keyClick(examples, Qt.Key.Key_Right)
    examples.show_rows([row for row in rows(5) if row.key != "k1"])
    assert examples.chosen == ["k2"], "the one after that which is gone"
    examples.show_rows([row._replace(key=f"of another {row.key}") for row in rows(4)])
    assert examples.chosen == ["of another k0"]
    examples.show_rows([])
    assert examples.chosen == []


def test_a_screen_reader_hears_a_sentence_and_what_was_decided(examples: ExampleList) -> None:
    examples.show_rows([rows(1, 0)[0], rows(2)[1]._replace(words="Labelled 1, likely 5")])
    heard = [examples.model().index(index, 0).data(Qt.ItemDataRole.AccessibleTextRole) for index in range(2)]
    assert heard == ["0 → 5, example, 1 %, kept", "Labelled 1, likely 5"]
