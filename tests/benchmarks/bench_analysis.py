"""How long a full analysis of 700 nodes takes (DenseNet-201 with some sums): the first one, and after an edit."""

from __future__ import annotations

import sys

from engine.analysis.analysis import Analysis, analyze, facts_of
from engine.graph.graph import Edge, Graph, Node
from engine.layers.activation import ReLU
from engine.layers.adaptive import AdaptiveAvgPool2d
from engine.layers.base import Layer
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add, Concatenate
from engine.layers.normalization import BatchNorm2d
from engine.layers.pooling import AvgPool2d, MaxPool2d
from tests.benchmarks.targets import Figures, cold, ms, times_ms

SHAPE = (3, 224, 224)
GROWTH, UNITS = 32, (6, 12, 48, 32)


class Network:
    """Nodes and wires, being written down."""

    def __init__(self) -> None:
        self.nodes = [Node("input", Input())]
        self.edges: list[Edge] = []

    def add(self, layer: Layer, *sources: str) -> str:
        """One layer behind the named ones; returns its name."""
        name = f"{layer.stem}{len(self.nodes)}"
        self.nodes.append(Node(name, layer))
        self.edges += [Edge(source, name, port) for port, source in enumerate(sources)]
        return name

    def convolution(self, last: str, width: int, kernel: int) -> str:
        """Batch norm, ReLU, convolution."""
        last = self.add(ReLU(), self.add(BatchNorm2d(), last))
        return self.add(Conv2d(out_channels=width, kernel_size=kernel, padding=kernel // 2), last)


def densenet(units: tuple[int, ...]) -> Network:
    """DenseNet (Huang et al. 2017), with one dense unit in nine replaced by a residual one."""
    net, width = Network(), 64
    last = net.add(Conv2d(out_channels=width, kernel_size=7, stride=2, padding=3), "input")
    last = net.add(MaxPool2d(kernel_size=3, stride=2, padding=1), net.add(ReLU(), net.add(BatchNorm2d(), last)))
    for stage, count in enumerate(units):
        if stage:
            width //= 2
            last = net.add(AvgPool2d(kernel_size=2), net.convolution(last, width, 1))
        for unit in range(count):
            inner = net.convolution(last, 4 * GROWTH, 1)
            if unit % 9 == 8:
                last = net.add(Add(), net.convolution(inner, width, 3), last)
            else:
                last = net.add(Concatenate(), last, net.convolution(inner, GROWTH, 3))
                width += GROWTH
    last = net.add(Flatten(), net.add(AdaptiveAvgPool2d(), net.add(ReLU(), net.add(BatchNorm2d(), last))))
    net.add(Linear(out_features=10), last)
    return net


def full(graph: Graph) -> Analysis:
    """Shapes, faults, and the four answers."""
    analysis = analyze(graph, SHAPE)
    analysis.costs(256)
    assert not analysis.faults
    return analysis


def forgetful(net: Network) -> Analysis:
    """With nothing remembered of any layer or graph."""
    facts_of.cache_clear()
    return full(Graph({node.name: node for node in net.nodes}, tuple(net.edges)))


def first() -> float:
    """The first analysis in this process, in milliseconds."""
    net = densenet(UNITS)
    return ms(lambda: forgetful(net))


def main() -> int:
    net = densenet(UNITS)
    analysis = forgetful(net)
    graph, conv = analysis.graph, net.nodes[1]
    other = graph.with_layer(conv.name, conv.layer.with_options(out_channels=96))
    full(other)
    figures = Figures(f"Full analysis of {len(net.nodes)} nodes, {len(net.edges)} wires, {analysis.params} parameters")
    figures.add("the first in a new process", cold("bench_analysis", "first()"), below=20)
    figures.add("with nothing remembered of layers and graphs", times_ms(lambda: forgetful(net), 60), below=5)
    edited = times_ms(lambda: full(Graph(other.nodes, other.edges)), 60)
    figures.add("after an edit of the first layer", edited, below=5)
    return figures.status()


if __name__ == "__main__":
    sys.exit(main())
