"""A graph in one line, and the class around a few lines of code: for tables of what each form of code draws."""

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


def network(forward: str, made: str = "") -> str:
    """A class with these lines in ``forward`` (from line 5 on where nothing is made) and ``__init__`` (from 4 on)."""
    def lines(text: str) -> list[str]:
        return [f"        {line}" for line in text.splitlines()]

    return "\n".join(["class Net(nn.Module):", "    def __init__(self, flag):", "        super().__init__()",
                      *lines(made), "    def forward(self, x):", *lines(forward)])
