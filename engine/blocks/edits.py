"""Edits with blocks: making one of a selection, dissolving it, going inside and changing what is there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from engine.analysis.analysis import Analysis, analyze
from engine.analysis.faults import UnknownInputError
from engine.analysis.unknown import Reason, reason_above
from engine.blocks.base import Block
from engine.blocks.custom import Custom, Exposed
from engine.graph.edits import part, pasted, shifted, with_layers
from engine.graph.frames import Frame, without_members
from engine.graph.graph import Edge, Graph, GraphError, Node, UnknownNodeError
from engine.graph.grid import Flow
from engine.graph.parameters import DEFAULTS, NodeParameters
from engine.graph.room import apart, axis_of, corner, end_of, lane_of, placed, pushed, spot
from engine.layers.base import Shape
from engine.layers.inputs import Input
from engine.layout.unplaced import laid_out
from engine.names import InvalidNameError, check_name, fresh_name

Path = Sequence[str]
INPUT = "input"


class BlockError(GraphError):
    """These layers cannot be a block, or this block cannot be opened."""


# -- making and dissolving ------------------------------------------------------------------------------------------


def make_block(graph: Graph, names: Collection[str], label: str, exposed: Sequence[Exposed] = ()) -> tuple[Graph, str]:
    """The named layers as one block in their place; also its name. Raises BlockError, or OptionError for the label."""
    chosen = set(names)
    source, end = _check(graph, chosen)
    inner = _inside(part(graph, chosen), [edge for edge in graph.edges if _enters(edge, chosen)])
    block = Custom().with_options(label=label, graph=inner, exposed=tuple(exposed))
    name = _name_of(block, set(graph.nodes) - chosen)
    axis = axis_of(graph)
    place = corner((graph.nodes[name] for name in chosen), axis)
    onward = [edge for edge in graph.edges if edge.source == end and edge.target not in chosen]
    rest = _without(graph, chosen)
    nodes = _in_place_of(graph, chosen, placed(Node(name, block), *place, axis), rest)
    wires = [*([Edge(source, name)] if source else []), *(Edge(name, edge.target, edge.port) for edge in onward)]
    new = replace(rest, nodes=nodes, frames=_around(graph.frames, chosen, name)).with_edges(wires)
    return apart(graph, new), name


def _around(frames: tuple[Frame, ...], chosen: set[str], name: str) -> tuple[Frame, ...]:
    """The frames of what is left: those that also enclosed other layers enclose the block now."""
    held = (replace(f, members=(*f.members, name)) if chosen < set(f.members) else f for f in frames)
    return without_members(tuple(held), chosen)


def _name_of(block: Custom, taken: set[str]) -> str:
    """The label itself where it can be a name."""
    try:
        check_name(block.stem)
    except InvalidNameError:
        return fresh_name(block.stem, taken)
    return fresh_name(block.stem, taken) if block.stem in taken else block.stem


def _without(graph: Graph, chosen: set[str]) -> Graph:
    return replace(graph, nodes={name: node for name, node in graph.nodes.items() if name not in chosen},
                   edges=tuple(edge for edge in graph.edges if not {edge.source, edge.target} & chosen),
                   frames=without_members(graph.frames, chosen))


def _in_place_of(graph: Graph, chosen: set[str], new: Node, rest: Graph) -> dict[str, Node]:
    """The remaining nodes in their order, with the new one where the first of the chosen stood."""
    nodes: dict[str, Node] = {}
    for name in graph.nodes:
        if name in chosen:
            nodes.setdefault(new.name, new)
        else:
            nodes[name] = rest.nodes[name]
    return nodes


def _enters(edge: Edge, chosen: set[str]) -> bool:
    return edge.target in chosen and edge.source not in chosen


def _check(graph: Graph, chosen: set[str]) -> tuple[str | None, str]:
    """The one node that feeds the selection and the one that leads out of it. Raises BlockError."""
    if not chosen:
        raise BlockError("Select the layers that should become a block")
    if any(isinstance(graph.nodes[name].layer, Input) for name in chosen):
        raise BlockError("The Input cannot be part of a block: leave it out of the selection")
    sources = sorted({edge.source for edge in graph.edges if _enters(edge, chosen)})
    if len(sources) > 1:
        raise BlockError("A block has one input, but {names} feed these layers: select where they part too",
                         names=", ".join(sources[:4]))
    ends = [name for name in graph.nodes if name in chosen and (
        not graph.outputs[name] or any(edge.target not in chosen for edge in graph.outputs[name]))]
    if len(ends) != 1:
        raise BlockError("A block has one output, but these layers have {count}: {names}", count=len(ends),
                         names=", ".join(ends[:4]))
    if sources and sources[0] in graph.downstream(ends[0]):
        raise BlockError("A way leads out of these layers and back into them: select what lies between too")
    border = [name for name, owner in graph.shares.items() if (name in chosen) != (owner in chosen)]
    if border:
        raise BlockError("{name} shares weights with {owner}: both must be in the block, or neither", name=border[0],
                         owner=graph.shares[border[0]])
    return (sources[0] if sources else None), ends[0]


def _inside(piece: Graph, entering: Sequence[Edge]) -> Graph:
    """The selection behind an Input of its own, where the next cards usually lie."""
    if INPUT in piece.nodes:
        piece = piece.renamed(INPUT, fresh_name(INPUT, piece.nodes))
    first, axis = Node(INPUT, Input()), axis_of(piece)
    along, lane = corner(piece.nodes.values(), axis)
    way = spot(end_of(first, axis) - along, -lane, axis)
    moved = piece.moved({node.name: shifted(node.position, way) for node in piece.nodes.values()})
    nodes = [first, *moved.nodes.values()]
    if entering:
        wires = [Edge(INPUT, edge.target, edge.port) for edge in entering]
    else:
        wires = [Edge(INPUT, name) for name in moved.nodes if not moved.inputs[name]
                 and moved.nodes[name].layer.max_inputs != 0]
    return replace(Graph.of(nodes, [*moved.edges, *wires]), flow=piece.flow).with_frames(moved.frames)


def dissolved(graph: Graph, name: str, analysis: Analysis) -> tuple[Graph, tuple[str, ...]]:
    """The block's layers in its place; also their names. Raises BlockError while its shape is unknown or it shares."""
    from engine.layout.rows import flowing  # nobody dissolves before the first picture

    node = _block_node(graph, name)
    _expect_own_weights(graph, name)
    inner = flowing(_drawn(node, _shapes(analysis, name)), graph.flow)
    entries, end = [n for n, other in inner.nodes.items() if isinstance(other.layer, Input)], _end(inner)
    body = part(inner, set(inner.nodes) - set(entries))
    source = graph.inputs[name][0].source if graph.inputs[name] else None
    onward = graph.outputs[name]
    before, axis = graph, axis_of(graph)
    along, lane = corner(body.nodes.values(), axis)
    offset = spot(node.position[axis] - along, lane_of(node, axis) - lane, axis)
    for edge in onward:
        ends = (end_of(other, axis) for other in body.nodes.values())
        graph = pushed(graph, edge.target, max(ends, default=0.0) + offset[axis], node.position)
    order = list(graph.nodes)
    frames = graph.frames
    graph, names = pasted(replace(graph.without([name]), frames=()), body, offset)
    graph = graph.with_frames([*_instead(frames, name, names), *graph.frames])
    if node.bypassed:
        graph = graph.with_marks(names, bypassed=True)
    new = dict(zip(body.nodes, names, strict=True))
    wires = [Edge(source, new[edge.target], edge.port) for edge in inner.edges
             if source and edge.source in entries and edge.target in new]
    last = new.get(end, source)
    wires += [Edge(last, edge.target, edge.port) for edge in onward if last]
    graph = graph.with_edges(wires)
    at = order.index(name)
    sequence = [*order[:at], *names, *order[at + 1 :]]
    return apart(before, replace(graph, nodes={n: graph.nodes[n] for n in sequence})), names


