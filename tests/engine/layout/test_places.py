"""Where cards stand, to the pixel: whoever changes a rule sees here what moves."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from engine.graph.frames import Frame
from engine.graph.graph import Edge, Graph, Node
from engine.layers.merge import Add
from engine.layout.layered import Link, Unit, crossings, layered
from engine.layout.rows import CARD_WIDTH, arranged


def wired(pairs: list[tuple[str, str]]) -> Graph:
    """A card for each name, all in one spot; wires take the inputs in their order."""
    graph = Graph.of([Node(name, Add()) for name in dict.fromkeys(name for pair in pairs for name in pair)])
    for source, target in pairs:
        graph = graph.with_edge(Edge(source, target, len(graph.inputs[target])))
    return graph


def chains(text: str) -> Graph:
    """``a>b>c a>c``"""
    return wired([pair for chain in text.split() for pair in pairwise(chain.split(">"))])


def places(graph: Graph) -> str:
    return ", ".join(f"{name} {node.position[0]:g} {node.position[1]:g}" for name, node in graph.nodes.items())


@pytest.mark.parametrize(("wires", "frames", "expected"), [
    ("a>b>c>d a>d>e", {}, "a 0 0, b 0 76, c 0 152, d 0 228, e 0 304"),
    ("a>b>z a>c>z a>d>z a>e>z", {}, "a 0 0, b -390 114, z 0 228, c -130 114, d 130 114, e 390 114"),
    ("a>b>z a>c>z", {}, "a 0 0, b 0 114, z 0 228, c 260 114"),
    ("a>b>z a>c>z a>d>z", {}, "a 0 0, b -260 114, z 0 228, c 0 114, d 260 114"),
    ("a>b>c>z a>d>z a>z", {}, "a 0 0, b 0 114, c 0 190, z 0 304, d 260 114"),
    ("a>b>c>d>e>f a>f b>e", {}, "a 0 0, b 0 76, c 0 152, d 0 228, e 0 304, f 0 380"),
    ("a>c b>c c>d c>e", {}, "a 0 0, c 0 114, b 260 0, d 0 228, e 260 228"),
    ("a>d b>e c>f a>f c>d", {}, "a 0 0, d 0 114, b 568 0, e 568 76, c 260 0, f 260 114"),
    ("a>b c>d e>f", {}, "a 0 0, b 0 76, c 308 0, d 308 76, e 616 0, f 616 76"),
    ("a>b>c>d e>f", {}, "a 0 0, b 0 76, c 0 152, d 0 228, e 308 0, f 308 76"),
    ("a>b>d a>c>d>e>g d>f>g a>g", {}, "a 0 0, b 0 114, d 0 228, c 260 114, e 0 342, g 0 456, f 260 342"),
    ("a>x>b x>c x>d b>y c>y d>y a>y>z a>z", {}, "a 0 0, x 0 76, b -260 190, c 0 190, d 260 190, y 0 304, z 0 380"),
    ("a>b>c a>p>q b>w>z c>z q>z", {"path": "bc", "outer": "bcw"},
     "a 0 0, b 0 266, c 0 342, p 300 190, q 300 266, w 0 418, z 0 532"),
    ("a>b>c>d", {"ends": "ac"}, "a 0 0, b 0 76, c 0 152, d 0 228"),
    ("a>b>c>d a>d", {"mid": "bc"}, "a 0 0, b 0 152, c 0 228, d 0 304"),
    ("a>b>c>d>e a>x>e", {"one": "bc", "two": "x"}, "a 0 0, b 0 190, c 0 266, d 0 342, e 0 456, x 300 266"),
    ("a>b c>d", {"both": "abcd"}, "a 0 0, b 0 76, c 308 0, d 308 76"),
    ("a>b>d a>c>d", {"all": "abcd", "in": "bc"}, "a 0 0, b -154 190, d 0 304, c 154 190"),
    ("a>b a>c a>d a>e a>f a>g b>z g>z", {},
     "a 0 0, b -650 114, c -390 114, d -130 114, e 130 114, f 390 114, g 650 114, z -650 228"),
    ("a>b>c>d>e>f>g a>c>e>g b>d>f", {}, "a 0 0, b 0 76, c 0 152, d 0 228, e 0 304, f 0 380, g 0 456"),
    ("s>a1>a2>a3>t s>b1>t s>c1>c2>t s>t", {},
     "s 0 0, a1 -260 114, a2 -260 190, a3 -260 266, t 0 380, b1 0 190, c1 260 114, c2 260 190"),
    ("a>z b>z c>z d>z e>z a>y e>x c>w", {},
     "a 0 0, z 520 114, b 260 0, c 520 0, d 780 0, e 1040 0, y 0 114, x 1040 114, w 780 114"),
])  # fmt: skip
def test_each_card_has_its_place(wires: str, frames: dict[str, str], expected: str) -> None:
    graph = chains(wires).with_frames([Frame(name, tuple(members)) for name, members in frames.items()])
    assert places(arranged(graph)) == expected


@pytest.mark.parametrize(("names", "expected"), [
    ("bcd", "a 0 0, b 0 76, c 0 152, d 0 228, e 0 304"),
    ("cd", "a 0 0, b 0 76, c 300 10, d 300 86, e 0 304"),
    ("ae", "a 0 0, b 0 142, c 300 76, d 0 294, e 308 0"),
    ("c", "a 0 0, b 0 76, c 300 10, d 0 228, e 0 304"),
    ("", "a 0 0, b 0 76, c 300 10, d 0 228, e 0 304"),
])  # fmt: skip
def test_a_part_is_laid_out_and_others_make_room(names: str, expected: str) -> None:
    graph = arranged(chains("a>b>c>d>e")).moved({"c": (300.0, 10.0)})
    assert places(arranged(graph, tuple(names))) == expected


@pytest.mark.parametrize(("seed", "most", "longest"), [
    (0, 21, 21765), (1, 25, 15640), (2, 50, 28963),
    (3, 40, 17820), (4, 29, 17829), (5, 31, 21588),
])
def test_wires_cross_no_more_often_and_lead_no_further_than_before(seed: int, most: int, longest: int) -> None:
    chance = Random(seed)
    links = [Link(source, target) for target in range(1, 30) for source in sorted(chance.sample(
        range(max(0, target - 9), target), min(3, chance.randint(1, 3), target)))]
    assert crossings(layered([Unit(CARD_WIDTH)] * 30, links)) <= most
    after = arranged(wired([(f"n{link.source}", f"n{link.target}") for link in links]))
    across = [abs(after.nodes[edge.source].position[0] - after.nodes[edge.target].position[0]) for edge in after.edges]
    assert sum(across) <= longest
