"""Which settings hold where: a node's own, or those of the block around it. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.analysis.analysis import Analysis
from engine.blocks.base import Block
from engine.graph.graph import Graph
from engine.graph.parameters import DEFAULT_INIT, DEFAULTS, NodeParameters


def node_settings(graph: Graph, analysis: Analysis, inherited: NodeParameters = DEFAULTS,
                  prefix: str = "") -> dict[str, NodeParameters]:
    """The settings of each node that a state dict lists, also inside blocks, by its key: ``residual1.conv1``.

    A block's settings hold for every layer in it that has none of its own, and a frozen block is frozen throughout;
    values set by hand stay where they are, and normalisations inside begin as always.
    """
    graph, analysis = graph.active, analysis.active  # where an owner is bypassed, another has its weights
    settings: dict[str, NodeParameters] = {}
    for name, node in graph.nodes.items():
        if name not in analysis.members or (node.shares is not None and not node.listed):
            continue
        if node.listed and node.shares is not None:
            node = replace(node, parameters=graph.nodes[node.shares].parameters)
        own = inherited if node.parameters == DEFAULTS else node.parameters
        if own is inherited and own != DEFAULTS and node.layer.category == "normalization":
            own = own.model_copy(update={"weight": DEFAULT_INIT, "bias": DEFAULT_INIT})  # a scale of 0 would end it all
        if not inherited.trainable and own.trainable:
            own = own.model_copy(update={"trainable": False})
        settings[prefix + node.kept_as] = own
        shapes = analysis.nodes[name].input_shapes
        if isinstance(node.layer, Block) and shapes is not None:
            inner = node.layer.inside(shapes)
            passed_on = own.model_copy(update={"edits": ()}) if own.edits else own
            settings |= node_settings(inner.graph, inner, passed_on, f"{prefix}{node.kept_as}.")
    return settings


def settings_at(settings: Mapping[str, NodeParameters], place: str) -> NodeParameters:
    """The settings that hold for a module or a tensor: those of the nearest node around it."""
    while place:
        if place in settings:
            return settings[place]
        place = place.rpartition(".")[0]
    return DEFAULTS
