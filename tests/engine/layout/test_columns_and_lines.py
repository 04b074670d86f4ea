"""Long networks in several columns, and networks that go to the right."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from engine.blocks.inception import Inception
from engine.experiment.experiment import load_experiment
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import CARD, FLOWS, STEP, size_of
from engine.layers.activation import ReLU
from engine.layers.merge import Add
from engine.layout.rows import arranged, flowing
from engine.layout.setting_out import TERMS


def chain(count: int, every: int = 0) -> Graph:
    return Graph.of([Node(f"n{i}", Inception() if every and i % every == 0 else ReLU()) for i in range(count)],
                    [Edge(f"n{i - 1}", f"n{i}") for i in range(1, count)])


def columns(graph: Graph) -> list[list[str]]:
    found: dict[float, list[str]] = {}
    for name, node in graph.nodes.items():
        found.setdefault(node.position[0], []).append(name)
    return [found[x] for x in sorted(found)]


@pytest.mark.parametrize("count", [20, 40, 200, 2000])
def test_a_long_chain_goes_on_in_columns_that_are_alike_and_read_from_left_to_right(count: int) -> None:
    graph = arranged(chain(count), wrap=True)
    found = columns(graph)
    assert [name for column in found for name in column] == list(graph.nodes)
    lengths = [len(column) for column in found]
    assert len(found) > 1 and max(lengths) - min(lengths[:-1]) <= 1 and lengths[-1] <= max(lengths)
    wide = (len(found) - 1) * (CARD[0] + TERMS["down"].channel) + CARD[0]
    assert 1 < wide / (max(lengths) * STEP) < 2.6
    assert {graph.nodes[column[0]].position[1] for column in found} == {0.0}, "all begin at the top"


def test_what_fits_a_screen_stays_one_column():
    for count in (1, 5, 10):
        assert len(columns(arranged(chain(count), wrap=True))) == 1
    assert len(columns(arranged(chain(60)))) == 1, "without wrapping"


def test_columns_part_only_where_a_single_tensor_goes_on():
    """Residual blocks by hand: a way past two layers, one after the other."""
    edges, names = [], ["start"]
    for i in range(12):
        edges += [(names[-1], f"a{i}"), (f"a{i}", f"b{i}"), (f"b{i}", f"add{i}"), (names[-1], f"add{i}")]
        names += [f"a{i}", f"b{i}", f"add{i}"]
    ports: dict[str, int] = {}
    graph = Graph.of([Node(name, Add()) for name in names])
    for source, target in edges:
        graph = graph.with_edge(Edge(source, target, ports.setdefault(target, 0)))
        ports[target] += 1
    found = columns(arranged(graph, wrap=True))
    assert len(found) > 1
    for left in range(1, len(found)):
        before = {name for column in found[:left] for name in column}
        assert len({edge.source for edge in graph.edges if edge.source in before and edge.target not in before}) == 1


def test_a_frame_is_never_parted():
    graph = chain(60).with_frames([Frame("long", tuple(f"n{i}" for i in range(10, 35)))])
    found = columns(arranged(graph, wrap=True))
    assert any(set(column) >= set(graph.frames[0].members) for column in found)


def test_googlenet_lies_in_four_columns_as_wide_as_a_screen():
    graph = arranged(load_experiment("gallery:googlenet").graph, wrap=True)
    assert len(columns(graph)) == 4
    bottom = max(node.position[1] + size_of(node)[1] for node in graph.nodes.values())
    assert bottom < 800


@pytest.mark.parametrize("flow", FLOWS)
def test_one_after_the_other_along_the_flow_in_one_line_across_it(flow) -> None:
    graph = arranged(replace(chain(6, every=2), flow=flow))
    along, across = (0, 1) if flow == "right" else (1, 0)
    for a, b in pairwise(graph.nodes.values()):
        gap = b.position[along] - a.position[along] - size_of(a)[along]
        assert gap >= TERMS[flow].gap and gap < 2 * TERMS[flow].gap + 60
    middles = {node.position[across] + size_of(node)[across] / 2 for node in graph.nodes.values()}
    assert len(middles) == 1


def test_branches_beside_each_other_whichever_way_it_goes():
    graph = Graph.of([Node(name, Add()) for name in "abcz"],
                     [Edge("a", "b"), Edge("a", "c"), Edge("b", "z", 0), Edge("c", "z", 1)])
    down, right = arranged(graph), arranged(replace(graph, flow="right"))
    assert down.nodes["b"].position[1] == down.nodes["c"].position[1]
    assert right.nodes["b"].position[0] == right.nodes["c"].position[0]
    assert right.nodes["c"].position[1] - right.nodes["b"].position[1] >= CARD[1]


def test_another_direction_is_laid_out_anew_the_same_one_stays():
    graph = arranged(chain(5)).moved({"n3": (700.0, 5.0)})
    assert flowing(graph, "down") is graph
    right = flowing(graph, "right")
    assert right.flow == "right" and right == arranged(replace(graph, flow="right"), wrap=True)
    assert flowing(right, "down") == arranged(graph, wrap=True)


def test_a_frame_in_a_network_that_goes_to_the_right_has_room_for_its_title():
    graph = Graph.of([Node(name, Add()) for name in "abcz"],
                     [Edge("a", "b"), Edge("a", "c"), Edge("b", "z", 0), Edge("c", "z", 1)])
    framed = replace(graph, flow="right").with_frames([Frame("below", ("c",))])
    after = arranged(framed)
    gap = after.nodes["c"].position[1] - after.nodes["b"].position[1] - CARD[1]
    assert gap >= 46
