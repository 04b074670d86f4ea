"""A few layers as the Python that a person would paste: one ``nn.Sequential``, or a class where they branch."""

from __future__ import annotations

from engine.analysis.analysis import Analysis, analyze
from engine.blocks.base import Block
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import Shape
from engine.layers.inputs import Input
from engine.messages import LayerloomError
from engine.names import fresh_name
from engine.writing.source import to_python


def snippet(piece: Graph, whole: Analysis | None = None) -> str:
    """Python source of part of a network; "" where it has none by itself, such as two pieces apart.

    ``whole`` is the analysis of the network it is from: it knows what flows into it.
    """
    try:
        graph = _complete(piece.active, whole)
        analysis = analyze(graph)
        return _sequential(analysis) or _class(graph, analysis)
    except LayerloomError:
        return ""


def _class(graph: Graph, analysis: Analysis) -> str:
    """A class; what comes in is no setting of the piece."""
    if analysis.input is None:
        return to_python(graph)
    return to_python(graph.with_layer(analysis.input, Input()), analysis.nodes[analysis.input].output_shape)


def _complete(piece: Graph, whole: Analysis | None) -> Graph:
    """The piece behind an Input of its own, of what flows into it."""
    if whole is None or not piece.nodes:
        return piece
    inputs = [node for node in piece.nodes.values() if isinstance(node.layer, Input)]
    if inputs:
        shape = whole.nodes[inputs[0].name].output_shape if inputs[0].name in whole.nodes else None
        return piece.with_layer(inputs[0].name, Input(shape=shape)) if shape else piece
    name = "input" if "input" not in piece.nodes else fresh_name("input", piece.nodes)
    shape = _flows_in(piece, whole)
    ends = [Edge(name, other, port) for other, node in piece.nodes.items()
            for port in range(max(1, node.layer.min_inputs)) if node.layer.max_inputs != 0
            and all(edge.port != port for edge in piece.inputs[other])]
    return piece.with_node(Node(name, Input(shape=shape))).with_edges(ends)


def _flows_in(piece: Graph, whole: Analysis) -> Shape | None:
    first = next(name for name in piece.order)
    shapes = whole.nodes[first].input_shapes if first in whole.nodes else None
    return shapes[0] if shapes else None


def _sequential(analysis: Analysis) -> str:
    """The chain behind the Input as one ``nn.Sequential``; "" where it is none."""
    graph, lines = analysis.graph, []
    for name in graph.order:
        layer, facts = graph.nodes[name].layer, analysis.nodes[name]
        if len(graph.outputs[name]) > 1:
            return ""
        if isinstance(layer, Input):
            continue
        plain = layer.torch.startswith("nn.") and not isinstance(layer, Block) and graph.nodes[name].shares is None
        shapes = facts.input_shapes
        if not (plain and len(graph.inputs[name]) == 1 and shapes and layer.expression("m", ["x"], shapes) == "m(x)"):
            return ""
        lines.append(f"    {layer.torch_line(shapes)},")
    return "\n".join(["nn.Sequential(", *lines, ")"]) if lines else ""
