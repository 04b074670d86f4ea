"""Graph: named errors, order, edits, difference; any sequence of edits keeps it a network."""

from __future__ import annotations

import keyword
from dataclasses import replace
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import fx, nn

from engine.graph.difference import Diff, diff
from engine.graph.graph import (
    MAX_INPUTS,
    CycleError,
    DuplicateNameError,
    Edge,
    Graph,
    GraphError,
    Node,
    NoSuchPortError,
    PortTakenError,
    UnknownNodeError,
)
from engine.layers import LAYERS
from engine.layers.activation import ReLU
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.merge import Add
from engine.names import MAX_LENGTH, RESERVED, InvalidNameError, check_name, fresh_name


def graph_of(text: str, **layers: Any) -> Graph:
    """``a>b>c b>d``: ReLUs and wires; a second wire into a node goes to its next port."""
    ports: dict[str, int] = {}
    edges = []
    for path in text.split():
        names = path.split(">")
        for source, target in pairwise(names):
            edges.append(Edge(source, target, ports.setdefault(target, 0)))
            ports[target] += 1
    names = dict.fromkeys(name for path in text.split() for name in path.split(">"))
    return Graph.of([Node(name, layers.get(name, ReLU())) for name in names], edges)


DIAMOND = graph_of("i>a>b>s i>c>s s>e", i=Input(), s=Add())


# -- names ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["conv1", "fc", "a", "A", "größe", "层", "match", "x", "input", "l", "a" * MAX_LENGTH])
def test_good_names(name: str) -> None:
    assert Graph.of([Node(name, ReLU())]).nodes[name].layer == ReLU()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "is not a name"),
        ("1st", "is not a name"),
        ("a b", "is not a name"),
        ("a.b", "is not a name"),
        ("a-b", "is not a name"),
        ("fc\n", "is not a name"),
        ("class", "word of the Python language"),
        ("None", "word of the Python language"),
        ("forward", "used by PyTorch"),
        ("training", "used by PyTorch"),
        ("parameters", "used by PyTorch"),
        ("_modules", "used by PyTorch"),
        ("__init__", "used by PyTorch"),
        ("torch", "used by PyTorch"),
        ("self", "used by PyTorch"),
        ("\ufb01lter", "write “filter”"),
        ("a" * (MAX_LENGTH + 1), "too long"),
    ],
)
def test_bad_names_say_why(name: str, words: str) -> None:
    with pytest.raises(InvalidNameError, match=words):
        check_name(name)


def compiled(name: str) -> fx.GraphModule:
    program = fx.Graph()
    program.output(program.call_module(name, (program.placeholder("given"),)))
    return fx.GraphModule({name: nn.Identity()}, program)


def test_reserved_names_are_those_of_the_installed_torch() -> None:
    module = compiled("only")
    attributes = {name for name in {*dir(module), *dir(nn.Module())} if not name.startswith("_")} - {"only"}
    assert attributes <= RESERVED
    assert {"nn", "self", "super", "torch"} == RESERVED - attributes


@pytest.mark.parametrize("name", ["print", "id", "match", "x", "inf", "device", "operator", "Network", "größe", "l"])
def test_allowed_names_work_as_submodules(name: str) -> None:
    check_name(name)
    assert compiled(name)(torch.ones(2)).tolist() == [1, 1]


def test_every_python_keyword_is_refused() -> None:
    for name in keyword.kwlist:
        with pytest.raises(InvalidNameError):
            check_name(name)


@given(stem=st.text("ab01 9", min_size=1, max_size=12), taken=st.sets(st.text("ab019", max_size=4), max_size=5))
def test_fresh_names_are_fresh(stem: str, taken: set[str]) -> None:
    name = fresh_name(stem, taken)
    assert name not in taken
    assert fresh_name(name, {*taken, name}) not in {*taken, name}


