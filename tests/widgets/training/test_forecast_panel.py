"""The forecast: four numbers, grey when they are old, a note, and what would help."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.legible import cut_words
from tests.seen import colors
from widgets.look import theme
from widgets.training.forecast_panel import ForecastPanel, ForecastState

STATE = ForecastState(("1.7 s", "412 MB", "32 768", "0:19"), ("a", "b", "c", "d"), note="measured on cpu")
SAYS = "This needs 38.2 GB for a batch of 4 096, and 11.4 GB are free: a batch of 1 024 fits"


@pytest.mark.parametrize("width", [244, 304])
@pytest.mark.usefixtures("font")
def test_every_word_can_be_read_in_every_state(qtbot: QtBot, width: int) -> None:
    panel = in_front(qtbot, ForecastPanel(), width, 260)
    for state in (ForecastState(), STATE, STATE._replace(old=True, can_measure=True, note="from before the changes"),
                  STATE._replace(note=SAYS, tone="warning", action="Use a batch of 1 024", can_measure=True)):
        panel.show_state(state)
        QApplication.processEvents()
        assert cut_words(panel) == []


def test_old_numbers_are_grey_and_buttons_ask(qtbot: QtBot) -> None:
    panel, heard = in_front(qtbot, ForecastPanel(), 304, 220), list[str]()
    panel.measure_requested.connect(lambda: heard.append("measure"))
    panel.action_requested.connect(lambda: heard.append("action"))
    panel.show_state(STATE)
    numbers = [number for _, number in panel.cells]
    assert [number.text() for number in numbers] == list(STATE.numbers)
    assert [number.accessibleName() for number in numbers] == ["an epoch", "memory", "largest batch", "all of it"]
    assert theme.color("text").name() in colors(numbers[0]) and "b" in numbers[1].toolTip()
    assert not panel.measure.isVisible() and not panel.action.isVisible()
    panel.show_state(STATE._replace(old=True, can_measure=True, note=SAYS, tone="warning", action="Use a batch"))
    assert theme.color("text").name() not in colors(numbers[0])
    QTest.mouseClick(panel.measure, Qt.MouseButton.LeftButton)
    QTest.mouseClick(panel.action, Qt.MouseButton.LeftButton)
    assert heard == ["measure", "action"] and panel.note.property("role") == "warning"
