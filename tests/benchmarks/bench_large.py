"""What is asked about a network while one types or looks for something: search, lines, repeats, comparing, finding."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

import engine.blocks  # noqa: F401  (fills the registry)
from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.blocks.repeats import repeated
from engine.compare.compare import compare
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph
from engine.layers.activation import ReLU
from engine.line.line import build_line, parse_line
from engine.search.finding import find
from engine.search.search import search
from tests.benchmarks.graphs import network

COUNT = 2000
LINE = "conv 64 3x3 p1, bn, relu, maxpool 2, x3, flatten, linear 10"
QUERIES = ("c", "conv", "downsample", "卷积", "nonlinearity", "linaer", "", "fully connected")


def main() -> None:
    graph = network(COUNT)
    analysis = analyze(graph, (1, 28, 28))
    other = graph
    for name in list(graph.nodes)[4::5]:
        other = other.with_layer(name, ReLU())
    experiment = Experiment(graph)
    print(f"{'what':<52} {'median ms':>9}  target")
    show("search for a layer (each key)", [ms(lambda q=q: search(q, shape=(16, 28, 28), after="Conv2d"))
                                           for q in QUERIES * 3], 5)
    show("read a line of the manual", [ms(lambda: parse_line(LINE)) for _ in range(20)], 5)
    show(f"build a line of {COUNT} layers",
         [ms(lambda: build_line(Graph(), f"(conv 8 3x3 p1, relu) x{COUNT // 2}")) for _ in range(5)], 100)
    show(f"analyse {COUNT} nodes", [ms(lambda: analyze(graph, (1, 28, 28))) for _ in range(10)], 16)
    show(f"problems of {COUNT} nodes", [ms(lambda: advise(experiment, analysis)) for _ in range(10)], 16)
    show(f"repeated parts of {COUNT} nodes", [ms(lambda: repeated(graph)) for _ in range(3)], 500)
    show(f"compare two networks of {COUNT} nodes", [ms(lambda: compare(graph, other)) for _ in range(5)], 50)
    show(f"find among {COUNT} nodes", [ms(lambda: find(analysis, "conv")) for _ in range(5)], 50)


def ms(act: Callable[[], object]) -> float:
    """How long one call takes, in milliseconds."""
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def show(what: str, times: list[float], target: float) -> None:
    """One line; the target is for the median."""
    print(f"{what:<52} {median(times):>9.1f}  < {target:g}{'' if median(times) < target else '   MISSED'}")


if __name__ == "__main__":
    main()
