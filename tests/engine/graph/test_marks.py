"""What is drawn on a network: bypassed and folded cards, moves, chains put into wires, bends, comments, copies."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.graph import edits, marks
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node, Position
from engine.graph.grid import CARD, COLUMN, STEP
from engine.graph.json import FileError, graph_json, read_graph
from engine.graph.room import pushed
from engine.layers.activation import ReLU
from engine.layers.base import Layer
from engine.layers.inputs import Constant, Input
from engine.layers.linear import Linear
from engine.layers.merge import Add


def chain(*names: str, at: Position = (0.0, 0.0), **layers: Layer) -> Graph:
    nodes = [Node(name, layers.get(name, ReLU()), (at[0], at[1] + STEP * row)) for row, name in enumerate(names)]
    return Graph.of(nodes, [Edge(a, b) for a, b in pairwise(names)])


NETWORK = chain("input", "a", "b", "c", input=Input())


def beside(graph: Graph, other: Graph) -> Graph:
    return graph.with_nodes(other.nodes.values()).with_edges(other.edges)


def places(graph: Graph) -> dict[str, Position]:
    return {name: node.position for name, node in graph.nodes.items()}


def wires(graph: Graph) -> set[str]:
    return {f"{edge.source}>{edge.target}{edge.port or ''}" for edge in graph.edges}


def bypassed(graph: Graph) -> set[str]:
    return {name for name, node in graph.nodes.items() if node.bypassed}


# -- cards ------------------------------------------------------------------------------------------------------------


def test_bypassing_turns_all_on_before_it_turns_all_off() -> None:
    graph = marks.bypass_turned(NETWORK, ["input", "a"])
    assert bypassed(graph) == {"a"}
    graph = marks.bypass_turned(graph, ["a", "b"])
    assert bypassed(graph) == {"a", "b"}
    assert bypassed(marks.bypass_turned(graph, ["input", "a", "b"])) == set()
    off = NETWORK.with_marks(["input"], bypassed=True)
    assert marks.can_bypass(off.nodes["input"]) and not marks.can_bypass(NETWORK.nodes["input"])
    assert bypassed(marks.bypass_turned(off, ["input"])) == set()


def test_folding_folds_all_before_it_unfolds_all() -> None:
    graph = marks.fold_turned(NETWORK.with_marks(["a"], collapsed=True), ["a", "b"])
    assert [node.collapsed for node in graph.nodes.values()] == [False, True, True, False]
    assert not any(node.collapsed for node in marks.fold_turned(graph, ["a", "b"]).nodes.values())


def test_nudging() -> None:
    assert places(marks.nudged(NETWORK, ["a", "b"], 5, -3)) == {
        "input": (0, 0), "a": (5, STEP - 3), "b": (5, 2 * STEP - 3), "c": (0, 3 * STEP)}


# -- into a wire ------------------------------------------------------------------------------------------------------

LOOSE = chain("x", "y", at=(500.0, 40.0))
SPOT = Edge("a", "b")


def test_a_loose_chain_goes_into_a_wire_and_makes_room() -> None:
    graph = marks.put_into(beside(NETWORK, LOOSE), ["y", "x"], SPOT)
    assert wires(graph) == {"input>a", "a>x", "x>y", "y>b", "b>c"}
    assert places(graph) == {"input": (0, 0), "a": (0, STEP), "x": (0, 2 * STEP), "y": (0, 3 * STEP),
                             "b": (0, 4 * STEP), "c": (0, 5 * STEP)}


def test_a_branch_goes_into_the_input_that_the_wire_had() -> None:
    graph = NETWORK.with_node(Node("add", Add(), (0.0, 999.0))).with_edges([Edge("c", "add"), Edge("a", "add", 1)])
    graph = marks.put_into(beside(graph, LOOSE), ["x", "y"], Edge("a", "add", 1))
    assert {"a>x", "y>add1", "c>add"} <= wires(graph) and "a>add1" not in wires(graph)
    assert graph.nodes["add"].position == (0, 999)


@pytest.mark.parametrize(("names", "edge"), [
    ([], SPOT), (["a"], SPOT), (["b"], SPOT), (["x"], SPOT), (["y"], SPOT), (["x", "y", "z"], SPOT), (["k"], SPOT),
    (["p", "q", "r"], SPOT), (["p", "q", "s"], SPOT), (["c"], SPOT), (["x", "y"], Edge("x", "y")),
])  # fmt: skip
def test_what_does_not_fit_into_a_wire_stays(names: list[str], edge: Edge) -> None:
    graph = beside(beside(NETWORK, LOOSE), chain("z")).with_node(Node("k", Constant()))
    graph = graph.with_nodes([Node("p", ReLU()), Node("q", ReLU()), Node("r", Add()), Node("s", ReLU())])
    graph = graph.with_edges([Edge("p", "r"), Edge("q", "r", 1), Edge("p", "s")])
    assert not marks.can_go_into(graph, names, edge) and marks.put_into(graph, names, edge) is graph


def test_what_fits() -> None:
    graph = beside(NETWORK, LOOSE)
    assert marks.can_go_into(graph, ["x", "y"], SPOT)
    assert marks.can_go_into(graph.without(["y"]), ["x"], SPOT)


# -- bends ------------------------------------------------------------------------------------------------------------


def test_bends_come_and_go_one_by_one() -> None:
    def via(graph: Graph) -> tuple[Position, ...]:
        return graph.inputs["b"][0].via

    graph = marks.bent(NETWORK, SPOT, 0, (1.0, 1.0))
    graph = marks.bent(graph, graph.inputs["b"][0], 1, (3.0, 3.0))
    graph = marks.bent(graph, graph.inputs["b"][0], 1, (2.0, 2.0))
    edge = graph.inputs["b"][0]
    assert via(graph) == ((1, 1), (2, 2), (3, 3))
    assert via(marks.unbent(graph, edge, 1)) == ((1, 1), (3, 3))
    assert via(marks.unbent(graph, edge, 0)) == ((2, 2), (3, 3))
    assert via(marks.unbent(graph, edge)) == ()
    assert marks.same_ends(edge, SPOT) and not marks.same_ends(edge, Edge("a", "b", 1))


# -- comments ---------------------------------------------------------------------------------------------------------


def test_above_a_comment_there_is_room_for_its_title() -> None:
    graph = marks.with_frame(NETWORK, Frame("part", ("b",)))
    low = STEP + CARD[1] + marks.TITLE_ROOM
    assert [y for _, y in places(graph).values()] == [0, STEP, low, low + STEP]
    assert marks.with_frame(graph, Frame("again", ("b",))).nodes == graph.nodes
    assert places(marks.with_frame(NETWORK, Frame("all", ("input", "a", "b", "c")))) == places(NETWORK)
    assert places(marks.with_frame(NETWORK, Frame("note"))) == places(NETWORK)
    high = NETWORK.moved({name: (0.0, y - 1000) for name, (_, y) in places(NETWORK).items()})
    assert places(marks.with_frame(high, Frame("all", ("input", "a")))) == places(high), "above zero is no card"
    roomy = NETWORK.moved({"b": (0.0, 900.0), "c": (0.0, 990.0)})
    assert places(marks.with_frame(roomy, Frame("part", ("b",)))) == places(roomy)
    aside = beside(NETWORK.without(["b", "c"]), chain("far", at=(CARD[0], 2 * STEP)))
    assert places(marks.with_frame(aside, Frame("part", ("far",)))) == places(aside), "nothing stands above it"
    under = beside(NETWORK.without(["b", "c"]), chain("far", at=(CARD[0] - 1, 2 * STEP)))
    assert places(marks.with_frame(under, Frame("part", ("far",))))["far"] == (CARD[0] - 1, low)


FRAMES = (Frame("one", ("a", "b")), Frame("note", position=(5.0, 6.0)), Frame("two", ("c",), collapsed=True))
FRAMED = NETWORK.with_frames(FRAMES)


def test_a_note_is_moved_sized_and_coloured_and_a_comment_lies_where_its_members_lie() -> None:
    assert marks.frame_shifted(FRAMED, 1, (2, 3)).frames[1].position == (7, 9)
    assert marks.frame_shifted(FRAMED, 0, (2, 3)) is FRAMED
    assert marks.frame_placed(FRAMED, 1, (1, 1)).frames[1].position == (1, 1)
    assert marks.frame_sized(FRAMED, 1, (300, 90)).frames[1].size == (300, 90)
    assert [frame.color for frame in marks.frame_colored(FRAMED, 2, "red").frames] == ["", "", "red"]
    assert [frame.text for frame in marks.frame_changed(FRAMED, 1, Frame("x")).frames] == ["one", "x", "two"]


@pytest.mark.parametrize(("chosen", "folded"), [
    ([0, 1], [True, False, True]), ([0, 2], [True, False, True]), ([2], [False, False, False]),
    ([1, 2], [False, False, False]), ([1], [False, False, True]),
])  # fmt: skip
def test_comments_fold_and_notes_do_not(chosen: list[int], folded: list[bool]) -> None:
    assert [frame.collapsed for frame in marks.frames_folded(FRAMED, chosen).frames] == folded


def test_comments_go_alone_or_with_what_they_enclose() -> None:
    assert marks.without_frames(FRAMED, [0, 1]).frames == FRAMES[2:]
    assert marks.without_frames(FRAMED, [0]).nodes == FRAMED.nodes
    gone = marks.without_frames(FRAMED, [0], with_members=True)
    assert list(gone.nodes) == ["input", "c"] and gone.frames == FRAMES[1:]


@pytest.mark.parametrize(("names", "homes", "members"), [
    (["c"], [0], [("a", "b", "c"), ()]), (["a"], [2], [("b",), (), ("c", "a")]), (["a", "b"], [], [(), ("c",)]),
    (["input"], [0, 2], [("a", "b", "input"), (), ("c", "input")]), (["input"], [], [("a", "b"), (), ("c",)]),
    (["a"], [0], [("a", "b"), (), ("c",)]),
])  # fmt: skip
def test_nodes_join_frames_and_leave_others(names: list[str], homes: list[int], members: list[tuple[str, ...]]) -> None:
    assert [frame.members for frame in marks.joined(FRAMED, names, homes).frames] == members


# -- copies -----------------------------------------------------------------------------------------------------------


def test_copies_lie_beside_what_is_there() -> None:
    assert marks.middle_of(NETWORK) == (CARD[0] / 2, (3 * STEP + CARD[1]) / 2)
    piece = edits.part(FRAMED, ["a", "b"])
    assert piece.frames == FRAMES[:1] and wires(piece) == {"a>b"}
    assert edits.part(FRAMED, ["a"]).frames == ()
    assert marks.clear_of(NETWORK, piece, (0.0, 0.0)) == (COLUMN, 0.0)
    assert marks.clear_of(NETWORK, piece, (CARD[0], 0.0)) == (CARD[0], 0.0)
    assert marks.clear_of(NETWORK, piece, (CARD[0] - 1, 0.0)) == (CARD[0] - 1 + COLUMN, 0.0)
    assert marks.clear_of(NETWORK, piece, (0.0, 2 * STEP + CARD[1])) == (0.0, 2 * STEP + CARD[1])
    assert marks.clear_of(NETWORK, piece, (0.0, -2 * STEP - CARD[1])) == (0.0, -2 * STEP - CARD[1])
    pasted, names = edits.pasted(FRAMED, piece, (COLUMN, 0.0))
    assert [frame.members for frame in pasted.frames] == [("a", "b"), (), ("c",), names]


def test_a_copy_shares_with_the_copied_owner_or_the_old_one() -> None:
    graph = chain("input", "fc1", "fc2", input=Input(), fc1=Linear(), fc2=Linear()).with_shares("fc2", "fc1")
    both, _ = edits.pasted(graph, edits.part(graph, ["fc1", "fc2"]), (0, 0))
    assert both.shares == {"fc2": "fc1", "fc4": "fc3"}
    alone = Graph({"fc2": graph.nodes["fc2"]})
    assert edits.pasted(graph, alone, (0, 0))[0].shares == {"fc2": "fc1", "fc3": "fc1"}
    other = graph.with_shares("fc2", None).with_layer("fc1", Linear(out_features=3))
    assert edits.pasted(other, alone, (0, 0))[0].shares == {}
    assert edits.pasted(Graph(), alone, (0, 0))[0].shares == {}


# -- gestures ---------------------------------------------------------------------------------------------------------


def test_where_what_is_added_stands() -> None:
    assert edits.appended(Graph(), Input(), [])[0].nodes["input"].position == (0, 0)
    graph, name = edits.appended(NETWORK.moved({"c": (70.0, 500.0)}), Constant(), [])
    assert graph.nodes[name].position == (70, 500 + STEP) and not graph.inputs[name]
    graph, name = edits.appended(NETWORK, ReLU(), [])
    assert graph.nodes[name].position == (0, 4 * STEP) and wires(graph) >= {f"c>{name}"}
    two = NETWORK.with_node(Node("d", ReLU(), (300.0, STEP))).with_edge(Edge("input", "d"))
    graph, name = edits.appended(two, ReLU(), ["input"])
    assert graph.nodes[name].position == (300 + COLUMN, STEP) and graph.inputs[name] == (Edge("input", name),)
    graph, name = edits.appended(two, Add(), ["c", "d"])
    assert graph.nodes[name].position == (150, 4 * STEP)
    assert [edge.source for edge in graph.inputs[name]] == ["c", "d"]
    graph, name = edits.appended(two, ReLU(), ["c", "d"])
    assert [edge.source for edge in graph.inputs[name]] == ["d"], "the last that is selected, where it takes one"
    graph, name = edits.inserted(two.moved({"a": (40.0, STEP)}), Add(), Edge("input", "a"))
    assert graph.nodes[name].position == (40, STEP) and graph.nodes["a"].position == (40, 2 * STEP)
    assert edits.only_end(NETWORK) == ("c",) and edits.only_end(two) == ()
    assert list(edits.added(NETWORK, Input(), (1, 2))[0].nodes)[-1] == "input1"


def test_room_is_made_only_below_and_only_where_it_is_missing() -> None:
    assert pushed(NETWORK, "b", 2 * STEP, (0, 0)) is NETWORK
    high = NETWORK.moved({"c": (0.0, 10.0)})
    assert [y for _, y in places(pushed(high, "a", STEP + 7, (0, 0))).values()] == [0, STEP + 7, 2 * STEP + 7, 10]


def test_a_wire_goes_to_the_first_free_input_or_the_one_that_is_named() -> None:
    graph = NETWORK.with_node(Node("add", Add()))
    graph = edits.connected(graph, "c", "add", 1)
    assert graph.inputs["add"] == (Edge("c", "add", 1),)
    assert edits.connected(graph, "a", "add").inputs["add"] == (Edge("a", "add"), Edge("c", "add", 1))


# -- plain values -----------------------------------------------------------------------------------------------------

NODE = {"name": "a", "layer": "ReLU"}
NO_WIRE = "This file is damaged: a wire is not [from, to, input number]"


@pytest.mark.parametrize(("raw", "reason"), [
    ([], "This file is damaged: it has no list of nodes"),
    ({"nodes": [], "edges": 3}, "This file is damaged: it has no list of edges"),
    ({"nodes": [3], "edges": []}, "This file is damaged: a node has no name"),
    ({"nodes": [{"name": 3}], "edges": []}, "This file is damaged: a node has no name"),
    ({"nodes": [{"name": "a", "layer": "Frob"}], "edges": []}, "a: this Layerloom knows no layer “Frob”"),
    ({"nodes": [{**NODE, "position": [1]}], "edges": []}, "a: its position is not two numbers"),
    ({"nodes": [{**NODE, "position": [1, True]}], "edges": []}, "a: its position is not two numbers"),
    ({"nodes": [{**NODE, "position": [1, 1e8]}], "edges": []}, "a: its position is not two numbers"),
    ({"nodes": [{**NODE, "shares": 3}], "edges": []}, "a: what it shares is not a name"),
    ({"nodes": [{**NODE, "bypassed": 1}], "edges": []}, "a: its “bypassed” is not possible"),
    ({"nodes": [{**NODE, "label": "pink"}], "edges": []}, "a: its “label” is not possible"),
    ({"nodes": [{**NODE, "label": "red", "collapsed": None}], "edges": []}, "a: its “collapsed” is not possible"),
    ({"nodes": [NODE], "edges": [["a", "a"]]}, NO_WIRE),
    ({"nodes": [NODE], "edges": [["a", "a", True]]}, NO_WIRE),
    ({"nodes": [NODE], "edges": [["a", 3, 0]]}, NO_WIRE),
    ({"nodes": [NODE], "edges": [["a", "a", 0, [[1]]]]}, NO_WIRE),
    ({"nodes": [NODE], "edges": [["a", "a", 0, [], 1]]}, NO_WIRE),
    ({"nodes": [NODE], "edges": [], "frames": 3}, "This file is damaged: it has no list of frames"),
])  # fmt: skip
def test_a_damaged_network_says_what_is_wrong(raw: object, reason: str) -> None:
    with pytest.raises(FileError) as caught:
        read_graph(raw)
    assert str(caught.value) == reason


def test_what_is_written_is_little_and_is_read_back() -> None:
    graph = FRAMED.with_marks(["a"], bypassed=True, label="red", collapsed=True)
    graph = marks.bent(graph.moved({"c": (1.26, -3e7)}), SPOT, 0, (1.04, 2.0))
    raw = graph_json(graph)
    assert raw["nodes"][1:] == [
        {"name": "a", "layer": "ReLU", "options": {}, "position": [0.0, 76.0], "bypassed": True, "label": "red",
         "collapsed": True},
        {"name": "b", "layer": "ReLU", "options": {}, "position": [0.0, 152.0]},
        {"name": "c", "layer": "ReLU", "options": {}, "position": [1.3, -10_000_000.0]}]
    assert raw["edges"] == [["input", "a", 0], ["a", "b", 0, [[1.0, 2.0]]], ["b", "c", 0]]
    assert raw["frames"] == [{"text": "one", "members": ["a", "b"]}, {"text": "note", "position": [5.0, 6.0]},
                             {"text": "two", "members": ["c"], "collapsed": True}]
    again = read_graph(raw)
    assert graph_json(again) == raw and again.frames == FRAMES
