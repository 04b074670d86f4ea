"""Room for cards that grow, and files from when all cards were alike."""

from __future__ import annotations

from engine.blocks.inception import Inception
from engine.blocks.residual import Residual
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import CARD, size_of
from engine.graph.json import graph_json, read_graph
from engine.graph.room import GAP, grown, make_room
from engine.layers.activation import ReLU


def column(*layers: object) -> Graph:
    return Graph.of([Node(f"n{i}", layer, (0.0, 76.0 * i)) for i, layer in enumerate(layers)],
                    [Edge(f"n{i - 1}", f"n{i}") for i in range(1, len(layers))])


def ys(graph: Graph) -> list[float]:
    return [node.position[1] for node in graph.nodes.values()]


def test_what_lies_in_the_way_goes_down_and_rows_stay_rows():
    graph = column(ReLU(), Residual(), ReLU(), ReLU()).with_node(Node("beside", ReLU(), (260.0, 152.0)))
    graph = graph.with_via(Edge("n2", "n3"), ((9.0, 200.0),)).with_frames([Frame("note", position=(600.0, 300.0))])
    after = make_room(graph, ["n1"])
    low = 76 + size_of(graph.nodes["n1"])[1] + GAP
    assert ys(after) == [0, 76, low, low + 76, low]
    shift = low - 152
    assert after.edges[-1].via == ((9.0, 200.0 + shift),) and after.frames[0].position == (600.0, 300.0 + shift)
    assert make_room(after, after.nodes) is after


def test_where_there_is_room_nothing_moves():
    graph = column(ReLU(), ReLU())
    assert make_room(graph, graph.nodes) is graph
    aside = Graph.of([Node("block", Inception()), Node("act", ReLU(), (CARD[0], 60.0))])
    assert make_room(aside, ["block"]) is aside


def test_which_cards_have_grown():
    before = column(ReLU(), ReLU(), Residual()).with_marks(["n1"], collapsed=True)
    after = before.with_layer("n0", Residual()).with_marks(["n1"], collapsed=False)
    assert grown(before, after) == ["n0", "n1"]
    assert grown(after, before) == [] and grown(before, after.moved({"n0": (5.0, 5.0)})) == ["n1"]


def test_a_file_from_when_all_cards_were_alike_is_opened_with_room():
    graph = column(ReLU(), Residual(), Residual(), ReLU())
    opened = read_graph(graph_json(graph))
    high = size_of(graph.nodes["n1"])[1] + GAP
    assert ys(opened) == [0, 76, 76 + high, 76 + 2 * high]
    assert read_graph(graph_json(opened)) == opened