def _instead(frames: tuple[Frame, ...], name: str, names: Sequence[str]) -> Iterator[Frame]:
    """The frames with these layers in the place of one."""
    for frame in frames:
        members = tuple(new for member in frame.members for new in (names if member == name else (member,)))
        if members or not frame.members:
            yield replace(frame, members=members)


def _expect_own_weights(graph: Graph, name: str) -> None:
    """Layers outside blocks cannot share with layers inside: silently, there would be two sets of weights."""
    other = graph.nodes[name].shares or next((n for n, owner in graph.shares.items() if owner == name), None)
    if other is not None:
        raise BlockError("{name} shares weights with {other}: let it have its own first", name=name, other=other)


def _end(graph: Graph) -> str:
    return next(name for name in reversed(graph.order) if not graph.outputs[name])


def _shapes(analysis: Analysis, name: str) -> tuple[Shape, ...]:
    shapes = analysis.nodes[name].input_shapes
    if shapes is None:
        source, reason = reason_above(analysis, name)
        is_it = reason == "unconnected" and source == name
        raise BlockError("{name} cannot be opened while its input is unknown: connect it first" if is_it
                         else _CLOSED[reason], name=name, source=source)
    return shapes


_CLOSED: dict[Reason, str] = {
    "wrong": "{name} cannot be opened while its input is unknown: {source} is wrong",
    "unconnected": "{name} cannot be opened while its input is unknown: connect {source} first",
    "shapeless": "{name} cannot be opened while its input is unknown: {source} has no shape",
}


def _block_node(graph: Graph, name: str) -> Node:
    node = graph.nodes.get(name)
    if node is None:
        raise UnknownNodeError("There is no layer named {name}", name=name)
    if not isinstance(node.layer, Block):
        raise BlockError("{name} is no block: there is nothing inside", name=name)
    return node


