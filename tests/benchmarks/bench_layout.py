"""How fast networks of 100, 500 and 2 000 nodes are laid out, and how long their wires look for a way."""

from __future__ import annotations

import os
import random
import sys
from dataclasses import replace

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from engine.graph.difference import diff
from engine.graph.graph import Edge, Graph, Node
from engine.graph.grid import FLOWS
from engine.layers.merge import Add
from engine.layout.rows import arranged
from tests.benchmarks.graphs import SIZES, network
from tests.benchmarks.targets import Figures, ms, times_ms
from widgets.canvas.wires.routing import Routes


def main() -> int:
    figures = Figures("Laying out, and the ways of wires past cards")
    for count in SIZES:
        for what, graph in (("residual chain", network(count)), ("long skips", skipping(count)),
                            ("branching", branching(count))):
            for flow in FLOWS:
                turned = replace(graph, flow=flow)
                figures.add(f"lay out {count} nodes, {what}, {flow}",
                            times_ms(lambda graph=turned: arranged(graph, wrap=True), 3), below=1000)
            measure_routes(figures, f"{count} nodes, {what}", arranged(graph))
    return figures.status()


def skipping(count: int) -> Graph:
    """A chain, every third node also reading one anywhere above."""
    chance = random.Random(1)
    edges = [Edge(f"n{i - 1}", f"n{i}") for i in range(1, count)]
    edges += [Edge(f"n{chance.randrange(i - 1)}", f"n{i}", 1) for i in range(3, count, 3)]
    return Graph.of([Node(f"n{i}", Add()) for i in range(count)], edges)


def branching(count: int) -> Graph:
    """Every node reads up to two of the thirty before it."""
    chance = random.Random(2)
    edges = [Edge(f"n{source}", f"n{i}", port) for i in range(1, count)
             for port, source in enumerate(sorted({chance.randrange(max(0, i - 30), i) for _ in range(2)}))]
    return Graph.of([Node(f"n{i}", Add()) for i in range(count)], edges)


def measure_routes(figures: Figures, what: str, graph: Graph) -> None:
    routes = Routes(lambda _name: 2)
    figures.add(f"all ways of {what}", ms(lambda: routes.update(Graph(), graph, diff(Graph(), graph))), below=300)
    middle, times = f"n{len(graph.nodes) // 2}", []
    name = middle if middle in graph.nodes else "conv0"
    for turn in range(10):
        x, y = graph.nodes[name].position
        after = graph.moved({name: (x + (40 if turn % 2 else -40), y)})
        difference = diff(graph, after)
        times.append(ms(lambda before=graph, after=after, d=difference: routes.update(before, after, d)))
        graph = after
    figures.add(f"ways after moving one of {what}", times, below=30)  # once, when it is let go


if __name__ == "__main__":
    sys.exit(main())
