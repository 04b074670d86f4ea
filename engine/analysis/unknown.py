"""Why it is not known what comes into a layer: the layer further up that is the reason."""

from __future__ import annotations

from typing import Literal

from engine.analysis.analysis import Analysis
from engine.layers.inputs import Input

Reason = Literal["wrong", "unconnected", "shapeless"]


def reason_above(analysis: Analysis, name: str) -> tuple[str, Reason]:
    """The highest node whose fault it is that the input of this one is unknown, and what it is about that node."""
    while True:
        node, edges = analysis.graph.nodes[name], analysis.graph.inputs[name]
        read = edges[:1] if node.bypassed else edges
        unknown = [edge.source for edge in read if analysis.nodes[edge.source].output_shape is None]
        if not unknown:
            return name, "shapeless" if isinstance(node.layer, Input) else "wrong" if edges else "unconnected"
        name = unknown[0]
