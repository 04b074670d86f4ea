"""Finding one's way in the window: find, follow, outline, minimap, stepping through problems, with real keys."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.documents import Documents
from app.features.finding import Finding
from app.features.following import Following
from app.features.minimap import Minimap
from app.features.outline import Outline
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.inputs import Input
from tests.app.windows import lent, shared
from widgets.canvas.view.follow import way_of

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
SHIFT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, (1300, 850)) as window:
        yield window


@pytest.fixture
def window(one_window, qtbot) -> Iterator[MainWindow]:
    with lent(one_window, qtbot, "gallery:resnet18") as window:
        yield window


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key, modifiers)


def hover(window: MainWindow, at: QPoint) -> None:
    """Qt's own mouseMove goes to whatever lies on top."""
    port, button = window.page.view.viewport(), Qt.MouseButton.NoButton
    QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, QPointF(at), QPointF(port.mapToGlobal(at)),
                                             button, button, NONE))


def edge_of(window: MainWindow, source: str, target: str) -> Edge:
    return next(edge for edge in window.page.scene.wires if (edge.source, edge.target) == (source, target))


def wire_spot(window: MainWindow, edge: Edge) -> QPoint:
    return window.page.view.mapFromScene(window.page.scene.wires[edge].path.pointAtPercent(0.5))


def finder(window: MainWindow):
    return window.feature(Finding).finder(window.page)


@pytest.mark.parametrize("key", [Qt.Key.Key_F, Qt.Key.Key_F3])
def test_what_is_said_stays_where_it_is_when_the_line_comes(window, key):
    notice, bar = window.page.notice, finder(window).bar
    notice.ask("Which?", [("This", lambda: None)])
    place = notice.geometry()
    press(window, key, CTRL if key == Qt.Key.Key_F else NONE)
    notice.show_message("Another")
    notice.dismiss()
    for part in (notice, notice.buttons[0], notice.close_button):
        assert part.isVisible()
        at = part.mapTo(window, part.rect().center())
        assert not bar.rect().contains(bar.mapFrom(window, at)) and window.childAt(at) is not None
    assert notice.mapTo(window, QPoint()).y() > bar.mapTo(window, QPoint(0, bar.height())).y()
    assert notice.geometry() == place
    press(window, Qt.Key.Key_Escape)
    assert not bar.isVisible() and notice.isVisible() and notice.geometry() == place


# -- find -----------------------------------------------------------------------------------------------------------


def test_find_marks_counts_and_steps_through_all(window):
    page, found = window.page, finder(window)
    press(window, Qt.Key.Key_F, CTRL)
    assert found.bar.isVisible() and QApplication.focusWidget() is found.bar.field
    QTest.keyClicks(found.bar.field, "conv1")
    assert found.bar.count.text() == "1 of 5"
    assert page.scene.selected_names() == ["conv1"]
    assert page.scene.highlight.names == {"conv1", "stage1", "stage2", "stage3", "stage4"}
    press(window, Qt.Key.Key_Return)
    assert page.level.path == ("stage1",) and page.scene.selected_names() == ["conv1"]
    assert page.scene.highlight.names == {"conv1"} and found.bar.count.text() == "2 of 5"
    assert QApplication.focusWidget() is found.bar.field  # one types on
    press(window, Qt.Key.Key_Return, SHIFT)
    assert page.level.path == () and found.bar.count.text() == "1 of 5"
    press(window, Qt.Key.Key_F3, SHIFT)
    assert page.level.path == ("stage4",) and found.bar.count.text() == "5 of 5"
    press(window, Qt.Key.Key_F3)
    assert page.level.path == () and found.bar.count.text() == "1 of 5"
    press(window, Qt.Key.Key_Escape)
    assert not found.bar.isVisible() and page.scene.highlight is None and page.view.hasFocus()


def test_what_is_typed(window):
    found = finder(window)
    for query, count in (("*x3x3 relu", "2 found"), ("zzz", "Nothing found"), ("error", "Nothing found"),
                         ("nn.linear", "1 of 1"), ("", "")):
        press(window, Qt.Key.Key_F, CTRL)
        found.bar.field.clear()
        QTest.keyClicks(found.bar.field, query)
        assert found.bar.count.text() == count
        assert (window.page.scene.highlight is None) == (not query)


