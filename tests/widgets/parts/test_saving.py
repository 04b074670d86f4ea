"""The menu that asks for a picture or its numbers; words that take no room."""

from __future__ import annotations

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from widgets.parts.histogram import Histogram
from widgets.parts.saving import offer_saving
from widgets.parts.words import Words


def test_the_menu_asks(qtbot: QtBot) -> None:
    histogram, heard = in_front(qtbot, Histogram(), 200, 68), []
    offer_saving(histogram, heard.append)
    for action in histogram.actions():
        action.trigger()
    assert heard == ["picture", "numbers"]


def test_no_words_take_no_room(qtbot: QtBot) -> None:
    words = in_front(qtbot, Words("error"), 100, 40)
    words.say("<b>So</b>")
    assert words.isVisible() and words.text() == "<b>So</b>"
    assert words.grab().toImage().pixelColor(0, 0) != QColor("white")
    words.say("")
    assert not words.isVisible()
