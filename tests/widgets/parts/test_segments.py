"""Buttons that are one choice, and a place for what stands now here, now there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.legible import cut_words
from tests.seen import colors
from widgets.look import theme
from widgets.parts.holder import Holder
from widgets.parts.segments import Segment, Segments

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def segments(qtbot: QtBot) -> Segments:
    return in_front(qtbot, Segments("Way", Segment("a", "First", "the first"), Segment("b", "Second")))


def test_a_click_and_the_space_bar_ask_for_one(segments: Segments) -> None:
    asked: list[str] = []
    segments.chosen.connect(asked.append)
    assert segments.shown == "a" and segments.buttons["a"].toolTip() == "the first"
    QTest.mouseClick(segments.buttons["b"], LEFT)
    assert asked == ["b"] and segments.shown == "b"
    QTest.keyClick(segments.buttons["a"], Qt.Key.Key_Space)
    assert asked == ["b", "a"] and segments.shown == "a"
    QTest.mouseClick(segments.buttons["a"], LEFT)
    assert segments.shown == "a", "one is always chosen"
    segments.show_chosen("b")
    assert segments.shown == "b" and asked == ["b", "a", "a"], "by the program nothing is asked"


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_the_chosen_one_is_marked_and_every_word_can_be_read(segments: Segments, look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    segments.resize(segments.sizeHint())
    segments.setFocus()  # none of the buttons has the keyboard
    QApplication.processEvents()
    assert cut_words(segments) == []
    width = segments.sizeHint().width()
    for id, other in (("a", "b"), ("b", "a")):
        segments.show_chosen(id)
        QApplication.processEvents()
        assert segments.sizeHint().width() == width, "nothing moves"
        assert {look.accent, look.raised} <= colors(segments.buttons[id])
        assert look.accent not in colors(segments.buttons[other])
    segments.setEnabled(False)
    assert look.accent not in colors(segments)


def test_in_little_room_they_stand_closer(segments: Segments) -> None:
    roomy = segments.sizeHint().width()
    segments.set_tight(True)
    tight = segments.sizeHint().width()
    assert tight < roomy - 20
    segments.set_tight(False)
    assert segments.sizeHint().width() == roomy


def test_a_holder_takes_a_widget_over_at_once_and_leaves_hidden_ones_hidden(qtbot: QtBot) -> None:
    label, first, second = QLabel("word"), Holder(), Holder()
    both = in_front(qtbot, QWidget(), 200, 100)
    for holder in (first, second):
        holder.setParent(both)
        holder.resize(200, 50)
        holder.show()
    first.hold(label)
    assert label.isVisible() and first.held is label and second.held is None
    second.hold(label)
    assert label.isVisible() and label.width() == 200 and (first.held, second.held) == (None, label)
    label.hide()
    first.hold(label)
    assert label.isHidden() and first.held is label