def _drawn(node: Node, shapes: tuple[Shape, ...]) -> Graph:
    """What the node's block is made of; what is set for the node is set for all that have nothing of their own."""
    assert isinstance(node.layer, Block)
    graph = laid_out(node.layer.drawn(shapes))
    if node.parameters == DEFAULTS:
        return _under_names(graph)
    return _under_names(replace(graph, nodes={name: replace(other, parameters=_passed_on(node.parameters, other))
                                              for name, other in graph.nodes.items()}))


def _under_names(graph: Graph) -> Graph:
    """The same, but what had a key of its own in its block is kept under its name."""
    return replace(graph, nodes={name: replace(node, key="") if node.key else node
                                 for name, node in graph.nodes.items()})


def _passed_on(outer: NodeParameters, node: Node) -> NodeParameters:
    """What a node keeps when the block around it goes; values set by hand come to the layer they are in."""
    here = f"{node.kept_as}."
    edits = tuple(edit.model_copy(update={"key": edit.key.removeprefix(here)}) for edit in outer.edits
                  if edit.key.startswith(here))
    own = outer if node.parameters == DEFAULTS else node.parameters
    kept = () if own is outer else own.edits
    return own.model_copy(update={"edits": (*kept, *edits), "trainable": own.trainable and outer.trainable})


# -- going inside ---------------------------------------------------------------------------------------------------


def inner(analysis: Analysis, path: Path) -> Analysis:
    """The analysis of what is inside the block at ``path``; a repeated one is shown once, as its first copy.

    Unlike ``Block.inside`` it never raises about what is wrong there. Raises BlockError or UnknownNodeError where the
    path leads to no block.
    """
    for name in path:
        node = _block_node(analysis.graph, name)
        shapes = analysis.nodes[name].input_shapes
        analysis = analyze(_first_copy(analysis, node), shapes[0] if shapes else None)
    return analysis


def _first_copy(analysis: Analysis, node: Node) -> Graph:
    block = node.layer
    assert isinstance(block, Block)
    if block.own_graph is not None:
        return block.own_graph
    return laid_out(block.copy_number(0).expand(_shapes(analysis, node.name)), analysis.graph.flow)


_UNKNOWN: dict[Reason, str] = {
    "wrong": "What comes in is not known: {name} is wrong",
    "unconnected": "What comes in is not known: no wire leads to {name}",
    "shapeless": "What comes in is not known: the Input of the network has no shape",
}


def unknown_input(whole: Analysis, path: Path) -> UnknownInputError | None:
    """Why it is not known what comes into the block at ``path``; None: it is known."""
    for depth in reversed(range(len(path))):
        analysis = inner(whole, path[:depth])
        if analysis.nodes[path[depth]].input_shapes is not None:
            return None
        name, reason = reason_above(analysis, path[depth])
        if reason != "shapeless" or depth == 0:  # else what comes into the block around it is not known either
            return UnknownInputError(".".join((*path[:depth], name)), _UNKNOWN[reason])
    return None


def is_own(graph: Graph, path: Path) -> bool:
    """Whether every block on the path holds a graph of its own, so that it can be changed inside."""
    for name in path:
        own = _own_graph(graph, name)
        if own is None:
            return False
        graph = own
    return True


def _own_graph(graph: Graph, name: str) -> Graph | None:
    block = _block_node(graph, name).layer
    return block.own_graph if isinstance(block, Block) else None


def with_inner(graph: Graph, path: Path, new: Graph, analysis: Analysis) -> Graph:
    """The graph with ``new`` inside the block at ``path``. A block made from parameters becomes a person's own first.

    Raises BlockError where that is not possible.
    """
    if not path:
        return new
    name, rest = path[0], path[1:]
    node = _block_node(graph, name)
    assert isinstance(node.layer, Block)
    block = node.layer if isinstance(node.layer, Custom) else as_own(node, _shapes(analysis, name), graph.flow)
    if not isinstance(node.layer, Custom) and block.repeat != node.layer.repeat:
        raise BlockError("The copies inside {name} differ: make it your own first, then go into one of them", name=name)
    if rest:
        new = with_inner(block.graph, rest, new, inner(analysis, [name]))
    kept = tuple(exposed for exposed in block.exposed if exposed.stands_in(new))
    return with_layers(graph, {name: block.model_copy(update={"graph": new, "exposed": kept})})


def as_own(node: Node, shapes: tuple[Shape, ...], flow: Flow = "down") -> Custom:
    """The node's block as a person's own: the same layers, free to be changed, going on in this direction.

    Raises ShapeError.
    """
    block = node.layer
    assert isinstance(block, Block)
    one = block.copy_number(0)
    alike = block.repeat == 1 or (block.copy_number(1) == one and one.expand(shapes) == one.expand(
        (one.facts(shapes).output_shape,)))
    graph = _under_names(laid_out(one.expand(shapes) if alike else block.drawn(shapes), flow))
    return Custom(label=block.title, graph=graph, repeat=block.repeat if alike else 1)