def test_fresh_names_count_on() -> None:
    assert fresh_name("conv", ()) == "conv1"
    assert fresh_name("conv", {"conv1", "conv2"}) == "conv3"
    assert fresh_name("conv7", {"conv7"}) == "conv8"
    assert fresh_name("a" * 200, ()) == "a" * (MAX_LENGTH - 8) + "1"
    assert len(fresh_name("b" * 60 + "9" * 40, ())) <= MAX_LENGTH


# -- errors ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edge", "error", "words"),
    [
        (Edge("e", "a", 0), PortTakenError, "This input of a already has a wire"),
        (Edge("e", "s", 2), CycleError, "e comes after s: this wire would make a loop"),
        (Edge("s", "s", 2), CycleError, "s cannot feed itself"),
        (Edge("a", "b", 1), NoSuchPortError, "b has no input number 2"),
        (Edge("a", "b", -1), NoSuchPortError, "b has no input number 0"),
        (Edge("a", "i", 0), NoSuchPortError, "i is where data comes in"),
        (Edge("a", "s", MAX_INPUTS), NoSuchPortError, "s has no input number"),
        (Edge("a", "z", 0), UnknownNodeError, "z, which is not in the network"),
        (Edge("z", "a", 0), UnknownNodeError, "z, which is not in the network"),
    ],
)
def test_impossible_wires_say_why(edge: Edge, error: type[GraphError], words: str) -> None:
    with pytest.raises(error, match=words):
        DIAMOND.with_edge(edge)
    with pytest.raises(error):
        DIAMOND.with_edges([edge])


def test_the_loop_is_named_without_what_hangs_on_it() -> None:
    nodes = [Node(name, ReLU()) for name in "abcdef"]
    edges = [Edge("a", "b"), Edge("b", "c"), Edge("d", "a"), Edge("c", "d"), Edge("d", "e"), Edge("e", "f")]
    with pytest.raises(CycleError, match=r"^These layers form a loop: \w, \w, \w, \w$") as raised:
        Graph.of(nodes, edges)
    assert set(str(raised.value).rpartition(": ")[2].split(", ")) == set("abcd")


def test_two_wires_into_one_input_are_refused_together() -> None:
    with pytest.raises(PortTakenError):
        Graph.of([Node(name, ReLU()) for name in "abc"], [Edge("a", "c"), Edge("b", "c")])


def test_duplicate_and_unknown_names() -> None:
    with pytest.raises(DuplicateNameError, match="two layers named a"):
        DIAMOND.with_node(Node("a", ReLU()))
    with pytest.raises(DuplicateNameError, match="two layers named b"):
        DIAMOND.renamed("a", "b")
    with pytest.raises(InvalidNameError):
        DIAMOND.renamed("a", "lambda")
    for edit in (lambda g: g.without(["z"]), lambda g: g.renamed("z", "y"), lambda g: g.moved({"z": (0, 0)}),
                 lambda g: g.with_layer("z", ReLU()), lambda g: g.healed("z")):
        with pytest.raises(UnknownNodeError):
            edit(DIAMOND)


# -- looking ----------------------------------------------------------------------------


def test_order_goes_with_the_wires_and_else_by_age() -> None:
    assert DIAMOND.order == ("i", "a", "b", "c", "s", "e")
    late_input = Graph.of([Node("b", ReLU()), Node("a", ReLU()), Node("c", ReLU())], [Edge("a", "b")])
    assert late_input.order == ("a", "b", "c")


def test_inputs_by_port_and_downstream() -> None:
    graph = Graph.of([Node("i", Input()), Node("a", ReLU()), Node("s", Add())], [Edge("a", "s", 1), Edge("i", "a"),
                                                                               Edge("i", "s", 0)])
    assert [edge.source for edge in graph.inputs["s"]] == ["i", "a"]
    assert graph.downstream("i") == {"i", "a", "s"}
    assert graph.downstream("s") == {"s"}
    assert graph.free_port("s") == 2
    assert graph.free_port("a") is None
    assert graph.without_edges([Edge("i", "s", 0)]).free_port("s") == 0


