"""Two networks that differ in every way, for tests of the comparison."""

from __future__ import annotations

from dataclasses import replace

from engine.analysis.analysis import Costs, analyze
from engine.experiment.experiment import Experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU, Sigmoid, Tanh
from engine.layers.inputs import Input
from engine.layers.linear import Linear
from engine.layers.merge import Add
from widgets.compare.canvas import Side


def before() -> Graph:
    """A chain with a skip wire, and a Tanh that is no part of it."""
    nodes = [Node("input", Input(shape=(16,))), Node("fc1", Linear(out_features=8), (0, 76)),
             Node("act", ReLU(), (0, 152)), Node("gone", Sigmoid(), (0, 228)),
             Node("fc2", Linear(out_features=8), (0, 304)), Node("add", Add(), (0, 380)),
             Node("loose", Tanh(), (500, 0))]
    names = [node.name for node in nodes[:-1]]
    return Graph.of(nodes, [*map(Edge, names, names[1:]), Edge("act", "add", 1)])


def after() -> Graph:
    """fc1 is changed, act moved, fc2 called head; new has come, gone has gone; the skip wire goes another way."""
    nodes = [Node("input", Input(shape=(16,))), Node("fc1", Linear(out_features=8, bias=False), (0, 76)),
             Node("act", ReLU(), (300, 152)), Node("new", Tanh(), (0, 228)),
             Node("head", Linear(out_features=8), (0, 304)), Node("add", Add(), (0, 380)),
             Node("loose", Tanh(), (500, 0))]
    names = [node.name for node in nodes[:-1]]
    return Graph.of(nodes, [*map(Edge, names, names[1:]), Edge("act", "add", 1, ((200.0, 300.0),))])


def wider(graph: Graph) -> Graph:
    """The same with another width of fc1."""
    return graph.with_layer("fc1", Linear(out_features=12))


def chain() -> Graph:
    """A short one."""
    nodes = [Node("input", Input(shape=(16,))), Node("fc1", Linear(out_features=8), (0, 76)),
             Node("act", ReLU(), (0, 152))]
    return Graph.of(nodes, [Edge("input", "fc1"), Edge("fc1", "act")])


def long_chain(count: int) -> Graph:
    """One that is higher than any window."""
    nodes = [Node("input", Input(shape=(16,))), *(Node(f"n{i}", ReLU(), (0, 76.0 * (i + 1))) for i in range(count))]
    names = [node.name for node in nodes]
    return Graph.of(nodes, map(Edge, names, names[1:]))


def side(name: str, graph: Graph, detail: str = "", costs: Costs | None = None, batch_size: int = 64) -> Side:
    """What the picture is told of one of the two."""
    return Side(name, detail, analyze(graph), costs, batch_size, "Vectors")


def experiments(one: Graph | Experiment, other: Graph) -> tuple[Experiment, Experiment]:
    """The two as the comparison takes them."""
    first = one if isinstance(one, Experiment) else Experiment(one)
    return first, replace(first, graph=other)
