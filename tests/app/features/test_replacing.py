"""“Replace all…”, “Replace in selection…” and “Find repeated parts…” in the real window, with real keys."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.boxes import Boxes
from app.features.previewing import Previewing
from app.window.window import MainWindow
from engine.analysis.analysis import analyze
from engine.blocks.edits import make_block
from engine.graph.graph import Edge, Graph, Node
from engine.graph.room import axis_of, end_of
from engine.layers.activation import ReLU
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from tests.app.windows import Keyboard, lent, shared
from widgets.find.repeats_box import RepeatsBox
from widgets.find.replace_box import ReplaceBox

NONE, CTRL, ALT = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier,
                   Qt.KeyboardModifier.AltModifier)  # fmt: skip
ENTER, ESC, DOWN, TAB, BACKTAB = (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Tab,
                                  Qt.Key.Key_Backtab)  # fmt: skip

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Desk(Keyboard):
    """The window, whose commands are found by their words."""

    def run(self, command: str, *selected: str) -> None:
        """Select and do a command of the menus, as the list of commands does: by typing its words."""
        self.select(*selected)
        self.key(Qt.Key.Key_K, CTRL)
        self.type(command)
        self.key(ENTER)

    @property
    def box(self) -> ReplaceBox | RepeatsBox:
        box = self.window.feature(Boxes).box
        assert isinstance(box, (ReplaceBox, RepeatsBox))
        return box

    @property
    def is_open(self) -> bool:
        return self.window.feature(Boxes).box is not None

    def kinds(self) -> list[str]:
        return [node.layer.kind() for node in self.graph.nodes.values()]

    def show(self, graph: Graph) -> None:
        self.page.document.edit_graph("another network", graph)
        self.page.view.setFocus()


@pytest.fixture(scope="module")
def one_window(request) -> Iterator[MainWindow]:
    with shared(request, torch=False) as window:
        yield window


@pytest.fixture
def desk(one_window, qtbot) -> Iterator[Desk]:
    with lent(one_window, qtbot) as window:
        yield Desk(window)


# -- replace all ------------------------------------------------------------------------------------------------------


def test_which_layers_then_by_what(desk):
    before = desk.graph
    desk.run("replace all")
    rows = {row.title: row.right for row in desk.box.list.rows}
    assert rows["Sigmoid"] == "×4" and rows["Conv 2d"] == "×2" and "Input" not in rows
    desk.type("sigm")
    desk.key(ENTER)
    assert "4" in desk.box.heading.text()
    desk.type("relu")
    desk.key(ENTER)
    assert not desk.is_open and desk.kinds().count("ReLU") == 4 and "Sigmoid" not in desk.kinds()
    assert len(desk.graph.edges) == len(before.edges) and len(desk.chosen) == 4
    assert desk.page.view.hasFocus()
    desk.there_and_back(before)


def test_the_selected_layer_says_which(desk):
    before = desk.graph
    desk.run("replace all", "conv1")
    desk.type("conv 7x7")
    desk.key(ENTER)
    convs = [node.layer for node in desk.graph.nodes.values() if node.layer.kind() == "Conv2d"]
    assert [conv.kernel_size for conv in convs] == [7, 7]
    assert [conv.out_channels for conv in convs] == [6, 16], "what is not typed stays as it is"
    desk.there_and_back(before)


def test_shift_tab_asks_for_other_layers(desk):
    desk.run("replace all", "conv1")
    assert desk.box.kind.key == "Conv2d"
    desk.key(BACKTAB)
    assert desk.box.kind is None
    desk.type("average")
    desk.key(TAB)
    assert desk.box.kind.key == "AvgPool2d"
    desk.type("max pool")
    desk.key(ENTER)
    assert desk.kinds().count("MaxPool2d") == 2


def test_only_in_the_selection(desk):
    before = desk.graph
    desk.run("replace in selection", "act1", "act2", "pool1")
    assert [(row.title, row.right) for row in desk.box.list.rows] == [("Sigmoid", "×2"), ("Average pool", "×1")]
    desk.key(ENTER)
    desk.type("gelu")
    desk.key(ENTER)
    assert (desk.kinds().count("GELU"), desk.kinds().count("Sigmoid")) == (2, 2)
    desk.there_and_back(before)


def test_a_marked_layer_is_seen_on_the_canvas_and_escape_takes_it_back(desk, qtbot):
    before, previewing = desk.graph, desk.window.feature(Previewing)
    faces = {name: card.face for name, card in desk.page.scene.cards.items()}
    desk.run("replace all", "act1")
    assert not previewing.is_on, "nothing is marked yet"
    desk.key(DOWN)
    qtbot.waitUntil(lambda: previewing.is_on)
    desk.type("gelu")
    qtbot.waitUntil(lambda: desk.page.scene.cards["act2"].face.detail == "GELU")
    assert desk.page.scene.cards["act2"].face.change == "changed" and "act1, act2" in desk.box.foot.text()
    assert desk.graph is before
    desk.key(ESC)
    assert not desk.is_open and not previewing.is_on and desk.graph is before and desk.page.view.hasFocus()
    assert {name: card.face for name, card in desk.page.scene.cards.items()} == faces
    assert desk.chosen == ["act1"]


def test_what_would_not_fit_is_said(desk, qtbot):
    desk.run("replace all", "conv1")
    desk.type("conv 1d")
    while desk.box.list.current().title != "Conv 1d":
        desk.key(DOWN)
    row = desk.box.list.current()
    assert row.dim and row.sign
    qtbot.waitUntil(lambda: "conv1" in desk.box.foot.text() and "\n!" in desk.box.foot.text())
    desk.key(ESC)


def test_what_changes_nothing_is_not_done(desk, qtbot):
    before = desk.graph
    desk.run("replace all", "conv1")
    desk.type("conv k5")
    qtbot.waitUntil(lambda: "already" in desk.box.foot.text())
    desk.key(ENTER)
    assert desk.is_open and desk.graph is before
    desk.type("zzzz")
    assert not desk.box.list.rows and "zzzz" in desk.box.foot.text()
    desk.key(ENTER)
    assert desk.graph is before
    desk.key(ESC)


def test_also_inside_blocks_or_not(desk):
    graph, name = make_block(desk.graph, ["conv1", "act1", "pool1", "conv2", "act2"], "Stem")
    desk.show(graph)
    desk.run("replace all", "act3")
    assert desk.box.inside.isChecked() and "2" in desk.box.inside.text()
    desk.key(Qt.Key.Key_A, ALT)
    assert not desk.box.inside.isChecked() and desk.box.field.hasFocus()
    desk.type("relu")
    desk.key(ENTER)
    inside = [node.layer.kind() for node in desk.graph.nodes[name].layer.graph.nodes.values()]
    assert desk.kinds().count("ReLU") == 2 and inside.count("Sigmoid") == 2
    desk.there_and_back(graph)
    desk.key(Qt.Key.Key_Z, CTRL)
    desk.run("replace all", "act3")
    desk.type("relu")
    desk.key(ENTER)
    inside = [node.layer.kind() for node in desk.graph.nodes[name].layer.graph.nodes.values()]
    assert desk.kinds().count("ReLU") == 2 and inside.count("ReLU") == 2 and "Sigmoid" not in inside
    desk.there_and_back(graph)


def test_what_is_only_inside_blocks_is_offered_too(desk):
    graph, name = make_block(desk.graph, ["conv1", "act1", "pool1", "conv2"], "Stem")
    desk.show(graph)
    desk.run("replace all")
    desk.type("conv")
    assert desk.box.list.current().right == "×2"
    desk.key(ENTER)
    assert desk.box.inside.isChecked() and not desk.box.inside.isEnabled()
    desk.type("depthwise")
    desk.key(ENTER)
    inside = [node.layer.kind() for node in desk.graph.nodes[name].layer.graph.nodes.values()]
    assert inside.count("DepthwiseConv2d") == 2
    desk.there_and_back(graph)


def test_within_a_block_one_is_in(desk):
    graph, name = make_block(desk.graph, ["conv1", "act1", "pool1", "conv2", "act2"], "Stem")
    desk.show(graph)
    desk.page.go((name,))
    desk.run("replace all", "act1")
    desk.type("tanh")
    desk.key(ENTER)
    inside = [node.layer.kind() for node in desk.graph.nodes[name].layer.graph.nodes.values()]
    assert inside.count("Tanh") == 2 and desk.kinds().count("Sigmoid") == 2
    desk.key(Qt.Key.Key_Z, CTRL)
    assert desk.graph == graph


def test_nothing_to_replace_is_said(desk):
    desk.run("replace in selection")
    assert not desk.is_open and desk.page.notice.isVisible()
    desk.page.notice.hide()
    desk.show(Graph.of([Node("input", Input())]))
    desk.run("replace all")
    assert not desk.is_open and desk.page.notice.isVisible()


def test_from_the_context_menu(desk):
    def menu_on(*names: str) -> list[str]:
        desk.page.scene.select(names)
        spot = desk.page.view.mapFromScene(desk.page.scene.cards[names[0]].sceneBoundingRect().center())
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, desk.page.view.viewport().mapToGlobal(spot))
        QApplication.sendEvent(desk.page.view.viewport(), event)
        return [action.text().split("\t")[0] for action in desk.page.context_menu.menu.actions()]

    def pick(text: str) -> None:
        menu = desk.page.context_menu.menu
        next(action for action in menu.actions() if action.text() == text).trigger()
        menu.close()

    assert {"Replace…", "Replace all Sigmoid…"} <= set(menu_on("act1"))
    pick("Replace all Sigmoid…")
    assert desk.box.kind.key == "Sigmoid" and desk.box.kind.total == 4
    desk.key(ESC)
    assert "Replace in selection…" in menu_on("act1", "act2")
    pick("Replace in selection…")
    assert desk.box.kind.here == ("act1", "act2")
    desk.key(ESC)
    assert not any("Replace" in text for text in menu_on("input"))
    desk.page.context_menu.menu.close()


def test_the_panel_stays_inside_the_canvas(desk):
    for width in (1000, 1900):
        desk.window.resize(width, 800)
        desk.run("replace all", "fc3")
        assert desk.page.view.rect().contains(desk.box.geometry())
        assert desk.box.accessibleName() and desk.box.field.accessibleName() and desk.box.list.accessibleName()
        desk.key(ESC)


# -- repeated parts ---------------------------------------------------------------------------------------------------


def rows_of_three() -> Graph:
    """Linear, ReLU three times; the last two layers are no part of it."""
    nodes = [Node("input", Input(shape=(8,)), (0, 0))]
    for index in (1, 2, 3):
        nodes += [Node(f"fc{index}", Linear(out_features=8), (0, 152 * index - 76)),
                  Node(f"act{index}", ReLU(), (0, 152 * index))]
    nodes.append(Node("fc4", Linear(out_features=10), (0, 532)))
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


def test_repeated_parts_become_one_block(desk):
    before = rows_of_three()
    desk.show(before)
    desk.run("find repeated parts")
    [row] = desk.box.list.rows
    assert row.title == "linear, relu ×3" and "names" in desk.box.foot.text()
    assert set(desk.chosen) == {"fc1", "act1", "fc2", "act2", "fc3", "act3"}
    desk.type("Dense step")
    desk.key(ENTER)
    [name] = desk.chosen
    assert name == "dense_step" and list(desk.graph.nodes) == ["input", "dense_step", "fc4"]
    assert desk.graph.nodes[name].layer.label == "Dense step" and desk.graph.nodes[name].layer.repeat == 3
    assert analyze(desk.graph).params == analyze(before).params
    end = end_of(desk.graph.nodes[name], axis_of(desk.graph))
    assert desk.graph.nodes["fc4"].position == (0, end), "it comes up to the block"
    desk.there_and_back(before)


def test_without_a_typed_name_it_is_called_after_its_layers(desk):
    desk.show(rows_of_three())
    desk.run("find repeated parts")
    assert "Linear relu" in desk.box.field.placeholderText()
    desk.key(ENTER)
    assert desk.chosen == ["linear_relu"]


def test_escape_from_repeated_parts_selects_what_was_selected(desk):
    before = rows_of_three()
    desk.show(before)
    desk.run("find repeated parts", "fc4")
    assert len(desk.chosen) == 6
    desk.key(ESC)
    assert not desk.is_open and desk.chosen == ["fc4"] and desk.graph == before and desk.page.view.hasFocus()


def test_no_repeated_parts_is_said(desk):
    desk.run("find repeated parts")
    assert not desk.is_open and desk.page.notice.isVisible()


def test_the_line_keeps_its_keys_from_the_canvas(desk):
    before = rows_of_three()
    desk.show(before)
    desk.run("find repeated parts")
    desk.type("mcl")
    assert desk.graph == before and desk.box.field.text() == "mcl"
    desk.key(ESC)
    QTest.mouseClick(desk.page.view.viewport(), Qt.MouseButton.LeftButton, NONE, QPoint(8, 8))
    assert not desk.is_open