# -- edits ----------------------------------------------------------------------------


def test_rename_keeps_place_and_wires() -> None:
    renamed = DIAMOND.renamed("a", "z")
    assert list(renamed.nodes) == ["i", "z", "b", "s", "c", "e"]
    assert renamed.nodes["z"].name == "z"
    assert [(edge.source, edge.target) for edge in renamed.edges[:2]] == [("i", "z"), ("z", "b")]
    assert renamed.renamed("z", "a") == DIAMOND
    assert DIAMOND.renamed("a", "a") is DIAMOND


def test_removing_takes_the_wires_along() -> None:
    graph = DIAMOND.without(["a", "s"])
    assert list(graph.nodes) == ["i", "b", "c", "e"]
    assert graph.edges == (Edge("i", "c"),)


def test_healing_leads_the_wire_on() -> None:
    assert DIAMOND.healed("b").edges[-1] == Edge("a", "s", 0)
    assert DIAMOND.healed("i").inputs["a"] == ()
    both = DIAMOND.healed("s")
    assert both.inputs["e"] == (Edge("b", "e"),)
    # What comes after an Add twice is led on twice.
    twice = graph_of("i>a>s a>s s>t s>t", i=Input(), s=Add(), t=Add())
    assert twice.healed("s").inputs["t"] == (Edge("a", "t", 0), Edge("a", "t", 1))


def test_inserting_into_a_wire() -> None:
    graph = DIAMOND.inserted(Node("n", ReLU()), Edge("b", "s", 0))
    assert graph.inputs["s"] == (Edge("n", "s", 0), Edge("c", "s", 1))
    assert graph.inputs["n"] == (Edge("b", "n"),)
    with pytest.raises(DuplicateNameError):
        DIAMOND.inserted(Node("a", ReLU()), Edge("b", "s", 0))


def test_changing_the_layer_drops_wires_into_missing_inputs() -> None:
    assert DIAMOND.with_layer("s", ReLU()).inputs["s"] == (Edge("b", "s", 0),)
    assert DIAMOND.with_layer("s", Input()).inputs["s"] == ()
    assert DIAMOND.with_layer("a", Add()).edges == DIAMOND.edges
    changed = DIAMOND.with_layer("a", Conv2d(out_channels=2))
    assert (changed.edges, changed.order) == (DIAMOND.edges, DIAMOND.order)
    assert changed.nodes["b"] is DIAMOND.nodes["b"]


def test_moving_keeps_structure_and_the_other_nodes() -> None:
    order = DIAMOND.order
    moved = DIAMOND.moved({"a": (5.0, 6.0)})
    assert moved.nodes["a"].position == (5.0, 6.0)
    assert moved.order is order
    assert diff(DIAMOND, moved) == Diff((), (), ("a",), (), ())


def test_bends_go_along_where_both_ends_go_the_same_way() -> None:
    edge = Edge("a", "b", 0, ((10.0, 20.0),))
    bent = DIAMOND.with_via(Edge("a", "b"), edge.via)
    assert bent.moved({"a": (1.0, 2.0), "b": (1.0, 2.0)}).outputs["a"][0].via == ((11.0, 22.0),)
    assert bent.moved({"a": (1.0, 2.0), "b": (1.0, 2.5)}).outputs["a"][0] == edge
    assert bent.moved({"a": (1.0, 2.0)}).edges == bent.edges


# -- any edits ----------------------------------------------------------------------------


