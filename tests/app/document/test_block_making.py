"""Making and dissolving blocks, the menu under the right mouse button, keys, and own blocks of the palette."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.document.document import Document
from app.features.blocks import Blocks
from app.window.window import MainWindow
from engine.blocks.custom import Custom
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Node
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from tests.app.desk import LEFT, NONE, Desk, chain, inner, network
from tests.app.windows import opened

# Said of menus by the offscreen platform, which has no windows; no window system says it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(qtbot) -> Desk:
    return Desk(qtbot, network())


# -- making and dissolving ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["outer", "residual1"])
def test_a_block_is_not_made_once_more(desk, qtbot, name):
    desk.page.scene.select([name])
    with qtbot.assertNotEmitted(desk.page.block_requested):
        desk.page.request_block()
    assert desk.notice() == f"{name} is a block already: select several layers to make one of them"


def test_a_block_is_made_of_the_selection_and_dissolved_again(desk, qtbot):
    params = desk.page.analysis.params
    desk.page.scene.select(["residual1", "flat"])
    with qtbot.waitSignal(desk.page.block_requested) as asked:
        desk.page.request_block()
    assert [node.name for node in asked.args[0]] == ["residual1", "flat"]
    desk.page.make_block("My head")
    [name] = desk.page.scene.selected_names()
    assert desk.graph.nodes[name].layer.label == "My head"
    assert "My head" in desk.page.scene.cards[name].face.detail
    assert desk.page.analysis.params == params
    desk.there_and_back()
    desk.page.scene.select([name])
    desk.page.dissolve()
    assert set(desk.graph.nodes) == set(network().nodes) and set(desk.graph.edges) == set(network().edges)
    assert desk.page.scene.selected_names() == ["residual1", "flat"]
    desk.there_and_back(2)


def test_blocks_are_made_and_dissolved_inside_blocks(desk):
    params = desk.page.analysis.params
    desk.enter("outer")
    desk.page.scene.select(["small", "conv2"])
    desk.page.make_block("Both")
    [name] = desk.page.scene.selected_names()
    assert set(desk.at("outer").nodes) == {"input", name}
    desk.there_and_back()
    desk.enter("outer", name, "small")
    assert desk.path == ("outer", name, "small") and "conv1" in desk.page.scene.cards
    desk.page.go(("outer",))
    desk.page.scene.select([name])
    desk.page.dissolve()
    assert set(desk.at("outer").nodes) == {"input", "small", "conv2"}
    assert desk.page.analysis.params == params
    desk.there_and_back(2)


@pytest.mark.parametrize(("chosen", "says"), [
    ([], "Select the layers"), (["input", "outer"], "The Input cannot"), (["outer", "flat"], "one input"),
])  # fmt: skip
def test_what_cannot_be_a_block_is_said(desk, qtbot, chosen, says):
    desk.page.scene.select(chosen)
    with qtbot.assertNotEmitted(desk.page.block_requested):
        desk.page.request_block()
    assert says in desk.notice() and desk.graph == network()


def test_dissolving_needs_a_block_and_can_take_several(desk):
    desk.page.scene.select(["fc1"])
    desk.page.dissolve()
    assert "Select a block" in desk.notice()
    params = desk.page.analysis.params
    desk.page.scene.select(["outer", "residual1"])
    desk.page.dissolve()
    assert not {"outer"} & desk.graph.nodes.keys() and "small" in desk.graph.nodes
    assert desk.page.analysis.params == params and desk.document.history.undo_text == "Dissolve outer, residual1"
    desk.there_and_back()


def test_making_a_block_inside_a_built_in_one_asks_first(desk, qtbot):
    desk.enter("residual1")
    desk.page.scene.select(["conv1", "bn1"])
    desk.page.request_block()
    assert "Make it your own" in desk.notice()
    with qtbot.waitSignal(desk.page.block_requested) as asked:
        QTest.mouseClick(desk.page.notice.buttons[0], LEFT)
    assert [node.name for node in asked.args[0]] == ["conv1", "bn1"]
    desk.page.make_block("Start")
    assert any(isinstance(node.layer, Custom) for node in desk.at("residual1").nodes.values())


# -- the menu under the right mouse button --------------------------------------------------------------------------


def menu(desk: Desk, spot: QPoint) -> dict[str, QObject]:
    """The menu that a right click opens, its entries by their words."""
    view = desk.page.view
    QTest.mousePress(view.viewport(), Qt.MouseButton.RightButton, NONE, spot)
    QApplication.sendEvent(view.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot,
                                                              view.viewport().mapToGlobal(spot)))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.RightButton, NONE, spot)
    found = {}
    for action in desk.page.context_menu.menu.actions():
        found[action.text().split("\t")[0]] = action
        if action.menu() is not None:
            found |= {f"{action.text()}/{inner.text()}": inner for inner in action.menu().actions()}
    return found


def test_the_menu_offers_what_applies(desk):
    block = menu(desk, desk.spot("residual1"))
    assert desk.page.scene.selected_names() == ["residual1"]
    assert {"Look inside", "Dissolve", "Make block…", "Repeat/×3", "Freeze", "Rename", "Delete"} <= block.keys()
    assert block["Repeat/×3"].isChecked() and "Share weights with" not in block
    plain = menu(desk, desk.spot("flat"))
    assert not {"Look inside", "Dissolve", "Repeat", "Freeze"} & plain.keys() and "Make block…" in plain
    assert "Make block…" not in menu(desk, desk.spot("input"))
    assert "Go out" not in menu(desk, QPoint(5, 5))
    assert desk.page.scene.selected_names() == []
    desk.enter("outer")
    menu(desk, QPoint(5, 5))["Go out"].trigger()
    assert desk.path == ()
    desk.page.context_menu.menu.close()


def test_the_menu_repeats_freezes_goes_inside_and_dissolves(desk):
    menu(desk, desk.spot("residual1"))["Repeat/×2"].trigger()
    assert desk.graph.nodes["residual1"].layer.repeat == 2
    desk.there_and_back()
    menu(desk, desk.spot("fc1"))["Freeze"].trigger()
    assert not desk.graph.nodes["fc1"].parameters.trainable and desk.page.scene.cards["fc1"].face.frozen
    desk.there_and_back()
    menu(desk, desk.spot("fc1"))["Unfreeze"].trigger()
    assert not desk.page.scene.cards["fc1"].face.frozen
    menu(desk, desk.spot("outer"))["Look inside"].trigger()
    menu(desk, desk.spot("small"))["Dissolve"].trigger()
    assert {"conv1", "act1"} <= desk.at("outer").nodes.keys()
    desk.there_and_back()
    desk.page.context_menu.menu.close()


def test_the_menu_keeps_own_blocks_and_removes_kept_ones(desk, qtbot):
    view = desk.page.view
    offered = menu(desk, desk.spot("outer"))
    assert "Remove from my blocks" not in offered
    with qtbot.waitSignal(view.keep_requested):
        offered["Add to my blocks"].trigger()
    assert "Add to my blocks" not in menu(desk, desk.spot("residual1")), "everybody has it"
    view.is_kept = lambda layer: layer.label == "Outer"
    with qtbot.waitSignal(view.forget_requested):
        menu(desk, desk.spot("outer"))["Remove from my blocks"].trigger()
    desk.page.context_menu.menu.close()


def test_own_blocks_know_what_is_kept(window):
    page = window.page
    page.scene.select(["outer"])
    layer = page.level.graph.nodes["outer"].layer
    assert not window.feature(Blocks).is_kept(layer)
    window.feature(Blocks).keep()
    assert window.feature(Blocks).is_kept(layer) and not window.feature(Blocks).is_kept(Linear(out_features=3))
    window.feature(Blocks).forget()
    assert not window.feature(Blocks).is_kept(layer)


def test_two_ends_inside_are_the_blocks(desk):
    desk.enter("outer")
    graph = desk.page.level.graph.with_node(Node("side", Conv2d(out_channels=8)))
    desk.page.edit("Add side", graph.with_edge(Edge("input", "side")))
    assert any(str(problem.message).startswith("The block has 2 ends") for problem in desk.page.level.problems)


def test_the_menu_shares_weights_and_takes_them_back(qtbot):
    graph = chain(Node("input", Input(shape=(16,))), Node("fc1", Linear(out_features=16)),
                  Node("fc2", Linear(out_features=16)), Node("fc3", Linear(out_features=10)))
    desk = Desk(qtbot, graph)
    offered = menu(desk, desk.spot("fc2"))
    assert "Share weights with/fc1" in offered
    offered["Share weights with/fc1"].trigger()
    assert desk.graph.nodes["fc2"].shares == "fc1"
    assert desk.page.analysis.params == 16 * 16 + 16 + 170
    desk.there_and_back()
    menu(desk, desk.spot("fc2"))["Share weights with/No other layer"].trigger()
    assert desk.graph == graph
    desk.page.context_menu.menu.close()


# -- in the window --------------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot, tmp_path) -> Iterator[MainWindow]:
    with opened(qtbot, tmp_path / "layerloom", "", torch=False) as window:
        window.open(Document(Experiment(network(), DataSpec(dataset="mnist")), "lenet"))
        window.page.view.setFocus()
        yield window


def test_keys_make_and_dissolve_a_block(window, monkeypatch):
    ctrl, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    monkeypatch.setattr(window.feature(Blocks), "ask", lambda page, nodes: page.make_block("Head"), raising=False)
    page = window.page
    page.scene.select(["flat", "fc1"])
    QTest.keyClick(page.view, Qt.Key.Key_G, ctrl)
    assert "head" in page.level.graph.nodes or "head1" in page.level.graph.nodes
    QTest.keyClick(page.view, Qt.Key.Key_G, ctrl | shift)
    assert {"flat", "fc1"} <= page.level.graph.nodes.keys()
    QTest.keyClick(page.view, Qt.Key.Key_Z, ctrl)
    QTest.keyClick(page.view, Qt.Key.Key_Z, ctrl)
    assert page.level.graph == network()


def test_the_inspector_is_about_the_level_that_is_shown(window):
    page, inspector = window.page, window.places.inspector
    page.scene.select(["outer"])
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    page.scene.select(["small"])
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    page.scene.select(["conv1"])
    words = " ".join(label.text() for label in inspector.findChildren(QLabel) if label.isVisible())
    assert "1×28×28" in words and "8×28×28" in words
    inspector.layer_changed.emit("conv1", Conv2d(out_channels=5, padding=1), "out_channels")
    small = page.analysis.graph.nodes["outer"].layer.graph.nodes["small"].layer
    assert small.graph.nodes["conv1"].layer.out_channels == 5
    QTest.keyClick(page.view, Qt.Key.Key_Delete)
    assert "conv1" not in page.level.graph.nodes and page.level.path == ("outer", "small")
    QTest.keyClick(page.view, Qt.Key.Key_Backspace)
    assert page.level.path == ("outer",)


# -- own blocks of the palette --------------------------------------------------------------------------------------


def test_an_own_block_is_added_by_its_kind(desk):
    own = Custom(label="Mine", graph=inner())
    desk.page.view.make_layer = {"own:Mine": own}.get
    desk.page.scene.select(["residual1"])
    desk.page.view.append("own:Mine")
    [name] = desk.page.scene.selected_names()
    assert desk.graph.nodes[name].layer is own and Edge("residual1", name) in desk.graph.edges
    assert desk.document.history.undo_text == "Add Mine"
    desk.page.view.append("own:Gone")
    desk.there_and_back()
