"""The pad by hand: strokes, rubber, undo, keys, pictures from elsewhere; what it says and what is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.in_front import in_front
from tests.painted import drawn, of
from widgets.look import theme
from widgets.probe.pad import Pad

LEFT = Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def pad(qtbot: QtBot) -> Iterator[Pad]:
    pad = in_front(qtbot, Pad(), 226, 226)
    pad.setFocus()
    yield pad


def at(pad: Pad, x: float, y: float) -> QPoint:
    return pad.area_of(QRectF(x, y, 1, 1)).center().toPoint()


def stroke(pad: Pad, *points: tuple[float, float]) -> None:
    QTest.mousePress(pad, LEFT, pos=at(pad, *points[0]))
    for point in points[1:]:
        QTest.mouseMove(pad, at(pad, *point))
    QTest.mouseRelease(pad, LEFT, pos=at(pad, *points[-1]))


def test_a_stroke_is_heard_once_a_turn_with_its_pixels(pad: Pad, qtbot: QtBot) -> None:
    heard: list[Any] = []
    pad.drawn.connect(heard.append)
    with qtbot.waitSignal(pad.stroke_ended):
        QTest.mousePress(pad, LEFT, pos=at(pad, 5, 5))
        pad.drawing.go_on((5.5, 5.5), (20.5, 5.5))
        QTest.mouseRelease(pad, LEFT, pos=at(pad, 20, 5))
    QApplication.processEvents()
    assert 1 <= len(heard) <= 3
    [pixels] = heard[-1:]
    assert pixels.shape == (28, 28) and pixels.dtype == np.uint8
    assert (pixels[5, 5:21] == 255).all() and 0 < pixels[4, 10] < 255 and not pixels[10:].any()
    pixels[:] = 7
    assert pad.pixels().max() == 255, "what was said is a copy"


def test_many_moves_in_one_turn_are_said_once(pad: Pad) -> None:
    heard: list[Any] = []
    pad.drawn.connect(heard.append)
    for _ in range(10):
        QTest.keyClick(pad, Qt.Key.Key_Right, SHIFT)
    QApplication.processEvents()
    assert len(heard) == 1 and (heard[0][14, 14:24] == 255).all()


def test_the_rubber_takes_away_and_undo_brings_back(pad: Pad) -> None:
    stroke(pad, (4, 14), (24, 14))
    before = pad.pixels()
    pad.set_tool("rubber")
    stroke(pad, (14, 4), (14, 24))
    assert pad.pixels()[14, 14] == 0 and pad.pixels()[14, 6] == 255
    QTest.keySequence(pad, QKeySequence(QKeySequence.StandardKey.Undo))
    assert (pad.pixels() == before).all()
    QTest.keySequence(pad, QKeySequence(QKeySequence.StandardKey.Undo))
    QTest.keySequence(pad, QKeySequence(QKeySequence.StandardKey.Undo))
    assert not pad.pixels().any()


def test_delete_clears_and_that_can_be_undone(pad: Pad, qtbot: QtBot) -> None:
    stroke(pad, (4, 14), (24, 14))
    with qtbot.waitSignal(pad.drawn) as heard:
        QTest.keyClick(pad, Qt.Key.Key_Delete)
    assert not heard.args[0].any()
    pad.undo()
    assert pad.pixels().any()


def test_it_is_drawn_on_without_a_mouse(pad: Pad) -> None:
    QTest.keyClick(pad, Qt.Key.Key_Space)
    assert pad.pixels()[14, 14] == 255
    for _ in range(4):
        QTest.keyClick(pad, Qt.Key.Key_Right)
    assert "column 18, row 14" in pad.accessibleDescription()
    assert pad.pixels()[14, 17] == 0, "a move draws nothing"
    for _ in range(3):
        QTest.keyClick(pad, Qt.Key.Key_Down, SHIFT)
    assert (pad.pixels()[14:18, 18] == 255).all()
    for _ in range(40):
        QTest.keyClick(pad, Qt.Key.Key_Up)
    assert "row 0" in pad.accessibleDescription()
    assert pad.accessibleName() == "Pad"


@pytest.mark.parametrize(("key", "modifiers", "own"), [
    (Qt.Key.Key_Z, CTRL, True), (Qt.Key.Key_V, CTRL, True), (Qt.Key.Key_Delete, None, True),
    (Qt.Key.Key_Space, None, True), (Qt.Key.Key_Left, None, True), (Qt.Key.Key_Left, CTRL, False),
    (Qt.Key.Key_S, CTRL, False), (Qt.Key.Key_F, None, False),
])  # fmt: skip
def test_its_keys_are_not_the_windows(key: Qt.Key, modifiers: Qt.KeyboardModifier | None, own: bool, pad: Pad) -> None:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers or Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(pad, event)
    assert event.isAccepted() == own


def test_drawing_on_a_sample_begins_from_its_pixels(pad: Pad) -> None:
    sample = np.random.default_rng(1).integers(0, 100, (32, 32, 3), np.uint8)
    pad.show_pixels(sample)
    pad.set_color(QColor(10, 200, 30))
    stroke(pad, (3, 3), (20, 3))
    assert (pad.pixels()[3, 10] == (10, 200, 30)).all() and (pad.pixels()[10:] == sample[10:]).all()
    pad.undo()
    assert (pad.pixels() == sample).all()


def test_another_resolution_empties_it_and_the_same_does_not(pad: Pad) -> None:
    stroke(pad, (3, 3), (20, 3))
    pad.set_resolution(28, 28, 1)
    assert pad.pixels().any()
    pad.set_resolution(10, 40, 3)
    assert pad.pixels().shape == (10, 40, 3) and not pad.pixels().any()
    assert pad.heightForWidth(200) == 50 and "40 by 10" in pad.accessibleDescription()


def pixel(pad: Pad, x: float, y: float) -> QColor:
    return pad.grab().toImage().pixelColor(at(pad, x, y))


def test_every_pixel_is_seen_as_the_network_gets_it(pad: Pad) -> None:
    sample = np.random.default_rng(1).integers(0, 256, (28, 28), np.uint8)
    pad.show_pixels(sample)
    image = pad.grab().toImage()
    seen = [[image.pixelColor(at(pad, x, y)).red() for x in range(28)] for y in range(28)]
    assert (np.array(seen) == sample).all()
    assert len({image.pixelColor(x, 100).red() for x in range(100, 120)}) > 2, "lines between them"
    pad.show_pixels(np.full((224, 224), 200, np.uint8))
    assert {image.red() for image in [pixel(pad, x, 100) for x in range(20, 200, 3)]} == {200}, "no room for lines"


def test_a_rectangle_and_heat_lie_over_the_pixels(pad: Pad) -> None:
    pad.show_window(QRectF(8, 6, 14, 14))
    [window] = [mark for mark in of("box", drawn(pad)) if mark.pen == theme.color("accent").name()]
    assert window.place == pad.area_of(QRectF(8, 6, 14, 14)) and window.width == 2
    heat = np.zeros((4, 4))
    heat[1, 1] = 3.0
    pad.show_overlay(heat)
    amber = theme.color("validation")
    assert pixel(pad, 10, 10).red() > 0.6 * amber.red() and pixel(pad, 25, 25).red() == 0
    pad.show_window(None)
    pad.show_overlay(None)
    assert pixel(pad, 10, 10).red() == 0
    pad.show_overlay(heat)
    stroke(pad, (20, 20), (24, 20))
    assert pixel(pad, 10, 10).red() > 0, "it does not blink while one draws"
    pad.clear()
    assert pixel(pad, 10, 10).red() == 0, "it was about what is gone"


def mime(path: str = "", image: QImage | None = None) -> QMimeData:
    data = QMimeData()
    if path:
        data.setUrls([QUrl.fromLocalFile(path)])
    if image is not None:
        data.setImageData(image)
    return data


def drop(pad: Pad, data: QMimeData) -> bool:
    event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    pad.dropEvent(event)
    return event.isAccepted()


def test_a_picture_comes_by_drop_and_by_the_clipboard(pad: Pad, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pad.picture_dropped) as heard:
        assert drop(pad, mime("/somewhere/five.png"))
    assert heard.args == ["/somewhere/five.png"]
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    with qtbot.waitSignal(pad.image_given) as heard:
        assert drop(pad, mime(image=image))
    assert heard.args[0].size() == image.size()
    assert not drop(pad, QMimeData())
    QGuiApplication.clipboard().setImage(image)
    with qtbot.waitSignal(pad.image_given):
        QTest.keySequence(pad, QKeySequence(QKeySequence.StandardKey.Paste))


def test_it_can_be_saved(pad: Pad, qtbot: QtBot) -> None:
    assert [action.text() for action in pad.actions()] == ["Save picture…", "Save numbers…"]
    for action, kind in zip(pad.actions(), ("picture", "numbers"), strict=True):
        with qtbot.waitSignal(pad.save_requested) as heard:
            action.trigger()
        assert heard.args == [kind]
