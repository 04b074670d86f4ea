"""Bypass, comments, labels, collapsing, wired pasting and snapping from the window: real keys, and its menus."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.documents import Documents
from app.window.window import MainWindow
from engine.graph.frames import COLORS
from tests.app.windows import opened

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path, "gallery:lenet") as window:
        yield window


def press(window: MainWindow, key: Qt.Key, keys=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.page.view, key, keys)


def test_keys_mark_what_is_selected_and_undo_takes_each_back(window):
    page = window.page
    before = page.document.experiment.graph
    page.scene.select(["act1"])
    press(window, Qt.Key.Key_M)
    assert page.scene.graph.nodes["act1"].bypassed
    press(window, Qt.Key.Key_H)
    assert page.scene.graph.nodes["act1"].collapsed
    press(window, Qt.Key.Key_C)
    QTest.keyClicks(QApplication.focusWidget(), "mch")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert [(f.text, f.members) for f in page.scene.graph.frames] == [("mch", ("act1",))]
    press(window, Qt.Key.Key_C, CTRL)
    press(window, Qt.Key.Key_V, CTRL | SHIFT)
    sources = {e.source for e in page.scene.graph.edges if e.target not in before.nodes}
    assert sources == {"conv1"}, "led into as the original"
    after = page.scene.graph
    for _ in range(4):
        press(window, Qt.Key.Key_Z, CTRL)
    assert page.document.experiment.graph == before
    for _ in range(4):
        press(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert page.document.experiment.graph == after


def test_labels_are_in_the_menu_with_their_names(window):
    menu = window.commands.submenu("label")
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == [
        "No colour", "Red", "Orange", "Yellow", "Green", "Blue", "Purple"]
    window.page.scene.select(["conv1", "act1"])
    menu.actions()[COLORS.index("green")].trigger()
    assert {window.page.scene.graph.nodes[name].label for name in ("conv1", "act1")} == {"green"}


def test_snapping_is_turned_off_for_all_pages_and_remembered(window):
    assert window.commands["snap"].isChecked() and window.page.view.gestures.snaps
    window.commands["snap"].trigger()
    assert not window.page.view.gestures.snaps and not window.settings.snap
    window.feature(Documents).new()
    assert not window.page.view.gestures.snaps


def test_with_nothing_selected_it_is_said_what_to_do(window):
    window.page.scene.select([])
    press(window, Qt.Key.Key_M)
    assert "Select" in window.page.notice.text.text()
