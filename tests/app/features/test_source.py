"""The live code tab: it follows the canvas, and the canvas follows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.curves import Curves
from app.features.documents import Documents
from app.features.source import Source
from app.window.window import MainWindow
from engine.writing.source import to_python
from tests.app.windows import opened
from widgets.source.source_view import SourceView

READY_MS, SOON_MS = 60_000, 3000
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "gallery:residual-small") as window:
        yield window


def shown(window: MainWindow) -> SourceView:
    window.commands["source"].trigger()
    assert window.places.bottom.shows(window.feature(Source).tab)
    return window.feature(Source).panel


def expected(window: MainWindow) -> str:
    experiment = window.page.document.experiment
    return to_python(experiment.graph, experiment.data.sample_shape)


def lines(view: SourceView) -> list[str]:
    written = view.text.split("\n")
    return [written[number - 1].split("  #")[0].strip() for number in sorted(view.area.marked)]


def click_line(view: SourceView, words: str) -> None:
    number = next(n for n, line in enumerate(view.text.split("\n")) if words in line)
    view.area.verticalScrollBar().setValue(max(0, number - 2))
    spot = view.area.cursorRect(QTextCursor(view.area.document().findBlockByNumber(number))).center()
    QTest.mouseClick(view.area.viewport(), LEFT, NONE, spot)


def change(window: MainWindow, name: str, **options: object) -> None:
    graph = window.page.level.graph
    window.page.edit("Change", graph.with_layer(name, graph.nodes[name].layer.with_options(**options)))


def test_it_follows_every_edit_undo_and_redo(window, qtbot):
    view = shown(window)
    first = expected(window)
    assert view.text == first
    change(window, "conv1", out_channels=24)
    second = expected(window)
    assert second != first
    qtbot.waitUntil(lambda: view.text == second, timeout=SOON_MS)
    window.page.document.undo()
    qtbot.waitUntil(lambda: view.text == first, timeout=SOON_MS)
    window.page.document.redo()
    qtbot.waitUntil(lambda: view.text == second, timeout=SOON_MS)
    window.feature(Documents).open("gallery:lenet")
    assert view.text == expected(window) != second


def test_nothing_is_written_while_the_tab_is_hidden(window, qtbot):
    view = shown(window)
    before = view.text
    window.places.bottom.bring(window.feature(Curves).tab)
    change(window, "conv1", out_channels=24)
    assert not window.feature(Source).is_waiting and view.text == before
    shown(window)
    qtbot.waitUntil(lambda: view.text == expected(window) != before, timeout=SOON_MS)


def test_selecting_a_card_marks_its_lines_and_brings_them_into_sight(window):
    view = shown(window)
    window.page.view.setFocus()
    window.page.scene.select(["fc1"])
    assert lines(view) == ["self.fc1 = nn.Linear(32, 10)", "return self.fc1(x)"]
    assert view.area.textCursor().blockNumber() + 1 in view.area.marked
    window.page.scene.select(["conv1", "pool1"])
    assert len(lines(view)) == 4
    window.page.scene.select([])
    assert lines(view) == []


def test_clicking_a_line_selects_its_card_also_inside_a_block(window):
    view, page = shown(window), window.page
    click_line(view, "self.pool1 = ")
    assert page.scene.selected_names() == ["pool1"] and page.level.path == ()
    click_line(view, "self.shortcut = ")
    assert page.level.path == ("residual2",) and page.scene.selected_names() == ["shortcut"]
    assert view.area.hasFocus()
    click_line(view, "self.fc1 = ")
    assert page.level.path == () and page.scene.selected_names() == ["fc1"]


def test_the_cursor_keys_select_too_and_escape_goes_back_to_the_canvas(window):
    view, page = shown(window), window.page
    click_line(view, "self.conv1 = nn.Conv2d(1,")
    assert page.scene.selected_names() == ["conv1"]
    QTest.keyClick(view.area, Qt.Key.Key_Down)
    assert page.scene.selected_names() == ["bn1"]
    before = view.text
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Backspace):
        QTest.keyClick(view.area, key)
    assert view.text == before
    view.area.setFocus()
    QTest.keyClick(view.area, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is page.view


def test_what_is_wrong_is_said_and_the_last_code_stays(window, qtbot):
    view = shown(window)
    good = view.text
    change(window, "conv1", kernel_size=90)
    qtbot.waitUntil(lambda: "conv1" in view.state.text(), timeout=SOON_MS)
    assert view.text == good and not view.copy.isEnabled() and not view.export.isEnabled()
    click_line(view, "self.pool1 = ")  # what it shows is not the network as it is
    assert window.page.scene.selected_names() == []
    window.page.document.undo()
    qtbot.waitUntil(view.copy.isEnabled, timeout=SOON_MS)
    assert "conv1" not in view.state.text() and view.text == good


def test_an_edit_keeps_the_place_where_one_reads(window, qtbot):
    view = shown(window)
    written = view.text.split("\n")
    view.area.verticalScrollBar().setValue(written.index("class Network(nn.Module):"))
    first = view.area.firstVisibleBlock().text()
    assert first.startswith("class ") and view.area.firstVisibleBlock().blockNumber() > 10
    change(window, "residual2", stride=1, num_channels=16)  # one class is enough for both
    qtbot.waitUntil(lambda: view.text == expected(window), timeout=SOON_MS)
    assert len(view.text.split("\n")) != len(written)
    assert view.area.firstVisibleBlock().text() == first


def test_copy_puts_the_code_on_the_clipboard(window):
    view = shown(window)
    QGuiApplication.clipboard().clear()
    QTest.mouseClick(view.copy, LEFT)
    assert QGuiApplication.clipboard().text() == view.text


@pytest.mark.parametrize(("old", "new"), [
    ("a\nb\nc\n", "a\nx\ny\nc\n"), ("a\nb\nc\n", "a\nc\n"), ("a\n", "a\nb\n"), ("a\nb\n", "b\n"), ("a", "b"),
    ("a\na\n", "a\na\na\n"), ("a\nb", "a\nb\nc"), ("a\nb\nc", "a"), ("", "a\n"), ("a\n", ""),
])  # fmt: skip
def test_only_the_lines_that_differ_are_replaced(qtbot, old, new):
    view = SourceView()
    qtbot.addWidget(view)
    view.show_source(old)
    view.show_source(new)
    assert view.text == new
    view.show_source(old)
    assert view.text == old