def assert_is_network(graph: Graph) -> None:
    """What every Graph promises, checked without its own methods."""
    assert all(name == node.name for name, node in graph.nodes.items())
    assert all(edge.source in graph.nodes and edge.target in graph.nodes for edge in graph.edges)
    assert len({(edge.target, edge.port) for edge in graph.edges}) == len(graph.edges)
    for edge in graph.edges:
        most = graph.nodes[edge.target].layer.max_inputs
        assert edge.port >= 0 and (most is None or edge.port < most)
    feeds: dict[str, set[str]] = {name: set() for name in graph.nodes}
    for edge in graph.edges:
        feeds[edge.target].add(edge.source)
    list(TopologicalSorter(feeds).static_order())  # raises on a cycle
    place = {name: index for index, name in enumerate(graph.order)}
    assert len(place) == len(graph.nodes)
    assert all(place[edge.source] < place[edge.target] for edge in graph.edges)
    assert graph == Graph.of(graph.nodes.values(), graph.edges)


NAMES = st.sampled_from("abcdefgh")
EDITS = st.one_of(
    st.tuples(st.just("with_node"), st.builds(Node, NAMES, st.sampled_from([ReLU(), Add(), Input(), Conv2d()]))),
    st.tuples(st.just("with_edge"), st.builds(Edge, NAMES, NAMES, st.integers(0, 2))),
    st.tuples(st.just("without"), st.lists(NAMES, min_size=1, max_size=2)),
    st.tuples(st.just("without_edges"), st.lists(st.builds(Edge, NAMES, NAMES, st.integers(0, 2)), max_size=2)),
    st.tuples(st.just("renamed"), NAMES, NAMES),
    st.tuples(st.just("healed"), NAMES),
    st.tuples(st.just("with_layer"), NAMES, st.sampled_from([layer() for layer in LAYERS.values()])),
    st.tuples(st.just("moved"), st.dictionaries(NAMES, st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=2)),
    st.tuples(st.just("inserted"), st.builds(Node, NAMES, st.sampled_from([ReLU(), Add()])),
              st.builds(Edge, NAMES, NAMES, st.integers(0, 2))),
)  # fmt: skip


def frozen_copy(graph: Graph) -> tuple[Any, ...]:
    return tuple(graph.nodes.items()), graph.edges


def apply(difference: Diff, before: Graph, after: Graph) -> Graph:
    """What the canvas does with a difference: it takes only the named parts from ``after``."""
    graph = before.without_edges(difference.edges_removed).without(difference.removed)
    for name in difference.changed:
        graph = Graph({**graph.nodes, name: after.nodes[name]}, graph.edges)
    return graph.with_nodes(after.nodes[name] for name in difference.added).with_edges(difference.edges_added)


@settings(max_examples=200, deadline=None)
@given(edits=st.lists(EDITS, max_size=25))
def test_any_edits_keep_a_network_and_differences_are_whole(edits: list[tuple[Any, ...]]) -> None:
    first = graph = graph_of("a>b>c", a=Input(), c=Add())
    for name, *arguments in edits:
        before, copy = graph, frozen_copy(graph)
        try:
            graph = getattr(graph, name)(*arguments)
        except (GraphError, KeyError) as error:
            assert isinstance(error, GraphError), f"{name}{arguments}: {error!r}"
        assert_is_network(graph)
        assert frozen_copy(before) == copy
        assert len(graph.order) == len(graph.nodes)  # kept structure may not go stale
    for start, end in ((first, graph), (graph, first)):
        again = apply(diff(start, end), start, end)
        assert again.nodes == end.nodes
        assert set(again.edges) == set(end.edges)
        assert diff(again, end) == Diff((), (), (), (), ())


def test_nothing_differs_from_itself() -> None:
    assert diff(DIAMOND, DIAMOND) == Diff((), (), (), (), ())
    same = Graph.of(DIAMOND.nodes.values(), DIAMOND.edges)
    assert same == DIAMOND
    assert diff(DIAMOND, same) == Diff((), (), (), (), ())
    again = Graph(DIAMOND.nodes, tuple(replace(edge) for edge in DIAMOND.edges[1:]))
    assert diff(DIAMOND, again) == Diff((), (), (), (), DIAMOND.edges[:1]), "equal wires are the same"
