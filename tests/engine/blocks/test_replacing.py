"""Another layer in the place of one: what stays, and what it is called."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from engine.blocks.custom import Custom
from engine.blocks.replacing import carried, layer_kinds, of_kind, replaced, replaced_all
from engine.experiment.experiment import load_experiment
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node, UnknownNodeError
from engine.layers import LAYERS
from engine.layers.activation import GELU, ReLU, Sigmoid
from engine.layers.combine import Subtract
from engine.layers.convolution import Conv1d, Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add
from engine.layers.padding import ReflectionPad2d, ZeroPad2d
from engine.layers.pooling import MaxPool2d


def count_inside(graph: Graph, kind: str) -> int:
    return next((each.inside for each in layer_kinds(graph) if each.key == kind), 0)


def test_options_in_common_are_carried():
    old = Conv2d(out_channels=7, kernel_size=5, padding=2, bias=False)
    assert carried(old, Conv1d()) == Conv1d(out_channels=7, kernel_size=5, padding=2, bias=False)
    assert carried(old, Linear()) == Linear(out_features=7, bias=False)
    assert carried(old, Conv2d(out_channels=9)).out_channels == 9
    assert carried(Conv2d(kernel_size=(3, 5), out_channels=6), Conv1d()).out_channels == 6
    assert carried(Custom(label="A", repeat=3), Custom(label="B")) == Custom(label="B", repeat=3)


def test_options_that_a_form_names_otherwise_mean_something_else():
    named = [(kind, option, field.title) for kind in LAYERS.values() for option, field in kind.model_fields.items()]
    for (one, option, title), (other, same, its_title) in combinations(named, 2):
        if option == same:
            assert (title == its_title) == ((option in one.apart) == (option in other.apart)), (one, other, option)
    assert carried(MaxPool2d(padding=1, kernel_size=4), ReflectionPad2d()) == ReflectionPad2d()
    assert carried(ReflectionPad2d(padding=3), ZeroPad2d()) == ZeroPad2d(padding=3)


def test_place_wires_marks_frames_and_names():
    lenet = load_experiment("gallery:lenet").graph
    name = of_kind(lenet, "Conv2d")[0]
    graph = lenet.with_marks([name], label="red").with_frames([Frame("one", (name,))])
    mine = graph.renamed(name, "my_first")
    after, (kept,) = replaced(mine, ["my_first"], MaxPool2d())
    assert kept == "my_first" and after.nodes[kept].label == "red" and after.frames == mine.frames
    assert after.nodes[kept].position == lenet.nodes[name].position
    assert after.edges == mine.edges
    after, (new,) = replaced(graph, [name], MaxPool2d())
    assert new.startswith("pool") and after.frames[0].members == (new,)
    assert list(after.nodes).index(new) == list(graph.nodes).index(name)
    assert len(after.edges) == len(graph.edges)


def test_the_number_of_a_name_stays_where_it_is_free():
    graph = Graph.of([Node("input", Input(shape=(4,))), Node("act2", ReLU()), Node("act", ReLU()), Node("fc7", ReLU())],
                     [])
    for name, called in (("act2", "fc2"), ("act", "fc1"), ("fc7", "fc7")):
        assert replaced(graph, [name], Linear())[1] == (called,)
    taken = Graph.of([*graph.nodes.values(), Node("fc2", Linear())], [])
    assert replaced(taken, ["act2"], Linear())[1] == ("fc1",)


def test_wires_into_inputs_that_are_not_there_go():
    nodes = [Node("input", Input(shape=(4,))), *(Node(f"act{i}", ReLU()) for i in (1, 2, 3)), Node("add1", Add())]
    edges = [*(Edge("input", f"act{i}") for i in (1, 2, 3)), *(Edge(f"act{i + 1}", "add1", i) for i in range(3))]
    graph, names = replaced(Graph.of(nodes, edges), ["add1"], Subtract())
    assert [edge.port for edge in graph.inputs[names[0]]] == [0, 1]
    with pytest.raises(UnknownNodeError):
        replaced(graph, ["nobody"], ReLU())


def test_sharing_stays_only_among_those_replaced_together():
    nodes = [Node("input", Input(shape=(4,))), *(Node(f"fc{i}", Linear(out_features=4)) for i in (1, 2, 3))]
    chain = Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)])
    graph = chain.with_shares("fc2", "fc1").with_shares("fc3", "fc1")
    one = replaced(graph, ["fc1"], Conv1d())[0]
    assert one.shares == {"fc3": "fc2"}
    assert replaced(graph, ["fc3"], Conv1d())[0].shares == {"fc2": "fc1"}
    both, names = replaced(graph, ["fc1", "fc2", "fc3"], Conv1d())
    assert both.shares == {names[1]: names[0], names[2]: names[0]}
    assert not replaced(graph, ["fc1", "fc2", "fc3"], ReLU())[0].shares
    Graph.of(both.nodes.values(), both.edges)


def test_all_of_a_kind_also_inside_blocks():
    inner = Graph.of([Node("input", Input()), Node("act1", Sigmoid())], [Edge("input", "act1")])
    graph = Graph.of([Node("input", Input(shape=(4,))), Node("act1", Sigmoid()), Node("own", Custom(graph=inner))],
                     [Edge("input", "act1"), Edge("act1", "own")])
    assert count_inside(graph, "Sigmoid") == 1
    outer = replaced_all(graph, "Sigmoid", GELU())[0]
    assert of_kind(outer, "GELU") and count_inside(outer, "Sigmoid") == 1
    whole = replaced_all(graph, "Sigmoid", GELU(), inside=True)[0]
    assert not of_kind(whole, "Sigmoid") and count_inside(whole, "Sigmoid") == 0
    assert count_inside(whole, "GELU") == 1


def test_what_can_be_replaced_and_how_often():
    inner = Graph.of([Node("input", Input()), Node("act1", Sigmoid()), Node("act2", ReLU())],
                     [Edge("input", "act1"), Edge("act1", "act2")])
    outer = Graph.of([Node("input", Input()), Node("own", Custom(label="A", graph=inner))], [Edge("input", "own")])
    graph = Graph.of([Node("input", Input(shape=(4,))), Node("act1", Sigmoid()), Node("act2", Sigmoid()),
                      Node("b", Custom(label="B", graph=outer)), Node("a", Custom(label="A", graph=inner))],
                     [Edge("input", "act1"), Edge("act1", "act2"), Edge("act2", "b"), Edge("b", "a")])
    found = {each.key: (each.here, each.inside, each.total) for each in layer_kinds(graph)}
    assert found == {"Sigmoid": (("act1", "act2"), 2, 4), "own:B": (("b",), 0, 1), "own:A": (("a",), 1, 2),
                     "ReLU": ((), 2, 2)}
    assert [(each.key, each.total) for each in layer_kinds(graph, ["act1", "a"])] == [
        ("Sigmoid", 2), ("own:A", 1), ("ReLU", 1)]
    after, names = replaced_all(graph, "own:A", ReLU(), inside=True)
    assert names == (after.outputs["b"][0].target,) and not any(each.key == "own:A" for each in layer_kinds(after))
    assert count_inside(after, "ReLU") == 1, "in the place of the block inside the other"


def test_names_can_be_kept_to_show_what_would_be():
    lenet = load_experiment("gallery:lenet").graph
    after, names = replaced_all(lenet, "Conv2d", MaxPool2d(), keep_names=True)
    assert names == of_kind(lenet, "Conv2d") and list(after.nodes) == list(lenet.nodes)
    assert {after.nodes[name].layer.kind() for name in names} == {"MaxPool2d"}


def test_all_of_a_kind_also_in_blocks_within_blocks():
    inner = Graph.of([Node("input", Input()), Node("act1", Sigmoid())], [Edge("input", "act1")])
    middle = Graph.of([Node("input", Input()), Node("own", Custom(graph=inner))], [Edge("input", "own")])
    graph = Graph.of([Node("input", Input(shape=(4,))), Node("own", Custom(graph=middle))], [Edge("input", "own")])
    whole = replaced_all(graph, "Sigmoid", GELU(), inside=True)[0]
    assert (count_inside(whole, "Sigmoid"), count_inside(whole, "GELU")) == (0, 1)