def test_what_is_found_inside_a_block_marks_the_block(window):
    found = finder(window)
    press(window, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(found.bar.field, "*x3x3 relu")
    assert found.hits == ["stage4.act1", "stage4.act2"]
    assert window.page.scene.highlight.names == {"stage4"}


def test_letters_typed_to_find_are_no_commands(window):
    found, before = finder(window), window.page.document.experiment.graph
    press(window, Qt.Key.Key_F, CTRL)
    for key in (Qt.Key.Key_H, Qt.Key.Key_M, Qt.Key.Key_L, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Tab):
        press(window, key)
    assert window.page.document.experiment.graph is before
    assert found.bar.field.text() == "hm"[:2]


def test_what_is_found_follows_an_edit(window):
    page, found = window.page, finder(window)
    press(window, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(found.bar.field, "fc1")
    assert found.hits == ["fc1"]
    page.edit("Rename", page.scene.graph.renamed("fc1", "head"))
    assert found.hits == [] and found.bar.count.text() == "Nothing found"
    page.document.undo()
    assert found.hits == ["fc1"]


# -- follow ---------------------------------------------------------------------------------------------------------


def test_a_wire_under_the_mouse_lights_its_past_and_future(window, qtbot):
    page = window.page
    page.open("stage2")
    edge = edge_of(window, "conv1", "bn1")
    hover(window, wire_spot(window, edge))
    qtbot.waitUntil(lambda: page.scene.highlight is not None)
    highlight = page.scene.highlight
    assert "shortcut" not in highlight.names and {"input", "conv1", "bn2", "add", "act2"} <= set(highlight.names)
    assert highlight.tone(edge) == "lit" and highlight.tone(edge_of(window, "shortcut", "add")) == "dim"
    hover(window, QPoint(3, 3))
    assert page.scene.highlight is None


def test_a_mouse_that_only_crosses_lights_nothing(window, qtbot):
    page, told = window.page, []
    follower = window.feature(Following).follower(page)
    follower.asked.connect(told.append)
    hover(window, wire_spot(window, edge_of(window, "conv1", "bn1")))
    hover(window, QPoint(3, 3))
    qtbot.wait(200)
    assert told == []


def test_following_by_the_keyboard(window):
    page = window.page
    page.open("stage2")
    page.view.setFocus()
    page.scene.select(["shortcut"])
    press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    assert set(page.scene.highlight.names) == {"input", "shortcut", "add", "act2"}
    assert window.commands["follow"].isChecked()
    page.scene.select(["conv1"])
    assert "shortcut" not in page.scene.highlight.names
    press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    assert page.scene.highlight is None and not window.commands["follow"].isChecked()


def test_the_way_of_a_tensor_in_a_large_network_is_all_of_it():
    nodes = [Node("input", Input()), *(Node(f"act{index}", ReLU()) for index in range(1999))]
    graph = Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])
    assert graph.inputs and graph.outputs
    highlight = way_of(graph, [graph.edges[1000]])
    assert len(highlight.names) == 2000 and len(highlight.edges) == 1999


# -- outline and minimap --------------------------------------------------------------------------------------------


def test_the_outline_selects_both_ways(window):
    page, outline = window.page, window.feature(Outline).panel
    press(window, Qt.Key.Key_O, ALT)
    assert outline.isVisible() and outline.tree.hasFocus() and window.commands["outline"].isChecked()
    page.scene.select(["conv1", "bn1"])
    assert outline.paths() == ["conv1", "bn1"]
    outline.select([])
    outline.tree.setCurrentIndex(outline.model.index_of("pool1"))
    assert page.scene.selected_names() == ["pool1"] and outline.tree.hasFocus()
    outline.tree.expand(outline.model.index_of("stage1"))
    outline.tree.setCurrentIndex(outline.model.index_of("stage1.conv2"))
    assert page.level.path == ("stage1",) and page.scene.selected_names() == ["conv2"]
    assert outline.paths() == ["stage1.conv2"] and outline.tree.hasFocus()
    outline.tree.setCurrentIndex(outline.model.index_of("stage2"))
    press(window, Qt.Key.Key_Return)
    assert page.level.path == ("stage2",)
    press(window, Qt.Key.Key_O, ALT)
    assert window.places.palette.isVisible() and not window.commands["outline"].isChecked()


def test_the_outline_follows_edits_and_other_networks(window):
    page, outline = window.page, window.feature(Outline).panel
    press(window, Qt.Key.Key_O, ALT)
    page.edit("Rename", page.scene.graph.renamed("fc1", "head"))
    assert outline.model.index_of("head").isValid() and not outline.model.index_of("fc1").isValid()
    page.document.undo()
    assert outline.model.index_of("fc1").isValid()
    window.feature(Documents).open("gallery:lenet")
    assert outline.model.rowCount() == len(window.page.scene.graph.nodes)


def test_a_search_brings_the_layers_back(window):
    press(window, Qt.Key.Key_O, ALT)
    window.page.view.setFocus()
    press(window, Qt.Key.Key_Slash)
    assert window.places.palette.isVisible()


def test_the_minimap_is_switched_and_remembered(window):
    minimap = window.feature(Minimap).map(window.page)
    window.page.view.zoom_at(4.0, QPoint(10, 10))
    assert minimap.isVisible() and window.commands["minimap"].isChecked()
    press(window, Qt.Key.Key_M, ALT)
    assert not minimap.isVisible() and not Settings(window.settings.folder).minimap
    press(window, Qt.Key.Key_M, ALT)
    assert minimap.isVisible() and window.settings.minimap and not window.page.notice.isVisible()
    window.commands["minimap"].trigger()
    window.page.view.fit()
    window.commands["minimap"].trigger()
    assert "as soon as not everything" in window.page.notice.text.text(), "so that one does not wait for it"


# -- problems -------------------------------------------------------------------------------------------------------


def test_f8_leads_through_the_problems(window):
    page = window.page
    page.edit("Cut", page.scene.graph.without(["flatten"]))
    wrong = [problem.node for problem in page.problems]
    assert wrong[0] is not None
    press(window, Qt.Key.Key_F8)
    assert page.notice.isVisible() and page.notice.text.text().startswith(f"1/{len(wrong)}")
    assert page.scene.selected_names() == [wrong[0]]
    for _ in wrong:
        press(window, Qt.Key.Key_F8)
    assert page.notice.text.text().startswith(f"1/{len(wrong)}")  # once round
    press(window, Qt.Key.Key_F8, SHIFT)
    assert page.notice.text.text().startswith(f"{len(wrong)}/{len(wrong)}")
    page.document.undo()


def test_f8_says_so_where_nothing_is_wrong(window):
    window.feature(Documents).open("gallery:lenet")
    page = window.page
    assert not page.problems
    press(window, Qt.Key.Key_F8)
    assert page.notice.text.text() == "Nothing is wrong"


def test_the_block_one_is_inside_of_is_found_as_well(window):
    """It is above what is shown: nothing of this level stands out for it."""
    page, found = window.page, finder(window)
    page.open("stage1")
    press(window, Qt.Key.Key_F, CTRL)
    QTest.keyClicks(found.bar.field, "stage1")
    assert "stage1" in found.hits and page.scene.highlight.names == set()
