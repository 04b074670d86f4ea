"""A graph in one line, for tables of what is drawn."""

from __future__ import annotations

from engine.graph.graph import Graph


def drawn(graph: Graph) -> str:
    """``Linear out_features=4 > Add(fc1, input)``: the sources stand there where they are not the node before."""
    steps = []
    for before, name in zip(graph.order, graph.order[1:], strict=False):
        layer = graph.nodes[name].layer
        options = " ".join(f"{key}={value}" for key, value in layer.model_dump(exclude_defaults=True).items())
        sources = [edge.source for edge in graph.inputs[name]]
        read = "" if sources == [before] else f"({', '.join(sources)})"
        steps.append(f"{layer.kind()}{read} {options}".strip())
    return " > ".join(steps)
