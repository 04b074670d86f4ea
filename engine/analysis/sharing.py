"""Whose weights a layer could use instead of its own."""

from __future__ import annotations

from engine.analysis.analysis import Analysis
from engine.messages import LayerloomError


def share_candidates(analysis: Analysis, name: str) -> tuple[str, ...]:
    """Layers with the same options whose own weights would serve here; in the network's order.

    Whoever shares becomes the same layer as the owner: other options would change the network's shapes.
    """
    graph = analysis.graph
    node = graph.nodes[name]
    return tuple(
        other.name for other in graph.nodes.values()
        if other.name != name and other.shares is None and other.layer == node.layer
        and _serves(analysis, other.name, name)
    )  # fmt: skip


def _serves(analysis: Analysis, owner: str, name: str) -> bool:
    its, mine = analysis.nodes[owner], analysis.nodes[name]
    if its.facts is None or not its.facts.params or its.input_shapes is None:
        return False
    if mine.input_shapes is None:
        return True
    try:
        return analysis.graph.nodes[owner].layer.fits_weights(mine.input_shapes, its.input_shapes)
    except LayerloomError:
        return False
