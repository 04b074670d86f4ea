"""What is asked about a network while one types or looks for something: search, lines, repeats, comparing, finding."""

from __future__ import annotations

import sys
from dataclasses import replace

import engine.blocks  # noqa: F401  (fills the registry)
from engine.advice.advice import advise
from engine.analysis.analysis import analyze
from engine.blocks.repeats import repeated
from engine.compare.compare import compare
from engine.compare.telling import what_changed
from engine.experiment.experiment import Experiment, load_experiment
from engine.graph.graph import Graph
from engine.layers.activation import ReLU
from engine.line.line import build_line, parse_line
from engine.search.finding import find
from engine.search.search import search
from tests.benchmarks.graphs import network
from tests.benchmarks.targets import Figures, cold, ms, times_ms

COUNT = 2000
LINE = "conv 64 3x3 p1, bn, relu, maxpool 2, x3, flatten, linear 10"
QUERIES = ("c", "conv", "downsample", "卷积", "nonlinearity", "linaer", "", "fully connected")


def first_search() -> float:
    """The first key of a search in this process, in milliseconds."""
    return ms(lambda: search("c", shape=(16, 28, 28), after="Conv2d"))


def main() -> int:
    graph = network(COUNT)
    analysis = analyze(graph, (1, 28, 28))
    other = graph
    for name in list(graph.nodes)[4::5]:
        other = other.with_layer(name, ReLU())
    experiment = Experiment(graph)
    figures = Figures(f"What is asked while one types, and of {COUNT} nodes")
    figures.add("the first key of a search in a new process", cold("bench_large", "first_search()"), below=100)
    figures.add("search for a layer (each key)",
                [ms(lambda q=q: search(q, shape=(16, 28, 28), after="Conv2d")) for q in QUERIES * 3], below=5)
    figures.add("read a line of the manual", times_ms(lambda: parse_line(LINE), 20), below=5)
    figures.add(f"build a line of {COUNT} layers",
                times_ms(lambda: build_line(Graph(), f"(conv 8 3x3 p1, relu) x{COUNT // 2}"), 5), below=100)
    figures.add("analyse", times_ms(lambda: analyze(graph, (1, 28, 28)), 10), below=16)
    figures.add("problems", times_ms(lambda: advise(experiment, analysis), 10), below=16)
    figures.add("repeated parts", times_ms(lambda: repeated(graph), 3), below=500)
    figures.add("compare two networks", times_ms(lambda: compare(graph, other), 5), below=50)
    figures.add("tell in a line what was changed",
                times_ms(lambda: what_changed(experiment, Experiment(other)), 5), below=50)
    one, same = (load_experiment("gallery:resnet18") for _ in range(2))
    figures.add("tell that nothing was changed in a ResNet-18", times_ms(lambda: what_changed(one, same), 5), below=1)
    wider = one.graph.with_layer("conv1", one.graph.nodes["conv1"].layer.with_options(out_channels=32))
    changed = replace(one, graph=wider, recipe=one.recipe.with_options(lr=0.3))
    figures.add("tell what was changed in one", times_ms(lambda: what_changed(one, changed), 5), below=5)
    figures.add("find", times_ms(lambda: find(analysis, "conv"), 5), below=50)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
