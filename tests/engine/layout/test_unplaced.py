"""Graphs that come without places."""

from __future__ import annotations

from collections.abc import Callable

from engine.graph.graph import Graph
from engine.layout.unplaced import laid_out


def test_a_graph_without_places_is_laid_out(wired: Callable[..., Graph]) -> None:
    graph = wired(("a", "ReLU", {}, ["input"]), ("b", "ReLU", {}, ["input"]), ("add", "Add", {}, ["a", "b"]))
    placed = laid_out(graph)
    spots = {name: node.position for name, node in placed.nodes.items()}
    assert laid_out(placed) is placed
    assert len(set(spots.values())) == 4 and spots["a"][1] == spots["b"][1] < spots["add"][1]
