"""Every layer of a network by its dotted place, in the order of computing. No torch."""

from __future__ import annotations

from engine.analysis.analysis import Analysis, analyze
from engine.blocks.base import Block
from engine.experiment.experiment import Experiment
from engine.graph.graph import Graph
from engine.layers.base import Layer


def layers_in(experiment: Experiment) -> dict[str, Layer]:
    """Those that are computed; of blocks what is in them, too, before the block itself."""
    return _in(experiment.graph, analyze(experiment.graph, experiment.data.sample_shape), "")


def _in(graph: Graph, analysis: Analysis, prefix: str) -> dict[str, Layer]:
    graph, analysis = graph.active, analysis.active
    found: dict[str, Layer] = {}
    for name in graph.order:
        if name in analysis.members:
            layer, shapes = graph.nodes[name].layer, analysis.nodes[name].input_shapes
            if isinstance(layer, Block) and shapes is not None and None not in shapes:
                inner = layer.inside(shapes)
                found |= _in(inner.graph, inner, f"{prefix}{name}.")
            found[prefix + name] = layer
    return found
