"""A way into a network, for what takes a while: followed through every edit, undo and redo."""

from __future__ import annotations

from weakref import WeakSet

from app.document.level import Path, followed, own_graph
from engine.graph.graph import Graph


class Way:
    """Where a block, or a layer, is by now; names alone would lead to whatever has the name by then."""

    def __init__(self, graph: Graph, path: Path) -> None:
        self._graph, self._path = graph, path  # as it was there last
        self._is_there = True

    @property
    def path(self) -> Path | None:
        """The names that lead there; None: it is gone."""
        return self._path if self._is_there else None

    def follow(self, graph: Graph) -> None:
        """The network is another. What is gone is back once the network is again the one in which it was."""
        if not self._is_there:
            self._is_there = graph is self._graph
            return
        path = followed(self._graph, graph, self._path)
        self._is_there = _leads_on(graph, path)
        if self._is_there:
            self._graph, self._path = graph, path

    def move(self, old: Path, new: Path) -> None:
        """What was found at one path is about to be found at another."""
        if self._path[: len(old)] == old:
            self._path = (*new, *self._path[len(old) :])


class Ways:
    """Those of a document that somebody still wants to go."""

    def __init__(self) -> None:
        self._ways: WeakSet[Way] = WeakSet()

    def start(self, graph: Graph, path: Path) -> Way:
        """A way to what is there now."""
        way = Way(graph, path)
        self._ways.add(way)
        return way

    def follow(self, graph: Graph) -> None:
        """The network is another."""
        for way in self._ways:
            way.follow(graph)

    def move(self, old: Path, new: Path) -> None:
        """As ``Way.move``."""
        for way in self._ways:
            way.move(old, new)


def _leads_on(graph: Graph | None, path: Path) -> bool:
    """Whether there is something; what is made from parameters has what it is made of."""
    for name in path:
        if graph is None:
            return True
        if name not in graph.nodes:
            return False
        graph = own_graph(graph.nodes[name].layer)
    return True
