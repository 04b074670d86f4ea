"""The outline's rows as a model: what each says, its place among the others, and what becomes of it after an edit."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QModelIndex, Qt

from engine.advice.advice import Problem
from engine.analysis.analysis import Analysis, analyze
from engine.blocks.custom import Custom
from engine.blocks.residual import Residual
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.messages import say
from widgets.frame.outline_model import ENTRY, PATH, OutlineModel, entries

ROLE = Qt.ItemDataRole


def chain(*nodes: Node) -> Graph:
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])


def own(units: int = 4) -> Custom:
    return Custom(label="Own", graph=chain(Node("input", Input()), Node("fc1", Linear(out_features=units)),
                                           Node("act1", ReLU())))


def network(units: int = 4) -> Analysis:
    return analyze(chain(Node("input", Input(shape=(3, 8, 8))), Node("conv1", Conv2d(out_channels=8, padding=1)),
                         Node("stage", Residual(num_channels=8, repeat=3)), Node("flat", Flatten()),
                         Node("head", own(units)), Node("tail", own(units))))


@pytest.fixture
def model(qtbot: object) -> OutlineModel:
    model = OutlineModel()
    model.show(network(), [])
    return model


def said(model: OutlineModel, path: str) -> str:
    return str(model.index_of(path).data(ROLE.AccessibleTextRole)).replace("\xa0", " ")


def test_a_row_says_all_that_is_known(model: OutlineModel) -> None:
    assert said(model, "input") == "input, Input, output 3×8×8"
    assert said(model, "conv1") == "conv1, Conv 2d, output 8×8×8, 224 parameters"
    assert said(model, "stage").startswith("stage, Residual ×3, output 8×8×8, ")
    assert said(model, "head") == "head, Own, output 4, 2 052 parameters"
    assert said(model, "head.act1") == "head.act1".partition(".")[2] + ", ReLU, output 4"
    graph = network().graph
    graph = replace(graph, nodes=graph.nodes | {"flat": replace(graph.nodes["flat"], bypassed=True)})
    model.show(analyze(graph), [Problem("error", "flat", say("it is too wide"))])
    assert said(model, "flat") == "flat, Flatten, bypassed, output 8×8×8, It is too wide"
    model.show(analyze(chain(Node("input", Input()), Node("fc1", Linear(out_features=2)))), [])
    assert said(model, "fc1") == "fc1, Linear"


def test_what_is_asked_of_a_row(model: OutlineModel) -> None:
    index = model.index_of("head.fc1")
    assert (index.data(), index.data(PATH), index.data(ENTRY).node.name) == ("fc1", "head.fc1", "fc1")
    assert index.data(ROLE.ToolTipRole) is None and index.data(ROLE.DecorationRole) is None
    assert model.data(QModelIndex()) is None
    model.show(network(), [Problem("warning", "flat", say("it is too wide")), Problem("hint", "conv1", say("why?"))])
    assert model.index_of("flat").data(ROLE.ToolTipRole) == "It is too wide"
    assert model.index_of("conv1").data(ENTRY).problem.message == say("why?")


def test_rows_have_their_place_and_their_parent(model: OutlineModel) -> None:
    tail = model.index_of("tail")
    assert (tail.row(), tail.column(), tail.parent().isValid()) == (5, 0, False)
    act = model.index_of("tail.act1")
    assert (act.row(), act.parent(), act.parent().row()) == (1, tail, 5)
    assert model.rowCount() == 6 and model.rowCount(tail) == 2 and model.rowCount(act) == 0
    assert model.columnCount() == model.columnCount(tail) == 1
    assert [model.index(row, column).isValid() for row, column in ((0, 0), (5, 0), (6, 0), (-1, 0), (0, 1))] == [
        True, True, False, False, False]
    assert model.index(0, 0, tail).data(PATH) == "tail.fc1"
    assert not model.parent(QModelIndex()).isValid()


def test_a_block_has_an_inside_where_it_is_known(model: OutlineModel) -> None:
    has = {path: model.hasChildren(model.index_of(path)) for path in ("conv1", "stage", "head", "head.fc1")}
    assert has == {"conv1": False, "stage": True, "head": True, "head.fc1": False}
    assert model.hasChildren()
    unknown = chain(Node("input", Input()), Node("stage", Residual(num_channels=8)), Node("head", own()))
    model.show(analyze(unknown), [])
    assert not model.hasChildren(model.index_of("stage")), "what comes to it is not known"
    assert model.hasChildren(model.index_of("head")), "a person drew what is inside"
    assert [child.path for child in model.index_of("head").data(ENTRY).children] == ["head.fc1", "head.act1"]
    model.show(analyze(Graph()), [])
    assert not model.hasChildren() and model.rowCount() == 0


def test_a_path_leads_as_deep_as_there_are_rows(model: OutlineModel) -> None:
    for path, found in (("head.fc1", "head.fc1"), ("head.gone", "head"), ("head.fc1.deeper", "head.fc1"),
                        ("head.fc", "head"), ("flat.x", "flat")):
        assert model.index_of(path).data(PATH) == found
    for nothing in ("gone", "gone.fc1", ""):
        assert not model.index_of(nothing).isValid()


def test_an_input_is_told_only_outside_blocks() -> None:
    assert next(iter(entries(network(), ()))).path == "input"
    model = OutlineModel()
    model.show(network(), [])
    inside = model.index_of("stage").data(ENTRY).children
    assert inside and not any(entry.node.name == "input" for entry in inside)
    assert [entry.row for entry in inside] == list(range(len(inside)))


def test_the_same_rows_say_other_things_and_other_rows_begin_anew(model: OutlineModel) -> None:
    told: list[object] = []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.modelReset.connect(lambda: told.append("anew"))
    graph = network().graph
    wide = analyze(graph.with_layer("conv1", Conv2d(out_channels=8, kernel_size=5, padding=2)))
    assert model.show(wide, [Problem("error", "conv1", say("no"))]) is False
    assert told == [(0, 5)] and model.analysis is wide
    assert said(model, "conv1") == "conv1, Conv 2d, output 8×8×8, 608 parameters, No"
    for other in (network(units=5), analyze(graph.renamed("flat", "flatter")), analyze(graph.with_layer(
            "flat", ReLU())), analyze(graph.with_layer("input", Input(shape=(3, 4, 4))))):
        told.clear()
        assert model.show(other, []) is True
        assert told == ["anew"] and model.analysis is other
    model.show(analyze(Graph()), [])
    told.clear()
    assert model.show(analyze(Graph()), []) is False
    assert told == []
