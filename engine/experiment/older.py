"""Graphs in files of the first version: from when no block was drawn inside its card, and all were alike."""

from __future__ import annotations

from dataclasses import replace

from engine.blocks.custom import Custom
from engine.graph.graph import Graph
from engine.graph.room import make_room

ALIKE = 1  # the last version of files in which all cards were alike


def with_room(graph: Graph) -> Graph:
    """The same with room for cards that are higher now, also inside of a person's own blocks."""
    own = {name: with_room_inside(node.layer) for name, node in graph.nodes.items() if isinstance(node.layer, Custom)}
    if own:
        nodes = {name: replace(node, layer=own.get(name, node.layer)) for name, node in graph.nodes.items()}
        graph = replace(graph, nodes=nodes)
    return make_room(graph, [name for name, node in graph.nodes.items() if node.layer.inside_rows])


def with_room_inside(block: Custom) -> Custom:
    """The block with such room in its own graph."""
    return block.model_copy(update={"graph": with_room(block.graph)})
