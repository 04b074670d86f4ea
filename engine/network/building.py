"""What a script builds a module from: a graph, or an experiment, of which more is known."""

from __future__ import annotations

from typing import overload

from torch import fx

from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph
from engine.layers.base import Shape
from engine.network.compile import build_module as module_of_graph
from engine.network.weights import initial_module


@overload
def build_module(network: Experiment) -> fx.GraphModule: ...


@overload
def build_module(network: Graph, input_shape: Shape | None = None) -> fx.GraphModule: ...


def build_module(network: Graph | Experiment, input_shape: Shape | None = None) -> fx.GraphModule:
    """Of an experiment: the network for its data, with the weights that training begins with, by its recipe's seed and
    initialisation. Of a graph: for examples of this shape, with torch's own initial weights (seed torch beforehand).

    Raises LayerloomError, in words, when something is wrong with it.
    """
    if isinstance(network, Graph):
        return module_of_graph(network, input_shape)
    if input_shape is not None:
        raise TypeError("the shape of an experiment's examples is that of its data")
    return initial_module(network)
