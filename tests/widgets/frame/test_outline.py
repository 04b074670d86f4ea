"""The outline: every layer in order, blocks unfolded when asked, in step with what is selected, by keyboard too."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QAbstractItemModelTester, QTest

from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.blocks.custom import Custom
from engine.blocks.residual import Residual
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from widgets.frame.outline import Outline
from widgets.frame.outline_model import PATH, OutlineModel


def chain(*nodes: Node) -> Graph:
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


def network(channels: int = 8) -> Graph:
    inner = chain(Node("input", Input()), Node("conv1", Conv2d(out_channels=8, padding=1)), Node("act1", ReLU()))
    outer = chain(Node("input", Input()), Node("small", Custom(label="Small", graph=inner)),
                  Node("conv2", Conv2d(out_channels=channels, kernel_size=1)))
    return chain(Node("input", Input()), Node("outer", Custom(label="Outer", graph=outer)),
                 Node("residual1", Residual(num_channels=8, repeat=3)), Node("flat", Flatten()),
                 Node("fc1", Linear(out_features=10)))


def facts(graph: Graph):
    experiment = Experiment(graph, DataSpec(dataset="mnist"))
    analysis = analyze(graph, experiment.data.sample_shape)
    return analysis, advise(experiment, analysis)


def rows(model: QAbstractItemModel, parent: QModelIndex | None = None) -> list[str]:
    parent = parent or QModelIndex()
    return [model.index(row, 0, parent).data(PATH) for row in range(model.rowCount(parent))]


@pytest.fixture
def outline(qtbot) -> Outline:
    outline = Outline()
    qtbot.addWidget(outline)
    outline.resize(220, 600)
    outline.show()
    qtbot.waitExposed(outline)
    outline.show_network(*facts(network()))
    return outline


def test_the_model_is_one_qt_accepts(qtbot):
    model = OutlineModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(*facts(network()))
    model.index_of("outer.small.act1")
    model.show(*facts(network(16)))
    model.show(*facts(Graph()))
    assert model.rowCount() == 0
    del tester


def test_layers_in_order_blocks_with_their_inside(outline):
    model = outline.model
    assert rows(model) == ["input", "outer", "residual1", "flat", "fc1"]
    outer = model.index_of("outer")
    assert rows(model, outer) == ["outer.small", "outer.conv2"]
    assert rows(model, model.index_of("outer.small")) == ["outer.small.conv1", "outer.small.act1"]
    assert "residual1.conv1" in rows(model, model.index_of("residual1"))
    assert not model.hasChildren(model.index_of("fc1"))


def test_nothing_inside_is_made_before_it_is_unfolded(outline):
    entry = outline.model.index_of("residual1").internalPointer()
    assert "children" not in vars(entry)
    outline.tree.expand(outline.model.index_of("residual1"))
    assert "children" in vars(entry)


def test_a_screen_reader_hears_the_whole_row(outline):
    index = outline.model.index_of("fc1")
    words = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "fc1, Linear, output 10, 62\u00a0730 parameters"
    face = QAccessible.queryAccessibleInterface(outline.tree)
    assert face.text(QAccessible.Text.Name) == "Outline of the network"


def test_selection_goes_out_and_comes_in(outline, qtbot):
    outline.select(["outer.small.act1"])
    assert outline.paths() == ["outer.small.act1"]
    assert outline.tree.isExpanded(outline.model.index_of("outer.small"))
    told = []
    outline.selected.connect(told.append)
    outline.select(["flat", "fc1"])
    assert told == []  # what comes from the canvas is not told to the canvas
    QTest.mouseClick(outline.tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
                     outline.tree.visualRect(outline.model.index_of("flat")).center())
    QTest.mouseClick(outline.tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier,
                     outline.tree.visualRect(outline.model.index_of("input")).center())
    assert told == [["flat"], ["flat", "input"]]
    outline.select([])
    assert outline.paths() == []


def test_the_keyboard_walks_unfolds_and_enters(outline):
    told, entered = [], []
    outline.selected.connect(told.append)
    outline.entered.connect(entered.append)
    outline.select(["input"])
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Left):
        QTest.keyClick(outline.tree, key)
    assert told[:2] == [["outer"], ["outer.small"]] and entered == ["outer.small"]
    QTest.keyClick(outline.tree, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(outline.paths()) == 2


def test_an_edit_keeps_what_is_unfolded_and_selected(outline):
    outline.tree.expand(outline.model.index_of("outer"))
    outline.select(["outer.conv2"])
    outline.show_network(*facts(network(16).renamed("fc1", "last")))
    assert rows(outline.model)[-1] == "last"
    assert outline.tree.isExpanded(outline.model.index_of("outer"))
    assert outline.paths() == ["outer.conv2"]
    shape = outline.model.index_of("outer.conv2").internalPointer().shape
    assert shape.startswith("16×")


def test_what_is_wrong_is_said_and_goes_away(outline):
    broken = network().without(["residual1"])
    outline.show_network(*facts(broken))
    entry = outline.model.index_of("flat").internalPointer()
    assert entry.problem is not None
    assert entry.problem.message is not None
    outline.show_network(*facts(network()))
    assert outline.model.index_of("flat").internalPointer().problem is None


def test_two_thousand_layers(outline):
    nodes = [Node("input", Input()), *(Node(f"act{index}", ReLU()) for index in range(1999))]
    outline.show_network(*facts(chain(*nodes)))
    assert outline.model.rowCount() == 2000
    outline.select(["act1998"])
    rect = outline.tree.visualRect(outline.model.index_of("act1998"))
    assert outline.tree.viewport().rect().contains(rect.center())
