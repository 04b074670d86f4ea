"""The probe as a whole: its buttons, what it passes on, and that every word has room at every width."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.legible import cut_words
from tests.seen import button_with, texts
from widgets.look import theme
from widgets.probe.answers import Likely
from widgets.probe.example import Example
from widgets.probe.panel import ProbePanel

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[ProbePanel]:
    yield in_front(qtbot, ProbePanel(), 250, 900)


def press(panel: ProbePanel, text: str) -> None:
    QTest.mouseClick(button_with(panel, text), LEFT)


def draw(panel: ProbePanel) -> None:
    QTest.mouseClick(panel.pad, LEFT, pos=panel.pad.area_of(QRectF(16, 16, 1, 1)).center().toPoint())


def test_pen_rubber_and_clear(panel: ProbePanel, qtbot: QtBot) -> None:
    with qtbot.waitSignals([panel.drawn, panel.stroke_ended]):
        draw(panel)
    press(panel, "Rubber")
    draw(panel)
    assert panel.pad.pixels().max() == 0
    press(panel, "Pen")
    draw(panel)
    assert panel.pad.pixels().max() == 255
    with qtbot.waitSignal(panel.drawn) as heard:
        press(panel, "Clear")
    assert not heard.args[0].any()


def test_what_is_drawn_is_made_as_large_as_a_digit_and_put_in_the_middle(panel: ProbePanel, qtbot: QtBot) -> None:
    draw(panel)
    before = panel.pad.pixels()
    with qtbot.waitSignals([panel.drawn, panel.stroke_ended]):
        press(panel, "Centre")
    ys, xs = np.nonzero(panel.pad.pixels() > 60)
    assert 18 <= np.ptp(ys) <= 22 and 18 <= np.ptp(xs) <= 22
    assert abs(ys.mean() - 14) < 0.5 and abs(xs.mean() - 14) < 0.5
    panel.pad.undo()
    np.testing.assert_array_equal(panel.pad.pixels(), before)


def test_three_channels_have_a_choice_of_colours(panel: ProbePanel) -> None:
    assert not panel.swatches.isVisible()
    panel.set_input(32, 32, 3)
    assert panel.swatches.isVisible()
    QTest.mouseClick(panel.swatches, LEFT, pos=panel.swatches.place(1).center().toPoint())
    draw(panel)
    assert panel.swatches.accessibleDescription() == "red"
    assert tuple(panel.pad.pixels()[16, 16]) == QColor("#e53935").getRgb()[:3]
    QTest.keyClick(panel.swatches, Qt.Key.Key_Right)
    assert panel.swatches.accessibleDescription() == "orange"
    panel.show_pixels(np.zeros((28, 28), np.uint8))
    assert not panel.swatches.isVisible()


def test_the_mode_is_seen_and_asked_for(panel: ProbePanel, qtbot: QtBot) -> None:
    assert panel.mode.shown == "predict"
    with qtbot.waitSignal(panel.mode_chosen) as heard:
        press(panel, "Train")
    assert heard.args == ["train"]
    panel.show_mode("predict")
    assert button_with(panel, "Predict").isChecked()


def test_there_is_a_camera_only_where_there_is_one(panel: ProbePanel, qtbot: QtBot) -> None:
    assert not panel.camera.isVisible()
    panel.set_camera(True)
    with qtbot.waitSignal(panel.camera_toggled) as heard:
        press(panel, "Camera")
    assert heard.args == [True]
    with qtbot.waitSignal(panel.camera_toggled) as heard:
        panel.set_camera(False)
    assert heard.args == [False]
    with qtbot.waitSignal(panel.picture_requested):
        press(panel, "Open…")


def test_what_it_shows_is_in_its_parts(panel: ProbePanel, qtbot: QtBot) -> None:
    panel.show_rate(31.4)
    panel.show_window(QRectF(1, 2, 3, 4))
    panel.show_classes([Likely("5", 0.9, 1)], 0.1054)
    assert {"31/s", "loss 0.105", "Probe", "Answer", "Examples"} <= set(texts(panel))
    panel.show_rate(None)
    panel.show_number(1.5)
    assert "31/s" not in texts(panel) and "1.5" in texts(panel)
    panel.show_no_answer("conv1 cannot be traced.")
    panel.show_typed("[1]")
    panel.show_typed_error("Four numbers are wanted.")
    assert {"conv1 cannot be traced.", "Four numbers are wanted."} <= set(texts(panel))
    with qtbot.waitSignal(panel.typed) as heard:
        QTest.keyClick(panel.typed_row.line, Qt.Key.Key_Return)
    assert heard.args == ["[1]"]
    panel.show_examples([Example(7, np.zeros((28, 28), np.uint8), "5", True)])
    with qtbot.waitSignal(panel.example_chosen) as heard:
        QTest.mouseClick(panel.examples.grid, LEFT, pos=QPoint(10, 10))
    assert heard.args == [7]


def test_a_table_has_no_pad(panel: ProbePanel) -> None:
    panel.set_typed_only()
    assert not panel.pad.isVisible() and not panel.pen.isVisible() and panel.typed_row.isVisible()
    panel.set_input(28, 28, 1)
    assert panel.pad.isVisible() and not panel.swatches.isVisible()


@pytest.mark.parametrize("width", [180, 220, 320])
@pytest.mark.parametrize("look", list(theme.THEMES))
def test_every_word_has_room(width: int, look: str, font: str, panel: ProbePanel, qtbot: QtBot) -> None:
    theme.apply(QApplication.instance(), theme.THEMES[look])
    fresh = in_front(qtbot, ProbePanel(), width, 640)
    fresh.set_camera(True)
    fresh.set_input(32, 32, 3)
    fresh.examples.set_classes(["cat", "dog"])
    fresh.show_rate(31)
    fresh.show_classes([Likely("golden retriever", 0.9, 1, True)], 0.1)
    fresh.show_examples([Example(k, np.zeros((32, 32, 3), np.uint8), "cat→dog", False) for k in range(12)], 9996, 60000)
    for _ in range(3):
        QApplication.processEvents()
    assert cut_words(fresh) == []
