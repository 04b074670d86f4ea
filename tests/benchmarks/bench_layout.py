"""How fast networks of 100, 500 and 2 000 nodes are laid out, and how long their wires look for a way."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.graph.difference import diff
from engine.graph.graph import Edge, Graph, Node
from engine.layers.merge import Add
from engine.layout.rows import arranged
from tests.benchmarks.graphs import SIZES, network
from widgets.canvas.wires.routing import Routes


def main() -> None:
    for count in SIZES:
        for what, graph in (("residual chain", network(count)), ("long skips", skipping(count)),
                            ("branching", branching(count))):
            took = [ms(lambda graph=graph: arranged(graph)) for _ in range(5)]
            show(count, f"lay out: {what}", took, 1000)
            measure_routes(count, what, arranged(graph))


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


def measure_routes(count: int, what: str, graph: Graph) -> None:
    routes = Routes(lambda _name: 2)
    show(count, f"all ways: {what}", [ms(lambda: routes.update(Graph(), graph, diff(Graph(), graph)))], 300)
    name, times = f"n{count // 2}" if f"n{count // 2}" in graph.nodes else "conv0", []
    for turn in range(10):
        x, y = graph.nodes[name].position
        after = graph.moved({name: (x + (40 if turn % 2 else -40), y)})
        difference = diff(graph, after)
        times.append(ms(lambda before=graph, after=after, d=difference: routes.update(before, after, d)))
        graph = after
    show(count, f"ways after moving one: {what}", times, 30)  # once, when it is let go


def ms(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def show(count: int, what: str, times: list[float], target: float) -> None:
    print(f"{count:>6} {what:<38} {median(times):>9.1f} {max(times):>7.1f}  < {target:g}"
          f"{'' if median(times) < target else '   MISSED'}")


if __name__ == "__main__":
    main()
