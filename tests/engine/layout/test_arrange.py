"""Laying out: rows, no overlaps, stable, straight, in its place, frames together, fast."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine.blocks
import engine.layers  # noqa: F401  (both fill the registry)
from engine.experiment.experiment import gallery_ids, load_experiment
from engine.graph.cards import Grid
from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import COLUMN, STEP
from engine.layers.activation import ReLU
from engine.layers.inputs import Input
from engine.layers.merge import Add
from engine.layout.layered import Link, Unit, crossings, layered
from engine.layout.rows import CARD_HEIGHT, CARD_WIDTH, FEW, PARTS_APART, WIDE, arranged


def wired(*edges: str) -> Graph:
    """``wired("a b", "b c")``: a node per name, all in one spot."""
    pairs = [edge.split() for edge in edges]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    ports: dict[str, int] = {}
    graph = Graph.of([Node(name, Add()) for name in names])
    for source, target in pairs:
        graph = graph.with_edge(Edge(source, target, ports.setdefault(target, 0)))
        ports[target] += 1
    return graph


@st.composite
def graphs(draw: st.DrawFn, most: int = 40) -> Graph:
    count = draw(st.integers(1, most))
    graph = Graph.of([Node(f"n{i}", Add(), (draw(st.integers(-400, 400)) * 1.0, draw(st.integers(-400, 400)) * 1.0))
                      for i in range(count)])
    edges = []
    for target in range(1, count):
        for port, source in enumerate(sorted(draw(st.sets(st.integers(max(0, target - 12), target - 1), max_size=3)))):
            edges.append(Edge(f"n{source}", f"n{target}", port))
    return graph.with_edges(edges)


def spots(graph: Graph) -> dict[str, tuple[float, float]]:
    return {name: node.position for name, node in graph.nodes.items()}


def check_apart(graph: Graph) -> None:
    for (a, (ax, ay)), (b, (bx, by)) in combinations(spots(graph).items(), 2):
        assert abs(ax - bx) >= CARD_WIDTH or abs(ay - by) >= CARD_HEIGHT, f"{a} and {b} overlap"


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_any_graph_flows_down_without_overlaps_and_stays_when_laid_out_again(graph):
    after = arranged(graph)
    check_apart(after)
    for edge in after.edges:
        assert after.nodes[edge.target].position[1] >= after.nodes[edge.source].position[1] + STEP
    first = graph.order[0]
    assert after.nodes[first].position == graph.nodes[first].position
    assert arranged(after) is after
    assert after.edges == graph.edges and list(after.nodes) == list(graph.nodes)


@settings(max_examples=60, deadline=None)
@given(graphs(25), st.data())
def test_a_part_is_laid_out_in_its_place_and_others_make_room(graph, data):
    whole = arranged(graph)
    chosen = data.draw(st.sets(st.sampled_from(sorted(graph.nodes)), min_size=1))
    after = arranged(whole, chosen)
    check_apart(after)
    assert arranged(after, chosen) is after
    first = next(name for name in graph.order if name in chosen)
    assert after.nodes[first].position == whole.nodes[first].position


@pytest.mark.parametrize("name", gallery_ids())
def test_the_gallery_lies_well(name):
    graph = load_experiment(f"gallery:{name}").graph
    after = arranged(graph)
    check_apart(after)
    assert arranged(after) is after


def test_a_chain_is_straight_and_what_skips_it_has_a_way():
    after = arranged(wired("a b", "b c", "c d", "a d", "d e"))
    assert len({x for x, _ in spots(after).values()}) == 1
    assert [y for _, y in spots(after).values()] == [0, STEP, 2 * STEP, 3 * STEP, 4 * STEP]


def test_branches_stand_around_what_they_leave_and_meet_in():
    after = arranged(wired("a b", "a c", "a d", "a e", "b z", "c z", "d z", "e z"))
    at = spots(after)
    middle = (at["b"][0] + at["e"][0]) / 2
    assert at["a"][0] == at["z"][0] == pytest.approx(middle, abs=1)
    assert at["b"][0] < at["c"][0] < at["d"][0] < at["e"][0]


def test_wires_that_need_not_cross_do_not():
    units = [Unit(CARD_WIDTH)] * 7
    links = [Link(0, 1), Link(0, 2), Link(0, 3), Link(3, 4), Link(1, 6), Link(2, 5)]
    assert crossings(layered(units, links)) == 0


def test_loose_parts_lie_side_by_side():
    after = spots(arranged(wired("a b", "c d", "e f")))
    assert after["a"][1] == after["c"][1] == after["e"][1] and after["a"][0] < after["c"][0] < after["e"][0]
    many = arranged(Graph.of([Node(f"n{i}", ReLU()) for i in range(60)]))
    assert len({y for _, y in spots(many).values()}) > 3
    area = 60 * (CARD_WIDTH + PARTS_APART) * 2 * STEP
    assert max(x for x, _ in spots(many).values()) + CARD_WIDTH <= max(FEW * COLUMN, WIDE * area**0.5)
    check_apart(many)


def test_near_a_card_is_where_another_would_overlap_it_or_nearly():
    def card(x: float, y: float) -> Node:
        return Node("card", ReLU(), (x, y))

    grid = Grid([card(0, 0), card(1000, 500)])
    for x, y in ((CARD_WIDTH + 7, 0), (0, CARD_HEIGHT + 7), (-CARD_WIDTH - 7, 0), (CARD_WIDTH - 9, CARD_HEIGHT - 9)):
        assert grid.is_near(card(x, y)) and grid.is_near(card(1000 + x, 500 + y))
    for x, y in ((CARD_WIDTH + 8, 0), (0, CARD_HEIGHT + 8), (-CARD_WIDTH - 8, 0), (500, 250)):
        assert not grid.is_near(card(x, y))


def test_bends_go_where_both_ends_are_laid_out():
    graph = wired("a b", "b c")
    graph = graph.with_via(graph.edges[0], ((5.0, 5.0),)).with_via(graph.edges[1], ((7.0, 7.0),))
    assert [edge.via for edge in arranged(graph).edges] == [(), ()]
    assert [edge.via for edge in arranged(graph, ["a", "b"]).edges] == [(), ((7.0, 7.0 + 2 * STEP),)]


def test_what_a_frame_encloses_stays_together_and_no_stranger_comes_in():
    graph = wired("a b", "a p", "b c", "p q", "c z", "q z", "b w", "w z")
    framed = graph.with_frames([Frame("path", ("b", "c")), Frame("outer", ("b", "c", "w"))])
    after = arranged(framed)
    check_apart(after)
    for frame in after.frames:
        inside = [after.nodes[name].position for name in frame.members]
        left, right = min(x for x, _ in inside) - 14, max(x for x, _ in inside) + CARD_WIDTH + 14
        top, bottom = min(y for _, y in inside) - 32, max(y for _, y in inside) + CARD_HEIGHT + 10
        for name in set(graph.nodes) - set(frame.members):
            x, y = after.nodes[name].position
            assert x >= right or x + CARD_WIDTH <= left or y >= bottom or y + CARD_HEIGHT <= top, name
    assert arranged(after) is after


def test_a_frame_that_a_wire_leaves_and_enters_again_is_laid_out_all_the_same():
    graph = wired("a b", "b c", "c d").with_frames([Frame("ends", ("a", "c"))])
    assert [y for _, y in spots(arranged(graph)).values()] == [0, STEP, 2 * STEP, 3 * STEP]


def test_nothing_to_lay_out():
    assert arranged(Graph()) == Graph()
    graph = wired("a b")
    assert arranged(graph, []) is graph


@pytest.mark.parametrize("skip", [4, 50, 1500])
def test_two_thousand_nodes_each_have_a_place_of_their_own(skip):
    count = 2000
    nodes = {"n0": Node("n0", Input())} | {f"n{i}": Node(f"n{i}", Add()) for i in range(1, count)}
    edges = [Edge(f"n{i - 1}", f"n{i}") for i in range(1, count)]
    edges += [Edge(f"n{max(0, i - skip - i % 7)}", f"n{i}", 1) for i in range(10, count, 3)]
    graph = Graph(nodes, tuple(edges))
    assert graph.order
    after = arranged(graph)
    assert len(set(spots(after).values())) == count


def test_other_layers_have_no_say():
    graph = wired("a b", "a c", "b d", "c d")
    other = graph.with_marks(graph.nodes, collapsed=True, label="red")
    assert spots(arranged(graph)) == spots(arranged(other))
